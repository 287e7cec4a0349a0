//! The number of findings that are shown for one file.

use crate::output::text::{count, one_line};

/// Counts the findings of the current file.
#[derive(Debug)]
pub(super) struct FindingLimit {
    maximum: usize,
    file: String,
    findings: usize,
}

impl FindingLimit {
    pub(super) fn new(maximum: usize) -> Self {
        Self { maximum, file: String::new(), findings: 0 }
    }

    /// Begins a document. If it belongs to the next file, returns a line about what the last one had beyond the limit.
    pub(super) fn begin(&mut self, file: &str) -> Option<String> {
        if self.file == file {
            return None;
        }
        let rest = self.rest();
        file.clone_into(&mut self.file);
        self.findings = 0;
        rest
    }

    /// Counts a finding, and says whether it is shown.
    pub(super) fn admits(&mut self) -> bool {
        self.findings += 1;
        self.findings <= self.maximum
    }

    /// A line about what the current file had beyond the limit.
    pub(super) fn rest(&self) -> Option<String> {
        let more = self.findings.checked_sub(self.maximum).filter(|more| *more > 0)?;
        let file = one_line(&self.file);
        Some(format!(
            "{file}: {} not shown; `--max-findings` shows more",
            count(more, "more finding")
        ))
    }
}
