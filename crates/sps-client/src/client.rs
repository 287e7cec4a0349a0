//! The client: one session, and every request that needs no transaction.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use backon::BackoffBuilder as _;
use sps_model::{Any, Endpoint, EndpointInfo, HealthStatus, Info, Method, UserInfo};
use sps_validate::Kind;

use crate::{
    error::{Error, ErrorKind},
    hide,
    http::Call,
    journal::Journal,
    list::List,
    login::Login,
    path,
    received::{self, RawResponse, Received},
    recover,
    recovered::Recovered,
    session::{Scope, Shared},
    settings::Settings,
    transaction::Transaction,
};

/// How often [`Client::clean_up`] checks for a late request. Most of them arrive at once, if at all.
const LATE_REQUEST_CHECKS: usize = 4;

/// A client that is logged in. Clones share the session.
///
/// When the session ends, the client logs in again and goes on. While a transaction is open it does not: that is an
/// error of kind [`ErrorKind::SessionEnded`].
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

impl Client {
    pub(crate) async fn connect(
        http: reqwest::Client,
        base: String,
        login: Login,
        journal: Option<Journal>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let shared = Arc::new(Shared::new(http, base, login, journal, settings));
        match recover::orphans(&shared, false).await {
            Ok(recovered) => shared.recovered().extend(recovered),
            // Reading needs no journal. Opening a transaction needs one, and fails.
            Err(error) if *error.kind() == ErrorKind::Journal => {
                tracing::warn!(%error, "cannot check for transactions that an earlier run left open");
            }
            Err(error) => return Err(error),
        }
        shared.session().await?;
        Ok(Self { shared })
    }

    /// Reads a singleton, or an endpoint that cannot be changed.
    ///
    /// The client repeats the request where that may help. A dropped future leaves nothing behind.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`] that concern reading.
    pub async fn get<E: Endpoint>(&self) -> Result<Received<E>, Error> {
        self.get_at(&[]).await
    }

    /// Reads an endpoint whose path has placeholders, with a key for each of them.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the number of keys is another, and the kinds that concern reading.
    pub async fn get_at<E: Endpoint>(&self, keys: &[&str]) -> Result<Received<E>, Error> {
        self.shared.get(&path::filled(E::PATH, keys)?, &Scope::Any).await
    }

    /// Reads one object of a collection.
    ///
    /// The client repeats the request where that may help. A dropped future leaves nothing behind.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], and the other kinds that concern reading.
    pub async fn get_object<E: Endpoint>(&self, key: &str) -> Result<Received<E>, Error> {
        self.shared.get(&path::of_object(E::PATH, key)?, &Scope::Any).await
    }

    /// Lists a collection.
    ///
    /// The client repeats the request where that may help. A dropped future leaves nothing behind.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`] that concern reading.
    pub async fn list<E: Endpoint>(&self) -> Result<List<E>, Error> {
        self.list_at(&[]).await
    }

    /// Lists a collection whose path has placeholders, with a key for each of them.
    ///
    /// ```no_run
    /// # async fn example(client: sps_client::Client) -> Result<(), sps_client::Error> {
    /// use sps_model::audit::Channel;
    ///
    /// let channels = client.list_at::<Channel>(&["4xqTzLk0bYg7mNc2Rf9sWd"]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the number of keys is another, and the kinds that concern reading.
    pub async fn list_at<E: Endpoint>(&self, keys: &[&str]) -> Result<List<E>, Error> {
        let path = path::filled(E::PATH, keys)?;
        List::fetch(Arc::clone(&self.shared), Scope::Any, path).await
    }

    /// Reads the version and other facts about the appliance.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`] that concern reading.
    pub async fn info(&self) -> Result<Received<Info>, Error> {
        let info = self.get::<Info>().await?;
        if info.body.firmware_version.is_present() {
            return Ok(info);
        }
        // The appliance sends a part of the facts without a login, so the session may have ended unnoticed.
        self.shared.is_open(&Scope::Any).await?;
        self.get().await
    }

    /// Reads who is logged in, and by which login method.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`] that concern reading.
    pub async fn user_info(&self) -> Result<Received<UserInfo>, Error> {
        self.get().await
    }

    /// Reads the load and the state of the appliance.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`] that concern reading.
    pub async fn health_status(&self) -> Result<Received<HealthStatus>, Error> {
        self.get().await
    }

    /// Reads any path below `/api`, also one without a type.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for an invalid path, and the kinds that concern reading.
    pub async fn get_raw(&self, path: &str) -> Result<RawResponse, Error> {
        path::check(path)?;
        let call = Call::get(path);
        received::read_raw(&self.shared.send(&call, &Scope::Any).await?, &call)
    }

    /// Sends a request that needs no transaction to any path below `/api`.
    ///
    /// The client does not repeat it: only the caller knows what a lost response means.
    ///
    /// # Errors
    /// [`ErrorKind::NotOpen`] for a change below `/api/configuration` or of the transaction itself: use
    /// [`Client::transaction`]. [`ErrorKind::InvalidArgument`] for an invalid path, and the errors of the appliance.
    pub async fn send_raw(
        &self,
        method: Method,
        path: &str,
        body: Option<&Any>,
    ) -> Result<RawResponse, Error> {
        path::check(path)?;
        if method != Method::Get && (path::needs_transaction(path) || path::is_transaction(path)) {
            return Err(Error::new(ErrorKind::NotOpen).at(method, path));
        }
        let text = body.map(|body| body.as_value().to_string());
        let mut masked = body.map(|body| body.as_value().clone()).unwrap_or_default();
        let secrets = hide::take_secrets(Kind::Any, &mut masked);
        let call = Call { method, path, body: text.as_deref(), secrets: &secrets };
        received::read_raw(&self.shared.send(&call, &Scope::Any).await?, &call)
    }

