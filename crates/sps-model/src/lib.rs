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

pub use crate::check::Constrained;
pub use crate::check::Describe;
pub use crate::check::accept;
pub use crate::check::explain;
pub use crate::check::read;
pub use crate::check::read_answer;
pub use crate::endpoint::Body;
pub use crate::endpoint::Endpoint;
pub use crate::endpoint::EndpointInfo;
pub use crate::endpoint::EndpointKind;
pub use crate::endpoint::Located;
pub use crate::endpoint::Method;
pub use crate::endpoint::NoBody;
pub use crate::endpoint::locate;
pub use crate::envelope::Answer;
pub use crate::envelope::ErrorAnswer;
pub use crate::envelope::ErrorObject;
pub use crate::envelope::Item;
pub use crate::envelope::Listing;
pub use crate::envelope::Meta;
pub use crate::generated::*;
pub use crate::kept::Any;
pub use crate::kept::Kept;
pub use crate::kept::Other;
pub use crate::key::Key;
pub use crate::key::Object;
pub use crate::key::Reference;
pub use crate::optional::Optional;
pub use crate::secret::HiddenSecret;
pub use crate::secret::Secret;
pub use crate::wire::Exchange;
pub use crate::wire::Reader;
pub use crate::wire::Wire;

/// What the expansion of [`macro@Resource`] needs; not for hand-written code.
#[doc(hidden)]
pub mod __private {
    pub use garde;
    pub use serde;
    pub use sps_validate::Constraint;
    pub use sps_validate::Constraints;
    pub use sps_validate::Context;
    pub use sps_validate::EnumValue;
    pub use sps_validate::Field;
    pub use sps_validate::FieldForm;
    pub use sps_validate::Kind;
    pub use sps_validate::Shape;
    pub use sps_validate::Target;
    pub use sps_validate::Type;
    pub use sps_validate::Variant;

    pub use crate::edge::Foreign;
    pub use crate::edge::validate_into;
    pub use crate::wire::Found;
    pub use crate::wire::Keys;
    pub use crate::wire::Slot;
    pub use crate::wire::Union;
    pub use crate::wire::WordVisitor;
    pub use crate::wire::read_union;
}
