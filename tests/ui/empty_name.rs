//! A wire name without a character.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
struct Body {
    #[resource(rename = "")]
    level: u8,
}

fn main() {}
