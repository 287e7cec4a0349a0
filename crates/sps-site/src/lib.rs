//! Configuration of Safeguard for Privileged Sessions as files.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod apply;
pub mod code;
pub mod plan;

mod codes;
mod file_name;
mod found;
mod label;
mod notation;
mod object;
mod place;
mod problem;
mod secret;
mod settings;
mod state;

pub use crate::{
    apply::{Applied, ApplyError, ApplyOptions},
    found::{Appliance, Found},
    label::Label,
    notation::{Notation, SecretSource},
    object::Object,
    plan::Plan,
    secret::{Blemish, SecretError, SecretReader, Secrets, blemish},
    settings::{Moved, SETTINGS_FILE, Settings},
    state::{State, StateError},
};
