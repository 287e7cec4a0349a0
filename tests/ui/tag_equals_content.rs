//! One key for both.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection", content = "selection")]
enum Place {
    Nowhere,
}

fn main() {}
