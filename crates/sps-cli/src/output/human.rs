//! Output of a check for people.

use std::{borrow::Cow, collections::BTreeSet, fmt::Write as _, io::Write as _};

use anyhow::Result;
use sps_validate::{
    Copied, Diagnostic, Finding, Related, Report, Severity, Unchecked, render::Renderer,
};

use crate::{
    check::{
        document::SourceError,
        validate::{Checked, Resend},
    },
    output::{
        advice, diff,
        limit::FindingLimit,
        report::{Part, Render, Rendered, Sink, Summary},
        settings::is_verbose,
        stdout::{Stdout, complain},
        text::{count, one_line},
        unchecked::{UncheckedGroup, UncheckedPlace, group, line},
    },
    spec::{self, locate},
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
    /// Whether a finding is printed.
    pub(super) fn shows(self, diagnostic: &Diagnostic) -> bool {
        self != Self::Errors || diagnostic.severity == Severity::Error
    }

    /// Leaves only this much in a report.
    pub(super) fn apply(self, report: &mut Report) {
        if self != Self::Everything {
            report.unchecked.clear();
        }
        report.diagnostics.retain(|it| self.shows(it));
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
        for Part { text, once, is_finding, .. } in &rendered.parts {
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
        group(&mut self.unchecked, &rendered);
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
            writeln!(out, "{}", line(&self.unchecked, summary.unchecked))?;
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
        let renderer = checked
            .positions
            .renderer(&checked.text, &checked.file, &checked.report)
            .with_color(self.color);
        let mut parts: Vec<Part> = mistyped_keys_joined(&checked.report.diagnostics)
            .iter()
            .filter(|it| self.amount.shows(it))
            .map(|it| self.finding(&renderer, it))
            .collect();
        let mut listed = Vec::new();
        if self.amount == Amount::Everything {
            parts.extend(resend_note(&checked).map(|note| Part::from(format!("{note}\n"))));
            listed = unchecked(&checked);
        }
        let Checked { source, file, is_in_tree, .. } = checked;
        Rendered { source, file, parts, unchecked: listed, is_in_tree }
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
    /// Renders a finding with its lines, its help and the reason of its rule.
    fn finding(self, renderer: &Renderer<'_>, diagnostic: &Diagnostic) -> Part {
        let text = renderer.diagnostic(diagnostic, &advice::help(diagnostic));
        let note = note(diagnostic).map(|why| (diagnostic.code, renderer.note(diagnostic, &why)));
        let once = note.filter(|_| self.amount == Amount::Everything);
        Part { once, ..Part::finding(text) }
    }
}

/// The reason of a rule, without the sentences that the finding has already.
pub(super) fn note(diagnostic: &Diagnostic) -> Option<String> {
    let Diagnostic { code, message, help, .. } = diagnostic;
    new_sentences(&spec::code(code)?.why, &[message, help])
}

/// The rules that are listed as not checked.
pub(super) fn unchecked(checked: &Checked) -> Vec<Unchecked> {
    // A note says it already where the whole endpoint is unknown.
    let is_known = checked.endpoint.is_none_or(|path| locate(path).is_some());
    if is_known { checked.report.unchecked.clone() } else { Vec::new() }
}

/// The diagnostics, with a mistyped required key as one: the unknown key, and the place where the meant one is missing.
pub(super) fn mistyped_keys_joined(diagnostics: &[Diagnostic]) -> Vec<Cow<'_, Diagnostic>> {
    let parent = |it: &Diagnostic| it.pointer.rsplit_once('/').map(|(parent, _)| parent.to_owned());
    let mut joined: Vec<Cow<'_, Diagnostic>> = diagnostics.iter().map(Cow::Borrowed).collect();
    for missing in diagnostics {
        let name = match &missing.finding {
            Finding::MissingKey { name, .. } => name.as_str(),
            Finding::MissingIf { name, .. } => name,
            _ => continue,
        };
        let is_meant = |it: &Cow<'_, Diagnostic>| match &it.finding {
            Finding::UnknownKey { suggestions, .. } => {
                suggestions.first() == Some(&name) && it.related.is_empty()
            }
            _ => false,
        };
        let mistyped = joined.iter_mut().find(|it| is_meant(it) && parent(it) == parent(missing));
        let Some(mistyped) = mistyped else { continue };
        let mistyped = mistyped.to_mut();
        let lacks = format!("`{name}` is missing");
        mistyped.message = format!("{}, and {lacks}", mistyped.message);
        mistyped.related.push(Related::new(missing.pointer.clone(), missing.span, lacks));
        joined.retain(|it| !(it.code == missing.code && it.pointer == missing.pointer));
    }
    joined
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
pub(super) fn resend_note(checked: &Checked) -> Option<String> {
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
    Some(format!("{source}: note: checked as a response; to send it back, {command}"))
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
        ..
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
    if parts.is_empty() {
        return "0 documents checked".to_owned();
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
