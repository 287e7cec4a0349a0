//! An open type without a place for what it does not know.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(open)]
struct Body {
    level: u8,
}

fn main() {}
