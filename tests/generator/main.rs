//! The generator's outputs for small specs, compiled, and tried.
//!
//! Generated code names its neighbors by `crate::`, so this crate looks like `sps-model` from inside.

#![expect(unreachable_pub, reason = "generated code is written for a library")]
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(
    clippy::struct_field_names,
    reason = "`Fields` has a member for unknown fields, as any type"
)]

#[expect(unused_imports, reason = "nothing here looks for types by area")]
#[rustfmt::skip]
mod generated;
mod conditions;
#[path = "../it/mutation.rs"]
mod mutation;
mod schema;
mod shape;
mod simulator;
mod specs;

pub(crate) use generated::*;
pub(crate) use sps_model::{validate, *};
