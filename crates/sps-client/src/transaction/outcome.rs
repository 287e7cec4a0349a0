//! What a commit did, as a look afterwards showed it.

use std::fmt;

use crate::compare::Seen;

/// What a commit did.
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use = "a value that was committed may not have been taken"]
#[non_exhaustive]
pub struct Outcome {
    /// How many objects were created, replaced or deleted.
    pub changed: usize,
    /// Each value that is not what was sent, although the commit went through.
    pub not_taken: Vec<NotTaken>,
    /// What could not be looked at: secrets, for no response shows them, and what could not be read.
    pub unverified: Vec<Unverified>,
    /// Whether the connection broke during the commit, and only a look showed that it went through.
    pub was_ambiguous: bool,
}

impl Outcome {
    /// Whether every object could be looked at and is as it was sent, but for secrets, which no response shows.
    pub fn is_complete(&self) -> bool {
        self.not_taken.is_empty() && !self.unverified.iter().any(|it| it.pointer.is_empty())
    }
}

/// A value that is not what was sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NotTaken {
    /// The object.
    pub path: String,
    /// The value in it, as an RFC 6901 pointer; empty for the object as a whole.
    pub pointer: String,
    /// What was sent.
    pub sent: Seen,
    /// What is there.
    pub found: Seen,
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, pointer, sent, found } = self;
        write!(f, "{path}#{pointer}: sent {sent}, found {found}")
    }
}

/// A place that could not be looked at.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Unverified {
    /// The object.
    pub path: String,
    /// The value in it, as an RFC 6901 pointer; empty for the object as a whole.
    pub pointer: String,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}: {}", self.path, self.pointer, self.reason)
    }
}
