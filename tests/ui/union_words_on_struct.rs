//! The words of a union on a struct.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection", content = "value")]
struct Body {
    level: u8,
}

fn main() {}
