//! What passes and what does not, kind by kind, worked out by hand: both responses, the short one and the full one, are
//! held to it.

mod limits;
mod shapes;

use sps_validate::{
    Condition, Constraint, Constraints, Context, EnumValue, Field, FieldForm, Form, Kind, Literal,
    Member, Resolver, Rule, Shape, Subject, Target, Type, Variant, accept, explain, format::Format,
};

/// Checks the verdict of both questions.
fn check(kind: Kind, context: &Context<'_>, text: &str, expected: bool) {
    let subject = Subject::new(kind, Form::Request);
    let report = explain(text, &subject, context);
    assert_eq!(report.is_valid(), expected, "explain: {text}\n{report}");
    assert_eq!(accept(text, &subject, context), expected, "accept: {text}");
}

fn all(kind: Kind, good: &[&str], bad: &[&str]) {
    for text in good {
        check(kind, &Context::default(), text, true);
    }
    for text in bad {
        check(kind, &Context::default(), text, false);
    }
}

const BYTE: Kind = Kind::Int { minimum: -128, maximum: 127 };

static COLOR: Type = Type::new(
    "Color",
    Shape::Enum {
        values: &[EnumValue::new("red"), EnumValue::new("green").aliases(&["verde"])],
        open: false,
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
            Variant::new("ip", Some(Kind::String)),
            Variant::new("none", None),
            Variant::new("maybe", Some(Kind::Optional(&Kind::Bool))),
        ],
    },
    Constraints::new(&[Member::new("ip").constraint(Constraint::NONE.format(Format::IpAddress))]),
);

static INNER: Type = Type::new(
    "Inner",
    Shape::Struct {
        fields: &[
            Field::new("on", Kind::Bool),
            Field::new("level", Kind::Optional(&BYTE)),
            Field::new("word", Kind::Optional(&Kind::String)),
            Field::new("color", Kind::Optional(&Kind::Named(&COLOR))),
            Field::new("maybe", Kind::Optional(&Kind::Nullable(&Kind::String))),
            Field::new("seen", Kind::Bool).only(FieldForm::Response),
        ],
        open: false,
    },
    Constraints::new(&[
        Member::new("on"),
        Member::new("level").constraint(Constraint::NONE.minimum(1).maximum(9)),
        Member::new("word").constraint(Constraint::NONE.min_length(2)),
    ])
    .rules(&[Rule::error(
        "level-when-on",
        &["level"],
        &[&["on"], &["level"]],
        Condition::Any(&[Condition::Equals(0, Literal::Bool(false)), Condition::Present(1)]),
    )]),
);

static OUTER: Type = Type::new(
    "Outer",
    Shape::Struct {
        fields: &[
            Field::new("mode", Kind::Named(&COLOR)),
            Field::new("note", Kind::Nullable(&Kind::String)),
            Field::new("inner", Kind::Optional(&Kind::Named(&INNER))),
            Field::new("choice", Kind::Optional(&Kind::Named(&CHOICE))),
            Field::new("list", Kind::Optional(&Kind::List(&BYTE))),
            Field::new("count", Kind::Optional(&BYTE)),
            Field::new("extra", Kind::Optional(&Kind::Nullable(&Kind::Named(&INNER)))),
        ],
        open: true,
    },
    Constraints::NONE.rules(&[
        Rule::error(
            "deep-switch",
            &["mode"],
            &[&["mode"], &["inner", "on"]],
            Condition::Any(&[
                Condition::Not(&Condition::Equals(0, Literal::Str("red"))),
                Condition::Equals(1, Literal::Bool(false)),
            ]),
        ),
        Rule::error(
            "deep-number",
            &["mode"],
            &[&["inner", "level"]],
            Condition::Not(&Condition::Equals(0, Literal::Int(7))),
        ),
        Rule::error(
            "deep-word",
            &["mode"],
            &[&["inner", "word"]],
            Condition::Not(&Condition::Equals(0, Literal::Str("\"bad\""))),
        ),
        Rule::error(
            "deep-color",
            &["mode"],
            &[&["inner", "color"]],
            Condition::Not(&Condition::Equals(0, Literal::Str("green"))),
        ),
        Rule::error(
            "tag",
            &["mode"],
            &[&["choice", "selection"]],
            Condition::Not(&Condition::Equals(0, Literal::Str("none"))),
        ),
        Rule::error(
            "null",
            &["note"],
            &[&["mode"], &["note"]],
            Condition::Any(&[
                Condition::Not(&Condition::Equals(0, Literal::Str("green"))),
                Condition::Not(&Condition::Any(&[
                    Condition::Null(1),
                    Condition::Equals(1, Literal::Str("no")),
                ])),
            ]),
        ),
        Rule::error(
            "list-or-count",
            &["list"],
            &[&["list"], &["count"]],
            Condition::Any(&[
                Condition::Not(&Condition::Present(0)),
                Condition::Not(&Condition::Present(1)),
                Condition::Not(&Condition::Equals(1, Literal::Int(0))),
            ]),
        ),
        Rule::error(
            "deep-off",
            &["count"],
            &[&["inner", "on"], &["count"]],
            Condition::Any(&[
                Condition::Equals(0, Literal::Bool(true)),
                Condition::Not(&Condition::Equals(1, Literal::Int(5))),
            ]),
        ),
        Rule::error(
            "deep-null",
            &["count"],
            &[&["inner", "maybe"], &["count"]],
            Condition::Any(&[
                Condition::Not(&Condition::Null(0)),
                Condition::Not(&Condition::Equals(1, Literal::Int(6))),
            ]),
        ),
        // Below null everything is absent, but null itself is there.
        Rule::error(
            "below-null",
            &["extra"],
            &[&["mode"], &["extra", "word"]],
            Condition::Any(&[
                Condition::Not(&Condition::Equals(0, Literal::Str("red"))),
                Condition::Not(&Condition::Present(1)),
            ]),
        ),
        Rule::error(
            "beside-null",
            &["note"],
            &[&["count"], &["note"], &["extra", "word"]],
            Condition::Any(&[
                Condition::Not(&Condition::Equals(0, Literal::Int(8))),
                Condition::Not(&Condition::Null(1)),
                Condition::Present(2),
            ]),
        ),
        Rule::warning("never", &["mode"], &[&["mode"]], Condition::Any(&[])),
    ]),
);

