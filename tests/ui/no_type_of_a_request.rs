//! Types that no member of a request can have: one error each.

use std::{collections::HashMap, time::Duration};

use sps_model::{Key, Optional, Password, Reference, Resource, Unknown, UnknownFields};

#[derive(Debug, Clone, PartialEq)]
struct Nested {
    level: u8,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(builder, response_only(created: usize))]
struct Body {
    timeout: Duration,
    ratio: f32,
    count: usize,
    names: HashMap<String, u8>,
    anything: serde_json::Value,
    nested: Nested,
    password: Reference<Password>,
    optional: Optional<f32>,
    unknown_fields: UnknownFields,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection", content = "value")]
enum Choice {
    Never,
    After(Duration),
    Users(HashMap<String, Key<Password>>),
    Unknown(Unknown),
}

fn main() {}
