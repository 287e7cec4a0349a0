//! Output of a check for GitHub Actions: workflow commands, which it shows as annotations.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions", section "Setting an error message". GitHub shows ten
//! annotations of each kind for a step, and drops the rest silently.

use std::io::Write as _;

use anyhow::Result;
use sps_validate::{Copied, Diagnostic, Severity};

use crate::{
    check::{document::SourceError, validate::Checked},
    output::{
        advice,
        human::{Show, summary_line},
        line::concise,
        report::{Issue, Part, Render, Rendered, Sink, Summary},
        repository::{path_in, shortened},
        stdout::{Stdout, complain},
        text::{count, one_line},
    },
    status::Status,
};

/// How many annotations of each kind a step has.
const MAX_ANNOTATIONS: usize = 10;

/// The variable with the folder that the paths of annotations begin at.
const ROOT: &str = "GITHUB_WORKSPACE";

/// Makes the annotations of one document.
#[derive(Debug)]
pub(crate) struct Annotations(pub(crate) Show);

impl Render for Annotations {
    fn render(&self, checked: Checked) -> Rendered {
        let shown = checked.report.diagnostics.iter().filter(|it| self.0.amount.shows(it));
        let parts = shown.map(|it| {
            let is_error = it.severity == Severity::Error;
            let line = in_log(&concise(&checked, it, &advice::message(it)));
            let issue = Issue { is_error, line, identity: Vec::new() };
            Part { text: annotation(&checked, it), issue: Some(issue), ..Part::default() }
        });
        Rendered { parts: parts.collect(), ..Rendered::default() }
    }

    fn diff(&self, _: &Checked, _: &Checked, _: &[Copied]) -> Option<Part> {
        None
    }
}

/// Writes the annotations: errors first, since GitHub shows only the first ones.
#[derive(Debug)]
pub(crate) struct GitHub {
    show: Show,
    errors: Kind,
    warnings: Kind,
    /// Every finding, for the log.
    lines: Vec<String>,
}

/// The annotations of one severity.
#[derive(Debug)]
struct Kind {
    command: &'static str,
    noun: &'static str,
    total: usize,
    /// The first ones.
    annotations: Vec<String>,
}

impl GitHub {
    pub(crate) fn new(show: Show) -> Self {
        let kind = |command, noun| Kind { command, noun, total: 0, annotations: Vec::new() };
        Self {
            show,
            errors: kind("error", "more error"),
            warnings: kind("warning", "more warning"),
            lines: Vec::new(),
        }
    }
}

impl Kind {
    fn add(&mut self, annotation: String) {
        self.total += 1;
        if self.annotations.len() < MAX_ANNOTATIONS {
            self.annotations.push(annotation);
        }
    }

    fn is_over(&self) -> bool {
        self.total > MAX_ANNOTATIONS
    }

    /// Writes the annotations; where there are too many, the last says how many are missing.
    fn write(&self, out: &mut Stdout) -> Result<()> {
        let shown = if self.is_over() { MAX_ANNOTATIONS - 1 } else { self.total };
        for annotation in self.annotations.iter().take(shown) {
            writeln!(out, "{annotation}")?;
        }
        if self.is_over() {
            let hidden = count(self.total - shown, self.noun);
            let command = self.command;
            writeln!(
                out,
                "::{command} title=sps check::{hidden} without an annotation; the log of this step lists all"
            )?;
        }
        Ok(())
    }
}

impl Sink for GitHub {
    fn checked(&mut self, _: &mut Stdout, rendered: Rendered) -> Result<()> {
        for Part { text, issue, .. } in rendered.parts {
            let Some(Issue { is_error, line, .. }) = issue else { continue };
            self.lines.push(line);
            if is_error { self.errors.add(text) } else { self.warnings.add(text) }
        }
        Ok(())
    }

    fn source_error(&mut self, _: &mut Stdout, error: SourceError) -> Result<()> {
        let (path, reason) = (path_in(ROOT, &error.source), shortened(&error.reason));
        self.errors.add(format!("::error file={}::{}", property(&path), data(&reason)));
        complain(&format!("error: {}: {}", one_line(&error.source), error.reason));
        Ok(())
    }

    fn finish(&mut self, out: &mut Stdout, summary: &Summary, _: Status) -> Result<()> {
        if self.errors.is_over() || self.warnings.is_over() {
            for line in &self.lines {
                writeln!(out, "{line}")?;
            }
        }
        self.errors.write(out)?;
        self.warnings.write(out)?;
        writeln!(out, "{}", summary_line(summary, self.show))?;
        out.flush()?;
        Ok(())
    }
}

/// `::error file=FILE,line=LINE,col=COLUMN,title=CODE::MESSAGE`.
fn annotation(checked: &Checked, diagnostic: &Diagnostic) -> String {
    let Diagnostic { code, severity, pointer, .. } = diagnostic;
    let first = checked.positions.of_character(&checked.text, diagnostic.span.start);
    let place = if pointer.is_empty() { String::new() } else { format!("{pointer}: ") };
    format!(
        "::{severity} file={},line={},col={},title={code}::{}",
        property(&path_in(ROOT, &checked.file)),
        first.line,
        first.column,
        data(&shortened(&format!("{place}{}", advice::message(diagnostic))))
    )
}

/// A line that the runner takes for no command, whatever a file is called.
fn in_log(line: &str) -> String {
    let line = line.replace("##[", "## [");
    if line.trim_start().starts_with("::") { format!("./{}", line.trim_start()) } else { line }
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    one_line(text).replace('%', "%25")
}

/// A property of a workflow command.
fn property(path: &str) -> String {
    data(path).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_the_separators_of_a_workflow_command() {
        assert_eq!(property("a,b:c%.json"), "a%2Cb%3Ac%25.json");
        assert_eq!(data("100%: a\n::error::b"), "100%25: a\\n::error::b");
    }

    #[test]
    fn no_line_of_the_log_is_a_command() {
        assert_eq!(in_log("::error::x.json:1:1: a"), "./::error::x.json:1:1: a");
        assert_eq!(in_log("a##[error]b"), "a## [error]b");
    }
}
