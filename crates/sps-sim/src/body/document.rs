//! JSON as it was sent: unlike a `serde_json::Value`, it may hold the same key twice.

use std::{collections::HashMap, fmt};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::Mode;

/// One JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Doc {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Self>),
    /// Members in the order of the text, repeated keys included.
    Object(Vec<(String, Self)>),
}

impl Doc {
    /// Parses a text. A lenient reader keeps only the last of several equal keys.
    pub(super) fn parse(text: &[u8], mode: Mode) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|error| format!("not UTF-8: {error}"))?;
        let doc: Self = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
        Ok(match mode {
            Mode::Lenient => doc.deduplicated(),
            Mode::Strict => doc,
        })
    }

    fn deduplicated(self) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.into_iter().map(Self::deduplicated).collect()),
            Self::Object(members) => {
                let mut indexes = HashMap::new();
                let mut kept: Vec<(String, Self)> = Vec::new();
                for (key, value) in members {
                    let index = *indexes.entry(key.clone()).or_insert(kept.len());
                    let value = value.deduplicated();
                    match kept.get_mut(index) {
                        Some(member) => member.1 = value,
                        None => kept.push((key, value)),
                    }
                }
                Self::Object(kept)
            }
            scalar => scalar,
        }
    }

    /// Returns the member with this key, if this is an object that has one.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Returns the text, if this is a string.
    pub(super) fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// Returns the number, if it is written as an integer of 64 bits. `80.0` and `-0` are not.
    pub(super) fn as_int(&self) -> Option<i128> {
        let Self::Number(number) = self else { return None };
        number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
    }

    /// Returns the type in words.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Returns the nesting depth of lists and objects: 0 for a scalar.
    pub(super) fn depth(&self) -> usize {
        let inner = match self {
            Self::Array(items) => items.iter().map(Self::depth).max(),
            Self::Object(members) => members.iter().map(|(_, value)| value.depth()).max(),
            _ => return 0,
        };
        1 + inner.unwrap_or(0)
    }

    /// Returns the number of members of its largest object.
    pub(super) fn most_keys(&self) -> usize {
        match self {
            Self::Array(items) => items.iter().map(Self::most_keys).max().unwrap_or(0),
            Self::Object(members) => {
                let inner = members.iter().map(|(_, value)| value.most_keys()).max();
                members.len().max(inner.unwrap_or(0))
            }
            _ => 0,
        }
    }

    /// Converts to a `serde_json::Value`, which keeps the last of several equal keys.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => Value::Number(number.clone()),
            Self::String(text) => Value::String(text.clone()),
            Self::Array(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Self::Object(members) => {
                let members = members.iter().map(|(key, value)| (key.clone(), value.to_value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

impl From<&Value> for Doc {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(members) => Self::Object(
                members.iter().map(|(key, value)| (key.clone(), Self::from(value))).collect(),
            ),
        }
    }
}

impl<'de> Deserialize<'de> for Doc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DocVisitor)
    }
}

struct DocVisitor;

impl<'de> Visitor<'de> for DocVisitor {
    type Value = Doc;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Doc, E> {
        Ok(Doc::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Doc, E> {
        Ok(Doc::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Doc, E> {
        Ok(Doc::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Doc, E> {
        Ok(Doc::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Doc, E> {
        Number::from_f64(value)
            .map(Doc::Number)
            .ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Doc, E> {
        Ok(Doc::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Doc, E> {
        Ok(Doc::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Doc, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Doc::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Doc, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Doc::Object(object))
    }
}
