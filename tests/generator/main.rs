//! The generator's outputs for small specs, compiled, and tried.
//!
//! Generated code names its neighbors by `crate::`, so this crate looks like `sps-model` from inside.

#![expect(unreachable_pub, reason = "generated code is written for a library")]
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(
    clippy::nonminimal_bool,
    clippy::option_as_ref_deref,
    clippy::redundant_closure_for_method_calls,
    reason = "FIXME: the generator could write these shorter"
)]

#[rustfmt::skip]
mod generated;
mod judged;
#[path = "../it/mutation.rs"]
mod mutation;
mod schema;
mod shape;
mod simulator;
mod specs;

pub(crate) use generated::*;
pub(crate) use sps_model::{validate, *};
