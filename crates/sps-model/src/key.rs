//! References: a bare key in a request, an object around it in a response.

use std::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    ser::SerializeMap,
};
use sps_validate::Target;

use crate::{
    exchange::Exchange,
    reader::Reader,
    unknown::{Any, UnknownFields},
    wire::Wire,
};

/// An object that references can point to.
///
/// Implement it for a marker of your own to refer into a collection that this crate does not know.
#[diagnostic::on_unimplemented(
    message = "a key cannot name an object of type `{Self}`",
    label = "needs `impl Object`",
    note = "implement `sps_model::Object` for it: its `TARGET` is the collection that holds the objects"
)]
pub trait Object {
    /// The collection that holds the objects.
    const TARGET: Target;
}

/// The key of an object of type `T`, as a request carries it.
///
/// A key of one collection does not fit where another belongs:
///
/// ```compile_fail
/// use sps_model::{passwords::Password, x509::X509, Key};
/// let key: Key<X509> = Key::<Password>::new("aaaaaaaa-0000-4000-8000-000000000001");
/// ```
pub struct Key<T>(String, PhantomData<fn() -> T>);

impl<T> Key<T> {
    /// The key with this text, such as a UUID or `-100`.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into(), PhantomData)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Object> Key<T> {
    /// The path of the object, such as `/api/configuration/passwords/KEY`.
    pub fn path(&self) -> String {
        format!("{}/{}", T::TARGET.path, self.0)
    }
}

impl<T> From<&str> for Key<T> {
    fn from(key: &str) -> Self {
        Self::new(key)
    }
}

impl<T> From<String> for Key<T> {
    fn from(key: String) -> Self {
        Self::new(key)
    }
}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.0).finish()
    }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Key<T> {}

impl<T> Hash for Key<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> Serialize for Key<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<T> Wire for Key<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        String::read(deserializer, reader).map(Self::new)
    }
}

impl<T: Object> Exchange for Key<T> {
    type Response = Reference<T>;

    fn from_response(response: Reference<T>) -> Self {
        response.key
    }
}

/// A reference as a response shows it: the key, its `meta`, and from 6.1.0 perhaps the `body`.
///
/// A bare key is understood too, so that a body that was rewritten already can be read again.
pub struct Reference<T> {
    key: Key<T>,
    rest: UnknownFields,
}

impl<T> Reference<T> {
    /// A reference of the key alone.
    pub fn new(key: Key<T>) -> Self {
        Self { key, rest: UnknownFields::default() }
    }

    /// The key of the object.
    pub fn key(&self) -> &Key<T> {
        &self.key
    }

    /// The path of the object, as `meta` shows it.
    pub fn href(&self) -> Option<&str> {
        self.rest.get("meta")?.as_value().get("href")?.as_str()
    }

    /// The body of the object, if the response embeds it (from 6.1.0, immediate children only).
    pub fn body(&self) -> Option<&Any> {
        self.rest.get("body")
    }
}

impl<T> fmt::Debug for Reference<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reference").field("key", &self.key.0).field("rest", &self.rest).finish()
    }
}

impl<T> Clone for Reference<T> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), rest: self.rest.clone() }
    }
}

impl<T> PartialEq for Reference<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.rest == other.rest
    }
}

impl<T> Serialize for Reference<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.rest.is_empty() {
            return self.key.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(1 + self.rest.len()))?;
        map.serialize_entry("key", &self.key)?;
        for (name, value) in &self.rest {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<T> Wire for Reference<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReferenceVisitor(*reader, PhantomData))
    }
}

struct ReferenceVisitor<T>(Reader, PhantomData<T>);

impl<'de, T> Visitor<'de> for ReferenceVisitor<T> {
    type Value = Reference<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reference: an object with `key` and `meta`, or the key alone")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Reference::new(Key::new(key)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let reader = self.0.enter()?;
        let mut key: Option<String> = None;
        let mut rest = UnknownFields::default();
        let mut keys = 0;
        while let Some(name) = map.next_key::<String>()? {
            reader.count(&mut keys)?;
            if name != "key" {
                rest.keep(name, &mut map, &reader)?;
            } else if key.replace(map.next_value()?).is_some() {
                return Err(de::Error::duplicate_field("key"));
            }
        }
        let key = key.ok_or_else(|| de::Error::missing_field("key"))?;
        Ok(Reference { key: Key::new(key), rest })
    }
}
