//! Arguments of another kind.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(crate = "sps_model", response_only = "created")]
struct Body {
    #[resource(rename = level)]
    level: u8,
    #[resource(rename = 5)]
    depth: u8,
}

fn main() {}
