//! Response-only fields with the name of another field.

use sps_model::{UnknownFields, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(response_only("a" as level: u64, "b" as kept: u64, "c" as seen: u64, "d" as seen: u64))]
struct Body {
    level: u8,
    unknown_fields: UnknownFields,
}

fn main() {}
