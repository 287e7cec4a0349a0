//! An object whose keys have an order of their own.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    ser::SerializeMap as _,
};
use sps_validate::{Kind, ORDER};

use crate::{
    exchange::Exchange,
    reader::Reader,
    wire::{Describe, Seed, Wire},
};

/// An object with free keys and a list `@order` of them, such as the interfaces of a network card.
///
/// ```
/// use sps_model::Ordered;
/// let mut ports: Ordered<u64> = [("b".to_owned(), 2), ("a".to_owned(), 1)].into_iter().collect();
/// ports.insert("c", 3);
/// assert_eq!(serde_json::to_string(&ports)?, r#"{"@order":["b","a","c"],"b":2,"a":1,"c":3}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Ordered<T>(Vec<(String, T)>);

impl<T> Ordered<T> {
    /// The keys in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    /// The keys with their values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(it, _)| it == key).map(|(_, value)| value)
    }

    /// The value under a key, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.0.iter_mut().find(|(it, _)| it == key).map(|(_, value)| value)
    }

    /// Sets the value under a key; a new key comes last. Returns the value that was there.
    pub fn insert(&mut self, key: impl Into<String>, value: T) -> Option<T> {
        let key = key.into();
        if let Some(there) = self.get_mut(&key) {
            return Some(std::mem::replace(there, value));
        }
        self.0.push((key, value));
        None
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &str) -> Option<T> {
        let at = self.0.iter().position(|(it, _)| it == key)?;
        Some(self.0.remove(at).1)
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: fmt::Debug> fmt::Debug for Ordered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// A second value under a key replaces the first.
impl<T> FromIterator<(String, T)> for Ordered<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(entries: I) -> Self {
        let mut ordered = Self::default();
        for (key, value) in entries {
            ordered.insert(key, value);
        }
        ordered
    }
}

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len() + 1))?;
        map.serialize_entry(ORDER, &self.keys().collect::<Vec<_>>())?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<T: Wire> Wire for Ordered<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OrderedVisitor(*reader, std::marker::PhantomData))
    }
}

struct OrderedVisitor<T>(Reader, std::marker::PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for OrderedVisitor<T> {
    type Value = Ordered<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `@order`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
        let reader = self.0.enter()?;
        let (mut keys, mut order) = (0, None);
        let mut values = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            reader.count(&mut keys)?;
            if key == ORDER {
                if order.is_some() {
                    return Err(de::Error::duplicate_field(ORDER));
                }
                order = Some(map.next_value_seed(Seed::<Vec<String>>::new(&reader))?);
            } else if values.insert(key, map.next_value_seed(Seed::new(&reader))?).is_some() {
                return Err(de::Error::custom("a key is there twice"));
            }
        }
        let order = order.ok_or_else(|| de::Error::missing_field(ORDER))?;
        let mut entries = Vec::new();
        for key in order {
            match values.remove_entry(&key) {
                Some(entry) => entries.push(entry),
                None if reader.is_lenient() => {}
                None => return Err(de::Error::custom("`@order` names a key that is not there")),
            }
        }
        if !values.is_empty() && !reader.is_lenient() {
            return Err(de::Error::custom("`@order` lacks a key"));
        }
        // What a response does not list is kept at the end.
        entries.extend(values);
        Ok(Ordered(entries))
    }
}

impl<T: Describe> Describe for Ordered<T> {
    const KIND: Kind = Kind::Ordered(&T::KIND);
}

impl<T: Exchange> Exchange for Ordered<T> {
    type Response = Ordered<T::Response>;

    fn from_response(response: Self::Response) -> Self {
        // The keys differ already.
        let entries = response.0.into_iter();
        Self(entries.map(|(key, value)| (key, T::from_response(value))).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;
    use sps_validate::Context;

    #[test]
    fn the_order_is_kept_and_complete() {
        let text = r#"{"b": 2, "@order": ["b", "a"], "a": 1}"#;
        let ordered: Ordered<u64> = read(text, &Context::default()).unwrap();
        assert_eq!(ordered.iter().collect::<Vec<_>>(), [("b", &2), ("a", &1)]);
        for wrong in [
            r#"{"a": 1}"#,
            r#"{"a": 1, "@order": []}"#,
            r#"{"a": 1, "@order": ["a", "a"]}"#,
            r#"{"a": 1, "@order": ["a", "b"]}"#,
            r#"{"a": 1, "@order": "a"}"#,
            r#"{"a": 1, "@order": [1]}"#,
        ] {
            let report = read::<Ordered<u64>>(wrong, &Context::default()).unwrap_err();
            assert_eq!(report.errors().count(), 1, "{wrong}: {report}");
        }
    }
}
