//! Trees of files: loaded, checked, planned and applied.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod applying;
mod faults;
mod files;
mod hidden;
mod names;
mod notations;
mod planning;
mod references;
mod repairs;
mod secrets;
mod snapshot;
mod support;
mod tree;
mod yaml;
