//! Limits of a document, and types that are wider than the tables list.

use sps_validate::{
    Condition, Constraints, Context, Field, Form, Kind, Limits, Literal, Member, Requirement, Rule,
    Shape, Subject, Type, UnknownKeys, Variant, accept, explain,
};

use super::{BYTE, INNER, OUTER, all, check};

#[test]
fn types_beyond_what_is_listed() {
    /// Names of as many fields as one pass does not hold.
    const NAMES: [&str; 65] = {
        const ALL: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+";
        let mut names = [""; 65];
        let mut at = 0;
        while at < 65 {
            names[at] = ALL.split_at(at).1.split_at(1).0;
            at += 1;
        }
        names
    };
    const FIELDS: [Field; 65] = {
        let mut fields = [Field::new("", Kind::Optional(&Kind::Bool)); 65];
        let mut at = 0;
        while at < 65 {
            fields[at] = Field::new(NAMES[at], Kind::Optional(&Kind::Bool));
            at += 1;
        }
        fields
    };
    static WIDE: Type =
        Type::new("Wide", Shape::Struct { fields: &FIELDS, open: false }, Constraints::NONE);
    static FULL: Type = Type::new(
        "Full",
        Shape::Struct { fields: FIELDS.split_at(64).0, open: false },
        Constraints::NONE.rules(
            // The last one is beyond those whose inputs are listed.
            &[Rule::error("on", &["_"], &[&["_"]], Condition::Equals(0, Literal::Bool(true))); 17],
        ),
    );
    all(Kind::Named(&WIDE), &["{}", r#"{"+": true}"#], &[r#"{"+": 1}"#, r#"{"?": true}"#]);
    all(
        Kind::Named(&FULL),
        &["{}", r#"{"_": true, "a": false}"#],
        &[r#"{"_": false}"#, r#"{"_": true, "_": true}"#, r#"{"+": true}"#],
    );
}

#[test]
fn a_rule_beyond_those_listed_is_asked_too() {
    static LAST: Type = {
        const HOLDS: Rule = Rule::error("holds", &["b"], &[&["b"]], Condition::All(&[]));
        const BREAKS: Rule =
            Rule::error("b", &["b"], &[&["a"], &["b"]], Condition::Equals(1, Literal::Bool(true)));
        const RULES: [Rule; 17] = {
            let mut rules = [HOLDS; 17];
            rules[16] = BREAKS;
            rules
        };
        Type::new(
            "Last",
            Shape::Struct {
                fields: &[
                    Field::new("a", Kind::Optional(&Kind::Bool)),
                    Field::new("b", Kind::Optional(&Kind::Bool)),
                ],
                open: false,
            },
            Constraints::NONE.rules(&RULES),
        )
    };
    all(Kind::Named(&LAST), &["{}", r#"{"a": false, "b": true}"#], &[r#"{"a": true, "b": false}"#]);
}

#[test]
fn a_member_is_required_while_its_condition_holds() {
    const FIELDS: [Field; 18] = {
        let mut fields = [Field::new("", Kind::Optional(&Kind::Bool)); 18];
        let names = "abcdefghijklmnopqr";
        let mut at = 0;
        while at < 18 {
            fields[at] =
                Field::new(names.split_at(at).1.split_at(1).0, Kind::Optional(&Kind::Bool));
            at += 1;
        }
        fields
    };
    // The last member is beyond those whose inputs are listed.
    const MEMBERS: [Member; 18] = {
        let mut members = [Member::NONE; 18];
        let is_true = Condition::Equals(0, Literal::Bool(true));
        members[1] = Member::new("b").required_if(Requirement::new(&[&["a"]], is_true, "", ""));
        members[17] = Member::new("r").required_if(Requirement::new(&[&["b"]], is_true, "", ""));
        members
    };
    static SWITCHES: Type = Type::new(
        "Switches",
        Shape::Struct { fields: &FIELDS, open: false },
        Constraints::new(&MEMBERS),
    );
    all(
        Kind::Named(&SWITCHES),
        &[
            "{}",
            r#"{"a": false}"#,
            r#"{"a": true, "b": false}"#,
            r#"{"b": true, "r": false}"#,
            r#"{"b": false, "r": true}"#,
            r#"{"r": true}"#,
        ],
        &[r#"{"a": true}"#, r#"{"b": true}"#, r#"{"a": true, "b": true}"#],
    );
}

#[test]
fn every_container_counts() {
    static NESTED: Type = Type::new(
        "Nested",
        Shape::Union {
            open: false,
            tag: "selection",
            content: "value",
            variants: &[Variant::new("list", Some(Kind::List(&BYTE)))],
        },
        Constraints::NONE,
    );
    static LISTS: Kind = Kind::List(&Kind::List(&BYTE));
    static MAPS: Kind = Kind::Map(&Kind::List(&BYTE));
    static LISTED_MAPS: Kind = Kind::List(&MAPS);
    static LISTED: Kind = Kind::List(&Kind::Named(&OUTER));
    let (outer, nested) = (Kind::Named(&OUTER), Kind::Named(&NESTED));
    for (kind, text, depth, keys) in [
        (LISTS, "[[]]", 2, 0),
        // No one looks for a wrapper in a list, so it is this pass alone that counts.
        (LISTED_MAPS, r#"[{"a": [], "b": []}]"#, 3, 2),
        (LISTED, r#"[{"note": null, "mode": "red", "inner": {"on": false}}]"#, 3, 3),
        (LISTED, r#"[{"mode": "red", "note": null, "more": []}]"#, 3, 3),
        (MAPS, r#"{"a": [], "b": []}"#, 2, 2),
        (Kind::Any, r#"{"a": [], "b": []}"#, 2, 2),
        (nested, r#"{"selection": "list", "value": []}"#, 2, 2),
        (nested, r#"{"value": [], "selection": "list"}"#, 2, 2),
        (outer, r#"{"mode": "red", "note": null}"#, 1, 2),
        (outer, r#"{"note": null, "mode": "red", "inner": {"on": false}}"#, 2, 3),
        (outer, r#"{"mode": "red", "note": null, "more": [], "other": 1}"#, 2, 4),
    ] {
        let with = |depth, keys| {
            Context::default().with_limits(Limits::default().with_depth(depth).with_keys(keys))
        };
        check(kind, &with(depth, keys), text, true);
        check(kind, &with(depth - 1, keys), text, false);
        if keys > 0 {
            check(kind, &with(depth, keys - 1), text, false);
        }
    }
}

#[test]
fn limits_and_other_questions() {
    let kind = Kind::List(&Kind::Map(&BYTE));
    let limits = |bytes, depth, keys| {
        Context::default()
            .with_limits(Limits::default().with_bytes(bytes).with_depth(depth).with_keys(keys))
    };
    let text = r#"[{"a": 1}]"#;
    check(kind, &limits(text.len(), 2, 1), text, true);
    check(kind, &limits(text.len() - 1, 2, 1), text, false);
    check(kind, &limits(text.len(), 1, 1), text, false);
    check(kind, &limits(100, 2, 1), r#"[{"a": 1, "b": 2}]"#, false);
    let loose = Context::default().with_unknown_keys(UnknownKeys::Allow);
    check(Kind::Named(&INNER), &loose, r#"{"on": false, "more": 1}"#, true);
    check(Kind::Named(&INNER), &loose, r#"{"on": true, "more": 1}"#, false);
    let response = Subject::new(Kind::Named(&INNER), Form::Response);
    let text = r#"{"body": {"on": false, "seen": true}, "meta": {"href": "/api/x"}}"#;
    assert!(accept(text, &response, &Context::default()));
    assert!(!accept(r#"{"on": 1, "seen": true}"#, &response, &Context::default()));
}

#[test]
fn a_long_key_does_not_fill_the_memory() {
    // Each finding names its place twice, and the place is half a megabyte long.
    let key = "K".repeat(1 << 19);
    let item = r#"{"a":1,"a":1}"#;
    let text = format!(r#"{{"{key}": [{}]}}"#, vec![item; 500].join(","));
    let kind = Kind::Named(&LOOSE);
    let report = explain(&text, &Subject::new(kind, Form::Request), &Context::default());
    let places = report.diagnostics.iter().map(|it| it.pointer.len()).sum::<usize>();
    assert!(!report.is_valid() && places < 3 << 20, "{places}");
    assert_eq!(report.diagnostics.last().unwrap().code, "limit-exceeded");
    assert!(!accept(&text, &Subject::new(kind, Form::Request), &Context::default()));
}

static LOOSE: Type =
    Type::new("Loose", Shape::Struct { fields: &[], open: true }, Constraints::NONE);
