//! A Rust union.

use sps_model::Resource;

#[derive(Clone, Copy, Resource)]
union Body {
    level: u8,
    depth: i8,
}

fn main() {}
