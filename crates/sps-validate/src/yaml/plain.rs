//! Plain scalars: how YAML 1.2 and YAML 1.1 read a text without quotes.

use std::fmt;

/// What a reader takes a plain scalar for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reading {
    /// A text.
    Text,
    /// Null.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as JSON writes it.
    Number(String),
    /// A number that JSON cannot write: an infinity, NaN, or one with too many digits.
    Unwritable,
    /// A date, perhaps with a time.
    Date,
}

impl fmt::Display for Reading {
    /// Writes the reading in English, such as `8` or `a text`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("a text"),
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            // A message must not become as long as the number.
            Self::Number(token) if token.len() > MAX_SHOWN => f.write_str("a number"),
            Self::Number(token) => f.write_str(token),
            Self::Unwritable => f.write_str("a number that JSON does not have"),
            Self::Date => f.write_str("a date"),
        }
    }
}

/// The longest number that a message shows.
const MAX_SHOWN: usize = 40;

/// Reads a plain scalar by the core schema of YAML 1.2 (section 10.3.2).
///
/// ```
/// use sps_validate::yaml::{Reading, core_schema};
/// assert_eq!(core_schema("0x50"), Reading::Number("80".to_owned()));
/// assert_eq!(core_schema("yes"), Reading::Text);
/// ```
pub fn core_schema(text: &str) -> Reading {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Reading::Null,
        "true" | "True" | "TRUE" => return Reading::Bool(true),
        "false" | "False" | "FALSE" => return Reading::Bool(false),
        _ => {}
    }
    if !may_be_special(text) {
        return Reading::Text;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(false, digits, 16).unwrap_or(Reading::Text);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(false, digits, 8).unwrap_or(Reading::Text);
    }
    let (sign, digits) = signed(text);
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Reading::Unwritable;
    }
    if sign.is_empty() && matches!(digits, ".nan" | ".NaN" | ".NAN") {
        return Reading::Unwritable;
    }
    decimal(sign, digits).unwrap_or(Reading::Text)
}

/// Reads a plain scalar as readers of YAML 1.1 do: its type repository, and where it differs, `PyYAML`.
///
/// ```
/// use sps_validate::yaml::{Reading, yaml_1_1};
/// assert_eq!(yaml_1_1("yes"), Reading::Bool(true));
/// assert_eq!(yaml_1_1("12:30"), Reading::Number("750".to_owned()));
/// assert_eq!(yaml_1_1("010"), Reading::Number("8".to_owned()));
/// ```
pub fn yaml_1_1(text: &str) -> Reading {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Reading::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Reading::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Reading::Bool(false);
        }
        _ => {}
    }
    if !may_be_special(text) {
        return Reading::Text;
    }
    if is_date(text) {
        return Reading::Date;
    }
    let (sign, digits) = signed(text);
    if matches!(digits, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Reading::Unwritable;
    }
    let is_negative = sign == "-";
    let plain = digits.replace('_', "");
    if let Some(hex) = plain.strip_prefix("0x") {
        return radix(is_negative, hex, 16).unwrap_or(Reading::Text);
    }
    if let Some(binary) = plain.strip_prefix("0b") {
        return radix(is_negative, binary, 2).unwrap_or(Reading::Text);
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Reading::Text;
    }
    if digits.contains(':') {
        return sexagesimal(is_negative, &plain).unwrap_or(Reading::Text);
    }
    match plain.strip_prefix('0') {
        // A number that begins with zero is octal, and with another digit than those it is a text.
        Some(rest) if !rest.is_empty() && rest.bytes().all(|it| it.is_ascii_digit()) => {
            return radix(is_negative, rest, 8).unwrap_or(Reading::Text);
        }
        _ => {}
    }
    // An exponent needs a point before it and a sign.
    if let Some(at) = plain.find(['e', 'E']) {
        let has_sign = plain.get(at + 1..).is_some_and(|it| it.starts_with(['+', '-']));
        if !has_sign || !plain[..at].contains('.') {
            return Reading::Text;
        }
    }
    decimal(sign, &plain).unwrap_or(Reading::Text)
}

