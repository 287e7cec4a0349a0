//! Bodies under their wrappers, and bodies without one, beside `key` and `meta`.

use sps_validate::{Constraints, Context, Field, Form, Kind, Shape, Subject, Type, explain};

use crate::findings::{finds, request, response, says};

static EVENT: Type = Type::new(
    "Event",
    Shape::Struct { fields: &[Field::new("content", Kind::String)], open: false },
    Constraints::NONE,
);

/// Codes and pointers of the errors and of what is unchecked.
fn found(text: &str) -> (Vec<String>, Vec<String>) {
    let subject = Subject::new(Kind::Named(&EVENT), Form::Response).wrappers(&[]);
    let report = explain(text, &subject, &Context::default());
    let errors = report.errors().map(|it| format!("{} {}", it.code, it.pointer)).collect();
    let unchecked = report.unchecked.iter().map(|it| format!("{} {}", it.code, it.pointer));
    (errors, unchecked.collect())
}

#[test]
fn key_and_meta_lie_beside_the_members() {
    for (text, errors, unchecked) in [
        (r#"{"content": "a", "key": "1", "meta": {"href": "/x"}}"#, &[][..], &[][..]),
        (r#"{"content": 5, "meta": {}}"#, &["wrong-type /content"], &[]),
        (r#"{"meta": {}}"#, &["missing-key /content"], &[]),
        (r#"{"content": "a", "new": 1, "meta": {}}"#, &[], &["unknown-key /new"]),
        // Only at the top.
        (r#"{"content": "a", "new": {"meta": 1}, "meta": {}}"#, &[], &["unknown-key /new"]),
        (r#"{"items": [{"content": "a", "key": "1", "meta": {}}], "meta": {}}"#, &[], &[]),
        (
            r#"{"items": [{"content": 5}, {"meta": {}}], "meta": {}}"#,
            &["wrong-type /items/0/content", "missing-key /items/1/content"],
            &[],
        ),
        (
            r#"{"items": [{"content": "a", "new": 1}, 7], "meta": {}}"#,
            &["wrong-type /items/1"],
            &["unknown-key /items/0/new"],
        ),
    ] {
        let expected = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(found(text), (expected(errors), expected(unchecked)), "{text}");
    }
}

#[test]
fn the_wrapper_of_a_response() {
    static KEPT: [&str; 1] = ["content"];
    let subject = response(Kind::Bool);
    finds(&subject, r#"{"body": 1, "key": "a"}"#, &[("wrong-type", "/body", "1")]);
    finds(&subject, r#"{"items": 1}"#, &[("wrong-type", "/items", "1")]);
    let list = "a list of objects with \"key\" and \"meta\"";
    let message = format!("expected {list}, found number");
    says(&subject, r#"{"items": 1}"#, &message, &format!("replace it with {list}"));
    finds(
        &subject,
        r#"{"items": [1, {"key": "a"}, {"body": 2}, {"body": true, "body": 3}]}"#,
        &[
            ("wrong-type", "/items/0", "1"),
            ("wrong-type", "/items/2/body", "2"),
            ("duplicate-key", "/items/3/body", "\"body\""),
        ],
    );
    let other = subject.wrappers(&KEPT);
    finds(&other, r#"{"content": 1, "key": "a"}"#, &[("wrong-type", "/content", "1")]);
    finds(&other, r#"{"body": true}"#, &[("wrong-type", "", r#"{"body": true}"#)]);
    let text = r#"{"body": true, "meta": {}}"#;
    finds(&request(Kind::Bool), text, &[("response-wrapper", "", text)]);
}
