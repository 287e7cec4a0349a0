//! Words with content.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
enum Color {
    Red,
    Mixed(u8, u8),
    Named { name: String },
}

fn main() {}
