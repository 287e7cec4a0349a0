//! garde at both edges: our types for callers of garde, and garde's types inside ours.

use garde::{Path, Validate};
use serde::{Deserializer, Serialize, Serializer, de::DeserializeOwned};
use sps_validate::{Context, Kind};

use crate::{
    check::check,
    exchange::Exchange,
    reader::Reader,
    unknown::Any,
    wire::{Describe, Wire},
};

/// `garde::Validate` for a request type: every error of [`check`], at its place, in wire names.
pub fn validate_into<T: Describe>(
    value: &T,
    parent: &mut dyn FnMut() -> Path,
    report: &mut garde::Report,
) {
    for diagnostic in check(value, &Context::default()).errors() {
        let path = diagnostic.pointer.split('/').skip(1).fold(parent(), |path, segment| {
            let name = sps_validate::json::unescape_pointer_segment(segment);
            match name.parse::<usize>() {
                Ok(index) => path.join(index),
                Err(_) => path.join(name.into_owned()),
            }
        });
        let message = format!("{} ({}); {}", diagnostic.message, diagnostic.code, diagnostic.help);
        report.append(path, garde::Error::new(message));
    }
}

/// A nested type that only garde knows; `#[resource(garde)]` on a field wraps it in this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper and nothing else")]
pub struct Foreign<T>(pub T);

impl<T> From<T> for Foreign<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: Serialize> Serialize for Foreign<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: Serialize + DeserializeOwned> Wire for Foreign<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        // Through a value that counts depth and keys and refuses repeated ones: the type does not.
        let value = Any::read(deserializer, reader)?.into_value();
        T::deserialize(value).map(Self).map_err(serde::de::Error::custom)
    }
}

impl<T> Exchange for Foreign<T>
where
    T: Serialize + DeserializeOwned + Validate,
    T::Context: Default,
{
    type Response = Self;

    fn from_response(response: Self) -> Self {
        response
    }
}

impl<T> Describe for Foreign<T>
where
    T: Serialize + DeserializeOwned + Validate,
    T::Context: Default,
{
    const KIND: Kind = Kind::Foreign(breaches::<T>);
}

/// Checks a JSON text with garde; returns pointers and messages.
fn breaches<T>(text: &str) -> Vec<(String, String)>
where
    T: DeserializeOwned + Validate,
    T::Context: Default,
{
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Any::read(&mut deserializer, &Reader::request());
    let Ok(value) = read.and_then(|value| T::deserialize(value.into_value())) else {
        let message = "the type of this member cannot be read from this value";
        return vec![(String::new(), message.to_owned())];
    };
    let Err(report) = value.validate_with(&T::Context::default()) else { return Vec::new() };
    report.iter().map(|(path, error)| (pointer(&path.to_string()), error.to_string())).collect()
}

/// garde writes `a.b[0].c`; a pointer is `/a/b/0/c`.
fn pointer(path: &str) -> String {
    path.split(['.', '[', ']']).filter(|part| !part.is_empty()).fold(
        String::new(),
        |mut pointer, part| {
            pointer.push('/');
            pointer.push_str(&sps_validate::json::escape_pointer_segment(part));
            pointer
        },
    )
}
