//! Reading: strict for what is sent, lenient for what was received.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserializer, Serialize,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use sps_validate::{Form, Limits};

use crate::unknown::{Any, Unknown, UnknownFields, opaque};

/// How a document is read: which way it travels, how deep the reader stands, what it may cost.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Reader {
    /// Which way the document travels.
    pub form: Form,
    /// How many objects and lists are open around the value.
    pub depth: usize,
    /// What the document may cost.
    pub limits: Limits,
}

impl Reader {
    /// A strict reader, for what is sent.
    pub fn request() -> Self {
        Self { form: Form::Request, depth: 0, limits: Limits::default() }
    }

    /// A lenient reader, for what was received: unknown keys and words are kept.
    pub fn response() -> Self {
        Self { form: Form::Response, ..Self::request() }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Whether unknown keys and words are kept.
    pub fn is_lenient(&self) -> bool {
        self.form == Form::Response
    }

    /// The reader for what stands inside the next object or list.
    ///
    /// # Errors
    /// Too deep.
    pub fn enter<E: de::Error>(&self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > self.limits.effective_depth() {
            return Err(E::custom(format_args!(
                "nested deeper than {} levels",
                self.limits.effective_depth()
            )));
        }
        Ok(Self { depth, ..*self })
    }

    /// Counts one more key of an object.
    ///
    /// # Errors
    /// Too many.
    pub fn count<E: de::Error>(&self, keys: &mut usize) -> Result<(), E> {
        *keys += 1;
        if *keys > self.limits.keys {
            return Err(E::custom(format_args!(
                "more than {} keys in an object",
                self.limits.keys
            )));
        }
        Ok(())
    }
}

/// A value that can be read strictly or leniently.
///
/// [`macro@crate::Resource`] implements it; so do the building blocks of this crate, booleans, numbers,
/// strings, `Option` (null), lists, arrays and maps.
pub trait Wire: Serialize + Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// Whatever the form does not allow.
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error>;

    /// What stands for a missing member; `None` if it must not be missing.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether the member is left out when its object is written.
    fn is_absent(&self) -> bool {
        false
    }
}

/// A request value, and what becomes of it in a response.
///
/// `from_response` is the rewriting of references: total, and idempotent, because what it returns
/// holds nothing that it would rewrite again.
pub trait Exchange: Sized {
    /// The same value as responses show it.
    type Response: Wire;

    /// Turns the response's value into the one to send.
    fn from_response(response: Self::Response) -> Self;
}

/// Reads a `T` with a [`Reader`].
#[derive(Debug)]
pub(crate) struct Seed<'r, T>(&'r Reader, PhantomData<T>);

impl<'r, T> Seed<'r, T> {
    pub(crate) fn new(reader: &'r Reader) -> Self {
        Self(reader, PhantomData)
    }
}

impl<'de, T: Wire> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer, self.0)
    }
}

/// The place of one member while its object is read.
#[derive(Debug)]
pub struct Slot<T>(&'static str, Option<T>);

impl<T: Wire> Slot<T> {
    /// An empty place for the member of this name.
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

    /// The member, or what stands for a missing one.
    ///
    /// # Errors
    /// A missing one that must be there.
    pub fn take<E: de::Error>(self) -> Result<T, E> {
        let Self(name, value) = self;
        value.or_else(T::absent).ok_or_else(|| E::missing_field(name))
    }
}

/// Finds a key among the known ones without copying it.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a list of keys and nothing else")]
pub struct Keys(pub &'static [&'static str]);

/// What [`Keys`] found.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a key is known or not")]
pub enum Found {
    /// The position of a known key.
    Known(usize),
    /// A key that is not known.
    Unknown(String),
}

impl<'de> DeserializeSeed<'de> for Keys {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Keys {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Found, E> {
        Ok(match self.0.iter().position(|known| *known == key) {
            Some(index) => Found::Known(index),
            None => Found::Unknown(key.to_owned()),
        })
    }
}

/// Reads one word of an enum.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the derive fills it in")]
pub struct WordVisitor<F> {
    /// Finds the value of a word.
    pub find: F,
    /// The words, for the error.
    pub words: &'static [&'static str],
}

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for WordVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<T, E> {
        // The word itself is not echoed: somebody may have put a password there by mistake.
        (self.find)(word)
            .ok_or_else(|| E::custom(format_args!("expected one of {}", self.words.join(", "))))
    }
}

