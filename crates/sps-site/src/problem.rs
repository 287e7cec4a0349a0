//! Diagnostics about a tree, in the form of those about a body.

use sps_model::validate::{Diagnostic, Finding, Severity, Span};

/// Makes an error with a message and a help of its own.
pub(crate) fn error(
    code: &'static str,
    pointer: &str,
    span: Span,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Diagnostic {
    problem(code, Severity::Error, pointer, span, message.into(), help.into())
}

/// Makes a warning with a message and a help of its own.
pub(crate) fn warning(
    code: &'static str,
    pointer: &str,
    span: Span,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Diagnostic {
    problem(code, Severity::Warning, pointer, span, message.into(), help.into())
}

/// The texts of a rule are part of the binary; these name files and labels, so they replace empty ones.
fn problem(
    code: &'static str,
    severity: Severity,
    pointer: &str,
    span: Span,
    message: String,
    help: String,
) -> Diagnostic {
    let finding = Finding::Rule { code, message: "", help: "", cause: None, replacement: None };
    let mut diagnostic = Diagnostic::new(finding, severity, pointer.to_owned(), span);
    diagnostic.message = message;
    diagnostic.help = help;
    diagnostic
}

/// `did you mean X?`, or nothing.
pub(crate) fn did_you_mean(name: Option<&str>) -> String {
    name.map(|name| format!("did you mean `{name}`?")).unwrap_or_default()
}
