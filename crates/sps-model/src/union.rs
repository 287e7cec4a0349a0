//! Unions: objects of a tag and the content that the tag decides.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, MapAccess, Visitor},
};

use crate::{
    reader::Reader,
    slot::{KeyMatch, Keys},
    unknown::{Any, Unknown, UnknownFields, opaque},
    wire::{Seed, Wire},
};

/// A union: an object of a tag and the content that the tag decides.
pub trait Union: Wire {
    /// The keys of the tag and of the content.
    const KEYS: &'static [&'static str; 2];
    /// The values of the tag.
    const TAGS: &'static [&'static str];

    /// Whether requests may have other values of the tag.
    const OPEN: bool = false;

    /// The variant without content at this position; `None` if it has one.
    fn unit(index: usize) -> Option<Self>;

    /// Reads the content of the variant at this position.
    ///
    /// # Errors
    /// Whatever the content's type refuses, and a variant without content.
    fn content<'de, D: Deserializer<'de>>(
        index: usize,
        deserializer: D,
        reader: &Reader,
    ) -> Result<Self, D::Error>;

    /// The variant for unknown data; `None` if the union is closed.
    fn unknown(unknown: Unknown) -> Option<Self>;
}

/// Reads a union; tag and content may come in either order.
///
/// # Errors
/// A missing or unknown tag, missing or superfluous content, further keys; a lenient reader takes
/// unknown tags and further keys as the opaque variant, if there is one.
pub fn read_union<'de, T: Union, D: Deserializer<'de>>(
    deserializer: D,
    reader: &Reader,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(UnionVisitor(*reader, PhantomData))
}

struct UnionVisitor<T>(Reader, PhantomData<T>);

struct ContentSeed<'r, T>(usize, &'r Reader, PhantomData<T>);

impl<'de, T: Union> DeserializeSeed<'de> for ContentSeed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::content(self.0, deserializer, self.1)
    }
}

impl<'de, T: Union> Visitor<'de> for UnionVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", T::KEYS[0])
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let reader = self.0.enter()?;
        let [tag, content] = *T::KEYS;
        let mut keys = 0;
        let mut word = None;
        let mut value = None;
        // Content that came before its tag.
        let mut early: Option<Any> = None;
        let mut rest = UnknownFields::default();
        while let Some(key) = map.next_key_seed(Keys(T::KEYS))? {
            reader.count(&mut keys)?;
            match (key, &word) {
                (KeyMatch::Known(0), None) => word = Some(map.next_value_seed(Keys(T::TAGS))?),
                (KeyMatch::Known(0), Some(_)) => return Err(de::Error::duplicate_field(tag)),
                (KeyMatch::Known(_), _) if value.is_some() || early.is_some() => {
                    return Err(de::Error::duplicate_field(content));
                }
                (KeyMatch::Known(_), Some(KeyMatch::Known(index))) if T::unit(*index).is_none() => {
                    value = Some(map.next_value_seed(ContentSeed(
                        *index,
                        &reader,
                        PhantomData::<T>,
                    ))?);
                }
                (KeyMatch::Known(_), _) => early = Some(map.next_value_seed(Seed::new(&reader))?),
                (KeyMatch::Unknown(key), _) => rest.read(key, &mut map, &reader)?,
            }
        }
        let index = match word.ok_or_else(|| de::Error::missing_field(tag))? {
            KeyMatch::Known(index) => index,
            KeyMatch::Unknown(word) if T::OPEN || reader.is_lenient() => {
                rest.insert(tag.to_owned(), Any::from(word));
                if let Some(early) = early {
                    rest.insert(content.to_owned(), early);
                }
                return opaque(rest, T::unknown);
            }
            KeyMatch::Unknown(_) => {
                return Err(de::Error::custom(format_args!(
                    "`{tag}` must be one of {}",
                    T::TAGS.join(", ")
                )));
            }
        };
        let value = match (value, early, T::unit(index)) {
            (Some(value), _, _) => value,
            (None, Some(early), None) => {
                T::content(index, early.into_value(), &reader).map_err(de::Error::custom)?
            }
            (None, None, Some(unit)) => unit,
            (None, None, None) => return Err(de::Error::missing_field(content)),
            (None, Some(early), Some(unit)) => {
                if !reader.is_lenient() {
                    return Err(de::Error::custom(format_args!(
                        "`{content}` does not belong to this `{tag}`"
                    )));
                }
                rest.insert(content.to_owned(), early);
                unit
            }
        };
        if rest.is_empty() {
            return Ok(value);
        }
        // Keys beside tag and content have no place in the variant: the whole object stays opaque.
        let written = serde_json::to_value(&value).map_err(de::Error::custom)?;
        rest.extend(Any::from(written));
        opaque(rest, T::unknown)
    }
}
