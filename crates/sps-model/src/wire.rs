//! Values that can be read strictly or leniently, and their descriptors.

use std::marker::PhantomData;

use serde::{Deserializer, Serialize, de::DeserializeSeed};
use sps_validate::{Form, Kind, Subject};

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

/// A type with a descriptor.
///
/// [`macro@crate::Resource`] implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no descriptor",
    label = "needs `#[derive(Resource)]`",
    note = "`sps_model::Resource` derives it for a type of your own"
)]
pub trait Describe: Wire {
    /// The structure of the type, as data.
    const KIND: Kind;
    /// The question that [`accept`](fn@crate::accept), [`read`](crate::read) and [`explain`](crate::explain()) ask about a text.
    ///
    /// If the type is an [`Endpoint`](crate::Endpoint), it has the versions of the endpoint: a text for a target that
    /// lacks the endpoint is refused.
    const SUBJECT: Subject = Subject::new(Self::KIND, Form::Request);
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
