//! What no source shows: carried along, never checked, never lost.

use std::{
    collections::{BTreeMap, btree_map},
    fmt,
};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::{
    exchange::Exchange,
    reader::Reader,
    wire::{Seed, Wire},
};

/// A value of any shape, where the guide does not say what is there.
///
/// Reading counts depth and keys and refuses a key that is twice. Rewriting replaces every
/// reference object in it (`key` and `meta.href`, perhaps `body`) by its bare key. A whole number
/// beyond 64 bits is kept as the nearest `f64`.
#[derive(Clone, PartialEq)]
pub struct Any(Value);

impl Any {
    /// The value.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// The value.
    pub fn into_value(self) -> Value {
        self.0
    }
}

impl fmt::Debug for Any {
    /// Shows the kind alone: the value may be a secret under a key we do not know.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Value::Null => "Any(null)",
            Value::Bool(_) => "Any(boolean)",
            Value::Number(_) => "Any(number)",
            Value::String(_) => "Any(string)",
            Value::Array(_) => "Any(array)",
            Value::Object(_) => "Any(object)",
        })
    }
}

impl<T: Into<Value>> From<T> for Any {
    fn from(value: T) -> Self {
        Self(value.into())
    }
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Wire for Any {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor(*reader)).map(Self)
    }
}

impl Exchange for Any {
    type Response = Self;

    fn from_response(response: Self) -> Self {
        Self(rewrite(response.0))
    }
}

/// Replaces reference objects by their keys, from the innermost out: what becomes one on the way goes too.
fn rewrite(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut object: Map<_, _> =
                object.into_iter().map(|(key, value)| (key, rewrite(value))).collect();
            if is_reference(&object) {
                object.remove("key").unwrap_or_default()
            } else {
                Value::Object(object)
            }
        }
        Value::Array(list) => Value::Array(list.into_iter().map(rewrite).collect()),
        leaf => leaf,
    }
}

/// `key` and `meta.href`, perhaps `body`, and nothing else.
fn is_reference(object: &Map<String, Value>) -> bool {
    object.get("key").is_some_and(Value::is_string)
        && object.get("meta").and_then(|meta| meta.get("href")).is_some_and(Value::is_string)
        && object.keys().all(|key| matches!(key.as_str(), "key" | "meta" | "body"))
}

struct AnyVisitor(Reader);

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let reader = self.0.enter()?;
        let mut list = Vec::new();
        while let Some(Any(element)) = seq.next_element_seed(Seed::new(&reader))? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let reader = self.0.enter()?;
        let mut object = Map::new();
        let mut keys = 0;
        while let Some(key) = map.next_key::<String>()? {
            reader.count(&mut keys)?;
            let Any(value) = map.next_value_seed(Seed::new(&reader))?;
            if object.insert(key, value).is_some() {
                return Err(de::Error::custom("a key appears twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

/// The keys of one object that no source shows.
///
/// Empty, it is one pointer. Only a lenient reader fills it (and a strict one for a type that is
/// open); it moves with its object and is written back with it.
#[derive(Clone, Default, PartialEq)]
#[expect(clippy::box_collection, reason = "empty, it costs its object one pointer and not three")]
pub struct UnknownFields(Option<Box<BTreeMap<String, Any>>>);

impl UnknownFields {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.as_deref().map_or(0, BTreeMap::len)
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Any> {
        self.0.as_deref()?.get(key)
    }

    /// The keys and values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Any)> {
        self.0.iter().flat_map(|entries| entries.iter()).map(|(key, value)| (key.as_str(), value))
    }

    /// Replaces the reference objects in it by their bare keys.
    #[must_use]
    pub fn into_request(self) -> Self {
        Self(self.0.map(|entries| {
            Box::new(
                entries.into_iter().map(|(key, value)| (key, Any::from_response(value))).collect(),
            )
        }))
    }

    /// Reads one more key: a lenient reader keeps it.
    ///
    /// # Errors
    /// A strict reader refuses it; and a key that is twice.
    pub fn read<'de, A: MapAccess<'de>>(
        &mut self,
        key: String,
        map: &mut A,
        reader: &Reader,
    ) -> Result<(), A::Error> {
        if reader.is_lenient() {
            self.keep(key, map, reader)
        } else {
            // The key is not echoed in full: it is data from outside.
            Err(de::Error::custom("unknown key"))
        }
    }

    /// Reads one more key and keeps it, whatever the reader: for types that are open.
    ///
    /// # Errors
    /// A key that is twice.
    pub fn keep<'de, A: MapAccess<'de>>(
        &mut self,
        key: String,
        map: &mut A,
        reader: &Reader,
    ) -> Result<(), A::Error> {
        let value = map.next_value_seed(Seed::new(reader))?;
        if self.insert(key, value).is_some() {
            return Err(de::Error::custom("a key appears twice"));
        }
        Ok(())
    }

    pub(crate) fn insert(&mut self, key: String, value: Any) -> Option<Any> {
        self.0.get_or_insert_default().insert(key, value)
    }

    /// Adds every member of an object.
    pub(crate) fn extend(&mut self, object: Any) {
        if let Value::Object(object) = object.0 {
            for (key, value) in object {
                self.insert(key, Any(value));
            }
        }
    }
}

impl<'a> IntoIterator for &'a UnknownFields {
    type Item = (&'a String, &'a Any);
    type IntoIter = std::iter::Flatten<std::option::IntoIter<btree_map::Iter<'a, String, Any>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.as_deref().map(BTreeMap::iter).into_iter().flatten()
    }
}

impl fmt::Debug for UnknownFields {
    /// Shows the keys alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|(key, _)| key)).finish()
    }
}

/// A word or an object that no source shows, carried along as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown(Any);

impl Unknown {
    /// The word of an enum; `None` for an object.
    pub fn as_str(&self) -> Option<&str> {
        self.0.0.as_str()
    }

    /// The whole value.
    pub fn as_any(&self) -> &Any {
        &self.0
    }

    /// The tag of an object under `key`, or the word itself; empty if there is neither.
    pub fn word(&self, key: &str) -> &str {
        self.as_str().or_else(|| self.0.0.get(key)?.as_str()).unwrap_or_default()
    }

    /// A word that no source shows.
    #[doc(hidden)]
    pub fn from_word(word: &str) -> Self {
        Self(Any::from(word))
    }
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Exchange for Unknown {
    type Response = Self;

    fn from_response(response: Self) -> Self {
        Self(Any::from_response(response.0))
    }
}

impl Wire for Unknown {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        Any::read(deserializer, reader).map(Self)
    }
}

/// Makes the opaque variant of a union from its keys.
pub(crate) fn opaque<T, E: de::Error>(
    keys: UnknownFields,
    other: fn(Unknown) -> Option<T>,
) -> Result<T, E> {
    let object =
        keys.0.into_iter().flat_map(|keys| *keys).map(|(key, value)| (key, value.0)).collect();
    other(Unknown(Any(Value::Object(object))))
        .ok_or_else(|| E::custom("unknown keys in a closed union"))
}
