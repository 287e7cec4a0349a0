//! Properties of the scanner on generated texts.

use std::fmt::Write as _;

use proptest::{collection::vec, prelude::*};
use serde_json::{Map, Number};
use sps_validate::{
    json::{self, Node, Value},
    limits::Limits,
};

/// The same document as `serde_json` holds it; of repeated keys the last one counts there.
fn convert(node: &Node<'_>) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => serde_json::Value::Bool(*value),
        Value::Number(token) => serde_json::Value::Number(token.parse::<Number>().unwrap()),
        Value::String(text) => serde_json::Value::String(text.to_string()),
        Value::Array(elements) => elements.iter().map(convert).collect(),
        Value::Object(members) => serde_json::Value::Object(
            members
                .iter()
                .map(|member| (member.key.to_string(), convert(&member.value)))
                .collect::<Map<_, _>>(),
        ),
    }
}

/// Every span, read again, gives the value it belongs to.
fn check_spans(text: &str, node: &Node<'_>) {
    let own = node.span.of(text).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(own).unwrap(), convert(node));
    assert_eq!(own.trim_ascii(), own);
    for element in node.as_array().unwrap_or_default() {
        check_spans(text, element);
    }
    for member in node.members().unwrap_or_default() {
        let key = member.key_span.of(text).unwrap();
        assert_eq!(serde_json::from_str::<String>(key).unwrap(), member.key);
        check_spans(text, &member.value);
    }
}

/// The scanner and `serde_json` agree on `text` in every respect.
fn check(text: &str) {
    let limits = Limits::default().with_bytes(usize::MAX).with_depth(127).with_keys(usize::MAX);
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    match json::scan(text, &limits) {
        Ok(node) => {
            assert_eq!(convert(&node), theirs.unwrap());
            check_spans(text, &node);
        }
        Err(error) => {
            assert!(theirs.is_err(), "only the scanner refuses it: {error}");
            assert!(error.at() <= text.len());
        }
    }
}

fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_]{0,8}",
        any::<String>(),
        "[\\x00-\\x1f\"\\\\/\u{7f}é\u{2028}\u{ffff}\u{1f600}]{0,6}"
    ]
}

/// A string token with some of its characters escaped though they need not be.
fn string_token() -> impl Strategy<Value = String> {
    (string(), any::<u64>()).prop_map(|(text, escaped)| {
        let mut token = String::from("\"");
        for (at, character) in text.chars().enumerate() {
            if escaped >> (at % 64) & 1 == 1 {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(token, "\\u{unit:04x}").unwrap();
                }
            } else {
                let whole = serde_json::to_string(&character).unwrap();
                token.push_str(&whole[1..whole.len() - 1]);
            }
        }
        token + "\""
    })
}

fn number_token() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?(0|[1-9][0-9]{0,25})",
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        "-?[1-9]\\.[0-9]{1,4}e30[5-9]",
        "[0-9+.eE-]{1,8}",
    ]
}

fn space() -> impl Strategy<Value = String> {
    "[ \\n\\t\\r]{0,2}"
}

/// A document as text, most often a valid one.
fn document() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(String::from("null")),
        Just(String::from("true")),
        Just(String::from("false")),
        number_token(),
        string_token(),
    ];
    let spaced = (space(), leaf, space()).prop_map(|(a, leaf, b)| a + &leaf + &b);
    spaced.prop_recursive(5, 40, 6, |inner| {
        let member = (space(), string_token(), space(), inner.clone())
            .prop_map(|(a, key, b, value)| format!("{a}{key}{b}:{value}"));
        prop_oneof![
            vec(inner, 0..6).prop_map(|elements| format!("[{}]", elements.join(","))),
            vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

/// One small change somewhere.
#[derive(Debug, Clone)]
enum Change {
    Insert(prop::sample::Index, String),
    Remove(prop::sample::Index),
    Cut(prop::sample::Index),
    Repeat(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![
        "[\\[\\]{}:,\"\\\\0-9eE+.truefalsn \\n\\x00-]",
        Just(String::from("\\u")),
        Just(String::from("\\ud83d")),
        Just(String::from("\\ude00")),
        any::<char>().prop_map(String::from),
    ];
    prop_oneof![
        (any::<prop::sample::Index>(), piece).prop_map(|(at, text)| Change::Insert(at, text)),
        any::<prop::sample::Index>().prop_map(Change::Remove),
        any::<prop::sample::Index>().prop_map(Change::Cut),
        any::<prop::sample::Index>().prop_map(Change::Repeat),
    ]
}

fn apply(text: &str, change: &Change) -> String {
    let characters: Vec<char> = text.chars().collect();
    let len = characters.len();
    let (keep, insert, skip) = match change {
        Change::Insert(at, insert) => (at.index(len + 1), insert.clone(), 0),
        Change::Remove(at) => (at.index(len + 1), String::new(), 1),
        Change::Cut(at) => (at.index(len + 1), String::new(), len),
        Change::Repeat(at) => {
            let at = at.index(len + 1);
            (at, characters.get(at).map(char::to_string).unwrap_or_default(), 0)
        }
    };
    let head = characters.iter().take(keep).collect::<String>();
    head + &insert + &characters.iter().skip(keep + skip).collect::<String>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn agrees_on_documents(text in document()) {
        check(&text);
    }

    #[test]
    fn agrees_on_mutated_documents(text in document(), changes in vec(change(), 1..4)) {
        check(&changes.iter().fold(text, |text, change| apply(&text, change)));
    }

    #[test]
    fn agrees_on_arbitrary_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn agrees_on_arbitrary_tokens(
        text in "([\\[\\]{}:, \\n]|\"a\"|\"\\\\[\"nu]|[0-9.eE+-]|null|true|false){0,24}",
    ) {
        check(&text);
    }

    #[test]
    fn agrees_on_number_tokens(token in number_token()) {
        check(&token);
        check(&format!("[{token}]"));
    }

    #[test]
    fn agrees_at_the_edge_of_finite_numbers(
        digits in "[1-9][0-9]{0,20}",
        zeros in 0_usize..320,
        fraction in "(\\.[0-9]{1,30})?",
        exponent in -20_i32..320,
    ) {
        let long = format!("{digits}{}{fraction}", "0".repeat(zeros));
        check(&long);
        check(&format!("{long}e{exponent}"));
        check(&format!("{digits}{fraction}e{exponent}"));
    }

    #[test]
    fn never_panics_whatever_the_limits(
        text in document(),
        bytes in 0_usize..100,
        depth in 0_usize..4,
        keys in 0_usize..4,
    ) {
        let limits = Limits::default().with_bytes(bytes).with_depth(depth).with_keys(keys);
        if let Err(error) = json::scan(&text, &limits) {
            prop_assert!(error.at() <= text.len());
        }
    }
}
