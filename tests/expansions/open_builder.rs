//! An open type with a builder and a tag beside its siblings.

use sps_model::Kept;
use sps_model::Optional;
use sps_model::Resource;

/// A mode and its settings.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(open, builder)]
pub(crate) struct Settings {
    #[resource(tag)]
    pub(crate) mode: Mode,
    #[resource(default)]
    pub(crate) r#type: Optional<u8>,
    kept: Kept,
}

/// A word that is never new.
#[derive(Debug, Clone, Copy, PartialEq, Resource)]
pub(crate) enum Mode {
    Slow,
    VeryFast,
}