/// A union: an object of a tag and the content that the tag decides.
pub trait Union: Wire {
    /// The keys of the tag and of the content.
    const KEYS: &'static [&'static str; 2];
    /// The words of the tag.
    const WORDS: &'static [&'static str];

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

    /// The variant for what no source shows; `None` if the union is closed.
    fn other(other: Unknown) -> Option<Self>;
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
                (Found::Known(0), None) => word = Some(map.next_value_seed(Keys(T::WORDS))?),
                (Found::Known(0), Some(_)) => return Err(de::Error::duplicate_field(tag)),
                (Found::Known(_), _) if value.is_some() || early.is_some() => {
                    return Err(de::Error::duplicate_field(content));
                }
                (Found::Known(_), Some(Found::Known(index))) if T::unit(*index).is_none() => {
                    value = Some(map.next_value_seed(ContentSeed(
                        *index,
                        &reader,
                        PhantomData::<T>,
                    ))?);
                }
                (Found::Known(_), _) => early = Some(map.next_value_seed(Seed::new(&reader))?),
                (Found::Unknown(key), _) => rest.read(key, &mut map, &reader)?,
            }
        }
        let index = match word.ok_or_else(|| de::Error::missing_field(tag))? {
            Found::Known(index) => index,
            Found::Unknown(word) if reader.is_lenient() => {
                rest.insert(tag.to_owned(), Any::from(word));
                if let Some(early) = early {
                    rest.insert(content.to_owned(), early);
                }
                return opaque(rest, T::other);
            }
            Found::Unknown(_) => {
                return Err(de::Error::custom(format_args!(
                    "`{tag}` must be one of {}",
                    T::WORDS.join(", ")
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
        opaque(rest, T::other)
    }
}

macro_rules! leaf {
    ($($ty:ty),*) => {$(
        impl Wire for $ty {
            fn read<'de, D: Deserializer<'de>>(deserializer: D, _: &Reader) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer)
            }
        }

        impl Exchange for $ty {
            type Response = Self;

            fn from_response(response: Self) -> Self {
                response
            }
        }
    )*};
}

leaf!(bool, String, f64, u8, u16, u32, u64, i8, i16, i32, i64);

impl<T: Wire> Wire for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        deserializer.deserialize_option(NullableVisitor(reader, PhantomData))
    }

    fn absent() -> Option<Self> {
        T::absent().map(Some)
    }

    fn is_absent(&self) -> bool {
        self.as_ref().is_some_and(T::is_absent)
    }
}

impl<T: Exchange> Exchange for Option<T> {
    type Response = Option<T::Response>;

    fn from_response(response: Self::Response) -> Self {
        response.map(T::from_response)
    }
}

struct NullableVisitor<'r, T>(&'r Reader, PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for NullableVisitor<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read(deserializer, self.0).map(Some)
    }
}

impl<T: Wire> Wire for Box<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        T::read(deserializer, reader).map(Self::new)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Self::new)
    }

    fn is_absent(&self) -> bool {
        T::is_absent(self)
    }
}

impl<T: Exchange> Exchange for Box<T> {
    type Response = Box<T::Response>;

    fn from_response(response: Self::Response) -> Self {
        Self::new(T::from_response(*response))
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(*reader, PhantomData))
    }
}

impl<T: Exchange> Exchange for Vec<T> {
    type Response = Vec<T::Response>;

    fn from_response(response: Self::Response) -> Self {
        response.into_iter().map(T::from_response).collect()
    }
}

struct ListVisitor<T>(Reader, PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let reader = self.0.enter()?;
        let mut list = Vec::new();
        while let Some(element) = seq.next_element_seed(Seed::new(&reader))? {
            list.push(element);
        }
        Ok(list)
    }
}

impl<T: Wire, const N: usize> Wire for [T; N]
where
    Self: Serialize,
{
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        let list = Vec::read(deserializer, reader)?;
        let length = list.len();
        list.try_into().map_err(|_| de::Error::invalid_length(length, &"a list of fixed length"))
    }
}

impl<T: Exchange, const N: usize> Exchange for [T; N]
where
    [T::Response; N]: Serialize,
{
    type Response = [T::Response; N];

    fn from_response(response: Self::Response) -> Self {
        response.map(T::from_response)
    }
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MapVisitor(*reader, PhantomData))
    }
}

impl<T: Exchange> Exchange for BTreeMap<String, T> {
    type Response = BTreeMap<String, T::Response>;

    fn from_response(response: Self::Response) -> Self {
        response.into_iter().map(|(key, value)| (key, T::from_response(value))).collect()
    }
}

struct MapVisitor<T>(Reader, PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for MapVisitor<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let reader = self.0.enter()?;
        let mut entries = BTreeMap::new();
        let mut keys = 0;
        while let Some(key) = map.next_key::<String>()? {
            reader.count(&mut keys)?;
            let value = map.next_value_seed(Seed::new(&reader))?;
            if entries.insert(key, value).is_some() {
                return Err(de::Error::custom("a key stands twice"));
            }
        }
        Ok(entries)
    }
}
