//! Tests of the reader.

use super::*;
use crate::limits::Limits;

fn json(text: &str) -> String {
    scan(text, &Limits::default()).map_or_else(|it| it.to_string(), |it| it.root.to_json())
}

fn error(text: &str) -> (usize, Mistake) {
    match scan(text, &Limits::default()) {
        Err(ScanError::Syntax { at, mistake }) => (at, mistake),
        other => panic!("{text:?}: {other:?}"),
    }
}

/// The source of the value at a path of keys.
fn source<'t>(text: &'t str, path: &[&str]) -> &'t str {
    let document = scan(text, &Limits::default()).expect("it is YAML");
    let node = path.iter().fold(&document.root, |node, key| node.get(key).expect("it has the key"));
    node.span.of(text).expect("it is a part of the text")
}

#[test]
fn reads_the_values_of_json() {
    for (text, expected) in [
        (
            "a: 1\nb: [x, 'y', \"z\\n\"]\nc: {d: null, e: }\n",
            r#"{"a":1,"b":["x","y","z\n"],"c":{"d":null,"e":null}}"#,
        ),
        ("- - 1\n  - true\n- a: b\n", r#"[[1,true],{"a":"b"}]"#),
        ("9007199254740993", "9007199254740993"),
        ("0x50", "80"),
        ("---\nx: +5\n...\n", r#"{"x":5}"#),
        ("\u{feff}a: .5\n", r#"{"a":0.5}"#),
        ("{\"a\": [1, 2.50]}", r#"{"a":[1,2.50]}"#),
        ("a: !!str 3\nb: !!int 3\nc: ! 3", r#"{"a":"3","b":3,"c":"3"}"#),
        ("a: &x [1]\nb: *x\n", r#"{"a":[1],"b":[1]}"#),
    ] {
        assert_eq!(json(text), expected, "{text:?}");
    }
}

#[test]
fn s137_own_key_wins_over_a_merged_one_and_repeated_keys_stay() {
    assert_eq!(
        json("base: &b {name: x, port: 1}\nuse:\n  <<: *b\n  name: y\n"),
        r#"{"base":{"name":"x","port":1},"use":{"name":"y","port":1}}"#
    );
    assert_eq!(
        json("a: &a {k: 1}\nb: &b {k: 2, l: 3}\nc: {<<: [*a, *b]}\n"),
        r#"{"a":{"k":1},"b":{"k":2,"l":3},"c":{"k":1,"l":3}}"#
    );
    assert_eq!(json("name: 1\n\"name\": 2\n"), r#"{"name":1,"name":2}"#);
    assert_eq!(json("name: 1\n\"\\u006eame\": 2\n"), r#"{"name":1,"name":2}"#);
    assert_eq!(json("'<<': 1\n"), r#"{"<<":1}"#);
}

#[test]
fn s139_a_file_without_a_value_has_no_body() {
    for text in ["", "\n\n", "# note\n", "---\n", "---\n# note\n", "---\n...\n", "\u{feff}"] {
        assert_eq!(error(text).1, Mistake::NoBody, "{text:?}");
    }
    assert_eq!(json("~"), "null");
}

#[test]
fn s143_line_ends_of_windows_are_in_no_value() {
    let text = "a: |\r\n  x\r\n  y\r\nb: >\r\n  z\r\n  w\r\nc: \"1\r\n  2\"\r\n";
    assert_eq!(json(text), r#"{"a":"x\ny\n","b":"z w\n","c":"1 2"}"#);
    assert_eq!(source(text, &["a"]), "|\r\n  x\r\n  y");
}

#[test]
fn s145_blocks_of_text_have_their_place() {
    let text =
        "a: | # note | here\n  x\n\n  y\n# behind\nb: |-2\n   z\nc: |+\n  w\n\nd: |\ne: >-\n  v\n";
    assert_eq!(json(text), r#"{"a":"x\n\ny\n","b":" z","c":"w\n\n","d":"","e":"v"}"#);
    assert_eq!(source(text, &["a"]), "| # note | here\n  x\n\n  y");
    assert_eq!(source(text, &["b"]), "|-2\n   z");
    assert_eq!(source(text, &["c"]), "|+\n  w\n");
    assert_eq!(source(text, &["d"]), "|");
    assert_eq!(source("a: # >\n  |\n  x\n", &["a"]), "|\n  x");
    assert_eq!(source("a: &n !!str |\n  x\nb: *n\n", &["a"]), "|\n  x");
    assert_eq!(source("a: &n !!str |\n  x\nb: *n\n", &["b"]), "*n");
}

#[test]
fn collections_end_with_their_last_value() {
    let text = "a:\n  b: 1 # note\n\n# behind\nc: { d: 2 } # note\ne:\n- 1\n-  \n";
    assert_eq!(source(text, &["a"]), "b: 1");
    assert_eq!(source(text, &["c"]), "{ d: 2 }");
    assert!(source(text, &["e"]).starts_with("- 1"));
}

#[test]
fn s147_a_text_that_begins_with_a_special_character_is_named() {
    for (text, at, mistake) in [
        ("p: @secret", 3, Mistake::Indicator),
        ("p: `secret", 3, Mistake::Indicator),
        ("p: %secret", 3, Mistake::Indicator),
        ("p: !secret", 3, Mistake::Tag),
        ("p: !secret word", 3, Mistake::Tag),
        ("p: *secret", 3, Mistake::UnknownAnchor),
        ("p: &secret", 3, Mistake::UnusedAnchor),
        ("p: &secret word", 3, Mistake::UnusedAnchor),
    ] {
        assert_eq!(error(text), (at, mistake), "{text}");
        assert!(mistake.help().contains("quote the value"), "{text}");
    }
}

#[test]
fn s151_tabs_separate() {
    assert_eq!(json("name:\toffice\nvalue: 1\t# note\n"), r#"{"name":"office","value":1}"#);
}

#[test]
fn refuses_tabs_in_the_indentation() {
    for (text, at) in [
        ("\ta: 1\n", 0),
        ("\ta: 1\n\tb: 2\n", 0),
        ("# note\n\n \ta: 1\n", 9),
        ("---\n\ta: 1\n", 4),
        ("\t- 1\n", 0),
        ("-\ta: 1\n  b: 2\n", 1),
        ("a:\n\tb: 1\n", 4),
    ] {
        assert_eq!(error(text), (at, Mistake::Tab), "{text:?}");
    }
    // Between brackets, and before a scalar, tabs only separate.
    assert_eq!(json("\t{a: 1}\n"), r#"{"a":1}"#);
    assert_eq!(json("{\n\t\"a\": 1\n}\n"), r#"{"a":1}"#);
    assert_eq!(json("-\ta\n-\tb\n"), r#"["a","b"]"#);
}

#[test]
fn names_what_json_cannot_express() {
    for (text, at, mistake) in [
        ("a: 1\n---\nb: 2\n", 5, Mistake::SecondDocument),
        ("1: a\n", 0, Mistake::KeyNotText),
        ("? [a]\n: b\n", 2, Mistake::KeyNotText),
        ("a: &x 1\n*x : b\n", 8, Mistake::KeyNotText),
        ("on: b\n", 0, Mistake::KeyNotText),
        ("12:30: b\n", 0, Mistake::KeyNotText),
        ("a: &x [*x]\n", 7, Mistake::AliasInItself),
        ("a: !!binary eA==\n", 3, Mistake::Tag),
        ("a: !!int x\n", 3, Mistake::TaggedValue),
        ("a: {<<: 1}\n", 8, Mistake::Merge),
        ("a: b\0c\n", 4, Mistake::Nul),
        ("a: \"b\n", 3, Mistake::Quote),
        ("a: [1\n", 3, Mistake::Bracket),
        ("a: b: c\n", 4, Mistake::Colon),
        ("a: - b\n", 3, Mistake::Dash),
        ("a: \"\\q\"\n", 3, Mistake::Escape),
    ] {
        assert_eq!(error(text), (at, mistake), "{text}");
    }
}

#[test]
fn aliases_of_aliases_are_bounded() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        let items = [alias.as_str(); 10].join(", ");
        text = format!("{text}a{level}: &a{level} [{items}]\n");
    }
    let found = scan(&text, &Limits::default());
    assert!(matches!(
        found,
        Err(ScanError::Limit { limit: LimitKind::Nodes, allowed: 1_000_000, .. })
    ));

    let deep = "a: &a [[[x]]]\nb: [[*a]]\n";
    assert!(scan(deep, &Limits::default().with_depth(6)).is_ok());
    let found = scan(deep, &Limits::default().with_depth(5)).unwrap_err();
    assert_eq!(found, ScanError::Limit { limit: LimitKind::Depth, at: 19, allowed: 5 });

    let found = scan(&"[".repeat(1000), &Limits::default()).unwrap_err();
    assert!(matches!(found, ScanError::Limit { limit: LimitKind::Depth, allowed: 64, .. }));
    let found = scan("{a: 1, b: 2, c: 3}", &Limits::default().with_keys(2)).unwrap_err();
    assert_eq!(found, ScanError::Limit { limit: LimitKind::Keys, at: 13, allowed: 2 });
    let found = scan("abc", &Limits::default().with_bytes(2)).unwrap_err();
    assert_eq!(found, ScanError::Limit { limit: LimitKind::Bytes, at: 2, allowed: 2 });
}

#[test]
fn copies_of_long_texts_are_bounded() {
    let long = "x\\t".repeat(1_000_000);
    let text = format!("a: &a \"{long}\"\nb: [{}]\n", ["*a"; 20].join(", "));
    let found = scan(&text, &Limits::default());
    assert!(matches!(found, Err(ScanError::Limit { limit: LimitKind::Bytes, .. })), "{found:.1?}");
}

#[test]
fn knows_what_several_places_use() {
    let text = "a: &x {k: 1}\nb: *x\nc: {<<: *x, l: 2}\nd: 3\n";
    let marks = scan(text, &Limits::default()).unwrap().marks;
    let is_shared = |part: &str| {
        let at = text.find(part).unwrap();
        marks.is_shared(crate::span::Span::new(at, at + part.len()))
    };
    assert!(is_shared("k: 1") && is_shared("*x\n") && is_shared("<<") && is_shared("&x"));
    assert!(!is_shared("l: 2") && !is_shared("d: 3"));
}

#[test]
fn no_error_has_a_part_of_the_text() {
    for text in [
        "p: @hunter2",
        "p: !hunter2 x",
        "p: *hunter2",
        "p: \"hunter2",
        "p: |hunter2\n",
        "p: hunter2: x",
    ] {
        let error = scan(text, &Limits::default()).unwrap_err();
        let all = format!("{error} {error:?}");
        assert!(!all.contains("hunter2"), "{all}");
    }
}
