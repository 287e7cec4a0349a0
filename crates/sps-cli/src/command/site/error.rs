//! Why a plan was not made or not applied, and the status of the run.

use anyhow::{Error, Result};
use sps_site::{
    ApplyError, PlanError, SnapshotError,
    apply::ApplyErrorKind,
    plan::{Problem, SavedPlanError},
};

use crate::{failure, output::complain, status::Status};

/// Prints why there is no plan; an error that needs no list is returned.
pub(super) fn not_planned(error: PlanError) -> Result<Status> {
    match error {
        PlanError::Problems(problems) => {
            for problem in problems.iter() {
                complain(&format!("error: {problem}"));
            }
            let is_option = |it: &Problem| {
                matches!(it, Problem::NothingThere { .. } | Problem::UnknownSecret { .. })
            };
            complain(if problems.iter().all(is_option) {
                "help: nothing was changed; correct the option, or pass the root of another tree"
            } else {
                "help: nothing was changed; correct the tree, or read what the appliance has"
            });
            Ok(Status::Invalid)
        }
        PlanError::Secrets { errors } => {
            for error in errors {
                complain(&format!("error: {error}"));
            }
            Ok(Status::Failed)
        }
        PlanError::Snapshot(error) => Err(not_read(error)),
        error => Err(error.into()),
    }
}

/// An error of reading; the cause names the request.
pub(super) fn not_read(error: SnapshotError) -> Error {
    match error {
        SnapshotError::Request { error, .. } => Error::new(*error),
        error => error.into(),
    }
}

/// Prints why a saved plan cannot be used.
pub(super) fn not_taken(error: SavedPlanError) -> Result<Status> {
    match error {
        SavedPlanError::Secrets { errors } => {
            for error in errors {
                complain(&format!("error: {error}"));
            }
            Ok(Status::Failed)
        }
        error @ SavedPlanError::OtherSecret { .. } => {
            complain(&format!("error: {error}; nothing was sent"));
            complain(PLAN_AGAIN);
            Ok(Status::Stale)
        }
        error @ SavedPlanError::Damaged { .. } => {
            complain(&format!("error: {error}"));
            complain("help: pass the folder of a tree, or a file that `sps plan --out` saved");
            Ok(Status::Failed)
        }
        error => Err(error.into()),
    }
}

/// What to do when the appliance or a secret has moved.
pub(super) const PLAN_AGAIN: &str = "help: plan again and review the new plan";

/// Prints why a plan was not applied.
pub(super) fn not_applied(error: &ApplyError) -> Status {
    failure::complain_with_cause(&error.to_string(), error.client_error());
    if error.is_stale() {
        let help = match error.kind() {
            ApplyErrorKind::OtherAppliance { .. } => "help: check `--host`",
            _ => PLAN_AGAIN,
        };
        complain(help);
        Status::Stale
    } else if error.is_invalid() {
        Status::Invalid
    } else {
        Status::Failed
    }
}
