//! One text of JSON or YAML, its place in a file, and errors about it.

use std::{borrow::Cow, fmt, path::PathBuf};

use sps_model::EndpointInfo;
use sps_validate::{
    Limits, Report,
    json::{self, Node},
    render::Renderer,
    span::{LineIndex, Position},
    yaml,
};

use crate::{endpoint, file_name::is_yaml};

/// One text of JSON or YAML and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The file as it was named, `-`, or `FILE:LINE` for a line of JSON Lines.
    pub(crate) source: String,
    /// The file as it was named, or `-`.
    pub(crate) file: String,
    /// The path, unless it is standard input.
    pub(crate) path: Option<PathBuf>,
    pub(crate) text: String,
    /// Lines of the file before this document.
    pub(crate) lines_before: usize,
    /// Bytes of the file before this document.
    pub(crate) bytes_before: usize,
    /// The endpoint of its path, if that was looked up before.
    pub(crate) by_path: ByPath,
    /// The file was found in a directory, not named.
    pub(crate) is_found: bool,
}

/// The endpoint that the path of a file leads to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ByPath {
    /// It was not looked up yet.
    Pending,
    /// The endpoint, if the path leads to one.
    Known(Option<&'static EndpointInfo>),
}

impl Document {
    /// A whole file, or a text that `source` names.
    pub(crate) fn whole(
        source: String,
        path: Option<PathBuf>,
        text: String,
        by_path: ByPath,
    ) -> Self {
        Self {
            file: source.clone(),
            source,
            path,
            text,
            lines_before: 0,
            bytes_before: 0,
            by_path,
            is_found: false,
        }
    }

    /// The endpoint that the path of its file leads to.
    pub(crate) fn endpoint(&self) -> Option<&'static EndpointInfo> {
        match self.by_path {
            ByPath::Known(endpoint) => endpoint,
            ByPath::Pending => self.path.as_deref().and_then(endpoint::of_path),
        }
    }

    /// Whether it is YAML, by the name of its file.
    pub(crate) fn is_yaml(&self) -> bool {
        self.path.as_deref().is_some_and(is_yaml)
    }

    /// Reads its values.
    pub(crate) fn parse(&self, limits: &Limits) -> Result<Parsed<'_>, ParseError> {
        if !self.is_yaml() {
            let root = json::scan(&self.text, limits).map_err(ParseError::Json)?;
            return Ok(Parsed { root, marks: None });
        }
        let yaml::Document { root, marks, .. } =
            yaml::scan(&self.text, limits).map_err(ParseError::Yaml)?;
        Ok(Parsed { root, marks: Some(marks) })
    }

    /// Its text as JSON.
    ///
    /// # Errors
    /// It is YAML, and cannot be read, or has a scalar that readers of YAML take for different values. The message has the
    /// place.
    pub(crate) fn json(&self, limits: &Limits) -> Result<Cow<'_, str>, String> {
        if !self.is_yaml() {
            return Ok(Cow::Borrowed(&self.text));
        }
        let parsed = self.parse(limits).map_err(|error| self.described(&error))?;
        self.refuse_doubts(&parsed)?;
        Ok(Cow::Owned(parsed.root.to_json()))
    }

    /// Refuses a scalar that readers of YAML take for different values.
    ///
    /// # Errors
    /// There is one; the message has its place.
    pub(crate) fn refuse_doubts(&self, parsed: &Parsed<'_>) -> Result<(), String> {
        let doubts = parsed.marks.as_ref().and_then(|marks| marks.first_doubt(&self.text));
        doubts.map_or(Ok(()), |span| {
            let at = self.positions().of(span.start);
            Err(format!(
                "{}:{}: YAML 1.1 and YAML 1.2 read this value differently; quote it if it is a text",
                at.line, at.column
            ))
        })
    }

    /// The error with its place.
    pub(crate) fn described(&self, error: &ParseError) -> String {
        let at = self.positions().of(error.at());
        format!("{}:{}: {error}", at.line, at.column)
    }

    /// Whether it is a line of JSON Lines.
    pub(crate) fn is_line(&self) -> bool {
        self.source != self.file
    }

    /// Translates offsets in this document.
    pub(crate) fn positions(&self) -> Positions {
        Positions {
            index: LineIndex::new(&self.text),
            lines_before: self.lines_before,
            bytes_before: self.bytes_before,
        }
    }
}

