//! The checks written by hand, and the parts of rules.

use Outcome::{Broken, Holds, Undecided};
use sps_validate::{
    Check, Condition, Context, Input, Literal, Outcome, Reason, Requirement, Rule, Severity,
    Timestamp, certificate_not_expired, certificate_strong_key, certificate_strong_signature,
    engine_id_rfc3411,
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
        (&format!("{full}ab"), Broken),
        (&format!("{full}a"), Broken),
        ("0x01234567890", Broken),
        ("0x0000000000", Broken),
        ("0xFFFFFFFFFF", Broken),
        ("ffFFffFFff", Broken),
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
