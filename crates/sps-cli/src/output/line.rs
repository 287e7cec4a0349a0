//! Output of a check with one line for each finding: for terminals and editors, and for GitHub Actions.

use std::{fmt::Write as _, io::Write as _};

use anyhow::Result;
use sps_validate::{Copied, Diagnostic, Severity};

use crate::{
    check::{document::SourceError, validate::Checked},
    output::{
        advice,
        human::{Amount, Show, place, summary_line},
        limit::FindingLimit,
        report::{Part, Render, Rendered, Sink, Summary},
        stdout::{Stdout, complain},
        text::one_line,
    },
    status::Status,
};

/// Form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `FILE:LINE:COLUMN: error[CODE] POINTER: MESSAGE`.
    Concise,
    /// `::error file=FILE,line=LINE,col=COLUMN,title=CODE::MESSAGE`, a workflow command of GitHub Actions.
    GitHub,
}

/// Makes the lines of one document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines {
    pub(crate) form: Form,
    pub(crate) show: Show,
}

/// Writes the lines.
#[derive(Debug)]
pub(crate) struct LineWriter {
    lines: Lines,
    limit: FindingLimit,
}

impl LineWriter {
    pub(crate) fn new(lines: Lines, max_findings: usize) -> Self {
        Self { lines, limit: FindingLimit::new(max_findings) }
    }
}

impl Render for Lines {
    fn render(&self, checked: Checked) -> Rendered {
        let shown = checked
            .report
            .diagnostics
            .iter()
            .filter(|it| self.show.amount != Amount::Errors || it.severity == Severity::Error);
        let parts = shown.map(|it| {
            Part::finding(match self.form {
                Form::Concise => concise(&checked, it),
                Form::GitHub => github(&checked, it),
            })
        });
        Rendered { parts: parts.collect(), file: checked.file.clone(), ..Rendered::default() }
    }

    fn diff(&self, before: &Checked, after: &Checked, _: &[Copied]) -> Option<Part> {
        if self.form == Form::GitHub {
            return None;
        }
        let fixed = if self.show.dry_run { "would be fixed" } else { "fixed" };
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
        if self.lines.form == Form::GitHub {
            writeln!(out, "::error file={}::{}", property(&error.source), data(&error.reason))?;
        }
        // Both may lead to the same terminal: keep the order.
        out.flush()?;
        complain(&format!("error: {}: {}", one_line(&error.source), error.reason));
        Ok(())
    }

    fn finish(&mut self, out: &mut Stdout, summary: &Summary, _: Status) -> Result<()> {
        if let Some(rest) = self.limit.rest() {
            writeln!(out, "{rest}")?;
        }
        writeln!(out, "{}", summary_line(summary, self.lines.show))?;
        out.flush()?;
        Ok(())
    }
}

fn concise(checked: &Checked, diagnostic: &Diagnostic) -> String {
    let Diagnostic { code, severity, pointer, message, .. } = diagnostic;
    let space = if pointer.is_empty() { "" } else { " " };
    format!(
        "{}: {severity}[{code}]{space}{}: {}\n",
        place(checked, diagnostic.span.start),
        one_line(pointer),
        one_line(message)
    )
}

/// Source: GitHub Docs, "Workflow commands for GitHub Actions", section "Setting an error message".
fn github(checked: &Checked, diagnostic: &Diagnostic) -> String {
    let Diagnostic { code, severity, pointer, .. } = diagnostic;
    let first = checked.positions.of(diagnostic.span.start);
    let place = if pointer.is_empty() { String::new() } else { format!("{pointer}: ") };
    format!(
        "::{severity} file={},line={},col={},title={code}::{}\n",
        property(&checked.file),
        first.line,
        first.column,
        data(&format!("{place}{}", advice::message(diagnostic)))
    )
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    one_line(text).replace('%', "%25")
}

/// A property of a workflow command; `./` is not a part of the path in a repository.
fn property(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    data(path).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_the_separators_of_a_workflow_command() {
        assert_eq!(property("./a,b:c%.json"), "a%2Cb%3Ac%25.json");
        assert_eq!(data("100%: a\n::error::b"), "100%25: a\\n::error::b");
    }
}
