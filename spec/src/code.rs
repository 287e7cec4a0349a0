//! The index of diagnostic codes.

use crate::rule::Severity;

/// One permanent diagnostic code, with what `sps explain` tells about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// The code itself, in kebab case.
    pub code: String,
    /// What is wrong, in a few words.
    pub title: String,
    /// Severity of every diagnostic with this code.
    pub severity: Severity,
    /// Whether reading a document raises it, so that no rule or format needs to name it.
    pub structural: bool,
    /// Why it matters.
    pub why: String,
    /// An example that breaks it: JSON, or the value alone.
    pub breaks: String,
    /// An example that holds.
    pub holds: String,
    /// What to do.
    pub fix: String,
    /// Where it comes from: a guide page with its version, an RFC, or `inferred` with the reason.
    pub source: String,
}
