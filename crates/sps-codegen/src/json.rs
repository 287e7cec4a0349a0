//! JSON values whose members keep their order.

use std::fmt;

use sps_spec::Literal;

/// Columns that a list may take on one line.
const WIDEST: usize = 60;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Str(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    /// The value at these names, through objects only.
    pub(crate) fn at(&self, path: &[String]) -> Option<&Self> {
        let [name, rest @ ..] = path else { return Some(self) };
        match self {
            Self::Object(members) => {
                members.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.at(rest))
            }
            _ => None,
        }
    }

    /// About how many columns it takes on one line; none for an object with members, which is never put on one.
    fn width(&self) -> Option<usize> {
        Some(match self {
            Self::Null => 4,
            Self::Bool(_) => 5,
            Self::Int(it) => it.to_string().len(),
            Self::Str(it) => it.chars().count() + 2,
            Self::List(elements) => {
                let widths = elements.iter().map(Self::width);
                widths.sum::<Option<usize>>()? + 2 * elements.len().max(1)
            }
            Self::Object(members) if members.is_empty() => 2,
            Self::Object(_) => return None,
        })
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }
}

impl From<bool> for Json {
    fn from(it: bool) -> Self {
        Self::Bool(it)
    }
}

impl From<i64> for Json {
    fn from(it: i64) -> Self {
        Self::Int(it)
    }
}

impl From<&str> for Json {
    fn from(it: &str) -> Self {
        Self::Str(it.to_owned())
    }
}

impl From<String> for Json {
    fn from(it: String) -> Self {
        Self::Str(it)
    }
}

impl From<&Literal> for Json {
    fn from(it: &Literal) -> Self {
        match it {
            Literal::Bool(it) => Self::Bool(*it),
            Literal::Int(it) => Self::Int(*it),
            Literal::Str(it) => Self::Str(it.clone()),
        }
    }
}

/// Pretty, with two spaces for each level and no final newline. A short list without objects stays on one line.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, f, 0)
    }
}

fn write(json: &Json, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
    let inner = (depth + 1) * 2;
    let outer = depth * 2;
    match json {
        Json::Null => f.write_str("null"),
        Json::Bool(it) => write!(f, "{it}"),
        Json::Int(it) => write!(f, "{it}"),
        Json::Str(it) => string(it, f),
        Json::List(elements) if elements.is_empty() => f.write_str("[]"),
        Json::List(_) if json.width().is_some_and(|width| width <= WIDEST) => inline(json, f),
        Json::List(elements) => {
            f.write_str("[")?;
            for (at, element) in elements.iter().enumerate() {
                let comma = if at == 0 { "" } else { "," };
                write!(f, "{comma}\n{:inner$}", "")?;
                write(element, f, depth + 1)?;
            }
            write!(f, "\n{:outer$}]", "")
        }
        Json::Object(members) if members.is_empty() => f.write_str("{}"),
        Json::Object(members) => {
            f.write_str("{")?;
            for (at, (name, value)) in members.iter().enumerate() {
                let comma = if at == 0 { "" } else { "," };
                write!(f, "{comma}\n{:inner$}", "")?;
                string(name, f)?;
                f.write_str(": ")?;
                write(value, f, depth + 1)?;
            }
            write!(f, "\n{:outer$}}}", "")
        }
    }
}

fn inline(json: &Json, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Json::List(elements) = json else { return write(json, f, 0) };
    f.write_str("[")?;
    for (at, element) in elements.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { ", " })?;
        inline(element, f)?;
    }
    f.write_str("]")
}

fn string(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_a_json_reader_takes() {
        let value = Json::Object(vec![
            ("a\"b".to_owned(), Json::Str("\u{1}\n\\é".to_owned())),
            ("empty".to_owned(), Json::List(vec![Json::List(vec![]), Json::Object(vec![])])),
            ("n".to_owned(), Json::Int(-3)),
            ("long".to_owned(), Json::List(vec![Json::Str("x".repeat(80))])),
            (
                "objects".to_owned(),
                Json::List(vec![Json::Object(vec![("a".to_owned(), Json::Null)])]),
            ),
        ]);
        let expected = format!(
            r#"{{
  "a\"b": "\u0001\n\\é",
  "empty": [[], {{}}],
  "n": -3,
  "long": [
    "{}"
  ],
  "objects": [
    {{
      "a": null
    }}
  ]
}}"#,
            "x".repeat(80)
        );
        assert_eq!(value.to_string(), expected);
    }
}
