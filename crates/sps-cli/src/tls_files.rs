//! Files of certificates and private keys.

use std::{
    env,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use anyhow::{Result, anyhow};
use sps_client::{Error, TlsInput};

use crate::input;

/// A longer file is not a file of certificates.
const MAX_BYTES: u64 = 64 << 20;

/// The files that the settings of TLS come from.
pub(crate) struct TlsFiles {
    pub(crate) authorities: Option<PathBuf>,
    pub(crate) certificate: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
}

impl TlsFiles {
    /// Names the file that an error is about.
    pub(crate) fn explain(&self, error: Error) -> anyhow::Error {
        let file = match error.tls_input() {
            Some(TlsInput::Authorities) => self.authorities.as_ref(),
            Some(TlsInput::ClientCertificate) => self.certificate.as_ref(),
            Some(TlsInput::ClientKey) => self.key.as_ref(),
            _ => None,
        };
        // The context does not hide the error from those who look for it.
        match file {
            Some(file) => anyhow::Error::from(error).context(file.display().to_string()),
            None => error.into(),
        }
    }
}

/// Reads a file of certificates or keys; `-` is standard input. Text around them may be in any encoding.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if input::is_stdin(file) {
        io::stdin().lock().take(MAX_BYTES).read_to_end(&mut bytes)
    } else if file.is_dir() {
        Err(io::ErrorKind::IsADirectory.into())
    } else {
        File::open(file).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(anyhow!("{}: {}", file.display(), input::words(&error))),
    }
}

/// The file of certificates that the environment names for every program, on systems where that is usual.
///
/// It replaces the certificates of the system, unless `SSL_CERT_DIR` names more of them.
pub(crate) struct SystemFile {
    pub(crate) path: PathBuf,
    pub(crate) is_alone: bool,
}

impl SystemFile {
    pub(crate) fn find() -> Option<Self> {
        let variable = |name| env::var_os(name).filter(|it| !it.is_empty());
        let is_usual = cfg!(all(unix, not(target_vendor = "apple")));
        let path = variable("SSL_CERT_FILE").filter(|_| is_usual).map(PathBuf::from)?;
        Some(Self { path, is_alone: variable("SSL_CERT_DIR").is_none() })
    }
}
