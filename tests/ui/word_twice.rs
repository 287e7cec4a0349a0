//! The same word more than once, also in a second attribute.

use sps_model::{Kept, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(open, open)]
#[resource(crate = sps_model, open)]
struct Body {
    #[resource(rename = "a", rename = "b")]
    level: u8,
    kept: Kept,
}

fn main() {}
