//! Language server for the configuration of Safeguard for Privileged Sessions as files.
//!
//! [`serve`] talks the Language Server Protocol with one editor: it shows the problems of a tree while it is edited, the same
//! ones that `sps check` lists. It writes nothing, starts no program and reads no secret.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod diagnostic;
mod document;
mod features;
mod loose;
mod place;
mod server;
mod skeleton;
mod state;
mod stdio;
mod text;
mod uri;
mod workspace;

use std::{fmt, io, path::Path, sync::Arc};

pub use lsp_server::Connection;
use sps_model::{
    EndpointInfo,
    validate::{Report, Timestamp, Version},
};
use sps_site::{CheckOptions, LoadOptions};

use crate::server::Server;

/// What the server knows about the API besides its tables, and about files outside of trees.
pub trait Library: fmt::Debug + Send + Sync {
    /// A whole body of a request to start from, as JSON.
    fn template(&self, endpoint: &'static EndpointInfo) -> Option<String>;

    /// What the member at a pointer means, as Markdown. The pointer has no indexes of lists.
    fn docs(&self, endpoint: &'static EndpointInfo, pointer: &str) -> Option<String>;

    /// The endpoint of a file outside of trees, if its path names one.
    fn endpoint(&self, path: &Path) -> Option<&'static EndpointInfo>;

    /// The problems of such a file. `None`: it is not for this server.
    fn check(&self, path: &Path, text: &str, settings: &Settings) -> Option<Report>;
}

/// A library without books.
#[derive(Debug)]
struct Empty;

impl Library for Empty {
    fn template(&self, _: &'static EndpointInfo) -> Option<String> {
        None
    }

    fn docs(&self, _: &'static EndpointInfo, _: &str) -> Option<String> {
        None
    }

    fn endpoint(&self, _: &Path) -> Option<&'static EndpointInfo> {
        None
    }

    fn check(&self, _: &Path, _: &str, _: &Settings) -> Option<Report> {
        None
    }
}

/// What a server takes into account besides the files.
#[derive(Debug, Clone)]
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
    /// Texts about the API.
    pub library: Arc<dyn Library>,
}

impl Default for Settings {
    fn default() -> Self {
        let (load, allow) = (LoadOptions::default(), Vec::new());
        Self { load, target: None, now: None, allow, library: Arc::new(Empty) }
    }
}

impl Settings {
    /// Runs `work` with the options of a check.
    pub(crate) fn with_options<R>(&self, work: impl FnOnce(&CheckOptions<'_>) -> R) -> R {
        let codes: Vec<_> = self.allow.iter().map(String::as_str).collect();
        let mut options = CheckOptions::default().with_allowed(&codes);
        options.target = self.target;
        options.now = self.now;
        work(&options)
    }
}

/// Why a server has ended too early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The connection has ended before the request `initialize`.
    #[error("the editor has ended the connection before it sent `initialize`")]
    NotInitialized,
    /// The stream has a message without a length, or one of more than 256 MiB.
    #[error("the editor has sent a message without a length, or one of more than 256 MiB")]
    Malformed,
    /// The streams of the editor.
    #[error("cannot talk with the editor")]
    Io(#[from] io::Error),
}

/// Serves the editor that has started this process, over standard input and output.
///
/// # Errors
/// The editor ends the connection before `initialize`, or the streams fail. A single message that cannot be read is answered.
pub fn serve_stdio(settings: Settings) -> Result<(), ServeError> {
    let (connection, threads) = stdio::connect()?;
    let served = serve(&connection, settings);
    // The writer ends when nothing can be sent any longer.
    drop(connection);
    threads.join().and(served)
}

/// Serves an editor until it ends the connection.
///
/// # Errors
/// The editor ends the connection before `initialize`.
pub fn serve(connection: &Connection, settings: Settings) -> Result<(), ServeError> {
    Server::start(connection, settings)?.run()
}

/// The program of the front page on crates.io is compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
