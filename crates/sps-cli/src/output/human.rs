//! The result of a check for people.

use std::{borrow::Cow, collections::BTreeSet, fmt::Write as _, io::Write as _};

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Renderer, Snippet,
    renderer::{AnsiColor, Style},
};
use anyhow::Result;
use sps_validate::{Copied, Diagnostic, Severity, Span, code};

use crate::{
    check::{
        input::Unreadable,
        validate::{Advice, Checked},
    },
    output::{
        self, Part, Render, Rendered, Sink, Stdout, Summary, count, diff,
        excerpt::{Excerpt, Hidden},
        one_line,
    },
    spec::spec,
    status::Status,
};

/// Writes findings with the lines they are about, then what was not checked, then a summary.
#[derive(Debug)]
pub(crate) struct Human {
    show: Show,
    unchecked: Vec<Unchecked>,
    /// Codes whose reason was given.
    explained: BTreeSet<&'static str>,
}

/// What people want to see.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Show {
    pub(crate) color: bool,
    pub(crate) amount: Amount,
    /// Whether a repair is only shown and not written.
    pub(crate) dry_run: bool,
}

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    Everything,
    /// No notes, and nothing about what is unchecked.
    Diagnostics,
    /// No warnings either.
    Errors,
}

/// Rules that could not be decided for the same reason, of all documents.
#[derive(Debug)]
struct Unchecked {
    reason: String,
    codes: BTreeSet<&'static str>,
    /// The first few places: source and pointer.
    places: Vec<(String, String)>,
    /// How many places there are.
    number: usize,
}

/// Places that are named; the others are counted.
const PLACES: usize = 3;

impl Human {
    pub(crate) fn new(show: Show) -> Self {
        Self { show, unchecked: Vec::new(), explained: BTreeSet::new() }
    }
}

impl Sink for Human {
    fn checked(&mut self, out: &mut Stdout, rendered: Rendered) -> Result<()> {
        for Part { text, once } in &rendered.parts {
            out.write_all(text.as_bytes())?;
            if let Some((code, reason)) = once
                && self.explained.insert(code)
            {
                out.write_all(reason.as_bytes())?;
            }
            // Each finding is a paragraph.
            writeln!(out)?;
        }
        self.remember(&rendered);
        Ok(())
    }

    fn unreadable(&mut self, out: &mut Stdout, unreadable: Unreadable) -> Result<()> {
        // Both may lead to the same terminal: keep the order.
        out.flush()?;
        output::complain(&format!(
            "error: {}: {}",
            one_line(&unreadable.source),
            unreadable.reason
        ));
        Ok(())
    }

    fn finish(&mut self, out: &mut Stdout, summary: &Summary, _: Status) -> Result<()> {
        for unchecked in &self.unchecked {
            let codes: Vec<&str> = unchecked.codes.iter().copied().collect();
            writeln!(
                out,
                "note: not checked: {}: {}",
                codes.join(", "),
                one_line(&unchecked.reason)
            )?;
            for (source, pointer) in &unchecked.places {
                writeln!(out, "  at {} {}", one_line(source), one_line(pointer))?;
            }
            let others = unchecked.number - unchecked.places.len();
            if others > 0 {
                writeln!(out, "  and at {}", count(others, "more place"))?;
            }
        }
        writeln!(out, "{}", in_words(summary, self.show))?;
        out.flush()?;
        Ok(())
    }
}

impl Human {
    fn remember(&mut self, rendered: &Rendered) {
        // Several rules may lack the same thing at the same place.
        let mut seen = BTreeSet::new();
        for unchecked in &rendered.unchecked {
            let known = self.unchecked.iter().position(|known| known.reason == unchecked.reason);
            let at = known.unwrap_or(self.unchecked.len());
            if known.is_none() {
                self.unchecked.push(Unchecked::new(unchecked.reason.clone()));
            }
            let Some(group) = self.unchecked.get_mut(at) else { continue };
            group.codes.insert(unchecked.code);
            if seen.insert((at, &unchecked.pointer)) {
                group.number += 1;
                if group.places.len() < PLACES {
                    group.places.push((rendered.source.clone(), unchecked.pointer.clone()));
                }
            }
        }
    }
}

