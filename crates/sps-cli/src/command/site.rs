//! `sps export`, `plan`, `apply` and `diff`: the configuration of an appliance as a tree of files.

mod apply;
mod diff;
mod error;
mod export;
mod plan;
mod report;
mod secrets;
mod tree;

pub(crate) use crate::command::site::{
    apply::{ApplyArgs, apply},
    diff::diff as diff_whole,
    export::{ExportArgs, export},
    plan::{PlanArgs, plan},
    secrets::{SecretArgs, SecretSources},
};
