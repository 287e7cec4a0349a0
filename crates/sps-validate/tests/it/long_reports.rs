//! Where a report ends: its findings, its places and the length of both.

use sps_validate::{
    Condition, Constraints, Context, Field, Kind, Limits, Literal, Param, Rule, Shape, Type,
    explain,
};

use crate::findings::{LID, findings, finds_in, leaves, request};

fn limited(diagnostics: usize) -> Context<'static> {
    Context::default().with_limits(Limits::default().with_diagnostics(diagnostics))
}

#[test]
fn findings_beyond_the_limit_are_left_out() {
    let subject = request(Kind::List(&Kind::Bool));
    let (one, two) = (("wrong-type", "/0", "1"), ("wrong-type", "/1", "2"));
    finds_in(&limited(2), &subject, "[1, 2]", &[one, two]);
    let report = explain("[1, 2, 3, 4]", &subject, &limited(2));
    assert_eq!(findings(&report, "[1, 2, 3, 4]"), [one, two, ("limit-exceeded", "", "3")]);
    let last = &report.diagnostics[2];
    assert_eq!(last.message, "more than 2 diagnostics: the rest is not shown");
    assert_eq!(last.params.get("maximum"), Some(&Param::Int(2)));
    // What is missing is found last and shown first; that there is more is shown at the end.
    let subject = request(Kind::Named(&LID));
    let unknown = ("unknown-key", "/a", "\"a\"");
    finds_in(&limited(2), &subject, r#"{"a": 1}"#, &[("missing-key", "/screws", "{"), unknown]);
    finds_in(&limited(1), &subject, r#"{"a": 1}"#, &[unknown, ("limit-exceeded", "", "{")]);
}

#[test]
fn warnings_beyond_the_limit_refuse_nothing() {
    static SOFT: Type = Type::new(
        "Soft",
        Shape::Struct { fields: &[Field::new("a", Kind::Any)], open: false },
        Constraints::NONE.rules(&[Rule::warning(
            "soft",
            &["a"],
            &[&["a"]],
            Condition::Not(&Condition::Equals(0, Literal::Str("b"))),
        )]),
    );
    static SOFT_KIND: Kind = Kind::Named(&SOFT);
    let subject = request(Kind::List(&SOFT_KIND));
    let warning = r#"{"a": "b"}"#;
    let report = explain(&format!("[{warning}, {warning}, {warning}]"), &subject, &limited(1));
    assert_eq!((report.errors().count(), report.warnings().count()), (0, 2));
    let report = explain(&format!("[{warning}, {warning}, 1]"), &subject, &limited(1));
    assert_eq!((report.errors().count(), report.warnings().count()), (1, 1));
    let report = explain(&format!("[{warning}, 1, {warning}]"), &subject, &limited(1));
    assert_eq!((report.errors().count(), report.warnings().count()), (1, 1));
}

#[test]
fn places_beyond_the_limit_are_not_listed() {
    let subject = request(Kind::List(&Kind::Any));
    let (first, second) = (("wrong-type", "/0"), ("wrong-type", "/1"));
    leaves(&limited(2), &subject, "[1, 2]", &[first, second]);
    leaves(&limited(2), &subject, "[1, 2, 3, 4]", &[first, second, ("limit-exceeded", "")]);
    let report = explain("[1, 2, 3]", &subject, &limited(1));
    assert_eq!(report.unchecked[1].reason.to_string(), "more than 1 place: the rest is not listed");
}

/// An object whose keys, letters of this many bytes and one short, hold the same value.
fn wide(lengths: &[usize], value: &str) -> String {
    let member = |(at, &length): (usize, &usize)| {
        let letter = char::from(b'a' + u8::try_from(at).unwrap());
        format!(r#""{}": {value}"#, String::from(letter).repeat(length))
    };
    let members: Vec<_> = lengths.iter().enumerate().map(member).collect();
    format!("{{{}}}", members.join(", "))
}

#[test]
fn a_mebibyte_of_places_is_the_most() {
    const MIB: usize = 1 << 20;
    // A place takes its key and one slash.
    for (lengths, findings, is_full) in [
        (&[2000, 3000, 4000, 5][..], 4, false),
        (&[MIB - 2, 1], 2, false),
        (&[MIB - 1, 1], 1, true),
        (&[MIB + 5, 1], 1, true),
    ] {
        let found = findings + usize::from(is_full);
        let text = wide(lengths, "1");
        let report = explain(&text, &request(Kind::Map(&Kind::Bool)), &Context::default());
        assert_eq!(report.diagnostics.len(), found);
        assert_eq!(report.diagnostics.last().unwrap().code == "limit-exceeded", is_full);
        let report = explain(&text, &request(Kind::Map(&Kind::Any)), &Context::default());
        assert_eq!(report.unchecked.len(), found);
        assert_eq!(report.unchecked.last().unwrap().code == "limit-exceeded", is_full);
    }
}

#[test]
fn related_places_count_too() {
    const HALF: usize = 1 << 19;
    // The key is twice, so its place is reported twice.
    for (length, findings, is_full) in [(4000, 2, false), (HALF - 2, 2, false), (HALF - 1, 2, true)]
    {
        let key = "a".repeat(length);
        let text = format!(r#"{{"{key}": true, "{key}": true, "b": 1}}"#);
        let report = explain(&text, &request(Kind::Map(&Kind::Bool)), &Context::default());
        assert_eq!(report.diagnostics.len(), findings);
        assert_eq!(report.diagnostics.last().unwrap().code == "limit-exceeded", is_full);
    }
}
