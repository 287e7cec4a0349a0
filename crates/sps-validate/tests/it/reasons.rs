//! What rules and versions find, and what they say it is because of.

use sps_validate::{
    Bounds, Check, Condition, Constraints, Context, Field, Kind, Literal, Member, Requirement,
    Rule, Severity, Shape, Type, Versions, explain,
};

use crate::findings::{
    BYTE, COLOR, HOST, KEYS, LID, PARCEL, V7_0, V7_1, finds, finds_in, leaves, request, response,
    says,
};

static RULED: Type = Type::new(
    "Ruled",
    Shape::Struct {
        fields: &[
            Field::new("on", Kind::Optional(&Kind::Bool)),
            Field::new("a/b", Kind::Optional(&Kind::Nullable(&Kind::Named(&PARCEL)))),
            Field::new("must", Kind::Optional(&BYTE)),
            Field::new("host", Kind::Optional(&Kind::Named(&HOST))),
            Field::new("key", Kind::Optional(&Kind::Reference(&KEYS))),
            Field::new("color", Kind::Optional(&Kind::Named(&COLOR))),
            Field::new("due", Kind::Optional(&BYTE)),
        ],
        open: false,
    },
    Constraints::new(&[
        Member::NONE,
        Member::NONE,
        Member::NONE,
        Member::NONE,
        Member::NONE,
        Member::NONE,
        Member::new("due").required_if(Requirement::new(
            &[&["a/b"]],
            Condition::Null(0),
            "`a/b` is null",
            "give `a/b` a value",
        )),
    ])
    .rules(&[
        Rule::error(
            "no-name",
            &["a/b", "name"],
            &[&["on"], &["a/b", "name"], &["must"]],
            Condition::Any(&[
                Condition::Not(&Condition::Equals(0, Literal::Bool(true))),
                Condition::Present(1),
                Condition::All(&[Condition::Present(2), Condition::Not(&Condition::Present(2))]),
            ]),
        )
        .says("a name is needed", "give one"),
        Rule::warning(
            "soft",
            &["color"],
            &[&["color"]],
            Condition::Not(&Condition::Equals(0, Literal::Str("green"))),
        )
        .says("green is odd", "take red"),
        Rule::error(
            "key",
            &["key"],
            &[&["key"]],
            Condition::Not(&Condition::Equals(0, Literal::Str("7"))),
        ),
        // Only the tag of a union can be an input.
        Rule::error(
            "content",
            &["host"],
            &[&["host", "value"]],
            Condition::Not(&Condition::Present(0)),
        ),
        Rule::new(
            "plain",
            Severity::Error,
            &["key"],
            &[&["key"]],
            Check::Plain {
                collection: "/api/keys",
                about: Condition::Length(0, Bounds::at_least(8)),
            },
        ),
    ]),
);

#[test]
fn a_broken_rule_shows_its_place_and_its_reasons() {
    static RULED_KIND: Kind = Kind::Named(&RULED);
    let subject = request(Kind::List(&RULED_KIND));
    // The member is not there: its parent is blamed.
    let text = r#"[{"on": true, "a/b": {}, "must": 1}]"#;
    finds(&subject, text, &[("no-name", "/0/a~1b/name", "{")]);
    says(&subject, text, "a name is needed", "give one");
    let report = explain(text, &subject, &Context::default());
    assert_eq!(report.diagnostics[0].span.start, text.find("{}").unwrap());
    let related: Vec<_> = report.diagnostics[0]
        .related
        .iter()
        .map(|it| (it.pointer.as_str(), it.span.of(text).unwrap(), it.message.as_str()))
        .collect();
    let because = "because of this";
    assert_eq!(related, [("/0/on", "true", because), ("/0/must", "1", because)]);
    // An input that is not there explains nothing.
    let text = r#"[{"on": true, "a/b": {}}]"#;
    let report = explain(text, &subject, &Context::default());
    assert_eq!(report.diagnostics[0].related.len(), 1);
}

