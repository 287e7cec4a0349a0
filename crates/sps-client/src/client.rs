//! The client: one session, and everything that needs no transaction.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use backon::{BackoffBuilder as _, Retryable as _};
use serde_json::Value;
use sps_model::{Any, Endpoint, Info, Method, Secret};
use tokio::{sync::Semaphore, task::JoinHandle};

use crate::{
    builder::ClientBuilder,
    error::{Error, ErrorKind},
    http::{self, Call, Proof, Reply},
    journal::Journal,
    list::List,
    login::{self, Login},
    path,
    received::{self, Received},
    recover::{self, Recovered},
    settings::Settings,
    support_bundle::SupportBundles,
    transaction::Transaction,
};

/// A client that is logged in. Clones share the session.
///
/// When the session ends, the client logs in again and goes on, but never while a transaction is open:
/// that is an error of kind [`ErrorKind::SessionEnded`].
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

/// How often to look for what arrives after it was given up. Most of it comes at once, if at all.
const LOOKS: usize = 4;

/// What all clones share.
pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) login: Login,
    pub(crate) journal: Option<Journal>,
    pub(crate) settings: Settings,
    session: Mutex<Option<Arc<Secret>>>,
    /// Only one logs in at a time.
    entrance: tokio::sync::Mutex<()>,
    /// Who may have a transaction open.
    pub(crate) slot: Arc<Semaphore>,
    /// Whether a transaction may be open in the session: then no login may end it in silence.
    pub(crate) in_transaction: AtomicBool,
    /// Whether a request was given up in this session that may still arrive, and then open a transaction that nobody
    /// knows of.
    pub(crate) strays: AtomicBool,
    /// Cancels that run for transactions that were dropped.
    pub(crate) pending: Mutex<Vec<JoinHandle<Result<(), Error>>>>,
    recovered: Mutex<Vec<Recovered>>,
}

/// For whom a request is sent.
#[derive(Clone)]
pub(crate) enum Scope {
    /// Any session will do; a new one if the old one ended and no transaction hung on it.
    Any,
    /// This session or none: a transaction lives in it.
    Session(Arc<Secret>),
}

/// A whole response of an address that no type describes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RawResponse {
    /// The key of the object, if there is one.
    pub key: Option<String>,
    /// Everything, `body` and `meta` too; null if the response was empty.
    pub content: Any,
}

impl Client {
    /// Starts with the address of the appliance: `https://HOST`, `https://HOST:PORT` or `HOST`.
    ///
    /// # Errors
    /// Something else than such an address.
    pub fn builder(url: &str) -> Result<ClientBuilder, Error> {
        ClientBuilder::new(url)
    }

    pub(crate) async fn connect(
        http: reqwest::Client,
        base: String,
        login: Login,
        journal: Option<Journal>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let shared = Arc::new(Shared {
            http,
            base,
            login,
            journal,
            settings,
            session: Mutex::new(None),
            entrance: tokio::sync::Mutex::new(()),
            slot: Arc::new(Semaphore::new(1)),
            in_transaction: AtomicBool::new(false),
            strays: AtomicBool::new(false),
            pending: Mutex::new(Vec::new()),
            recovered: Mutex::new(Vec::new()),
        });
        match recover::orphans(&shared, false).await {
            Ok(recovered) => shared.recovered().extend(recovered),
            // Reading needs none; a transaction that needs it is not opened.
            Err(error) if *error.kind() == ErrorKind::Journal => {
                tracing::warn!(%error, "nobody knows what an earlier crash left behind");
            }
            Err(error) => return Err(error),
        }
        shared.session().await?;
        Ok(Self { shared })
    }

    /// Reads a singleton, or the facts at an address.
    ///
    /// May be repeated, and is, where that may help. A dropped future leaves nothing behind.
    ///
    /// # Errors
    /// Whatever [`ErrorKind`] says about reading.
    pub async fn get<E: Endpoint>(&self) -> Result<Received<E>, Error> {
        self.shared.get(E::PATH, &Scope::Any).await
    }

