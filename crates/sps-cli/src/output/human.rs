//! Output of a check for people.

use std::{borrow::Cow, collections::BTreeSet, fmt::Write as _, io::Write as _};

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Renderer, Snippet,
    renderer::{AnsiColor, Style},
};
use anyhow::Result;
use sps_validate::{Copied, Diagnostic, Report, Severity, Span, code};

use crate::{
    check::{
        document::SourceError,
        validate::{Checked, Resend},
    },
    output::{
        advice, diff,
        excerpt::{Excerpt, Hidden},
        limit::FindingLimit,
        report::{Part, Render, Rendered, Sink, Summary},
        settings::is_verbose,
        stdout::{Stdout, complain},
        text::{count, one_line},
        unchecked::{self, UncheckedGroup, UncheckedPlace},
    },
    spec::spec,
    status::Status,
};

/// Writes findings with the lines they are about, then what was not checked, then a summary.
#[derive(Debug)]
pub(crate) struct Human {
    show: Show,
    unchecked: Vec<UncheckedGroup>,
    limit: FindingLimit,
    /// Codes whose note was printed.
    explained: BTreeSet<&'static str>,
}

/// Options of this format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Show {
    pub(crate) color: bool,
    pub(crate) amount: Amount,
    /// Whether a repair is only shown and not written.
    pub(crate) dry_run: bool,
}

/// How much is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    Everything,
    /// No notes and no unchecked rules.
    Diagnostics,
    /// Also no warnings.
    Errors,
}

impl Amount {
    /// Leaves only this much in a report.
    pub(super) fn apply(self, report: &mut Report) {
        if self != Self::Everything {
            report.unchecked.clear();
        }
        if self == Self::Errors {
            report.diagnostics.retain(|it| it.severity == Severity::Error);
        }
    }
}

impl Human {
    pub(crate) fn new(show: Show, max_findings: usize) -> Self {
        let limit = FindingLimit::new(max_findings);
        Self { show, unchecked: Vec::new(), limit, explained: BTreeSet::new() }
    }
}

impl Sink for Human {
    fn checked(&mut self, out: &mut Stdout, rendered: Rendered) -> Result<()> {
        if let Some(rest) = self.limit.begin(&rendered.file) {
            writeln!(out, "{rest}\n")?;
        }
        for Part { text, once, is_finding } in &rendered.parts {
            if *is_finding && !self.limit.admits() {
                continue;
            }
            out.write_all(text.as_bytes())?;
            if let Some((code, note)) = once
                && self.explained.insert(code)
            {
                out.write_all(note.as_bytes())?;
            }
            // Each finding is a paragraph.
            writeln!(out)?;
        }
        unchecked::group(&mut self.unchecked, &rendered);
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
            writeln!(out, "{rest}\n")?;
        }
        if !is_verbose() && !self.unchecked.is_empty() {
            writeln!(out, "{}", unchecked::line(&self.unchecked, summary.unchecked))?;
            self.unchecked.clear();
        }
        for unchecked in &self.unchecked {
            writeln!(out, "note: {}", one_line(&unchecked.message()))?;
            for UncheckedPlace { source, pointer, .. } in &unchecked.places {
                let space = if pointer.is_empty() { "" } else { " " };
                writeln!(out, "  at {}{space}{}", one_line(source), one_line(pointer))?;
            }
            let others = unchecked.other_places();
            if others > 0 {
                writeln!(out, "  and at {}", count(others, "more place"))?;
            }
        }
        writeln!(out, "{}", summary_line(summary, self.show))?;
        out.flush()?;
        Ok(())
    }
}

impl Render for Show {
    fn render(&self, checked: Checked) -> Rendered {
        let hidden = Hidden::new(&checked.report.sensitive);
        let mut parts: Vec<Part> = checked
            .report
            .diagnostics
            .iter()
            .filter(|it| self.amount != Amount::Errors || it.severity == Severity::Error)
            .map(|it| self.finding(&checked, &hidden, it))
            .collect();
        let mut unchecked = Vec::new();
        if self.amount == Amount::Everything {
            parts.extend(resend_note(&checked).map(Part::from));
            unchecked = checked.report.unchecked;
        }
        Rendered { source: checked.source, file: checked.file, parts, unchecked }
    }

    fn diff(&self, before: &Checked, after: &Checked, copied: &[Copied]) -> Option<Part> {
        let mut text = String::new();
        let fixed = if self.dry_run { "would be fixed" } else { "fixed" };
        for fix in &after.fixes {
            let _ = writeln!(
                text,
                "{}: {fixed}[{}] {}",
                one_line(&before.source),
                fix.code,
                one_line(&fix.pointer)
            );
        }
        text.push_str(&diff::unified(before, after, copied, self.color));
        Some(text.into())
    }
}

