//! A struct with references, in every place they can be.

use sps_model::Key;
use sps_model::Optional;
use sps_model::Password;
use sps_model::Resource;
use sps_model::UnknownFields;
use sps_model::X509;

/// Who may connect.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) struct Access {
    /// The password.
    pub(crate) password: Key<Password>,
    #[resource(rename = "trusted-ca")]
    pub(crate) certificates: Vec<Optional<Key<X509>>>,
    pub(crate) next: Option<Box<Key<X509>>>,
    unknown_fields: UnknownFields,
}
