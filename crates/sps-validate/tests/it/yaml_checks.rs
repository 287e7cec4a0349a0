//! What is wrong with a YAML document, and its repair.

use proptest::prelude::*;
use sps_validate::{
    Constraint, Constraints, Context, Field, Form, Kind, Member, Report, Shape, Subject, Target,
    Type, explain, format::Format, yaml,
};

static POLICY: Target = Target::new("/api/configuration/policies/time_policies");
static TIMES: Type = Type::new(
    "Times",
    Shape::Struct {
        fields: &[
            Field::new("enabled", Kind::Bool),
            Field::new("name", Kind::String),
            Field::new("timeout", Kind::Int { minimum: 0, maximum: 100_000 }),
            Field::new("start_times", Kind::List(&Kind::String)),
            Field::new("password", Kind::Secret),
            Field::new("policy", Kind::Reference(&POLICY)),
            Field::new("note", Kind::Nullable(&Kind::String)),
        ],
        open: false,
    },
    Constraints::new(&[
        Member::NONE,
        Member::NONE,
        Member::NONE,
        Member::NONE.constraint(Constraint::NONE.format(Format::TimeOfDay)),
    ]),
);

fn subject() -> Subject {
    Subject::new(Kind::Named(&TIMES), Form::Request)
}

const GOOD: &str = "enabled: true\nname: office # of the auditors\ntimeout: 600\nstart_times: [\"10:00\"]\npassword: secret\npolicy: \"-100\"\nnote: null\n";

fn check(text: &str) -> Report {
    sps_validate::explain_yaml(text, &subject(), &Context::default())
}

/// The only error, after one line of the good document is another one.
#[track_caller]
fn only(key: &str, value: &str) -> (String, String, Vec<String>) {
    let text = with(key, value);
    let report = check(&text);
    let errors: Vec<_> = report.errors().collect();
    assert_eq!(errors.len(), 1, "{value}: {report:?}");
    let is_null = matches!(value, "null" | "~");
    assert_eq!(errors[0].code, if is_null { "null-not-allowed" } else { "wrong-type" }, "{value}");
    assert!(errors[0].pointer.starts_with(&format!("/{key}")), "{value}");
    (errors[0].message.clone(), errors[0].help.clone(), errors[0].suggestions.clone())
}

fn with(key: &str, value: &str) -> String {
    let line = GOOD.lines().find(|it| it.starts_with(&format!("{key}:"))).unwrap();
    GOOD.replace(line, &format!("{key}: {value}"))
}

#[test]
fn a_good_document_has_no_errors() {
    assert!(check(GOOD).is_valid(), "{:?}", check(GOOD));
    assert!(check(&with("enabled", "True")).is_valid());
}

#[test]
fn s127_a_time_that_another_tool_took_for_a_number() {
    let (_, help, suggestions) = only("start_times", "[600, \"09:30\"]");
    assert!(help.contains("\"10:00\""), "{help}");
    assert_eq!(suggestions, ["10:00"]);
    let fixed =
        sps_validate::fix_yaml(&with("start_times", "[600]"), &subject(), &Context::default());
    assert_eq!(fixed, None, "a guess is no repair");
}

#[test]
fn s129_a_switch_is_true_or_false() {
    for (word, meant) in [("yes", "true"), ("On", "true"), ("no", "false"), ("off", "false")] {
        let (_, help, suggestions) = only("enabled", word);
        assert_eq!(help, format!("write {meant}"));
        assert_eq!(suggestions, [meant]);
    }
    assert_eq!(check(&with("enabled", "\"true\"")).errors().count(), 1);
}

#[test]
fn s131_s135_a_text_that_yaml_reads_as_something_else_keeps_its_source() {
    for source in [
        "25921e05",
        "1_000",
        ".inf",
        "20180510.001",
        "1.10",
        "12:30",
        "0o17",
        "010",
        "08",
        "2018-05-10",
        "yes",
        "null",
        "~",
        "3",
        "9007199254740993",
        "123456789012345678901234567890",
        "True",
    ] {
        let (_, help, suggestions) = only("name", source);
        assert_eq!(help, format!("quote it: \"{source}\""));
        assert_eq!(suggestions, [source]);
        let fixed =
            sps_validate::fix_yaml(&with("name", source), &subject(), &Context::default()).unwrap();
        assert_eq!(fixed.text, with("name", &format!("\"{source}\"")));
        assert!(fixed.report.is_valid());
    }
    let (_, help, _) = only("policy", "-100");
    assert_eq!(help, "quote it: \"-100\"");
    assert!(check(&with("note", "~")).is_valid());
}

#[test]
fn s133_a_number_with_two_readings_is_named_with_both() {
    for (source, readings) in [
        ("010", "YAML 1.1 reads 8 and YAML 1.2 reads 10"),
        ("0o12", "YAML 1.1 reads a text and YAML 1.2 reads 10"),
        ("1_000", "YAML 1.1 reads 1000 and YAML 1.2 reads a text"),
        ("12:30", "YAML 1.1 reads 750 and YAML 1.2 reads a text"),
    ] {
        let (message, ..) = only("timeout", source);
        assert!(message.contains(readings), "{message}");
    }
    assert!(check(&with("timeout", "0x50")).is_valid());
}

#[test]
fn s137_a_key_that_is_there_twice_is_found_and_a_merged_one_is_not() {
    for second in ["name", "\"name\"", "\"\\u006eame\""] {
        let report = check(&format!("{GOOD}{second}: x\n"));
        let codes: Vec<_> = report.errors().map(|it| it.code).collect();
        assert_eq!(codes, ["duplicate-key"], "{second}");
    }
    let merged =
        format!("<<: {{name: \"12:30\", note: null}}\n{}", GOOD.replace("note: null\n", ""));
    assert!(check(&merged).is_valid(), "{:?}", check(&merged));
}

