//! Advice: the way out of an error.

use std::fmt;

/// The way out of an [`Error`](crate::Error), as data.
///
/// `Display` says it in terms of this library. A program with terms of its own, such as options of a command line,
/// matches on the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// Check the address, and whether the appliance is running.
    CheckAddress,
    /// Check the proxy, and whether it may connect to the appliance.
    CheckProxy,
    /// Check the trusted authority or the pinned certificate.
    CheckTrust,
    /// Check whether the request was carried out before repeating it.
    CheckThenRepeat,
    /// Try again later.
    RepeatLater,
    /// Log in and start again.
    LogInAgain,
    /// Check user, password, certificate and login method.
    CheckCredentials,
    /// Ask an administrator for the permission.
    AskForPermission,
    /// Check the path and the key.
    CheckPath,
    /// Check the state of the transaction, then start again.
    CheckTransaction,
    /// Wait until the holder of the lock is done.
    WaitForLock,
    /// Correct what [`Error::details`](crate::Error::details) lists.
    CorrectConfiguration,
    /// Correct the body.
    CorrectBody,
    /// Correct the query of the path.
    CorrectQuery,
    /// Open a transaction.
    OpenTransaction,
    /// Commit or cancel the open transaction.
    EndTransaction,
    /// Find the other program that uses this session.
    FindOtherWriter,
    /// Commit with a message.
    GiveCommitMessage,
    /// Start again with a new transaction.
    StartAgain,
    /// Read the objects again, and make the change on what is there now.
    ReadAgain,
    /// Check the objects before doing anything else.
    CheckObjects,
    /// Cancel the transaction, or wait until its session times out.
    CancelTransaction,
    /// Start the job again.
    RestartJob,
    /// Check the address and the version of the appliance.
    CheckVersion,
    /// Check the path of the file and its permissions.
    CheckFile,
    /// Read [`Error::details`](crate::Error::details).
    ReadDetails,
    /// Read the log of the appliance.
    ReadLog,
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CheckAddress => "check the address and whether the appliance is running",
            Self::CheckProxy => "check the proxy and whether it may connect to the appliance",
            Self::CheckTrust => "check the trusted authority or the pinned certificate",
            Self::CheckThenRepeat => {
                "check whether the request was carried out before repeating it"
            }
            Self::RepeatLater => "try again later",
            Self::LogInAgain => "log in and start again",
            Self::CheckCredentials => "check user, password, certificate and login method",
            Self::AskForPermission => "ask an administrator for the permission, then log in again",
            Self::CheckPath => "check the path and the key",
            Self::CheckTransaction => "check the state of the transaction, then start again",
            Self::WaitForLock => "wait until the holder is done, or wait longer for the lock",
            Self::CorrectConfiguration => "correct what the details list",
            Self::CorrectBody => "correct the body",
            Self::CorrectQuery => "correct the query",
            Self::OpenTransaction => "open one with `Client::transaction`",
            Self::EndTransaction => "commit or cancel the open transaction first",
            Self::FindOtherWriter => {
                "find the other program that uses this session, then start again"
            }
            Self::GiveCommitMessage => "use `Transaction::commit_with_message`",
            Self::StartAgain => "start again with a new transaction",
            Self::ReadAgain => "read the objects again, and make the change on what is there now",
            Self::CheckObjects => "check the objects before doing anything else",
            Self::CancelTransaction => {
                "call `Client::cancel_transaction`, or wait until the session times out"
            }
            Self::RestartJob => "start the job again",
            Self::CheckVersion => "check the address and the version of the appliance",
            Self::CheckFile => "check the path of the file and its permissions",
            Self::ReadDetails => "read the details",
            Self::ReadLog => "read the log of the appliance",
        })
    }
}
