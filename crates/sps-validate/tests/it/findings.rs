//! What is found, where, and in which words: each finding worked out by hand.

use sps_validate::{
    Condition, Constraint, Constraints, Context, EnumValue, Field, FieldForm, Form, Kind, Member,
    Param, Report, Rule, Shape, Subject, Target, Type, UnknownKeys, Variant, Version, Versions,
    explain, format::Format,
};

pub(crate) const BYTE: Kind = Kind::Int { minimum: -128, maximum: 127 };
pub(crate) const KEYS: Target = Target::new("/api/keys");
pub(crate) const V7_0: Version = Version::new(7, 0, 0, 0);
pub(crate) const V7_1: Version = Version::new(7, 1, 0, 0);

pub(crate) const fn request(kind: Kind) -> Subject {
    Subject::new(kind, Form::Request)
}

pub(crate) const fn response(kind: Kind) -> Subject {
    Subject::new(kind, Form::Response)
}

/// Code, pointer, and the text that the span covers.
type Finding = (&'static str, &'static str, &'static str);

pub(crate) fn findings<'r>(report: &'r Report, text: &'r str) -> Vec<(&'r str, &'r str, &'r str)> {
    let finding = |it: &'r sps_validate::Diagnostic| {
        (it.code, it.pointer.as_str(), it.span.of(text).unwrap())
    };
    report.diagnostics.iter().map(finding).collect()
}

#[track_caller]
pub(crate) fn finds(subject: &Subject, text: &str, expected: &[Finding]) {
    finds_in(&Context::default(), subject, text, expected);
}

#[track_caller]
pub(crate) fn finds_in(context: &Context<'_>, subject: &Subject, text: &str, expected: &[Finding]) {
    assert_eq!(findings(&explain(text, subject, context), text), expected, "{text}");
}

/// Holds what is listed as not decided to codes and pointers.
#[track_caller]
pub(crate) fn leaves(
    context: &Context<'_>,
    subject: &Subject,
    text: &str,
    expected: &[(&str, &str)],
) {
    let report = explain(text, subject, context);
    let unchecked: Vec<_> =
        report.unchecked.iter().map(|it| (it.code, it.pointer.as_str())).collect();
    assert_eq!(unchecked, expected, "{text}");
}

/// Holds the one finding to its message and its help.
#[track_caller]
pub(crate) fn says(subject: &Subject, text: &str, message: &str, help: &str) {
    let report = explain(text, subject, &Context::default());
    let said: Vec<_> =
        report.diagnostics.iter().map(|it| (it.message.as_str(), it.help.as_str())).collect();
    assert_eq!(said, [(message, help)], "{text}");
}

pub(crate) static COLOR: Type = Type::new(
    "Color",
    Shape::Enum {
        values: &[EnumValue::new("red"), EnumValue::new("green").aliases(&["verde"])],
        open: false,
    },
    Constraints::new(&[Member::new("red"), Member::new("green").versions(Versions::since(V7_1))]),
);

pub(crate) static LID: Type = Type::new(
    "Lid",
    Shape::Struct { fields: &[Field::new("screws", BYTE)], open: false },
    Constraints::NONE,
);

pub(crate) static PARCEL: Type = Type::new(
    "Parcel",
    Shape::Struct {
        fields: &[
            Field::new("name", Kind::Optional(&Kind::String)),
            Field::new("lids", Kind::Optional(&Kind::List(&Kind::Named(&LID)))),
        ],
        open: false,
    },
    Constraints::NONE,
);

pub(crate) static HOST: Type = Type::new(
    "Host",
    Shape::Union {
        open: false,
        tag: "selection",
        content: "value",
        variants: &[
            Variant::new("note", Some(Kind::String)),
            Variant::new("fqdn", Some(Kind::String)),
            Variant::new("ip", Some(Kind::String)),
            Variant::new("none", None),
            Variant::new("parcel", Some(Kind::Named(&PARCEL))),
            Variant::new("lid", Some(Kind::Named(&LID))),
            Variant::new("maybe", Some(Kind::Optional(&Kind::Bool))),
        ],
    },
    Constraints::new(&[
        Member::new("note"),
        Member::new("fqdn").constraint(Constraint::NONE.format(Format::Fqdn)),
        Member::new("ip").constraint(Constraint::NONE.format(Format::IpAddress)),
        Member::new("none").versions(Versions::since(V7_1)),
    ]),
);

