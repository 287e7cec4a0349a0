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
//! # Tour
//!
//! * Each endpoint has a type, such as [`management::SnmpTrap`], which is the body of a request, and a type for its responses,
//!   such as [`management::SnmpTrapResponse`]. They are in a module for each area: [`management`], [`policies`], [`rdp`], …
//! * [`Endpoint`] has the path, the methods and the versions. [`endpoints()`] lists all, and [`locate`] finds one by its path:
//!   a [`Document`] is its body, with the same checks as the type.
//! * [`read_response`] reads a [`Response`], a [`Listing`] or an [`ErrorResponse`]. [`Exchange::from_response`] makes the
//!   request.
//! * [`fn@write`] gives the text of a value that may be sent; [`fn@check`] lists what is wrong with the value. Both know which
//!   unknown keys and enum values came with a response, and accept them.
//! * [`fn@accept`] answers whether a text may be sent, [`read`] reads it, and [`explain()`] lists everything that is wrong
//!   with it. A text does not say where its keys came from, so an unknown one is a mistake unless the
//!   [`Context`](validate::Context) allows it.
//! * [`validate`] is the crate `sps-validate`: the [`Context`](validate::Context) of a check and the
//!   [`Report`](validate::Report).
//! * [`macro@Resource`] makes the same of an endpoint that you declare yourself.
//! * A [`Secret`] is a plain password: it can be sent, but not printed.
//! * [`differences`] compares two bodies, and [`shape`] helps to walk one without its type.
//! * Every request type implements [`garde::Validate`], so that `garde::Valid` and the extractors of web frameworks take it.
//!   For axum, the example `axum_checked` of this crate has an extractor that responds 422 with every mistake at once, each
//!   with its code and its place.
//!
//! # Features
//!
//! | Feature | Default | Adds |
//! |---|---|---|
//! | `proptest` | no | the module `strategy`: random bodies for your tests, valid ones and ones that break exactly one rule |
//! | `render` | no | `Report::render` of `sps-validate`: diagnostics with the lines that they are about |
//!
//! # What it does not do
//!
//! It sends nothing: the crate `sps-client` does.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

// The derive writes absolute paths, which have to resolve inside of this crate too.
extern crate self as sps_model;

mod check;
mod difference;
mod document;
mod edge;
mod endpoint;
mod envelope;
mod exchange;
mod key;
mod misfit;
mod optional;
mod ordered;
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

#[expect(clippy::doc_markdown, reason = "names of products and services are words of the docs")]
#[rustfmt::skip]
mod generated;

pub use garde;
/// # Example
/// An endpoint of your own, which this crate does not know. This is the example `own_endpoint` of the crate.
/// ```
#[doc = include_str!("../examples/own_endpoint.rs")]
/// ```
#[doc(inline)]
pub use sps_derive::Resource;
pub use sps_validate as validate;

/// Every generated type has its place in a module of its area. Its full name is here too, for code that has it already.
#[doc(hidden)]
pub use self::generated::*;
pub use crate::{
    check::{Constrained, accept, check, explain, read, read_response, write},
    difference::{Difference, Side, differences},
    document::Document,
    endpoint::{
        Body, Endpoint, EndpointInfo, EndpointKind, Located, Method, NoBody, endpoints, locate,
        locate_in,
    },
    envelope::{ErrorObject, ErrorResponse, Item, Listing, Meta, Response},
    exchange::Exchange,
    generated::{ENDPOINTS, areas::*},
    key::{Key, Object, Reference},
    optional::Optional,
    ordered::Ordered,
    reader::Reader,
    secret::{HiddenSecret, Secret},
    unknown::{Any, Unknown, UnknownFields},
    wire::{Describe, Wire},
};

/// Items that the expansion of [`macro@Resource`] uses; not for hand-written code.
#[doc(hidden)]
pub mod __private {
    pub use garde;
    pub use serde;
    pub use sps_validate::{
        Constraint, Constraints, Context, EnumValue, Field, FieldForm, Kind, Shape, Subject,
        Target, Type, Variant,
    };

    pub use crate::{
        edge::{Foreign, validate_into},
        endpoint::{Anywhere, SubjectOf},
        slot::{EnumVisitor, KeyMatch, Keys, Slot, write_member},
        union::{Union, read_union},
    };
}

/// The program of the front page on crates.io runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
