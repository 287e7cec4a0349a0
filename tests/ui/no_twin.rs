//! Fields of one form on a type that has one form.

use sps_model::{Optional, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(same, response_only(created: u64))]
struct First {
    #[resource(request_only)]
    level: Optional<u8>,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(response, response_only(created: u64))]
struct Second {
    #[resource(request_only)]
    level: Optional<u8>,
}

fn main() {}