#[test]
fn a_value_of_another_kind() {
    for (kind, text, expected) in [
        (Kind::Bool, "1", "true or false"),
        (BYTE, "\"1\"", "a whole number"),
        (BYTE, "1.0", "a whole number in plain digits"),
        (Kind::Number, "[]", "a number"),
        (Kind::String, "1", "a string"),
        (Kind::Secret, "1", "a string"),
        (Kind::Reference(&KEYS), "1", "the key of an object in /api/keys"),
        (Kind::Reference(&KEYS), "{\"name\": 1}", "the key of an object in /api/keys"),
        (Kind::List(&Kind::Bool), "1", "a list"),
        (Kind::Array(&Kind::Bool, 2), "1", "a list of 2"),
        (Kind::Map(&Kind::Bool), "1", "an object"),
        (Kind::Named(&LID), "1", "an object"),
        (Kind::Named(&COLOR), "1", "one of \"red\", \"green\""),
        (Kind::Named(&HOST), "1", "an object with `selection`"),
    ] {
        finds(&request(kind), text, &[("wrong-type", "", text)]);
        let report = explain(text, &request(kind), &Context::default());
        let params = &report.diagnostics[0].params;
        assert_eq!(params.get("expected"), Some(&Param::Text(expected.to_owned())));
        assert_eq!(report.diagnostics[0].help, format!("replace it with {expected}"));
    }
    let message = "expected true or false, found array";
    says(&request(Kind::Nullable(&Kind::Bool)), "[]", message, "replace it with true or false");
}

#[test]
fn null_where_a_value_is_required() {
    for (kind, expected) in [
        (Kind::Bool, "true or false"),
        (Kind::Optional(&Kind::String), "a string"),
        (Kind::Secret, "a string"),
        (Kind::Reference(&KEYS), "the key of an object in /api/keys"),
        (Kind::Array(&Kind::Bool, 2), "a list of 2"),
        (Kind::Named(&HOST), "an object with `selection`"),
    ] {
        finds(&request(kind), " null", &[("null-not-allowed", "", "null")]);
        let message = format!("null is not allowed: expected {expected}");
        says(&request(kind), "null", &message, "give it a value");
    }
}

#[test]
fn a_member_that_is_missing_is_described() {
    static ALL: Type = Type::new(
        "All",
        Shape::Struct {
            fields: &[
                Field::new("a/b", Kind::Any),
                Field::new("c", Kind::Nullable(&Kind::Named(&COLOR))),
                Field::new("d", Kind::Nullable(&Kind::Optional(&Kind::Bool))),
            ],
            open: false,
        },
        Constraints::NONE,
    );
    static ALL_KIND: Kind = Kind::Named(&ALL);
    let subject = response(Kind::List(&ALL_KIND));
    let text = "[ {}]";
    finds(&subject, text, &[("missing-key", "/0/a~1b", "{"), ("missing-key", "/0/c", "{")]);
    let report = explain(text, &subject, &Context::default());
    let help: Vec<_> = report.diagnostics.iter().map(|it| it.help.as_str()).collect();
    assert_eq!(help, ["add `a/b`: a value", "add `c`: one of \"red\", \"green\" or null",]);
    assert_eq!(report.diagnostics[0].message, "`a/b` is missing");
}

