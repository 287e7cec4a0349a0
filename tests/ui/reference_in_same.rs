//! What differs between request and response, in a type that says it does not.

use sps_model::{Key, Password, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(same)]
struct Body {
    password: Key<Password>,
    level: u8,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(same)]
struct Outer {
    inner: Vec<Inner>,
}

#[derive(Debug, Clone, PartialEq, Resource)]
struct Inner {
    level: u8,
}

fn main() {}
