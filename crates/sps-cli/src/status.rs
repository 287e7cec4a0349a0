//! What the process says when it ends.

use std::process::ExitCode;

/// The exit status of a command. A worse one is greater, so the status of many is their maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// 0: everything is as it should be.
    Valid,
    /// 1: a document or a certificate was read, and is wrong.
    Invalid,
    /// 2: something could not be read, or the command does not make sense.
    Unreadable,
    /// 129: its terminal went away before it was done.
    HungUp,
    /// 130: the user ended it before it was done.
    Interrupted,
    /// 143: the system or another program ended it before it was done.
    Terminated,
}

impl Status {
    /// Whether it was ended from outside.
    pub(crate) const fn is_interrupted(self) -> bool {
        matches!(self, Self::HungUp | Self::Interrupted | Self::Terminated)
    }

    /// The number that the process exits with.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
            Self::Unreadable => 2,
            // 128 and the number of the signal, as a shell says it of a process that the signal ended.
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
