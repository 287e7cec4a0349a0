//! What is repaired and how the text looks then, and what is left alone: each text worked out by hand.

use sps_validate::{
    Constraint, Constraints, Context, Field, FieldForm, Fixed, Form, Kind, Limits, Member, Report,
    Shape, Subject, Target, Type, Variant, explain, fix, fix_with, format::Format,
};

const KEYS: Target = Target::new("/api/keys");
const SECRETS: Target = Target::single_use("/api/secrets");
const GUIDE: &str = include_str!("../data/certificates/guide.pem");

static INNER: Type = Type::new(
    "Inner",
    Shape::Struct { fields: &[Field::new("enable", Kind::Optional(&Kind::Bool))], open: false },
    Constraints::NONE,
);

static OUTER: Type = Type::new(
    "Outer",
    Shape::Struct {
        fields: &[
            Field::new("enabled", Kind::Bool),
            Field::new("rules", Kind::List(&Kind::Bool)),
            Field::new("note", Kind::Nullable(&Kind::String)),
            Field::new("size", Kind::Optional(&Kind::Number)),
            Field::new("inner", Kind::Optional(&Kind::Named(&INNER))),
        ],
        open: false,
    },
    Constraints::NONE,
);

static LISTS: Type = Type::new(
    "Lists",
    Shape::Struct {
        fields: &[
            Field::new("a/b", Kind::List(&Kind::Bool)),
            Field::new("c", Kind::Nullable(&Kind::Bool)),
        ],
        open: false,
    },
    Constraints::NONE,
);

static SEEN: Type = Type::new(
    "Seen",
    Shape::Struct {
        fields: &[
            Field::new("a", Kind::Optional(&Kind::Bool)),
            Field::new("seen", Kind::Bool).only(FieldForm::Response),
            Field::new("since", Kind::Bool).only(FieldForm::Response),
        ],
        open: false,
    },
    Constraints::NONE,
);

fn repaired(kind: Kind, text: &str) -> Option<Fixed> {
    let fixed = fix(text, &Subject::new(kind, Form::Request), &Context::default())?;
    // What is said to be copied is in both texts, in one order.
    let (mut from, mut to) = (0, 0);
    for part in &fixed.copied {
        assert!(from <= part.from.start && to <= part.to, "{text}: {part:?}");
        let old = part.from.of(text).unwrap();
        assert!(fixed.text[part.to..].starts_with(old), "{text}: {part:?}");
        (from, to) = (part.from.end, part.to + old.len());
    }
    assert!(to <= fixed.text.len());
    Some(fixed)
}

/// The bytes that were copied, and where they are now.
fn copied(fixed: &Fixed) -> Vec<(usize, usize, usize)> {
    fixed.copied.iter().map(|it| (it.from.start, it.from.end, it.to)).collect()
}

/// Holds the text that becomes of one to another; an empty one represents nothing to repair.
#[track_caller]
fn becomes(kind: Kind, before: &str, after: &str) {
    let fixed = repaired(kind, before).map(|it| it.text).unwrap_or_default();
    assert_eq!(fixed, after, "{before}");
}

#[test]
fn s027_a_repair_keeps_what_no_source_shows() {
    let own = "\"x-own\":   { \"a\" :1.50,\n\"b\": [ null ] }";
    let text = |enabled: &str| format!("{{{enabled}, \"rules\": [], \"note\": null, {own}}}");
    let fixed = repaired(Kind::Named(&OUTER), &text("\"enabeld\": true")).unwrap();
    assert_eq!(fixed.text, text("\"enabled\": true"));
    let left: Vec<_> = fixed.report.errors().map(|it| (it.code, it.pointer.as_str())).collect();
    assert_eq!(left, [("unknown-key", "/x-own")]);
}

