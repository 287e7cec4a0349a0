//! A union with content, without content, and with an opaque variant.

use sps_model::Key;
use sps_model::Password;
use sps_model::Resource;
use sps_model::Unknown;

/// How to log in.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection", content = "value")]
#[non_exhaustive]
pub(crate) enum Login {
    /// Not at all.
    Anonymous,
    /// With this password.
    #[resource(rename = "with-password")]
    Password(Key<Password>),
    /// What no source shows.
    Unknown(Unknown),
}
