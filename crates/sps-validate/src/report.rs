//! The result of a check: diagnostics, undecided rules, and spans that must not be printed.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::{
    finding::Finding,
    param::Param,
    reason::Reason,
    severity::Severity,
    span::{Position, Span},
};

/// Everything a check found, in the order of the document.
///
/// `Display` has one line for each diagnostic. `Debug` adds a line with their number and the unchecked rules, so a
/// program may return a report from `main`. Neither shows a sensitive value. Serialized, it is an object:
///
/// ```
/// use sps_validate::{Context, Form, Kind, Subject, explain};
/// let report = explain("1", &Subject::new(Kind::Bool, Form::Request), &Context::default());
/// let line = "error[wrong-type]: expected true or false, found number; replace it with true or false";
/// assert_eq!(report.to_string(), line);
/// assert_eq!(format!("{report:?}"), format!("1 error\n{line}"));
/// let json = serde_json::to_value(&report)?;
/// assert_eq!(json["diagnostics"][0]["code"], "wrong-type");
/// assert_eq!(json["diagnostics"][0]["span"], serde_json::json!({"start": 0, "end": 1}));
/// assert_eq!(json["unchecked"], serde_json::json!([]));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A member of `diagnostics` has `code`, `severity`, `pointer`, `span`, `message`, `params`, `help`, `suggestions` and
/// `related`; one of `unchecked` has `code`, `pointer`, `kind` and `reason`. Spans are in bytes:
/// [`LineIndex`](crate::span::LineIndex) turns them into lines and columns.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Every mistake and every warning.
    pub diagnostics: Vec<Diagnostic>,
    /// Every rule that could not be decided, with the reason. Never a silent pass.
    pub unchecked: Vec<Unchecked>,
    /// Spans of values that must not be printed: secrets, values of unknown keys, texts that do not look
    /// like the key that belongs there, and values that were not checked. Spans may overlap. A text that is
    /// not JSON, or exceeds a limit, was not checked at all.
    #[serde(skip)]
    pub sensitive: Vec<Span>,
    /// Every reference of the document, for checks across documents.
    #[serde(skip)]
    pub references: Vec<Use>,
}

impl Report {
    /// Whether nothing is wrong; warnings and undecided rules do not count.
    pub fn is_valid(&self) -> bool {
        self.errors().next().is_none()
    }

    /// The diagnostics that make the document invalid.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The diagnostics that do not make the document invalid.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning)
    }
}

impl fmt::Display for Report {
    /// One line a diagnostic: `error[CODE] at POINTER: MESSAGE; HELP`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Report {
    /// The number of diagnostics, then one line for each, then one for each unchecked rule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_counts(f)?;
        for diagnostic in &self.diagnostics {
            write!(f, "\n{diagnostic}")?;
        }
        for unchecked in &self.unchecked {
            write!(f, "\n{unchecked}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}

/// One mistake or warning at one place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The permanent name of what is wrong, such as `missing-key`.
    pub code: &'static str,
    /// Whether it makes the document invalid.
    pub severity: Severity,
    /// The place: an RFC 6901 pointer in wire names; for a missing member, where it belongs.
    pub pointer: String,
    /// The bytes of the document it is about.
    pub span: Span,
    /// What is wrong, without any sensitive value.
    pub message: String,
    /// Bounds and allowed values, as data.
    pub params: BTreeMap<&'static str, Param>,
    /// What to do about it.
    pub help: String,
    /// Names or values that were probably meant, best first.
    pub suggestions: Vec<String>,
    /// Other places that explain this one.
    pub related: Vec<Related>,
    /// What is wrong, as data.
    #[serde(skip)]
    pub finding: Finding,
}

impl Diagnostic {
    /// Makes a diagnostic of a finding, with the texts that belong to it.
    pub fn new(finding: Finding, severity: Severity, pointer: String, span: Span) -> Self {
        Self {
            code: finding.code(),
            severity,
            pointer,
            span,
            message: finding.message(),
            params: finding.params().into_iter().collect(),
            help: finding.help(),
            suggestions: finding
                .suggestions()
                .iter()
                .copied()
                .chain(finding.replacement())
                .map(str::to_owned)
                .collect(),
            related: Vec::new(),
            finding,
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, severity, pointer, message, .. } = self;
        write!(f, "{severity}[{code}]")?;
        if !pointer.is_empty() {
            write!(f, " at \"{pointer}\"")?;
        }
        write!(f, ": {message}")?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "; {}", self.help) }
    }
}

/// A second place that explains a diagnostic, such as the switch that makes an option illegal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Related {
    /// Where it is.
    pub pointer: String,
    /// The bytes of the document.
    pub span: Span,
    /// Its connection with the diagnostic.
    pub message: String,
    /// The other file that it is in, if it is not in the document itself. Pointer and span belong to that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<OtherFile>,
}

/// Another file than the one that a diagnostic is about, and a place in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OtherFile {
    /// The name of the file.
    pub name: String,
    /// The line of the place, from 1.
    pub line: usize,
    /// The column of its first character, from 1.
    pub column: usize,
}

impl OtherFile {
    /// A place in this file.
    pub fn new(name: impl Into<String>, at: Position) -> Self {
        Self { name: name.into(), line: at.line, column: at.column }
    }
}

impl Related {
    /// A related place.
    pub fn new(pointer: String, span: Span, message: impl Into<String>) -> Self {
        Self { pointer, span, message: message.into(), file: None }
    }

    /// Says that the place is in another file.
    #[must_use]
    pub fn in_file(self, file: OtherFile) -> Self {
        Self { file: Some(file), ..self }
    }
}

/// A rule that could not be decided.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Unchecked {
    /// The code of the rule.
    pub code: &'static str,
    /// Where it would have been reported.
    pub pointer: String,
    /// Why.
    pub reason: Reason,
}

impl Unchecked {
    /// Makes an entry for something undecided.
    pub fn new(code: &'static str, pointer: String, reason: Reason) -> Self {
        Self { code, pointer, reason }
    }
}

impl Serialize for Unchecked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut unchecked = serializer.serialize_struct("Unchecked", 4)?;
        unchecked.serialize_field("code", self.code)?;
        unchecked.serialize_field("pointer", &self.pointer)?;
        unchecked.serialize_field("kind", self.reason.kind())?;
        unchecked.serialize_field("reason", &self.reason.to_string())?;
        unchecked.end()
    }
}

/// One reference of a document.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Use {
    /// The full path of the object, such as `/api/configuration/passwords/KEY`.
    pub path: String,
    /// Where the document refers to it.
    pub pointer: String,
    /// Whether only one reference to it may exist.
    pub single_use: bool,
}

impl Use {
    /// A reference at `pointer` to the object at `path`.
    pub fn new(path: String, pointer: String, single_use: bool) -> Self {
        Self { path, pointer, single_use }
    }
}
