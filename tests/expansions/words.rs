//! A list of words, one of them with another spelling.

use sps_model::Resource;
use sps_model::Unknown;

/// How to hash.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) enum Hash {
    Md5,
    #[resource(alias = "sha1")]
    Sha,
    Unknown(Unknown),
}
