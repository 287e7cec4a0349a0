//! A word of structs, on an enum.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(builder)]
enum Color {
    Red,
}

fn main() {}
