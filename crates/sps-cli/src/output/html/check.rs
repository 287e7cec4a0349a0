//! The report of a check as a page.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io::Write as _,
};

use anyhow::Result;
use maud::{Markup, PreEscaped, html};
use sps_validate::{Copied, Diagnostic, Severity, render};

use super::{Filter, MAX_CHARS, Page, class, cut, filtered, filters, line, numbers, page, prose};
use crate::{
    check::{document::SourceError, validate::Checked},
    output::{
        advice, count, diff,
        human::{Amount, Show, mistyped_keys_joined, note, resend_note, summary_line, unchecked},
        limit::FindingLimit,
        report::{Part, Render, Rendered, Sink, Summary},
        stdout::{Stdout, complain},
        text::one_line,
        unchecked::{self as groups, UncheckedGroup, UncheckedPlace},
    },
    status::Status,
};

/// How long the findings of a page may be, in bytes.
const MAX_BYTES: usize = 4_000_000;
/// How many files and errors are listed.
const MAX_LISTED: usize = 1_000;

/// Makes the findings of one document.
#[derive(Debug)]
pub(crate) struct Findings(pub(crate) Show);

/// Collects the findings, and writes the page at the end: it begins with their number.
#[derive(Debug)]
pub(crate) struct Html {
    show: Show,
    limit: FindingLimit,
    files: Vec<File>,
    errors: Vec<SourceError>,
    unchecked: Vec<UncheckedGroup>,
    /// How often there is each code.
    codes: BTreeMap<(&'static str, Severity), usize>,
    /// The codes whose reason was shown.
    explained: BTreeSet<&'static str>,
    bytes: usize,
    left_out: LeftOut,
}

/// What the page does not have.
#[derive(Debug, Default)]
struct LeftOut {
    /// Findings beyond the limit for each file.
    beyond_limit: usize,
    /// Findings for which the page has no room.
    without_room: usize,
    /// Other parts for which it has none: notes, and the changes of repairs.
    parts: usize,
    files: usize,
}

#[derive(Debug, Default)]
struct File {
    name: String,
    errors: usize,
    warnings: usize,
    /// The parts, and what follows them.
    html: String,
    shown: usize,
}

impl File {
    /// How many findings are counted and not shown.
    fn left_out(&self) -> usize {
        (self.errors + self.warnings).saturating_sub(self.shown)
    }
}

impl Render for Findings {
    fn render(&self, checked: Checked) -> Rendered {
        let shown = mistyped_keys_joined(&checked.report.diagnostics);
        let shown = shown.iter().filter(|it| self.0.amount.shows(it));
        let mut parts: Vec<Part> = shown.map(|it| self.finding(&checked, it)).collect();
        let mut listed = Vec::new();
        if self.0.amount == Amount::Everything {
            parts.extend(resend_note(&checked).map(|note| {
                let text = html! { p class="quiet" { (prose(&note)) } };
                Part::from(text.into_string())
            }));
            listed = unchecked(&checked);
        }
        let Checked { source, file, is_in_tree, .. } = checked;
        Rendered { source, file, parts, unchecked: listed, is_in_tree }
    }

