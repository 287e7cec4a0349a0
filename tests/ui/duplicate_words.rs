//! Words that are twice.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
enum Color {
    Red,
    #[resource(rename = "red")]
    Crimson,
    #[resource(alias = "red", alias = "azure", alias = "azure")]
    Blue,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection", content = "value")]
enum Place {
    Name(String),
    #[resource(rename = "name")]
    Host(String),
}

fn main() {}
