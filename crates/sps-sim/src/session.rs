//! Users and their sessions.

use std::{
    collections::HashMap,
    fmt,
    time::{Duration, SystemTime},
};

/// A user who can log in.
#[derive(Clone)]
pub struct User {
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) rights: Rights,
}

/// Rights of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Read and write everything.
    Write,
    /// Read everything.
    Read,
    /// Log in only: the privilege for the REST API is missing.
    None,
}

impl User {
    /// Creates a user who may do everything.
    pub fn admin(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: password.into(), rights: Rights::Write }
    }

    /// Creates a user who may read everything and change nothing.
    pub fn reader(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { rights: Rights::Read, ..Self::admin(name, password) }
    }

    /// Creates a user who may log in, but do nothing else.
    pub fn powerless(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { rights: Rights::None, ..Self::admin(name, password) }
    }

    /// Whether the password is right. The comparison takes the same time for a wrong one.
    pub(crate) fn has_password(&self, password: &str) -> bool {
        let (a, b) = (self.password.as_bytes(), password.as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, password: _, rights } = self;
        f.debug_struct("User").field("name", name).field("rights", rights).finish_non_exhaustive()
    }
}

/// Credentials that a session was opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    Password,
    Certificate,
}

/// One session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) user: String,
    pub(crate) rights: Rights,
    /// Token that a browser has to send back.
    pub(crate) x_token: String,
    pub(crate) credential: Credential,
    pub(crate) last_request: SystemTime,
}

/// The user and session of a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) token: String,
    pub(crate) user: String,
    pub(crate) rights: Rights,
    pub(crate) x_token: String,
    pub(crate) credential: Credential,
    pub(crate) remaining: Duration,
}

/// All open sessions.
#[derive(Default)]
pub(crate) struct Sessions {
    by_token: HashMap<String, Session>,
    /// Tokens of the sessions of clients that send a password instead of a cookie, by user.
    without_cookie: HashMap<String, String>,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sessions({})", self.by_token.len())
    }
}

impl Sessions {
    pub(crate) fn open(
        &mut self,
        token: String,
        user: &User,
        credential: Credential,
        x_token: String,
        now: SystemTime,
    ) {
        let (user, rights) = (user.name.clone(), user.rights);
        let session = Session { user, rights, x_token, credential, last_request: now };
        self.by_token.insert(token, session);
    }

    /// Returns the token of the open session that a user has without a cookie.
    pub(crate) fn token_without_cookie(&self, user: &str) -> Option<String> {
        self.without_cookie.get(user).filter(|it| self.is_open(it)).cloned()
    }

    /// Makes a session the one that its user has without a cookie.
    pub(crate) fn keep_without_cookie(&mut self, user: &str, token: String) {
        self.without_cookie.insert(user.to_owned(), token);
    }

    /// Returns the caller with this token, and restarts the idle time of the session.
    pub(crate) fn touch(
        &mut self,
        token: &str,
        now: SystemTime,
        timeout: Duration,
    ) -> Option<Caller> {
        let session = self.by_token.get_mut(token)?;
        session.last_request = now;
        Some(Caller {
            token: token.to_owned(),
            user: session.user.clone(),
            rights: session.rights,
            x_token: session.x_token.clone(),
            credential: session.credential,
            remaining: timeout,
        })
    }

    /// Returns all open sessions with their tokens, in no order.
    #[cfg(feature = "page")]
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Session)> {
        self.by_token.iter().map(|(token, session)| (token.as_str(), session))
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        self.by_token.len()
    }

    pub(crate) fn close(&mut self, token: &str) {
        self.by_token.remove(token);
    }

    pub(crate) fn is_open(&self, token: &str) -> bool {
        self.by_token.contains_key(token)
    }

    pub(crate) fn user(&self, token: &str) -> Option<&str> {
        self.by_token.get(token).map(|it| it.user.as_str())
    }

    /// Ends sessions that were idle for too long.
    pub(crate) fn expire(&mut self, now: SystemTime, timeout: Duration) {
        self.by_token.retain(|_, session| {
            now.duration_since(session.last_request).unwrap_or_default() < timeout
        });
    }
}
