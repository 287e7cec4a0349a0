//! Facts of a finding for machines.

use serde::{Serialize, Serializer};

/// A bound or an allowed value of a diagnostic.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Param {
    /// A number, such as a maximum.
    Int(i128),
    /// A text, such as the expected kind.
    Text(String),
    /// The allowed values.
    Values(Vec<String>),
}

impl Serialize for Param {
    /// A number of more than 64 bits becomes a string, for few JSON readers take it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Int(number) => match (i64::try_from(*number), u64::try_from(*number)) {
                (Ok(number), _) => serializer.serialize_i64(number),
                (_, Ok(number)) => serializer.serialize_u64(number),
                _ => serializer.collect_str(number),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::Values(values) => values.serialize(serializer),
        }
    }
}

impl From<i128> for Param {
    fn from(value: i128) -> Self {
        Self::Int(value)
    }
}

impl From<usize> for Param {
    fn from(value: usize) -> Self {
        Self::Int(i128::try_from(value).unwrap_or(i128::MAX))
    }
}

impl From<String> for Param {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Vec<String>> for Param {
    fn from(value: Vec<String>) -> Self {
        Self::Values(value)
    }
}
