//! `sps plan` and `apply`: the configuration of an appliance as a tree of files.

mod apply;
mod error;
mod plan;
mod report;
mod secrets;
mod tree;

pub(crate) use crate::command::site::{
    apply::{ApplyArgs, apply},
    plan::{PlanArgs, plan},
    secrets::{SecretArgs, SecretSources},
};