    /// Opens a transaction. If another session holds the configuration, waits as long as
    /// [`ClientBuilder::lock_wait`](crate::ClientBuilder::lock_wait) allows.
    ///
    /// From 6.9.5 on, several sessions may have a transaction at once. A commit after that of another session is then
    /// an error of kind [`ErrorKind::CommitConflict`]; [`Client::change`] starts again.
    ///
    /// Dropping the future cancels what it began, as dropping the [`Transaction`] does.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] with the holder when the wait is over, [`ErrorKind::AlreadyOpen`] while another
    /// transaction of this client is open, [`ErrorKind::Journal`].
    pub async fn transaction(&self) -> Result<Transaction, Error> {
        Transaction::open(Arc::clone(&self.shared)).await
    }

    /// Reads the state of the transaction of this session. Other sessions have their own.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`] that concern reading.
    pub async fn transaction_status(&self) -> Result<Received<sps_model::Transaction>, Error> {
        self.get().await
    }

    /// Cancels the transactions that this session or an earlier run left open. Says whether there was one.
    ///
    /// Unlike [`ClientBuilder::connect`](crate::ClientBuilder::connect) it also cancels the transactions that the
    /// journal lists for runs on another machine or in another container, which may still be alive.
    ///
    /// It leaves a transaction alone that a [`Transaction`] of this client holds.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyOpen`] while a [`Transaction`] is open, [`ErrorKind::NotCanceled`] if a cancel failed.
    pub async fn cancel_transaction(&self) -> Result<bool, Error> {
        // A transaction that could not be canceled here is canceled below.
        drop(self.clean_up().await);
        let _permit = self.shared.permit()?;
        let recovered = recover::orphans(&self.shared, true).await?;
        let mut any = recovered.iter().any(|it| it.outcome.is_canceled());
        let failed = recovered.iter().any(|it| it.outcome.is_failed());
        self.shared.recovered().extend(recovered);
        let session = self.shared.session().await?;
        if self.shared.is_open(&Scope::Session(Arc::clone(&session))).await? {
            recover::cancel(&self.shared, &session).await?;
            any = true;
        }
        if failed {
            let note = "the transaction of an earlier run could not be canceled";
            return Err(Error::new(ErrorKind::NotCanceled).note(note));
        }
        Ok(any)
    }

    /// The transactions that an earlier run left behind, and what became of them.
    pub fn recovered(&self) -> Vec<Recovered> {
        self.shared.recovered().clone()
    }

    /// Waits until every dropped transaction is canceled. Call it before the runtime ends.
    ///
    /// If a request may still arrive late ([`Client::has_late_requests`]), it checks for a few seconds whether that
    /// opened a transaction, and cancels it.
    ///
    /// # Errors
    /// The first cancel that failed.
    pub async fn clean_up(&self) -> Result<(), Error> {
        let mut first = Ok(());
        loop {
            let handle = self.shared.pending_cancels().pop();
            let Some(handle) = handle else { break };
            let result = handle
                .await
                .unwrap_or_else(|error| Err(Error::new(ErrorKind::NotCanceled).because(error)));
            first = first.and(result);
        }
        // While a transaction is open, a cancel would discard it. Its own end takes care of late requests.
        if self.has_late_requests()
            && let Ok(_permit) = self.shared.permit()
        {
            let delays = self.shared.settings.lock_backoff().build();
            for delay in delays.take(LATE_REQUEST_CHECKS) {
                tokio::time::sleep(delay).await;
                first = first.and(recover::cancel_current(&self.shared).await);
            }
        }
        first
    }

    /// Ends the session at the appliance, if there is one. The next request logs in again.
    ///
    /// No source shows how to log out: this sends `DELETE /api/authentication`, and an appliance that does not know it keeps
    /// the session until its idle time is over. Nothing ends the session by itself when a client is dropped.
    ///
    /// It is sent once, and waits for five seconds at most. A dropped future leaves nothing behind.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyOpen`] while a [`Transaction`] is open, which the logout would discard, and the kinds of
    /// [`ErrorKind`] that concern a request.
    pub async fn log_out(&self) -> Result<(), Error> {
        let _permit = self.shared.permit()?;
        self.shared.log_out().await
    }

    /// Whether this client has sent anything but GETs.
    pub fn has_written(&self) -> bool {
        self.shared.has_written.load(Ordering::SeqCst)
    }

    /// Whether the client gave up waiting for a request of this session that may still arrive and open a transaction.
    ///
    /// [`Client::clean_up`] and the next [`Client::transaction`] cancel that transaction. If the process ends before,
    /// the journal keeps the session for a while, and the next run cancels it.
    pub fn has_late_requests(&self) -> bool {
        self.shared.late_requests.load(Ordering::SeqCst)
    }

    /// The endpoints whose bodies are checked when they are sent by path; see
    /// [`ClientBuilder::endpoints`](crate::ClientBuilder::endpoints).
    pub fn endpoints(&self) -> &'static [&'static EndpointInfo] {
        self.shared.settings.endpoints
    }

    /// The address of the appliance.
    pub fn url(&self) -> &str {
        &self.shared.base
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("url", &self.shared.base)
            .field("user", &self.shared.login.user())
            .finish_non_exhaustive()
    }
}
