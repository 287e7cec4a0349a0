//! Words that take no argument.

use sps_model::{UnknownFields, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(open = "yes", builder(all))]
struct Body {
    #[resource(default = 5)]
    level: u8,
    unknown_fields: UnknownFields,
}

fn main() {}
