//! The texts that the settings of TLS are made of.

use std::{error::Error as StdError, fmt};

use crate::error::{Error, ErrorKind};

/// A text of certificates or keys that was given to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsInput {
    /// The certificates of the trusted authorities: [`ClientBuilder::ca_pem`](crate::ClientBuilder::ca_pem).
    Authorities,
    /// The certificate of the client: [`Login::certificate`](crate::Login::certificate).
    ClientCertificate,
    /// The private key of that certificate.
    ClientKey,
}

/// A text that cannot be used, and why.
#[derive(Debug, Clone)]
pub(super) struct InputError {
    input: TlsInput,
    reason: String,
}

impl InputError {
    pub(super) fn new(input: TlsInput, reason: impl fmt::Display) -> Self {
        Self { input, reason: reason.to_string() }
    }
}

impl From<InputError> for Error {
    fn from(error: InputError) -> Self {
        let name = match error.input {
            TlsInput::Authorities => "the trusted certificates cannot be used",
            TlsInput::ClientCertificate => "the client certificate cannot be used",
            TlsInput::ClientKey => "the private key of the client certificate cannot be used",
        };
        Self::new(ErrorKind::Settings).note(name).because(error)
    }
}

impl Error {
    /// The text of certificates or keys that this error is about, so that its file can be named.
    pub fn tls_input(&self) -> Option<TlsInput> {
        Some(StdError::source(self)?.downcast_ref::<InputError>()?.input)
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl StdError for InputError {}
