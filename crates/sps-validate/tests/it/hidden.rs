//! What must not be printed is marked, wherever it is.

use sps_validate::{
    Constraints, Context, Field, FieldForm, Form, Kind, Limits, Shape, Subject, Target, Type,
    Variant, explain,
};

/// Every `SECRET` in the text lies in a span that is not printed.
fn hides_every_secret(text: &str) {
    let subject = Subject::new(Kind::List(&Kind::Bool), Form::Response);
    let report = explain(text, &subject, &Context::default());
    for (at, _) in text.match_indices("SECRET") {
        let is_hidden = report.sensitive.iter().any(|span| span.start < at && at < span.end);
        assert!(is_hidden, "shown at {at}: {text}");
    }
}

#[test]
fn what_the_wrapper_says_about_itself_is_hidden() {
    hides_every_secret(
        r#"{"body": [], "key": "1", "meta": {"href": "/api/x", "token": "SECRET"}}"#,
    );
    hides_every_secret(r#"{"body": [], "key": {"plain": "SECRET"}, "meta": ["SECRET"]}"#);
    hides_every_secret(r#"{"items": [{"key": "1", "meta": {"a": {"b": "SECRET"}}, "body": []}]}"#);
}

#[test]
fn a_second_body_of_an_item_is_hidden() {
    hides_every_secret(r#"{"items": [{"key": "1", "body": [true], "body": {"plain": "SECRET"}}]}"#);
}

/// Exactly these parts of the text are not printed.
#[track_caller]
fn hides(kind: Kind, form: Form, text: &str, expected: &[&str]) {
    let report = explain(text, &Subject::new(kind, form), &Context::default());
    let mut hidden = report.sensitive;
    hidden.sort_unstable();
    hidden.dedup();
    let hidden: Vec<_> = hidden.into_iter().map(|span| span.of(text).unwrap()).collect();
    assert_eq!(hidden, expected, "{text}");
}

#[test]
fn a_key_that_an_appliance_may_have_made_up_is_shown() {
    const TARGET: Target = Target::new("/api/x");
    let kind = Kind::Reference(&TARGET);
    let hidden = |key: &str| {
        let report =
            explain(&format!("\"{key}\""), &Subject::new(kind, Form::Request), &Context::default());
        !report.sensitive.is_empty()
    };
    for key in ["1", "0b", "f0-9", "-1", "5ea0f2", "C0FFEE", &"7".repeat(64)] {
        assert!(!hidden(key), "{key}");
    }
    for key in ["", "abc", "-", "1g", "g1", "1_2", "1 2", &"7".repeat(65)] {
        assert!(hidden(key), "{key}");
    }
}

#[test]
fn of_a_reference_only_the_key_is_shown() {
    const TARGET: Target = Target::new("/api/x");
    let kind = Kind::Reference(&TARGET);
    for form in [Form::Request, Form::Response] {
        hides(kind, form, r#"{"key": "1", "meta": {"href": "/x"}}"#, &[r#"{"href": "/x"}"#]);
        hides(kind, form, r#"{"key": "word", "other": "1"}"#, &["\"word\"", "\"1\""]);
        hides(kind, form, r#"{"key": 1}"#, &["1"]);
        hides(kind, form, r#"["a", "1"]"#, &["\"a\"", "\"1\""]);
    }
}

#[test]
fn what_is_in_a_wrong_place_is_not_looked_into() {
    let form = Form::Request;
    hides(Kind::Bool, form, r#"{"a": 1, "b": [2]}"#, &["1", "[2]"]);
    hides(Kind::Bool, form, r#"[{"a": 1}, 2]"#, &[r#"{"a": 1}"#, "2"]);
    hides(Kind::Bool, form, "1", &[]);
    // In place of a number or a switch is no secret, in place of anything else there may be one.
    for kind in [Kind::Bool, Kind::Number, Kind::Int { minimum: 0, maximum: 9 }] {
        hides(kind, form, "\"1\"", &[]);
    }
    hides(Kind::List(&Kind::Bool), form, "\"1\"", &["\"1\""]);
    hides(Kind::Map(&Kind::Bool), form, "\"1\"", &["\"1\""]);
    hides(Kind::Bool, form, r#"{"body": true, "meta": 1}"#, &["true", "1"]);
}

#[test]
fn what_is_unknown_is_hidden() {
    static UNION: Type = Type::new(
        "Union",
        Shape::Union {
            open: false,
            tag: "selection",
            content: "value",
            variants: &[Variant::new("none", None), Variant::new("on", Some(Kind::Bool))],
        },
        Constraints::NONE,
    );
    static CLOSED: Type = Type::new(
        "Closed",
        Shape::Struct {
            fields: &[
                Field::new("a", Kind::Optional(&Kind::Secret)),
                Field::new("seen", Kind::Optional(&Kind::Bool)).only(FieldForm::Response),
            ],
            open: false,
        },
        Constraints::NONE,
    );
    static OPEN: Type = Type::new(
        "Open",
        Shape::Struct {
            fields: &[Field::new("seen", Kind::Optional(&Kind::Bool)).only(FieldForm::Response)],
            open: true,
        },
        Constraints::NONE,
    );
    let (union, closed, open) = (Kind::Named(&UNION), Kind::Named(&CLOSED), Kind::Named(&OPEN));
    for form in [Form::Request, Form::Response] {
        hides(Kind::Any, form, "1", &["1"]);
        hides(Kind::Secret, form, "\"x\"", &["\"x\""]);
        hides(closed, form, r#"{"a": "x", "b": 2}"#, &["\"x\"", "2"]);
        hides(union, form, r#"{"value": 1, "selection": "new"}"#, &["1"]);
        hides(union, form, r#"{"value": 1, "selection": "none"}"#, &["1"]);
        hides(union, form, r#"{"value": true, "selection": "on", "more": 2}"#, &["2"]);
        hides(open, form, r#"{"more": 1}"#, &["1"]);
    }
    for kind in [closed, open] {
        hides(kind, Form::Request, r#"{"seen": true}"#, &["true"]);
        hides(kind, Form::Response, r#"{"seen": true}"#, &[]);
    }
}

#[test]
fn of_a_wrapper_its_key_is_shown() {
    let text =
        r#"{"items": [{"key": "1", "meta": {"href": "x"}, "body": true, "new": 2}, 3, [4]]}"#;
    hides(Kind::Bool, Form::Response, text, &["\"x\"", "2", "4"]);
    let text = r#"{"key": "1", "body": true, "meta": {"href": "x"}}"#;
    hides(Kind::Bool, Form::Response, text, &["\"x\""]);
}

#[test]
fn what_is_left_out_of_a_report_is_hidden_all_the_same() {
    static EMPTY: Type =
        Type::new("Empty", Shape::Struct { fields: &[], open: false }, Constraints::NONE);
    let subject = Subject::new(Kind::Named(&EMPTY), Form::Request);
    let context = Context::default().with_limits(Limits::default().with_diagnostics(1));
    let report = explain(r#"{"a": 1, "b": 2, "c": 3}"#, &subject, &context);
    assert_eq!((report.diagnostics.len(), report.sensitive.len()), (2, 3));
}
