//! The result of a check for people.

use std::collections::BTreeSet;
use std::io::Write as _;

use anyhow::Result;
use sps_validate::Diagnostic;

use crate::document::Advice;
use crate::document::Checked;
use crate::input::Unreadable;
use crate::output;
use crate::output::Sink;
use crate::output::Stdout;
use crate::output::Summary;
use crate::output::count;
use crate::output::one_line;

/// Writes `FILE:LINE:COLUMN: error[CODE] POINTER: MESSAGE` and what helps; quiet about what is fine.
#[derive(Debug, Default)]
pub(crate) struct Human {
    unchecked: Vec<Unchecked>,
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

impl Sink for Human {
    fn checked(&mut self, out: &mut Stdout, checked: &Checked) -> Result<()> {
        for diagnostic in &checked.report.diagnostics {
            self::diagnostic(out, checked, diagnostic)?;
        }
        advice(out, checked)?;
        self.remember(checked);
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

    fn finish(&mut self, out: &mut Stdout, summary: &Summary) -> Result<()> {
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
        writeln!(out, "{}", in_words(summary))?;
        out.flush()?;
        Ok(())
    }
}

impl Human {
    fn remember(&mut self, checked: &Checked) {
        // Several rules may lack the same thing at the same place.
        let mut seen = BTreeSet::new();
        for unchecked in &checked.report.unchecked {
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
                    group.places.push((checked.source.clone(), unchecked.pointer.clone()));
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

fn diagnostic(out: &mut Stdout, checked: &Checked, diagnostic: &Diagnostic) -> Result<()> {
    let Diagnostic { code, severity, pointer, message, .. } = diagnostic;
    let place = place(checked, diagnostic.span.start);
    let space = if pointer.is_empty() { "" } else { " " };
    writeln!(
        out,
        "{place}: {severity}[{code}]{space}{}: {}",
        one_line(pointer),
        one_line(message)
    )?;
    if let Some(help) = help(diagnostic) {
        writeln!(out, "  help: {}", one_line(&help))?;
    }
    for related in &diagnostic.related {
        let place = self::place(checked, related.span.start);
        writeln!(
            out,
            "  note: {place}: {}: {}",
            one_line(&related.pointer),
            one_line(&related.message)
        )?;
    }
    Ok(())
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

fn advice(out: &mut Stdout, checked: &Checked) -> Result<()> {
    let source = one_line(&checked.source);
    let file = one_line(&checked.file);
    match checked.advice {
        None => {}
        // The name of a line of JSON Lines is no file that `sps request` could read.
        Some(Advice::Rewrite) if checked.source == checked.file => writeln!(
            out,
            "{source}: note: checked as an answer, which cannot be PUT as it is; `sps request {file}` makes a \
             body of it"
        )?,
        Some(Advice::Rewrite) => writeln!(
            out,
            "{source}: note: checked as an answer, which cannot be PUT as it is; `sps request` makes a body of it"
        )?,
        Some(Advice::TakeOne) => writeln!(
            out,
            "{source}: note: checked as an answer, which cannot be PUT as it is; `sps request` makes a body of \
             one of its items"
        )?,
    }
    Ok(())
}

fn place(checked: &Checked, offset: usize) -> String {
    let position = checked.places.position(offset);
    format!("{}:{}:{}", one_line(&checked.file), position.line, position.column)
}

/// `5 documents: 1 error, 2 warnings, 3 not checked`.
fn in_words(summary: &Summary) -> String {
    let Summary { documents, errors, warnings, unchecked, unreadable } = *summary;
    let errors = if errors == 0 { "no errors".to_owned() } else { count(errors, "error") };
    let mut parts = if documents == 0 { Vec::new() } else { vec![errors] };
    if warnings > 0 {
        parts.push(count(warnings, "warning"));
    }
    if unchecked > 0 {
        parts.push(format!("{unchecked} not checked"));
    }
    if unreadable > 0 {
        parts.push(format!("{unreadable} could not be read"));
    }
    format!("{}: {}", count(documents, "document"), parts.join(", "))
}
