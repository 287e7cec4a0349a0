//! Configuration of Safeguard for Privileged Sessions as files.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod code;

mod check;
mod codes;
mod file_name;
mod label;
mod load;
mod naming;
mod notation;
mod object;
mod place;
mod problem;
mod read;
mod report;
mod resolve;
mod secret;
mod settings;
mod site;

pub use crate::{
    check::CheckOptions,
    label::Label,
    load::{LoadError, LoadOptions},
    notation::{Notation, SecretSource},
    object::Object,
    report::{FileReport, Remark, SiteReport, Unreadable},
    secret::{Blemish, SecretError, SecretReader, Secrets, blemish},
    settings::{Moved, SETTINGS_FILE, Settings},
    site::Site,
};
