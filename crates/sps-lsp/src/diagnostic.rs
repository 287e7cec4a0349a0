//! Problems as the protocol has them.

use std::path::{Path, PathBuf};

use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Position, Range,
};
use sps_model::validate::{self, OtherFile, Related, Report, Severity, code};

use crate::{text::Text, uri::uri};

/// What a problem is from, for the editor.
pub(crate) const SOURCE: &str = "sps";

/// The problems of a file. `path_of` makes whole paths of those that reports have.
pub(crate) fn of_report(
    report: &Report,
    text: &Text,
    path: &Path,
    path_of: impl Fn(&Path) -> PathBuf,
) -> Vec<Diagnostic> {
    report.diagnostics.iter().map(|it| diagnostic(it, text, path, &path_of)).collect()
}

/// The problem of a file that cannot be read.
pub(crate) fn unreadable(reason: &str) -> Diagnostic {
    Diagnostic {
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some(SOURCE.to_owned()),
        message: format!("cannot read this file: {reason}"),
        ..Diagnostic::default()
    }
}

fn diagnostic(
    it: &validate::Diagnostic,
    text: &Text,
    path: &Path,
    path_of: &impl Fn(&Path) -> PathBuf,
) -> Diagnostic {
    let related = it.related.iter().filter_map(|it| related(it, text, path, path_of));
    let message = if it.help.is_empty() {
        it.message.clone()
    } else {
        format!("{}\nhelp: {}", it.message, it.help)
    };
    Diagnostic {
        range: text.range(it.span),
        severity: Some(severity(it.severity)),
        code: Some(NumberOrString::String(it.code.to_owned())),
        code_description: None,
        source: Some(SOURCE.to_owned()),
        message,
        related_information: Some(related.collect()),
        tags: is_without_effect(it.code).then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: Some(serde_json::json!({ "code": it.code, "pointer": it.pointer })),
    }
}

fn severity(it: Severity) -> DiagnosticSeverity {
    match it {
        Severity::Error => DiagnosticSeverity::ERROR,
        _ => DiagnosticSeverity::WARNING,
    }
}

/// Whether the appliance would ignore what is there: editors show it faded.
fn is_without_effect(code: &str) -> bool {
    matches!(code, code::IGNORED_KEY | code::UNKNOWN_KEY)
}

fn related(
    it: &Related,
    text: &Text,
    path: &Path,
    path_of: &impl Fn(&Path) -> PathBuf,
) -> Option<DiagnosticRelatedInformation> {
    let (path, range) = match &it.file {
        None => (path.to_owned(), text.range(it.span)),
        Some(other) => {
            let start = start(other);
            (path_of(Path::new(&other.name)), Range { start, end: start })
        }
    };
    let location = Location { uri: uri(&path)?, range };
    Some(DiagnosticRelatedInformation { location, message: it.message.clone() })
}

/// A place in another file, which counts from 1.
fn start(it: &OtherFile) -> Position {
    let number = |it: usize| u32::try_from(it.saturating_sub(1)).unwrap_or(u32::MAX);
    Position { line: number(it.line), character: number(it.column) }
}
