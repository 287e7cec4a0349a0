//! An open type with a builder and a tag beside its siblings.

use sps_model::Optional;
use sps_model::Resource;
use sps_model::UnknownFields;

/// A mode and its settings.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(open, builder)]
pub(crate) struct Settings {
    #[resource(tag)]
    pub(crate) mode: Mode,
    #[resource(default)]
    pub(crate) r#type: Optional<u8>,
    unknown_fields: UnknownFields,
}

/// A word that is never new.
#[derive(Debug, Clone, Copy, PartialEq, Resource)]
pub(crate) enum Mode {
    Slow,
    VeryFast,
}