    /// Reads one object of a collection.
    ///
    /// May be repeated, and is, where that may help. A dropped future leaves nothing behind.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], and whatever [`ErrorKind`] says about reading.
    pub async fn get_object<E: Endpoint>(&self, key: &str) -> Result<Received<E>, Error> {
        self.shared.get(&path::of_object(E::PATH, key)?, &Scope::Any).await
    }

    /// Lists a collection.
    ///
    /// May be repeated, and is, where that may help. A dropped future leaves nothing behind.
    ///
    /// # Errors
    /// Whatever [`ErrorKind`] says about reading.
    pub async fn list<E: Endpoint>(&self) -> Result<List<E>, Error> {
        List::fetch(Arc::clone(&self.shared), Scope::Any).await
    }

    /// What the appliance tells about itself.
    ///
    /// # Errors
    /// Whatever [`ErrorKind`] says about reading.
    pub async fn info(&self) -> Result<Received<Info>, Error> {
        let info = self.get::<Info>().await?;
        if info.body.firmware_version.is_present() {
            return Ok(info);
        }
        // Anybody is told the rest: the session may have ended, which any other address notices.
        self.shared.is_open(&Scope::Any).await?;
        self.get().await
    }

    /// Reads any address below `/api`, known or not.
    ///
    /// # Errors
    /// A path that is none, and whatever [`ErrorKind`] says about reading.
    pub async fn get_raw(&self, path: &str) -> Result<RawResponse, Error> {
        path::check(path)?;
        let call = Call::get(path);
        raw_response(&self.shared.send(&call, &Scope::Any).await?, &call)
    }

    /// Sends a request that needs no transaction to any address below `/api`.
    ///
    /// Not repeated: what follows from a response that was lost is known to the caller alone.
    ///
    /// # Errors
    /// [`ErrorKind::NotOpen`] for a change below `/api/configuration`, and of the transaction itself:
    /// use [`Client::transaction`]. A path that is none, and whatever the appliance says.
    pub async fn send_raw(
        &self,
        method: Method,
        path: &str,
        body: Option<&Any>,
    ) -> Result<RawResponse, Error> {
        path::check(path)?;
        if method != Method::Get && (path::is_configuration(path) || path::is_transaction(path)) {
            return Err(Error::new(ErrorKind::NotOpen).at(method, path));
        }
        let text = body.map(|body| body.as_value().to_string());
        let mut masked = body.map(|body| body.as_value().clone()).unwrap_or_default();
        let secrets = crate::hide::take_secrets(sps_validate::Kind::Any, &mut masked);
        let call = Call { method, path, body: text.as_deref(), secrets: &secrets };
        raw_response(&self.shared.send(&call, &Scope::Any).await?, &call)
    }

    /// Opens a transaction; waits for a while if somebody else holds the configuration.
    ///
    /// A dropped future cancels what it began, as dropping the [`Transaction`] does.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] with the holder when the wait was in vain, [`ErrorKind::AlreadyOpen`] while
    /// another one of this client lives, [`ErrorKind::Journal`].
    pub async fn transaction(&self) -> Result<Transaction, Error> {
        Transaction::open(Arc::clone(&self.shared)).await
    }

    /// The state of the transaction of this session; other sessions have their own.
    ///
    /// # Errors
    /// Whatever [`ErrorKind`] says about reading.
    pub async fn transaction_status(&self) -> Result<Received<sps_model::Transaction>, Error> {
        self.get().await
    }

    /// Cancels what this session or an earlier crash left open; tells whether there was something.
    ///
    /// Unlike [`ClientBuilder::connect`] it also ends what the journal names for a process on another machine or in
    /// another container, where nobody here can see whether it lives.
    ///
    /// A transaction that a [`Transaction`] of this client holds is not touched.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyOpen`] while a [`Transaction`] lives, [`ErrorKind::NotCancelled`] if it could
    /// not be done.
    pub async fn cancel_transaction(&self) -> Result<bool, Error> {
        let settled = self.settle().await;
        let _permit = self.shared.permit()?;
        let recovered = recover::orphans(&self.shared, true).await?;
        let mut any = recovered.iter().any(|it| it.outcome.is_cancelled());
        let failed = recovered.iter().any(|it| it.outcome.is_failed());
        self.shared.recovered().extend(recovered);
        let session = self.shared.session().await?;
        let scope = Scope::Session(Arc::clone(&session));
        if self.shared.is_open(&scope).await? {
            recover::cancel(&self.shared, &session).await?;
            any = true;
        }
        if failed {
            return Err(Error::new(ErrorKind::NotCancelled).note("an old session did not response"));
        }
        // What a dropped transaction could not do was done just now.
        drop(settled);
        Ok(any)
    }

