//! The check of many documents on all cores, without repairs.

use std::io::IsTerminal as _;

use anyhow::{Result, bail};
use sps_validate::Context;

use crate::{
    check::{
        bulk,
        document::{Document, SourceError, Step},
        input::{self, Item, Unit},
        interrupt,
        objects::Uses,
        selection::Selection,
        site::SiteSelection,
        validate,
    },
    command::check::{
        result::{DocumentResult, Settings, Writer},
        site::{self, SiteResult},
    },
    output::{is_quiet, progress::Progress},
};

/// Checks every document of a selection.
pub(super) fn run(
    settings: &Settings,
    writer: &mut Writer<'_>,
    selection: &Selection,
) -> Result<()> {
    if std::io::stderr().is_terminal() && !is_quiet() {
        writer.progress = Some(Progress::new(input::size(selection)));
    }
    let context = settings.context();
    let work =
        |unit: Unit, results: &mut Vec<UnitResult>| check_unit(settings, &context, unit, results);
    let mut collector = Collector { settings, writer: &mut *writer, uses: Uses::default() };
    bulk::run(selection, &context.limits, work, |results| collector.add_batch(results))?;
    if let Some(progress) = writer.progress.take() {
        progress.finish();
    }
    Ok(())
}

/// Result for one document of a unit, or for several accepted ones in a row.
enum UnitResult {
    /// Documents without any findings.
    Accepted { documents: usize, bytes: u64 },
    /// A document that was checked in full.
    Checked { result: Box<Result<DocumentResult, SourceError>>, bytes: u64 },
    /// A line about a file that was left alone.
    Note(String),
}

/// Checks the documents of a unit without looking at any other.
///
/// # Errors
/// The user pressed Ctrl-C.
fn check_unit(
    settings: &Settings,
    context: &Context<'_>,
    unit: Unit,
    results: &mut Vec<UnitResult>,
) -> Result<()> {
    if let Unit::Site(selection) = &unit {
        return check_site(settings, context, selection, results);
    }
    let is_accepted = |text: &str, by_path| {
        settings.is_quick && validate::is_accepted(text, by_path, settings.declared, context)
    };
    unit.each_unless(&context.limits, is_accepted, &mut |item| {
        if interrupt::is_requested() {
            bail!("interrupted");
        }
        match item {
            Item::Accepted { bytes } => add_accepted(results, bytes as u64),
            Item::Document(document) => {
                let bytes = document.as_ref().map_or(0, |it| it.text.len() as u64);
                let result = Box::new(check_document(settings, context, document));
                results.push(UnitResult::Checked { result, bytes });
            }
        }
        Ok(())
    })
}

/// Checks a tree, and files in its folders that do not belong to it.
fn check_site(
    settings: &Settings,
    context: &Context<'_>,
    selection: &SiteSelection,
    results: &mut Vec<UnitResult>,
) -> Result<()> {
    let SiteResult { documents, errors, notes, others } = site::check(selection, settings, false);
    results.extend(notes.into_iter().map(UnitResult::Note));
    let documents = documents
        .into_iter()
        .map(|it| Ok(DocumentResult::new(it.checked, None, &*settings.render)));
    let errors = errors.into_iter().map(Err);
    let checked = documents.chain(errors).map(Box::new);
    results.extend(checked.map(|result| UnitResult::Checked { result, bytes: 0 }));
    for path in others {
        check_unit(settings, context, Unit::File { path, is_found: false }, results)?;
    }
    Ok(())
}

fn add_accepted(results: &mut Vec<UnitResult>, length: u64) {
    match results.last_mut() {
        Some(UnitResult::Accepted { documents, bytes }) => {
            *documents += 1;
            *bytes += length;
        }
        _ => results.push(UnitResult::Accepted { documents: 1, bytes: length }),
    }
}

fn check_document(
    settings: &Settings,
    context: &Context<'_>,
    document: Result<Document, SourceError>,
) -> Result<DocumentResult, SourceError> {
    let document = document.map_err(|error| {
        let is_passed_over = settings.declared.passes_over(&error);
        if is_passed_over { error.at(Step::Skip) } else { error }
    })?;
    let copy = settings.objects.as_ref().map(|_| document.clone());
    let checked = validate::check(document, settings.declared, context)?;
    Ok(DocumentResult::new(checked, copy, &*settings.render))
}

/// Takes results in the order of the input, and adds what only earlier documents show: objects used twice.
struct Collector<'c, 'o> {
    settings: &'c Settings,
    writer: &'c mut Writer<'o>,
    uses: Uses,
}

impl Collector<'_, '_> {
    fn add_batch(&mut self, results: Vec<Vec<UnitResult>>) -> Result<()> {
        let mut advanced = 0;
        for result in results.into_iter().flatten() {
            advanced += match result {
                UnitResult::Accepted { documents, bytes } => {
                    self.writer.summary.documents += documents;
                    bytes
                }
                UnitResult::Checked { result, bytes } => {
                    match (*result).and_then(|result| self.with_earlier_uses(result)) {
                        Ok(result) => self.writer.document(result)?,
                        Err(error) => self.writer.source_error(error)?,
                    }
                    bytes
                }
                UnitResult::Note(note) => {
                    self.writer.note(&note)?;
                    0
                }
            };
        }
        self.writer.advance(advanced);
        Ok(())
    }

    /// Checks a document again if it refers to something that an earlier one uses.
    fn with_earlier_uses(
        &mut self,
        mut result: DocumentResult,
    ) -> Result<DocumentResult, SourceError> {
        self.uses.begin(&result.source);
        let references = std::mem::take(&mut result.references);
        if let (Some(objects), Some(document)) = (&self.settings.objects, result.document.take())
            && self.uses.is_used(&references)
        {
            let objects = objects.with_uses(&self.uses);
            let context = self.settings.context().with_resolver(&objects);
            let checked = validate::check(document, self.settings.declared, &context)?;
            result = DocumentResult::new(checked, None, &*self.settings.render);
        }
        self.uses.remember(&references);
        Ok(result)
    }
}
