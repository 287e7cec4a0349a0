//! The tables that say what a type is made of: each piece keeps what it is given, and each bound is one.

use sps_validate::{
    Breach, Condition, Constraint, Constraints, EnumValue, Field, FieldForm, Kind, Member, Rule,
    Target, Version, Versions, format::Format,
};

#[test]
fn each_bound_alone_is_one() {
    let bounds = Constraint::NONE.minimum(3);
    assert_eq!([2, 3, 4].map(|it| bounds.check_int(it).is_ok()), [false, true, true]);
    let bounds = Constraint::NONE.maximum(3);
    assert_eq!([2, 3, 4].map(|it| bounds.check_int(it).is_ok()), [true, true, false]);
    let lengths = Constraint::NONE.min_length(3);
    assert_eq!(
        ["äö", "äöü", "äöüß"].map(|it| lengths.check_str(it)),
        [Err(Breach::TooShort), Ok(()), Ok(())]
    );
    let lengths = Constraint::NONE.max_length(3);
    assert_eq!(
        ["äö", "äöü", "äöüß"].map(|it| lengths.check_str(it)),
        [Ok(()), Ok(()), Err(Breach::TooLong)]
    );
}

#[test]
fn a_field_keeps_what_it_is_given() {
    let field = Field::new("a", Kind::Bool).tag().only(FieldForm::Response);
    assert!(field.tag && field.form == FieldForm::Response);
    let field = Field::new("a", Kind::Bool).only(FieldForm::Request).tag();
    assert!(field.tag && field.form == FieldForm::Request);
}

#[test]
fn a_word_is_matched_in_each_of_its_spellings() {
    let word = EnumValue::new("md5").aliases(&["MD5", "md-5"]);
    let spellings = ["md5", "MD5", "md-5", "Md5", ""];
    assert_eq!(spellings.map(|it| word.matches(it)), [true, true, true, false, false]);
}

#[test]
fn only_rules_of_that_severity_are_errors() {
    const RULES: &[Rule] = &[
        Rule::warning("soft", &["a"], &[], Condition::All(&[])),
        Rule::error("hard", &["a"], &[], Condition::All(&[])),
    ];
    let constraints = Constraints::new(&[]).rules(RULES);
    assert_eq!(constraints.errors().map(|it| it.code).collect::<Vec<_>>(), ["hard"]);
}

#[test]
fn a_member_keeps_what_it_is_given() {
    let constraint = Constraint::NONE.format(Format::Fqdn).minimum(3);
    let versions = Versions { since: Some(Version::new(7, 0, 0, 0)), until: None };
    let member = Member::new("a").versions(versions).constraint(constraint);
    assert_eq!((member.name, member.required_if), ("a", None));
    assert_eq!((member.constraint, member.versions), (constraint, versions));
    assert!(member.constraint.check_str("a b").is_err());
}

#[test]
fn only_a_target_made_for_it_is_used_once() {
    assert!(!Target::new("/api/a").single_use && Target::single_use("/api/a").single_use);
}
