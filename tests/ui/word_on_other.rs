//! A word on the opaque variant.

use sps_model::{Unknown, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
enum Color {
    Red,
    #[resource(rename = "rest")]
    Unknown(Unknown),
}

fn main() {}