#[test]
fn s147_a_secret_without_quotes_is_in_no_message() {
    for secret in ["12345678", "0123", "yes", "1_000", "12:30"] {
        let text = with("password", secret);
        let report = check(&text);
        assert_eq!(report.errors().count(), 1, "{report:?}");
        assert!(!format!("{report:?}").contains(secret), "{report:?}");
        assert!(report.sensitive.iter().any(|it| it.of(&text) == Some(secret)));
    }
    // What an alias repeats is hidden at its anchor too.
    let text = GOOD.replace("office", "&x \"hunter2\"").replace("secret", "*x");
    let report = check(&text);
    assert!(report.sensitive.iter().any(|it| it.of(&text) == Some("\"hunter2\"")));
}

#[test]
fn s153_a_repair_leaves_all_other_bytes() {
    for (before, after) in [
        // A key that is nearly right, with and without quotes.
        (GOOD.replace("timeout", "timeuot"), GOOD.to_owned()),
        (GOOD.replace("timeout", "'timeuot'"), GOOD.replace("timeout", "'timeout'")),
        // A member that is missing: in a block, in braces, without a final line break.
        (GOOD.replace("note: null\n", "\n# the end\n"), GOOD.replace("note: null\n", "note: null\n\n# the end\n")),
        (
            "{enabled: True, name: office, timeout: 1, start_times: [], password: x, policy: \"a\"} # x\n".to_owned(),
            "{enabled: True, name: office, timeout: 1, start_times: [], password: x, policy: \"a\", note: null} # x\n".to_owned(),
        ),
        (GOOD.replace("\nnote: null\n", ""), GOOD.trim_end().to_owned()),
        (GOOD.replace("note: null\n", "").replace('\n', "\r\n"), GOOD.replace('\n', "\r\n")),
        // A reference in the form of a response.
        (with("policy", "{key: \"-100\", meta: {href: /x}}"), GOOD.to_owned()),
        (
            with("policy", "\n  key: \"-100\"\n  meta:\n    href: /x"),
            GOOD.to_owned(),
        ),
        // Lists that are not indented, and folded texts.
        (
            GOOD.replace("[\"10:00\"]", "\n- '10:00'\n- \"11:00\"").replace("note: null", "note: >-\n    a\n    b").replace("true", "yes"),
            GOOD.replace("[\"10:00\"]", "\n- '10:00'\n- \"11:00\"").replace("note: null", "note: >-\n    a\n    b"),
        ),
    ] {
        let fixed = sps_validate::fix_yaml(&before, &subject(), &Context::default());
        let fixed = fixed.unwrap_or_else(|| panic!("{before}\n{:?}", check(&before)));
        assert_eq!(fixed.text, after, "{:?}", fixed.report);
        assert!(fixed.report.is_valid());
        assert_eq!(sps_validate::fix_yaml(&after, &subject(), &Context::default()), None);
    }
}

#[test]
fn s027_a_repair_keeps_what_no_source_shows() {
    let own = "x-own:   { 'a': 1_000,\n   b: [ yes ] } # mine\n";
    let before = format!("{own}{}", GOOD.replace("true", "on"));
    let fixed = sps_validate::fix_yaml(&before, &subject(), &Context::default()).unwrap();
    assert_eq!(fixed.text, format!("{own}{GOOD}"));
    assert!(fixed.report.errors().all(|it| it.pointer.starts_with("/x-own")), "{:?}", fixed.report);
    assert!(fixed.report.errors().any(|it| it.code == "unknown-key"));
}

#[test]
fn s149_what_several_places_use_is_left_alone() {
    let text = with("name", "&x 1.10").replace("note: null", "note: *x");
    assert_eq!(check(&text).errors().count(), 2);
    assert_eq!(sps_validate::fix_yaml(&text, &subject(), &Context::default()), None);
}

#[test]
fn a_text_that_is_not_yaml_is_reported_alone() {
    let report = check("name: \"x\n");
    let found: Vec<_> = report.errors().map(|it| (it.code, it.span.start)).collect();
    assert_eq!(found, [("invalid-yaml", 6)]);
    assert_eq!(check("").diagnostics[0].message, "the file has no body");
}

proptest! {
    /// A document has the same mistakes in both languages.
    #[test]
    fn both_languages_have_the_same_mistakes(
        members in proptest::collection::btree_map(
            proptest::sample::select(vec!["enabled", "name", "timeout", "start_times", "password", "policy", "note", "timeuot", "x"]),
            proptest::sample::select(vec!["true", "null", "1", "-1", "1.5", "\"a b\"", "\"10:00\"", "[]", "[\"x\"]", "{}", "{\"key\": \"a\", \"meta\": {\"href\": \"/x\"}}"]),
            0..9,
        ),
    ) {
        let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
        let json = format!("{{{}}}", members.join(", "));
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        let yaml = yaml::write(&value);
        let found = |report: Report| {
            let mut found: Vec<_> = report.errors().map(|it| (it.pointer.clone(), it.code)).collect();
            found.sort();
            found
        };
        prop_assert_eq!(found(check(&yaml)), found(explain(&json, &subject(), &Context::default())), "{}", yaml);
        // A repair leaves fewer.
        let before = check(&yaml).errors().count();
        if let Some(fixed) = sps_validate::fix_yaml(&yaml, &subject(), &Context::default()) {
            prop_assert!(fixed.report.errors().count() < before, "{}", fixed.text);
            prop_assert_eq!(check(&fixed.text), fixed.report);
        }
    }
}