/// Whether every reader takes a plain scalar for this very text.
pub(super) fn is_sure_text(text: &str) -> bool {
    core_schema(text) == Reading::Text && yaml_1_1(text) == Reading::Text
}

/// Most texts begin with a letter and need no closer look.
fn may_be_special(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))
}

fn signed(text: &str) -> (&str, &str) {
    match text.as_bytes().first() {
        Some(b'+' | b'-') => text.split_at(1),
        _ => ("", text),
    }
}

/// Reads digits of another base than ten; `None` if they are not.
fn radix(is_negative: bool, digits: &str, base: u32) -> Option<Reading> {
    if digits.is_empty() || !digits.chars().all(|it| it.is_digit(base)) {
        return None;
    }
    let sign = if is_negative { "-" } else { "" };
    Some(match u128::from_str_radix(digits, base) {
        Ok(value) => Reading::Number(format!("{sign}{value}")),
        Err(_) => Reading::Unwritable,
    })
}

/// Reads `1:30:00` or `1:30.5`, digits to the base of sixty.
fn sexagesimal(is_negative: bool, digits: &str) -> Option<Reading> {
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    if fraction.is_some_and(|it| !it.bytes().all(|it| it.is_ascii_digit())) {
        return None;
    }
    let mut parts = whole.split(':');
    let first = parts.next()?;
    // Without a point, the first digit is not zero: `09:30` is a text.
    let is_first = !first.is_empty()
        && first.bytes().all(|it| it.is_ascii_digit())
        && (fraction.is_some() || !first.starts_with('0'));
    if !is_first {
        return None;
    }
    let mut sum = first.parse::<u128>().ok();
    for part in parts {
        let is_part = match part.as_bytes() {
            [one] => one.is_ascii_digit(),
            [ten, one] => matches!(ten, b'0'..=b'5') && one.is_ascii_digit(),
            _ => false,
        };
        if !is_part {
            return None;
        }
        let value = part.parse::<u128>().ok()?;
        sum = sum.and_then(|sum| sum.checked_mul(60)?.checked_add(value));
    }
    let sign = if is_negative { "-" } else { "" };
    Some(match (sum, fraction) {
        (None, _) => Reading::Unwritable,
        (Some(sum), None) => Reading::Number(format!("{sign}{sum}")),
        (Some(sum), Some(fraction)) => {
            let fraction = if fraction.is_empty() { "0" } else { fraction };
            Reading::Number(format!("{sign}{sum}.{fraction}"))
        }
    })
}

/// Reads decimal digits with an optional point and exponent, and writes them as JSON does, digit by digit.
fn decimal(sign: &str, text: &str) -> Option<Reading> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], &text[at..]),
        None => (text, ""),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let has_digits = !whole.is_empty() || fraction.is_some_and(|it| !it.is_empty());
    if !has_digits || !is_digits(whole) || !fraction.is_none_or(is_digits) {
        return None;
    }
    if let Some(power) = exponent.get(1..) {
        let (_, digits) = signed(power);
        if digits.is_empty() || !is_digits(digits) {
            return None;
        }
    }
    let mut token = String::with_capacity(text.len() + 2);
    if sign == "-" {
        token.push('-');
    }
    let trimmed = whole.trim_start_matches('0');
    token.push_str(if trimmed.is_empty() { "0" } else { trimmed });
    if let Some(fraction) = fraction {
        token.push('.');
        token.push_str(if fraction.is_empty() { "0" } else { fraction });
    }
    token.push_str(exponent);
    let may_overflow = !exponent.is_empty() || token.len() > 300;
    if may_overflow && serde_json::from_str::<f64>(&token).is_err() {
        return Some(Reading::Unwritable);
    }
    Some(Reading::Number(token))
}

