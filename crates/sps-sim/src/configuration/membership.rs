//! The place of this node in a cluster.

use serde::{Deserialize, Serialize};

/// The place of this node in a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Membership {
    /// ID of this node, once it belongs to a cluster.
    pub(crate) node_id: Option<String>,
    /// Address of the central node, if this one asked to join it.
    pub(crate) central: Option<String>,
}

impl Membership {
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
