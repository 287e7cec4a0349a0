//! Why the simulator does not start, or a fault cannot be read.

use std::path::PathBuf;

/// What can go wrong outside of requests, whose errors are answers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The state, or the certificate beside it, cannot be read or written.
    #[error("cannot {action} {path}", path = path.display())]
    State {
        /// What was tried: `read`, `write`, `lock`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Another simulator keeps its state in this file.
    #[error("another simulator uses {path}: it has locked {lock}", path = path.display(), lock = lock.display())]
    InUse {
        /// The file.
        path: PathBuf,
        /// The file beside it that is locked.
        lock: PathBuf,
    },
    /// The file with the state holds something else.
    #[error("{path} does not hold the state of a simulator: {why}", path = path.display())]
    NotState {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The certificate beside the state, or its key, is broken.
    #[error(
        "{path} is not usable: {why}; move the files of the certificate and its key away, and new ones are made",
        path = path.display()
    )]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The certificates of the authorities that sign those of clients are not usable.
    #[error("the authorities of clients are not usable: {0}")]
    ClientCa(String),
    /// A certificate cannot be made or used.
    #[error("cannot set up TLS: {0}")]
    Tls(String),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// The text of a fault makes no sense.
    #[error("`{text}` is no fault: {why}")]
    Fault {
        /// The text.
        text: String,
        /// What is wrong with it.
        why: String,
    },
}
