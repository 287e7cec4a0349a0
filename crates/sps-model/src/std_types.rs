//! Types of the standard library as wire values.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserializer, Serialize,
    de::{self, MapAccess, SeqAccess, Visitor},
};

use crate::{
    exchange::Exchange,
    reader::Reader,
    wire::{Seed, Wire},
};

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
    Self: Serialize,
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
                return Err(de::Error::custom("a key appears twice"));
            }
        }
        Ok(entries)
    }
}
