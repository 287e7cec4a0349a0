//! A stateful simulator of the REST API of Safeguard for Privileged Sessions, for tests and for experiments.
//!
//! It interprets [`sps_spec::Spec`] at run time and shares no code with the generated models, the validator or the
//! client. A mistake of the generator thus shows as a disagreement, instead of canceling out on both ends of the wire.
//!
//! ```
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
//! use sps_sim::{Fault, Simulator, User};
//!
//! let sim = Simulator::builder()
//!     .target("7.5.0".parse().expect("a version"))
//!     .user(User::admin("admin", "a"))
//!     .start()
//!     .await?;
//! // The next commit takes effect, but its response never arrives.
//! sim.add_fault(Fault::drop_after().method("PUT").path("/api/transaction").times(1));
//! assert!(sim.url().starts_with("https://127.0.0.1:"));
//! assert!(sim.requests().is_empty());
//! sim.stop().await;
//! # Ok::<(), sps_sim::Error>(()) }).unwrap();
//! ```
//!
//! # Tour
//!
//! * [`Simulator::builder`] gives a [`Builder`]: the version to imitate, [`User`]s, HTTPS or plain HTTP, the address, a
//!   state file, a log file, strict checks, and a [`Clock`] that tests move.
//! * [`Simulator`] runs in your process until it is dropped or stopped. [`Simulator::url`], [`Simulator::certificate_pem`]
//!   and [`Simulator::sha256_fingerprint`] are for the client under test.
//! * [`Simulator::twin`] starts another one like it, with its own state and address. A thousand fit into one process.
//! * [`Simulator::add_fault`] breaks what you say: a [`Fault`] drops a connection, delays a response, or ends a session.
//! * [`Simulator::requests`] shows what arrived, [`Simulator::open_transaction`] who holds the configuration, and
//!   [`Simulator::configuration`] what was committed.
//! * A [`RecordedSession`] is one of those that `/api/audit/sessions` finds. A new simulator has five.
//! * [`body`] checks and keeps bodies without a server.
//!
//! # Features
//!
//! `page` adds `Page`, which shows a browser what the simulator holds. Nothing is on by default, and the spec is part of
//! the crate.
//!
//! # What it does not do
//!
//! It is no appliance. `docs/simulator.md` of the repository lists its behavior, and what was decided where the guide is
//! silent.

mod appliance;
mod audit;
mod builder;
mod clock;
mod configuration;
mod device;
mod error;
mod fault;
mod http;
mod jobs;
mod machine;
#[cfg_attr(not(feature = "page"), path = "no_page.rs")]
mod page;
mod random;
mod server;
mod session;
mod simulator;
mod twin;

/// ```
/// use serde_json::{Value, json};
/// use sps_sim::body::{Bodies, Mode, World};
/// use sps_spec::Spec;
///
/// /// An appliance without any objects.
/// struct Empty;
///
/// impl World for Empty {
///     fn object(&self, _: &str, _: &str) -> Option<Value> {
///         None
///     }
///     fn referrers(&self, _: &str, _: &str) -> Vec<String> {
///         Vec::new()
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let spec = Spec::embedded();
/// let bodies = Bodies::new(&spec, None);
/// let path = "/api/configuration/management/disk_fillup_prevention";
/// let endpoint = spec.endpoint(path).ok_or("no such endpoint")?;
/// let text = br#"{"archiving_enabled": false, "enabled": true, "used_space_ratio_limit": 85, "typo": 1}"#;
/// // An appliance drops unknown keys. A strict reader refuses them.
/// let stored = bodies.read(endpoint, text, Mode::Lenient, &Empty, path).map_err(|_| "refused")?;
/// assert_eq!(stored, json!({"archiving_enabled": false, "enabled": true, "used_space_ratio_limit": 85}));
/// assert!(bodies.read(endpoint, text, Mode::Strict, &Empty, path).is_err());
/// # Ok(())
/// # }
/// ```
pub mod body;

pub use crate::{
    audit::RecordedSession,
    builder::Builder,
    clock::Clock,
    configuration::{Holder, Locks},
    error::Error,
    fault::Fault,
    http::{FailedHandshake, RequestRecord},
    session::User,
    simulator::Simulator,
};

#[cfg(feature = "page")]
pub use crate::page::Page;

/// The program of the front page on crates.io runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
