//! References: what is looked up, what is used once, and which form they have.

use sps_validate::{Context, Kind, Resolver, Target, accept, explain};

use crate::findings::{KEYS, finds, finds_in, leaves, request, response, says};

const SECRETS: Target = Target::single_use("/api/secrets");

struct Known;

impl Resolver for Known {
    fn exists(&self, path: &str) -> Option<bool> {
        match path {
            "/api/keys/1" | "/api/secrets/1" | "/api/secrets/2" => Some(true),
            "/api/keys/3" => None,
            _ => Some(false),
        }
    }

    fn plain(&self, _: &str) -> Option<&str> {
        None
    }

    fn used_by(&self, path: &str) -> Option<&str> {
        (path == "/api/secrets/2").then_some("the mail server")
    }
}

#[test]
fn references_are_looked_up() {
    let context = Context::default().with_resolver(&Known);
    let subject = request(Kind::List(&Kind::Reference(&KEYS)));
    let text = r#"["1", "2", "3", "hunter"]"#;
    finds_in(
        &context,
        &subject,
        text,
        &[("reference-exists", "/1", "\"2\""), ("reference-exists", "/3", "\"hunter\"")],
    );
    leaves(&context, &subject, text, &[("reference-exists", "/2")]);
    let report = explain(text, &subject, &context);
    let messages: Vec<_> = report.diagnostics.iter().map(|it| it.message.as_str()).collect();
    // It may be a password that someone put there by mistake.
    assert_eq!(messages, ["no object at /api/keys/2", "no object in /api/keys has this key"]);
    let uses: Vec<_> = report
        .references
        .iter()
        .map(|it| (it.path.as_str(), it.pointer.as_str(), it.single_use))
        .collect();
    assert_eq!(uses[..2], [("/api/keys/1", "/0", false), ("/api/keys/2", "/1", false)]);
}

#[test]
fn an_object_that_serves_one_reference() {
    let context = Context::default().with_resolver(&Known);
    let subject = request(Kind::List(&Kind::Reference(&SECRETS)));
    let text = r#"["1", "2", "1", "2"]"#;
    finds_in(
        &context,
        &subject,
        text,
        &[
            ("single-use-reference", "/1", "\"2\""),
            ("single-use-reference", "/2", "\"1\""),
            ("single-use-reference", "/3", "\"2\""),
        ],
    );
    let report = explain(text, &subject, &context);
    let said: Vec<_> = report
        .diagnostics
        .iter()
        .map(|it| (it.message.as_str(), it.related.first().map(|it| it.pointer.as_str())))
        .collect();
    let above = "the same object is referenced above";
    assert_eq!(
        said,
        [
            ("the object is already used by the mail server", None),
            (above, Some("/0")),
            (above, Some("/1"))
        ]
    );
    assert!(report.references[0].single_use);
}

#[test]
fn a_reference_in_the_form_of_an_response() {
    let kind = Kind::Reference(&KEYS);
    for (text, key) in [
        (r#"{"key": "9-a", "meta": {}}"#, "\"9-a\""),
        (r#"{"key": "hunter2", "meta": {}}"#, "the string under \"key\""),
    ] {
        finds(&request(kind), text, &[("reference-object", "", text)]);
        let message = "this is the reference of a response; a request takes the bare key";
        says(&request(kind), text, message, &format!("send the bare key: {key}"));
        finds(&response(kind), text, &[]);
    }
    finds(&response(kind), "\"9-a\"", &[]);
    let report = explain(r#"{"key": "9-a"}"#, &response(kind), &Context::default());
    assert_eq!(report.references[0].path, "/api/keys/9-a");
}

#[test]
fn no_object_has_an_empty_key() {
    let subject = request(Kind::List(&Kind::Reference(&KEYS)));
    finds(&subject, r#"["", "1"]"#, &[("reference-exists", "/0", "\"\"")]);
    assert!(!accept(r#"[""]"#, &subject, &Context::default()));
}
