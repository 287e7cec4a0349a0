//! The kinds of errors.

use std::{borrow::Cow, fmt};

use sps_model::{Difference, Side};
use sps_validate::Report;

use super::{advice::Advice, one_line};

/// How many members are named in the text of an error.
const MAX_LISTED_PLACES: usize = 8;

/// The kinds of [`Error`](crate::Error).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument or a setting is invalid. Nothing was sent.
    InvalidArgument {
        /// The argument.
        argument: Argument,
        /// Why it is invalid. It never repeats the argument, which may hold a password.
        reason: Cow<'static, str>,
    },
    /// No connection to the address. Nothing was sent.
    Connect,
    /// The proxy cannot be reached, or does not connect to the appliance. Nothing was sent.
    Proxy {
        /// The address of the proxy.
        proxy: String,
    },
    /// The appliance could not prove its identity, or there is no common encryption. Nothing was sent.
    Tls,
    /// The connection broke after the request was sent: it may have been carried out.
    ConnectionLost,
    /// No response in time: the request may have been carried out.
    Timeout,
    /// The appliance cannot respond now: 502, 503, 504 or 429.
    Unavailable,
    /// The appliance requires a login.
    Unauthenticated,
    /// The appliance refused the user name, password or certificate.
    AuthenticationFailure,
    /// The user lacks the permission.
    Unauthorized,
    /// The object or endpoint does not exist.
    NotFound,
    /// The state of the appliance does not allow the request.
    Conflict,
    /// Another session holds the configuration.
    Locked {
        /// The user of that session, if the appliance names them.
        holder: Option<String>,
    },
    /// The configuration would be inconsistent; [`Error::details`](crate::Error::details) has the appliance's list.
    Semantic,
    /// The appliance could not read the body.
    InvalidBody,
    /// The appliance could not read the query of the path.
    InvalidQuery,
    /// The client found the body invalid. Nothing was sent.
    Invalid(Report),
    /// The request needs an open transaction.
    NotOpen,
    /// This client already has an open transaction.
    AlreadyOpen,
    /// The session ended while a transaction was open: the appliance discarded everything in it.
    SessionEnded,
    /// The transaction contains changes that were not made through it.
    ForeignChanges {
        /// The kind and path of each.
        changes: Vec<String>,
    },
    /// The appliance requires a message with every commit, and none was given.
    MessageRequired,
    /// The connection broke during the commit, and reading back showed that nothing took effect.
    NotCommitted,
    /// Another session committed after the transaction was opened, so nothing of this one was committed.
    CommitConflict,
    /// The object is no longer what the caller read. The request was not sent.
    Changed {
        /// The members that differ: as they were read, and as they are now. Secrets are hidden.
        ///
        /// One difference without a pointer that ends in [`Side::Absent`](sps_model::Side::Absent): the object was
        /// deleted.
        differences: Vec<Difference>,
    },
    /// It is unknown whether the request was carried out.
    Ambiguous,
    /// The transaction may still be open.
    NotCanceled,
    /// A job of the appliance ended without a result.
    JobFailed,
    /// The appliance cannot be upgraded to a firmware; [`Error::message`](crate::Error::message) has the reasons.
    FirmwareTestFailed,
    /// The response does not have the form that the API describes.
    UnexpectedResponse,
    /// The journal could not be read or written.
    Journal,
    /// A local file could not be read or written.
    File,
    /// An error that fits no other kind.
    Other,
}

/// An argument of the client that can be invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Argument {
    /// The address of the appliance.
    Address,
    /// The login.
    Login,
    /// The choice of what to trust: an authority, a pinned certificate, or any certificate.
    Trust,
    /// The address of the proxy.
    Proxy,
    /// The certificates of the trusted authorities.
    Authority,
    /// The SHA-256 digest of the pinned certificate.
    Pin,
    /// The client certificate.
    ClientCertificate,
    /// The private key of the client certificate.
    ClientKey,
    /// Another setting of the connection.
    Connection,
    /// The HTTP method.
    Method,
    /// The path of a request.
    Path,
    /// The key of an object.
    Key,
    /// A search.
    Query,
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Address => "address",
            Self::Login => "login",
            Self::Trust => "trust settings",
            Self::Proxy => "proxy",
            Self::Authority => "trusted authority",
            Self::Pin => "pin",
            Self::ClientCertificate => "client certificate",
            Self::ClientKey => "private key of the client certificate",
            Self::Connection => "connection settings",
            Self::Method => "method",
            Self::Path => "path",
            Self::Key => "key",
            Self::Query => "query",
        })
    }
}

impl ErrorKind {
    pub(crate) fn argument(argument: Argument, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidArgument { argument, reason: reason.into() }
    }

