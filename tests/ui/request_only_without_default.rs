//! Nothing can represent a member that the response did not show.

use sps_model::{Key, Password, Resource};

#[derive(Debug, Clone, PartialEq, Resource)]
struct Body {
    #[resource(request_only)]
    password: Key<Password>,
    level: u8,
}

fn main() {}
