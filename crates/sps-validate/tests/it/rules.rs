//! The checks written by hand, and what rules and their leaves are made of.

use Outcome::{Broken, Holds, Undecided};
use sps_validate::{
    Context, Edit, Leaf, Outcome, Rule, Severity, Timestamp, certificate_not_expired,
    certificate_strong_key, certificate_strong_signature, engine_id_rfc3411, ignored, required,
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
    assert_eq!(certificate_not_expired(GUIDE, &Context::default()), Undecided);
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
fn a_switch_demands_and_forbids() {
    let all = [(true, true), (true, false), (false, true), (false, false)];
    assert_eq!(all.map(|(on, there)| required(on, there)), [Holds, Broken, Holds, Holds]);
    assert_eq!(all.map(|(on, there)| ignored(on, there)), [Holds, Holds, Broken, Holds]);
}

#[test]
fn only_what_is_broken_keeps_a_document_back() {
    assert_eq!([Holds, Broken, Undecided].map(Outcome::accepts), [true, false, true]);
}

#[test]
fn a_leaf_is_read_as_what_it_is_and_as_nothing_else() {
    let leaves = [
        Leaf::Absent,
        Leaf::Null,
        Leaf::Bool(false),
        Leaf::Bool(true),
        Leaf::Int(7),
        Leaf::Str("a"),
        Leaf::Present,
    ];
    let none = None;
    assert_eq!(leaves.map(|it| it.bool()), [none, none, Some(false), Some(true), none, none, none]);
    assert_eq!(leaves.map(|it| it.int()), [None, None, None, None, Some(7), None, None]);
    assert_eq!(leaves.map(|it| it.str()), [None, None, None, None, None, Some("a"), None]);
    assert_eq!(
        leaves.map(|it| it.nullable_str()),
        [None, Some(None), None, None, None, Some(Some("a")), None]
    );
    assert_eq!(leaves.map(|it| it.is_present()), [false, true, true, true, true, true, true]);
}

#[test]
fn a_rule_keeps_what_it_is_given() {
    const BREAKS: &[&[Edit]] = &[&[Edit::Null(&["a"])]];
    const MENDS: &[&[Edit]] = &[&[Edit::Remove(&["a"])], &[Edit::Bool(&["a"], true)]];

    let check = |_: &[Leaf<'_>], _: &Context<'_>| Some(Broken);
    let rule = Rule::warning("odd", &["a"], &[&["a"], &["b", "c"]], check)
        .says("it is odd", "make it even", "a book")
        .undecided("nobody knows")
        .edits(BREAKS, MENDS);
    assert_eq!((rule.code, rule.severity), ("odd", Severity::Warning));
    assert_eq!((rule.target, rule.inputs), (&["a"][..], &[&["a"][..], &["b", "c"]][..]));
    assert_eq!((rule.message, rule.help, rule.source), ("it is odd", "make it even", "a book"));
    assert_eq!((rule.undecided, rule.breaks, rule.mends), ("nobody knows", BREAKS, MENDS));
    assert_eq!((rule.check)(&[], &Context::default()), Some(Broken));
    assert_eq!(Rule::error("odd", &["a"], &[], check).severity, Severity::Error);
    let demand = Rule::demand(&["a"], &[&["a"]], check);
    assert_eq!((demand.code, demand.severity), ("missing-key", Severity::Error));
}

#[test]
fn four_inputs_are_the_most() {
    const INPUTS: &[&[&str]] = &[&["a"], &["b"], &["c"], &["d"], &["e"]];

    let check = |_: &[Leaf<'_>], _: &Context<'_>| None;
    let _ = Rule::error("many", &["a"], &INPUTS[1..], check);
    assert!(std::panic::catch_unwind(|| Rule::error("many", &["a"], INPUTS, check)).is_err());
}
