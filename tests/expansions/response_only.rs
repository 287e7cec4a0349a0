//! Members of one form only, and a type that has one form.

use sps_model::Key;
use sps_model::Optional;
use sps_model::Password;
use sps_model::Resource;

/// A job.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(response_only(owner: Key<Password>, "started-at" as started: Optional<String>))]
pub(crate) struct Job {
    pub(crate) name: String,
    #[resource(request_only)]
    pub(crate) plain: Optional<String>,
    pub(crate) limits: Limits,
}

/// What it may use.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(same)]
pub(crate) struct Limits {
    pub(crate) seconds: u64,
}
