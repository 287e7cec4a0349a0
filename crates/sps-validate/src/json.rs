//! A JSON scanner that keeps the byte span of every value, which serde's data model loses.
//!
//! [`scan`] accepts exactly what reading into a `serde_json::Value` accepts, with two differences: it
//! has [`Limits`](crate::limits::Limits), and it keeps repeated keys, in order, for its caller to check.

mod intruder;
mod number;
mod pointer;
mod scanner;
mod syntax;
mod write;

use std::borrow::Cow;

use crate::span::Span;

pub(crate) use scanner::Scanner;
pub(crate) use write::write_string;

pub use number::{Int, int};
pub use pointer::{escape_pointer_segment, unescape_pointer_segment};
pub use scanner::scan;
pub use syntax::SyntaxError;

/// A JSON value and its place in the text.
///
/// # Example
///
/// ```
/// use sps_validate::json::{self, ScanError};
/// use sps_validate::limits::Limits;
///
/// # fn main() -> Result<(), ScanError> {
/// let text = r#"{ "enabled": true, "port": 162 }"#;
/// let node = json::scan(text, &Limits::default())?;
/// let port = node.get("port").expect("it is there");
/// assert_eq!(port.kind_name(), "number");
/// assert_eq!(port.span.of(text), Some("162"));
/// # Ok(()) }
/// ```
#[expect(clippy::exhaustive_structs, reason = "a value and its place; readers take it apart")]
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    /// The bytes of the value, without white space around it; a string's include its quotes.
    pub span: Span,
    /// The value.
    pub value: Value<'a>,
}

impl<'a> Node<'a> {
    /// The kind of the value, as JSON calls it: `object`, `array`, `string`, `number`, `boolean`
    /// or `null`.
    pub const fn kind_name(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// The value of `key`; of the first one, when the key is repeated.
    ///
    /// `None` when the key is absent or this is not an object. Takes time linear to the members.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members()?.iter().find(|member| member.key == key).map(|member| &member.value)
    }

    /// The decoded text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    /// The value, when this is a boolean.
    pub const fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(value) = self.value { Some(value) } else { None }
    }

    /// The elements, when this is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Value::Array(elements) = &self.value { Some(elements) } else { None }
    }

    /// The members in the order of the text, repeated keys included, when this is an object.
    pub fn members(&self) -> Option<&[Member<'a>]> {
        if let Value::Object(members) = &self.value { Some(members) } else { None }
    }

    /// The value as JSON in one line: numbers as they are written, repeated keys included.
    ///
    /// ```
    /// use sps_validate::{Limits, json};
    /// let node = json::scan("{ \"port\": 1.0, \"a\": [] }", &Limits::default())?;
    /// assert_eq!(node.to_json(), r#"{"port":1.0,"a":[]}"#);
    /// # Ok::<(), json::ScanError>(())
    /// ```
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        match &self.value {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(token) => out.push_str(token),
            Value::String(text) => write_string(out, text),
            Value::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    item.write_json(out);
                }
                out.push(']');
            }
            Value::Object(members) => {
                out.push('{');
                for (index, member) in members.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    write_string(out, &member.key);
                    out.push(':');
                    member.value.write_json(out);
                }
                out.push('}');
            }
        }
    }

    /// Whether this is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }
}

impl<'a> From<&'a serde_json::Value> for Node<'a> {
    /// A value without a text: every span is empty.
    fn from(value: &'a serde_json::Value) -> Self {
        let value = match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(it) => Value::Bool(*it),
            serde_json::Value::Number(it) => Value::Number(it.to_string().into()),
            serde_json::Value::String(it) => Value::String(it.into()),
            serde_json::Value::Array(items) => Value::Array(items.iter().map(Self::from).collect()),
            serde_json::Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(key, value)| Member {
                        key: key.into(),
                        key_span: Span::at(0),
                        value: Self::from(value),
                    })
                    .collect(),
            ),
        };
        Self { span: Span::at(0), value }
    }
}

/// What a [`Node`] holds. JSON has these six kinds and will not get another.
#[expect(clippy::exhaustive_enums, reason = "JSON is finished")]
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written, such as `-1.50e3`; see [`int`]. Of YAML, as JSON would write it.
    Number(Cow<'a, str>),
    /// A string with its escapes decoded; borrowed when it has none.
    String(Cow<'a, str>),
    /// The elements of an array.
    Array(Vec<Node<'a>>),
    /// The members of an object in the order of the text, repeated keys included.
    Object(Vec<Member<'a>>),
}

/// A key of an object and its value.
#[expect(clippy::exhaustive_structs, reason = "a key, its place and its value")]
#[derive(Debug, Clone, PartialEq)]
pub struct Member<'a> {
    /// The key with its escapes decoded, so `"\u0065nabled"` is `enabled`.
    pub key: Cow<'a, str>,
    /// The bytes of the key, its quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Node<'a>,
}

/// Why a text was not read, and where. Never repeats a part of the text.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanError {
    /// The text is not JSON.
    Syntax {
        /// Offset, in bytes, of the unexpected character; of the opening quote for a string that never
        /// ends.
        at: usize,
        /// What was expected there.
        expected: SyntaxError,
    },
    /// The text may be JSON, and is larger than allowed.
    Limit {
        /// Which limit.
        limit: LimitKind,
        /// Offset, in bytes, of the excess: the first byte over the length, the opening bracket of the
        /// container, or the opening quote of the key.
        at: usize,
        /// The limit that was enforced.
        allowed: usize,
    },
}

impl ScanError {
    /// Offset, in bytes, of the mistake.
    pub const fn at(&self) -> usize {
        match self {
            Self::Syntax { at, .. } | Self::Limit { at, .. } => *at,
        }
    }
}

impl std::error::Error for ScanError {}

/// Which of the [`Limits`](crate::limits::Limits) a document exceeds.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitKind {
    /// [`Limits::bytes`](crate::limits::Limits::bytes).
    Bytes,
    /// [`Limits::depth`](crate::limits::Limits::depth).
    Depth,
    /// [`Limits::keys`](crate::limits::Limits::keys).
    Keys,
    /// [`Limits::nodes`](crate::limits::Limits::nodes).
    Nodes,
}

impl LimitKind {
    /// The field of [`Limits`](crate::limits::Limits): `bytes`, `depth`, `keys` or `nodes`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Depth => "depth",
            Self::Keys => "keys",
            Self::Nodes => "nodes",
        }
    }
}
