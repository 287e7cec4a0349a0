//! The way from a response to a request: references become keys wherever they are.

use serde_json::{Value, json};
use sps_model::{Key, Reference, read_response};

use super::{
    check_rewritten,
    declared::{Keys, KeysResponse, Room, RoomKey, Tree, TreeResponse},
    has_reference, written,
};

fn reference(key: &str) -> Value {
    json!({"key": key, "meta": {"href": format!("/api/configuration/rooms/{key}")}})
}

/// References in every container, and what becomes of them.
pub(super) fn keys() -> (Value, Value) {
    let embedded = json!({"key": "v", "meta": {"href": "/v", "next": null},
        "body": {"nested": reference("n")}});
    let received = json!({
        "one": embedded, "nullable": reference("n"), "optional": reference("o"), "both": null,
        "list": [reference("l0"), "l1"], "pairs": [[reference("p0"), reference("p1")]],
        "map": {"m": reference("m")}, "lists": {"x": [reference("x"), null]},
        "alias": reference("a"), "boxed": reference("b"),
        "inner": {"room": reference("i"), "number": 1, "kept_here": reference("k")},
        "inners": [{"room": reference("i0"), "number": 0, "first": [reference("f")]},
            {"room": reference("i1"), "number": 1, "second": {"deep": reference("s")}}],
        "place": {"selection": "room", "value": reference("r")},
        "tree": {"room": reference("t"), "children": [{"room": null, "children": [],
            "next": {"room": reference("tn"), "children": []}, "leaf": embedded}]},
        "later": reference("z"),
    });
    let request = json!({
        "one": "v", "nullable": "n", "optional": "o", "both": null,
        "list": ["l0", "l1"], "pairs": [["p0", "p1"]],
        "map": {"m": "m"}, "lists": {"x": ["x", null]},
        "alias": "a", "boxed": "b",
        "inner": {"room": "i", "number": 1, "kept_here": "k"},
        "inners": [{"room": "i0", "number": 0, "first": ["f"]},
            {"room": "i1", "number": 1, "second": {"deep": "s"}}],
        "place": {"selection": "room", "value": "r"},
        "tree": {"room": "t", "children": [{"room": null, "children": [],
            "next": {"room": "tn", "children": []}, "leaf": "v"}]},
        "later": "z",
    });
    (received, request)
}

#[test]
fn references_become_keys_in_every_place() {
    let (received, request) = keys();
    assert!(has_reference(&received));
    check_rewritten::<Keys>(&received, &request);
    check_rewritten::<Keys>(&request, &request);
}

#[test]
fn the_twin_holds_references_and_the_request_keys() {
    let (received, _) = keys();
    let response: KeysResponse = read_response(&received.to_string()).unwrap();
    let one: &Reference<_> = &response.one;
    assert_eq!(one.href(), Some("/v"));
    assert!(one.body().is_some());
    let alias: &Reference<Room> = &response.alias;
    assert_eq!(alias.href(), Some("/api/configuration/rooms/a"));
    let request = Keys::from(response);
    let alias: RoomKey = request.alias;
    assert_eq!(alias, Key::new("a"));
}

#[test]
fn what_is_kept_moves_with_its_object() {
    let (received, request) = keys();
    let mut response: KeysResponse = read_response(&received.to_string()).unwrap();
    response.inners.remove(0);
    let sent = written(&Keys::from(response));
    assert_eq!(sent["inners"], json!([request["inners"][1]]));

    let response: KeysResponse = read_response(&received.to_string()).unwrap();
    let mut keys = Keys::from(response);
    keys.inners.remove(0);
    keys.inners.insert(0, keys.inner.clone());
    assert_eq!(written(&keys)["inners"], json!([request["inner"], request["inners"][1]]));
}

#[test]
fn an_object_that_only_resembles_a_reference_stays() {
    for kept in [
        json!({"key": "k"}),
        json!({"key": "k", "meta": {}}),
        json!({"key": "k", "meta": {"href": 1}}),
        json!({"key": 1, "meta": {"href": "/k"}}),
        json!({"key": "k", "meta": {"href": "/k"}, "more": 1}),
        json!({"meta": {"href": "/k"}}),
    ] {
        let body = json!({"room": null, "children": [], "kept": kept});
        let response: TreeResponse = read_response(&body.to_string()).unwrap();
        let sent = written(&Tree::from(response));
        assert_eq!(sent, body);
    }
}
