//! Values that can be read strictly or leniently, and their counterparts in responses.

use std::marker::PhantomData;

use serde::{Deserializer, Serialize, de::DeserializeSeed};

use crate::reader::Reader;

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

    /// The value of a missing member; `None` if the member is required.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether the member is left out when its object is written.
    fn is_absent(&self) -> bool {
        false
    }
}

/// A request value with its counterpart in responses.
///
/// `from_response` is the rewriting of references: total, and idempotent, because what it returns
/// holds nothing that it would rewrite again.
pub trait Exchange: Sized {
    /// The type of the value in responses.
    type Response: Wire;

    /// Turns the value of a response into the one to send.
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
