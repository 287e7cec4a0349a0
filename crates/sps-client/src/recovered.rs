//! Transactions that an earlier run left open, as the client reports them.

use std::fmt;

/// A transaction that an earlier run left behind.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recovered {
    /// The user who opened it.
    pub user: String,
    /// When it was opened, in seconds since 1970-01-01T00:00:00Z.
    pub opened: u64,
    /// Its end.
    pub outcome: RecoveredOutcome,
}

/// The end of a transaction that an earlier run left behind.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RecoveredOutcome {
    /// It was still open; the client discarded it.
    Canceled,
    /// It was closed already, or its session had ended.
    Gone,
    /// It may still be open, for this reason. The journal keeps it for the next run.
    Failed(String),
}

impl RecoveredOutcome {
    pub(crate) fn is_canceled(&self) -> bool {
        *self == Self::Canceled
    }

    pub(crate) fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl fmt::Display for Recovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an earlier run of {} had left a transaction", self.user)?;
        match &self.outcome {
            RecoveredOutcome::Canceled => f.write_str(" open; it is discarded now"),
            RecoveredOutcome::Gone => f.write_str("; it is gone already"),
            RecoveredOutcome::Failed(reason) => write!(f, " that may still be open: {reason}"),
        }
    }
}
