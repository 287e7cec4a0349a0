//! Enums without a variant.

use sps_model::{Unknown, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
enum Color {}

#[derive(Debug, Clone, PartialEq, Resource)]
enum Opaque {
    Unknown(Unknown),
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection", content = "value")]
enum Place {}

fn main() {}
