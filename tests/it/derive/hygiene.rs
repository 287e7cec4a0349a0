//! An expansion does not take the user's names for its own.

use serde_json::json;
use sps_model::{Resource, UnknownFields};
// A dependency may be renamed to any word.
use sps_model as sps;

use super::check_rewritten;

mod private {
    use super::Resource;

    #[derive(Debug, Clone, PartialEq, Resource)]
    pub(crate) struct Object {
        pub(crate) key: u8,
    }
}

mod serde {
    pub(crate) type Text = String;
}

use private::Object;

#[derive(Debug, Clone, PartialEq, Resource)]
struct A {
    a: u8,
}

#[derive(Debug, Clone, PartialEq, Resource)]
struct D {
    d: u8,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "t", content = "c")]
enum S {
    A(A),
    D(D),
    Object(Object),
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(builder)]
struct Names {
    a: A,
    d: D,
    s: S,
    object: Object,
    inner: private::Object,
    text: serde::Text,
    reader: u8,
    map: u8,
    key: u8,
    keys: u8,
    deserializer: u8,
    response: u8,
    unknown_fields: UnknownFields,
}

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(crate = sps, builder)]
struct Renamed {
    names: Option<Names>,
    room: sps::Key<sps::Password>,
    unknown_fields: sps::UnknownFields,
}

#[test]
fn any_name_may_be_the_users_own() {
    let names = json!({
        "a": {"a": 1}, "d": {"d": 2}, "s": {"t": "d", "c": {"d": 3}}, "object": {"key": 4},
        "inner": {"key": 5}, "text": "t", "reader": 6, "map": 7, "key": 8, "keys": 9,
        "deserializer": 10, "response": 11,
    });
    check_rewritten::<Names>(&names, &names);
    let response = json!({"names": names, "room": {"key": "r", "meta": {"href": "/r"}}, "more": 1});
    let request = json!({"names": names, "room": "r", "more": 1});
    check_rewritten::<Renamed>(&response, &request);
}
