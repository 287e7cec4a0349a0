//! Attributes that are not a list of words.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource]
struct First {
    level: u8,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource = "open"]
struct Second {
    level: u8,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(builder constrained)]
struct Third {
    level: u8,
}

fn main() {}