    fn diff(&self, before: &Checked, after: &Checked, copied: &[Copied]) -> Option<Part> {
        let fixed = if self.0.dry_run { "would be fixed" } else { "fixed" };
        let text = html! {
            ul {
                @for fix in &after.fixes {
                    li { (line(&before.source)) ": " (fixed) " " code { (fix.code) } " at " code { (line(&fix.pointer)) } }
                }
            }
            pre { (diff::unified(before, after, copied, false)) }
        };
        Some(text.into_string().into())
    }
}

impl Findings {
    fn finding(&self, checked: &Checked, diagnostic: &Diagnostic) -> Part {
        let Diagnostic { code, severity, pointer, message, .. } = diagnostic;
        let renderer = checked.positions.renderer(&checked.text, &checked.file, &checked.report);
        let lines = renderer.excerpt(diagnostic);
        let help = render::help(diagnostic, &advice::help(diagnostic));
        let text = html! {
            article class=(format!("finding {severity} {}", code_class(code))) {
                h4 { span class="word" { (severity) } " " code { (code) } @if !pointer.is_empty() { " at " code { (cut(&line(pointer), MAX_CHARS)) } } }
                p class="message" { (prose(message)) }
                p class="place" { code { (renderer.place(diagnostic.span.start)) } }
                @if let Some(lines) = &lines { (excerpt(lines)) }
                @if let Some(help) = help { p { b { "Help: " } (prose(&help)) } }
                @if let Some(lines) = &lines { @for note in &lines.notes { p { b { "See: " } (prose(note)) } } }
                (PreEscaped(ONCE))
            }
        };
        let why = note(diagnostic).filter(|_| self.0.amount == Amount::Everything);
        let why = why.map(|why| {
            let why = html! { p class="quiet" { b { "Note: " } (prose(&why)) } };
            (*code, why.into_string())
        });
        Part { once: why, kind: Some((*code, *severity)), ..Part::finding(text.into_string()) }
    }
}

fn code_class(code: &str) -> String {
    format!("code-{}", class(code))
}

/// The place of the reason of a rule, which is shown with its first finding. No template writes this text otherwise: values
/// have no `<`.
const ONCE: &str = "<!--once-->";

/// The lines that a finding is about.
fn excerpt(lines: &render::Lines) -> Markup {
    let mut start = 0;
    let mut shown = Vec::new();
    for (number, text) in (lines.first..).zip(lines.text.split('\n')) {
        let range = start..start + text.len();
        start = range.end + 1;
        let marks: Vec<_> =
            lines.marks.iter().filter(|it| range.contains(&it.range.start)).collect();
        if text.is_empty() {
            if shown.last().is_some_and(Option::is_some) {
                shown.push(None);
            }
            continue;
        }
        shown.push(Some((number, pieces(text, range.start, &marks))));
    }
    let width = lines.first + lines.text.split('\n').count();
    let width = width.to_string().len();
    let labels = lines.marks.iter().filter_map(|mark| {
        let label = mark.label.as_ref()?;
        let before = lines.text.get(..mark.range.start).unwrap_or_default();
        let number = lines.first + before.matches('\n').count();
        // A mark of one character is the place where something is missing.
        let text = lines.text.get(mark.range.clone()).filter(|it| it.chars().count() > 1);
        Some((number, text, label))
    });
    html! {
        pre {
            @for line in &shown {
                @match line {
                    None => { span class="number-of-line" { (format!("{:>width$} ", "…")) } "\n" },
                    Some((number, pieces)) => {
                        span class="number-of-line" { (format!("{number:>width$} ")) } " "
                        @for (text, is_marked) in pieces {
                            @match is_marked {
                                None => (text),
                                Some(true) => mark { (text) },
                                Some(false) => mark class="because" { (text) },
                            }
                        }
                        "\n"
                    }
                }
            }
        }
        @for (number, text, label) in labels {
            p { "Line " (number) @if let Some(text) = text { ", " code { (cut(text, 80)) } } ": " (prose(label)) }
        }
    }
}

/// A line in pieces: which of them are marked, and whether as the place itself.
fn pieces<'t>(
    text: &'t str,
    start: usize,
    marks: &[&render::Mark],
) -> Vec<(&'t str, Option<bool>)> {
    let bound = |at: usize| at.saturating_sub(start).min(text.len());
    let ranges: Vec<_> = marks
        .iter()
        .map(|it| (bound(it.range.start)..bound(it.range.end), it.label.is_none()))
        .collect();
    let mut cuts: Vec<usize> = ranges
        .iter()
        .flat_map(|(range, _)| [range.start, range.end])
        .chain([0, text.len()])
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let piece = |pair: &[usize]| {
        let text = text.get(pair[0]..pair[1])?;
        let inside = ranges.iter().filter(|(range, _)| range.contains(&pair[0]));
        Some((text, inside.map(|(_, is_primary)| *is_primary).max()))
    };
    cuts.windows(2).filter_map(piece).collect()
}

impl Html {
    pub(crate) fn new(show: Show, max_findings: usize) -> Self {
        Self {
            show,
            limit: FindingLimit::new(max_findings),
            files: Vec::new(),
            errors: Vec::new(),
            unchecked: Vec::new(),
            codes: BTreeMap::new(),
            explained: BTreeSet::new(),
            bytes: 0,
            left_out: LeftOut::default(),
        }
    }

    /// The current file, which is left out if there are too many.
    fn file(&mut self, name: &str) -> Option<usize> {
        if self.files.last().is_some_and(|it| it.name == name) {
            return Some(self.files.len() - 1);
        }
        if self.files.len() == MAX_LISTED {
            return None;
        }
        self.files.push(File { name: name.to_owned(), ..File::default() });
        Some(self.files.len() - 1)
    }

