//! Bodies that are no objects, ordered maps, open words and variants, members of some versions.

use sps_validate::{
    Condition, Constraint, Constraints, Context, EnumValue, Field, Form, Kind, Literal, Member,
    Requirement, Rule, Shape, Subject, Type, Variant, Version, Versions, accept, explain,
    format::Format,
};

use super::{BYTE, all, check};

static MODE: Type = Type::new(
    "Mode",
    Shape::Enum {
        values: &[EnumValue::new("slow"), EnumValue::new("fast").aliases(&["quick"])],
        open: true,
    },
    Constraints::NONE,
);

static HOST: Type = Type::new(
    "Host",
    Shape::Union {
        tag: "selection",
        content: "value",
        variants: &[Variant::new("ip", Some(Kind::String)), Variant::new("none", None)],
        open: true,
    },
    Constraints::new(&[Member::new("ip").constraint(Constraint::NONE.format(Format::IpAddress))]),
);

/// A struct with a rule that looks at the open word and at the open tag.
static HOLDER: Type = Type::new(
    "Holder",
    Shape::Struct {
        fields: &[
            Field::new("mode", Kind::Named(&MODE)),
            Field::new("host", Kind::Optional(&Kind::Named(&HOST))),
            Field::new("count", Kind::Optional(&BYTE)),
        ],
        open: false,
    },
    Constraints::NONE.rules(&[
        Rule::error(
            "count-if-fast",
            &["count"],
            &[&["mode"], &["count"]],
            Condition::Any(&[
                Condition::Not(&Condition::Equals(0, Literal::Str("fast"))),
                Condition::Present(1),
            ]),
        ),
        Rule::error(
            "count-if-none",
            &["count"],
            &[&["host", "selection"], &["count"]],
            Condition::Any(&[
                Condition::Not(&Condition::Equals(0, Literal::Str("none"))),
                Condition::Present(1),
            ]),
        ),
    ]),
);

