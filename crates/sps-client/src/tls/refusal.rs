//! Why a server was refused, with the fingerprint of its certificate.

use std::{error::Error as StdError, fmt, fmt::Write as _, io, sync::Arc};

use rustls::{
    AlertDescription, CertificateError, OtherError, PeerMisbehaved, pki_types::CertificateDer,
};
use sps_validate::pem::{self, Parts};

use super::algorithms::{VERIFIABLE, algorithms};
use crate::error::Error;

/// The SHA-256 digest of a certificate.
pub(crate) type Fingerprint = [u8; 32];

/// A server that was refused because of its certificate.
#[derive(Clone)]
pub(crate) struct Refusal {
    pub(super) fingerprint: Fingerprint,
    pub(super) reason: String,
    /// Whether a pin would let the server in.
    pub(super) is_pinnable: bool,
}

impl Refusal {
    /// Puts the fingerprint of the certificate into an error of rustls about the certificate, and better words.
    pub(super) fn of_certificate(
        certificate: &CertificateDer<'_>,
        error: &rustls::Error,
    ) -> rustls::Error {
        Self::wrap(certificate, error, unsupported(certificate).is_none())
    }

    /// Adds where the authorities come from, if the certificate is of another one.
    pub(super) fn of_another_authority(
        certificate: &CertificateDer<'_>,
        error: &rustls::Error,
        places: Option<String>,
    ) -> rustls::Error {
        let is_unknown =
            matches!(error, rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer));
        match places.filter(|_| is_unknown) {
            Some(places) => {
                let reason =
                    format!("{}; those of the system are in {places}", reason(certificate, error));
                Self {
                    fingerprint: fingerprint(certificate),
                    reason,
                    is_pinnable: unsupported(certificate).is_none(),
                }
                .into()
            }
            None => Self::of_certificate(certificate, error),
        }
    }

    /// Does the same for an error about the signature of the handshake.
    pub(super) fn of_signature(
        certificate: &CertificateDer<'_>,
        error: &rustls::Error,
    ) -> rustls::Error {
        Self::wrap(certificate, error, false)
    }

    fn wrap(
        certificate: &CertificateDer<'_>,
        error: &rustls::Error,
        is_pinnable: bool,
    ) -> rustls::Error {
        let reason = reason(certificate, error);
        Self { fingerprint: fingerprint(certificate), reason, is_pinnable }.into()
    }

    /// The refusal in an error of rustls.
    pub(crate) fn inside(error: &rustls::Error) -> Option<&Self> {
        match error {
            rustls::Error::InvalidCertificate(CertificateError::Other(other)) => {
                other.0.downcast_ref()
            }
            _ => None,
        }
    }
}

impl From<Refusal> for rustls::Error {
    fn from(refusal: Refusal) -> Self {
        CertificateError::Other(OtherError(Arc::new(refusal))).into()
    }
}

/// The SHA-256 digest of the certificate.
pub(super) fn fingerprint(certificate: &[u8]) -> Fingerprint {
    let mut fingerprint = Fingerprint::default();
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
    fingerprint.copy_from_slice(digest.as_ref());
    fingerprint
}

/// The error that a pinned certificate was not shown.
pub(super) fn not_pinned() -> rustls::Error {
    rustls::Error::General(
        "the certificate of the appliance differs from the pinned one".to_owned(),
    )
}

fn reason(certificate: &CertificateDer<'_>, error: &rustls::Error) -> String {
    let parts = Parts::read(certificate);
    let key = || parts.as_ref().map_or_else(|| "an unknown algorithm".to_owned(), Parts::key_name);
    let certificate_error = match error {
        rustls::Error::General(text) => return text.clone(),
        rustls::Error::InvalidCertificate(inner) => inner,
        error => return error.to_string(),
    };
    match certificate_error {
        CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
            public_key_algorithm_id: identifier,
            ..
        }
        | CertificateError::UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id: identifier,
            ..
        } => unsupported(certificate).unwrap_or_else(|| unsupported_in_chain(identifier)),
        CertificateError::BadSignature if is_other_size(&key()) => unsupported_key(&key()),
        CertificateError::BadSignature => {
            "a signature is wrong: that of the handshake, or one in the chain of certificates"
                .to_owned()
        }
        CertificateError::UnknownIssuer => {
            "no trusted authority signed the server's certificate".to_owned()
        }
        CertificateError::NotValidForName => {
            "the server's certificate is not for this host".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet".to_owned()
        }
        CertificateError::InvalidPurpose => {
            "the server's certificate is not for servers".to_owned()
        }
        error => {
            let version = parts.as_ref().map_or(3, Parts::version);
            let text = error.to_string();
            if version < 3 && text.contains("UnsupportedCertVersion") {
                return format!(
                    "the server's certificate is of X.509 version {version}; it is accepted if it is pinned, or \
                     itself among the trusted certificates"
                );
            }
            if text.contains("CaUsedAsEndEntity") {
                return "the server's certificate is that of an authority; it is accepted if it is pinned, or itself \
                        among the trusted certificates"
                    .to_owned();
            }
            format!("the server's certificate cannot be verified: {text}")
        }
    }
}