impl Show {
    /// Renders `FILE:LINE:COLUMN: error[CODE] POINTER: MESSAGE`, the lines, the help and the notes.
    fn finding(self, checked: &Checked, hidden: &Hidden, diagnostic: &Diagnostic) -> Part {
        let Diagnostic { code, severity, pointer, message, .. } = diagnostic;
        let level = if *severity == Severity::Error { Level::ERROR } else { Level::WARNING };
        let (renderer, [strong, bold]) = if self.color {
            let color = if *severity == Severity::Error { AnsiColor::BrightRed } else { WARNING };
            let bold = Style::new().bold();
            (
                Renderer::styled().term_width(TERMINAL_WIDTH),
                [bold.fg_color(Some(color.into())), bold],
            )
        } else {
            (Renderer::plain().term_width(TERMINAL_WIDTH), [Style::new(), Style::new()])
        };
        let space = if pointer.is_empty() { "" } else { " " };
        let mut text = format!(
            "{}: {strong}{severity}[{code}]{strong:#}{space}{}: {bold}{}{bold:#}\n",
            place(checked, diagnostic.span.start),
            one_line(pointer),
            one_line(message)
        );

        let lines = is_parsed(diagnostic).then(|| Lines::of(checked, hidden, diagnostic));
        let gutter = lines.as_ref().map_or(0, |lines| lines.last.to_string().len());
        let (snippet, notes) = lines.map(|lines| (lines.snippet, lines.notes)).unzip();
        let help = help(diagnostic).map(|help| Level::HELP.message(one_line(&help).into_owned()));
        let notes = notes.into_iter().flatten().map(|note| Level::NOTE.message(note));
        let group =
            Group::with_level(level.clone()).elements(snippet).elements(help).elements(notes);
        if !group.is_empty() {
            text.push_str(&renderer.render(&[group]));
            text.push('\n');
        }
        let note = spec().code(code).and_then(|it| {
            let why = new_sentences(&it.why, &[message, &diagnostic.help])?;
            let note = Level::NOTE.message(why);
            let note = renderer.render(&[Group::with_level(level).element(note)]);
            Some((*code, format!("{:gutter$}{note}\n", "")))
        });
        let once = note.filter(|_| self.amount == Amount::Everything);
        Part { once, ..Part::finding(text) }
    }
}

/// The yellow of rustc's warnings.
const WARNING: AnsiColor = AnsiColor::Yellow;
/// Wider than any line: lines are cut before they get here.
const TERMINAL_WIDTH: usize = 1_000;
/// How far a related place may be from the finding to be shown with it.
const MAX_DISTANCE_LINES: usize = 1_000;

/// Whether the document was parsed, so that its sensitive values are known.
fn is_parsed(diagnostic: &Diagnostic) -> bool {
    !matches!(diagnostic.code, code::INVALID_JSON | code::LIMIT_EXCEEDED)
}

/// Lines that a diagnostic is about.
struct Lines {
    snippet: Snippet<'static, Annotation<'static>>,
    /// The number of the last one.
    last: usize,
    /// Related places that are too far away to be among them.
    notes: Vec<String>,
}

impl Lines {
    fn of(checked: &Checked, hidden: &Hidden, diagnostic: &Diagnostic) -> Self {
        let line = |span: Span| checked.positions.of(span.start).line;
        let at = line(diagnostic.span);
        let (near, far): (Vec<_>, Vec<_>) = diagnostic
            .related
            .iter()
            .partition(|it| line(it.span).abs_diff(at) <= MAX_DISTANCE_LINES);
        let mut places = vec![(diagnostic.span, at)];
        places.extend(near.iter().map(|it| (it.span, line(it.span))));
        let numbers = || places.iter().map(|(_, line)| *line);
        let mut labels = vec![(AnnotationKind::Primary, None)];
        labels.extend(near.iter().map(|it| (AnnotationKind::Context, Some(one_line(&it.message)))));
        let excerpt = Excerpt::new(&checked.text, hidden, &places);
        let marks = excerpt.marks.into_iter().zip(labels).filter_map(|(mark, (kind, label))| {
            Some(kind.span(mark?).label(label.map(Cow::into_owned)))
        });
        let notes = far.iter().map(|it| {
            let place = place(checked, it.span.start);
            format!("{place}: {}: {}", one_line(&it.pointer), one_line(&it.message))
        });
        Self {
            snippet: Snippet::source(excerpt.text)
                .line_start(numbers().min().unwrap_or(at))
                .annotations(marks),
            last: numbers().max().unwrap_or(at),
            notes: notes.collect(),
        }
    }
}