    /// What an earlier crash had left behind, and what became of it.
    pub fn recovered(&self) -> Vec<Recovered> {
        self.shared.recovered().clone()
    }

    /// Waits until every dropped transaction is cancelled. Call it before the runtime ends.
    ///
    /// Where a request was given up that may arrive after all, it looks for a few seconds whether that opened a
    /// transaction, and cancels it; see [`Client::has_strays`].
    ///
    /// # Errors
    /// The first one that could not be cancelled.
    pub async fn settle(&self) -> Result<(), Error> {
        let mut first = Ok(());
        loop {
            let handle = self.shared.pending().pop();
            let Some(handle) = handle else { break };
            let result = handle
                .await
                .unwrap_or_else(|error| Err(Error::new(ErrorKind::NotCancelled).because(error)));
            first = first.and(result);
        }
        // Whoever has the permit would lose an open transaction; they settle later.
        if self.has_strays()
            && let Ok(_permit) = self.shared.permit()
        {
            for delay in self.shared.settings.lock_backoff().build().take(LOOKS) {
                tokio::time::sleep(delay).await;
                first = first.and(self.shared.cancel_current().await);
            }
        }
        first
    }

    /// Whether a request of this session was given up that may still arrive, and open a transaction that nobody knows
    /// of. [`Client::settle`] and the next [`Client::transaction`] cancel it; where the process ends before, the journal
    /// names the session for a while, so that the next run looks there.
    pub fn has_strays(&self) -> bool {
        self.shared.strays.load(Ordering::SeqCst)
    }

