//! Half of what makes a union; the variants are checked all the same.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection")]
enum Place {
    Nowhere,
    Pair(u8, u8),
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(content = "value")]
enum Host {
    Name(String),
    #[resource(alias = "none")]
    Nowhere,
}

fn main() {}