#[test]
fn scalars() {
    all(Kind::Bool, &["true", "false", " true\n"], &["null", "0", "\"true\"", "tru", "true false"]);
    all(BYTE, &["0", "-128", "127"], &["128", "-129", "1.5", "1e400", "\"1\"", "null", "true"]);
    all(Kind::Number, &["0", "-1.5e3", "18446744073709551616"], &["1e400", "\"1\"", "null", "-"]);
    all(Kind::String, &["\"\"", "\"a\\u00e9\""], &["a", "1", "null", "\"a", "[]"]);
    all(Kind::Secret, &["\"x\""], &["1", "null"]);
    all(
        Kind::Any,
        &["null", "[1, {\"a\": {}}]"],
        &["", "{\"a\": 1, \"a\": 2}", "[{\"a\": 1, \"\\u0061\": 2}]"],
    );
    all(Kind::Nullable(&Kind::Bool), &["null", "true"], &["1", "nul"]);
    all(Kind::Optional(&Kind::Bool), &["true"], &["null"]);
}

#[test]
fn words() {
    let kind = Kind::Named(&COLOR);
    all(
        kind,
        &["\"red\"", "\"green\"", "\"verde\"", "\"r\\u0065d\""],
        &["\"Red\"", "\"blue\"", "1", "null"],
    );
}

#[test]
fn containers() {
    static COLORS: Kind = Kind::Map(&Kind::Named(&COLOR));

    all(Kind::List(&BYTE), &["[]", "[1, 2]"], &["{}", "[1, true]", "[1,]", "[128]", "1"]);
    all(Kind::Array(&BYTE, 2), &["[1, 2]"], &["[]", "[1]", "[1, 2, 3]", "[1, true]"]);
    all(
        Kind::Map(&BYTE),
        &["{}", "{\"b\": 1, \"a\": 2}"],
        &[
            "[]",
            "{\"a\": true}",
            "{\"a\": 1, \"b\": 2, \"a\": 1}",
            "{\"body\": {\"a\": 1}, \"meta\": {}}",
        ],
    );
    all(Kind::List(&COLORS), &["[{\"body\": \"red\"}]"], &["[{\"x\": \"blue\"}]"]);
}

