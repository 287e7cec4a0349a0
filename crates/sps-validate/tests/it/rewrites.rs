//! What becomes of a response that is sent back: each text worked out by hand.

use sps_validate::{
    Constraints, Field, FieldForm, Form, Kind, Limits, Shape, Subject, Target, Type, Variant, json,
    rewrite,
};

const KEYS: Target = Target::new("/api/keys");

static PERSON: Type = Type::new(
    "Person",
    Shape::Struct {
        fields: &[
            Field::new("name", Kind::String),
            Field::new("password", Kind::Nullable(&Kind::Reference(&KEYS))),
            Field::new("seen", Kind::Bool).only(FieldForm::Response),
            Field::new("plain", Kind::Secret).only(FieldForm::Request),
        ],
        open: true,
    },
    Constraints::NONE,
);

static CHOICE: Type = Type::new(
    "Choice",
    Shape::Union {
        open: false,
        tag: "selection",
        content: "value",
        variants: &[
            Variant::new("none", None),
            Variant::new("person", Some(Kind::Named(&PERSON))),
            Variant::new("key", Some(Kind::Reference(&KEYS))),
        ],
    },
    Constraints::NONE,
);

static COLOR: Type =
    Type::new("Color", Shape::Enum { values: &[], open: false }, Constraints::NONE);

fn rewritten(subject: &Subject, text: &str) -> String {
    rewrite(&json::scan(text, &Limits::default()).unwrap(), subject)
}

/// Holds what is sent to a text of one line, which is the same document.
#[track_caller]
fn sends(kind: Kind, text: &str, expected: &str) {
    let subject = Subject::new(kind, Form::Response);
    let once = rewritten(&subject, text);
    let line: String = once.lines().map(str::trim_start).collect();
    assert_eq!(line, expected, "{text}");
    assert_eq!(rewritten(&subject, &once), once, "twice is not once: {text}");
}

#[test]
fn it_is_set_like_a_document_of_ours() {
    let subject = Subject::new(Kind::Any, Form::Response);
    let text = r#"{"b":[1.50,{"c":null},[],{}],"a":[true,false]}"#;
    assert_eq!(
        rewritten(&subject, text),
        r#"{
  "b": [
    1.50,
    {
      "c": null
    },
    [],
    {}
  ],
  "a": [
    true,
    false
  ]
}
"#
    );
}

