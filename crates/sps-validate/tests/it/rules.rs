//! The checks written by hand, and the parts of rules.

use Outcome::{Broken, BrokenBy, Holds, Undecided};
use sps_validate::{
    Cause, Check, Condition, Context, Input, Literal, Outcome, Reason, Requirement, Rule, Severity,
    Timestamp, Version, Versions, certificate_not_expired, certificate_strong_key,
    certificate_strong_signature, engine_id_prefix, engine_id_rfc3411, local_group_name, not_ipv6,
    snmp_user_name,
};

const GUIDE: &str = include_str!("../data/certificates/guide.pem");
const RSA_1024: &str = include_str!("../data/certificates/rsa-1024.pem");
const RSA_SHA1: &str = include_str!("../data/certificates/rsa-sha1.pem");
const ED448: &str = include_str!("../data/certificates/ed448.pem");

#[test]
fn an_engine_id_has_whole_octets_up_to_32_not_all_alike() {
    let full = "1234567890abcdef".repeat(4);
    for (engine_id, outcome) in [
        ("0x0123456789", Holds),
        ("0123456789ABCDEF", Holds),
        ("0x0000000001", Holds),
        ("0xFFFFFFFFFE", Holds),
        ("0xf0f0f0f0f0", Holds),
        // 32 octets are the most: RFC 3411, section 5.
        (&full, Holds),
        (&format!("{full}ab"), BrokenBy(Cause::Octets { found: 33, most: 32 })),
        (&format!("{full}a"), BrokenBy(Cause::OddDigits(65))),
        ("0x01234567890", BrokenBy(Cause::OddDigits(11))),
        ("0x0000000000", BrokenBy(Cause::AllZeros)),
        ("0xFFFFFFFFFF", BrokenBy(Cause::AllOnes)),
        ("ffFFffFFff", BrokenBy(Cause::AllOnes)),
        // Other rules refuse these.
        ("", Holds),
        ("0x", Holds),
        ("0x12", Holds),
        ("engine", Holds),
    ] {
        assert_eq!(engine_id_rfc3411(engine_id, &Context::default()), outcome, "{engine_id}");
    }
}

#[test]
fn texts_of_the_guides_that_others_may_refuse() {
    let context = Context::default();
    for (engine_id, outcome) in [
        ("0x0123456789", Holds),
        ("0X0123456789", Holds),
        ("0123456789", Broken),
        ("00x123456789", Holds),
        ("", Holds),
        ("engine", Holds),
    ] {
        assert_eq!(engine_id_prefix(engine_id, &context), outcome, "{engine_id}");
    }
    // RFC 3414 counts octets of UTF-8, not characters.
    for (name, outcome) in [
        ("", Holds),
        (&"a".repeat(32), Holds),
        (&"a".repeat(33), BrokenBy(Cause::Octets { found: 33, most: 32 })),
        (&"\u{e9}".repeat(16), Holds),
        (&"\u{e9}".repeat(17), BrokenBy(Cause::Octets { found: 34, most: 32 })),
    ] {
        assert_eq!(snmp_user_name(name, &context), outcome, "{name}");
    }
    for (name, outcome) in [
        ("", Holds),
        ("http-write", Holds),
        ("b\u{fc}ro (2)", Holds),
        ("http/write", Broken),
        ("http,", Broken),
        ("\"http", Broken),
    ] {
        assert_eq!(local_group_name(name, &context), outcome, "{name}");
    }
    for (address, outcome) in [
        ("192.0.2.1", Holds),
        ("mail.corp.test", Holds),
        ("2001:db8::1", Broken),
        ("::ffff:192.0.2.1", Broken),
    ] {
        assert_eq!(not_ipv6(address, &context), outcome, "{address}");
    }
}

#[test]
fn a_rule_of_some_versions_is_undecided_without_a_target() {
    const V7_5: Version = Version::new(7, 5, 0, 0);
    let rule = Rule::error("late", &["on"], &[&["on"]], Condition::Equals(0, Literal::Bool(true)))
        .versions(Versions::since(V7_5));
    let unknown = Context::default();
    let old = unknown.with_target(Version::new(7, 4, 9, 0));
    let new = unknown.with_target(V7_5);
    let undecided = Undecided(Reason::RuleTargetUnknown(Versions::since(V7_5)));
    for (value, context, outcome) in [
        (false, unknown, undecided),
        (false, old, Holds),
        (false, new, Broken),
        (true, unknown, Holds),
        (true, new, Holds),
    ] {
        assert_eq!(rule.check(&[Input::Bool(value)], &context), outcome, "{value} {context:?}");
    }
    let Undecided(reason) = undecided else { unreachable!("it was made as one") };
    assert_eq!(
        reason.to_string(),
        "applies only to 7.5.0 and later, and the target version is unknown"
    );
    assert_eq!(reason.kind(), "target-unknown");
}