/// What is left unchecked: code, pointer and the reason for machines.
#[track_caller]
fn leaves(kind: Kind, text: &str, expected: &[(&str, &str, &str)]) {
    let report = explain(text, &Subject::new(kind, Form::Request), &Context::default());
    assert!(report.is_valid(), "{report}");
    let found: Vec<_> = report
        .unchecked
        .iter()
        .map(|it| (it.code, it.pointer.as_str(), it.reason.kind()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn an_open_enum_takes_other_words() {
    let kind = Kind::Named(&MODE);
    all(
        kind,
        &["\"slow\"", "\"quick\"", "\"other\"", "\"fats\"", "\"\"", "\"\\u0061\""],
        &["1", "null", "[\"slow\"]", "\"slow"],
    );
    leaves(kind, "\"fast\"", &[]);
    leaves(kind, "\"other\"", &[("not-in-enum", "", "unknown-value")]);
}

#[test]
fn an_open_union_takes_other_variants_with_any_content() {
    let kind = Kind::Named(&HOST);
    all(
        kind,
        &[
            r#"{"selection": "ip", "value": "192.0.2.1"}"#,
            r#"{"selection": "none"}"#,
            r#"{"selection": "other"}"#,
            r#"{"selection": "other", "value": {"a": [1]}}"#,
            r#"{"value": 5, "selection": "other"}"#,
        ],
        &[
            // What is known stays strict.
            r#"{"selection": "ip", "value": "server"}"#,
            r#"{"selection": "ip"}"#,
            r#"{"selection": "ip", "value": "192.0.2.1", "more": 1}"#,
            r#"{"selection": "none", "value": 1}"#,
            r#"{"value": 5}"#,
            r#"{"selection": 1}"#,
            r#"{"selection": null}"#,
            r#"{"selection": "other", "selection": "other"}"#,
            r#"{"selection": "other", "value": {"a": 1, "a": 2}}"#,
            "\"other\"",
            "null",
        ],
    );
    leaves(kind, r#"{"selection": "none"}"#, &[]);
    leaves(
        kind,
        r#"{"selection": "other"}"#,
        &[("unknown-selection", "/selection", "unknown-variant")],
    );
}

#[test]
fn a_rule_says_nothing_about_an_unknown_word() {
    all(
        Kind::Named(&HOLDER),
        &[
            r#"{"mode": "slow"}"#,
            r#"{"mode": "other"}"#,
            r#"{"mode": "other", "host": {"selection": "other", "value": 1}}"#,
            r#"{"mode": "quick", "count": 1}"#,
            r#"{"mode": "other", "host": {"selection": "none"}, "count": 1}"#,
        ],
        &[
            r#"{"mode": "fast"}"#,
            r#"{"mode": "quick"}"#,
            r#"{"mode": "other", "host": {"selection": "none"}}"#,
            r#"{"mode": "other", "count": 128}"#,
            r#"{"host": {"selection": "other"}}"#,
        ],
    );
}

#[test]
fn an_ordered_map_lists_every_key_once() {
    static INNER: Kind = Kind::Ordered(&Kind::String);

    all(
        Kind::Ordered(&BYTE),
        &[
            r#"{"@order": []}"#,
            r#"{"@order": ["b", "a"], "a": 1, "b": 2}"#,
            r#"{"a": 1, "@order": ["a"]}"#,
            r#"{"\u0040order": ["\u0061"], "a": 1}"#,
        ],
        &[
            "{}",
            "[]",
            "null",
            r#"{"a": 1}"#,
            r#"{"@order": ["a"]}"#,
            r#"{"@order": [], "a": 1}"#,
            r#"{"@order": ["a", "a"], "a": 1}"#,
            r#"{"@order": ["a", "a"], "a": 1, "b": 2}"#,
            r#"{"@order": ["b"], "a": 1}"#,
            r#"{"@order": [1], "1": 1}"#,
            r#"{"@order": null, "a": 1}"#,
            r#"{"@order": {"a": 1}, "a": 1}"#,
            r#"{"@order": ["a"], "a": 128}"#,
            r#"{"@order": ["a"], "a": 1, "a": 1}"#,
            r#"{"@order": [], "@order": []}"#,
        ],
    );
    all(
        Kind::Ordered(&INNER),
        &[r#"{"@order": ["x"], "x": {"@order": ["1"], "1": "192.0.2.1/24"}}"#],
        &[r#"{"@order": ["x"], "x": {"@order": [], "1": "192.0.2.1/24"}}"#],
    );
}

#[test]
fn a_body_that_is_no_object_has_bounds_of_its_own() {
    let text = Subject::new(Kind::String, Form::Request)
        .constraint(Constraint::NONE.min_length(1).max_length(3));
    let networks = Subject::new(Kind::List(&Kind::String), Form::Request)
        .constraint(Constraint::NONE.format(Format::IpNetwork));
    for (subject, body, expected) in [
        (&text, "\"a\"", true),
        (&text, "\"abc\"", true),
        (&text, "\"\"", false),
        (&text, "\"abcd\"", false),
        (&text, "{\"body\": \"a\", \"meta\": {}}", false),
        (&networks, "[]", true),
        (&networks, "[\"0.0.0.0/0\"]", true),
        (&networks, "[\"0.0.0.0/0\", \"192.0.2.1\"]", false),
    ] {
        let report = explain(body, subject, &Context::default());
        assert_eq!(report.is_valid(), expected, "{body}\n{report}");
        assert_eq!(accept(body, subject, &Context::default()), expected, "{body}");
        if body.starts_with('{') {
            continue;
        }
        // The same holds below the wrapper of a response.
        let (subject, body) = (subject.form(Form::Response), format!("{{\"body\": {body}}}"));
        let report = explain(&body, &subject, &Context::default());
        assert_eq!(report.is_valid(), expected, "{body}\n{report}");
    }
}

#[test]
fn a_member_of_some_versions_is_demanded_for_those_alone() {
    const V7: Version = Version::new(7, 0, 0, 0);
    static NEWS: Type = Type::new(
        "News",
        Shape::Struct {
            fields: &[
                Field::new("on", Kind::Bool),
                Field::new("plain", Kind::Bool),
                Field::new("listed", Kind::Optional(&Kind::Bool)),
                Field::new("due", Kind::Optional(&Kind::Bool)),
            ],
            open: false,
        },
        Constraints::new(&[
            Member::new("on"),
            Member::new("plain").versions(Versions::since(V7)),
            Member::new("listed").versions(Versions::since(V7)).required(),
            Member::new("due").versions(Versions::since(V7)).required_if(Requirement::new(
                &[&["on"]],
                Condition::Equals(0, Literal::Bool(true)),
                "`on` is true",
                "set `on` to false",
            )),
        ]),
    );
    let kind = Kind::Named(&NEWS);
    let old = Context::default().with_target(Version::new(6, 0, 0, 0));
    let new = Context::default().with_target(V7);
    for (text, without, in_old, in_new) in [
        (r#"{"on": true}"#, true, true, false),
        (r#"{"on": true, "plain": true, "listed": true}"#, true, false, false),
        (r#"{"on": true, "plain": true, "due": true}"#, true, false, false),
        (r#"{"on": true, "listed": true, "due": true}"#, true, false, false),
        (r#"{"on": false, "plain": true, "listed": true}"#, true, false, true),
        (r#"{"on": true, "plain": true, "listed": true, "due": true}"#, true, false, true),
        ("{}", false, false, false),
    ] {
        check(kind, &Context::default(), text, without);
        check(kind, &old, text, in_old);
        check(kind, &new, text, in_new);
    }
}
