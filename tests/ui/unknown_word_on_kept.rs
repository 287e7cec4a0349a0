//! A word on the field for unknown keys.

use sps_model::{UnknownFields, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
struct Body {
    level: u8,
    #[resource(default)]
    unknown_fields: UnknownFields,
}

fn main() {}
