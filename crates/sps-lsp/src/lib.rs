//! Language server for the configuration of Safeguard for Privileged Sessions as files.
//!
//! [`serve`] talks the Language Server Protocol with one editor: it shows the problems of a tree while it is edited, the same
//! ones that `sps check` lists. It writes nothing, starts no program and reads no secret.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod diagnostic;
mod document;
mod features;
mod loose;
mod server;
mod text;
mod uri;
mod workspace;

use lsp_server::{Connection, ProtocolError};
use sps_model::validate::{Timestamp, Version};
use sps_site::LoadOptions;

use crate::server::Server;

/// What a server takes into account besides the files.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Settings {
    /// How trees are read.
    pub load: LoadOptions,
    /// The version that the files are for, in place of the one in `sps.toml`.
    pub target: Option<Version>,
    /// The time at which certificates are checked.
    pub now: Option<Timestamp>,
    /// Codes of rules that the files may break, besides those in `sps.toml`.
    pub allow: Vec<String>,
}

/// Why a server has ended too early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The editor has left the protocol.
    #[error("the editor does not keep to the protocol")]
    Protocol(#[from] ProtocolError),
}

/// Serves an editor until it ends the connection.
///
/// # Errors
/// The editor does not keep to the protocol.
pub fn serve(connection: &Connection, settings: Settings) -> Result<(), ServeError> {
    Server::start(connection, settings)?.run()
}
