//! On every document one edit away from a valid one, all who check it agree, and a response loses nothing.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sps_model::{
    Describe, Exchange, accept, explain, read, read_response,
    validate::{Context, Form, Limits, Subject, UnknownKeys, json as scanned, rewrite},
};

use super::{
    declared::{Closed, Forms, Keys, Leaves, Names, Open, Outer, Place, Presence, Sealed, Tree},
    edits::{edits, repeats, texts},
    exchange, has_reference, value, written,
};

/// Tries a valid request, and the response that it was made of.
#[track_caller]
fn try_all<T>(request: &Value, response: &Value)
where
    T: Describe + Exchange,
    T::Response: DeserializeOwned,
{
    try_with::<T>(request, response, &[UnknownKeys::Deny, UnknownKeys::Allow]);
}

#[track_caller]
fn try_with<T>(request: &Value, response: &Value, unknown_keys: &[UnknownKeys])
where
    T: Describe + Exchange,
    T::Response: DeserializeOwned,
{
    assert!(accept::<T>(&request.to_string(), &Context::default()), "{request}");
    let mut documents = edits(request);
    documents.push(request.clone());
    let mut good = 0;
    for text in sample(&documents).flat_map(texts).chain(repeats(request)) {
        for unknown_keys in unknown_keys {
            let context = Context::default().with_unknown_keys(*unknown_keys);
            good += usize::from(verdict::<T>(&text, &context));
        }
    }
    assert!(good > 2, "some edits do no harm, or nothing was tried");

    documents.push(response.clone());
    documents.extend(edits(response));
    let mut read = 0;
    for (index, document) in sample(&documents).enumerate() {
        // Every other one with its keys in reverse.
        let texts = texts(document);
        let text = &texts[index % texts.len()];
        let Ok(response) = read_response::<T::Response>(text) else { continue };
        read += 1;
        let (came, goes) = (without_hulls(value(text)), without_hulls(written(&response)));
        assert_eq!(goes, came, "a response is written as it came");
        let sent = written(&T::from_response(response));
        assert!(!has_reference(&sent), "{text} became {sent}");
        let again = read_response::<T::Response>(&sent.to_string()).unwrap();
        assert_eq!(written(&T::from_response(again)), sent, "rewriting twice is rewriting once");
        let root = scanned::scan(text, &Limits::default()).unwrap();
        let subject = Subject::new(T::KIND, Form::Response);
        // A response's wrapper goes when the text is rewritten; here it is the body's own key.
        if !subject.is_wrapped(&root) {
            let rewritten = value(&rewrite(&root, &subject));
            // FIXME: a union that is kept whole for a key beside its tag leaves a reference without
            // `href`, which the text shows to be one by its place.
            let is_known = resembles_reference(&sent);
            assert!(rewritten == sent || is_known, "{text} became {rewritten} and {sent}");
        }
    }
    assert!(read > 2, "some edits do no harm, or nothing was tried");
}

fn resembles_reference(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            let is_one = object.contains_key("key");
            is_one || object.values().any(resembles_reference)
        }
        Value::Array(list) => list.iter().any(resembles_reference),
        _ => false,
    }
}

/// All of a few documents, and a thousand of many.
fn sample(documents: &[Value]) -> impl Iterator<Item = &Value> {
    documents.iter().step_by(documents.len() / 1000 + 1)
}

/// A reference of the key alone is written as the key: no response has one.
fn without_hulls(value: Value) -> Value {
    match value {
        Value::Object(mut object) if object.len() == 1 && object.contains_key("key") => {
            object.remove("key").unwrap()
        }
        Value::Object(object) => {
            object.into_iter().map(|(key, value)| (key, without_hulls(value))).collect()
        }
        Value::Array(list) => list.into_iter().map(without_hulls).collect(),
        leaf => leaf,
    }
}

#[track_caller]
fn verdict<T: Describe>(text: &str, context: &Context<'_>) -> bool {
    let report = explain::<T>(text, Form::Request, context);
    let verdict = report.is_valid();
    assert_eq!(accept::<T>(text, context), verdict, "accept of {text}: {report}");
    assert_eq!(read::<T>(text, context).is_ok(), verdict, "read of {text}: {report}");
    for diagnostic in &report.diagnostics {
        // A pointer leads to a value of the document, or into an object that lacks it.
        let document = serde_json::from_str::<Value>(text).unwrap();
        let parent = diagnostic.pointer.rfind('/').map_or("", |at| &diagnostic.pointer[..at]);
        assert!(document.pointer(parent).is_some(), "{diagnostic} of {text}");
    }
    verdict
}

