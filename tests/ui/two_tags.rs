//! Two tags in one object.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
enum Mode {
    Slow,
}

#[derive(Debug, Clone, PartialEq, Resource)]
struct Body {
    #[resource(tag)]
    mode: Mode,
    #[resource(tag)]
    other: Mode,
}

fn main() {}
