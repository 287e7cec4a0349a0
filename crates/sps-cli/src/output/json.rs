//! The result of a check for programs, version 1 of its schema.
//!
//! Each document is a line of its own and is written as soon as it is checked.

use std::{collections::BTreeMap, io::Write as _};

use anyhow::{Context as _, Result};
use serde::Serialize;
use sps_validate::{Copied, Diagnostic, Form, Param, Related, Severity, Span};

use crate::{
    check::{
        document::{Positions, SourceError},
        validate::Checked,
    },
    output::{
        advice,
        human::Amount,
        record,
        report::{Part, Render, Rendered, Sink, Summary},
        stdout::{Stdout, complain},
        text::one_line,
    },
    status::Status,
};

/// Writes one JSON object.
#[derive(Debug, Default)]
pub(crate) struct Json {
    errors: Vec<SourceError>,
    begun: bool,
}

impl Json {
    /// The text before the next document.
    fn separator(&mut self) -> &'static str {
        if std::mem::replace(&mut self.begun, true) {
            ",\n  "
        } else {
            "{\"schema_version\": 1,\n \"documents\": [\n  "
        }
    }
}

/// Makes the line of a document.
#[derive(Debug)]
pub(crate) struct Line(pub(crate) Amount);

impl Render for Line {
    fn render(&self, mut checked: Checked) -> Rendered {
        self.0.apply(&mut checked.report);
        let line = serde_json::to_string(&DocumentJson::from(&checked))
            .expect("texts and numbers under texts are JSON");
        Rendered { parts: vec![line.into()], ..Rendered::default() }
    }

    fn diff(&self, _: &Checked, _: &Checked, _: &[Copied]) -> Option<Part> {
        None
    }
}

impl Sink for Json {
    fn checked(&mut self, out: &mut Stdout, rendered: Rendered) -> Result<()> {
        for line in rendered.parts {
            write!(out, "{}{}", self.separator(), line.text)?;
        }
        Ok(())
    }

    fn source_error(&mut self, _: &mut Stdout, error: SourceError) -> Result<()> {
        complain(&format!("error: {}: {}", one_line(&error.source), error.reason));
        self.errors.push(error);
        Ok(())
    }

    fn finish(&mut self, out: &mut Stdout, summary: &Summary, _: Status) -> Result<()> {
        if !self.begun {
            write!(out, "{{\"schema_version\": 1,\n \"documents\": [")?;
        }
        let unreadable = serde_json::to_string(&self.errors).context("cannot write the report")?;
        let summary = serde_json::to_string(summary).context("cannot write the report")?;
        writeln!(out, "],\n \"unreadable\": {unreadable},\n \"summary\": {summary}}}")?;
        out.flush()?;
        Ok(())
    }
}

/// Remembers every finding about a document for the result of the run.
pub(crate) fn remember(checked: &Checked) {
    if !record::is_on() {
        return;
    }
    for diagnostic in &checked.report.diagnostics {
        let json = serde_json::to_value(DiagnosticJson::new(diagnostic, &checked.positions))
            .expect("texts and numbers under texts are JSON");
        record::finding(&checked.source, checked.endpoint, json);
    }
}

#[derive(Debug, Serialize)]
struct DocumentJson<'a> {
    source: &'a str,
    endpoint: Option<&'a str>,
    form: &'a str,
    diagnostics: Vec<DiagnosticJson<'a>>,
    unchecked: Vec<UncheckedJson<'a>>,
    /// What `--fix` repaired, or would repair.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixed: Vec<FixJson<'a>>,
}

#[derive(Debug, Serialize)]
struct FixJson<'a> {
    code: &'a str,
    pointer: &'a str,
}

#[derive(Debug, Serialize)]
struct DiagnosticJson<'a> {
    code: &'a str,
    severity: Severity,
    pointer: &'a str,
    span: SpanJson,
    message: &'a str,
    params: &'a BTreeMap<&'static str, Param>,
    help: String,
    suggestions: &'a [String],
    related: Vec<RelatedJson<'a>>,
}

#[derive(Debug, Serialize)]
struct RelatedJson<'a> {
    /// The other file, if it is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    pointer: &'a str,
    span: SpanJson,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct UncheckedJson<'a> {
    code: &'a str,
    pointer: &'a str,
    /// A name for machines.
    kind: &'a str,
    reason: String,
}

/// Bytes of a file, and the line and column (in characters) of the first one.
#[derive(Debug, Serialize)]
struct SpanJson {
    start: usize,
    end: usize,
    line: usize,
    column: usize,
}

impl<'a> From<&'a Checked> for DocumentJson<'a> {
    fn from(checked: &'a Checked) -> Self {
        let report = &checked.report;
        let positions = &checked.positions;
        let unchecked = report.unchecked.iter().map(|it| UncheckedJson {
            code: it.code,
            pointer: &it.pointer,
            kind: it.reason.kind(),
            reason: advice::reason(it, checked.is_in_tree),
        });
        Self {
            source: &checked.source,
            endpoint: checked.endpoint,
            form: if checked.form == Form::Response { "response" } else { "request" },
            diagnostics: report
                .diagnostics
                .iter()
                .map(|it| DiagnosticJson::new(it, positions))
                .collect(),
            unchecked: unchecked.collect(),
            fixed: checked
                .fixes
                .iter()
                .map(|it| FixJson { code: it.code, pointer: &it.pointer })
                .collect(),
        }
    }
}

impl<'a> DiagnosticJson<'a> {
    fn new(diagnostic: &'a Diagnostic, positions: &Positions) -> Self {
        Self {
            code: diagnostic.code,
            severity: diagnostic.severity,
            pointer: &diagnostic.pointer,
            span: SpanJson::new(diagnostic.span, positions),
            message: &diagnostic.message,
            params: &diagnostic.params,
            help: advice::help(diagnostic),
            suggestions: &diagnostic.suggestions,
            related: diagnostic.related.iter().map(|it| RelatedJson::new(it, positions)).collect(),
        }
    }
}

impl<'a> RelatedJson<'a> {
    fn new(related: &'a Related, positions: &Positions) -> Self {
        let span = match &related.file {
            Some(file) => {
                let Span { start, end } = related.span;
                SpanJson { start, end, line: file.line, column: file.column }
            }
            None => SpanJson::new(related.span, positions),
        };
        let source = related.file.as_ref().map(|it| it.name.as_str());
        Self { source, pointer: &related.pointer, span, message: &related.message }
    }
}

impl SpanJson {
    fn new(span: Span, positions: &Positions) -> Self {
        let position = positions.of(span.start);
        Self {
            start: span.start + positions.bytes_before,
            end: span.end + positions.bytes_before,
            line: position.line,
            column: position.column,
        }
    }
}
