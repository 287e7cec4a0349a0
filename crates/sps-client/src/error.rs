//! Errors as data: the kind, the request, the response, and the way out.

mod advice;
mod kind;

use std::{borrow::Cow, error::Error as StdError, fmt, time::Duration};

use sps_model::{Any, Method};

pub use self::{
    advice::Advice,
    kind::{Argument, ErrorKind},
};

/// An error of the client: its kind, the request, and the appliance's own words.
///
/// It holds no password, session or key: what was sent as a secret is struck from the appliance's words too.
///
/// `Display` is one line: the request, the [kind](Self::kind), the [response](Self::status) and the
/// [notes](Self::notes). The way out is separate: [`Error::advice`].
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    request: Option<(Method, String)>,
    status: Option<u16>,
    server_type: Option<String>,
    message: Option<String>,
    details: Option<Any>,
    notes: Vec<String>,
    leaves_open: bool,
    retry_after: Option<Duration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
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
            notes: Vec::new(),
            leaves_open: false,
            retry_after: None,
            source: None,
        }))
    }

    pub(crate) fn argument(argument: Argument, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::argument(argument, reason))
    }

    /// Adds a fact about what happened.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    pub(crate) fn at(mut self, method: Method, path: &str) -> Self {
        // A query may be confidential.
        let path = path.split('?').next().unwrap_or_default();
        self.0.request = Some((method, path.to_owned()));
        self
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_response(
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

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    /// Adds the appliance's reason where the response itself was a success.
    pub(crate) fn with_message(mut self, message: String) -> Self {
        self.0.message = Some(message);
        self
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Replaces the kind after a closer look, and keeps the first one as a note.
    pub(crate) fn turned_into(self, kind: ErrorKind) -> Self {
        let first = self.0.kind.summary();
        self.note(first).with_kind(kind)
    }

    /// Notes that the transaction could not be canceled.
    pub(crate) fn leaving_open(mut self, cancel: &Self) -> Self {
        self.0.leaves_open = true;
        self.note(format!("the transaction could not be canceled and may still be open: {cancel}"))
    }

    /// The kind, to match on.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The status code of the response, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// How long the response asks to wait before the request is sent again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The appliance's name of the error, such as `SemanticError`.
    pub fn server_type(&self) -> Option<&str> {
        self.0.server_type.as_deref()
    }

    /// The appliance's sentence about the error.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The appliance's details: a path, an object or a list.
    pub fn details(&self) -> Option<&Any> {
        self.0.details.as_ref()
    }

    /// The request: its method, and its path without the query.
    pub fn request(&self) -> Option<(Method, &str)> {
        self.0.request.as_ref().map(|(method, path)| (*method, path.as_str()))
    }

    /// The user who holds the lock, if the kind is [`ErrorKind::Locked`] and the appliance names them.
    pub fn holder(&self) -> Option<&str> {
        match &self.0.kind {
            ErrorKind::Locked { holder } => holder.as_deref(),
            _ => None,
        }
    }

    /// Further facts in the order in which the client found them, such as how long it waited.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.0.notes.iter().map(String::as_str)
    }

    /// The way out of the error; `None` where its text shows it.
    pub fn advice(&self) -> Option<Advice> {
        match self.0.kind {
            ErrorKind::Other if self.0.details.is_some() => Some(Advice::ReadDetails),
            _ => self.0.kind.advice(),
        }
    }

    /// Whether time ran out before a response arrived.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether the same request may succeed later. If [`Error::is_ambiguous`] too, check whether a change was carried
    /// out before repeating it.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Connect
                | ErrorKind::Proxy { .. }
                | ErrorKind::ConnectionLost
                | ErrorKind::Timeout
                | ErrorKind::Unavailable
        )
    }

    /// Whether there was no connection to send the request through.
    pub(crate) fn was_not_sent(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Connect | ErrorKind::Proxy { .. })
    }

    /// Whether the request may have been carried out although it failed.
    pub fn is_ambiguous(&self) -> bool {
        match self.0.kind {
            ErrorKind::ConnectionLost | ErrorKind::Timeout | ErrorKind::Ambiguous => true,
            ErrorKind::Unavailable => matches!(self.0.status, Some(502..=504)),
            _ => false,
        }
    }

    /// Whether another session changed the configuration first, so that nothing of the change took effect.
    ///
    /// The same request fails again. Read what is there now and make the change on that, as
    /// [`Client::change`](crate::Client::change) does.
    pub fn is_conflict(&self) -> bool {
        matches!(self.0.kind, ErrorKind::CommitConflict | ErrorKind::Changed { .. })
    }

    /// Whether a transaction of this client may still be open and lock the configuration.
    pub fn leaves_open(&self) -> bool {
        self.0.leaves_open || self.0.kind == ErrorKind::NotCanceled
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, request, status, server_type, message, notes, .. } = &*self.0;
        if let Some((method, path)) = request {
            write!(f, "{method} {path}: ")?;
        }
        write!(f, "{kind}")?;
        let message = message.as_deref().map(one_line);
        match (status, server_type, message) {
            (Some(status), server_type, message) => {
                write!(f, " ({status}")?;
                if let Some(server_type) = server_type {
                    write!(f, " {}", one_line(server_type))?;
                }
                if let Some(message) = message {
                    write!(f, ": {message}")?;
                }
                f.write_str(")")?;
            }
            (None, _, Some(message)) => write!(f, " ({message})")?,
            (None, _, None) => {}
        }
        for note in notes {
            write!(f, "; {}", one_line(note))?;
        }
        Ok(())
    }
}

