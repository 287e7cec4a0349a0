//! Words that do not belong on a variant.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection", content = "value")]
enum Place {
    #[resource(alias = "here")]
    Name(String),
}

#[derive(Debug, Clone, PartialEq, Resource)]
enum Color {
    #[resource(tag)]
    Red,
}

fn main() {}
