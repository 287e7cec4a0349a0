//! Files of certificates and private keys that a connection uses.

use std::{env, fmt, path::PathBuf};

use sps_client::{Argument, Error, ErrorKind};

/// The files that the certificates and the key come from.
#[derive(Debug, Default)]
pub(super) struct TlsFiles {
    pub(super) authorities: Option<PathBuf>,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
}

impl TlsFiles {
    /// Names the file that an error is about, also where the user has not named it.
    pub(super) fn explain(&self, error: Error, system: Option<&SystemFile>) -> anyhow::Error {
        if let Some(system) = system.filter(|_| error.server_fingerprint().is_some()) {
            return anyhow::Error::from(error).context(system.to_string());
        }
        let file = match error.kind() {
            ErrorKind::InvalidArgument { argument, .. } => match argument {
                Argument::Authority => self.authorities.as_ref(),
                Argument::ClientCertificate => self.certificate.as_ref(),
                Argument::ClientKey => self.key.as_ref(),
                _ => None,
            },
            _ => None,
        };
        // The context does not hide the error from a search for it.
        match file {
            Some(file) => anyhow::Error::from(error).context(file.display().to_string()),
            None => error.into(),
        }
    }
}

/// The file of certificates that the environment names for every program, on systems where that is usual.
///
/// It replaces the certificates of the system, unless `SSL_CERT_DIR` names more of them.
#[derive(Debug)]
pub(super) struct SystemFile {
    pub(super) path: PathBuf,
    pub(super) is_alone: bool,
}

impl SystemFile {
    /// Looks it up in the environment.
    pub(super) fn find() -> Option<Self> {
        let variable = |name| env::var_os(name).filter(|it| !it.is_empty());
        let is_usual = cfg!(all(unix, not(target_vendor = "apple")));
        let path = variable("SSL_CERT_FILE").filter(|_| is_usual).map(PathBuf::from)?;
        Some(Self { path, is_alone: variable("SSL_CERT_DIR").is_none() })
    }
}

impl fmt::Display for SystemFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let others = if self.is_alone { "" } else { " and the authorities of the system" };
        write!(f, "SSL_CERT_FILE={}{others}", self.path.display())
    }
}
