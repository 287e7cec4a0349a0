//! Typed requests and responses of the REST API of Safeguard for Privileged Sessions.
//!
//! A request type cannot hold what an answer holds: references are a [`Key`] in one and a
//! [`Reference`] in the other, and [`Exchange::from_response`] turns the answer into the request.
//! Nothing is lost on the way: keys that no source shows travel along in [`Kept`].
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
mod edge;
mod endpoint;
mod envelope;
mod kept;
mod key;
mod optional;
mod secret;
#[cfg(feature = "proptest")]
pub mod strategy;
mod wire;

#[rustfmt::skip]
mod generated;

pub use sps_derive::Resource;
pub use sps_validate as validate;

pub use crate::{
    check::{Constrained, Describe, accept, explain, read, read_answer},
    endpoint::{Body, Endpoint, EndpointInfo, EndpointKind, Located, Method, NoBody, locate},
    envelope::{Answer, ErrorAnswer, ErrorObject, Item, Listing, Meta},
    generated::*,
    kept::{Any, Kept, Other},
    key::{Key, Object, Reference},
    optional::Optional,
    secret::{HiddenSecret, Secret},
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
