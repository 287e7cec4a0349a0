//! `sps check --fix`: one document after the other, so that none is left half repaired.

use std::{io::Write as _, path::Path};

use anyhow::Result;
use sps_validate::{Limits, fix};

use crate::{
    check::{
        document::{Document, SourceError, Step},
        fix::Pending,
        input::{self, Unit},
        interrupt,
        objects::Uses,
        selection::Selection,
        site::SiteSelection,
        validate::{self, Checked},
    },
    command::check::{
        result::{DocumentResult, Settings, Writer},
        site::{self, SiteDocument, SiteResult},
    },
    output::{Stdout, report::Part},
};

/// Repairs every document of a selection, and checks the results. The document of standard input goes to `stdin_copy`.
pub(super) fn run(
    settings: &Settings,
    writer: &mut Writer<'_>,
    selection: &Selection,
    stdin_copy: Option<&mut Stdout>,
    dry_run: bool,
) -> Result<()> {
    let limits = settings.context.limits;
    let mut repair = Repair {
        settings,
        writer,
        stdin_copy,
        pending: (!dry_run).then(Pending::default),
        uses: Uses::default(),
    };
    input::documents(selection, &limits, &mut |unit| repair.unit(unit, &limits))?;
    repair.finish()
}

struct Repair<'r, 'o> {
    settings: &'r Settings,
    writer: &'r mut Writer<'o>,
    /// Where the document of standard input goes.
    stdin_copy: Option<&'r mut Stdout>,
    /// Changes that are not written yet; `None` in a dry run.
    pending: Option<Pending>,
    uses: Uses,
}

impl Repair<'_, '_> {
    fn unit(&mut self, unit: Unit, limits: &Limits) -> Result<()> {
        if interrupt::is_requested() {
            return Ok(());
        }
        if let Unit::Site(selection) = &unit {
            return self.site(selection, limits);
        }
        unit.each(limits, &mut |document| {
            if interrupt::is_requested() { Ok(()) } else { self.document(document) }
        })
    }

    /// Repairs the files of a tree, and files in its folders that do not belong to it.
    fn site(&mut self, selection: &SiteSelection, limits: &Limits) -> Result<()> {
        let SiteResult { documents, errors, notes, others } =
            site::check(selection, self.settings, true);
        for note in notes {
            self.writer.note(&note)?;
        }
        for SiteDocument { checked, path, before } in documents {
            let mut changes = None;
            if let Some((before, copied)) = before {
                self.writer.summary.fixed += checked.fixes.len();
                changes = self.settings.render.diff(&before, &checked, &copied);
                self.write_change(&path, 0, before.text, checked.text.clone())?;
            }
            self.write_result(checked, changes)?;
        }
        for error in errors {
            self.writer.source_error(error)?;
        }
        for path in others {
            self.unit(Unit::File { path, is_found: false }, limits)?;
        }
        Ok(())
    }

    fn document(&mut self, document: Result<Document, SourceError>) -> Result<()> {
        let original = match document {
            Ok(document) => document,
            Err(error) if self.settings.declared.passes_over(&error) => {
                return self.writer.source_error(error.at(Step::Skip));
            }
            Err(error) => return self.writer.source_error(error),
        };
        match self.check(original.clone()) {
            Ok(checked) => self.repair(checked, original),
            Err(error) => {
                if original.is_line() {
                    // The other lines are there without it, as if it had been deleted.
                    self.copy_stdin(&original, &original.text)?;
                }
                self.writer.source_error(error)
            }
        }
    }

    fn repair(&mut self, checked: Checked, original: Document) -> Result<()> {
        let context = self.settings.context();
        let fix = if original.is_yaml() { sps_validate::fix_yaml } else { fix };
        let fixed = checked.subject.and_then(|subject| fix(&checked.text, &subject, &context));
        let Some(fixed) = fixed else {
            self.copy_stdin(&original, &original.text)?;
            return self.write_result(checked, None);
        };
        let repaired = Document { text: fixed.text.clone(), ..original.clone() };
        let after = match self.check(repaired) {
            Ok(after) => Checked { fixes: fixed.fixes, ..after },
            Err(error) => return self.writer.source_error(error),
        };
        self.writer.summary.fixed += after.fixes.len();
        let changes = self.settings.render.diff(&checked, &after, &fixed.copied);
        let copy = if self.pending.is_some() { &fixed.text } else { &original.text };
        self.copy_stdin(&original, copy)?;
        self.add_change(original, fixed.text)?;
        self.write_result(after, changes)
    }

    fn check(&mut self, document: Document) -> Result<Checked, SourceError> {
        let context = self.settings.context();
        let Settings { declared, objects, .. } = self.settings;
        let Some(objects) = objects else {
            return validate::check(document, *declared, &context);
        };
        self.uses.begin(&document.source);
        let checked = {
            let objects = objects.with_uses(&self.uses);
            validate::check(document, *declared, &context.with_resolver(&objects))?
        };
        self.uses.remember(&checked.report.references);
        Ok(checked)
    }

    fn write_result(&mut self, checked: Checked, changes: Option<Part>) -> Result<()> {
        let result = DocumentResult::new(checked, None, &*self.settings.render);
        self.writer.document(result.with_changes(changes))
    }

    /// Writes the document of standard input.
    fn copy_stdin(&mut self, original: &Document, text: &str) -> Result<()> {
        if let (Some(copy), None) = (&mut self.stdin_copy, &original.path) {
            copy.write_all(text.as_bytes())?;
            if original.is_line() {
                // It is read without its end.
                copy.write_all(b"\n")?;
            }
            copy.flush()?;
        }
        Ok(())
    }

    /// Changes a document in its file, unless this is a dry run.
    fn add_change(&mut self, original: Document, text: String) -> Result<()> {
        match &original.path {
            Some(path) => self.write_change(path, original.bytes_before, original.text, text),
            None => Ok(()),
        }
    }

    fn write_change(&mut self, path: &Path, at: usize, old: String, new: String) -> Result<()> {
        let Some(pending) = &mut self.pending else { return Ok(()) };
        match pending.add(path, at, old, new) {
            Ok(()) => Ok(()),
            Err(error) => self.writer.source_error(error),
        }
    }

    /// Writes the changes that are not in their file yet.
    fn finish(&mut self) -> Result<()> {
        match self.pending.as_mut().map_or(Ok(()), Pending::write) {
            Ok(()) => Ok(()),
            Err(error) => self.writer.source_error(error),
        }
    }
}
