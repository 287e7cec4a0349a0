//! Trees of files: loaded, checked, planned and applied.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod applying;
mod draft;
mod faults;
mod files;
mod hidden;
mod model;
mod names;
mod notations;
mod others;
mod planning;
mod planted;
mod references;
mod repairs;
mod schema;
mod secrets;
mod snapshot;
mod support;
mod tree;
mod yaml;
mod yaml_plans;
