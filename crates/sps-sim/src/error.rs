//! Errors of starting a simulator and of reading a fault.

use std::path::PathBuf;

/// An error outside of requests; errors of requests are responses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is not available.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// A file cannot be used: the state, the certificate beside it, or the log.
    #[error("cannot {action} {path}", path = path.display())]
    State {
        /// The failed action: `read`, `write`, `lock`, `open`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Another simulator uses the state file.
    #[error("another simulator uses {path}: it has locked {lock}", path = path.display(), lock = lock.display())]
    InUse {
        /// The file.
        path: PathBuf,
        /// The locked file beside it.
        lock: PathBuf,
    },
    /// The state file does not hold a valid state.
    #[error("{path} does not hold the state of a simulator: {why}", path = path.display())]
    NotState {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// The certificate beside the state, or its key, is invalid.
    #[error(
        "{path}: {why}; move the files of the certificate and its key away to get new ones",
        path = path.display()
    )]
    Certificate {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// The certificates of the authorities of clients are invalid.
    #[error("invalid client authorities: {0}")]
    ClientCa(String),
    /// A certificate cannot be made or used.
    #[error("cannot set up TLS: {0}")]
    Tls(String),
    /// The system has no random numbers.
    #[error("the system has no random numbers")]
    Random,
    /// The text of a fault is invalid.
    #[error("invalid fault `{text}`: {why}")]
    Fault {
        /// The text.
        text: String,
        /// The reason.
        why: String,
    },
}
