//! A word on the field for unknown keys.

use sps_model::{Kept, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
struct Body {
    level: u8,
    #[resource(default)]
    kept: Kept,
}

fn main() {}
