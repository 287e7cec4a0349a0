//! A type with parameters.

use sps_model::Resource;

#[derive(Debug, Clone, PartialEq, Resource)]
struct Body<'a, T> {
    level: &'a T,
}

fn main() {}
