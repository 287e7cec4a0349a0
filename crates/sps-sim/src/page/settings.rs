//! Settings of the page.

use std::fmt;

use crate::page::access::normal;

/// The page for a browser, which [`Builder::page`](crate::Builder::page) turns on.
///
/// It shows the configuration, pending changes, sessions, jobs and the log as it grows, and arms faults. It answers
/// `GET /` where `Accept` names `text/html`, and paths below `/page/`, but nothing below `/api`. Its requests are not in
/// the log, and no fault hits them.
///
/// Only requests to `localhost` or an address of this machine get it. On an address that other machines can reach, it asks for
/// a token, which is in [`Simulator::page_url`](crate::Simulator::page_url).
#[derive(Clone, Default)]
pub struct Page {
    pub(super) hosts: Vec<String>,
    pub(super) shows_secrets: bool,
    /// Token of another simulator that this one is a twin of.
    pub(super) token: Option<String>,
}

impl Page {
    /// Creates the default settings: secrets are hidden, and no other host name is accepted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts requests with this name in the field `Host`, without a port, such as that of a proxy.
    #[must_use]
    pub fn host(mut self, name: &str) -> Self {
        self.hosts.push(normal(name));
        self
    }

    /// Lets the page show secrets where a user asks for them.
    #[must_use]
    pub fn secrets(mut self) -> Self {
        self.shows_secrets = true;
        self
    }
}

impl fmt::Debug for Page {
    /// Leaves out the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hosts, shows_secrets, token: _ } = self;
        let mut it = f.debug_struct("Page");
        it.field("hosts", hosts).field("shows_secrets", shows_secrets).finish_non_exhaustive()
    }
}
