//! Configuration of Safeguard for Privileged Sessions as files.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod file_name;
mod found;
mod label;
mod notation;
mod object;
pub mod plan;
mod state;

pub use crate::{
    found::{Appliance, Found},
    label::Label,
    notation::{Notation, SecretSource},
    object::Object,
    plan::Plan,
    state::{State, StateError},
};