impl Unchecked {
    fn new(reason: String) -> Self {
        Self { reason, codes: BTreeSet::new(), places: Vec::new(), number: 0 }
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
            parts.extend(advice(&checked).map(Part::from));
            unchecked = checked.report.unchecked;
        }
        Rendered { source: checked.source, parts, unchecked }
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
    /// `FILE:LINE:COLUMN: error[CODE] POINTER: MESSAGE`, the lines, what to do, and the reason.
    fn finding(self, checked: &Checked, hidden: &Hidden, diagnostic: &Diagnostic) -> Part {
        let Diagnostic { code, severity, pointer, message, .. } = diagnostic;
        let level = if *severity == Severity::Error { Level::ERROR } else { Level::WARNING };
        let (renderer, [strong, bold]) = if self.color {
            let color = if *severity == Severity::Error { AnsiColor::BrightRed } else { WARNING };
            let bold = Style::new().bold();
            (Renderer::styled().term_width(WIDTH), [bold.fg_color(Some(color.into())), bold])
        } else {
            (Renderer::plain().term_width(WIDTH), [Style::new(), Style::new()])
        };
        let space = if pointer.is_empty() { "" } else { " " };
        let mut text = format!(
            "{}: {strong}{severity}[{code}]{strong:#}{space}{}: {bold}{}{bold:#}\n",
            place(checked, diagnostic.span.start),
            one_line(pointer),
            one_line(message)
        );

        let lines = is_known(diagnostic).then(|| Lines::of(checked, hidden, diagnostic));
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
        let reason = spec().code(code).map(|it| {
            let note = Level::NOTE.message(it.why.as_str());
            let note = renderer.render(&[Group::with_level(level).element(note)]);
            (*code, format!("{:gutter$}{note}\n", ""))
        });
        Part { text, once: reason.filter(|_| self.amount == Amount::Everything) }
    }
}

/// The yellow of rustc's warnings.
const WARNING: AnsiColor = AnsiColor::Yellow;
/// Lines are cut before they get here.
const WIDTH: usize = 1_000;
/// How far a related place may stand from the finding to be shown with it. Unit: lines.
const APART: usize = 1_000;

/// Whether the document was looked into, so that it is known what must not be printed.
fn is_known(diagnostic: &Diagnostic) -> bool {
    !matches!(diagnostic.code, code::INVALID_JSON | code::LIMIT_EXCEEDED)
}

/// The lines of a diagnostic.
struct Lines {
    snippet: Snippet<'static, Annotation<'static>>,
    /// The number of the last one.
    last: usize,
    /// Related places that are too far away to be among them.
    notes: Vec<String>,
}

impl Lines {
    fn of(checked: &Checked, hidden: &Hidden, diagnostic: &Diagnostic) -> Self {
        let line = |span: Span| checked.places.position(span.start).line;
        let at = line(diagnostic.span);
        let (near, far): (Vec<_>, Vec<_>) =
            diagnostic.related.iter().partition(|it| line(it.span).abs_diff(at) <= APART);
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

/// The help with the suggestions that it does not name itself.
fn help(diagnostic: &Diagnostic) -> Option<String> {
    let Diagnostic { help, suggestions, .. } = diagnostic;
    let missing: Vec<String> = suggestions
        .iter()
        .filter(|word| {
            !help.contains(&format!("`{word}`")) && !help.contains(&format!("\"{word}\""))
        })
        .map(|word| format!("`{word}`"))
        .collect();
    match (help.is_empty(), missing.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("did you mean {}?", missing.join(" or "))),
        (false, true) => Some(help.clone()),
        (false, false) => Some(format!("{help} (near: {})", missing.join(", "))),
    }
}

fn advice(checked: &Checked) -> Option<String> {
    let source = one_line(&checked.source);
    let file = one_line(&checked.file);
    let what = match checked.advice? {
        // The name of a line of JSON Lines is no file that `sps request` could read.
        Advice::Rewrite if checked.source == checked.file => {
            format!("`sps request {file}` makes a body of it")
        }
        Advice::Rewrite => "`sps request` makes a body of it".to_owned(),
        Advice::TakeOne => "`sps request` makes a body of one of its items".to_owned(),
    };
    Some(format!("{source}: note: checked as a response, which cannot be PUT as it is; {what}\n"))
}

fn place(checked: &Checked, offset: usize) -> String {
    let position = checked.places.position(offset);
    format!("{}:{}:{}", one_line(&checked.file), position.line, position.column)
}

/// `5 documents: 1 error, 2 warnings, 3 not checked`. After a dry run, what would be left comes after what would go.
fn in_words(summary: &Summary, show: Show) -> String {
    let Summary { documents, errors, warnings, unchecked, unreadable, unknown, unrepaired, fixed } =
        *summary;
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
    for (number, what) in [(unreadable, "read"), (unknown, "checked"), (unrepaired, "repaired")] {
        if number > 0 {
            parts.push(format!("{number} could not be {what}"));
        }
    }
    format!("{}: {before}{}", count(documents, "document"), parts.join(", "))
}