/// The values of a document.
#[derive(Debug)]
pub(crate) struct Parsed<'t> {
    pub(crate) root: Node<'t>,
    /// The spelling, if it is YAML.
    pub(crate) marks: Option<yaml::Marks>,
}

/// Why a document cannot be read. Never repeats a part of it.
#[derive(Debug)]
pub(crate) enum ParseError {
    Json(json::ScanError),
    Yaml(yaml::ScanError),
}

impl ParseError {
    /// Offset of the mistake, in bytes.
    pub(crate) fn at(&self) -> usize {
        match self {
            Self::Json(error) => error.at(),
            Self::Yaml(error) => error.at(),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error @ json::ScanError::Syntax { .. }) => {
                write!(f, "invalid JSON: {error}")
            }
            Self::Json(error) => write!(f, "{error}"),
            Self::Yaml(error @ yaml::ScanError::Syntax { .. }) => {
                write!(f, "invalid YAML: {error}")
            }
            Self::Yaml(error) => write!(f, "{error}"),
        }
    }
}

/// Turns offsets in a document into positions in its file.
#[derive(Debug)]
pub(crate) struct Positions {
    index: LineIndex,
    lines_before: usize,
    pub(crate) bytes_before: usize,
}

impl Positions {
    /// Translates offsets in a text that is a whole file.
    pub(crate) fn of_file(text: &str) -> Self {
        Self { index: LineIndex::new(text), lines_before: 0, bytes_before: 0 }
    }

    /// Renders diagnostics of `report`, which is about `text`, with positions in the file.
    pub(crate) fn renderer<'a>(
        &'a self,
        text: &'a str,
        file: &'a str,
        report: &Report,
    ) -> Renderer<'a> {
        Renderer::new(text, file, &self.index, report).with_lines_before(self.lines_before)
    }

    /// The position of a character of the text, at or before the offset: a code host drops what is behind the last one.
    pub(crate) fn of_character(&self, text: &str, offset: usize) -> Position {
        let is_break = |it: char| matches!(it, '\n' | '\r');
        let offset = offset.min(text.trim_end_matches(is_break).len());
        let before = text.get(..offset).and_then(|it| it.char_indices().next_back());
        match (before, text.get(offset..).and_then(|it| it.chars().next())) {
            (Some((start, before)), at) if at.is_none_or(is_break) && !is_break(before) => {
                self.of(start)
            }
            _ => self.of(offset),
        }
    }

    pub(crate) fn of(&self, offset: usize) -> Position {
        let position = self.index.position(offset);
        Position { line: position.line + self.lines_before, ..position }
    }
}

/// Why a source could not be read, checked or repaired.
#[derive(Debug, serde::Serialize)]
pub(crate) struct SourceError {
    pub(crate) source: String,
    pub(crate) reason: String,
    #[serde(skip)]
    pub(crate) step: Step,
}

/// The step that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Read,
    /// It was read, but its endpoint is unknown or takes no body.
    Check,
    /// It was checked, but the result did not reach its file.
    Repair,
    /// A file in a directory has nothing to do with any endpoint; it is skipped.
    Skip,
}

impl SourceError {
    /// An error about reading.
    pub(crate) fn new(source: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { source: source.into(), reason: reason.into(), step: Step::Read }
    }

    /// Makes it an error of another step.
    pub(crate) fn at(self, step: Step) -> Self {
        Self { step, ..self }
    }
}