/// Help of a diagnostic, with the suggestions that it does not name itself.
fn help(diagnostic: &Diagnostic) -> Option<String> {
    let Diagnostic { suggestions, .. } = diagnostic;
    let help = advice::help(diagnostic);
    let missing: Vec<String> = suggestions
        .iter()
        .filter(|name| {
            !help.contains(&format!("`{name}`")) && !help.contains(&format!("\"{name}\""))
        })
        .map(|name| format!("`{name}`"))
        .collect();
    match (help.is_empty(), missing.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("did you mean {}?", missing.join(" or "))),
        (false, true) => Some(help),
        (false, false) => Some(format!("{help} (near: {})", missing.join(", "))),
    }
}

/// The sentences of a note that the texts printed before it do not have, or `None`.
fn new_sentences(note: &str, printed: &[&str]) -> Option<String> {
    let printed: Vec<String> = printed.iter().map(|text| text.to_lowercase()).collect();
    let is_new = |sentence: &&str| {
        let sentence = sentence.trim_end_matches('.').to_lowercase();
        !printed.iter().any(|text| text.contains(&sentence))
    };
    let sentences = note.split_inclusive(". ").map(str::trim_end);
    let new: Vec<&str> = sentences.filter(is_new).collect();
    (!new.is_empty()).then(|| new.join(" "))
}

/// Note about a response that someone may want to send back.
fn resend_note(checked: &Checked) -> Option<String> {
    let source = one_line(&checked.source);
    let file = one_line(&checked.file);
    let command = match checked.resend? {
        // Neither a line of JSON Lines nor standard input is a file to read again.
        Resend::Rewrite if checked.source == checked.file && file != "-" => {
            format!("`sps request {file}` makes a request of it")
        }
        Resend::Rewrite => "`sps request` makes a request of it".to_owned(),
        Resend::TakeOne => "`sps request` makes a request of one item".to_owned(),
    };
    Some(format!("{source}: note: checked as a response; to send it back, {command}\n"))
}

/// `FILE:LINE:COLUMN` of an offset in a document.
pub(super) fn place(checked: &Checked, offset: usize) -> String {
    let position = checked.positions.of(offset);
    format!("{}:{}:{}", one_line(&checked.file), position.line, position.column)
}

/// `5 documents: 1 error, 2 warnings, 3 not checked`. After a dry run, the repairs come before what would be left.
pub(super) fn summary_line(summary: &Summary, show: Show) -> String {
    let Summary {
        documents,
        errors,
        warnings,
        unchecked,
        unreadable,
        uncheckable,
        unrepaired,
        skipped,
        fixed,
    } = *summary;
    let errors = if errors == 0 { "no errors".to_owned() } else { count(errors, "error") };
    let mut parts = if documents == 0 { Vec::new() } else { vec![errors] };
    if warnings > 0 && show.amount != Amount::Errors {
        parts.push(count(warnings, "warning"));
    }
    if unchecked > 0 && show.amount == Amount::Everything {
        parts.push(format!("{unchecked} not checked"));
    }
    let mut before = String::new();
    if show.dry_run && fixed > 0 {
        before = format!("{fixed} would be fixed; then ");
    } else if fixed > 0 {
        parts.push(format!("{fixed} fixed"));
    }
    for (number, what) in [(unreadable, "read"), (uncheckable, "checked"), (unrepaired, "repaired")]
    {
        if number > 0 {
            parts.push(format!("{number} could not be {what}"));
        }
    }
    if skipped > 0 {
        parts.push(count(skipped, "other file"));
    }
    if documents == 0 && parts.len() == 1 && skipped > 0 {
        return format!("0 documents checked, {}", parts.join(", "));
    }
    format!("{}: {before}{}", count(documents, "document"), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_no_sentence_of_the_help_in_the_note() {
        let note = "What is left out is lost. Nulls are sent too.";
        let help = "add `a`; what is left out is lost";
        assert_eq!(new_sentences(note, &[help]).as_deref(), Some("Nulls are sent too."));
        assert_eq!(new_sentences(note, &["add `a`"]).as_deref(), Some(note));
        assert_eq!(new_sentences("What is left out is lost.", &[help]), None);
    }
}
