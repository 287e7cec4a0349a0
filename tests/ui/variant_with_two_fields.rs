//! Variants that do not hold one type.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection", content = "value")]
enum Place {
    Nowhere(),
    Pair(u8, u8),
    Named { name: String },
}

fn main() {}
