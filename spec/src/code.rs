//! The index of diagnostic codes.

use crate::{rule::Severity, version::Version};

/// What raises a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Reading a document, or a type or format of a member, so that no rule needs to name it.
    Structure,
    /// The rules of the pages.
    Rule,
    /// The check of a tree of files, which sees more than one document.
    Tree,
}

impl Origin {
    /// The table of `codes.toml` that has such codes.
    pub fn table(self) -> &'static str {
        match self {
            Self::Structure => "structural",
            Self::Rule => "rule",
            Self::Tree => "tree",
        }
    }
}

/// One permanent diagnostic code, with its explanation.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// The code itself, in kebab case.
    pub code: String,
    /// The mistake, in a few words. It is the message of a rule without one.
    pub title: String,
    /// Severity of every diagnostic with this code.
    pub severity: Severity,
    /// First version for which it is an error, though earlier ones only warn.
    pub error_since: Option<Version>,
    /// What raises it.
    pub origin: Origin,
    /// Why it matters.
    pub why: String,
    /// An example that breaks it: JSON, or the value alone.
    pub breaks: String,
    /// An example that holds.
    pub holds: String,
    /// Help of a diagnostic: lower case, without a full stop.
    pub fix: String,
    /// Its sources in words: a guide page with its version, an RFC, or `inferred` with the reason.
    pub source: String,
    /// Ids of the sources behind it; none for a code that is inferred.
    pub sources: Vec<String>,
}