    /// The way out of an error of this kind; `None` where the text of the error shows it.
    pub(super) fn advice(&self) -> Option<Advice> {
        Some(match self {
            Self::InvalidArgument { .. } | Self::FirmwareTestFailed => return None,
            Self::Connect => Advice::CheckAddress,
            Self::Proxy { .. } => Advice::CheckProxy,
            Self::Tls => Advice::CheckTrust,
            Self::ConnectionLost | Self::Timeout => Advice::CheckThenRepeat,
            Self::Unavailable => Advice::RepeatLater,
            Self::Unauthenticated | Self::SessionEnded => Advice::LogInAgain,
            Self::AuthenticationFailure => Advice::CheckCredentials,
            Self::Unauthorized => Advice::AskForPermission,
            Self::NotFound => Advice::CheckPath,
            Self::Conflict => Advice::CheckTransaction,
            Self::Locked { .. } => Advice::WaitForLock,
            Self::Semantic => Advice::CorrectConfiguration,
            Self::InvalidBody | Self::Invalid(_) => Advice::CorrectBody,
            Self::InvalidQuery => Advice::CorrectQuery,
            Self::NotOpen => Advice::OpenTransaction,
            Self::AlreadyOpen => Advice::EndTransaction,
            Self::ForeignChanges { .. } => Advice::FindOtherWriter,
            Self::MessageRequired => Advice::GiveCommitMessage,
            Self::NotCommitted => Advice::StartAgain,
            Self::CommitConflict | Self::Changed { .. } => Advice::ReadAgain,
            Self::Ambiguous => Advice::CheckObjects,
            Self::NotCanceled => Advice::CancelTransaction,
            Self::JobFailed => Advice::RestartJob,
            Self::UnexpectedResponse => Advice::CheckVersion,
            Self::Journal | Self::File => Advice::CheckFile,
            Self::Other => Advice::ReadLog,
        })
    }

    /// The kind in words, without the data in it.
    pub(crate) fn summary(&self) -> &'static str {
        match self {
            Self::InvalidArgument { .. } => "an argument is invalid",
            Self::Connect => "cannot connect",
            Self::Proxy { .. } => "cannot connect through the proxy",
            Self::Tls => "no secure connection",
            Self::ConnectionLost => "the connection was lost before a response arrived",
            Self::Timeout => "no response in time",
            Self::Unavailable => "the appliance cannot respond now",
            Self::Unauthenticated => "not logged in",
            Self::AuthenticationFailure => "the login was refused",
            Self::Unauthorized => "the user lacks the permission",
            Self::NotFound => "object not found",
            Self::Conflict => "the state of the appliance does not allow this",
            Self::Locked { .. } => "the configuration is locked",
            Self::Semantic => "the configuration would be inconsistent",
            Self::InvalidBody => "the appliance cannot read the body",
            Self::InvalidQuery => "the appliance cannot read the query",
            Self::Invalid(_) => "the body is invalid and was not sent",
            Self::NotOpen => "no transaction is open",
            Self::AlreadyOpen => "this client already has an open transaction",
            Self::SessionEnded => {
                "the session ended, and the appliance discarded everything in the transaction"
            }
            Self::ForeignChanges { .. } => {
                "the transaction contains changes that were not made through it and was not committed"
            }
            Self::MessageRequired => "the appliance requires a commit message",
            Self::NotCommitted => "nothing was committed",
            Self::CommitConflict => "nothing was committed: another session committed first",
            Self::Changed { .. } => {
                "the object changed after it was read, and the request was not sent"
            }
            Self::Ambiguous => "it is unknown whether this took effect",
            Self::NotCanceled => "the transaction may still be open",
            Self::JobFailed => "the job failed",
            Self::FirmwareTestFailed => "the appliance cannot run this firmware",
            Self::UnexpectedResponse => "unexpected response",
            Self::Journal => "cannot use the journal",
            Self::File => "cannot use a file",
            Self::Other => "the appliance refused the request",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::InvalidArgument { argument, reason } = self {
            return write!(f, "invalid {argument}: {reason}");
        }
        f.write_str(self.summary())?;
        match self {
            Self::Proxy { proxy } => write!(f, " {proxy}"),
            Self::Locked { holder: Some(holder) } => write!(f, " by {}", one_line(holder)),
            Self::ForeignChanges { changes } => {
                write!(f, ": {}", one_line(&changes.join(", ")))
            }
            Self::Changed { differences } => write!(f, ": {}", one_line(&places(differences))),
            Self::Invalid(report) => {
                if let Some(first) = report.errors().next() {
                    write!(f, ": {}", one_line(&first.to_string()))?;
                }
                match report.errors().count() {
                    0 | 1 => Ok(()),
                    count => write!(f, " (and {} more)", count - 1),
                }
            }
            _ => Ok(()),
        }
    }
}

/// The places of differences, without the values, which may be long.
fn places(differences: &[Difference]) -> String {
    let name = |it: &Difference| match (it.pointer.as_str(), &it.after) {
        ("", Side::Absent) => "it was deleted".to_owned(),
        ("", _) => "the whole body".to_owned(),
        (pointer, _) => pointer.to_owned(),
    };
    let mut names: Vec<_> = differences.iter().take(MAX_LISTED_PLACES).map(name).collect();
    if let more @ 1.. = differences.len().saturating_sub(MAX_LISTED_PLACES) {
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}
