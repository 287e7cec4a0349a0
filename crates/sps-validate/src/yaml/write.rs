//! Values as YAML that readers of version 1.1 and of version 1.2 read alike.

use std::fmt::Write as _;

use crate::{
    json::{Member, Node, Value},
    yaml::plain::is_sure_text,
};

/// Writes a value as a YAML document: in blocks, indented by two spaces, with a final line break.
///
/// The keys keep their order. A text has quotes unless no reader can take it for anything else; a text of several lines is
/// a literal block where that keeps every character. The same value always has the same bytes.
///
/// ```
/// use serde_json::json;
/// use sps_validate::yaml::write;
/// let value = json!({"enabled": true, "name": "office", "time": "12:30", "zones": ["no", []]});
/// assert_eq!(write(&value), "\
/// enabled: true
/// name: office
/// time: \"12:30\"
/// zones:
///   - \"no\"
///   - []
/// ");
/// ```
pub fn write(value: &serde_json::Value) -> String {
    write_node(&Node::from(value))
}

/// Writes a node as [`write()`] does, with its keys in their order.
pub fn write_node(node: &Node<'_>) -> String {
    let mut out = String::new();
    match &node.value {
        Value::Array(items) if !items.is_empty() => list(&mut out, items, 0),
        Value::Object(members) if !members.is_empty() => mapping(&mut out, members, 0),
        scalar => {
            leaf(&mut out, scalar, 0);
            out.push('\n');
        }
    }
    out
}

/// Writes a text in one line, with quotes where a reader could take it for something else.
pub(crate) fn text_in_line(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 2);
    quoted(&mut out, text);
    out
}

/// Writes a text in one line, with quotes.
#[cfg(feature = "yaml")]
pub(crate) fn quoted_in_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quoted(&mut out, text);
    out
}

fn mapping(out: &mut String, members: &[Member<'_>], indent: usize) {
    for (index, member) in members.iter().enumerate() {
        // The first key of an item of a list follows its dash.
        if index > 0 || !out.ends_with("- ") {
            spaces(out, indent);
        }
        let key = text_in_line(&member.key);
        if key.chars().count() > MAX_SIMPLE_KEY {
            out.push_str("? ");
            out.push_str(&key);
            out.push('\n');
            spaces(out, indent);
        } else {
            out.push_str(&key);
        }
        out.push(':');
        match &member.value.value {
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                list(out, items, indent + 2);
            }
            Value::Object(members) if !members.is_empty() => {
                out.push('\n');
                mapping(out, members, indent + 2);
            }
            scalar => {
                out.push(' ');
                leaf(out, scalar, indent);
                out.push('\n');
            }
        }
    }
}

fn list(out: &mut String, items: &[Node<'_>], indent: usize) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 || !out.ends_with("- ") {
            spaces(out, indent);
        }
        out.push_str("- ");
        if let Some(line) = item.as_array().and_then(in_line)
            && indent + line.len() <= MAX_LINE
        {
            out.push_str(&line);
            out.push('\n');
            continue;
        }
        match &item.value {
            Value::Array(items) if !items.is_empty() => list(out, items, indent + 2),
            Value::Object(members) if !members.is_empty() => mapping(out, members, indent + 2),
            scalar => {
                leaf(out, scalar, indent);
                out.push('\n');
            }
        }
    }
}

/// A list in a list is in one line if that is short.
const MAX_LINE: usize = 80;

/// A list of scalars in brackets.
fn in_line(items: &[Node<'_>]) -> Option<String> {
    let item = |item: &Node<'_>| match &item.value {
        Value::Array(items) if items.is_empty() => Some("[]".to_owned()),
        Value::Array(_) | Value::Object(_) => None,
        Value::String(text) => Some(text_in_line(text)),
        scalar => {
            let mut out = String::new();
            leaf(&mut out, scalar, 0);
            Some(out)
        }
    };
    let items: Option<Vec<_>> = items.iter().map(item).collect();
    items.filter(|it| !it.is_empty()).map(|it| format!("[{}]", it.join(", ")))
}

/// The longest key without a question mark that every reader accepts, quotes included, is 1024 characters.
const MAX_SIMPLE_KEY: usize = 1_000;

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// Writes what has no members, without a final line break.
fn leaf(out: &mut String, value: &Value<'_>, indent: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(value) => out.push_str(&number(value)),
        Value::String(text) if is_literal(text) => literal(out, text, indent),
        Value::String(text) => out.push_str(&text_in_line(text)),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

/// Readers of YAML 1.1 take a number with an exponent for a text, unless it has a point and a sign.
fn number(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return text.to_owned() };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// Whether a text needs no quotes, whatever reads it. The rule is strict rather than clever.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 11] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];
    let is_inner = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | '+' | ' ' | '(' | ')')
    };
    // Such as the keys of notations.
    let word = text.strip_prefix('$').unwrap_or(text);
    word.starts_with(char::is_alphabetic)
        && text.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | ')'))
        && word.chars().all(is_inner)
        && is_sure_text(text)
        && !WORDS.iter().any(|it| it.eq_ignore_ascii_case(word))
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if !is_printable(other) => {
                let code = u32::from(other);
                // Writing to a String cannot fail.
                let _ = if code > 0xffff {
                    write!(out, "\\U{code:08x}")
                } else {
                    write!(out, "\\u{code:04x}")
                };
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Whether a character may be in a text as it is, for readers of both versions.
fn is_printable(character: char) -> bool {
    match character {
        // A line break of version 1.1, and the byte order mark.
        '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
        ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' => true,
        other => u32::from(other) >= 0x1_0000,
    }
}

/// Whether a literal block keeps a text as it is: lines that begin with no space, and at most one line break at the end.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    text.contains('\n')
        && !body.is_empty()
        && !body.starts_with('\n')
        && !body.ends_with('\n')
        && body.split('\n').all(|line| {
            !line.starts_with(' ')
                && !line.ends_with(' ')
                && line.chars().all(|it| is_printable(it) && it != '\t')
        })
}

fn literal(out: &mut String, text: &str, indent: usize) {
    let body = match text.strip_suffix('\n') {
        Some(body) => {
            out.push('|');
            body
        }
        None => {
            out.push_str("|-");
            text
        }
    };
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            spaces(out, indent + 2);
            out.push_str(line);
        }
    }
}