#[test]
fn a_key_that_is_nearly_right_is_renamed() {
    let kind = Kind::Named(&OUTER);
    let with = |members: &str| format!(r#"{{{members}, "rules": [], "note": null}}"#);
    for (before, after) in [
        (r#""enabld": true"#, r#""enabled": true"#),
        // The value is wrong as well, but one mistake is less than two.
        (r#""Enabld" :1e0"#, r#""enabled" :1e0"#),
        (r#""ENABELD": true"#, r#""enabled": true"#),
        (r#""EN-ABLED": true"#, r#""enabled": true"#),
        (r#""enabe": true"#, r#""enabled": true"#),
        // Three letters are too many, and one that belongs elsewhere is no slip of the finger.
        (r#""enaxxxd": true"#, ""),
        (r#""enable": true"#, ""),
        // Which of the two? And what if it is there?
        (r#""enabld": true, "enabed": true"#, ""),
        (r#""enabled": true, "enabld": true"#, ""),
        // Nothing is like it.
        (r#""enabled": true, "other": 1"#, ""),
    ] {
        let after = if after.is_empty() { String::new() } else { with(after) };
        becomes(kind, &with(before), &after);
    }
}

#[test]
fn a_key_like_two_that_are_missing_is_left() {
    static ALIKE: Type = Type::new(
        "Alike",
        Shape::Struct {
            fields: &[Field::new("load1", Kind::Bool), Field::new("load5", Kind::Bool)],
            open: false,
        },
        Constraints::NONE,
    );
    becomes(Kind::Named(&ALIKE), r#"{"load1": true, "load2": true}"#, "");
    becomes(Kind::Named(&ALIKE), r#"{"load2": true}"#, "");
}

#[test]
fn another_spelling_of_a_key_wins_over_similar_keys() {
    static LOADS: Type = Type::new(
        "Loads",
        Shape::Struct {
            fields: &[
                Field::new("load_1", Kind::Nullable(&Kind::Number)),
                Field::new("load_5", Kind::Nullable(&Kind::Number)),
            ],
            open: false,
        },
        Constraints::NONE,
    );
    for key in ["LOAD_1", "Load_1", "load-1", "load1", "Load 1"] {
        becomes(
            Kind::Named(&LOADS),
            &format!(r#"{{"{key}": 4, "load_5": 4}}"#),
            r#"{"load_1": 4, "load_5": 4}"#,
        );
    }
}

#[test]
fn no_empty_value_hides_a_key_that_may_be_the_missing_one() {
    let outer = Kind::Named(&OUTER);
    for key in ["ruling", "notes_of_the_user", "r", "memo"] {
        becomes(outer, &format!(r#"{{"enabled": true, "{key}": 1}}"#), "");
    }
    // It is in another object.
    becomes(
        outer,
        r#"{"enabled": true, "inner": {"memo": 1}}"#,
        r#"{"enabled": true, "inner": {"memo": 1}, "rules": [], "note": null}"#,
    );
}

#[test]
fn the_keys_of_a_union_are_renamed_too() {
    static EITHER: Type = Type::new(
        "Either",
        Shape::Union {
            open: false,
            tag: "selection",
            content: "value",
            variants: &[Variant::new("a", Some(Kind::String)), Variant::new("none", None)],
        },
        Constraints::NONE,
    );
    let either = Kind::Named(&EITHER);
    let good = r#"{"selection": "a", "value": "x"}"#;
    for (before, after) in [
        (r#"{"selection": "a", "valu": "x"}"#, good),
        (r#"{"selection": "a", "VALUE": "x"}"#, good),
        (r#"{"selectoin": "a", "value": "x"}"#, good),
        (r#"{"Selection": "none"}"#, r#"{"selection": "none"}"#),
        (r#"{"selection": "none", "valu": "x"}"#, ""),
    ] {
        becomes(either, before, after);
    }
}

#[test]
fn all_is_repaired_at_once_however_much_it_is() {
    static OBJECT: Kind = Kind::Named(&LISTS);
    let list = Kind::List(&OBJECT);
    // One empty object among many others, and more errors than a report lists.
    for (objects, empty) in [(40, 1), (700, 40)] {
        let before: Vec<_> =
            (0..objects).map(|at| if at < empty { "{}" } else { r#"{"c":1}"# }).collect();
        let after: Vec<_> = (0..objects)
            .map(|at| if at < empty { r#"{"a/b": [],"c": null}"# } else { r#"{"c":1,"a/b":[]}"# })
            .collect();
        let fixed = repaired(list, &format!("[{}]", before.join(","))).unwrap();
        let after = format!("[{}]", after.join(","));
        assert_eq!(fixed.text, after);
        assert_eq!(repaired(list, &fixed.text).map(|it| it.text), None);
    }
}

#[test]
fn other_repairs_of_an_object_rename_nothing() {
    static LIST: Kind = Kind::Named(&OUTER);
    // The list that is missing is added; the key beside it is not like a missing one.
    becomes(
        LIST,
        r#"{"enabled": true, "enabld": true, "note": null}"#,
        r#"{"enabled": true, "enabld": true, "note": null, "rules": []}"#,
    );
    // It is missing in the other object.
    becomes(
        Kind::List(&LIST),
        r#"[{"rules": [], "note": ""}, {"enabled": true, "enabld": true, "note": ""}]"#,
        r#"[{"rules": [], "note": ""}, {"enabled": true, "enabld": true, "note": "", "rules": []}]"#,
    );
    // In each of two objects one key is wrong.
    becomes(
        Kind::List(&LIST),
        r#"[{"enabld": true, "note": "", "rules": []}, {"enabld": true, "note": "", "rules": []}]"#,
        r#"[{"enabled": true, "note": "", "rules": []}, {"enabled": true, "note": "", "rules": []}]"#,
    );
    // Two keys in one object.
    becomes(
        LIST,
        r#"{"enabld": true, "note": "", "ruels": []}"#,
        r#"{"enabled": true, "note": "", "rules": []}"#,
    );
}

#[test]
fn what_is_missing_and_has_one_value_is_added() {
    let outer = Kind::Named(&OUTER);
    for (before, after) in [
        // A list is empty, what may be null is null, and no one knows the switch.
        (r#"{"size":1}"#, r#"{"size":1,"rules":[],"note":null}"#),
        (
            "{\n\t\"enabled\" : true\n}",
            "{\n\t\"enabled\" : true,\n\t\"rules\" : [],\n\t\"note\" : null\n}",
        ),
        (r#"{"enabled":true , "rules": []}"#, r#"{"enabled":true , "rules": [], "note": null}"#),
        // A key that may be the missing one is there.
        (r#"{"enabled": true, "note": null, "rulse": 1, "ruls": 2}"#, ""),
    ] {
        becomes(outer, before, after);
    }
    // The first two would meet in an empty object.
    becomes(Kind::Named(&LISTS), "{}", r#"{"a/b": [],"c": null}"#);
    becomes(Kind::List(&Kind::Map(&Kind::Bool)), "[{}]", "");
    let fixed = repaired(Kind::Named(&LISTS), "{}").unwrap();
    let fixes: Vec<_> = fixed.fixes.iter().map(|it| (it.code, it.pointer.as_str())).collect();
    assert_eq!(fixes, [("missing-key", "/a~1b"), ("missing-key", "/c")]);
}

#[test]
fn an_empty_list_and_null_are_two_responses() {
    static EITHER: Type = Type::new(
        "Either",
        Shape::Struct {
            fields: &[
                Field::new("either", Kind::Nullable(&Kind::List(&Kind::Bool))),
                Field::new("c", Kind::Nullable(&Kind::Bool)),
            ],
            open: false,
        },
        Constraints::NONE,
    );
    becomes(Kind::Named(&EITHER), "{}", r#"{"c": null}"#);
}

#[test]
fn what_only_responses_have_goes_with_its_comma() {
    let kind = Kind::Named(&SEEN);
    for (before, after) in [
        (r#"{ "seen": true }"#, "{  }"),
        (r#"{ "seen": true , "a": true }"#, r#"{ "a": true }"#),
        (r#"{ "a": true , "seen": true }"#, r#"{ "a": true }"#),
        // The comma between them belongs to both.
        (r#"{"seen": true, "since": true}"#, "{}"),
        (r#"{"seen": true, "a": true, "since": true}"#, r#"{"a": true}"#),
        (r#"{"a": true, "x": 1}"#, ""),
    ] {
        becomes(kind, before, after);
    }
}

#[test]
fn a_reference_becomes_its_key() {
    static LIST: Kind = Kind::List(&Kind::Reference(&KEYS));
    static SINGLE: Kind = Kind::List(&Kind::Reference(&SECRETS));
    becomes(
        Kind::Map(&LIST),
        r#"{"a": [{"meta": {"href": "/x"}, "key": "\u0031"}, "2"]}"#,
        r#"{"a": ["\u0031", "2"]}"#,
    );
    becomes(LIST, r#"[{"key": 1}]"#, "");
    // One mistake would take the place of another.
    becomes(SINGLE, r#"["1", {"key": "1"}]"#, "");
    becomes(SINGLE, r#"["1", {"key": "2"}]"#, r#"["1", "2"]"#);
    // Of three, two can be repaired by themselves.
    becomes(SINGLE, r#"["1", {"key": "1"}, {"key": "2"}]"#, r#"["1", "1", "2"]"#);
}

#[test]
fn the_wrapper_goes_and_the_body_moves_to_the_left() {
    let any = Kind::Map(&Kind::List(&Kind::Bool));
    for (before, after) in [
        (r#"{"body": {}, "key": "a"}"#, "{}"),
        (" { \"meta\": 1, \"body\": {} }\n", " {}\n"),
        (
            "{\n  \"key\": \"a\",\n  \"body\": {\n    \"a\": [\n      true\n ]\n  }\n}\n",
            "{\n  \"a\": [\n    true\n ]\n}\n",
        ),
        ("{\n\"body\": {\n  \"a\": []\n}}", "{\n  \"a\": []\n}"),
        // Which of them?
        (r#"{"body": {}, "body": {}}"#, ""),
        (r#"{"items": []}"#, ""),
        (r#"{"items": [], "body": {}}"#, ""),
    ] {
        becomes(any, before, after);
    }
    // What is before the key is no margin, though a line starts with it.
    let listed = Kind::List(&Kind::Any);
    becomes(listed, "{\"body\": [\n{\"a\": 1},\n{}]}", "[\n{\"a\": 1},\n{}]");
    // A wrapper in a wrapper.
    becomes(any, r#"{"body": {"body": {}, "meta": 1}}"#, "{}");
}

#[test]
fn a_body_may_be_as_wrong_as_its_wrapper_but_not_worse() {
    let list = Kind::List(&Kind::Bool);
    becomes(list, r#"{"body": [true]}"#, "[true]");
    becomes(list, r#"{"body": [1]}"#, "[1]");
    becomes(list, r#"{"body": [1, 2]}"#, "");
}

#[test]
fn a_certificate_loses_text_around_it() {
    static MAIL: Type = Type::new(
        "Mail",
        Shape::Struct { fields: &[Field::new("ca", Kind::String)], open: false },
        Constraints::new(&[
            Member::new("ca").constraint(Constraint::NONE.format(Format::PemCertificate))
        ]),
    );
    let kind = Kind::Named(&MAIL);
    let bare = format!(r#"{{"ca": "{}\n"}}"#, GUIDE.trim_end().replace('\n', "\\n"));
    becomes(kind, &bare.replace("-----BEGIN", "subject=CN\\n-----BEGIN"), &bare);
    becomes(kind, r#"{"ca": "x"}"#, "");
}

#[test]
fn nothing_to_repair() {
    let kind = Kind::Named(&OUTER);
    becomes(kind, r#"{"enabled": true, "rules": [], "note": null}"#, "");
    becomes(kind, r#"{"enabled": true, "rules": [], "note": null"#, "");
    becomes(kind, r#"{"enabled": 1, "rules": [], "note": null}"#, "");
    let response = Subject::new(kind, Form::Response);
    assert_eq!(fix(r#"{"enabled": true, "note": ""}"#, &response, &Context::default()), None);
}

#[test]
fn what_is_copied_is_told() {
    let fixed = repaired(Kind::List(&Kind::Bool), "{\"body\": [\n true]}").unwrap();
    assert_eq!((fixed.text.as_str(), &copied(&fixed)[..]), ("[\n true]", &[(9, 17, 0)][..]));
    // The key is at the start of its line, so no line moves.
    let fixed = repaired(Kind::List(&Kind::Bool), "{\n\"body\": [\n true]}").unwrap();
    assert_eq!((fixed.text.as_str(), &copied(&fixed)[..]), ("[\n true]", &[(10, 18, 0)][..]));
    // One space of margin goes from the second line of the body.
    let fixed = repaired(Kind::List(&Kind::Bool), "{\n \"body\": [\n  true]}").unwrap();
    assert_eq!(
        (fixed.text.as_str(), &copied(&fixed)[..]),
        ("[\n true]", &[(11, 13, 0), (14, 20, 2)][..])
    );
    // First the wrapper, then what is inside.
    let text = r#"{"body": {"a/b": [], "d": 1, "c": {}}}"#;
    assert_eq!(repaired(Kind::Named(&LISTS), text), None);
    let text = r#"{"body": {"a": true, "seen": false}}"#;
    let fixed = repaired(Kind::Named(&SEEN), text).unwrap();
    assert_eq!(
        (fixed.text.as_str(), &copied(&fixed)[..]),
        (r#"{"a": true}"#, &[(9, 19, 0), (34, 35, 10)][..])
    );
    let fixes: Vec<_> = fixed.fixes.iter().map(|it| (it.code, it.pointer.as_str())).collect();
    assert_eq!(fixes, [("response-wrapper", ""), ("unknown-key", "/seen")]);
    assert!(fixed.report.is_valid());
}

#[test]
fn a_key_that_resembles_a_member_that_is_there_may_come_from_an_appliance() {
    static ONE: Type = Type::new(
        "One",
        Shape::Struct { fields: &[Field::new("sender_address", Kind::String)], open: false },
        Constraints::NONE,
    );
    let help = |text: &str| {
        let report =
            explain(text, &Subject::new(Kind::Named(&ONE), Form::Request), &Context::default());
        let unknown = report.errors().find(|it| it.code == "unknown-key").unwrap();
        (unknown.help.clone(), unknown.finding.is_repairable())
    };
    let (taken, is_repairable) = help(r#"{"sender_address": "a", "sender_address2": "b"}"#);
    assert!(
        taken.starts_with("`sender_address` is there already; remove this key, unless"),
        "{taken}"
    );
    assert!(!is_repairable);
    assert_eq!(
        help(r#"{"sender_address2": "b"}"#),
        ("did you mean `sender_address`?".to_owned(), true)
    );
}

/// The caller knows what is in place of a list, and that is left as it is.
#[test]
fn repairs_what_a_check_of_the_caller_finds() {
    let subject = Subject::new(Kind::Named(&OUTER), Form::Request);
    let check = |text: &str| {
        let mut report: Report = explain(text, &subject, &Context::default());
        report.diagnostics.retain(|it| it.pointer != "/rules");
        report
    };
    let text = r#"{"enalbed": true, "rules": {"$list": "all"}, "note": null}"#;
    let fixed = fix_with(text, &subject, &Limits::default(), None, &check).unwrap();
    assert_eq!(fixed.text, r#"{"enabled": true, "rules": {"$list": "all"}, "note": null}"#);
    assert!(fixed.report.is_valid(), "{}", fixed.report);
    assert_eq!(fix_with(&fixed.text, &subject, &Limits::default(), None, &check), None);
    // The same text has one more mistake by itself.
    assert_eq!(fix(text, &subject, &Context::default()).unwrap().report.errors().count(), 1);
}