    /// The jobs that collect support bundles.
    pub fn support_bundles(&self) -> SupportBundles<'_> {
        SupportBundles::new(&self.shared)
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

impl Shared {
    pub(crate) fn pending(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<Result<(), Error>>>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn recovered(&self) -> std::sync::MutexGuard<'_, Vec<Recovered>> {
        self.recovered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Option<Arc<Secret>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn permit(&self) -> Result<tokio::sync::OwnedSemaphorePermit, Error> {
        Arc::clone(&self.slot).try_acquire_owned().map_err(|_| Error::new(ErrorKind::AlreadyOpen))
    }

    /// The session; logs in if there is none.
    pub(crate) async fn session(&self) -> Result<Arc<Secret>, Error> {
        if let Some(session) = self.current().clone() {
            return Ok(session);
        }
        let _one = self.entrance.lock().await;
        if let Some(session) = self.current().clone() {
            return Ok(session);
        }
        let session = Arc::new(self.log_in().await?);
        *self.current() = Some(Arc::clone(&session));
        Ok(session)
    }

    /// Cancels what is open in the session, if there is one.
    async fn cancel_current(&self) -> Result<(), Error> {
        let Some(session) = self.current().clone() else { return Ok(()) };
        match self.is_open(&Scope::Session(Arc::clone(&session))).await {
            Ok(true) => recover::cancel(self, &session).await.map(drop),
            Ok(false) => Ok(()),
            Err(error) if *error.kind() == ErrorKind::SessionEnded => Ok(()),
            Err(error) => Err(error.with_kind(ErrorKind::NotCancelled)),
        }
    }

    async fn log_in(&self) -> Result<Secret, Error> {
        let path = self.login.path();
        let call = Call::get(&path);
        let proof = match &self.login.proof {
            login::Proof::Password { user, password } => Proof::Basic { user, password },
            login::Proof::Certificate { .. } => Proof::Nothing,
        };
        let attempt =
            || http::exchange(&self.http, &self.base, &call, &proof, self.settings.timeout);
        let reply = attempt.retry(self.settings.backoff()).when(Error::is_retryable).await;
        let reply = reply.map_err(|error| match error.kind() {
            // Whatever it is called, here it means one thing.
            ErrorKind::Unauthenticated => error.with_kind(ErrorKind::AuthenticationFailure),
            _ => error,
        })?;
        tracing::debug!(user = self.login.user(), "logged in");
        reply.cookie.ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedResponse)
                .at(call.method, call.path)
                .note("the login was answered without a session")
        })
    }

    /// Sends a request; reading is repeated where that may help, anything else only when it did not leave.
    pub(crate) async fn send(&self, call: &Call<'_>, scope: &Scope) -> Result<Reply, Error> {
        let is_safe = call.method == Method::Get;
        (|| self.send_once(call, scope))
            .retry(self.settings.backoff())
            .when(|error| *error.kind() == ErrorKind::Connect || (is_safe && error.is_retryable()))
            .notify(|error, delay| tracing::debug!(%error, ?delay, "repeating"))
            .await
    }

    /// Sends a request once; twice when the session had ended, for then it was not carried out.
    async fn send_once(&self, call: &Call<'_>, scope: &Scope) -> Result<Reply, Error> {
        let session = self.session_of(scope).await?;
        match self.exchange(call, &session).await {
            Err(error) if *error.kind() == ErrorKind::Unauthenticated => {
                let error = self.ended(&session, scope, error);
                match error.kind() {
                    ErrorKind::SessionEnded => Err(error),
                    _ => {
                        let session = self.session().await?;
                        self.exchange(call, &session).await
                    }
                }
            }
            result => result,
        }
    }

    /// What no words of the appliance may bring back.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let session = self.current().as_deref().cloned();
        self.login.secret().cloned().into_iter().chain(session).collect()
    }

    pub(crate) fn proof<'a>(&'a self, session: &'a Secret) -> Proof<'a> {
        Proof::Session(session, self.login.secret())
    }

    pub(crate) async fn session_of(&self, scope: &Scope) -> Result<Arc<Secret>, Error> {
        match scope {
            Scope::Session(session) => Ok(Arc::clone(session)),
            Scope::Any => self.session().await,
        }
    }

    /// Notices that a session ended. If a transaction hung on it, that is the error.
    pub(crate) fn ended(&self, session: &Arc<Secret>, scope: &Scope, error: Error) -> Error {
        let mut current = self.current();
        if current.as_ref().is_some_and(|it| it == session) {
            *current = None;
            self.strays.store(false, Ordering::SeqCst);
        }
        match scope {
            Scope::Any if !self.in_transaction.load(Ordering::SeqCst) => {
                tracing::info!("the session ended; logging in again");
                error
            }
            _ => error.with_kind(ErrorKind::SessionEnded),
        }
    }

    pub(crate) async fn exchange(&self, call: &Call<'_>, session: &Secret) -> Result<Reply, Error> {
        let proof = self.proof(session);
        http::exchange(&self.http, &self.base, call, &proof, self.settings.timeout).await
    }

    /// Reads a response of JSON.
    pub(crate) async fn read(&self, call: &Call<'_>, scope: &Scope) -> Result<Value, Error> {
        self.send(call, scope).await?.json(call)
    }

    pub(crate) async fn get<E: Endpoint>(
        &self,
        path: &str,
        scope: &Scope,
    ) -> Result<Received<E>, Error> {
        let call = Call::get(path);
        received::read(self.read(&call, scope).await?, &call)
    }

    /// Whether a transaction is open in the session.
    pub(crate) async fn is_open(&self, scope: &Scope) -> Result<bool, Error> {
        let status = self.get::<sps_model::Transaction>("/api/transaction", scope).await?;
        Ok(status.body.status != sps_model::TransactionStatus::Closed)
    }
}

pub(crate) fn raw_response(reply: &Reply, call: &Call<'_>) -> Result<RawResponse, Error> {
    let content = match reply.text.trim() {
        "" => Value::Null,
        _ => reply.json(call)?,
    };
    let key = received::key_of(&content);
    Ok(RawResponse { key, content: content.into() })
}
