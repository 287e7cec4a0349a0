//! Number tokens as integers.

/// A JSON number token read as an integer.
#[expect(
    clippy::exhaustive_enums,
    reason = "a number is an integer that fits, one that does not, or not an integer"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Int {
    /// An integer that fits `i64` or `u64`:
    /// `-9223372036854775808 <= value <= 18446744073709551615`.
    Value(i128),
    /// An integer outside that range.
    TooLarge,
    /// Not an integer by its spelling: `-0`, `80.0`, `8e1`; also any text that is not a JSON number.
    NotInteger,
}

/// Reads a number token as an integer.
///
/// The spelling decides, as with `serde_json`, which reads `80.0`, `8e1` and `-0` as floating
/// point numbers. Total: a text that is not a JSON number is [`Int::NotInteger`].
///
/// # Example
///
/// ```
/// use sps_validate::json::{Int, int};
///
/// assert_eq!(int("-7"), Int::Value(-7));
/// assert_eq!(int("18446744073709551616"), Int::TooLarge);
/// assert_eq!(int("80.0"), Int::NotInteger);
/// ```
pub fn int(token: &str) -> Int {
    let (negative, digits) = match token.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, token),
    };
    let canonical = match digits.as_bytes() {
        [b'0'] => !negative,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !canonical {
        return Int::NotInteger;
    }
    let value = if negative {
        token.parse::<i64>().map(i128::from)
    } else {
        token.parse::<u64>().map(i128::from)
    };
    value.map_or(Int::TooLarge, Int::Value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spelling_decides() {
        for (token, expected) in [
            ("0", Int::Value(0)),
            ("7", Int::Value(7)),
            ("-1", Int::Value(-1)),
            ("9223372036854775807", Int::Value(i128::from(i64::MAX))),
            ("9223372036854775808", Int::Value(9_223_372_036_854_775_808)),
            ("18446744073709551615", Int::Value(i128::from(u64::MAX))),
            ("18446744073709551616", Int::TooLarge),
            ("-9223372036854775808", Int::Value(i128::from(i64::MIN))),
            ("-9223372036854775809", Int::TooLarge),
            ("100000000000000000000000000000000000000000000", Int::TooLarge),
            ("-0", Int::NotInteger),
            ("80.0", Int::NotInteger),
            ("8e1", Int::NotInteger),
            ("8E1", Int::NotInteger),
            ("", Int::NotInteger),
            ("-", Int::NotInteger),
            ("+1", Int::NotInteger),
            ("-+1", Int::NotInteger),
            ("007", Int::NotInteger),
            ("-01", Int::NotInteger),
            ("1é", Int::NotInteger),
            ("true", Int::NotInteger),
        ] {
            assert_eq!(int(token), expected, "{token}");
        }
    }

    proptest! {
        /// Exactly the numbers that `serde_json` keeps as integers are integers.
        #[test]
        fn agrees_with_serde_json(token in "-?(0|[1-9][0-9]{0,24})(\\.[0-9])?(e[0-9])?") {
            let value: serde_json::Value = serde_json::from_str(&token).unwrap();
            let expected = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
            match int(&token) {
                Int::Value(value) => prop_assert_eq!(Some(value), expected),
                Int::TooLarge | Int::NotInteger => prop_assert_eq!(None, expected),
            }
        }

        #[test]
        fn never_panics(token in ".*") {
            int(&token);
        }
    }
}
