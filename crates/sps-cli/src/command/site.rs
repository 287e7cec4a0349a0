//! `sps plan` and `apply`: the configuration of an appliance as a tree of files, and simulators that start with one.

mod apply;
mod error;
mod plan;
mod report;
mod secrets;
mod seed;
mod tree;

pub(crate) use crate::command::site::{
    apply::{ApplyArgs, apply},
    plan::{PlanArgs, plan},
    secrets::SecretArgs,
    seed::{Seed, read_seed},
};
