//! Output of a check with one line for each finding, for terminals and editors.

use std::{fmt::Write as _, io::Write as _};

use anyhow::Result;
use sps_validate::{Copied, Diagnostic};

use crate::{
    check::{document::SourceError, validate::Checked},
    output::{
        human::{Show, place, summary_line},
        limit::FindingLimit,
        report::{Part, Render, Rendered, Sink, Summary},
        stdout::{Stdout, complain},
        text::one_line,
    },
    status::Status,
};

/// Makes the lines of one document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines(pub(crate) Show);

/// Writes the lines.
#[derive(Debug)]
pub(crate) struct LineWriter {
    show: Show,
    limit: FindingLimit,
}

impl LineWriter {
    pub(crate) fn new(show: Show, max_findings: usize) -> Self {
        Self { show, limit: FindingLimit::new(max_findings) }
    }
}

impl Render for Lines {
    fn render(&self, checked: Checked) -> Rendered {
        let shown = checked.report.diagnostics.iter().filter(|it| self.0.amount.shows(it));
        let line = |it: &Diagnostic| concise(&checked, it, &it.message);
        let parts = shown.map(|it| Part::finding(format!("{}\n", line(it))));
        Rendered { parts: parts.collect(), file: checked.file.clone(), ..Rendered::default() }
    }

    fn diff(&self, before: &Checked, after: &Checked, _: &[Copied]) -> Option<Part> {
        let fixed = if self.0.dry_run { "would be fixed" } else { "fixed" };
        let mut text = String::new();
        for fix in &after.fixes {
            let source = one_line(&before.source);
            let _ = writeln!(text, "{source}: {fixed}[{}] {}", fix.code, one_line(&fix.pointer));
        }
        Some(text.into())
    }
}

impl Sink for LineWriter {
    fn checked(&mut self, out: &mut Stdout, rendered: Rendered) -> Result<()> {
        if let Some(rest) = self.limit.begin(&rendered.file) {
            writeln!(out, "{rest}")?;
        }
        for part in rendered.parts {
            if part.is_finding && !self.limit.admits() {
                continue;
            }
            out.write_all(part.text.as_bytes())?;
        }
        Ok(())
    }

    fn source_error(&mut self, out: &mut Stdout, error: SourceError) -> Result<()> {
        // Both may lead to the same terminal: keep the order.
        out.flush()?;
        complain(&format!("error: {}: {}", one_line(&error.source), error.reason));
        Ok(())
    }

    fn finish(&mut self, out: &mut Stdout, summary: &Summary, _: Status) -> Result<()> {
        if let Some(rest) = self.limit.rest() {
            writeln!(out, "{rest}")?;
        }
        writeln!(out, "{}", summary_line(summary, self.show))?;
        out.flush()?;
        Ok(())
    }
}

/// `FILE:LINE:COLUMN: error[CODE] POINTER: MESSAGE`.
pub(super) fn concise(checked: &Checked, diagnostic: &Diagnostic, message: &str) -> String {
    let Diagnostic { code, severity, pointer, .. } = diagnostic;
    let space = if pointer.is_empty() { "" } else { " " };
    format!(
        "{}: {severity}[{code}]{space}{}: {}",
        place(checked, diagnostic.span.start),
        one_line(pointer),
        one_line(message)
    )
}
