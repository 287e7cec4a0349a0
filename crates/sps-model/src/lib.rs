//! Typed requests and responses of the REST API of Safeguard for Privileged Sessions.
//!
//! Requests and responses have different types: a reference is a [`Key`] in a request and a [`Reference`] in a response.
//! [`Exchange::from_response`] turns a response into the request that would leave the object unchanged. Nothing is lost:
//! [`UnknownFields`] keeps the fields that no source shows.
//!
//! ```
#![doc = include_str!("../examples/change_trap.rs")]
//! ```
//!
//! [`accept`] checks whether a text may be sent; [`explain()`] lists everything that is wrong with it. Derive
//! [`macro@Resource`] to get the same for endpoints of your own.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

// The derive writes absolute paths, which have to resolve inside of this crate too.
extern crate self as sps_model;

mod check;
mod difference;
mod edge;
mod endpoint;
mod envelope;
mod key;
mod misfit;
mod optional;
mod reader;
mod secret;
pub mod shape;
mod slot;
mod std_types;
#[cfg(feature = "proptest")]
pub mod strategy;
mod union;
mod unknown;
mod wire;

#[rustfmt::skip]
mod generated;

pub use sps_derive::Resource;
pub use sps_validate as validate;

pub use crate::{
    check::{Constrained, Describe, accept, explain, read, read_response},
    difference::{Difference, Side, differences},
    endpoint::{Body, Endpoint, EndpointInfo, EndpointKind, Located, Method, NoBody, locate},
    envelope::{ErrorObject, ErrorResponse, Item, Listing, Meta, Response},
    generated::*,
    key::{Key, Object, Reference},
    optional::Optional,
    reader::Reader,
    secret::{HiddenSecret, Secret},
    unknown::{Any, Unknown, UnknownFields},
    wire::{Exchange, Wire},
};

/// Items that the expansion of [`macro@Resource`] uses; not for hand-written code.
#[doc(hidden)]
pub mod __private {
    pub use garde;
    pub use serde;
    pub use sps_validate::{
        Constraint, Constraints, Context, EnumValue, Field, FieldForm, Kind, Shape, Target, Type,
        Variant,
    };

    pub use crate::{
        edge::{Foreign, validate_into},
        slot::{EnumVisitor, KeyMatch, Keys, Slot},
        union::{Union, read_union},
    };
}
