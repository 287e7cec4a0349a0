//! Each cause by its own name: with the measured value, and with the text that was meant where only one is possible.

use sps_validate::{
    Bounds, Condition, Constraint, Constraints, Context, Diagnostic, EnumValue, Field, Finding,
    Form, Kind, Limits, Member, Rule, Severity, Shape, Subject, Target, Type, accept,
    engine_id_rfc3411, explain, fix,
    format::{Format, FormatError},
    json::SyntaxError,
};

const SECRETS: Target = Target::single_use("/api/secrets");
const POLICIES: Target = Target::new("/api/policies");
static TIMES: Kind = Kind::Array(&Kind::String, 2);

static THING: Type = Type::new(
    "Thing",
    Shape::Struct {
        fields: &[
            Field::new("engine", Kind::Optional(&Kind::String)),
            Field::new("host", Kind::Optional(&Kind::String)),
            Field::new("mail", Kind::Optional(&Kind::String)),
            Field::new("word", Kind::Optional(&Kind::Named(&WORD))),
            Field::new("secret", Kind::Optional(&Kind::Reference(&SECRETS))),
            Field::new("policy", Kind::Optional(&Kind::Reference(&POLICIES))),
            Field::new("Fri", Kind::Optional(&Kind::List(&TIMES))),
            Field::new("key", Kind::Optional(&Kind::Secret)),
        ],
        open: false,
    },
    Constraints::new(&[
        Member::NONE,
        Member::new("host").constraint(Constraint::NONE.format(Format::Fqdn)),
        Member::new("mail").constraint(Constraint::NONE.format(Format::EmailAddress)),
        Member::NONE,
        Member::NONE,
        Member::NONE,
        Member::new("Fri").constraint(Constraint::NONE.format(Format::TimeOfDay)),
        Member::NONE,
    ])
    .rules(&[
        Rule::error("hex", &["engine"], &[&["engine"]], Condition::Hex(0))
            .says("not hexadecimal", "use digits"),
        Rule::error(
            "short",
            &["engine"],
            &[&["engine"]],
            Condition::HexLength(0, Bounds::at_least(10)),
        )
        .says("too few digits", "use more"),
        Rule::new(
            "rfc",
            Severity::Warning,
            &["engine"],
            &[&["engine"]],
            sps_validate::Check::Text(engine_id_rfc3411),
        )
        .says("not allowed", "use an even number"),
        Rule::error("secret-hex", &["key"], &[&["key"]], Condition::Hex(0))
            .says("not hexadecimal", "use digits"),
    ]),
);

static WORD: Type = Type::new(
    "Word",
    Shape::Enum {
        open: false,
        values: &[
            EnumValue::new("sha").aliases(&["sha1"]),
            EnumValue::new("aes"),
            EnumValue::new("des"),
        ],
    },
    Constraints::NONE,
);

static WEEK: Type = Type::new(
    "Week",
    Shape::Struct {
        fields: &[
            Field::new("Fri", Kind::List(&Kind::Bool)),
            Field::new("Sat", Kind::List(&Kind::Bool)),
        ],
        open: false,
    },
    Constraints::NONE,
);

fn subject() -> Subject {
    Subject::new(Kind::Named(&THING), Form::Request)
}

