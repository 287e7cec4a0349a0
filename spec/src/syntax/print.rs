//! From a [`Condition`] to its text.

use super::node::complete;
use crate::rule::{Charset, Condition, Literal};

/// How tightly the parts of a text hold together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Comparison,
    Alone,
}

/// Writes a condition in the syntax of spec files.
///
/// Reading the text gives the same condition, unless one that no text can say is inside: an empty list, or characters
/// that no set in `charsets` has.
pub(crate) fn print(condition: &Condition, charsets: &[Charset]) -> String {
    written(condition, charsets).0
}

/// The text, in parentheses where it would fall apart.
fn at_least(level: Level, condition: &Condition, charsets: &[Charset]) -> String {
    match written(condition, charsets) {
        (text, found) if found >= level => text,
        (text, _) => format!("({text})"),
    }
}

fn written(condition: &Condition, charsets: &[Charset]) -> (String, Level) {
    match condition {
        Condition::Equals(path, Literal::Bool(true)) => (path.join("."), Level::Alone),
        Condition::Equals(path, Literal::Bool(false)) => {
            (format!("!{}", path.join(".")), Level::Alone)
        }
        Condition::Equals(path, value) => {
            (format!("{} == {}", path.join("."), literal(value)), Level::Comparison)
        }
        Condition::In(path, values) => {
            let values: Vec<_> = values.iter().map(literal).collect();
            (format!("{} in [{}]", path.join("."), values.join(", ")), Level::Comparison)
        }
        Condition::Present(path) => (format!("present({})", path.join(".")), Level::Alone),
        Condition::Absent(path) => (format!("absent({})", path.join(".")), Level::Alone),
        Condition::Null(path) => (format!("{} == null", path.join(".")), Level::Comparison),
        Condition::Hex(path) => (format!("hex({})", path.join(".")), Level::Alone),
        Condition::All(parts) => (all(parts, charsets), Level::And),
        Condition::Any(parts) => match both_or_neither(parts) {
            Some((left, right)) => {
                let [left, right] = [left, right].map(|it| written(it, charsets).0);
                (format!("({left}) == ({right})"), Level::Comparison)
            }
            None => {
                let parts = parts.iter().map(|it| at_least(Level::Comparison, it, charsets));
                (parts.collect::<Vec<_>>().join(" || "), Level::Or)
            }
        },
        Condition::Not(inner) => not(inner, charsets),
        Condition::Length { path, min, max } => {
            count(&format!("size({})", path.join(".")), *min, *max)
        }
        Condition::HexLength { path, min, max } => {
            count(&format!("hex_digits({})", path.join(".")), *min, *max)
        }
        Condition::Range { path, min, max } => bounds(&path.join("."), *min, *max),
        Condition::Charset { path, chars } => {
            (charset(&path.join("."), chars, charsets), Level::Alone)
        }
        Condition::Format { path, format } => {
            (format!("format({}, '{}')", path.join("."), format.name()), Level::Alone)
        }
        Condition::Referent(path, inner) => {
            let plain = format!("referent({}).plain", path.join("."));
            match &**inner {
                Condition::Length { min, max, .. } => count(&format!("size({plain})"), *min, *max),
                Condition::Charset { chars, .. } => {
                    (charset(&plain, chars, charsets), Level::Alone)
                }
                other => (format!("{plain}: {}", print(other, charsets)), Level::Alone),
            }
        }
        Condition::Custom { name, inputs } => {
            let inputs: Vec<_> = inputs.iter().map(|path| path.join(".")).collect();
            (format!("{name}({})", inputs.join(", ")), Level::Alone)
        }
    }
}

fn all(parts: &[Condition], charsets: &[Charset]) -> String {
    let mut texts = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let (text, level) = written(part, charsets);
        // Two bounds of one member would be read as one condition.
        let joins = at > 0 && complete(&parts[at - 1], part).is_some();
        let is_range = level == Level::And && !matches!(part, Condition::All(_));
        texts.push(if joins || (level < Level::Comparison && !is_range) {
            format!("({text})")
        } else {
            text
        });
    }
    texts.join(" && ")
}

fn not(inner: &Condition, charsets: &[Charset]) -> (String, Level) {
    match inner {
        Condition::Equals(path, value) => {
            (format!("{} != {}", path.join("."), literal(value)), Level::Comparison)
        }
        Condition::Null(path) => (format!("{} != null", path.join(".")), Level::Comparison),
        _ => (format!("!{}", at_least(Level::Alone, inner, charsets)), Level::Alone),
    }
}

/// The two sides of `(a) == (b)`.
fn both_or_neither(parts: &[Condition]) -> Option<(&Condition, &Condition)> {
    let [Condition::All(both), Condition::Not(neither)] = parts else { return None };
    match (&both[..], &**neither) {
        ([left, right], Condition::Any(parts)) if parts == both => Some((left, right)),
        _ => None,
    }
}

fn count(of: &str, min: Option<u64>, max: Option<u64>) -> (String, Level) {
    match (min, max) {
        (Some(min), Some(max)) if min == max => (format!("{of} == {min}"), Level::Comparison),
        _ => bounds(of, min, max),
    }
}

fn bounds<T: std::fmt::Display>(of: &str, min: Option<T>, max: Option<T>) -> (String, Level) {
    match (min, max) {
        (Some(min), Some(max)) => (format!("{of} >= {min} && {of} <= {max}"), Level::And),
        (Some(min), None) => (format!("{of} >= {min}"), Level::Comparison),
        (None, Some(max)) => (format!("{of} <= {max}"), Level::Comparison),
        (None, None) => (of.to_owned(), Level::Alone),
    }
}

fn charset(of: &str, chars: &str, charsets: &[Charset]) -> String {
    let name = charsets.iter().find(|it| it.chars == chars).map_or(chars, |it| &it.name);
    format!("charset({of}, {})", quoted(name))
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Bool(it) => it.to_string(),
        Literal::Int(it) => it.to_string(),
        Literal::Str(it) => quoted(it),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '\'' => quoted.push_str("\\'"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    quoted
}
