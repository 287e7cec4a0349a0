//! The report of a tree, as `sps check` prints reports.

use std::path::Path;

use anyhow::Result;
use sps_site::{SiteReport, code};

use crate::{
    check::{
        document::{SourceError, Step},
        site::checked,
    },
    output::{
        Stdout,
        human::{Amount, Human, Show},
        is_quiet, is_stderr_colored, json, one_line, remark,
        report::{Render as _, Sink as _, Summary},
    },
    status::Status,
};

/// How many findings are shown of one file.
const MAX_FINDINGS: usize = 100;

/// Prints what is wrong with a tree to standard error, and says how the run ends if the tree cannot be used.
pub(super) fn print(root: &Path, report: &SiteReport) -> Result<Option<Status>> {
    for note in &report.notes {
        remark(&format!("note: {}: {}", one_line(&shown(root, &note.file)), note.reason));
    }
    for file in &report.files {
        json::remember(&checked(file, |it| shown(root, it)));
    }
    let is_valid = report.is_valid();
    let amount = match (is_quiet(), is_valid) {
        (true, _) => Amount::Errors,
        (false, true) => Amount::Diagnostics,
        (false, false) => Amount::Everything,
    };
    if is_valid && (amount == Amount::Errors || report.warnings().next().is_none()) {
        return Ok(None);
    }
    let show = Show { color: is_stderr_colored(), amount, dry_run: false };
    let (mut human, mut out) = (Human::new(show, MAX_FINDINGS), Stdout::to_stderr());
    let mut summary = Summary::default();
    for file in &report.files {
        summary += Summary {
            documents: 1,
            errors: file.report.errors().count(),
            warnings: file.report.warnings().count(),
            unchecked: file.report.unchecked.len(),
            ..Summary::default()
        };
        let rendered = show.render(checked(file, |it| shown(root, it)));
        if !rendered.is_empty() {
            human.checked(&mut out, rendered)?;
        }
    }
    for it in &report.unreadable {
        summary.unreadable += 1;
        let error = SourceError::new(shown(root, &it.file), &it.reason).at(Step::Read);
        human.source_error(&mut out, error)?;
    }
    let status = status(report);
    human.finish(&mut out, &summary, status.unwrap_or(Status::Done))?;
    Ok(status)
}

/// How a run ends that needs the tree.
fn status(report: &SiteReport) -> Option<Status> {
    if report.is_valid() {
        return None;
    }
    // Where only the value of a secret is missing, no file is wrong.
    let is_unavailable = |it: &str| it == code::SECRET_UNAVAILABLE;
    let could_not = !report.unreadable.is_empty()
        || report.errors().all(|(_, error)| is_unavailable(error.code));
    Some(if could_not { Status::Failed } else { Status::Invalid })
}

fn shown(root: &Path, file: &Path) -> String {
    root.join(file).display().to_string()
}
