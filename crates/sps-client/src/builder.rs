//! The settings of a client, and the login.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use sps_model::EndpointInfo;
use sps_validate::Version;

use crate::{
    client::Client,
    error::{Argument, Error},
    journal::Journal,
    login::Login,
    proxy::Proxy,
    settings::{LockWait, OnLockWait, OnRetry, Retry, Settings},
    tls::{self, Trust},
};

/// The settings of a client; made by [`Client::builder`].
#[must_use = "it does nothing until `connect`"]
pub struct ClientBuilder {
    url: reqwest::Url,
    login: Option<Login>,
    trust: Trust,
    /// Whether two calls of the builder contradict each other about what to trust.
    has_trust_conflict: bool,
    allow_http: bool,
    journal: Option<PathBuf>,
    proxy: Option<Proxy>,
    settings: Settings,
}

impl Client {
    /// Starts from the address of the appliance: `https://HOST`, `https://HOST:PORT` or `HOST`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for anything but such an address.
    pub fn builder(url: &str) -> Result<ClientBuilder, Error> {
        ClientBuilder::new(url)
    }
}

impl ClientBuilder {
    fn new(url: &str) -> Result<Self, Error> {
        // The error does not repeat the text, which may hold a password.
        let invalid = |reason| Error::argument(Argument::Address, reason);
        let full = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
        let url = reqwest::Url::parse(&full).map_err(|_| invalid("not a URL"))?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
            return Err(invalid("expected `https://HOST` or `https://HOST:PORT`"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid(
                "it contains a user name or a password, which belong into the login",
            ));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("it continues after the host"));
        }
        Ok(Self {
            url,
            login: None,
            trust: Trust::default(),
            has_trust_conflict: false,
            allow_http: false,
            journal: None,
            proxy: None,
            settings: Settings::default(),
        })
    }

    /// Sets the user and how they log in.
    pub fn login(mut self, login: Login) -> Self {
        self.login = Some(login);
        self
    }

    /// Trusts only certificates that one of these authorities signed. The text may hold several certificates.
    /// Default: the authorities that the system trusts.
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
        self.has_trust_conflict |= !matches!(self.trust, Trust::System);
        self.trust = trust;
    }

    /// Trusts only the certificate with this SHA-256 digest: 64 hexadecimal digits, colons allowed. Its signature, name
    /// and dates do not matter.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for anything but such a digest.
    pub fn pin_sha256(mut self, hex: &str) -> Result<Self, Error> {
        let digest = tls::digest(hex).ok_or_else(|| {
            Error::argument(Argument::Pin, "expected a SHA-256 digest of 64 hexadecimal digits")
        })?;
        self.trust(Trust::Pin(digest));
        Ok(self)
    }

    /// Accepts any certificate. Anyone on the network path can read the password.
    pub fn danger_accept_invalid_certs(mut self) -> Self {
        self.trust(Trust::Any);
        self
    }

    /// Allows an address that starts with `http://`. Anyone on the network path can read the password.
    pub fn danger_allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Connects through this HTTP proxy: `http://HOST:PORT` or `HOST:PORT`, with `USER:PASSWORD@` before the host if it
    /// asks for them. Default: no proxy.
    ///
    /// `except` lists hosts that are reached without it, as the variable `NO_PROXY` does: names with their subdomains,
    /// addresses, networks such as `192.0.2.0/24`, or `*`. An appliance with `https://` is reached through a tunnel, so
    /// the proxy cannot read what is sent.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for anything but such an address.
    pub fn proxy(mut self, address: &str, except: &str) -> Result<Self, Error> {
        self.proxy = Some(Proxy::new(address, except)?);
        Ok(self)
    }

    /// Remembers an open transaction in this file, so that the next run can cancel it after a crash.
    ///
    /// The file holds the session while a transaction is open. Only its owner may read it and the folders that are
    /// created for it. On Linux, processes may share the file: the client can see which of them still run. On other
    /// systems every other process counts as crashed, so give each process its own file there.
    pub fn journal(mut self, path: impl Into<PathBuf>) -> Self {
        self.journal = Some(path.into());
        self
    }

    /// Limits the time to establish a connection. Default: 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// Limits the time of one request. For a file transfer, it limits the time without progress. Default: 60 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Sets how often a request is repeated that may be repeated safely, and how long to wait before the first time.
    /// Each further wait is twice as long, and all are varied at random. [`Client::change`] starts again as often. Default:
    /// 3 times, 300 milliseconds.
    pub fn retries(mut self, times: usize, first_delay: Duration) -> Self {
        self.settings.retries = times;
        self.settings.retry_delay = first_delay;
        self
    }

    /// Limits the time to wait for the lock of another session when a transaction is opened. Default: 30 seconds.
    pub fn lock_wait(mut self, limit: Duration) -> Self {
        self.settings.lock_wait = limit;
        self
    }

    /// Calls this once for each transaction that has to wait for the lock of another session, before it waits.
    pub fn on_lock_wait(mut self, report: impl Fn(&LockWait) + Send + Sync + 'static) -> Self {
        self.settings.on_lock_wait = Some(OnLockWait(Arc::new(report)));
        self
    }

    /// Calls this before a request that failed is sent again.
    pub fn on_retry(mut self, report: impl Fn(&Retry<'_>) + Send + Sync + 'static) -> Self {
        self.settings.on_retry = Some(OnRetry(Arc::new(report)));
        self
    }

    /// Sets how often the state of a job is read, and how long the job may take. Default: 3 seconds, 1 hour.
    pub fn jobs(mut self, poll: Duration, limit: Duration) -> Self {
        self.settings.poll = poll;
        self.settings.job_timeout = limit;
        self
    }

    /// Sets how long a job may take. Default: 1 hour.
    pub fn job_limit(mut self, limit: Duration) -> Self {
        self.settings.job_timeout = limit;
        self
    }

    /// Checks bodies against this version of the appliance. Default: any version.
    pub fn target(mut self, version: Version) -> Self {
        self.settings.target = Some(version);
        self
    }

    /// Sets the endpoints whose bodies are checked when they are sent by path, without a type. Default:
    /// [`sps_model::ENDPOINTS`]. Bodies of any other path are sent unchecked.
    pub fn endpoints(mut self, endpoints: &'static [&'static EndpointInfo]) -> Self {
        self.settings.endpoints = endpoints;
        self
    }

    /// Waives rules: a body that breaks only these is sent. Codes of the structure of a body cannot be waived
    /// ([`Context::with_waived`](sps_validate::Context::with_waived)).
    pub fn waive(mut self, codes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.settings.waived.extend(codes.into_iter().map(Into::into));
        self
    }

    /// Logs in, and cancels the transactions that the journal lists for crashed runs.
    ///
    /// It may be repeated. A dropped future leaves at most an idle session, which times out.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), the kinds that concern the connection, and a
    /// refused login. If an old transaction cannot be canceled, that is not an error: see [`Client::recovered`].
    pub async fn connect(self) -> Result<Client, Error> {
        let login = self.login.clone().ok_or_else(|| {
            Error::argument(Argument::Login, "missing; call `ClientBuilder::login`")
        })?;
        login.check()?;
        let (http, base) = self.transport(Some(&login))?;
        let journal = self.journal.clone().map(|path| Journal::new(path, base.clone()));
        let proxy = self.way()?.and(self.proxy.as_ref()).map(ToString::to_string);
        let settings = Settings { proxy, ..self.settings.clone() };
        self.explained(Client::connect(http, base, login, journal, settings).await).await
    }

    /// Makes the HTTP client and the address without a path.
    pub(crate) fn transport(
        &self,
        login: Option<&Login>,
    ) -> Result<(reqwest::Client, String), Error> {
        if self.url.scheme() == "http" && !self.allow_http {
            let reason = "with `http://`, anyone on the network path can read the password";
            return Err(Error::argument(Argument::Address, reason));
        }
        if self.has_trust_conflict {
            let reason = "expected one of an authority, a pinned certificate, or any certificate";
            return Err(Error::argument(Argument::Trust, reason));
        }
        let tls = tls::config(&self.trust, login)?;
        // Never the proxy of the environment, which a library does not read.
        let http = reqwest::Client::builder().no_proxy();
        let http = match self.way()? {
            Some(proxy) => http.proxy(proxy),
            None => http,
        };
        let http = http
            .tls_backend_preconfigured(tls)
            // A redirection would send the session to another host.
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .connect_timeout(self.settings.connect_timeout)
            // From 7.5 on, a client that looks like a browser needs a token.
            .user_agent(concat!("sps-client/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                Error::argument(Argument::Connection, "the HTTP client cannot be built")
                    .because(error)
            })?;
        let base = self.url.as_str().trim_end_matches('/').to_owned();
        Ok((http, base))
    }

    /// The proxy, if requests go through one.
    fn way(&self) -> Result<Option<reqwest::Proxy>, Error> {
        match &self.proxy {
            Some(proxy) => proxy.on_the_way_to(&self.url),
            None => Ok(None),
        }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Explains the error of a connection that could not be made.
    pub(crate) async fn explained<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        match result {
            Err(error) => {
                let timeout = self.settings.connect_timeout;
                Err(tls::explain(error, &self.url, self.way()?, timeout).await)
            }
            result => result,
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
