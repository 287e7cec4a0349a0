//! The simulator, tested over its socket as a client uses it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod audit;
mod authentication;
#[cfg(feature = "page")]
mod browser;
#[cfg(feature = "page")]
mod chromium;
mod client;
mod cluster;
mod faults;
mod firmware;
mod hostile;
mod jobs;
mod log;
mod objects;
#[cfg(feature = "page")]
mod page;
#[cfg(feature = "page")]
mod page_events;
#[cfg(feature = "page")]
mod page_forms;
#[cfg(feature = "page")]
mod page_secrets;
mod parallel;
mod services;
mod setup;
mod state;
mod tls;
mod transactions;
mod uploads;
mod user;

use std::time::{Duration, UNIX_EPOCH};

use sps_sim::{Builder, Clock, Simulator, User};

/// Settings of a simulator of this version, with three users and a manual clock.
fn version(target: &str) -> Builder {
    let start = UNIX_EPOCH + Duration::from_secs(1_648_641_600);
    Simulator::builder()
        .plain_http()
        .target(target.parse().unwrap())
        .user(User::admin("admin", "pä:ss"))
        .user(User::admin("alice", "a"))
        .user(User::reader("rita", "r"))
        .user(User::powerless("paul", "p"))
        .clock(Clock::manual(start))
        .seed(7)
}
