//! Enums without a variant.

use sps_model::{Other, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
enum Color {}

#[derive(Debug, Clone, PartialEq, Resource)]
enum Opaque {
    Other(Other),
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection", content = "value")]
enum Place {}

fn main() {}
