//! Members of an object while it is read.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, MapAccess, Visitor},
    ser::SerializeMap,
};

use crate::{
    reader::Reader,
    wire::{Seed, Wire},
};

/// The place of one member while its object is read.
#[derive(Debug)]
pub struct Slot<T>(&'static str, Option<T>);

impl<T: Wire> Slot<T> {
    /// Makes an empty place for the member of this name.
    pub fn new(name: &'static str) -> Self {
        Self(name, None)
    }

    /// Reads the member.
    ///
    /// # Errors
    /// A second one, and whatever the type refuses.
    pub fn fill<'de, A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        reader: &Reader,
    ) -> Result<(), A::Error> {
        if self.1.is_some() {
            return Err(de::Error::duplicate_field(self.0));
        }
        self.1 = Some(map.next_value_seed(Seed::new(reader))?);
        Ok(())
    }

    /// Returns the member, or the value of a missing one.
    ///
    /// # Errors
    /// A missing member that is required.
    pub fn take<E: de::Error>(self) -> Result<T, E> {
        let Self(name, value) = self;
        value.or_else(T::absent).ok_or_else(|| E::missing_field(name))
    }
}

/// Writes a member, unless it is absent.
///
/// # Errors
/// Whatever the serializer refuses.
pub fn write_member<T: Wire, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    member: &T,
) -> Result<(), M::Error> {
    if member.is_absent() { Ok(()) } else { map.serialize_entry(name, member) }
}

/// Finds a key among the known ones without copying it.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a list of keys and nothing else")]
pub struct Keys(pub &'static [&'static str]);

/// Result of looking up a key in [`Keys`].
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a key is known or not")]
pub enum KeyMatch {
    /// The position of a known key.
    Known(usize),
    /// A key that is not known.
    Unknown(String),
}

impl<'de> DeserializeSeed<'de> for Keys {
    type Value = KeyMatch;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<KeyMatch, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Keys {
    type Value = KeyMatch;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<KeyMatch, E> {
        Ok(match self.0.iter().position(|known| *known == key) {
            Some(index) => KeyMatch::Known(index),
            None => KeyMatch::Unknown(key.to_owned()),
        })
    }
}

/// Reads one enum value.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the derive fills it in")]
pub struct EnumVisitor<F> {
    /// Finds the variant of a string.
    pub find: F,
    /// The known values, for the error.
    pub values: &'static [&'static str],
}

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for EnumVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an enum value")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<T, E> {
        // The value is not repeated: it may be a password in the wrong place.
        (self.find)(value)
            .ok_or_else(|| E::custom(format_args!("expected one of {}", self.values.join(", "))))
    }
}