/// Keeps line breaks and control characters of foreign text away from a terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            kind,
            request,
            status,
            server_type,
            message,
            details,
            notes,
            leaves_open,
            retry_after,
            source,
        } = &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("request", request)
            .field("status", status)
            .field("server_type", server_type)
            .field("message", message)
            .field("details", details)
            .field("notes", notes)
            .field("leaves_open", leaves_open)
            .field("retry_after", retry_after)
            .field("source", source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use sps_model::{Difference, Side};
    use sps_validate::Report;

    use super::*;

    /// One error of each kind. A new kind does not compile until it is added here.
    fn every_kind() -> Vec<ErrorKind> {
        let kinds = vec![
            ErrorKind::argument(Argument::Address, "not a URL"),
            ErrorKind::Connect,
            ErrorKind::Tls,
            ErrorKind::ConnectionLost,
            ErrorKind::Timeout,
            ErrorKind::Unavailable,
            ErrorKind::Unauthenticated,
            ErrorKind::AuthenticationFailure,
            ErrorKind::Unauthorized,
            ErrorKind::NotFound,
            ErrorKind::Conflict,
            ErrorKind::Locked { holder: Some("bob".to_owned()) },
            ErrorKind::Semantic,
            ErrorKind::InvalidBody,
            ErrorKind::Invalid(Report::default()),
            ErrorKind::NotOpen,
            ErrorKind::AlreadyOpen,
            ErrorKind::SessionEnded,
            ErrorKind::ForeignChanges { changes: vec!["delete /api/x".to_owned()] },
            ErrorKind::MessageRequired,
            ErrorKind::NotCommitted,
            ErrorKind::CommitConflict,
            ErrorKind::Changed { differences: Vec::new() },
            ErrorKind::Ambiguous,
            ErrorKind::NotCanceled,
            ErrorKind::JobFailed,
            ErrorKind::UnexpectedResponse,
            ErrorKind::Journal,
            ErrorKind::File,
            ErrorKind::Other,
            ErrorKind::Proxy { proxy: "http://proxy.example:3128".to_owned() },
            ErrorKind::FirmwareTestFailed,
            ErrorKind::InvalidQuery,
        ];
        for (index, kind) in kinds.iter().enumerate() {
            assert_eq!(position(kind), index, "{kind:?}");
        }
        kinds
    }

    fn position(kind: &ErrorKind) -> usize {
        match kind {
            ErrorKind::InvalidArgument { .. } => 0,
            ErrorKind::Connect => 1,
            ErrorKind::Tls => 2,
            ErrorKind::ConnectionLost => 3,
            ErrorKind::Timeout => 4,
            ErrorKind::Unavailable => 5,
            ErrorKind::Unauthenticated => 6,
            ErrorKind::AuthenticationFailure => 7,
            ErrorKind::Unauthorized => 8,
            ErrorKind::NotFound => 9,
            ErrorKind::Conflict => 10,
            ErrorKind::Locked { .. } => 11,
            ErrorKind::Semantic => 12,
            ErrorKind::InvalidBody => 13,
            ErrorKind::Invalid(_) => 14,
            ErrorKind::NotOpen => 15,
            ErrorKind::AlreadyOpen => 16,
            ErrorKind::SessionEnded => 17,
            ErrorKind::ForeignChanges { .. } => 18,
            ErrorKind::MessageRequired => 19,
            ErrorKind::NotCommitted => 20,
            ErrorKind::CommitConflict => 21,
            ErrorKind::Changed { .. } => 22,
            ErrorKind::Ambiguous => 23,
            ErrorKind::NotCanceled => 24,
            ErrorKind::JobFailed => 25,
            ErrorKind::UnexpectedResponse => 26,
            ErrorKind::Journal => 27,
            ErrorKind::File => 28,
            ErrorKind::Other => 29,
            ErrorKind::Proxy { .. } => 30,
            ErrorKind::FirmwareTestFailed => 31,
            ErrorKind::InvalidQuery => 32,
        }
    }

    #[test]
    fn no_text_names_a_command_or_an_option() {
        let mut texts = std::collections::BTreeSet::new();
        for kind in every_kind() {
            let error = Error::new(kind).at(Method::Put, "/api/x");
            let text = error.to_string();
            assert!(!text.ends_with('.') && text.starts_with("PUT /api/x: "), "{text}");
            let summary = error.kind().to_string();
            assert!(summary.starts_with(char::is_lowercase), "{summary}");
            let advice = error.advice().map(|it| it.to_string()).unwrap_or_default();
            for text in [&text, &summary, &advice] {
                assert!(!text.contains("--") && !text.contains("sps "), "{text}");
                assert!(!text.contains("SPS_"), "{text}");
            }
            assert!(!text.contains(&advice) || advice.is_empty(), "advice is separate: {text}");
            assert!(texts.insert(summary), "two kinds have one text: {text}");
        }
    }

    #[test]
    fn names_the_members_that_changed() {
        let at = |pointer: &str| Difference::new(pointer, Side::Hidden, Side::Hidden);
        let text = |differences: Vec<Difference>| {
            let error = Error::new(ErrorKind::Changed { differences });
            assert!(error.is_conflict() && !error.is_retryable() && !error.is_ambiguous());
            let text = error.to_string();
            text.rsplit_once(": ").unwrap().1.to_owned()
        };
        assert_eq!(text(vec![at("/a"), at("/b/0")]), "/a, /b/0");
        assert_eq!(text(vec![at("")]), "the whole body");
        assert_eq!(text(vec![Difference::new("", Side::Hidden, Side::Absent)]), "it was deleted");
        let many = (0..10).map(|it| at(&format!("/{it}"))).collect();
        assert_eq!(text(many), "/0, /1, /2, /3, /4, /5, /6, /7, and 2 more");
    }

    #[test]
    fn advice_depends_on_the_response() {
        let error = |details: Option<Any>| {
            Error::new(ErrorKind::Other).with_response(500, None, None, details).advice()
        };
        assert_eq!(error(None), Some(Advice::ReadLog));
        assert_eq!(error(Some(serde_json::json!(7).into())), Some(Advice::ReadDetails));
    }

    #[test]
    fn a_failed_cancel_is_data() {
        let cancel = Error::new(ErrorKind::NotCanceled);
        assert!(cancel.leaves_open());
        let error = Error::new(ErrorKind::Semantic);
        assert!(!error.leaves_open());
        assert!(error.leaving_open(&cancel).leaves_open());
    }
}
