//! Response-only fields that are not `name: Type`.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(response_only(created u64))]
struct First {
    level: u8,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(response_only("last-seen": u64))]
struct Second {
    level: u8,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(response_only(created))]
struct Third {
    level: u8,
}

fn main() {}
