//! A word that nobody knows, on a struct.

use sps_model::{Kept, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(open, tagged)]
struct Body {
    level: u8,
    kept: Kept,
}

fn main() {}