#[test]
fn a_warning_becomes_an_error_with_its_version() {
    let rule = Rule::warning("soft", &["on"], &[&["on"]], Condition::Present(0))
        .error_since(Version::new(6, 10, 0, 0));
    for (target, severity) in [
        (None, Severity::Warning),
        (Some(Version::new(6, 9, 5, 0)), Severity::Warning),
        (Some(Version::new(6, 10, 0, 0)), Severity::Error),
        (Some(Version::new(7, 0, 0, 0)), Severity::Error),
    ] {
        assert_eq!(rule.severity_for(target), severity, "{target:?}");
    }
}

#[test]
fn a_certificate_is_good_to_its_last_second() {
    // `openssl x509 -enddate`, and `date -u -d … +%s`.
    for (now, outcome) in [(1_492_876_825, Holds), (1_492_876_826, Holds), (1_492_876_827, Broken)]
    {
        let context = Context::default().with_now(Timestamp(now));
        assert_eq!(certificate_not_expired(GUIDE, &context), outcome, "{now}");
        assert_eq!(certificate_not_expired("no certificate", &context), Holds);
    }
    let undecided = Undecided(Reason::TimeUnknown);
    assert_eq!(certificate_not_expired(GUIDE, &Context::default()), undecided);
}

#[test]
fn weak_is_refused_and_unknown_is_not() {
    let context = Context::default();
    for (pem, signature, key) in [
        (RSA_1024, Holds, Broken),
        (RSA_SHA1, Broken, Holds),
        (ED448, Holds, Holds),
        ("no certificate", Holds, Holds),
    ] {
        assert_eq!(certificate_strong_signature(pem, &context), signature, "{pem}");
        assert_eq!(certificate_strong_key(pem, &context), key, "{pem}");
    }
}

#[test]
fn only_what_is_broken_keeps_a_document_back() {
    assert_eq!(
        [Holds, Broken, Undecided(Reason::TimeUnknown)].map(Outcome::accepts),
        [true, false, true]
    );
}

#[test]
fn an_input_is_read_as_its_own_type_alone() {
    let inputs = [
        Input::Absent,
        Input::Null,
        Input::Bool(false),
        Input::Bool(true),
        Input::Int(7),
        Input::Str("a"),
        Input::Present,
    ];
    let none = None;
    assert_eq!(inputs.map(|it| it.bool()), [none, none, Some(false), Some(true), none, none, none]);
    assert_eq!(inputs.map(|it| it.int()), [None, None, None, None, Some(7), None, None]);
    assert_eq!(inputs.map(|it| it.str()), [None, None, None, None, None, Some("a"), None]);
    assert_eq!(inputs.map(|it| it.is_present()), [false, true, true, true, true, true, true]);
}

#[test]
fn a_rule_has_what_it_was_made_with() {
    const HOLDS: Condition = Condition::Equals(0, Literal::Bool(true));
    const RULE: Rule = Rule::warning("odd", &["a"], &[&["a"], &["b", "c"]], HOLDS)
        .when(Condition::Null(1))
        .says("it is odd", "make it even");
    assert_eq!((RULE.code, RULE.severity), ("odd", Severity::Warning));
    assert_eq!((RULE.target, RULE.inputs), (&["a"][..], &[&["a"][..], &["b", "c"]][..]));
    assert_eq!((RULE.message, RULE.help), ("it is odd", "make it even"));
    assert_eq!(RULE.when, Some(Condition::Null(1)));
    assert!(matches!(RULE.check, Check::Condition(HOLDS)));
    assert_eq!(Rule::error("odd", &["a"], &[], HOLDS).severity, Severity::Error);
}

#[test]
fn four_inputs_are_the_most() {
    const INPUTS: &[&[&str]] = &[&["a"], &["b"], &["c"], &["d"], &["e"]];
    const ALL: Condition = Condition::All(&[]);

    let _ = Rule::error("many", &["a"], &INPUTS[1..], ALL);
    let _ = Requirement::new(&INPUTS[1..], ALL, "", "");
    assert!(std::panic::catch_unwind(|| Rule::error("many", &["a"], INPUTS, ALL)).is_err());
    assert!(std::panic::catch_unwind(|| Requirement::new(INPUTS, ALL, "", "")).is_err());
}