#[test]
fn bounds_are_named() {
    static BOUNDS: Type = Type::new(
        "Bounds",
        Shape::Struct {
            fields: &[
                Field::new("level", Kind::Optional(&BYTE)),
                Field::new("word", Kind::Optional(&Kind::String)),
                Field::new("byte", Kind::Optional(&BYTE)),
                Field::new("letter", Kind::Optional(&Kind::String)),
            ],
            open: false,
        },
        Constraints::new(&[
            Member::new("level").constraint(Constraint::NONE.minimum(1).maximum(9)),
            Member::new("word").constraint(Constraint::NONE.min_length(2).max_length(3)),
            Member::new("byte"),
            Member::new("letter").constraint(Constraint::NONE.min_length(1).max_length(1)),
        ]),
    );
    let outside = "number out of range";
    for (text, code, message, help) in [
        (r#"{"level": 0}"#, "out-of-range", outside, "use a number from 1 to 9"),
        (r#"{"level": 10}"#, "out-of-range", outside, "use a number from 1 to 9"),
        (r#"{"byte": 128}"#, "out-of-range", outside, "use a number from -128 to 127"),
        (r#"{"word": ""}"#, "too-short", "the text is empty", "use at least 2 characters"),
        (r#"{"word": "a"}"#, "too-short", "shorter than 2 characters", "use at least 2 characters"),
        (r#"{"word": "abcd"}"#, "too-long", "longer than 3 characters", "use at most 3 characters"),
        (r#"{"letter": "ab"}"#, "too-long", "longer than 1 character", "use at most 1 character"),
    ] {
        let subject = request(Kind::Named(&BOUNDS));
        says(&subject, text, message, help);
        let report = explain(text, &subject, &Context::default());
        assert_eq!(report.diagnostics[0].code, code, "{text}");
    }
    let pair = request(Kind::Array(&Kind::Bool, 2));
    let two = "give exactly 2 elements";
    finds(&pair, "[true]", &[("too-short", "", "[true]")]);
    says(&pair, "[true]", "expected 2 elements, found 1", two);
    finds(
        &pair,
        "[true, 1, true]",
        &[("too-long", "", "[true, 1, true]"), ("wrong-type", "/1", "1")],
    );
}

#[test]
fn a_text_of_another_form() {
    static FORMS: Type = Type::new(
        "Forms",
        Shape::Struct {
            fields: &[
                Field::new("ip", Kind::Optional(&Kind::String)),
                Field::new("pem", Kind::Optional(&Kind::String)),
            ],
            open: false,
        },
        Constraints::new(&[
            Member::new("ip").constraint(Constraint::NONE.format(Format::IpAddress)),
            Member::new("pem").constraint(Constraint::NONE.format(Format::PemCertificate)),
        ]),
    );
    let subject = request(Kind::Named(&FORMS));
    says(
        &subject,
        r#"{"ip": ""}"#,
        "not an IP address: empty",
        "give a bare IPv4 or IPv6 address: no name, port, prefix or brackets",
    );
    // In place of a certificate there may be its private key. A certificate with a flaw is not one.
    let begin = "-----BEGIN CERTIFICATE-----\\n";
    let end = "-----END CERTIFICATE-----";
    for (text, hidden) in [
        (r#"{"ip": "MIIEvQIBADANBgkqhkiG9w0"}"#.to_owned(), false),
        (r#"{"pem": "MIIEvQIBADANBgkqhkiG9w0"}"#.to_owned(), true),
        (format!(r#"{{"pem": "{begin}MIIC"}}"#), true),
        (format!(r#"{{"pem": "{begin}MIIC\\n{end}"}}"#), false),
    ] {
        let report = explain(&text, &subject, &Context::default());
        assert_eq!((report.diagnostics.len(), report.sensitive.len()), (1, usize::from(hidden)));
    }
}

#[test]
fn words_that_are_not_listed() {
    static PAINT: Type = Type::new(
        "Paint",
        Shape::Struct {
            fields: &[
                Field::new("color", Kind::Optional(&Kind::Named(&COLOR))),
                Field::new("base", Kind::Optional(&Kind::Named(&COLOR))).tag(),
                // Only a word can be a tag.
                Field::new("lid", Kind::Optional(&Kind::Named(&LID))).tag(),
            ],
            open: false,
        },
        Constraints::NONE,
    );
    static TAGS: Type = Type::new(
        "Tags",
        Shape::Struct {
            fields: &[
                Field::new("base", Kind::Named(&COLOR)).tag(),
                Field::new("lid", Kind::Named(&LID)).tag(),
                Field::new("color", Kind::Named(&COLOR)),
            ],
            open: false,
        },
        Constraints::NONE,
    );
    finds(
        &request(Kind::Named(&PAINT)),
        r#"{"color": "blue"}"#,
        &[("not-in-enum", "/color", "\"blue\"")],
    );
    let tags = request(Kind::Named(&TAGS));
    finds(
        &tags,
        r#"{"base": "blue", "lid": {}, "color": "reed"}"#,
        &[
            ("unknown-selection", "/base", "\"blue\""),
            ("missing-key", "/lid/screws", "{"),
            ("not-in-enum", "/color", "\"reed\""),
        ],
    );
    finds(
        &tags,
        r#"{"base": null, "lid": {"screws": 4}, "color": null}"#,
        &[("null-not-allowed", "/base", "null"), ("null-not-allowed", "/color", "null")],
    );
    finds(
        &tags,
        r#"{"base": 1, "lid": {"screws": 4}, "color": "verde"}"#,
        &[("wrong-type", "/base", "1")],
    );
    let color = request(Kind::Named(&COLOR));
    let (message, all) = ("unknown value", "\"red\", \"green\"");
    says(&color, "\"blue\"", message, &format!("use one of {all}"));
    says(&color, "\"reed\"", message, &format!("did you mean \"red\"? Allowed: {all}"));
    let report = explain("\"reed\"", &color, &Context::default());
    let words = vec!["red".to_owned(), "green".to_owned()];
    assert_eq!(report.diagnostics[0].params.get("allowed"), Some(&Param::Values(words)));
    assert_eq!(report.diagnostics[0].suggestions, ["red"]);
}

#[test]
fn the_tag_of_a_union() {
    let host = request(Kind::Named(&HOST));
    let all = r#""note", "fqdn", "ip", "none", "parcel", "lid", "maybe""#;
    finds(&host, "{}", &[("missing-key", "/selection", "{")]);
    says(&host, "{}", "`selection` is missing", &format!("add `selection`: one of {all}"));
    finds(&host, r#"{"selection": null}"#, &[("null-not-allowed", "/selection", "null")]);
    finds(&host, r#"{"selection": 1}"#, &[("wrong-type", "/selection", "1")]);
    finds(&host, r#"{"selection": "fqnd"}"#, &[("unknown-selection", "/selection", "\"fqnd\"")]);
    says(
        &host,
        r#"{"selection": "fqnd"}"#,
        "unknown selection",
        &format!("did you mean \"fqdn\"? Allowed: {all}"),
    );
    finds(&host, r#"{"selection": "ip"}"#, &[("missing-key", "/value", "{")]);
    finds(&host, r#"{"selection": "maybe"}"#, &[]);
    finds(
        &host,
        r#"{"selection": "ip", "other": 1, "value": "x"}"#,
        &[("unknown-key", "/other", "\"other\""), ("ip-address", "/value", "\"x\"")],
    );
}

#[test]
fn the_variant_that_takes_it_is_named() {
    let host = request(Kind::Named(&HOST));
    let form = "give a host name with its domain, such as mail.example.com";
    says(
        &host,
        r#"{"selection": "fqdn", "value": "192.0.2.1"}"#,
        "not a fully qualified domain name: the last label is a number, as in an IP address",
        &format!("choose `selection` \"ip\", which takes this; or {form}"),
    );
    // The variant `note` takes any text, which says nothing.
    says(
        &host,
        r#"{"selection": "fqdn", "value": ""}"#,
        "not a fully qualified domain name: empty",
        form,
    );
    let ignored = "unknown key: the appliance would ignore it silently";
    says(
        &host,
        r#"{"selection": "parcel", "value": {"screws": 1}}"#,
        ignored,
        "the key belongs to `selection` \"lid\", not to \"parcel\"; remove it here",
    );
    says(
        &host,
        r#"{"selection": "none", "value": 1}"#,
        ignored,
        "remove it, unless it came from an appliance: a PUT without it would lose the setting",
    );
    says(
        &host,
        r#"{"selection": "parcel", "value": {"weight": 1}}"#,
        ignored,
        "remove it, unless it came from an appliance: a PUT without it would lose the setting",
    );
}

#[test]
fn a_key_that_belongs_elsewhere_is_sent_there() {
    macro_rules! level {
        ($name:ident, $leaf:literal $(, $down:literal, $inner:ident)?) => {
            static $name: Type = Type::new(
                stringify!($name),
                Shape::Struct {
                    fields: &[
                        Field::new($leaf, Kind::Optional(&Kind::Bool)),
                        $(Field::new($down, Kind::Optional(&Kind::Named(&$inner))),)?
                    ],
                    open: false,
                },
                Constraints::NONE,
            );
        };
    }
    level!(L7, "beyond_reach");
    level!(L6, "deepest", "g", L7);
    level!(L5, "l5", "f", L6);
    level!(L4, "l4", "e", L5);
    level!(L3, "l3", "d", L4);
    level!(L2, "l2", "c", L3);
    level!(L1, "l1", "b", L2);
    level!(TOP, "topmost", "a", L1);
    static MIXED: Type = Type::new(
        "Mixed",
        Shape::Struct {
            fields: &[
                Field::new("top", Kind::Optional(&Kind::Named(&TOP))),
                Field::new("maps", Kind::Optional(&Kind::Map(&Kind::Array(&Kind::Named(&LID), 1)))),
                Field::new("host", Kind::Optional(&Kind::Named(&HOST))),
                Field::new("again", Kind::Optional(&Kind::Named(&MIXED))),
            ],
            open: false,
        },
        Constraints::NONE,
    );
    let ignored = "unknown key: the appliance would ignore it silently";
    let top = request(Kind::Named(&TOP));
    for (text, help) in [
        (r#"{"deepest": true}"#, "the key belongs to `a.b.c.d.e.f`; remove it here"),
        (r#"{"l1": true}"#, "the key belongs to `a`; remove it here"),
        (
            r#"{"beyond_reach": true}"#,
            "remove it, unless it came from an appliance: a PUT without it would lose the setting",
        ),
        (r#"{"a": {"topmost": true}}"#, "the key belongs to the body itself; remove it here"),
        (r#"{"topmots": true}"#, "did you mean `topmost`?"),
    ] {
        says(&top, text, ignored, help);
    }
    let mixed = request(Kind::Named(&MIXED));
    for (text, help) in [
        (r#"{"screws": 1}"#, "the key belongs to `maps`; remove it here"),
        (
            r#"{"lids": 1}"#,
            "the key belongs to `host.value` (`selection` \"parcel\"); remove it here",
        ),
        (
            r#"{"nowhere": 1}"#,
            "remove it, unless it came from an appliance: a PUT without it would lose the setting",
        ),
    ] {
        says(&mixed, text, ignored, help);
    }
}

static FORMS: Type = Type::new(
    "Forms",
    Shape::Struct {
        fields: &[
            Field::new("address1", BYTE),
            Field::new("address2", Kind::Optional(&BYTE)),
            Field::new("address4", BYTE).only(FieldForm::Response),
            Field::new("plain", Kind::Secret).only(FieldForm::Request),
        ],
        open: false,
    },
    Constraints::NONE,
);

static OPEN: Type = Type::new(
    "Open",
    Shape::Struct {
        fields: &[Field::new("seen", Kind::Bool).only(FieldForm::Response)],
        open: true,
    },
    Constraints::NONE,
);

#[test]
fn what_is_probably_meant_and_missing_comes_first() {
    let subject = request(Kind::Named(&FORMS));
    let text = r#"{"address1": 1, "address3": 1, "plain": ""}"#;
    finds(&subject, text, &[("unknown-key", "/address3", "\"address3\"")]);
    let report = explain(text, &subject, &Context::default());
    assert_eq!(report.diagnostics[0].suggestions, ["address2", "address1"]);
    assert_eq!(report.diagnostics[0].help, "did you mean `address2`?");
}

#[test]
fn each_form_has_its_own_members() {
    let (sent, shown) = (request(Kind::Named(&FORMS)), response(Kind::Named(&FORMS)));
    finds(&sent, r#"{"address1": 1, "plain": ""}"#, &[]);
    finds(&sent, r#"{"address1": 1}"#, &[("missing-key", "/plain", "{")]);
    finds(&shown, r#"{"address1": 1, "address4": 1}"#, &[]);
    finds(&shown, r#"{"address1": 1}"#, &[("missing-key", "/address4", "{")]);
    finds(&shown, r#"{"address1": 1, "address4": true}"#, &[("wrong-type", "/address4", "true")]);
    let text = r#"{"address1": 1, "address4": 1, "plain": ""}"#;
    finds(&sent, text, &[("unknown-key", "/address4", "\"address4\"")]);
    says(&sent, text, "only responses have this key", "remove it");
    // An open type keeps what it does not know, and no one checks what only responses have.
    let (sent, shown) = (request(Kind::Named(&OPEN)), response(Kind::Named(&OPEN)));
    finds(&sent, r#"{"seen": 1}"#, &[]);
    leaves(&Context::default(), &sent, r#"{"seen": 1}"#, &[("unknown-key", "/seen")]);
    finds(&shown, r#"{"seen": 1}"#, &[("wrong-type", "/seen", "1")]);
    leaves(&Context::default(), &shown, r#"{"seen": true}"#, &[]);
}

#[test]
fn keys_that_are_unknown_are_kept_or_refused() {
    let (sent, shown) = (request(Kind::Named(&LID)), response(Kind::Named(&LID)));
    let text = r#"{"screws": 4, "more": {"a": 1, "a": 2}}"#;
    finds(&sent, text, &[("unknown-key", "/more", "\"more\"")]);
    leaves(&Context::default(), &sent, text, &[]);
    let loose = Context::default().with_unknown_keys(UnknownKeys::Allow);
    for (context, subject) in [(Context::default(), shown), (loose, sent)] {
        finds_in(&context, &subject, text, &[("duplicate-key", "/more/a", "\"a\"")]);
        leaves(&context, &subject, text, &[("unknown-key", "/more")]);
    }
}

#[test]
fn responses_may_hold_words_that_are_unknown() {
    static CHOICE: Type = Type::new(
        "Choice",
        Shape::Struct {
            fields: &[
                Field::new("color", Kind::Named(&COLOR)),
                Field::new("host", Kind::Named(&HOST)),
            ],
            open: false,
        },
        Constraints::NONE.rules(&[
            Rule::error("color", &["color"], &[&["color"]], Condition::Any(&[])),
            Rule::error("host", &["host"], &[&["host", "selection"]], Condition::Any(&[])),
        ]),
    );
    let text = r#"{"color": "blue", "host": {"selection": "new", "value": 1}}"#;
    let subject = response(Kind::Named(&CHOICE));
    finds(&subject, text, &[]);
    let unchecked = [("not-in-enum", "/color"), ("unknown-selection", "/host/selection")];
    leaves(&Context::default(), &subject, text, &unchecked);
}

#[test]
fn a_key_that_appears_twice() {
    let subject = request(Kind::Named(&LID));
    let text = r#"{"screws": 1, "screws": true, "scr\u0065ws": 2}"#;
    finds(
        &subject,
        text,
        &[
            ("duplicate-key", "/screws", "\"screws\""),
            ("wrong-type", "/screws", "true"),
            ("duplicate-key", "/screws", "\"scr\\u0065ws\""),
        ],
    );
    let report = explain(text, &subject, &Context::default());
    for diagnostic in [&report.diagnostics[0], &report.diagnostics[2]] {
        let related = &diagnostic.related[0];
        assert_eq!((related.pointer.as_str(), related.span.start), ("/screws", 1));
        assert_eq!(related.message, "first used here");
    }
}

#[test]
fn what_only_garde_knows_is_told_where_it_says() {
    fn check(text: &str) -> Vec<(String, String)> {
        vec![("/first".to_owned(), format!("{text} is odd"))]
    }
    let subject = request(Kind::List(&Kind::Foreign(check)));
    finds(&subject, "[1]", &[("garde", "/0/first", "1")]);
    says(&subject, "[1]", "1 is odd", "the type of this member defines this rule");
}
