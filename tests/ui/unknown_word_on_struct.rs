//! A word that no one knows, on a struct.

use sps_model::{UnknownFields, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(open, tagged)]
struct Body {
    level: u8,
    unknown_fields: UnknownFields,
}

fn main() {}
