//! Configuration of Safeguard for Privileged Sessions as files.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod code;

mod codes;
mod file_name;
mod label;
mod notation;
mod object;
mod place;
mod problem;
mod secret;
mod settings;

pub use crate::{
    label::Label,
    notation::{Notation, SecretSource},
    object::Object,
    secret::{Blemish, SecretError, SecretReader, Secrets, blemish},
    settings::{Moved, SETTINGS_FILE, Settings},
};