#[test]
fn unions_in_any_order() {
    all(
        Kind::Named(&CHOICE),
        &[
            r#"{"selection": "ip", "value": "192.0.2.1"}"#,
            r#"{"value": "192.0.2.1", "selection": "ip"}"#,
            r#"{"selection": "none"}"#,
            r#"{"selection": "maybe"}"#,
            r#"{"selection": "maybe", "value": true}"#,
            r#"{"value": false, "\u0073election": "maybe"}"#,
            r#"{"selection": "maybe", "v\u0061lue": true}"#,
        ],
        &[
            r#"{"selection": "ip"}"#,
            r#"{"value": "192.0.2.1"}"#,
            r#"{"selection": "ip", "value": "x"}"#,
            r#"{"value": "x", "selection": "ip"}"#,
            r#"{"value": null, "selection": "none"}"#,
            r#"{"selection": "none", "value": null}"#,
            r#"{"selection": "none", "more": 1}"#,
            r#"{"selection": "fqdn", "value": "x"}"#,
            r#"{"selection": 1}"#,
            r#"{"selection": "none", "selection": "none"}"#,
            r#"{"selection": "maybe", "value": true, "value": true}"#,
            r#"{"value": true, "value": true, "selection": "maybe"}"#,
            r#"{"value": [1,], "selection": "maybe"}"#,
            "[]",
        ],
    );
}

