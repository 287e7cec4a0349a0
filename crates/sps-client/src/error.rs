//! What can go wrong, in words that say what to do next.

use std::{error::Error as StdError, fmt};

use sps_model::{Any, Method};
use sps_validate::Report;

/// What went wrong: a kind to act upon, the appliance's own words, and the request it was about.
///
/// No password, session or key is in it: what was sent as a secret is struck from the appliance's words
/// too. Its `Display` is one line that ends in what to do.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    request: Option<(Method, String)>,
    status: Option<u16>,
    server_type: Option<String>,
    message: Option<String>,
    details: Option<Any>,
    note: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of [`Error`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting of the client is wrong: an address, a certificate, a pin.
    Settings,
    /// Nobody answers there. Nothing was sent.
    Connect,
    /// The appliance could not prove who it is, or no common encryption was found. Nothing was sent.
    Tls,
    /// The connection broke after the request had left: it may have been carried out.
    ConnectionLost,
    /// No response came in time: the request may have been carried out.
    Timeout,
    /// The appliance is not able to answer now: 502, 503, 504 or 429.
    Unavailable,
    /// The appliance wants a login first.
    Unauthenticated,
    /// Name, password or certificate is wrong.
    AuthenticationFailure,
    /// The user lacks the right.
    Unauthorized,
    /// There is no such object.
    NotFound,
    /// The state of the appliance does not allow it.
    Conflict,
    /// Somebody else holds the configuration.
    Locked {
        /// Who, if the appliance says it.
        holder: Option<String>,
    },
    /// The configuration would be inconsistent; [`Error::details`] has the appliance's list.
    Semantic,
    /// The appliance could not read the body.
    InvalidBody,
    /// Our own check refused the body; nothing was sent.
    Invalid(Report),
    /// No transaction is open, and this needs one.
    NotOpen,
    /// This client has a transaction open already.
    AlreadyOpen,
    /// The session ended while a transaction was open: the appliance discarded everything in it.
    SessionEnded,
    /// The transaction holds changes that it did not make.
    ForeignChanges {
        /// Where they are.
        paths: Vec<String>,
    },
    /// The appliance demands a message with every commit, and none was given.
    MessageRequired,
    /// The connection broke during the commit, and a look showed that nothing of it took effect.
    NotCommitted,
    /// It cannot be told whether the request was carried out.
    Ambiguous,
    /// The transaction may still be open.
    NotCancelled,
    /// A job of the appliance ended without a result.
    JobFailed,
    /// The response is not what the API describes.
    UnexpectedResponse,
    /// The journal could not be read or written.
    Journal,
    /// A file of this machine could not be read or written.
    File,
    /// An error that no other kind fits.
    Other,
}

