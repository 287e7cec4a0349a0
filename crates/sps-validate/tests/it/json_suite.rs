//! The table of JSON texts: the scanner and `serde_json` agree with a verdict by hand.

use serde_json::Value;
use sps_validate::{
    json::{self, LimitKind, ScanError},
    limits::Limits,
};

const CASES: &str = include_str!("json_cases.txt");

/// Replaces `⟨A⟩` and `⟨*3 ab⟩`, as the head of the table describes them.
fn expand(text: &str) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((plain, tail)) = rest.split_once('⟨') {
        let (mark, tail) = tail.split_once('⟩').unwrap();
        expanded.push_str(plain);
        if let Some(repeat) = mark.strip_prefix('*') {
            let (count, what) = repeat.split_once(' ').unwrap();
            expanded.push_str(&what.repeat(count.parse().unwrap()));
        } else {
            let code = u32::from_str_radix(mark, 16).unwrap();
            expanded.push(char::from_u32(code).unwrap());
        }
        rest = tail;
    }
    expanded + rest
}

#[test]
fn every_case_has_its_verdict() {
    let limits = Limits::default().with_depth(Limits::MAX_DEPTH);
    let mut count = 0;
    let mut wrong = Vec::new();
    for line in CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (verdict, rest) = line.split_once(' ').unwrap();
        let (name, text) = rest.split_once(": ").unwrap();
        let expected = match verdict {
            "y" => true,
            "n" => false,
            _ => panic!("neither y nor n: {line}"),
        };
        let text = expand(text);
        let ours = json::scan(&text, &limits).is_ok();
        let theirs = serde_json::from_str::<Value>(&text).is_ok();
        if (ours, theirs) != (expected, expected) {
            wrong.push(format!("{name}: expected {expected}, scanner {ours}, serde_json {theirs}"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 500, "only {count} cases were read");
}

#[test]
fn errors_have_a_place_and_the_expected_token() {
    for (text, at, part) in [
        ("", 0, "a value"),
        ("  ", 2, "a value"),
        ("⟨FEFF⟩{}", 0, "byte order mark"),
        ("[1,]", 3, "another value after the comma"),
        ("[1", 2, "a comma or a closing bracket after the value before"),
        ("[1 2]", 3, "a comma or a closing bracket after the value before"),
        ("{\"a\":1,}", 7, "another key after the comma"),
        ("{\"a\":1", 6, "a comma or a closing brace after the value before"),
        ("{a:1}", 1, "a key in double quotes"),
        ("{'a':1}", 1, "double quotes, not single"),
        ("{\"a\" 1}", 5, "a colon"),
        ("{\"a\":'b'}", 5, "double quotes, not single"),
        ("{\"a\":// no", 5, "no comments"),
        ("{\"a\":True}", 5, "true, false or null, spelled"),
        // Comments, wherever they are.
        ("// a⟨A⟩{}", 0, "no comments"),
        ("{ // a⟨A⟩}", 2, "no comments"),
        ("{\"a\" /* b */: 1}", 5, "no comments"),
        ("{\"a\": /* b */ 1}", 6, "no comments"),
        ("{\"a\": 1 # b⟨A⟩}", 8, "no comments"),
        ("{\"a\": 1, // b⟨A⟩}", 9, "no comments"),
        ("[1, // b⟨A⟩]", 4, "no comments"),
        ("[1 /* b */]", 3, "no comments"),
        ("{} // b", 3, "no comments"),
        ("{}<!-- b -->", 2, "no comments"),
        ("[/]", 1, "true, false or null"),
        // Quotes.
        ("{⟨201C⟩a⟨201D⟩: 1}", 1, "not curly"),
        ("[⟨2018⟩a⟨2019⟩]", 1, "not curly"),
        ("[⟨AB⟩a⟨BB⟩]", 1, "not curly"),
        ("['a']", 1, "not single"),
        // Spaces and what takes no space.
        ("{⟨A0⟩\"a\": 1}", 1, "an ordinary space"),
        ("{\"a\":⟨2003⟩1}", 5, "an ordinary space"),
        ("[1⟨3000⟩]", 2, "an ordinary space"),
        ("{}⟨2028⟩", 2, "an ordinary space"),
        ("[⟨200B⟩1]", 1, "invisible"),
        ("[1⟨FEFF⟩]", 2, "invisible"),
        ("{\"a\"⟨AD⟩: 1}", 4, "invisible"),
        ("{}⟨0⟩", 2, "NUL"),
        ("[⟨0⟩1]", 1, "NUL"),
        // UTF-16 without a mark, in both orders.
        ("{⟨0⟩\"⟨0⟩a⟨0⟩\"⟨0⟩", 1, "UTF-16"),
        ("⟨0⟩{⟨0⟩\"⟨0⟩a", 0, "UTF-16"),
        ("⟨FEFF⟩{⟨0⟩}⟨0⟩", 0, "byte order mark"),
        // Numbers and words of other languages.
        ("[NaN]", 1, "no NaN"),
        ("[Infinity]", 1, "no infinity"),
        ("[-Infinity]", 2, "no infinity"),
        ("[-inf]", 2, "no infinity"),
        ("[None]", 1, "spelled like this"),
        ("{\"a\": undefined}", 6, "spelled like this"),
        ("[TRUE]", 1, "spelled like this"),
        ("[nul]", 1, "true, false or null"),
        ("[Nano]", 1, "true, false or null"),
        ("[,1]", 1, "true, false or null"),
        ("[tru]", 1, "true, false or null"),
        ("{} {}", 3, "the end of the document"),
        ("[\"abc]", 1, "a closing double quote"),
        ("[\"abc\\", 1, "a closing double quote"),
        ("[\"abc\\u00", 1, "a closing double quote"),
        ("\"a⟨A⟩\"", 2, "before the end of the line"),
        ("\"a⟨9⟩\"", 2, "a control character"),
        ("\"\\x41\"", 2, "after the backslash"),
        ("\"\\u00g0\"", 5, "four hexadecimal digits"),
        ("\"a\\uD800\"", 2, "a pair"),
        ("\"a\\uDC00\"", 2, "a pair"),
        ("\"a\\uD800\\u0041\"", 2, "a pair"),
        ("-", 1, "a digit after the minus sign"),
        ("+1", 0, "without a plus sign"),
        (".5", 0, "before the decimal point"),
        ("1.", 2, "after the decimal point"),
        ("[012]", 2, "leading zero"),
        ("1e+", 3, "in the exponent"),
        ("[1e999]", 1, "64-bit"),
    ] {
        let text = expand(text);
        let error = json::scan(&text, &Limits::default()).unwrap_err();
        assert!(matches!(error, ScanError::Syntax { .. }), "{text}: {error:?}");
        assert_eq!(error.at(), at, "{text}: {error}");
        let message = error.to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn errors_never_repeat_the_text() {
    for text in ["{\"s3cret\" 1}", "s3cret", "[\"s3cret", "\"\\s3cret\"", "{\"a\":1} s3cret"] {
        let error = json::scan(text, &Limits::default()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}

#[test]
fn limits_are_enforced_at_their_edge() {
    #[track_caller]
    fn check(text: &str, limits: Limits, expected: Option<(LimitKind, usize, usize)>) {
        let found = match json::scan(text, &limits) {
            Ok(_) => None,
            Err(ScanError::Limit { limit, at, allowed }) => Some((limit, at, allowed)),
            Err(error) => panic!("{error:?}"),
        };
        assert_eq!(found, expected, "{text}");
    }

    let limits = Limits::default();
    check("[1]", limits.with_bytes(3), None);
    check("[1]", limits.with_bytes(2), Some((LimitKind::Bytes, 2, 2)));
    check("not JSON", limits.with_bytes(2), Some((LimitKind::Bytes, 2, 2)));

    check("1", limits.with_depth(0), None);
    check("[]", limits.with_depth(0), Some((LimitKind::Depth, 0, 0)));
    check("[]", limits.with_depth(1), None);
    check("[ {}, [] ]", limits.with_depth(2), None);
    check("[ {}, [{}] ]", limits.with_depth(2), Some((LimitKind::Depth, 7, 2)));
    check("{\"a\":[", limits.with_depth(1), Some((LimitKind::Depth, 5, 1)));
    check(&nested(64), limits, None);
    check(&nested(65), limits, Some((LimitKind::Depth, 64, 64)));
    check(&nested(127), limits.with_depth(usize::MAX), None);
    check(&nested(128), limits.with_depth(usize::MAX), Some((LimitKind::Depth, 127, 127)));
    check(&"[".repeat(1_000_000), limits, Some((LimitKind::Depth, 64, 64)));

    check("{}", limits.with_keys(0), None);
    check("{\"a\":1}", limits.with_keys(0), Some((LimitKind::Keys, 1, 0)));
    check("{\"a\":1,\"b\":{\"c\":1,\"d\":1}}", limits.with_keys(2), None);
    check("{\"a\":1,\"a\":1, \"a\":1}", limits.with_keys(2), Some((LimitKind::Keys, 14, 2)));
    check("[{\"a\":1},{\"a\":1}]", limits.with_keys(1), None);
    check("[1,2,3]", limits.with_keys(0), None);
}

#[test]
fn the_deepest_setting_is_the_limit_of_serde_json() {
    let reads = |depth| serde_json::from_str::<Value>(&nested(depth)).is_ok();
    assert!(reads(Limits::MAX_DEPTH));
    assert!(!reads(Limits::MAX_DEPTH + 1));
}

fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

#[test]
fn keeps_repeated_keys_in_order_and_decodes_them() {
    let text = "{\"enabled\":1, \"\\u0065nabled\":2}";
    let node = json::scan(text, &Limits::default()).unwrap();
    let members = node.members().unwrap();
    assert_eq!(members.len(), 2);
    assert!(members.iter().all(|member| member.key == "enabled"));
    assert_eq!(members[1].key_span.of(text), Some("\"\\u0065nabled\""));
    assert_eq!(node.get("enabled").unwrap().span.of(text), Some("1"));
    assert!(node.get("Enabled").is_none());
    assert!(members[0].value.get("enabled").is_none());
}

#[test]
fn reads_a_value_only_as_its_own_type() {
    let text = r#"[null, false, true, 1.5, "a\n", [0], {"k": 1, "k": 2}]"#;
    let root = json::scan(text, &Limits::default()).unwrap();
    let all = root.as_array().unwrap();
    let kinds: Vec<_> = all.iter().map(json::Node::kind_name).collect();
    assert_eq!(kinds, ["null", "boolean", "boolean", "number", "string", "array", "object"]);
    for (index, node) in all.iter().enumerate() {
        assert_eq!(node.is_null(), index == 0, "{text} {index}");
        let expected = [Some(false), Some(true)].get(index.wrapping_sub(1)).copied().flatten();
        assert_eq!(node.as_bool(), expected, "{index}");
        assert_eq!(node.as_str(), (index == 4).then_some("a\n"), "{index}");
        assert_eq!(node.as_array().map(<[_]>::len), (index == 5).then_some(1), "{index}");
        assert_eq!(node.members().map(<[_]>::len), (index == 6).then_some(2), "{index}");
    }
    // The first value of a duplicate key is used.
    assert_eq!(all[6].get("k").unwrap().value, json::Value::Number("1".into()));
    assert_eq!((all[6].get("x"), all[5].get("k")), (None, None));
}

#[test]
fn a_scan_error_has_a_message_and_a_place() {
    let mut limits = Limits::default();
    (limits.bytes, limits.depth, limits.keys) = (20, 2, 1);
    for (text, at, words) in [
        ("[1,]", 3, "expected another value after the comma, or no comma"),
        ("[\"aaaaaaaaaaaaaaaaaaaaaaaa\"]", 20, "document is longer than 20 bytes"),
        ("[[[]]]", 2, "objects and arrays are nested deeper than 2 levels"),
        (r#"{"a":1,"b":2}"#, 7, "object has more than 1 key"),
    ] {
        let error = json::scan(text, &limits).unwrap_err();
        assert_eq!((error.at(), &*error.to_string()), (at, words), "{text}");
    }
    let names = [LimitKind::Bytes, LimitKind::Depth, LimitKind::Keys].map(LimitKind::name);
    assert_eq!(names, ["bytes", "depth", "keys"]);
}