#[test]
fn a_union_may_have_rules() {
    static RULED: Type = Type::new(
        "Ruled",
        Shape::Union {
            open: false,
            tag: "selection",
            content: "value",
            variants: &[Variant::new("none", None), Variant::new("all", None)],
        },
        Constraints::NONE.rules(&[Rule::error(
            "not-all",
            &["selection"],
            &[&["selection"]],
            Condition::Not(&Condition::Equals(0, Literal::Str("all"))),
        )]),
    );
    all(Kind::Named(&RULED), &[r#"{"selection": "none"}"#], &[r#"{"selection": "all"}"#]);
}

#[test]
fn structs() {
    all(
        Kind::Named(&INNER),
        &[
            r#"{"on": false}"#,
            r#"{"on": true, "level": 9}"#,
            r#"{"level": 1, "on": true}"#,
            r#"{"word": "ab", "on": false, "\u006cevel": 5, "color": "verde"}"#,
        ],
        &[
            "{}",
            r#"{"on": true}"#,
            r#"{"on": true, "level": 0}"#,
            r#"{"on": true, "level": 10}"#,
            r#"{"on": true, "level": 1000}"#,
            r#"{"on": false, "level": null}"#,
            r#"{"on": false, "word": "a"}"#,
            r#"{"on": false, "color": "blue"}"#,
            r#"{"on": false, "on": false}"#,
            r#"{"on": false, "\u006fn": false}"#,
            r#"{"on": false, "seen": true}"#,
            r#"{"on": false, "more": 1}"#,
            r#"{"on": false,}"#,
            "[]",
            "null",
        ],
    );
}

#[test]
fn an_open_struct_keeps_what_it_does_not_know() {
    all(
        Kind::Named(&OUTER),
        &[
            r#"{"mode": "red", "note": null}"#,
            r#"{"mode": "red", "note": null, "more": {"a": [1]}, "other": null}"#,
        ],
        &[
            r#"{"mode": "red", "note": null, "more": 1, "more": 1}"#,
            r#"{"mode": "red", "note": null, "more": {"a": 1, "a": 1}}"#,
            r#"{"mode": "red"}"#,
            r#"{"note": null}"#,
        ],
    );
}

#[test]
fn rules_see_members_below() {
    let with = |members: &str| format!(r#"{{"mode": "red", "note": null, {members}}}"#);
    let good = [
        r#""inner": {"on": false}"#,
        r#""inner": {"word": "no }{][\" \\", "level": 6, "on": false, "color": "red"}"#,
        r#""inner": {"on": false, "word": "bad"}"#,
        r#""choice": {"selection": "maybe"}"#,
        r#""choice": {"value": "::1", "selection": "ip"}"#,
        r#""list": [], "count": 1"#,
        r#""list": [0]"#,
        r#""count": 0"#,
        r#""count": 4, "inner": {"on": false}"#,
        r#""count": 6, "inner": {"on": false, "maybe": ""}"#,
        r#""count": 6, "inner": {"on": false}"#,
        r#""extra": null"#,
        r#""extra": {"on": false}"#,
    ];

    let bad = [
        r#""inner": {"on": true, "level": 1}"#,
        r#""inner": {"level": 1, "on": true}"#,
        r#""inner": { "word" : "no }{][\" \\" , "level" : 7 , "on" : false }"#,
        r#""inner": {"level": 7,"on": false}"#,
        r#""inner": {"on": false, "level":7}"#,
        r#""inner": {"on": false, "word": "\"bad\""}"#,
        r#""inner": {"on": false, "word": "\u0022bad\""}"#,
        r#""inner": {"on": false, "color": "green"}"#,
        r#""inner": {"on": false, "color": "verde"}"#,
        r#""choice": {"selection": "none"}"#,
        r#""list": [1], "count": 0"#,
        r#""count": 5, "inner": {"on": false}"#,
        r#""count": 6, "inner": {"on": false, "maybe": null}"#,
        r#""extra": {"on": false, "word": "ab"}"#,
        r#""count": 8"#,
        r#""count": 8, "extra": null"#,
    ];
    for members in good {
        check(Kind::Named(&OUTER), &Context::default(), &with(members), true);
    }
    for members in bad {
        check(Kind::Named(&OUTER), &Context::default(), &with(members), false);
    }
    all(
        Kind::Named(&OUTER),
        &[
            r#"{"mode": "green", "note": "a"}"#,
            r#"{"mode": "green", "note": "n\u006ft"}"#,
            r#"{"mode": "green", "note": "a", "inner": {"on": true, "level": 1}}"#,
        ],
        &[
            r#"{"mode": "green", "note": null}"#,
            r#"{"mode": "verde", "note": null}"#,
            r#"{"mode": "green", "note": "no"}"#,
            r#"{"mode": "green", "note": "n\u006f"}"#,
        ],
    );
}

/// Knows two objects, one of which is in use.
struct Known;

impl Resolver for Known {
    fn exists(&self, path: &str) -> Option<bool> {
        match path {
            "/api/a/1" | "/api/a/2" | "/api/b/1" | "/api/b/2" => Some(true),
            "/api/a/unknown" => None,
            _ => Some(false),
        }
    }

    fn plain(&self, _: &str) -> Option<&str> {
        None
    }

    fn used_by(&self, path: &str) -> Option<&str> {
        path.ends_with("/2").then_some("another")
    }
}

#[test]
fn references() {
    static MANY: Target = Target::new("/api/a");
    static ONCE: Target = Target::single_use("/api/b");
    static OTHER: Target = Target::single_use("/api/a");
    static PAIR: Type = Type::new(
        "Pair",
        Shape::Struct {
            fields: &[
                Field::new("many", Kind::List(&Kind::Reference(&MANY))),
                Field::new("once", Kind::List(&Kind::Reference(&ONCE))),
                Field::new("other", Kind::List(&Kind::Reference(&OTHER))),
            ],
            open: false,
        },
        Constraints::NONE,
    );
    let kind = Kind::Named(&PAIR);
    let context = Context::default();
    let known = Context::default().with_resolver(&Known);
    for (text, alone, asked) in [
        (r#"{"many": ["1", "1", "2"], "once": ["1"], "other": ["1"]}"#, true, true),
        (r#"{"many": ["unknown"], "once": [], "other": []}"#, true, true),
        (r#"{"many": ["3"], "once": [], "other": []}"#, true, false),
        (r#"{"many": [], "once": ["1", "1"], "other": []}"#, false, false),
        (r#"{"many": [], "once": ["1", "\u0031"], "other": []}"#, false, false),
        (r#"{"many": [], "once": ["3", "x", "3"], "other": []}"#, false, false),
        (r#"{"many": [], "once": ["2"], "other": []}"#, true, false),
        (r#"{"many": [{"key": "1", "meta": {}}], "once": [], "other": []}"#, false, false),
        (r#"{"many": [1], "once": [], "other": []}"#, false, false),
    ] {
        check(kind, &context, text, alone);
        check(kind, &known, text, asked);
    }
}

#[test]
fn what_only_garde_knows_is_asked_of_it() {
    fn even(text: &str) -> Vec<(String, String)> {
        match text.trim().len() % 2 {
            0 => Vec::new(),
            _ => vec![(String::new(), "odd".to_owned())],
        }
    }
    all(
        Kind::List(&Kind::Foreign(even)),
        &["[12, \"ab\"]"],
        &["[1]", "[12, 345]", "[{\"a\": 1, \"a\": 1}]"],
    );
}

#[test]
fn a_wrapper_is_no_body() {
    static OPEN: Type = Type::new(
        "Open",
        Shape::Struct { fields: &[Field::new("a", Kind::Optional(&Kind::Bool))], open: true },
        Constraints::NONE,
    );
    static MAP: Kind = Kind::Map(&Kind::Any);
    let wrapped = r#"{"body": {"a": true}, "key": "x", "meta": {"href": "/api/x"}}"#;
    for kind in [Kind::Any, MAP, Kind::Nullable(&MAP), Kind::Optional(&MAP), Kind::Named(&OPEN)] {
        all(kind, &[r#"{"a": true}"#], &[wrapped]);
    }
}