#[test]
fn a_string_is_escaped_where_it_must_be() {
    for (text, expected) in [
        (r#""\"\\\/""#, r#""\"\\/""#),
        (r#""\n\r\t\b\f""#, r#""\n\r\t\u0008\u000c""#),
        (r#""\u0000\u001f\u0020\u007f""#, "\"\\u0000\\u001f \u{7f}\""),
        (r#""\u00e9\ud83d\ude00""#, "\"é\u{1f600}\""),
    ] {
        sends(Kind::String, text, expected);
    }
    sends(Kind::Map(&Kind::Any), r#"{"a\u0022": 1}"#, r#"{"a\"": 1}"#);
}

#[test]
fn the_wrapper_goes() {
    static BODIED: Type = Type::new(
        "Bodied",
        Shape::Struct { fields: &[Field::new("body", Kind::Any)], open: true },
        Constraints::NONE,
    );
    static TAGGED: Type = Type::new(
        "Tagged",
        Shape::Union { open: false, tag: "body", content: "value", variants: &[] },
        Constraints::NONE,
    );
    static FILLED: Type = Type::new(
        "Filled",
        Shape::Union { open: false, tag: "selection", content: "body", variants: &[] },
        Constraints::NONE,
    );

    let text = r#"{"body": {"a": 1}, "key": "x", "meta": {"href": "/x"}}"#;
    sends(Kind::Any, text, r#"{"a": 1}"#);
    sends(Kind::Named(&PERSON), text, r#"{"a": 1}"#);
    sends(Kind::Named(&COLOR), r#"{"body": "red"}"#, "\"red\"");
    sends(Kind::Any, r#"{"meta": 1, "body": 2}"#, "2");
    // A body may have such keys itself, and then they are its own.
    for text in [r#"{"body": 1,"more": 2}"#, r#"{"key": 1,"meta": 2}"#, "[]", "{}"] {
        sends(Kind::Any, text, text);
    }
    for ty in [&BODIED, &TAGGED] {
        for kind in [Kind::Named(ty), Kind::Map(&Kind::Any)] {
            let is_own = matches!(kind, Kind::Named(_));
            sends(kind, r#"{"body": "a"}"#, if is_own { r#"{"body": "a"}"# } else { "\"a\"" });
        }
    }
    let filled = Subject::new(Kind::Named(&FILLED), Form::Response);
    assert!(!filled.is_wrapped(&json::scan(r#"{"body": 1}"#, &Limits::default()).unwrap()));
    let nullable = Subject::new(Kind::Nullable(&Kind::Any), Form::Response);
    assert!(nullable.is_wrapped(&json::scan(r#"{"items": []}"#, &Limits::default()).unwrap()));
}

#[test]
fn other_wrappers_go_too() {
    let subject = Subject::new(Kind::Any, Form::Response).wrappers(&["policy", "content"]);
    assert_eq!(rewritten(&subject, r#"{"content": 1, "meta": {}}"#), "1\n");
    assert_eq!(rewritten(&subject, r#"{"body": 1}"#), "{\n  \"body\": 1\n}\n");
}

#[test]
fn a_reference_becomes_its_key() {
    let reference = r#"{"key": "9", "meta": {"href": "/api/keys/9"}}"#;
    for kind in [Kind::Reference(&KEYS), Kind::Any, Kind::Optional(&Kind::Any)] {
        sends(kind, reference, "\"9\"");
    }
    // Where the type tells, a key is enough.
    sends(Kind::Reference(&KEYS), r#"{"key": "9"}"#, "\"9\"");
    sends(Kind::Reference(&KEYS), r#"{"key": "9", "name": 1}"#, "\"9\"");
    sends(Kind::Nullable(&Kind::Reference(&KEYS)), "null", "null");
    // Where it does not, a link is asked for, and nothing that a reference has not got.
    for text in [
        r#"{"key": "9"}"#,
        r#"{"key": "9","meta": {}}"#,
        r#"{"key": "9","meta": {"href": 1}}"#,
        r#"{"key": 9,"meta": {"href": "/x"}}"#,
        r#"{"key": "9","meta": {"href": "/x"},"name": 1}"#,
    ] {
        sends(Kind::Any, text, text);
    }
    let whole = r#"{"key": "9", "meta": {"href": "/x"}, "body": {"a": 1}}"#;
    sends(Kind::List(&Kind::Any), &format!("[{whole}]"), "[\"9\"]");
}

#[test]
fn references_are_found_by_their_kind() {
    static LIST: Kind = Kind::List(&Kind::Reference(&KEYS));
    let one = r#"{"key": "1", "name": "x"}"#;
    for kind in [LIST, Kind::Array(&Kind::Reference(&KEYS), 2)] {
        sends(kind, &format!("[{one}, \"2\"]"), r#"["1","2"]"#);
    }
    sends(Kind::Map(&LIST), &format!(r#"{{"a": [{one}]}}"#), r#"{"a": ["1"]}"#);
    sends(Kind::Any, r#"[{"key": "1","name": "x"}]"#, r#"[{"key": "1","name": "x"}]"#);
    sends(
        Kind::Named(&PERSON),
        &format!(r#"{{"name": "a", "password": {one}, "other": {one}}}"#),
        r#"{"name": "a","password": "1","other": {"key": "1","name": "x"}}"#,
    );
}

#[test]
fn what_only_responses_have_is_not_sent() {
    sends(
        Kind::Named(&PERSON),
        r#"{"seen": true, "plain": "x", "name": "a", "kept": 1}"#,
        r#"{"plain": "x","name": "a","kept": 1}"#,
    );
}

#[test]
fn the_tag_says_what_the_content_is() {
    let kind = Kind::Named(&CHOICE);
    let one = r#"{"key": "1", "name": "x"}"#;
    let kept = r#"{"key": "1","name": "x"}"#;
    for (text, expected) in [
        (
            format!(r#"{{"value": {one}, "selection": "key"}}"#),
            r#"{"value": "1","selection": "key"}"#.to_owned(),
        ),
        (
            r#"{"selection": "person", "value": {"seen": true, "name": "a"}}"#.to_owned(),
            r#"{"selection": "person","value": {"name": "a"}}"#.to_owned(),
        ),
        // It tells nothing of what is under other keys.
        (
            format!(r#"{{"selection": "key", "value": {one}, "other": {one}}}"#),
            format!(r#"{{"selection": "key","value": "1","other": {kept}}}"#),
        ),
        // No one knows what the content of another variant is.
        (
            format!(r#"{{"selection": "new", "value": {one}}}"#),
            format!(r#"{{"selection": "new","value": {kept}}}"#),
        ),
        (
            format!(r#"{{"selection": "none", "value": {one}, "other": {one}}}"#),
            format!(r#"{{"selection": "none","value": {kept},"other": {kept}}}"#),
        ),
    ] {
        sends(kind, &text, &expected);
    }
}

#[test]
fn content_without_a_tag_is_not_lost() {
    let kind = Kind::Named(&CHOICE);
    let one = r#"{"key": "1","name": "x"}"#;
    for text in [
        format!(r#"{{"value": {one}}}"#),
        format!(r#"{{"selection": 1,"value": {one}}}"#),
        format!(r#"{{"value": {one},"selection": null}}"#),
    ] {
        sends(kind, &text, &text);
    }
    // What becomes the tag on the way tells what the content is at once.
    sends(
        kind,
        &format!(r#"{{"selection": {{"key": "key", "meta": {{"href": "/x"}}}}, "value": {one}}}"#),
        r#"{"selection": "key","value": "1"}"#,
    );
}

#[test]
fn a_subject_is_told_in_the_other_form() {
    let subject = Subject::new(Kind::Bool, Form::Response).wrappers(&["content"]);
    let request = subject.form(Form::Request);
    assert_eq!((request.form, request.wrappers), (Form::Request, &["content"][..]));
}
