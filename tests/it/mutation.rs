//! Structural edits of a document: what goes wrong when people write one by hand.

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};
use sps_validate::json;

/// Texts around the edge of some format.
pub(crate) const TEXTS: &[&str] = &[
    "a b",
    "a@b",
    "a..b@example.com",
    ".a@example.com",
    "\"a b\"@example.com",
    "a@[192.0.2.1]",
    "a@[192.0.2.256]",
    "a@[2001:db8::1]",
    "a@example.com.",
    "192.0.2.256",
    "192.0.2.01",
    "192.0.2.1",
    "::",
    "::ffff:192.0.2.1",
    "1:2:3:4:5:6:7::",
    "1:2:3:4::5:6:7:8",
    "fe80::1%eth0",
    "example",
    "mail.example.com",
    "mail.example.com.",
    "ab--c.example.com",
    "xn--a.example.com",
    "example.42",
    "24:00",
    "7:59",
    "2024-02-30T12:00:00Z",
    "2024-05-06t07:08:09z",
    "2016-12-31T23:59:60Z",
    "2016-12-31T23:58:60Z",
    "2024-05-06T07:08:09.5-23:59",
    "0X0123456789",
    "0x0123456789abcdefg",
    "\u{85}",
    "\u{feff}",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
];

/// Words of tags that the small specs of the generator have, too.
const TAGS: &[&str] = &["nothing", "text", "number", "list", "room", "inner", "a", "b"];

/// One structural edit of a JSON text.
#[derive(Debug, Clone)]
pub(crate) enum Mutation {
    Drop,
    Rename,
    Put(Value),
    Duplicate,
    AddKey,
    Reference,
    SwapTag,
    SetTag(&'static str),
    Cut,
}

pub(crate) fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        Just(Mutation::Drop),
        Just(Mutation::Rename),
        prop_oneof![
            Just(json!(null)),
            Just(json!(true)),
            Just(json!("")),
            Just(json!(-1)),
            Just(json!(8e1)),
            Just(json!([])),
            Just(json!({})),
            Just(json!("none")),
            Just(json!("3")),
            prop::sample::select(TEXTS).prop_map(Value::from),
        ]
        .prop_map(Mutation::Put),
        Just(Mutation::Duplicate),
        Just(Mutation::AddKey),
        Just(Mutation::Reference),
        Just(Mutation::SwapTag),
        prop::sample::select(TAGS).prop_map(Mutation::SetTag),
        Just(Mutation::Cut),
    ]
}

/// Pointers of all values below the root.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    let mut below = |segment: &str, value: &Value| {
        let pointer = format!("{pointer}/{}", json::escape_pointer_segment(segment));
        found.push(pointer.clone());
        places(value, &pointer, found);
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| below(&index.to_string(), value));
        }
        _ => {}
    }
}

/// Makes one edit at one place; the result is text, for a value cannot hold a key twice.
pub(crate) fn mutate(body: &Value, mutation: &Mutation, index: Index) -> String {
    let mut all = Vec::new();
    places(body, "", &mut all);
    if all.is_empty() {
        return body.to_string();
    }
    let pointer = &all[index.index(all.len())];
    let (parent, segment) = pointer.rsplit_once('/').unwrap();
    let key = segment.replace("~1", "/").replace("~0", "~");
    let mut body = body.clone();
    let target = body.pointer(pointer).unwrap().clone();
    match (mutation, body.pointer_mut(parent).unwrap()) {
        (Mutation::Drop, Value::Object(object)) => {
            object.remove(&key);
        }
        (Mutation::Rename, Value::Object(object)) => {
            object.remove(&key);
            let mut shorter = key;
            shorter.pop();
            object.insert(shorter, target);
        }
        (Mutation::AddKey, Value::Object(object)) => {
            object.insert(format!("{key}_"), target);
        }
        (Mutation::SwapTag, Value::Object(object)) if object.contains_key("selection") => {
            let swapped = match object["selection"].as_str() {
                Some("ip") => "fqdn",
                Some("fqdn") => "ip",
                Some("2c") => "3",
                Some("3") => "2c",
                Some("disabled") => "starttls",
                _ => "disabled",
            };
            object["selection"] = json!(swapped);
        }
        (Mutation::SetTag(word), Value::Object(object)) if object.contains_key("selection") => {
            object["selection"] = json!(word);
        }
        (Mutation::Put(value), _) => *body.pointer_mut(pointer).unwrap() = value.clone(),
        (Mutation::Reference, _) => {
            *body.pointer_mut(pointer).unwrap() =
                json!({ "key": "7", "meta": { "href": "/api/x/7" } });
        }
        (Mutation::Duplicate, Value::Object(_)) => {
            let marker = json!({ "\u{1}": key });
            let original = body.pointer(parent).unwrap().to_string();
            let doubled = format!("{{{}:{target},{}", json!(key), &original[1..]);
            if parent.is_empty() {
                return doubled;
            }
            *body.pointer_mut(parent).unwrap() = marker.clone();
            return body.to_string().replace(&marker.to_string(), &doubled);
        }
        (Mutation::Cut, _) => {
            let text = body.to_string();
            return text.chars().take(index.index(text.len())).collect();
        }
        _ => {}
    }
    body.to_string()
}
