//! A word of enum values, on a field.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
struct Body {
    #[resource(alias = "depth")]
    level: u8,
}

fn main() {}
