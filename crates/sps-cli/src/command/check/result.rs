//! Settings of a run, the result for one document, and where results are written.

use std::io::Write as _;

use anyhow::Result;
use sps_validate::{Context, Use};

use crate::{
    check::{
        document::{Document, SourceError, Step},
        objects::Objects,
        validate::{Checked, Declared},
    },
    command::site::SecretSources,
    output::{
        Stdout, count, one_line,
        progress::Progress,
        remark,
        report::{Part, Render, Rendered, Sink, Summary},
    },
};

/// Settings of a run, the same for all documents.
pub(super) struct Settings {
    pub(super) declared: Declared,
    pub(super) context: Context<'static>,
    /// Codes of rules that are waived.
    pub(super) allowed: Vec<&'static str>,
    pub(super) objects: Option<Objects>,
    /// Which secrets of a tree are read; none without it.
    pub(super) secrets: Option<SecretSources>,
    pub(super) render: Box<dyn Render>,
    /// Nothing is printed about valid documents.
    pub(super) is_quick: bool,
}

impl Settings {
    /// The context, with the objects that references may name.
    pub(super) fn context(&self) -> Context<'_> {
        let context = self.context.with_waived(&self.allowed);
        match &self.objects {
            Some(objects) => context.with_resolver(objects),
            None => context,
        }
    }
}

/// Result for one document that could be checked.
pub(super) struct DocumentResult {
    pub(super) source: String,
    pub(super) summary: Summary,
    pub(super) rendered: Rendered,
    pub(super) references: Vec<Use>,
    /// The document itself, where earlier documents may change the result.
    pub(super) document: Option<Document>,
}

impl DocumentResult {
    /// Renders a checked document; with the document itself, the references are kept too.
    pub(super) fn new(
        mut checked: Checked,
        document: Option<Document>,
        render: &dyn Render,
    ) -> Self {
        let report = &mut checked.report;
        let references = document.iter().flat_map(|_| std::mem::take(&mut report.references));
        Self {
            references: references.collect(),
            summary: Summary {
                documents: 1,
                errors: report.errors().count(),
                warnings: report.warnings().count(),
                unchecked: report.unchecked.len(),
                unavailable: report
                    .errors()
                    .filter(|it| it.code == sps_site::code::SECRET_UNAVAILABLE)
                    .count(),
                ..Summary::default()
            },
            source: checked.source.clone(),
            document,
            rendered: render.render(checked),
        }
    }

    /// Puts the changes of a repair before the findings.
    pub(super) fn with_changes(mut self, changes: Option<Part>) -> Self {
        self.rendered.parts.splice(..0, changes);
        self
    }
}

/// Where results are written, one after the other.
pub(super) struct Writer<'o> {
    pub(super) sink: Box<dyn Sink>,
    pub(super) out: &'o mut Stdout,
    pub(super) summary: Summary,
    pub(super) progress: Option<Progress>,
    /// The last file that was skipped.
    pub(super) last_skipped: Option<String>,
}

impl Writer<'_> {
    pub(super) fn document(&mut self, result: DocumentResult) -> Result<()> {
        self.summary += result.summary;
        if result.rendered.is_empty() {
            return Ok(());
        }
        self.above(|sink, out| sink.checked(out, result.rendered))
    }

    pub(super) fn source_error(&mut self, error: SourceError) -> Result<()> {
        if error.step == Step::Skip {
            self.skip(error);
            return Ok(());
        }
        self.summary.count_error(error.step);
        self.above(|sink, out| sink.source_error(out, error))
    }

    /// Prints a note to standard error.
    pub(super) fn note(&mut self, note: &str) -> Result<()> {
        self.above(|_, out| {
            // Both may lead to the same terminal: keep the order.
            out.flush()?;
            remark(note);
            Ok(())
        })
    }

    /// Counts a file that was skipped, once for all lines of JSON Lines.
    fn skip(&mut self, error: SourceError) {
        if self.last_skipped.as_ref() != Some(&error.source) {
            self.summary.count_error(error.step);
            self.last_skipped = Some(error.source);
        }
    }

    /// Prints a note about skipped files to standard error, where every format has room for it.
    pub(super) fn note_skipped(&self) {
        if let Some(file) = &self.last_skipped {
            let skipped = self.summary.skipped;
            let (files, file) = (count(skipped, "other file"), one_line(file));
            let about = match skipped {
                1 => format!("that belongs to no known endpoint: {file}"),
                _ => format!("that belong to no known endpoint, such as {file}"),
            };
            remark(&format!("note: skipped {files} {about}; to check a file, pass `--endpoint`"));
        }
    }

    pub(super) fn advance(&mut self, bytes: u64) {
        if let Some(progress) = &mut self.progress {
            progress.advance(bytes);
        }
    }

    /// Writes above the bar, if there is one: both may be on the same terminal.
    fn above(
        &mut self,
        write: impl FnOnce(&mut dyn Sink, &mut Stdout) -> Result<()>,
    ) -> Result<()> {
        let Self { sink, out, progress, .. } = self;
        match progress {
            Some(progress) if progress.is_shown() => progress.suspend(|| {
                write(&mut **sink, out)?;
                Ok(out.flush()?)
            }),
            _ => write(&mut **sink, out),
        }
    }
}
