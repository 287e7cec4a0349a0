//! A request with a mistake is refused, and the mistake is named.

use std::collections::BTreeMap;

use sps_model::{Describe, Key, Optional, Resource, UnknownFields};

use super::{
    check,
    declared::{
        Closed, Color, Forms, Inner, Keys, Leaves, Measure, Names, Open, Place, Room, Sealed, Size,
        Tree, Vault,
    },
};

/// Runs a table of texts, each with its errors.
#[track_caller]
fn table<T: Describe>(cases: &[(&str, &[(&str, &str)])]) {
    for (text, errors) in cases {
        check::<T>(text, errors);
    }
}

#[test]
fn structs() {
    table::<Inner>(&[
        (r#"{"room": "r", "number": 255}"#, &[]),
        (r#"{"number": 0, "room": "0"}"#, &[]),
        (r#"{"number": 0, "room": ""}"#, &[("reference-exists", "/room")]),
        (r#"{"room": "r"}"#, &[("missing-key", "/number")]),
        ("{}", &[("missing-key", "/room"), ("missing-key", "/number")]),
        (r#"{"room": "r", "number": 1, "more": 1}"#, &[("unknown-key", "/more")]),
        (r#"{"room": "r", "number": 1, "kept": 1}"#, &[("unknown-key", "/kept")]),
        (r#"{"room": "r", "number": 1, "number": 1}"#, &[("duplicate-key", "/number")]),
        (r#"{"room": "r", "\u006eumber": 1}"#, &[]),
        (r#"{"room": "r", "number": 1, "\u006eumber": 1}"#, &[("duplicate-key", "/number")]),
        (
            r#"{"room": null, "number": null}"#,
            &[("null-not-allowed", "/room"), ("null-not-allowed", "/number")],
        ),
        (r#"{"room": 1, "number": "1"}"#, &[("wrong-type", "/room"), ("wrong-type", "/number")]),
        (
            r#"{"room": {"key": "r", "meta": {"href": "/r"}}, "number": 1}"#,
            &[("reference-object", "/room")],
        ),
        (r#"{"room": {"key": "r"}, "number": 1}"#, &[("reference-object", "/room")]),
        (r#"{"room": {}, "number": 1}"#, &[("wrong-type", "/room")]),
        (r#"["r", 1]"#, &[("wrong-type", "")]),
        ("null", &[("null-not-allowed", "")]),
        (
            r#"{"body": {"room": "r", "number": 1}, "key": "k", "meta": {}}"#,
            &[("response-wrapper", "")],
        ),
        (r#"{"room": "r", "number": 1} x"#, &[("invalid-json", "")]),
    ]);
}

#[test]
fn leaves() {
    let good = r#"{"on": true, "tiny": 255, "small": -32768, "count": 18446744073709551615,
        "offset": -9223372036854775808, "text": "", "color": "deep_red", "anything": {"a": [1, null]}}"#;
    check::<Leaves>(good, &[]);
    for (from, to, code, pointer) in [
        ("true", "1", "wrong-type", "/on"),
        ("true", "\"true\"", "wrong-type", "/on"),
        ("255", "256", "out-of-range", "/tiny"),
        ("255", "-1", "out-of-range", "/tiny"),
        ("255", "-0", "wrong-type", "/tiny"),
        ("255", "1.0", "wrong-type", "/tiny"),
        ("255", "1e1", "wrong-type", "/tiny"),
        ("-32768", "-32769", "out-of-range", "/small"),
        ("-32768", "32768", "out-of-range", "/small"),
        ("18446744073709551615", "18446744073709551616", "out-of-range", "/count"),
        ("-9223372036854775808", "-9223372036854775809", "out-of-range", "/offset"),
        ("-9223372036854775808", "9223372036854775808", "out-of-range", "/offset"),
        ("-9223372036854775808", "1e30", "wrong-type", "/offset"),
        ("\"\"", "[]", "wrong-type", "/text"),
        ("\"deep_red\"", "\"red\"", "not-in-enum", "/color"),
        ("\"deep_red\"", "\"DeepRed\"", "not-in-enum", "/color"),
        ("\"deep_red\"", "\"other\"", "not-in-enum", "/color"),
        ("\"deep_red\"", "7", "wrong-type", "/color"),
        ("\"deep_red\"", "null", "null-not-allowed", "/color"),
        ("\"deep_red\"", "{\"deep_red\": null}", "wrong-type", "/color"),
        ("null", "{\"x\": 1, \"x\": 2}", "duplicate-key", "/anything/a/1/x"),
    ] {
        check::<Leaves>(&good.replacen(from, to, 1), &[(code, pointer)]);
    }
    for word in ["bleu", "blue", "azure", "type"] {
        check::<Leaves>(&good.replace("deep_red", word), &[]);
    }
}

#[test]
fn numbers_with_a_point() {
    table::<Measure>(&[
        (r#"{"ratio": 1.5}"#, &[]),
        (r#"{"ratio": -0}"#, &[]),
        (r#"{"ratio": 123456789012345678901234567890}"#, &[]),
        (r#"{"ratio": "1.5"}"#, &[("wrong-type", "/ratio")]),
        (r#"{"ratio": NaN}"#, &[("invalid-json", "")]),
        (r#"{"ratio": 1e400}"#, &[("invalid-json", "")]),
    ]);
}

#[test]
fn unions() {
    table::<Place>(&[
        (r#"{"selection": "nowhere"}"#, &[]),
        (r#"{"selection": "name", "value": "n"}"#, &[]),
        (r#"{"value": "n", "selection": "name"}"#, &[]),
        (r#"{"value": [["a", "b"]], "selection": "2c"}"#, &[]),
        (r#"{"selection": "maybe_room", "value": null}"#, &[]),
        (r#"{"value": null, "selection": "maybe_room"}"#, &[]),
        (r#"{"value": {"number": 1, "room": "r"}, "selection": "inner"}"#, &[]),
        (r#"{"selection": "nowhere", "value": null}"#, &[("unknown-key", "/value")]),
        (r#"{"value": 1, "selection": "nowhere"}"#, &[("unknown-key", "/value")]),
        (r#"{"selection": "nowhere", "more": 1}"#, &[("unknown-key", "/more")]),
        (r#"{"more": 1, "selection": "nowhere"}"#, &[("unknown-key", "/more")]),
        (r#"{"selection": "name", "value": "n", "more": 1}"#, &[("unknown-key", "/more")]),
        (r#"{"selection": "name"}"#, &[("missing-key", "/value")]),
        (r#"{"value": "n"}"#, &[("missing-key", "/selection")]),
        ("{}", &[("missing-key", "/selection")]),
        (r#"{"selection": "name", "value": null}"#, &[("null-not-allowed", "/value")]),
        (r#"{"selection": "elsewhere", "value": 1}"#, &[("unknown-selection", "/selection")]),
        (r#"{"selection": "Name", "value": "n"}"#, &[("unknown-selection", "/selection")]),
        (r#"{"selection": 3, "value": 1}"#, &[("wrong-type", "/selection")]),
        (r#"{"selection": null}"#, &[("null-not-allowed", "/selection")]),
        (
            r#"{"selection": "name", "selection": "name", "value": "n"}"#,
            &[("duplicate-key", "/selection")],
        ),
        (r#"{"selection": "name", "value": "n", "value": "n"}"#, &[("duplicate-key", "/value")]),
        (r#"{"value": "n", "value": "n", "selection": "name"}"#, &[("duplicate-key", "/value")]),
        (
            r#"{"selection": "inner", "value": {"room": "r", "number": 1, "name": "n"}}"#,
            &[("unknown-key", "/value/name")],
        ),
        (
            r#"{"value": {"room": "r", "number": 1, "name": "n"}, "selection": "inner"}"#,
            &[("unknown-key", "/value/name")],
        ),
        (
            r#"{"value": [["a"], ["a", "b", "c"]], "selection": "2c"}"#,
            &[("too-short", "/value/0"), ("too-long", "/value/1")],
        ),
        (r#""nowhere""#, &[("wrong-type", "")]),
        (r#"{"nowhere": null}"#, &[("missing-key", "/selection"), ("unknown-key", "/nowhere")]),
    ]);
    table::<Closed>(&[
        (r#"{"type": "off"}"#, &[]),
        (r#"{"settings": {"room": "r", "number": 1}, "type": "on"}"#, &[]),
        (
            r#"{"type": "on", "value": 1}"#,
            &[("missing-key", "/settings"), ("unknown-key", "/value")],
        ),
    ]);
}

#[test]
fn containers() {
    let keys = r#"{"one": "1", "nullable": null, "list": [], "pairs": [["a", "b"]], "map": {"x": "y"},
        "lists": {"x": ["y", null]}, "alias": "a", "boxed": "b", "inner": {"room": "r", "number": 1},
        "inners": [], "place": {"selection": "room", "value": "r"},
        "tree": {"room": null, "children": [{"room": "r", "children": []}]}}"#;
    check::<Keys>(keys, &[]);
    for (from, to, code, pointer) in [
        (r#"["a", "b"]"#, r#"["a"]"#, "too-short", "/pairs/0"),
        (r#"["a", "b"]"#, r#"["a", "b", "c"]"#, "too-long", "/pairs/0"),
        (r#"["a", "b"]"#, r#"["a", null]"#, "null-not-allowed", "/pairs/0/1"),
        (r#"{"x": "y"}"#, r#"{"x": 1}"#, "wrong-type", "/map/x"),
        (r#"{"x": "y"}"#, r#"{"x": "y", "x": "y"}"#, "duplicate-key", "/map/x"),
        (r#"{"x": "y"}"#, r#"[["x", "y"]]"#, "wrong-type", "/map"),
        (r#"["y", null]"#, r#"["y", {}]"#, "wrong-type", "/lists/x/1"),
        (r#""boxed": "b""#, r#""boxed": {"key": "b"}"#, "reference-object", "/boxed"),
        (r#""alias": "a""#, r#""alias": {"key": "a"}"#, "reference-object", "/alias"),
        (
            r#""inners": []"#,
            r#""inners": [{"room": "r", "number": 1, "x": 1}]"#,
            "unknown-key",
            "/inners/0/x",
        ),
        (
            r#""children": []"#,
            r#""children": [{}], "next": {"room": "r", "children": []}"#,
            "missing-key",
            "/tree/children/0/children/0/room",
        ),
    ] {
        let text = keys.replacen(from, to, 1);
        let mut expected = vec![(code, pointer)];
        if code == "missing-key" {
            expected.push((code, "/tree/children/0/children/0/children"));
        }
        check::<Keys>(&text, &expected);
    }
}

#[test]
fn a_single_use_object_serves_one_reference() {
    #[derive(Debug, Clone, PartialEq, Resource)]
    #[resource(tag = "t", content = "c")]
    enum One {
        Vault(Key<Vault>),
    }

    #[derive(Debug, Clone, PartialEq, Resource)]
    struct Two {
        a: Key<Vault>,
        b: Vec<Key<Vault>>,
        c: Key<Room>,
        d: Optional<One>,
        e: Optional<Option<Box<Key<Vault>>>>,
        f: Optional<BTreeMap<String, [Key<Vault>; 1]>>,
        unknown_fields: UnknownFields,
    }
    table::<Two>(&[
        (r#"{"a": "1", "b": ["2", "3"], "c": "1"}"#, &[]),
        (r#"{"a": "1", "b": ["2", "1"], "c": "1"}"#, &[("single-use-reference", "/b/1")]),
        (
            r#"{"a": "1", "b": ["2", "2", "2"], "c": "1"}"#,
            &[("single-use-reference", "/b/1"), ("single-use-reference", "/b/2")],
        ),
        (
            r#"{"a": "1", "b": [], "c": "1", "d": {"t": "vault", "c": "1"}}"#,
            &[("single-use-reference", "/d/c")],
        ),
        (r#"{"a": "1", "b": [], "c": "1", "e": "1"}"#, &[("single-use-reference", "/e")]),
        (
            r#"{"a": "1", "b": [], "c": "1", "f": {"x": ["1"]}}"#,
            &[("single-use-reference", "/f/x/0")],
        ),
    ]);
}

#[test]
fn trees() {
    table::<Tree>(&[
        (r#"{"room": null, "children": []}"#, &[]),
        (r#"{"room": null, "children": [], "next": null}"#, &[("null-not-allowed", "/next")]),
        (r#"{"room": null, "children": [null]}"#, &[("null-not-allowed", "/children/0")]),
    ]);
}

#[test]
fn names() {
    let good = r#"{"type": 1, "with space/and~tilde\"quote\"": 2, "kept": 3, "mode": "small"}"#;
    check::<Names>(good, &[]);
    check::<Names>(&good.replace("small", "huge"), &[("unknown-selection", "/mode")]);
    check::<Names>(
        &good.replace('2', "256"),
        &[("out-of-range", "/with space~1and~0tilde\"quote\"")],
    );
    check::<Names>(&good.replace('3', "\"\""), &[("wrong-type", "/kept")]);
    check::<Names>(
        &good.replace("\"type\"", "\"r#type\""),
        &[("missing-key", "/type"), ("unknown-key", "/r#type")],
    );
}

#[test]
fn forms() {
    let good = r#"{"same": {"level": 1, "color": "bleu"}, "orders": [], "plain": "p"}"#;
    check::<Forms>(good, &[]);
    check::<Forms>(&good.replace("\"p\"", "\"p\", \"created\": 1"), &[("unknown-key", "/created")]);
    check::<Forms>(
        &good.replace("\"p\"", "\"p\", \"last-seen\": 1"),
        &[("unknown-key", "/last-seen")],
    );
    check::<Forms>(&good.replace("bleu", "green"), &[("not-in-enum", "/same/color")]);
}

#[test]
fn closed_types() {
    table::<Sealed>(&[
        (r#"{"room": "r", "size": "small"}"#, &[]),
        (r#"{"room": "r", "size": "small", "kept": 1}"#, &[("unknown-key", "/kept")]),
        (r#"{"room": "r", "size": "tiny"}"#, &[("not-in-enum", "/size")]),
    ]);
    table::<Size>(&[
        (r#""large""#, &[]),
        (r#""other""#, &[("not-in-enum", "")]),
        ("{}", &[("wrong-type", "")]),
    ]);
    table::<Color>(&[(r#""azure""#, &[]), (r#""Unknown""#, &[("not-in-enum", "")])]);
}

#[test]
fn open_types() {
    table::<Open>(&[
        ("{}", &[]),
        (r#"{"more": [{"a": 1}], "known": 1}"#, &[]),
        (r#"{"more": 1, "more": 2}"#, &[("duplicate-key", "/more")]),
        (r#"{"more": {"a": 1, "a": 2}}"#, &[("duplicate-key", "/more/a")]),
        (r#"{"known": 1, "known": 2}"#, &[("duplicate-key", "/known")]),
        (r#"{"known": 256}"#, &[("out-of-range", "/known")]),
        // What a response looks like is no body, even where any key may be.
        (r#"{"body": {"known": 1}}"#, &[("response-wrapper", "")]),
        (r#"{"body": {}, "key": "k", "meta": {}}"#, &[("response-wrapper", "")]),
        (r#"{"items": [], "meta": {}}"#, &[("response-wrapper", "")]),
        (r#"{"body": {}, "known": 1}"#, &[]),
        (r#"{"body": {}, "more": 1}"#, &[]),
        (r#"{"key": "k", "meta": {}}"#, &[]),
    ]);
}

#[test]
fn the_root_may_be_any_kind() {
    table::<Vec<Inner>>(&[
        (r#"[{"room": "r", "number": 1}]"#, &[]),
        (r#"[{"room": "r"}]"#, &[("missing-key", "/0/number")]),
    ]);
    table::<BTreeMap<String, u8>>(&[
        (r#"{"a": 1}"#, &[]),
        (r#"{"a": 1, "meta": 1}"#, &[]),
        (r#"{"body": 1}"#, &[("response-wrapper", "")]),
        (r#"{"body": 1, "meta": 2}"#, &[("response-wrapper", "")]),
        (r#"{"body": 1, "x": 2}"#, &[]),
    ]);
    table::<sps_model::Any>(&[("1", &[]), (r#"{"body": 1}"#, &[("response-wrapper", "")])]);
    table::<Box<Open>>(&[("{}", &[]), (r#"{"body": {}}"#, &[("response-wrapper", "")])]);
    table::<Option<Open>>(&[("null", &[]), (r#"{"body": {}}"#, &[("response-wrapper", "")])]);
}
