//! Wire names that are twice.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(response_only(created: u64, "depth" as seen: u64))]
struct Body {
    level: u8,
    #[resource(rename = "level")]
    grade: u8,
    #[resource(rename = "created")]
    date: u64,
    depth: u8,
}

fn main() {}
