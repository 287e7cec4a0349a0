//! What the validation library promises to its callers.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod causes;
mod certificates;
mod contexts;
mod descriptors;
mod findings;
mod formats;
mod hidden;
mod json_properties;
mod json_suite;
mod long_reports;
mod pem_files;
mod pem_irregular;
mod reasons;
mod references;
mod repairs;
mod reports;
mod rewrites;
mod rules;
mod unreadable;
mod verdicts;
mod wrappers;
#[cfg(feature = "yaml")]
mod yaml;
#[cfg(feature = "yaml")]
mod yaml_checks;
