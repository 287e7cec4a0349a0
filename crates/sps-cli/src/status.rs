//! Exit statuses of the process.

use std::process::ExitCode;

/// Exit status of a command. A worse one is greater, so the status of many is their maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// 0: done, and nothing is wrong.
    Done,
    /// 3: there are differences.
    Different,
    /// 1: a document or a certificate is invalid, or a value did not take effect as it was sent.
    Invalid,
    /// 4: the appliance has changed meanwhile, or another session committed first; nothing was applied.
    Stale,
    /// 2: it could not be done: something could not be read, the command was misused, or the appliance refused.
    Failed,
    /// 129: its terminal went away before it was done.
    HungUp,
    /// 130: the user ended it before it was done.
    Interrupted,
    /// 143: the system or another program ended it before it was done.
    Terminated,
}

impl Status {
    /// Whether a signal ended it.
    pub(crate) const fn is_interrupted(self) -> bool {
        matches!(self, Self::HungUp | Self::Interrupted | Self::Terminated)
    }

    /// The number that the process exits with.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Different => 3,
            Self::Invalid => 1,
            Self::Stale => 4,
            Self::Failed => 2,
            // 128 and the number of the signal, which a shell reports for a process that the signal ended.
            Self::HungUp => 129,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.number())
    }
}
