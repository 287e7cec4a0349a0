//! Bodies without a wrapper, beside `key` and `meta`.

use sps_validate::{Constraints, Context, Field, Form, Kind, Shape, Subject, Type, explain};

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