    fn part(&mut self, file: Option<usize>, part: Part) {
        if let Some((code, severity)) = part.kind {
            *self.codes.entry((code, severity)).or_default() += 1;
            if let Some(file) = file.and_then(|at| self.files.get_mut(at)) {
                *if severity == Severity::Error { &mut file.errors } else { &mut file.warnings } +=
                    1;
            }
        }
        let is_admitted = !part.is_finding || self.limit.admits();
        let has_room = file.is_some() && self.bytes + part.text.len() <= MAX_BYTES;
        let file = file.and_then(|at| self.files.get_mut(at));
        let Some(file) = file.filter(|_| is_admitted && has_room) else {
            let LeftOut { beyond_limit, without_room, parts, .. } = &mut self.left_out;
            *match (part.is_finding, is_admitted) {
                (false, _) => parts,
                (true, true) => without_room,
                (true, false) => beyond_limit,
            } += 1;
            return;
        };
        let once = part.once.filter(|(code, _)| self.explained.insert(code));
        let once = once.map(|(_, text)| text).unwrap_or_default();
        let text = part.text.replacen(ONCE, &once, 1);
        self.bytes += text.len();
        file.shown += usize::from(part.is_finding);
        file.html.push_str(&text);
    }
}

impl Sink for Html {
    fn checked(&mut self, _: &mut Stdout, mut rendered: Rendered) -> Result<()> {
        self.limit.begin(&rendered.file);
        groups::group(&mut self.unchecked, &rendered);
        let parts = std::mem::take(&mut rendered.parts);
        if parts.is_empty() {
            return Ok(());
        }
        let file = self.file(&rendered.file);
        self.left_out.files += usize::from(file.is_none());
        for part in parts {
            self.part(file, part);
        }
        Ok(())
    }

    fn source_error(&mut self, _: &mut Stdout, error: SourceError) -> Result<()> {
        complain(&format!("error: {}: {}", one_line(&error.source), error.reason));
        self.errors.push(error);
        Ok(())
    }

    fn finish(&mut self, out: &mut Stdout, summary: &Summary, status: Status) -> Result<()> {
        let text = self.page(summary, status);
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }
}

impl Html {
    fn page(&self, summary: &Summary, status: Status) -> String {
        let checkbox = |class, label| Filter { class, label };
        let severities: Vec<Filter> =
            [(Severity::Error, summary.errors), (Severity::Warning, summary.warnings)]
                .into_iter()
                .filter(|(severity, _)| self.codes.keys().any(|(_, it)| it == severity))
                .map(|(severity, number)| {
                    checkbox(severity.to_string(), html! { (severity) " (" (number) ")" })
                })
                .collect();
        let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
        for ((code, _), number) in &self.codes {
            *by_code.entry(code).or_default() += number;
        }
        let codes: Vec<Filter> = by_code
            .into_iter()
            .map(|(code, number)| {
                checkbox(code_class(code), html! { code { (code) } " (" (number) ")" })
            })
            .collect();
        let body = html! {
            p class="lead" { (summary_line(summary, self.show)) "." }
            (self.warnings(summary, status))
            (numbers("Numbers", &self.numbers(summary)))
            (self.errors())
            @if !self.codes.is_empty() {
                section class="filters" aria-label="Filter" {
                    h2 id="filter" { "Filter" }
                    (filters("Severity", &severities.iter().collect::<Vec<_>>()))
                    (filters("Code", &codes.iter().collect::<Vec<_>>()))
                }
                (filtered())
            }
            @if !self.files.is_empty() { (self.contents()) (self.findings()) }
            (self.unchecked())
        };
        let title = "Check of ".to_owned() + &count(summary.documents, "document");
        let filters = severities.into_iter().chain(codes).collect();
        page(Page { title, body, filters })
    }

    /// What a reader must not miss.
    fn warnings(&self, summary: &Summary, status: Status) -> Markup {
        let LeftOut { beyond_limit, without_room, parts, files } = self.left_out;
        html! {
            @if status.is_interrupted() { p class="alert" { "The check was interrupted: this page has a part of the findings." } }
            @if self.show.amount != Amount::Everything {
                p { "This page has no more than " code { "--quiet" } " asks for." }
            }
            @if summary.documents == 0 { p class="alert" { "No document was checked." } }
            @if beyond_limit + without_room > 0 {
                p class="alert" {
                    (count(beyond_limit + without_room, "more finding")) " not shown here"
                    @if files > 0 { ", those of " (count(files, "more document")) " among them" }
                    ". "
                    @if beyond_limit > 0 { code { "--max-findings" } " shows more of a file. " }
                    code { "--format json" } " has all of them."
                }
            }
            @if parts > 0 {
                p class="alert" {
                    (count(parts, "more note")) " and lists of repairs not shown here. "
                    code { "--format human" } " shows all of them."
                }
            }
        }
    }

