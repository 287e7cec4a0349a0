//! YAML is checked as JSON is, written so that every reader reads it back, and read as JSON where it is both.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use proptest::prelude::*;
use serde_json::{Value, json};
use sps_validate::{Context, Limits, json as json_reader, yaml};

/// Texts that a reader of YAML takes for something else without quotes, or that are hard to write.
const TEXTS: &[&str] = &[
    "",
    "~",
    "null",
    "Null",
    "yes",
    "no",
    "On",
    "off",
    "y",
    "N",
    "true",
    "FALSE",
    "12:30",
    "0o17",
    "010",
    "08",
    "-08",
    "018561471342",
    "0.",
    "1:60",
    "190:20:30",
    "1_000",
    ".inf",
    "-.INF",
    ".nan",
    "0x50",
    "0b1",
    "2018-05-10",
    "1.10",
    "20180510.001",
    "25921e05",
    "1e3",
    "=",
    "<<",
    "-",
    "- a",
    "? a",
    ": a",
    "a: b",
    "a #b",
    "#a",
    "a:",
    "!a",
    "&a",
    "*a",
    "@a",
    "`a",
    "%a",
    "{a}",
    "[a]",
    "a,b",
    "'a'",
    "\"a\"",
    "a\\b",
    " a",
    "a ",
    "\ta",
    "a\tb",
    " ",
    "   ",
    "\n",
    "\n\n\n",
    "a\n",
    "a\n\n\n",
    "a\nb",
    "a\r\nb\r\n",
    "---",
    "...",
    "a\n---\nb\n",
    " a\nb\n",
    "a\n b\n",
    "a \nb",
    "\na",
    "a\n\nb\n",
    "a\u{85}b",
    "a\u{2028}b",
    "\u{feff}a",
    "a\u{7f}",
    "a\u{0}",
    "a\u{1b}[0m",
    "büro",
    "日本",
    "😀",
    "a\u{a0}b",
    "\u{fffe}",
    "a: |\n  b\n",
    "|",
    ">",
    "a|b",
];

/// Long texts besides.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = TEXTS.iter().map(|&it| it.to_owned()).collect();
    texts.push("x".repeat(2_000));
    texts.push("word ".repeat(400));
    texts
}

fn read(text: &str) -> Value {
    let document =
        yaml::scan(text, &Limits::default()).unwrap_or_else(|it| panic!("{it:?}: {text}"));
    serde_json::from_str(&document.root.to_json()).unwrap()
}

#[test]
fn s155_s157_what_is_written_is_read_back() {
    for text in texts() {
        for value in [
            json!(text),
            json!([text]),
            json!({ "k": text, "l": [{ "m": text }] }),
            json!({ text.as_str(): { text.as_str(): [] } }),
        ] {
            assert_eq!(read(&yaml::write(&value)), value, "{text:?}");
        }
    }
}

/// Reads documents with `PyYAML`; `None` where Python or that module is not installed.
fn read_with_python(documents: &[String]) -> Option<Vec<Value>> {
    const PROGRAM: &str = "import json, sys, yaml\n\
        print(json.dumps([yaml.safe_load(it) for it in json.load(sys.stdin)]))";
    let has_module = Command::new("python3").args(["-c", "import yaml"]).output();
    if !has_module.is_ok_and(|it| it.status.success()) {
        return None;
    }
    let mut python = Command::new("python3")
        .args(["-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = serde_json::to_vec(documents).unwrap();
    python.stdin.take().unwrap().write_all(&input).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn s155_python_reads_the_same_texts_and_keys() {
    // A reader of YAML 1.1, which Ansible uses.
    let mut values: Vec<Value> = texts()
        .iter()
        .map(|it| json!({ "k": it, it.as_str(): [it, { it.as_str(): 1 }] }))
        .collect();
    values.push(json!([
        1,
        -1,
        1.5,
        1e100,
        1e-7,
        18_446_744_073_709_551_615_u64,
        null,
        true,
        false,
        [],
        {}
    ]));
    let documents: Vec<String> = values.iter().map(yaml::write).collect();
    let Some(read) = read_with_python(&documents) else { return };
    for ((value, document), read) in values.iter().zip(&documents).zip(&read) {
        assert_eq!(read, value, "{document}");
    }
}

#[test]
fn writes_blocks_for_people() {
    let value = json!({
        "enabled": true,
        "ca": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "last": "no line\nat the end",
        "name": "office hours (1.5)",
        "objects": [{"a": 1, "b": {"c": []}}, [1, [2]], {}],
    });
    assert_eq!(
        yaml::write(&value),
        "ca: |\n  -----BEGIN CERTIFICATE-----\n  MIIB\n  -----END CERTIFICATE-----\n\
         enabled: true\nlast: |-\n  no line\n  at the end\nname: office hours (1.5)\n\
         objects:\n  - a: 1\n    b:\n      c: []\n  - - 1\n    - [2]\n  - {}\n"
    );
}

/// Any JSON, with many texts that are hard to write.
fn value() -> impl Strategy<Value = Value> {
    let text = || prop_oneof![any::<String>(), proptest::sample::select(texts())];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // `serde_json` may read other fractions with another last digit.
        any::<i32>().prop_map(|it| Value::from(f64::from(it) / 8.0)),
        Just(Value::from(1e300)),
        text().prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((text(), inner), 0..4)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn written_values_are_read_back_and_no_reader_can_misread_them(value in value()) {
        let text = yaml::write(&value);
        prop_assert_eq!(&read(&text), &value, "{}", text);
        // Nothing in it is in doubt, wherever it is.
        let subject = sps_validate::Subject::new(sps_validate::Kind::Any, sps_validate::Form::Request);
        let report = sps_validate::explain_yaml(&text, &subject, &Context::default());
        prop_assert!(report.is_valid(), "{report:?}\n{text}");
    }

    /// JSON is YAML, but for what YAML does not allow in a text.
    #[test]
    fn json_is_read_as_the_json_reader_does(value in value()) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        let expected = json_reader::scan(&text, &Limits::default()).unwrap();
        let is_allowed = |c: char| !matches!(c, '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}');
        let has_long_key = text.lines().any(|it| it.len() > 1_000);
        if text.chars().all(is_allowed) && !has_long_key {
            let document = yaml::scan(&text, &Limits::default()).unwrap();
            prop_assert_eq!(document.root, expected);
        }
    }

    #[test]
    fn no_text_panics(text in "[-a: \t\n\r\"'{}\\[\\]&*!|>%@#?,<~0-9x\u{0}\u{85}\u{feff}é]{0,60}") {
        if let Ok(document) = yaml::scan(&text, &Limits::default()) {
            prop_assert!(document.root.span.of(&text).is_some());
            let subject = sps_validate::Subject::new(sps_validate::Kind::Any, sps_validate::Form::Request);
            sps_validate::explain_yaml(&text, &subject, &Context::default());
        }
    }
}
