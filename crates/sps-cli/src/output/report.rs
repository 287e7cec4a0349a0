//! Results of `sps check` in transit to a format.

use anyhow::Result;
use sps_validate::{Copied, Severity, Unchecked};

use crate::{
    check::{
        document::{SourceError, Step},
        validate::Checked,
    },
    output::stdout::Stdout,
    status::Status,
};

/// Turns the result for one document into text, whatever came before it.
pub(crate) trait Render: Sync {
    /// Renders every finding about it.
    fn render(&self, checked: Checked) -> Rendered;

    /// Renders the changes of a repair, which copied these parts; `None` if this format does not show them.
    fn diff(&self, before: &Checked, after: &Checked, copied: &[Copied]) -> Option<Part>;
}

/// Output about one document.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) source: String,
    /// The file of the source.
    pub(crate) file: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) unchecked: Vec<Unchecked>,
    /// Whether it is about a file of a tree.
    pub(crate) is_in_tree: bool,
}

impl Rendered {
    /// Whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.unchecked.is_empty()
    }
}

/// A piece of output.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) text: String,
    /// Text that follows it once per code, and that code.
    pub(crate) once: Option<(&'static str, String)>,
    /// Whether it is a finding, of which a limited number is shown for each file.
    pub(crate) is_finding: bool,
    /// The code and the severity of the finding, for a format that sorts by them.
    pub(crate) kind: Option<(&'static str, Severity)>,
    pub(crate) issue: Option<Issue>,
}

/// What a code host wants to know about a finding beside its text.
#[derive(Debug)]
pub(crate) struct Issue {
    pub(crate) is_error: bool,
    /// The finding in one line, for a log.
    pub(crate) line: String,
    /// What tells it from other findings, in all versions of its file.
    pub(crate) identity: Vec<String>,
}

impl Part {
    /// A finding.
    pub(crate) fn finding(text: String) -> Self {
        Self { text, is_finding: true, ..Self::default() }
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

/// Writes the results of `sps check`, one after the other.
pub(crate) trait Sink {
    /// Writes one document.
    fn checked(&mut self, out: &mut Stdout, rendered: Rendered) -> Result<()>;

    /// Writes, or keeps for the end, an error about a source.
    fn source_error(&mut self, out: &mut Stdout, error: SourceError) -> Result<()>;

    /// Writes what belongs at the end.
    fn finish(&mut self, out: &mut Stdout, summary: &Summary, status: Status) -> Result<()>;
}

/// Counts of a run.
#[derive(Debug, Default, Clone, Copy, serde::Serialize)]
pub(crate) struct Summary {
    pub(crate) documents: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) unchecked: usize,
    /// Not in JSON, which has the list itself; nor are the next two.
    #[serde(skip)]
    pub(crate) unreadable: usize,
    #[serde(skip)]
    pub(crate) uncheckable: usize,
    #[serde(skip)]
    pub(crate) unrepaired: usize,
    /// Other files in directories. Not in JSON, like the next one.
    #[serde(skip)]
    pub(crate) skipped: usize,
    /// Errors about secrets that cannot be had, which say nothing about the files. Not in JSON.
    #[serde(skip)]
    pub(crate) unavailable: usize,
    /// Repairs. Not in JSON, where the documents show them.
    #[serde(skip)]
    pub(crate) fixed: usize,
}

impl Summary {
    /// Counts an error about a source.
    pub(crate) fn count_error(&mut self, step: Step) {
        match step {
            Step::Read => self.unreadable += 1,
            Step::Check => self.uncheckable += 1,
            Step::Repair => self.unrepaired += 1,
            Step::Skip => self.skipped += 1,
        }
    }

    /// Whether every source was read, checked and repaired.
    pub(crate) fn is_complete(&self) -> bool {
        self.unreadable + self.uncheckable + self.unrepaired == 0
    }
}

impl std::ops::AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.documents += other.documents;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.unchecked += other.unchecked;
        self.unreadable += other.unreadable;
        self.uncheckable += other.uncheckable;
        self.unrepaired += other.unrepaired;
        self.skipped += other.skipped;
        self.unavailable += other.unavailable;
        self.fixed += other.fixed;
    }
}
