//! The part of the query language that the simulator understands.

use serde_json::{Value, json};

use crate::audit::Stored;

/// A search: all terms must match.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<Term>);

#[derive(Debug)]
struct Term {
    /// Dotted name of a member; `None` for a plain word, which may be anywhere.
    field: Option<String>,
    value: String,
    /// Whether the value ends in `*`, so that the text only has to begin with it.
    is_prefix: bool,
}

impl Query {
    /// Parses `field:value` and plain words, with `AND` or nothing between them. Parentheses have no effect then.
    ///
    /// # Errors
    ///
    /// Names what is not understood, such as `OR`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        let mut expects_term = false;
        let mut depth = 0_usize;
        while !rest.is_empty() {
            let (word, after) = word(rest)?;
            rest = after.trim_start();
            match word {
                "(" => depth += 1,
                ")" if depth == 0 || expects_term => {
                    return Err("a parenthesis is in excess".to_owned());
                }
                ")" => depth -= 1,
                "AND" | "&&" if terms.is_empty() || expects_term => {
                    return Err(format!("`{word}` needs a term before it"));
                }
                "AND" | "&&" => expects_term = true,
                "OR" | "NOT" | "||" | "!" => {
                    return Err(format!("the simulator does not understand `{word}`"));
                }
                _ => {
                    terms.push(term(word)?);
                    expects_term = false;
                }
            }
        }
        if expects_term {
            return Err("`AND` needs a term behind it".to_owned());
        }
        if depth > 0 {
            return Err("a parenthesis has no end".to_owned());
        }
        Ok(Self(terms))
    }

    /// Whether the query has no terms.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn matches(&self, stored: &Stored) -> bool {
        let is_in_content = |term: &Term| stored.session.contents().any(|it| term.is_in_text(it));
        self.0.iter().all(|term| match term.field.as_deref() {
            Some("content") => is_in_content(term),
            Some(field) => pointed(&stored.body, field).is_some_and(|it| term.is(it)),
            None => term.is_in(&stored.body) || is_in_content(term),
        })
    }

    /// Whether a text has all plain words. Terms with a field match by their value too.
    pub(crate) fn matches_text(&self, text: &Value) -> bool {
        self.0.iter().all(|it| it.is_in(text))
    }
}

impl Term {
    /// Whether a member is the value, or a list with it.
    fn is(&self, member: &Value) -> bool {
        match member {
            Value::Null => false,
            Value::Array(elements) => elements.iter().any(|it| self.is(it)),
            _ if self.is_prefix && self.value.is_empty() => true,
            Value::Object(_) => false,
            _ => {
                let text = leaf(member).to_lowercase();
                if self.is_prefix { text.starts_with(&self.value) } else { text == self.value }
            }
        }
    }

    /// Whether the value is anywhere in a text, or in the texts of an object.
    fn is_in(&self, value: &Value) -> bool {
        match value {
            Value::Object(members) => members.values().any(|it| self.is_in(it)),
            Value::Array(elements) => elements.iter().any(|it| self.is_in(it)),
            Value::String(text) => self.is_in_text(text),
            _ => false,
        }
    }

    fn is_in_text(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.value)
    }
}

/// Returns the member with this dotted name.
pub(crate) fn pointed<'a>(body: &'a Value, name: &str) -> Option<&'a Value> {
    name.split('.').try_fold(body, |place, part| place.get(part))
}

/// Sets the member with this dotted name, and makes the objects around it.
pub(crate) fn set(body: &mut Value, name: &str, value: Value) {
    let mut place = body;
    for part in name.split('.') {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[part];
    }
    *place = value;
}

/// Writes a value without the quotes of JSON.
pub(crate) fn leaf(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Takes the next parenthesis, or the next word up to a space or parenthesis outside of quotes. Keeps the quotes.
fn word(text: &str) -> Result<(&str, &str), String> {
    if text.starts_with(['(', ')']) {
        return Ok(text.split_at(1));
    }
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            it if (it.is_whitespace() || it == ')') && !is_quoted => return Ok(text.split_at(at)),
            _ => {}
        }
    }
    if is_quoted {
        return Err("a quote has no end".to_owned());
    }
    Ok((text, ""))
}

/// Takes the backslashes out of a quoted value.
fn unescaped(quoted: &str) -> String {
    let mut text = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        let escaped = if character == '\\' { characters.next() } else { None };
        text.push(escaped.unwrap_or(character));
    }
    text
}

fn term(word: &str) -> Result<Term, String> {
    let is_name = |it: &str| {
        !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"._".contains(&it))
    };
    let (field, value) = match word.split_once(':') {
        Some((field, value)) if is_name(field) => (Some(field.to_owned()), value),
        _ => (None, word),
    };
    if let Some(quoted) = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        return Ok(Term { field, value: unescaped(quoted).to_lowercase(), is_prefix: false });
    }
    if field.is_none() && value.starts_with('*') {
        return Err("a term must not begin with `*`".to_owned());
    }
    let (text, is_prefix) = value.strip_suffix('*').map_or((value, false), |it| (it, true));
    let is_plain = !text.starts_with(['+', '-', '!', '/', '>', '<'])
        && !text.contains(['(', ')', '[', ']', '{', '}', '~', '^', '?', '*', '\\', '"']);
    if !is_plain || (text.is_empty() && !is_prefix) {
        return Err(format!(
            "the simulator does not understand `{word}`; it takes field:value and words"
        ));
    }
    Ok(Term { field, value: text.to_lowercase(), is_prefix })
}
