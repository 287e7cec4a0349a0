//! Async client of the REST API of Safeguard for Privileged Sessions that never leaves a transaction open.
//!
//! ```no_run
//! use sps_client::{Client, Login};
//! use sps_model::management::HealthMonitoring;
//!
//! # async fn example(password: String, pem: Vec<u8>) -> Result<(), sps_client::Error> {
//! let client = Client::builder("https://sps.example.com")?
//!     .login(Login::password("admin", password)) // or `Login::method(..)`, `Login::certificate(..)`
//!     .ca_pem(pem) // or `.pin_sha256(hex)?`, `.danger_accept_invalid_certs()`
//!     .journal("sps-journal.json") // remembers an open transaction across crashes
//!     .connect()
//!     .await?;
//!
//! let health = client.get::<HealthMonitoring>().await?;
//! let mut transaction = client.transaction().await?;
//! let mut request = health.into_request(); // References become keys, unknown keys stay.
//! request.maximum_disk_utilization_ratio = Some(80);
//! transaction.replace(&request).await?;
//! for change in transaction.review().await?.changes {
//!     println!("{change}");
//! }
//! let report = transaction.commit().await?;
//! for mismatch in &report.mismatches {
//!     println!("{mismatch}"); // Secrets are never shown.
//! }
//! client.clean_up().await // Waits until every dropped transaction is canceled.
//! # }
//! ```
//!
//! # Tour
//!
//! * [`Client::builder`] takes the address and gives a [`ClientBuilder`]: the [`Login`], what to trust, time limits.
//! * [`Client`] reads: [`get`](Client::get) a singleton, [`get_object`](Client::get_object) and [`list`](Client::list)
//!   the objects of a collection. A [`Received`] becomes a request with [`Received::into_request`].
//! * [`Transaction`] changes the configuration: [`replace`](Transaction::replace), [`create`](Transaction::create),
//!   [`delete`](Transaction::delete), [`review`](Transaction::review), then [`commit`](Transaction::commit) or
//!   [`cancel`](Transaction::cancel). Every body is checked before it is sent. The [`CommitReport`] lists each
//!   [`Mismatch`]: a value that, read back after the commit, differs from what was sent.
//! * [`Transaction::edit`] reads an object, lets you change it, and replaces it. A precondition, such as that of
//!   [`Transaction::replace_if_unchanged`], overwrites nothing that you did not read. [`Client::edit`] and
//!   [`Client::change`] open and commit a transaction, and start again when another session was faster.
//! * The methods that end in `_raw` take any path and a body without a type.
//! * [`Client::upload`], [`Client::download`] and [`Client::support_bundles`] transfer files.
//! * [`Client::firmware`] uploads, tests and upgrades. [`Client::cluster`], [`Transaction::promote`] and
//!   [`Transaction::request_join`] are about clusters. [`ClientBuilder::set_up`] sets up a new appliance.
//! * [`Client::audit_sessions`] searches the sessions that went through the appliance, page by page or in a snapshot, and
//!   downloads their recordings. [`Client::user_info`] says who is logged in.
//! * [`Error`] is data: its [`kind`](Error::kind), its [`request`](Error::request), the appliance's own
//!   [`message`](Error::message), and what to do: [`advice`](Error::advice).
//!
//! The folder `examples` of the crate has complete programs.
//!
//! # Features
//!
//! The crate has no features: TLS is part of it, and the runtime is tokio.
//!
//! # When something breaks
//!
//! * The client repeats reads, with waits that grow. It does not repeat a change blindly: if a response is lost, the
//!   transaction's list of changes shows whether the request arrived.
//! * The session ends: outside of a transaction the client logs in again. Inside of one, the appliance has discarded
//!   everything, and the error is [`ErrorKind::SessionEnded`].
//! * Ctrl-C: drop the future that holds the transaction, as `tokio::select!` does, then call [`Client::clean_up`]. The
//!   library installs no signal handler.
//! * A crash: with a journal, the next [`ClientBuilder::connect`] cancels what was left open, and
//!   [`Client::recovered`] lists it.
//! * The connection breaks during a commit: the client finds out whether the commit took effect; see
//!   [`Transaction::commit`].
//! * Another session changes the configuration first: nothing of the transaction is committed, and
//!   [`Error::is_conflict`] is true. The client repeats only what it can start from the beginning: a function that
//!   makes the change.
//! * The response to a change does not arrive in time: the request may still arrive. The client checks for it for as
//!   long as a response may take, then sends the change once more. A request that arrives even later opens a
//!   transaction of its own. [`Client::clean_up`] and the next [`Client::transaction`] cancel that one, and the journal
//!   keeps the session so that the next run checks it too.
//!
//! # Events
//!
//! Spans and events of `tracing` contain methods, paths without query, status codes, kinds of errors, sizes and times.
//! They never contain a password, a session or a body.
//!
//! # What it does not do
//!
//! It does not log out by itself, because no source shows how: see [`Client::log_out`]. It follows no redirection and speaks HTTP/1.1. It uses a proxy
//! only if [`ClientBuilder::proxy`] names one, never that of the environment.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod audit;
mod builder;
mod change;
mod client;
mod cluster;
mod error;
mod firmware;
mod list;
mod login;
mod received;
mod recovered;
mod setup;
mod support_bundle;
mod transaction;
mod transfer;

mod body;
mod compare;
mod hide;
mod http;
mod journal;
mod json;
mod path;
mod proxy;
mod recover;
mod session;
mod settings;
mod tls;

pub use sps_model::{Difference, Side};

pub use crate::{
    audit::{AuditSessions, Pages, SessionQuery},
    builder::ClientBuilder,
    client::Client,
    cluster::Cluster,
    error::{Advice, Argument, Error, ErrorKind},
    firmware::Firmware,
    list::List,
    login::Login,
    path::{links, needs_transaction},
    received::{RawResponse, Received},
    recovered::{Recovered, RecoveredOutcome},
    settings::{LockWait, Retry},
    support_bundle::SupportBundles,
    transaction::{Change, ChangeKind, CommitReport, Mismatch, Review, Transaction, Unverified},
    transfer::{Progress, Source},
};

/// The program of the front page on crates.io runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
