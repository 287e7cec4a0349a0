//! Who logs in, and how.

use std::fmt;

use sps_model::Secret;
use zeroize::Zeroizing;

/// Who logs in, and how.
///
/// ```
/// use sps_client::Login;
/// let login = Login::method("ldap-admins", "alice", "correct horse");
/// assert!(!format!("{login:?}").contains("correct horse"));
/// ```
#[derive(Clone)]
pub struct Login {
    pub(crate) proof: Proof,
    pub(crate) method: Option<String>,
}

#[derive(Clone)]
pub(crate) enum Proof {
    Password { user: String, password: Secret },
    Certificate { certificate: Vec<u8>, key: Zeroizing<Vec<u8>> },
}

impl Login {
    /// With name and password.
    pub fn password(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        let proof = Proof::Password { user: user.into(), password: password.into() };
        Self { proof, method: None }
    }

    /// With name and password by the login method of this name; `local` is the appliance's own users.
    pub fn method(
        method: impl Into<String>,
        user: impl Into<String>,
        password: impl Into<Secret>,
    ) -> Self {
        Self::password(user, password).by(method)
    }

    /// With a client certificate and its private key, both in PEM. The certificates of intermediate
    /// authorities may follow the first.
    pub fn certificate(certificate_pem: impl Into<Vec<u8>>, key_pem: impl Into<Vec<u8>>) -> Self {
        let (certificate, key) = (certificate_pem.into(), Zeroizing::new(key_pem.into()));
        let proof = Proof::Certificate { certificate, key };
        Self { proof, method: None }
    }

    /// The same by the login method of this name.
    #[must_use]
    pub fn by(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Who: the name, or that a certificate tells it.
    pub fn user(&self) -> &str {
        match &self.proof {
            Proof::Password { user, .. } => user,
            Proof::Certificate { .. } => "(certificate)",
        }
    }

    /// What must not be repeated.
    pub(crate) fn secret(&self) -> Option<&Secret> {
        match &self.proof {
            Proof::Password { password, .. } => Some(password),
            // It never leaves, so nobody can repeat it.
            Proof::Certificate { .. } => None,
        }
    }

    /// The path to log in at.
    pub(crate) fn path(&self) -> String {
        let mut query = Vec::new();
        if matches!(self.proof, Proof::Certificate { .. }) {
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
