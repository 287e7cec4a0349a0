//! Words that need an argument.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(response_only, crate)]
struct Body {
    #[resource(rename)]
    level: u8,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag, content)]
enum Place {
    Nowhere,
}

fn main() {}
