//! `#[derive(Resource)]` on declared types of our own: reading, writing, rewriting, checking.

mod agreement;
mod builder;
mod declared;
mod edits;
mod exchange;
mod garde;
mod hygiene;
mod lenient;
mod limits;
mod presence;
mod strict;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sps_model::{
    Describe, Exchange, accept, explain, read, read_response,
    validate::{Context, Form, Limits, Subject, json, rewrite},
};

/// Checks that a text has exactly these errors, each with its place, and that all three ways to ask agree.
#[track_caller]
fn check<T: Describe>(text: &str, errors: &[(&str, &str)]) {
    let context = Context::default();
    let report = explain::<T>(text, Form::Request, &context);
    let found: Vec<_> = report.errors().map(|it| (it.code, it.pointer.as_str())).collect();
    assert_eq!(found, errors, "explain: {text}");
    assert_eq!(accept::<T>(text, &context), errors.is_empty(), "accept: {text}");
    assert_eq!(read::<T>(text, &context).is_ok(), errors.is_empty(), "read: {text}");
}

/// Checks that a response is read without a loss, and what the request made of it is.
#[track_caller]
fn check_rewritten<T>(received: &Value, request: &Value)
where
    T: Describe + Exchange,
    T::Response: DeserializeOwned,
{
    let response: T::Response = read_response(&received.to_string()).unwrap();
    assert_eq!(written(&response), *received, "a response is written as it came");
    let sent = written(&T::from_response(response));
    assert_eq!(sent, *request);
    assert!(!has_reference(&sent), "{sent}");

    let text = received.to_string();
    let root = json::scan(&text, &Limits::default()).unwrap();
    let text = rewrite(&root, &Subject::new(T::KIND, Form::Response));
    assert_eq!(value(&text), sent, "the text is rewritten as the value is");
    let root = json::scan(&text, &Limits::default()).unwrap();
    let again = rewrite(&root, &Subject::new(T::KIND, Form::Response));
    assert_eq!(again, text, "rewriting twice is rewriting once");
}

#[track_caller]
fn written(value: &impl Serialize) -> Value {
    // Through text: a value may be written that no text can say.
    let text = serde_json::to_string(value).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[track_caller]
fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Whether an object of `key` and `meta.href`, perhaps `body`, is anywhere.
fn has_reference(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            let is_one = value["key"].is_string()
                && value["meta"]["href"].is_string()
                && object.keys().all(|key| ["key", "meta", "body"].contains(&key.as_str()));
            is_one || object.values().any(has_reference)
        }
        Value::Array(list) => list.iter().any(has_reference),
        _ => false,
    }
}
