//! Users, their logins and when these end.

use std::{
    collections::HashMap,
    fmt,
    time::{Duration, SystemTime},
};

/// Somebody who can log in.
#[derive(Clone)]
pub struct User {
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) rights: Rights,
}

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Everything.
    Write,
    /// Read everything.
    Read,
    /// Log in, and nothing more: the privilege for REST is missing.
    None,
}

impl User {
    /// A user who may do everything.
    pub fn admin(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: password.into(), rights: Rights::Write }
    }

    /// A user who may read everything and change nothing.
    pub fn reader(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { rights: Rights::Read, ..Self::admin(name, password) }
    }

    /// A user who may log in and is refused everything else.
    pub fn powerless(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { rights: Rights::None, ..Self::admin(name, password) }
    }

    /// Whether this is the password; takes as long for a wrong one.
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

/// One login.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) user: String,
    pub(crate) rights: Rights,
    /// What a browser has to send back.
    pub(crate) x_token: String,
    last_request: SystemTime,
}

/// Who sends a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) token: String,
    pub(crate) user: String,
    pub(crate) rights: Rights,
    pub(crate) x_token: String,
    pub(crate) remaining: Duration,
}

/// All logins that live, by token.
#[derive(Default)]
pub(crate) struct Sessions(HashMap<String, Session>);

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sessions({})", self.0.len())
    }
}

impl Sessions {
    pub(crate) fn open(&mut self, token: String, user: &User, x_token: String, now: SystemTime) {
        let (user, rights) = (user.name.clone(), user.rights);
        self.0.insert(token, Session { user, rights, x_token, last_request: now });
    }

    /// The caller with this token, whose time starts anew.
    pub(crate) fn touch(
        &mut self,
        token: &str,
        now: SystemTime,
        timeout: Duration,
    ) -> Option<Caller> {
        let session = self.0.get_mut(token)?;
        session.last_request = now;
        Some(Caller {
            token: token.to_owned(),
            user: session.user.clone(),
            rights: session.rights,
            x_token: session.x_token.clone(),
            remaining: timeout,
        })
    }

    pub(crate) fn close(&mut self, token: &str) {
        self.0.remove(token);
    }

    pub(crate) fn is_open(&self, token: &str) -> bool {
        self.0.contains_key(token)
    }

    pub(crate) fn user(&self, token: &str) -> Option<&str> {
        self.0.get(token).map(|it| it.user.as_str())
    }

    /// Ends the logins that were idle for too long.
    pub(crate) fn expire(&mut self, now: SystemTime, timeout: Duration) {
        self.0.retain(|_, session| {
            now.duration_since(session.last_request).unwrap_or_default() < timeout
        });
    }
}