/// The only diagnostic of a body with one member.
#[track_caller]
fn only(member: &str, value: &str) -> Diagnostic {
    let text = format!(r#"{{"{member}": {value}}}"#);
    let context = Context::default();
    let mut report = explain(&text, &subject(), &context);
    assert_eq!(report.is_valid(), accept(&text, &subject(), &context), "{text}");
    assert_eq!(report.diagnostics.len(), 1, "{text}: {report}");
    report.diagnostics.remove(0)
}

/// The body after its repair.
fn repaired(member: &str, value: &str) -> Option<String> {
    let text = format!(r#"{{"{member}": {value}}}"#);
    fix(&text, &subject(), &Context::default()).map(|fixed| fixed.text)
}

#[test]
fn a_number_names_what_is_between_its_digits() {
    for (engine, cause, meant) in [
        ("80:00:1f:88:80:79:fb:1e:75", "colons", "80001f888079fb1e75"),
        ("0x80:00:1f:88:80", "colons", "0x80001f8880"),
        ("80-00-1F-88-80", "hyphens", "80001F8880"),
        ("80 00 1f 88 80", "spaces", "80001f8880"),
        ("8000.1f88.80", "dots", "80001f8880"),
        ("0x80001f8880 ", "spaces", "0x80001f8880"),
        ("80001f8880\\n", "spaces", "80001f8880"),
    ] {
        let found = only("engine", &format!("\"{engine}\""));
        assert_eq!(
            found.message,
            format!("not hexadecimal: {cause} between the digits"),
            "{engine}"
        );
        assert_eq!(found.help, format!("remove the {cause}: write it as \"{meant}\""));
        assert_eq!(found.suggestions, [meant]);
        assert!(found.finding.is_repairable());
        let fixed = repaired("engine", &format!("\"{engine}\"")).unwrap();
        assert_eq!(fixed, format!(r#"{{"engine": "{meant}"}}"#));
    }
    for engine in ["-80001f8880", "<0x80001f8880>", "80001g8880", ":-:", "0x80:zz"] {
        let found = only("engine", &format!("\"{engine}\""));
        assert_eq!((&*found.message, &*found.help), ("not hexadecimal", "use digits"), "{engine}");
        assert!(found.suggestions.is_empty() && !found.finding.is_repairable());
        assert_eq!(repaired("engine", &format!("\"{engine}\"")), None);
    }
    // What may be a secret is not repeated.
    let found = only("key", "\"80:00\"");
    assert!(found.suggestions.is_empty() && !found.help.contains("8000"), "{found:?}");
}

#[test]
fn a_rule_that_can_be_broken_in_several_ways_says_which() {
    for (engine, message) in [
        ("0x80001ADC055182162511699019324", "not allowed: 29 digits, an odd number"),
        ("0xffffffffffffffff", "not allowed: all digits are F"),
        ("0x0000000000", "not allowed: all digits are 0"),
        (&format!("0x{}", "ab".repeat(34)), "not allowed: 34 octets, at most 32 are allowed"),
    ] {
        let found = only("engine", &format!("\"{engine}\""));
        assert_eq!((found.code, &*found.message), ("rfc", message), "{engine}");
    }
    assert_eq!(only("engine", "\"0x12345678\"").message, "too few digits: found 8 digits");
}

#[test]
fn a_host_or_an_address_that_leaves_one_possibility_is_repaired() {
    for (member, value, meant) in [
        ("host", " mail.corp.test", Some("mail.corp.test")),
        ("host", "mail.corp.test\\t", Some("mail.corp.test")),
        ("host", "M\u{fc}nchen.de", Some("xn--mnchen-3ya.de")),
        ("host", "b\u{fc}cher.test.", Some("xn--bcher-kva.test.")),
        ("host", "mail\u{3002}corp.test", Some("mail.corp.test")),
        ("host", "mail.corp.test:25", None),
        ("host", "smtp://mail.corp.test", None),
        ("host", "mail_1.corp.test", None),
        ("host", "a.corp.test,b.corp.test", None),
        ("host", " mail_1.corp.test", None),
        ("host", "mail.\u{200b}corp.test", None),
        ("mail", " ops@corp.test", Some("ops@corp.test")),
        ("mail", "Ops <ops@corp.test>", Some("ops@corp.test")),
        ("mail", "mailto:ops@corp.test", Some("ops@corp.test")),
        ("mail", "info@m\u{fc}nchen.de", Some("info@xn--mnchen-3ya.de")),
        ("mail", "ops@[2001:db8::1]", Some("ops@[IPv6:2001:db8::1]")),
        ("mail", "ops@192.0.2.1", Some("ops@[192.0.2.1]")),
        ("mail", "M\u{fc}ller <m\u{fc}ller@corp.test>", None),
        ("mail", "a@corp.test,b@corp.test", None),
        ("mail", "o..ps@corp.test", None),
        ("mail", "\u{f6}ps@corp.test", None),
        ("mail", "ops@corp_1.test", None),
    ] {
        let found = only(member, &format!("\"{value}\""));
        assert_eq!(found.suggestions, Vec::from_iter(meant), "{value}");
        assert_eq!(found.finding.is_repairable(), meant.is_some(), "{value}");
        let after = meant.map(|meant| format!(r#"{{"{member}": "{meant}"}}"#));
        assert_eq!(repaired(member, &format!("\"{value}\"")), after, "{value}");
        if let Some(meant) = meant {
            assert_eq!(found.help, format!("write it as \"{meant}\""), "{value}");
        }
    }
    for (value, error, help) in [
        ("mail.corp.test:25", FormatError::Port, "without"),
        ("mail_1.corp.test", FormatError::Underscore, "hyphens"),
    ] {
        let found = only("host", &format!("\"{value}\""));
        let is = |it: &Finding| matches!(it, Finding::Format { error: is, .. } if *is == error);
        assert!(is(&found.finding), "{found:?}");
        assert!(found.help.contains(help) || found.help.contains("no place"), "{}", found.help);
    }
}

#[test]
fn advice_for_a_word_is_right_or_absent() {
    for (word, best) in [
        ("SHA-1", Some("sha")),
        ("SHA1 ", Some("sha")),
        ("Aes", Some("aes")),
        ("aes128", None),
        ("3des", None),
        ("sha256", None),
        ("dse", Some("des")),
    ] {
        let found = only("word", &format!("\"{word}\""));
        assert_eq!(found.suggestions.first().map(String::as_str), best, "{word}");
    }
    assert_eq!(only("Friday", "[]").suggestions, ["Fri"]);
    // A missing day is the one that is written out, and no empty list.
    let subject = Subject::new(Kind::Named(&WEEK), Form::Request);
    let fixed = fix(r#"{"Friday": [true], "Saturday": []}"#, &subject, &Context::default());
    assert_eq!(fixed.unwrap().text, r#"{"Fri": [true], "Sat": []}"#);
}

#[test]
fn a_secret_in_place_of_its_key_is_a_warning_that_hides_it() {
    for secret in ["MySecret1>x y", "hunter2", "-----BEGIN PRIVATE KEY-----"] {
        let found = only("secret", &format!("\"{secret}\""));
        assert_eq!((found.code, found.severity), ("not-a-key", Severity::Warning), "{secret}");
        let text = format!("{found:?}");
        assert!(!text.contains(secret), "{text}");
        let body = format!(r#"{{"secret": "{secret}"}}"#);
        let report = explain(&body, &subject(), &Context::default());
        assert_eq!(report.sensitive, [found.span], "{secret}");
    }
    let context = Context::default();
    for body in [
        r#"{"secret": "11111111-2222-4333-8444-555555555555"}"#,
        // A policy may have a name as its key.
        r#"{"policy": "office-hours"}"#,
    ] {
        assert!(explain(body, &subject(), &context).diagnostics.is_empty(), "{body}");
    }
    // A response came from the appliance.
    let response = Subject::new(Kind::Named(&THING), Form::Response);
    let body = r#"{"secret": {"key": "my-key", "meta": {}}}"#;
    assert!(explain(body, &response, &context).diagnostics.is_empty());
}

#[test]
fn a_span_of_times_that_ends_before_it_starts_is_a_warning() {
    let found = only("Fri", r#"[["8:00", "12:00"], ["22:00", "06:00"]]"#);
    let place = (found.code, found.severity, found.pointer.as_str());
    assert_eq!(place, ("reversed-times", Severity::Warning, "/Fri/1"));
    // By the minute, not by the letter.
    assert_eq!(only("Fri", r#"[["9:01", "9:00"]]"#).code, "reversed-times");
    for times in [r#"["9:00", "10:00"]"#, r#"["09:00", "9:00"]"#, r#"["0:00", "23:59"]"#] {
        let body = format!(r#"{{"Fri": [{times}]}}"#);
        let report = explain(&body, &subject(), &Context::default());
        assert!(report.diagnostics.is_empty(), "{report}");
    }
}

#[test]
fn a_limit_has_advice_that_can_be_followed() {
    let deep = "[".repeat(100) + &"]".repeat(100);
    let report = explain(&deep, &subject(), &Context::default().with_limits(Limits::default()));
    let found = &report.diagnostics[0];
    assert_eq!(found.message, "objects and arrays are nested deeper than 64 levels");
    assert!(!found.help.contains("raise"), "{}", found.help);
}

#[test]
fn syntax_that_leaves_one_possibility_is_repaired() {
    for (before, after) in [
        ("\u{feff}{}", Some("{}")),
        ("\u{feff}{\"engine\": \"0x0123456789\",}", Some("{\"engine\": \"0x0123456789\"}")),
        ("{\"Fri\": [[\"8:00\", \"9:00\",],],\n}", Some("{\"Fri\": [[\"8:00\", \"9:00\"]]\n}")),
        ("{\n\u{a0}\u{a0} \u{3000}\"Fri\":\u{a0}[]}", Some("{\n   \u{20}\"Fri\": []}")),
        ("{\u{200b}\"Fri\": []\u{feff}}", Some("{\"Fri\": []}")),
        // No-break spaces in a text stay, a comma in a text stays.
        (
            "\u{feff}{\"word\": \"sha\", \"mail\": \"\\\"\u{a0},\\\"@a.b\"}",
            Some("{\"word\": \"sha\", \"mail\": \"\\\"\u{a0},\\\"@a.b\"}"),
        ),
        // What is repaired may show mistakes, which are reported and repaired where possible.
        ("\u{feff}{\"x\": 1}", Some("{\"x\": 1}")),
        ("\u{feff}{\"body\": {}, \"meta\": {},}", None),
        ("{\"Fri\": [], // none\n}", None),
        ("{'Fri': []}", None),
        ("{\"Fri\": [,]}", None),
        ("{\"Fri\": [[],,]}", None),
        ("\u{feff}", None),
        ("{\"Fri\": NaN}", None),
    ] {
        let fixed = fix(before, &subject(), &Context::default());
        if let Some(fixed) = &fixed {
            assert!(fixed.fixes.iter().any(|it| it.code == "invalid-json"), "{before}");
            for part in &fixed.copied {
                let old = part.from.of(before).unwrap();
                assert!(fixed.text[part.to..].starts_with(old), "{before}: {part:?}");
            }
        }
        let fixed = fixed.map(|it| it.text);
        match after {
            Some(after) => assert_eq!(fixed.as_deref(), Some(after), "{before}"),
            // A wrapper without known content is removed as well.
            None if before.contains("body") => assert_eq!(fixed.as_deref(), Some("{}")),
            None => assert_eq!(fixed, None, "{before}"),
        }
    }
    let repairable: Vec<_> =
        SyntaxError::ALL.iter().filter(|it| it.is_repairable()).map(|it| it.message()).collect();
    assert_eq!(repairable.len(), 5, "{repairable:?}");
}

#[test]
fn very_many_mistakes_in_the_syntax_are_left() {
    let many = format!("[{}]", "1\u{200b},".repeat(300));
    assert_eq!(fix(&many, &subject(), &Context::default()), None);
}
