//! Typed requests and responses of the REST API of Safeguard for Privileged Sessions.
//!
//! A request type cannot hold what a response holds: references are a [`Key`] in one and a
//! [`Reference`] in the other, and [`Exchange::from_response`] turns the response into the request.
//! Nothing is lost on the way: keys that no source shows travel along in [`UnknownFields`].
//!
//! ```
#![doc = include_str!("../examples/change_trap.rs")]
//! ```
//!
//! [`accept`] says whether a text may be sent, [`explain()`] says what is wrong with it.
//! Your own endpoints get all of this from [`macro@Resource`].

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

// The derive writes absolute paths; inside this crate they must resolve too.
extern crate self as sps_model;

mod check;
mod difference;
mod edge;
mod endpoint;
mod envelope;
mod key;
mod optional;
mod secret;
pub mod shape;
#[cfg(feature = "proptest")]
pub mod strategy;
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
    secret::{HiddenSecret, Secret},
    unknown::{Any, Unknown, UnknownFields},
    wire::{Exchange, Reader, Wire},
};

/// What the expansion of [`macro@Resource`] needs; not for hand-written code.
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
        wire::{Found, Keys, Slot, Union, WordVisitor, read_union},
    };
}
