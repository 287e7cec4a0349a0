//! Structs without named fields.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
struct Body(u8, u8);

#[derive(Debug, Clone, PartialEq, Resource)]
struct Unit;

fn main() {}
