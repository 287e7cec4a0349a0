//! Tests of the scanner's single steps.

use super::*;

fn scanner(text: &str) -> Scanner<'_> {
    Scanner::new(text, &Limits::default()).unwrap()
}

#[test]
fn steps_over_an_expected_key_to_its_value() {
    for (text, name, expected, at) in [
        (r#"{"enabled" : true}"#, "enabled", true, 13),
        (r#"{"":1}"#, "", true, 4),
        (r#"{"a":1}"#, "a", true, 5),
        (r#"  {"é": 1}"#, "é", true, 9),
        // Longer, shorter, escaped, cut or in single quotes.
        (r#"{"enabled": true}"#, "enable", false, 1),
        (r#"{"enable": true}"#, "enabled", false, 1),
        (r#"{"\u0061": true}"#, "a", false, 1),
        (r#"{"a"#, "a", false, 1),
        ("{'a'", "a", false, 1),
    ] {
        let mut scanner = scanner(text);
        scanner.skip_white_space();
        assert_eq!(scanner.first_member(0), Ok(true), "{text}");
        assert_eq!(scanner.expected_key(name, 0), Ok(expected), "{text}");
        assert_eq!(scanner.at(), at, "{text}");
    }
}

#[test]
fn owns_only_a_string_with_escapes() {
    for (text, expected, is_owned) in [
        (r#""""#, "", false),
        (r#""a""#, "a", false),
        (r#""nine bytes and é""#, "nine bytes and é", false),
        (r#""a\n""#, "a\n", true),
        (r#""\ud83d\ude00""#, "\u{1f600}", true),
    ] {
        let mut scanner = scanner(text);
        let string = scanner.string().unwrap();
        assert_eq!((&*string, scanner.at()), (expected, text.len()), "{text}");
        assert_eq!(matches!(string, Cow::Owned(_)), is_owned, "{text}");
    }
}

#[test]
fn steps_over_an_accepted_value_to_its_end() {
    for (value, rest) in [
        ("1", ""),
        ("1", ", 2"),
        ("-1.5e3", "\r\n}"),
        ("true", "}"),
        ("null", "\t]"),
        ("false", " ,"),
        (r#""a""#, r#", "b""#),
        (r#""a, ]} \" \\""#, "]"),
        ("[]", "]"),
        ("{}", "}"),
        ("[1, 2]", ", 3]"),
        ("[[], [[1], 2], {}]", "]"),
        (r#"{"a": [1, {"b": "]}"}], "c": 2}"#, r#", "d": [3]}"#),
        (r#"[{"a": {"b": "c"}}, "d"]"#, "}"),
    ] {
        let text = format!("{value}{rest}");
        let mut scanner = scanner(&text);
        scanner.skip_accepted();
        assert_eq!(scanner.at(), value.len(), "{text}");
    }
}

#[test]
fn marks_the_first_special_byte_lowest() {
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1F);
    for at in 0..8 {
        for byte in 0..=u8::MAX {
            for (before, after) in
                [(b'a', b'"'), (0xFF, 0), (b' ', b'!'), (b'#', b'['), (0x80, b']')]
            {
                let mut word = [after; 8];
                word[..at].fill(before);
                word[at] = byte;
                let expected = word.iter().position(is_special).unwrap_or(8);
                let marks = special_bytes(u64::from_le_bytes(word));
                assert_eq!((marks.trailing_zeros() / 8) as usize, expected, "{word:?}");
            }
        }
    }
}