#[test]
fn keys() {
    let (response, request) = exchange::keys();
    let mut known = request;
    // What is kept is no part of a request.
    known.as_object_mut().unwrap().remove("later");
    known["inner"].as_object_mut().unwrap().remove("kept_here");
    known["inners"] = json!([{"room": "i0", "number": 0}]);
    known["tree"]["children"][0].as_object_mut().unwrap().remove("leaf");
    try_all::<Keys>(&known, &response);
}

#[test]
fn places() {
    let room = json!({"key": "r", "meta": {"href": "/r"}});
    for (request, response) in [
        (json!({"selection": "nowhere"}), json!({"selection": "nowhere", "x": room})),
        (json!({"selection": "name", "value": "n"}), json!({"selection": "name", "value": "n"})),
        (
            json!({"selection": "room", "value": "r"}),
            json!({"selection": "room", "value": room, "x": room}),
        ),
        (
            json!({"selection": "2c", "value": [["a", "b"]]}),
            json!({"selection": "2c", "value": [["a", "b"]], "x": room}),
        ),
        (
            json!({"selection": "inner", "value": {"room": "r", "number": 1}}),
            json!({"selection": "inner", "value": {"room": room, "number": 1, "x": room}}),
        ),
        (
            json!({"selection": "tree", "value": {"room": null, "children": []}}),
            json!({"selection": "tree", "value": {"room": room, "children": [], "x": room}}),
        ),
    ] {
        try_all::<Place>(&request, &response);
    }
}

#[test]
fn the_rest() {
    let leaves = json!({"on": true, "tiny": 1, "small": 1, "count": 1, "offset": 1, "text": "",
        "color": "deep_red", "anything": {"a": [1, {"b": null}]}});
    try_all::<Leaves>(&leaves, &leaves);
    let presence =
        json!({"required": "r", "nullable": "n", "optional": "o", "both": "b", "list": ["l"]});
    try_all::<Presence>(&presence, &presence);
    let names = json!({"type": 1, "with space/and~tilde\"quote\"": 2, "kept": 3, "mode": "small"});
    try_all::<Names>(&names, &names);
    // A closed type cannot keep a key that may be there.
    let closed = json!({"type": "on", "settings": {"room": "r", "number": 1}});
    try_with::<Closed>(&closed, &closed, &[UnknownKeys::Deny]);
    let sealed = json!({"room": "r", "size": "small"});
    try_with::<Sealed>(&sealed, &sealed, &[UnknownKeys::Deny]);
    let tree = json!({"room": "r", "children": [], "next": {"room": null, "children": []}});
    try_all::<Tree>(&tree, &tree);
}

#[test]
fn open_types_agree() {
    let context = Context::default();
    let open = json!({"known": 1, "key": "k", "more": {"a": 1}});
    for text in edits(&open).iter().flat_map(texts).chain(repeats(&open)) {
        verdict::<Open>(&text, &context);
    }
    let wrapper = json!({"body": {}, "key": "k", "meta": {}, "items": []});
    for text in edits(&wrapper).iter().flat_map(texts).chain(repeats(&wrapper)) {
        verdict::<Open>(&text, &context);
        verdict::<Box<Open>>(&text, &context);
        verdict::<std::collections::BTreeMap<String, sps_model::Any>>(&text, &context);
    }
}

#[test]
fn forms_agree() {
    let orders = json!([{"room": "r", "number": 1}]);
    let request = json!({"same": {"level": 1, "color": "bleu"}, "plain": "p", "orders": orders});
    for text in edits(&request).iter().flat_map(texts).chain(repeats(&request)) {
        verdict::<Forms>(&text, &Context::default());
    }
}

#[test]
fn foreign_types_agree() {
    let range = json!({"low": 1, "high": 2});
    let outer = json!({"range": range, "ranges": [range], "maybe": range, "room": "r"});
    let placed = json!({"selection": "outside", "value": outer});
    // Null for an option is the one known gap: see the tests of garde.
    let is_known = |document: &&Value| document.pointer("/maybe").is_some_and(Value::is_null);
    for text in
        edits(&outer).iter().filter(|it| !is_known(it)).flat_map(texts).chain(repeats(&outer))
    {
        verdict::<Outer>(&text, &Context::default());
    }
    let is_known = |document: &&Value| document.pointer("/value/maybe").is_some_and(Value::is_null);
    for text in
        edits(&placed).iter().filter(|it| !is_known(it)).flat_map(texts).chain(repeats(&placed))
    {
        verdict::<Place>(&text, &Context::default());
    }
}