    fn numbers(&self, summary: &Summary) -> Vec<(&'static str, usize)> {
        let mut numbers = vec![("Documents", summary.documents), ("Errors", summary.errors)];
        if self.show.amount != Amount::Errors {
            numbers.push(("Warnings", summary.warnings));
        }
        if self.show.amount == Amount::Everything {
            numbers.push(("Rules not checked", summary.unchecked));
        }
        let other = [
            ("Files that could not be read", summary.unreadable),
            ("Documents that could not be checked", summary.uncheckable),
            ("Documents that could not be repaired", summary.unrepaired),
            ("Repairs", summary.fixed),
            ("Other files, skipped", summary.skipped),
        ];
        numbers.extend(other.into_iter().filter(|(_, number)| *number > 0));
        numbers
    }

    /// What could not be looked at.
    fn errors(&self) -> Markup {
        if self.errors.is_empty() {
            return html! {};
        }
        let more = self.errors.len().saturating_sub(MAX_LISTED);
        html! {
            section class="alert" aria-label="Could not be checked" {
                h2 id="errors" { "Could not be checked" }
                ul {
                    @for error in self.errors.iter().take(MAX_LISTED) {
                        li { code { (line(&error.source)) } ": " (prose(&error.reason)) }
                    }
                    @if more > 0 { li { "and " (more) " more, which standard error has" } }
                }
            }
        }
    }

    fn contents(&self) -> Markup {
        html! {
            section aria-label="Files with findings" {
                h2 id="files" { "Files with findings" }
                table {
                    caption { (count(self.files.len(), "file")) @if self.left_out.files > 0 { ", more not listed" } }
                    thead { tr { th scope="col" { "File" } th scope="col" class="number" { "Errors" } th scope="col" class="number" { "Warnings" } } }
                    tbody {
                        @for (at, file) in self.files.iter().enumerate() {
                            tr {
                                th scope="row" { a href=(format!("#file-{at}")) { code { (line(&file.name)) } } }
                                td class="number" { (file.errors) }
                                td class="number" { (file.warnings) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn findings(&self) -> Markup {
        let parts = self.files.iter().enumerate().map(|(at, file)| {
            let mut text = html! {
                summary { h3 { code { (line(&file.name)) } } }
                (PreEscaped(&file.html))
                @if file.left_out() > 0 { p class="quiet" { (count(file.left_out(), "more finding")) " of this file not shown here" } }
            }
            .into_string();
            text = format!("<details open id=\"file-{at}\">{text}</details>");
            text
        });
        let mut all = String::with_capacity(self.bytes);
        for part in parts {
            let _ = writeln!(all, "{part}");
        }
        html! {
            section aria-label="Findings" {
                h2 id="findings" { "Findings" }
                (PreEscaped(all))
            }
        }
    }

    fn unchecked(&self) -> Markup {
        if self.unchecked.is_empty() {
            return html! {};
        }
        html! {
            section aria-label="Not checked" {
                h2 id="unchecked" { "Not checked" }
                table class="stacked" {
                    caption { "Rules that could not be decided; " code { "--format json" } " has every place" }
                    thead { tr { th scope="col" { "Rules" } th scope="col" { "Why" } th scope="col" { "Where" } } }
                    tbody {
                        @for group in self.unchecked.iter().take(MAX_LISTED) {
                            tr {
                                td data-name="Rules" { @for code in &group.codes { code { (code) } " " } }
                                td data-name="Why" { (prose(&group.reason)) }
                                td data-name="Where" {
                                    ul {
                                        @for UncheckedPlace { source, pointer, .. } in &group.places {
                                            li { code { (line(source)) " " (line(pointer)) } }
                                        }
                                        @if group.other_places() > 0 { li { "and " (count(group.other_places(), "more place")) } }
                                    }
                                }
                            }
                        }
                    }
                }
                @if self.unchecked.len() > MAX_LISTED {
                    p { "and " (count(self.unchecked.len() - MAX_LISTED, "more reason")) }
                }
            }
        }
    }
}