#[test]
fn a_required_member_is_described() {
    let subject = request(Kind::Named(&RULED));
    let text = r#"{"a/b": null}"#;
    finds(&subject, text, &[("missing-key", "/due", "{")]);
    let message = "`due` is missing: it is required when `a/b` is null";
    says(&subject, text, message, "add `due`: a whole number; or give `a/b` a value");
    let report = explain(text, &subject, &Context::default());
    let related: Vec<_> = report.diagnostics[0].related.iter().map(|it| &*it.pointer).collect();
    assert_eq!(related, ["/a~1b"]);
    finds(&subject, r#"{"a/b": null, "due": 2}"#, &[]);
    // Without its condition the member has no effect.
    let text = r#"{"a/b": {"name": "n"}, "due": 2}"#;
    finds(&subject, text, &[("ignored-key", "/due", "2")]);
    let message = "`due` has no effect unless `a/b` is null";
    says(&subject, text, message, "remove `due`, or change the body so that `a/b` is null");
    assert!(explain(text, &subject, &Context::default()).is_valid());
    // Where the condition cannot be decided, and where the member is wrong itself, nothing more is said.
    finds(&subject, r#"{"due": 2}"#, &[]);
    finds(&subject, "{}", &[]);
    finds(&subject, r#"{"a/b": {"name": "n"}, "due": "x"}"#, &[("wrong-type", "/due", "\"x\"")]);
}

#[test]
fn a_version_that_lacks_a_member_does_not_require_it() {
    static NEW: Type = Type::new(
        "New",
        Shape::Struct {
            fields: &[Field::new("on", Kind::Bool), Field::new("due", Kind::Optional(&Kind::Bool))],
            open: false,
        },
        Constraints::new(&[
            Member::NONE,
            Member::new("due").versions(Versions::since(V7_1)).required_if(Requirement::new(
                &[&["on"]],
                Condition::Equals(0, Literal::Bool(true)),
                "`on` is true",
                "set `on` to false",
            )),
        ]),
    );
    let subject = request(Kind::Named(&NEW));
    let old = Context::default().with_target(V7_0);
    let new = Context::default().with_target(V7_1);
    finds(&subject, r#"{"on": true}"#, &[]);
    finds_in(&old, &subject, r#"{"on": true}"#, &[]);
    finds_in(&new, &subject, r#"{"on": true}"#, &[("missing-key", "/due", "{")]);
}

#[test]
fn a_rule_sees_the_canonical_word_and_the_key_of_a_reference() {
    let context = Context::default().with_target(V7_1);
    let subject = request(Kind::Named(&RULED));
    finds_in(&context, &subject, r#"{"color": "verde"}"#, &[("soft", "/color", "\"verde\"")]);
    assert!(explain(r#"{"color": "verde"}"#, &subject, &context).is_valid());
    finds(&subject, r#"{"key": "7"}"#, &[("key", "/key", "\"7\"")]);
    let text = r#"{"key": {"key": "7", "meta": {}}}"#;
    finds(&response(subject.body), text, &[("key", "/key", r#"{"key": "7", "meta": {}}"#)]);
    finds(&subject, text, &[("reference-object", "/key", r#"{"key": "7", "meta": {}}"#)]);
    // The content of a union is seen where it is a text.
    let text = r#"{"host": {"selection": "note", "value": "x"}}"#;
    finds(&subject, text, &[("content", "/host", r#"{"selection": "note", "value": "x"}"#)]);
    let unchecked = [("reference-exists", "/key"), ("plain", "/key")];
    leaves(&context, &subject, r#"{"key": "8"}"#, &unchecked);
}

#[test]
fn a_rule_is_not_asked_about_what_is_missing_already() {
    static BOTH: Type = Type::new(
        "Both",
        Shape::Struct {
            fields: &[Field::new("a", Kind::Bool), Field::new("lid", Kind::Named(&LID))],
            open: false,
        },
        Constraints::NONE.rules(&[
            Rule::error("a", &["a"], &[&["a"]], Condition::Any(&[])),
            // Below a missing member everything is absent.
            Rule::error("lid", &["a"], &[&["lid", "screws"]], Condition::Present(0)),
        ]),
    );
    let subject = request(Kind::Named(&BOTH));
    finds(&subject, r#"{"lid": {"screws": 1}}"#, &[("missing-key", "/a", "{")]);
    finds(
        &subject,
        r#"{"lid": {}}"#,
        &[("missing-key", "/a", "{"), ("missing-key", "/lid/screws", "{")],
    );
    finds(
        &subject,
        r#"{"a": true}"#,
        &[("missing-key", "/lid", "{"), ("a", "/a", "true"), ("lid", "/a", "true")],
    );
    finds(&subject, r#"{"a": 1, "lid": {"screws": 1}}"#, &[("wrong-type", "/a", "1")]);
}

#[test]
fn what_a_version_does_not_have() {
    static NEWS: Type = Type::new(
        "News",
        Shape::Struct {
            fields: &[Field::new("old", Kind::Bool), Field::new("new", Kind::Bool)],
            open: false,
        },
        Constraints::new(&[Member::new("old"), Member::new("new").versions(Versions::since(V7_1))]),
    );
    let (old, new) = (Context::default().with_target(V7_0), Context::default().with_target(V7_1));
    let subject = request(Kind::Named(&NEWS));
    let (with, without) = (r#"{"old": true, "new": true}"#, r#"{"old": true}"#);
    finds(&subject, with, &[]);
    leaves(&Context::default(), &subject, with, &[("not-in-version", "/new")]);
    finds_in(&old, &subject, with, &[("not-in-version", "/new", "true")]);
    finds_in(&new, &subject, with, &[]);
    leaves(&new, &subject, with, &[]);
    // Without a target, what some versions do not have is not demanded.
    finds(&subject, without, &[]);
    finds(&subject, "{}", &[("missing-key", "/old", "{")]);
    finds_in(&old, &subject, without, &[]);
    finds_in(&new, &subject, without, &[("missing-key", "/new", "{")]);
    finds_in(&old, &subject, "{}", &[("missing-key", "/old", "{")]);
    let color = request(Kind::Named(&COLOR));
    finds_in(&old, &color, "\"verde\"", &[("not-in-version", "", "\"verde\"")]);
    finds_in(&old, &color, "\"red\"", &[]);
    let host = request(Kind::Named(&HOST));
    let none = r#"{"selection": "none"}"#;
    finds_in(&old, &host, none, &[("not-in-version", "/selection", "\"none\"")]);
    // The endpoint itself.
    let subject = request(Kind::Bool).versions(Versions::since(V7_1));
    finds_in(&old, &subject, "true", &[("not-in-version", "", "true")]);
    finds_in(&new, &subject, "true", &[]);
    leaves(&Context::default(), &subject, "true", &[("not-in-version", "")]);
    let report = explain("true", &subject, &old);
    let diagnostic = &report.diagnostics[0];
    assert_eq!(diagnostic.message, "this endpoint does not exist in 7.0.0");
    assert_eq!(
        diagnostic.help,
        "leave the document out for this appliance; the endpoint exists in 7.1.0 and later"
    );
}
