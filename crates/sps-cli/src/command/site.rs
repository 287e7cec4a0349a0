//! `sps export`, `plan` and `apply`: the configuration of an appliance as a tree of files.

mod apply;
mod error;
mod export;
mod plan;
mod report;
mod secrets;
mod tree;

pub(crate) use crate::command::site::{
    apply::{ApplyArgs, apply},
    export::{ExportArgs, export},
    plan::{PlanArgs, plan},
    secrets::{SecretArgs, SecretSources},
};