impl ErrorKind {
    fn what(&self) -> &'static str {
        match self {
            Self::Settings => "a setting is wrong",
            Self::Connect => "cannot connect",
            Self::Tls => "no secure connection",
            Self::ConnectionLost => "the connection was lost before a response came",
            Self::Timeout => "no response in time",
            Self::Unavailable => "the appliance cannot response now",
            Self::Unauthenticated => "not logged in",
            Self::AuthenticationFailure => "the login was refused",
            Self::Unauthorized => "the user has no right to do this",
            Self::NotFound => "there is no such object",
            Self::Conflict => "the state of the appliance does not allow this",
            Self::Locked { .. } => "the configuration is locked",
            Self::Semantic => "the configuration would be inconsistent",
            Self::InvalidBody => "the appliance cannot read the body",
            Self::Invalid(_) => "the body is not valid and was not sent",
            Self::NotOpen => "no transaction is open",
            Self::AlreadyOpen => "a transaction of this client is open already",
            Self::SessionEnded => {
                "the session ended, and the appliance discarded everything in the transaction"
            }
            Self::ForeignChanges { .. } => {
                "the transaction holds changes that it did not make, and was not committed"
            }
            Self::MessageRequired => "the appliance demands a commit message",
            Self::NotCommitted => "nothing was committed",
            Self::Ambiguous => "it cannot be told whether this took effect",
            Self::NotCancelled => "the transaction may still be open",
            Self::JobFailed => "the job failed",
            Self::UnexpectedResponse => "the response is not what the API describes",
            Self::Journal => "the journal cannot be used",
            Self::File => "a file cannot be used",
            Self::Other => "the appliance refused",
        }
    }

    fn next(&self) -> &'static str {
        match self {
            Self::Settings => "correct it",
            Self::Connect => "check the address, and whether the appliance runs",
            Self::Tls => "check the CA or the pin",
            Self::ConnectionLost | Self::Timeout => "look whether it was carried out, then repeat",
            Self::Unavailable => "repeat later",
            Self::Unauthenticated | Self::SessionEnded => "log in and start again",
            Self::AuthenticationFailure => "check user, password and login method",
            Self::Unauthorized => "ask for the right, then log in again",
            Self::NotFound => "check the path and the key",
            Self::Conflict => "look at the transaction and start again",
            Self::Locked { .. } => "wait until the holder is done, or allow a longer wait",
            Self::Semantic => "correct what the details list",
            Self::InvalidBody | Self::Invalid(_) => "correct the body",
            Self::NotOpen => "open one with `Client::transaction`",
            Self::AlreadyOpen => "commit or cancel it first",
            Self::ForeignChanges { .. } => "find out who shares this session, and start again",
            Self::MessageRequired => "use `commit_with_message`",
            Self::NotCommitted => "start again",
            Self::Ambiguous => "look at the objects before doing anything else",
            Self::NotCancelled => {
                "run `sps transaction cancel`, or wait until the session times out"
            }
            Self::JobFailed => "read its remark and start it again",
            Self::UnexpectedResponse => "check the address and the version of the appliance",
            Self::Journal | Self::File => "check the path and its rights",
            Self::Other => "read the details",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            request: None,
            status: None,
            server_type: None,
            message: None,
            details: None,
            note: None,
            source: None,
        }))
    }

    /// A remark of ours, between what happened and what to do.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.0.note = Some(match self.0.note.take() {
            Some(old) => format!("{old}; {}", note.into()),
            None => note.into(),
        });
        self
    }

    pub(crate) fn at(mut self, method: Method, path: &str) -> Self {
        // What stands after `?` is no part of the address, and might be confidential.
        let path = path.split('?').next().unwrap_or_default();
        self.0.request = Some((method, path.to_owned()));
        self
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn answered(
        mut self,
        status: u16,
        server_type: Option<String>,
        message: Option<String>,
        details: Option<Any>,
    ) -> Self {
        self.0.status = Some(status);
        self.0.server_type = server_type;
        self.0.message = message;
        self.0.details = details;
        self
    }

    /// What the appliance says in a response that is no error by itself.
    pub(crate) fn said(mut self, message: String) -> Self {
        self.0.message = Some(message);
        self
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Another kind, for a look told what became of it; what had happened stays in the words.
    pub(crate) fn turned_into(self, kind: ErrorKind) -> Self {
        let happened = self.0.kind.what();
        self.note(happened).with_kind(kind)
    }

    /// What to act upon.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The status code of the response, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The appliance's name of the error, such as `SemanticError`.
    pub fn server_type(&self) -> Option<&str> {
        self.0.server_type.as_deref()
    }

    /// The appliance's sentence about it.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// What the appliance adds: a path, an object or a list.
    pub fn details(&self) -> Option<&Any> {
        self.0.details.as_ref()
    }

    /// The request: its method, and its path without query.
    pub fn request(&self) -> Option<(Method, &str)> {
        self.0.request.as_ref().map(|(method, path)| (*method, path.as_str()))
    }

    /// Whether time ran out before a response came.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether the same request may succeed later. A request that changes something must not be
    /// repeated without a look if [`Error::is_ambiguous`].
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Connect
                | ErrorKind::ConnectionLost
                | ErrorKind::Timeout
                | ErrorKind::Unavailable
        )
    }

    /// Whether the request may have been carried out although it failed.
    pub fn is_ambiguous(&self) -> bool {
        match self.0.kind {
            ErrorKind::ConnectionLost | ErrorKind::Timeout | ErrorKind::Ambiguous => true,
            ErrorKind::Unavailable => matches!(self.0.status, Some(502..=504)),
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, request, status, server_type, message, details, note, .. } = &*self.0;
        if let Some((method, path)) = request {
            write!(f, "{method} {path}: ")?;
        }
        f.write_str(kind.what())?;
        match kind {
            ErrorKind::Locked { holder: Some(holder) } => write!(f, " by {}", one_line(holder))?,
            ErrorKind::ForeignChanges { paths } => write!(f, ": {}", paths.join(", "))?,
            ErrorKind::Invalid(report) => {
                if let Some(first) = report.errors().next() {
                    write!(f, ": {}", one_line(&first.to_string()))?;
                }
                match report.errors().count() {
                    0 | 1 => {}
                    count => write!(f, " (and {} more)", count - 1)?,
                }
            }
            _ => {}
        }
        if let Some(status) = status {
            write!(f, " ({status}")?;
            if let Some(server_type) = server_type {
                write!(f, " {}", one_line(server_type))?;
            }
            if let Some(message) = message {
                write!(f, ": {}", one_line(message))?;
            }
            f.write_str(")")?;
        } else if let Some(message) = message {
            write!(f, " ({})", one_line(message))?;
        }
        if let Some(note) = note {
            write!(f, "; {}", one_line(note))?;
        }
        match (kind, details) {
            (ErrorKind::Other, None) => f.write_str("; the log of the appliance may say more"),
            _ => write!(f, "; {}", kind.next()),
        }
    }
}

/// Words from outside: no line break and no control character may reach a terminal.
fn one_line(words: &str) -> String {
    words.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, request, status, server_type, message, details, note, source } = &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("request", request)
            .field("status", status)
            .field("server_type", server_type)
            .field("message", message)
            .field("details", details)
            .field("note", note)
            .field("source", source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
