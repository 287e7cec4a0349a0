//! From settings to a client that is logged in.

use std::{fmt, path::PathBuf, time::Duration};

use sps_validate::Version;

use crate::{
    client::Client,
    error::{Error, ErrorKind},
    journal::Journal,
    login::Login,
    settings::Settings,
    tls::{self, Trust},
};

/// What a client needs to know; made by [`Client::builder`].
#[must_use = "it does nothing until `connect`"]
pub struct ClientBuilder {
    url: reqwest::Url,
    login: Option<Login>,
    trust: Trust,
    /// Whether two calls contradict each other about it.
    trusts_two: bool,
    allow_http: bool,
    journal: Option<PathBuf>,
    settings: Settings,
}

impl ClientBuilder {
    pub(crate) fn new(url: &str) -> Result<Self, Error> {
        // The text is not repeated: somebody may have put a password into it.
        let bad = |note: &str| Error::new(ErrorKind::Settings).note(format!("the address {note}"));
        let full = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
        let url = reqwest::Url::parse(&full).map_err(|_| bad("is not a URL"))?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
            return Err(bad("is not `https://HOST` or `https://HOST:PORT`"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("has a name or a password in it; they belong into `login`"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(bad("goes on behind the host"));
        }
        Ok(Self {
            url,
            login: None,
            trust: Trust::default(),
            trusts_two: false,
            allow_http: false,
            journal: None,
            settings: Settings::default(),
        })
    }

    /// Who logs in.
    pub fn login(mut self, login: Login) -> Self {
        self.login = Some(login);
        self
    }

    /// Trusts what this authority signed, and nobody else. More than one certificate may stand in it.
    /// Default: whom the system trusts.
    pub fn ca_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.trust(Trust::Authority(pem.as_ref().to_vec()));
        self
    }

    /// Trusts certificates that one of these authorities signed, in addition to those that the system trusts.
    pub fn ca_pem_and_system(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.trust(Trust::SystemAnd(pem.as_ref().to_vec()));
        self
    }

    fn trust(&mut self, trust: Trust) {
        self.trusts_two |= !matches!(self.trust, Trust::System);
        self.trust = trust;
    }

    /// Trusts the one certificate with this SHA-256 digest (64 hexadecimal digits, perhaps with colons),
    /// whoever signed it, whatever its name and date.
    ///
    /// # Errors
    /// Something else than such a digest.
    pub fn pin_sha256(mut self, hex: &str) -> Result<Self, Error> {
        let digest = tls::digest(hex).ok_or_else(|| {
            Error::new(ErrorKind::Settings).note("a pin is 64 hexadecimal digits: a SHA-256 digest")
        })?;
        self.trust(Trust::Pin(digest));
        Ok(self)
    }

    /// Trusts anybody who answers. Whoever stands in between reads the password.
    pub fn danger_accept_invalid_certs(mut self) -> Self {
        self.trust(Trust::Anybody);
        self
    }

    /// Allows an address of `http://`. Whoever stands in between reads the password.
    pub fn danger_allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Remembers an open transaction in this file, so that it can be cleared after a crash.
    ///
    /// The file holds the session while a transaction is open; only its owner may read it, and folders
    /// on the way are made for nobody else. Processes
    /// may share it: on Linux one that still runs is told from one that crashed. Elsewhere every other
    /// process counts as crashed, so give each its own file there.
    pub fn journal(mut self, path: impl Into<PathBuf>) -> Self {
        self.journal = Some(path.into());
        self
    }

    /// How long a connection may take to come about. Default: 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// How long one request may take. Transfers of files may take this long without any progress.
    /// Default: 60 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// How often what is safe to repeat is repeated, and how long to wait before the first time; each
    /// further wait is twice as long, and all are blurred a little. Default: 3 times, 300 milliseconds.
    pub fn retries(mut self, times: usize, first_delay: Duration) -> Self {
        self.settings.retries = times;
        self.settings.retry_delay = first_delay;
        self
    }

    /// How long to wait for somebody else's lock when a transaction is opened. Default: 30 seconds.
    pub fn lock_wait(mut self, limit: Duration) -> Self {
        self.settings.lock_wait = limit;
        self
    }

    /// How often to ask how far a job is, and how long it may take. Default: 3 seconds, 1 hour.
    pub fn jobs(mut self, poll: Duration, limit: Duration) -> Self {
        self.settings.poll = poll;
        self.settings.job_timeout = limit;
        self
    }

    /// The version of the appliance, so that bodies are checked for it. Default: any.
    pub fn target(mut self, version: Version) -> Self {
        self.settings.target = Some(version);
        self
    }

    /// Clears what an earlier crash left behind according to the journal, and logs in.
    ///
    /// May be repeated. A dropped future leaves at most an idle session, which times out.
    ///
    /// # Errors
    /// Wrong settings, an unreadable journal, no connection, a refused login. That an old transaction
    /// could not be cleared is no error: [`Client::recovered`] tells it.
    pub async fn connect(self) -> Result<Client, Error> {
        let login = self
            .login
            .ok_or_else(|| Error::new(ErrorKind::Settings).note("nobody logs in: give a login"))?;
        if self.url.scheme() == "http" && !self.allow_http {
            return Err(Error::new(ErrorKind::Settings).note(
                "the address begins with `http://`, which shows the password to everybody on the way",
            ));
        }
        if self.trusts_two {
            return Err(Error::new(ErrorKind::Settings)
                .note("trust one: an authority, a pinned certificate, or anybody who answers"));
        }
        let tls = tls::config(&self.trust, &login)?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            // A redirection would carry the session to wherever it leads.
            .redirect(reqwest::redirect::Policy::none())
            // A proxy of the environment would see the session, if it can decrypt.
            .no_proxy()
            .http1_only()
            .connect_timeout(self.settings.connect_timeout)
            // From 7.5 on whoever looks like a browser needs a token.
            .user_agent(concat!("sps-client/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::new(ErrorKind::Settings).because(error))?;
        let base = self.url.as_str().trim_end_matches('/').to_owned();
        let journal = self.journal.map(|path| Journal::new(path, base.clone()));
        let timeout = self.settings.connect_timeout;
        match Client::connect(http, base, login, journal, self.settings).await {
            Err(error) => Err(tls::explain(error, &self.url, timeout).await),
            client => client,
        }
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("url", &self.url.as_str())
            .field("login", &self.login)
            .field("journal", &self.journal)
            .finish_non_exhaustive()
    }
}
