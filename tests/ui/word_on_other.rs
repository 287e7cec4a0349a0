//! A word on the opaque variant.

use sps_model::{Other, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
enum Color {
    Red,
    #[resource(rename = "rest")]
    Other(Other),
}

fn main() {}
