//! Configuration of Safeguard for Privileged Sessions as files.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod apply;
pub mod code;
pub mod plan;

mod check;
mod codes;
mod file_name;
mod found;
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
mod state;

pub use crate::{
    apply::{Applied, ApplyError, ApplyOptions},
    check::CheckOptions,
    found::{Appliance, Found},
    label::Label,
    load::{LoadError, LoadOptions},
    notation::{Notation, SecretSource},
    object::Object,
    plan::{Plan, PlanError, PlanOptions},
    report::{FileReport, Remark, SiteReport, Unreadable},
    secret::{Blemish, SecretError, SecretReader, Secrets, blemish},
    settings::{Moved, SETTINGS_FILE, Settings},
    site::Site,
    state::{State, StateError},
};
