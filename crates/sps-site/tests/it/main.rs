//! Trees of files, loaded and checked.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod files;
mod hidden;
mod names;
mod notations;
mod references;
mod secrets;
mod tree;