/// Whether this is the name of an RSA key that is smaller or larger than *ring* allows.
fn is_other_size(name: &str) -> bool {
    let bits = name.split(' ').find_map(|it| it.parse::<u32>().ok());
    name.starts_with("RSA") && bits.is_some_and(|bits| !(2048..=8192).contains(&bits))
}

fn unsupported_key(name: &str) -> String {
    format!("the key of the server's certificate is {name}; supported are {VERIFIABLE}")
}

fn unsupported_in_chain(identifier: &[u8]) -> String {
    let name = pem::algorithm_name(identifier);
    let name = name.as_deref().unwrap_or("an unknown algorithm");
    format!(
        "an authority of the server's certificate signs by {name}; supported are {VERIFIABLE}; the server's certificate \
         can be pinned"
    )
}

/// That the key of the certificate is not supported, if so.
pub(super) fn unsupported(certificate: &[u8]) -> Option<String> {
    let parts = Parts::read(certificate)?;
    let is_known =
        algorithms().all.iter().any(|it| it.public_key_alg_id().as_ref() == parts.key_algorithm());
    let name = parts.key_name();
    (!is_known || is_other_size(&name)).then(|| unsupported_key(&name))
}

/// That TLS 1.3 is needed for the key of the certificate, if so.
pub(super) fn only_in_tls13(certificate: &[u8]) -> Option<String> {
    let name = Parts::read(certificate)?.key_name();
    name.starts_with("RSA-PSS").then(|| {
        format!("the key of the server's certificate is {name}, which needs TLS 1.3, and the server uses TLS 1.2")
    })
}

/// The error of rustls that an error is about.
pub(crate) fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    let mut found = None;
    let mut source = error.source();
    while let Some(inner) = source {
        found = inner.downcast_ref().or(found);
        // The source of an I/O error is that of the error inside, which would be passed over.
        let inside = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        source = match inside {
            Some(inside) => Some(inside),
            None => inner.source(),
        };
    }
    found
}

/// Whether the server signed a key exchange of TLS 1.2 with a scheme that rustls knows in TLS 1.3 alone.
pub(super) fn is_key_exchange_of_tls12(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::PeerMisbehaved(PeerMisbehaved::SignedKxWithWrongAlgorithm))
}

/// What a server probably refuses, by the alert that it sent.
pub(crate) fn alert_note(error: &rustls::Error) -> Option<String> {
    let rustls::Error::AlertReceived(alert) = error else { return None };
    Some(match alert {
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => format!(
            "the server found no common algorithm; the supported keys of servers are {VERIFIABLE}"
        ),
        AlertDescription::ProtocolVersion => {
            "the server supports neither TLS 1.2 nor TLS 1.3".to_owned()
        }
        _ if is_about_client(error) => "the server refused the client certificate".to_owned(),
        _ => return None,
    })
}

/// Whether the alert is about the certificate of the client: the server did not look at any request.
pub(crate) fn is_about_client(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::AlertReceived(
            AlertDescription::BadCertificate
                | AlertDescription::UnsupportedCertificate
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateUnknown
                | AlertDescription::UnknownCA
                | AlertDescription::AccessDenied
                | AlertDescription::CertificateRequired
        )
    )
}

impl Error {
    /// The SHA-256 fingerprint of the certificate that the server showed, if the client refused it: 64 hexadecimal
    /// digits with colons, as [`ClientBuilder::pin_sha256`](crate::ClientBuilder::pin_sha256) reads them.
    pub fn server_fingerprint(&self) -> Option<String> {
        let refusal = StdError::source(self)?.downcast_ref::<Refusal>()?;
        Some(refusal.fingerprint.iter().fold(String::new(), |mut text, byte| {
            let colon = if text.is_empty() { "" } else { ":" };
            let _ = write!(text, "{colon}{byte:02X}");
            text
        }))
    }

    /// Whether the client would accept the refused server if its certificate were pinned. It would not if it cannot verify
    /// that the server owns the key.
    pub fn is_pinnable(&self) -> bool {
        StdError::source(self)
            .and_then(|it| it.downcast_ref::<Refusal>())
            .is_some_and(|it| it.is_pinnable)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Refusal {}
