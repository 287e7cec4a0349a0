//! The configuration of an appliance as a tree of files: export, plan, apply and diff, and simulators that start with one.

mod apply;
mod diff;
mod error;
mod export;
mod plan;
mod report;
mod secrets;
mod seed;
mod tree;

pub(crate) use crate::command::site::{
    apply::{ApplyArgs, apply},
    diff::diff,
    export::{ExportArgs, export},
    plan::{PlanArgs, plan},
    secrets::{SecretArgs, SecretSources},
    seed::{Seed, read_seed},
};
