//! The result of a commit, as reading back showed it.

use std::fmt;

use sps_model::Side;

/// The result of a commit.
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use = "the appliance may have changed or dropped a value that was committed"]
#[non_exhaustive]
pub struct CommitReport {
    /// The number of objects that were created, replaced or deleted.
    pub changed: usize,
    /// The values that differ from what was sent, although the commit succeeded.
    pub mismatches: Vec<Mismatch>,
    /// The values that could not be compared: secrets, which no response shows, and what could not be read.
    pub unverified: Vec<Unverified>,
    /// Whether the connection broke during the commit, and only reading back showed that it succeeded.
    pub was_ambiguous: bool,
}

impl CommitReport {
    /// Whether every object was read back and is as it was sent. Secrets do not count: no response shows them.
    pub fn is_complete(&self) -> bool {
        self.mismatches.is_empty() && !self.unverified.iter().any(|it| it.pointer.is_empty())
    }
}

/// A value that, read back after the commit, differs from what was sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Mismatch {
    /// The path of the object.
    pub path: String,
    /// The value in it, as an RFC 6901 pointer; empty for the object as a whole.
    pub pointer: String,
    /// The value that was sent.
    pub sent: Side,
    /// The value that was read back.
    pub found: Side,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, pointer, sent, found } = self;
        write!(f, "{path}#{pointer}: sent {sent}, found {found}")
    }
}

/// A value that could not be compared with what was sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Unverified {
    /// The path of the object.
    pub path: String,
    /// The value in it, as an RFC 6901 pointer; empty for the object as a whole.
    pub pointer: String,
    /// The reason.
    pub reason: String,
}

impl fmt::Display for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}: {}", self.path, self.pointer, self.reason)
    }
}