/// Whether it is a date, or a date and a time, as the timestamp of YAML 1.1.
fn is_date(text: &str) -> bool {
    let Some((year, rest)) = text.split_once('-') else { return false };
    let Some((month, rest)) = rest.split_once('-') else { return false };
    let is_digits = |it: &str, least: usize, most: usize| {
        (least..=most).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit())
    };
    if !is_digits(year, 4, 4) || !is_digits(month, 1, 2) {
        return false;
    }
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, time) = rest.split_at(length);
    if time.is_empty() {
        return is_digits(month, 2, 2) && is_digits(day, 2, 2);
    }
    let clock = time.trim_start_matches(['T', 't', ' ', '\t']);
    let mut parts = clock.splitn(3, ':');
    is_digits(day, 1, 2)
        && clock.len() < time.len()
        && parts.next().is_some_and(|it| is_digits(it, 1, 2))
        && parts.next().is_some_and(|it| is_digits(it, 2, 2))
        && parts.next().is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(token: &str) -> Reading {
        Reading::Number(token.to_owned())
    }

    #[test]
    fn the_two_versions_read_a_plain_scalar_as_their_specifications_say() {
        for (text, core, old) in [
            ("", Reading::Null, Reading::Null),
            ("~", Reading::Null, Reading::Null),
            ("True", Reading::Bool(true), Reading::Bool(true)),
            ("yes", Reading::Text, Reading::Bool(true)),
            ("Off", Reading::Text, Reading::Bool(false)),
            ("yEs", Reading::Text, Reading::Text),
            ("3", number("3"), number("3")),
            ("+3", number("3"), number("3")),
            ("-0", number("-0"), number("-0")),
            ("010", number("10"), number("8")),
            ("08", number("8"), Reading::Text),
            ("-08", number("-8"), Reading::Text),
            ("018561471342", number("18561471342"), Reading::Text),
            ("0o12", number("10"), Reading::Text),
            ("0x50", number("80"), number("80")),
            ("-0x50", Reading::Text, number("-80")),
            ("0b11", Reading::Text, number("3")),
            ("1_000", Reading::Text, number("1000")),
            ("12:30", Reading::Text, number("750")),
            ("190:20:30", Reading::Text, number("685230")),
            ("09:30", Reading::Text, Reading::Text),
            ("1:60", Reading::Text, Reading::Text),
            ("1.10", number("1.10"), number("1.10")),
            ("20180510.001", number("20180510.001"), number("20180510.001")),
            ("9007199254740993", number("9007199254740993"), number("9007199254740993")),
            ("0.", number("0.0"), number("0.0")),
            (".5", number("0.5"), number("0.5")),
            (".", Reading::Text, Reading::Text),
            ("1.2.3", Reading::Text, Reading::Text),
            ("10.0.0.1", Reading::Text, Reading::Text),
            ("25921e05", number("25921e05"), Reading::Text),
            ("1.5e+3", number("1.5e+3"), number("1.5e+3")),
            ("1e999", Reading::Unwritable, Reading::Text),
            (".inf", Reading::Unwritable, Reading::Unwritable),
            ("-.INF", Reading::Unwritable, Reading::Unwritable),
            (".nan", Reading::Unwritable, Reading::Unwritable),
            ("2018-05-10", Reading::Text, Reading::Date),
            ("2018-5-1 10:00:00", Reading::Text, Reading::Date),
            ("2018-05", Reading::Text, Reading::Text),
            ("-", Reading::Text, Reading::Text),
            ("1e", Reading::Text, Reading::Text),
            ("office", Reading::Text, Reading::Text),
            ("2001:db8::1", Reading::Text, Reading::Text),
        ] {
            assert_eq!(core_schema(text), core, "{text} in YAML 1.2");
            assert_eq!(yaml_1_1(text), old, "{text} in YAML 1.1");
        }
    }
}
