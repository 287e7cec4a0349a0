//! Values of requests and their counterparts in responses.

use serde::{Deserializer, de::MapAccess, ser::SerializeMap};
use sps_validate::Kind;

use crate::{
    reader::Reader,
    slot::{Slot, write_member},
    wire::{Describe, Wire},
};

/// A request value with its counterpart in responses.
///
/// `from_response` is the rewriting of references: total, and idempotent, because what it returns
/// holds nothing that it would rewrite again.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a member of a request",
    label = "not a type of a request",
    note = "a type of your own needs `#[derive(Resource)]`; if it has serde and garde, `#[resource(garde)]` on the field will do",
    note = "numbers are `u8` to `u64`, `i8` to `i64` and `f64`, but not `usize`, `isize` or `f32`; a duration is a number of some unit",
    note = "a map is `BTreeMap<String, T>` and not `HashMap`; a value of any shape is `sps_model::Any` and not `serde_json::Value`",
    note = "a request refers to an object by `Key<T>`; `Reference<T>` is what the response type gets in its place"
)]
pub trait Exchange: Describe {
    /// The type of the value in responses.
    type Response: Wire;

    /// Turns the value of a response into the one to send.
    fn from_response(response: Self::Response) -> Self;

    // The derive uses a member by way of this trait alone. If the type of the member lacks it, each use has the same error
    // at the same place, and the compiler prints it once.

    #[doc(hidden)]
    const MEMBER_KIND: Kind = Self::KIND;

    #[doc(hidden)]
    fn read_member<'de, D: Deserializer<'de>>(
        deserializer: D,
        reader: &Reader,
    ) -> Result<Self, D::Error> {
        Self::read(deserializer, reader)
    }

    #[doc(hidden)]
    fn slot(name: &'static str) -> Slot<Self> {
        Slot::new(name)
    }

    #[doc(hidden)]
    fn fill<'de, A: MapAccess<'de>>(
        slot: &mut Slot<Self>,
        map: &mut A,
        reader: &Reader,
    ) -> Result<(), A::Error> {
        slot.fill(map, reader)
    }

    #[doc(hidden)]
    fn take<E: serde::de::Error>(slot: Slot<Self>) -> Result<Self, E> {
        slot.take()
    }

    #[doc(hidden)]
    fn write<M: SerializeMap>(&self, map: &mut M, name: &'static str) -> Result<(), M::Error> {
        write_member(map, name, self)
    }
}
