//! Words that take no argument.

use sps_model::{Kept, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(open = "yes", builder(all))]
struct Body {
    #[resource(default = 5)]
    level: u8,
    kept: Kept,
}

fn main() {}
