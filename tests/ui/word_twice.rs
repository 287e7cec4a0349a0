//! The same word more than once, also in a second attribute.

use sps_model::{UnknownFields, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(open, open)]
#[resource(crate = sps_model, open)]
struct Body {
    #[resource(rename = "a", rename = "b")]
    level: u8,
    unknown_fields: UnknownFields,
}

fn main() {}
