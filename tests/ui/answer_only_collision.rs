//! Answer-only fields with the name of another field.

use sps_model::{Kept, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(answer_only("a" as level: u64, "b" as kept: u64, "c" as seen: u64, "d" as seen: u64))]
struct Body {
    level: u8,
    kept: Kept,
}

fn main() {}
