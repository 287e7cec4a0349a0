//! Two forms that exclude each other.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(same, response)]
struct Body {
    level: u8,
}

fn main() {}
