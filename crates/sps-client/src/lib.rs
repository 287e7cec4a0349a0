//! Async client of the REST API of Safeguard for Privileged Sessions that leaves no mess behind.
//!
//! A change of the configuration lives in a [`Transaction`], and that is a value: it is committed, or it
//! is cancelled, whatever happens in between. Requests are checked before they leave; what is read,
//! changed and written keeps every key, known or not; and after a commit each value that the appliance
//! did not take is reported.
//!
//! ```no_run
//! use sps_client::{Client, Login};
//! use sps_model::HealthMonitoring;
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
//! let mut request = health.into_request(); // References become keys, unknown keys are kept.
//! request.maximum_disk_utilization_ratio = Some(80);
//! transaction.replace::<HealthMonitoring>(&request).await?;
//! for change in transaction.review().await?.changes {
//!     println!("{change}");
//! }
//! let outcome = transaction.commit().await?;
//! for value in &outcome.not_taken {
//!     println!("not taken: {value}"); // Secrets are never shown.
//! }
//! client.settle().await // Waits for the cancel of any transaction that was dropped.
//! # }
//! ```
//!
//! # When something breaks
//!
//! * Reading is repeated, with waits that grow and are blurred. Changes are not: when a response is lost,
//!   the transaction's list of changes tells whether the request had arrived.
//! * The session ended: outside of a transaction the client logs in again, inside of one that is
//!   [`ErrorKind::SessionEnded`], for the appliance discarded everything.
//! * Ctrl-C: let the future that holds the transaction be dropped (`tokio::select!` does), then call
//!   [`Client::settle`]. The library installs no signal handler.
//! * A crash: with a journal the next [`ClientBuilder::connect`] cancels what was left open, and
//!   [`Client::recovered`] tells it.
//! * The connection broke during a commit: a look tells whether it went through; see
//!   [`Transaction::commit`].
//! * A change was not answered in time: it may still be on its way, so the client looks for it as long again as a response
//!   may take before it sends it once more. What arrives even later opens a transaction that nobody wanted:
//!   [`Client::settle`] and the next [`Client::transaction`] cancel it, and the journal goes on naming the session, so that
//!   the next run looks there too.
//!
//! # Events
//!
//! Spans and events of `tracing` name methods, paths without query, status codes and kinds of errors,
//! never a password, a session or a body.
//!
//! # What it does not do
//!
//! It does not log out: no page shows how. It follows no redirection, uses no proxy, and speaks HTTP/1.1.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod builder;
mod client;
mod error;
mod list;
mod login;
mod received;
mod recover;
mod support_bundle;
mod transaction;
mod transfer;

mod body;
mod compare;
mod hide;
mod http;
mod journal;
mod path;
mod settings;
mod tls;

pub use crate::{
    builder::ClientBuilder,
    client::{Client, RawResponse},
    compare::Seen,
    error::{Error, ErrorKind},
    list::List,
    login::Login,
    received::Received,
    recover::{Recovered, RecoveredOutcome},
    support_bundle::SupportBundles,
    tls::TlsInput,
    transaction::{Change, ChangeKind, NotTaken, Outcome, Review, Transaction, Unverified},
    transfer::{Progress, Source},
};
