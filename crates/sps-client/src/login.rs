//! The user who logs in, and how.

use std::fmt;

use sps_model::Secret;
use zeroize::Zeroizing;

use crate::error::{Argument, Error};

/// The user who logs in, and how.
///
/// ```
/// use sps_client::Login;
/// let login = Login::method("ldap-admins", "alice", "correct horse");
/// assert!(!format!("{login:?}").contains("correct horse"));
/// ```
#[derive(Clone)]
pub struct Login {
    pub(crate) credentials: Credentials,
    pub(crate) method: Option<String>,
}

#[derive(Clone)]
pub(crate) enum Credentials {
    Password { user: String, password: Secret },
    Certificate { certificate: Vec<u8>, key: Zeroizing<Vec<u8>> },
}

impl Login {
    /// Logs in with a user name and a password.
    pub fn password(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        let credentials = Credentials::Password { user: user.into(), password: password.into() };
        Self { credentials, method: None }
    }

    /// Logs in with a user name and a password by the login method of this name. `local` means the users of the
    /// appliance itself.
    pub fn method(
        method: impl Into<String>,
        user: impl Into<String>,
        password: impl Into<Secret>,
    ) -> Self {
        Self::password(user, password).by(method)
    }

    /// Logs in with a client certificate and its private key, both in PEM. Certificates of intermediate authorities may
    /// follow the client certificate.
    pub fn certificate(certificate_pem: impl Into<Vec<u8>>, key_pem: impl Into<Vec<u8>>) -> Self {
        let (certificate, key) = (certificate_pem.into(), Zeroizing::new(key_pem.into()));
        Self { credentials: Credentials::Certificate { certificate, key }, method: None }
    }

    /// Uses the login method of this name.
    #[must_use]
    pub fn by(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// The user name; `(certificate)` if the appliance takes it from a certificate.
    pub fn user(&self) -> &str {
        match &self.credentials {
            Credentials::Password { user, .. } => user,
            Credentials::Certificate { .. } => "(certificate)",
        }
    }

    /// Checks what a request cannot carry.
    ///
    /// # Errors
    /// The user name has a colon, which would end it in the request, or is empty: the login would fail, and count as a
    /// failed attempt.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let Credentials::Password { user, .. } = &self.credentials else { return Ok(()) };
        let reason = if user.is_empty() {
            "the user name is empty"
        } else if user.contains(':') {
            "a user name cannot have a colon"
        } else if user.contains(char::is_control) {
            "a user name cannot have control characters"
        } else {
            return Ok(());
        };
        Err(Error::argument(Argument::Login, reason))
    }

    /// The secret that must not appear in a text of the appliance.
    pub(crate) fn secret(&self) -> Option<&Secret> {
        match &self.credentials {
            Credentials::Password { password, .. } => Some(password),
            // The private key is never sent.
            Credentials::Certificate { .. } => None,
        }
    }

    /// The path to log in at.
    pub(crate) fn path(&self) -> String {
        let mut query = Vec::new();
        if matches!(self.credentials, Credentials::Certificate { .. }) {
            query.push("type=x509".to_owned());
        }
        if let Some(method) = &self.method {
            query.push(format!("login_method={}", crate::path::encoded(method)));
        }
        if query.is_empty() {
            return "/api/authentication".to_owned();
        }
        format!("/api/authentication?{}", query.join("&"))
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user())
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
