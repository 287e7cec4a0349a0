//! The session that all clones of a client share: logging in, sending, noticing its end.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use backon::Retryable as _;
use serde_json::Value;
use sps_model::{Endpoint, Method, Secret, Transaction, TransactionStatus};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
};

use crate::{
    error::{Error, ErrorKind},
    http::{self, Authentication, Call, Response},
    journal::Journal,
    login::{Credentials, Login},
    received::{self, Received},
    recovered::Recovered,
    settings::{Settings, wait},
};

/// Path of the login.
const LOGIN: &str = "/api/authentication";

/// How long a logout may take. Without it the session ends by itself.
const LOG_OUT_TIMEOUT: Duration = Duration::from_secs(5);

/// The status code of an appliance that takes no further login now.
const TOO_MANY_REQUESTS: u16 = 429;

/// The state that all clones of a client share.
pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) login: Login,
    pub(crate) journal: Option<Journal>,
    pub(crate) settings: Settings,
    session: Mutex<Option<Arc<Secret>>>,
    /// Lets one task log in at a time.
    login_lock: tokio::sync::Mutex<()>,
    /// Has one permit, which an open transaction holds.
    transaction_slot: Arc<Semaphore>,
    /// Whether a transaction may be open in the session. A new login would then discard it silently.
    pub(crate) in_transaction: AtomicBool,
    /// Whether anything but GETs was sent.
    pub(crate) has_written: AtomicBool,
    /// Whether the client gave up waiting for a request that may still reach the appliance and open a transaction.
    pub(crate) late_requests: AtomicBool,
    /// Cancels that run in the background for dropped transactions.
    pending_cancels: Mutex<Vec<JoinHandle<Result<(), Error>>>>,
    recovered: Mutex<Vec<Recovered>>,
}

/// The sessions that a request may use.
#[derive(Clone)]
pub(crate) enum Scope {
    /// Any session. If the old one ended and held no transaction, the client logs in again.
    Any,
    /// Only this session: a transaction lives in it.
    Session(Arc<Secret>),
}

impl Shared {
    pub(crate) fn new(
        http: reqwest::Client,
        base: String,
        login: Login,
        journal: Option<Journal>,
        settings: Settings,
    ) -> Self {
        Self {
            http,
            base,
            login,
            journal,
            settings,
            session: Mutex::new(None),
            login_lock: tokio::sync::Mutex::new(()),
            transaction_slot: Arc::new(Semaphore::new(1)),
            in_transaction: AtomicBool::new(false),
            has_written: AtomicBool::new(false),
            late_requests: AtomicBool::new(false),
            pending_cancels: Mutex::new(Vec::new()),
            recovered: Mutex::new(Vec::new()),
        }
    }

    pub(crate) fn pending_cancels(&self) -> MutexGuard<'_, Vec<JoinHandle<Result<(), Error>>>> {
        self.pending_cancels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn recovered(&self) -> MutexGuard<'_, Vec<Recovered>> {
        self.recovered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session, if the client is logged in.
    pub(crate) fn current(&self) -> Option<Arc<Secret>> {
        self.lock_session().clone()
    }

    fn lock_session(&self) -> MutexGuard<'_, Option<Arc<Secret>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn permit(&self) -> Result<OwnedSemaphorePermit, Error> {
        let slot = Arc::clone(&self.transaction_slot);
        slot.try_acquire_owned().map_err(|_| Error::new(ErrorKind::AlreadyOpen))
    }

    /// Gives the session, and logs in where it has to.
    pub(crate) async fn session(&self) -> Result<Arc<Secret>, Error> {
        if let Some(session) = self.current() {
            return Ok(session);
        }
        let _one = self.login_lock.lock().await;
        if let Some(session) = self.current() {
            return Ok(session);
        }
        let session = Arc::new(self.log_in().await?);
        *self.lock_session() = Some(Arc::clone(&session));
        Ok(session)
    }

    async fn log_in(&self) -> Result<Secret, Error> {
        let path = self.login.path();
        let call = Call::get(&path);
        let authentication = match &self.login.credentials {
            Credentials::Password { user, password } => Authentication::Basic { user, password },
            Credentials::Certificate { .. } => Authentication::None,
        };
        let attempt = || {
            http::exchange(&self.http, &self.base, &call, &authentication, self.settings.timeout)
        };
        let start = Instant::now();
        let response = loop {
            let response = attempt
                .retry(self.settings.backoff())
                .adjust(wait)
                .when(Error::is_retryable)
                .notify(|error, delay| self.settings.report_retry(error, delay))
                .await;
            // Too many sessions or logins: others end, as a lock does.
            let is_full = response.as_ref().is_err_and(|it| it.status() == Some(TOO_MANY_REQUESTS));
            if !is_full || start.elapsed() >= self.settings.lock_wait {
                break response;
            }
        };
        let response = response.map_err(|error| self.name_proxy(error));
        let response = response.map_err(|error| match error.kind() {
            // At a login, both names of the appliance mean that it refused the credentials.
            ErrorKind::Unauthenticated => error.with_kind(ErrorKind::AuthenticationFailure),
            _ => error,
        })?;
        tracing::debug!(user = self.login.user(), "logged in");
        response.cookie.ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedResponse)
                .at(call.method, call.path)
                .note("the response to the login has no session cookie")
        })
    }

    /// Ends the session, if there is one.
    pub(crate) async fn log_out(&self) -> Result<(), Error> {
        let Some(session) = self.current() else { return Ok(()) };
        let call = Call::new(Method::Delete, LOGIN);
        let authentication = self.authentication(&session);
        let limit = self.settings.timeout.min(LOG_OUT_TIMEOUT);
        let sent = http::exchange(&self.http, &self.base, &call, &authentication, limit).await;
        match sent {
            Err(error) if *error.kind() != ErrorKind::Unauthenticated => Err(error),
            _ => {
                let mut current = self.lock_session();
                if current.as_ref().is_some_and(|it| *it == session) {
                    *current = None;
                }
                Ok(())
            }
        }
    }

    /// Sends a request. Reads are repeated where that may help, anything else only if it was not sent.
    pub(crate) async fn send(&self, call: &Call<'_>, scope: &Scope) -> Result<Response, Error> {
        let is_safe = call.method == Method::Get;
        (|| self.send_once(call, scope))
            .retry(self.settings.backoff())
            .adjust(wait)
            .when(|error| error.was_not_sent() || (is_safe && error.is_retryable()))
            .notify(|error, delay| self.settings.report_retry(error, delay))
            .await
    }

    /// Sends a request once, or twice if the session had ended: the first one was not carried out then.
    pub(crate) async fn send_once(
        &self,
        call: &Call<'_>,
        scope: &Scope,
    ) -> Result<Response, Error> {
        let session = self.session_of(scope).await?;
        let error = match self.exchange(call, &session).await {
            Err(error) if *error.kind() == ErrorKind::Unauthenticated => error,
            result => return result,
        };
        let error = self.notice_end(&session, scope, error);
        if *error.kind() == ErrorKind::SessionEnded {
            return Err(error);
        }
        let session = self.session().await?;
        self.exchange(call, &session).await
    }

    /// The secrets that must not appear in a text of the appliance.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let session = self.current().as_deref().cloned();
        self.login.secret().cloned().into_iter().chain(session).collect()
    }

    pub(crate) fn authentication<'a>(&'a self, session: &'a Secret) -> Authentication<'a> {
        Authentication::Session(session, self.login.secret())
    }

    pub(crate) async fn session_of(&self, scope: &Scope) -> Result<Arc<Secret>, Error> {
        match scope {
            Scope::Session(session) => Ok(Arc::clone(session)),
            Scope::Any => self.session().await,
        }
    }

    /// Notices that a session ended. If a transaction was open in it, the error says so.
    pub(crate) fn notice_end(&self, session: &Arc<Secret>, scope: &Scope, error: Error) -> Error {
        let mut current = self.lock_session();
        if current.as_ref().is_some_and(|it| it == session) {
            *current = None;
            self.late_requests.store(false, Ordering::SeqCst);
        }
        match scope {
            Scope::Any if !self.in_transaction.load(Ordering::SeqCst) => {
                tracing::info!("the session ended; logging in again");
                error
            }
            _ => error.with_kind(ErrorKind::SessionEnded),
        }
    }

    pub(crate) async fn exchange(
        &self,
        call: &Call<'_>,
        session: &Secret,
    ) -> Result<Response, Error> {
        let authentication = self.authentication(session);
        if call.method != Method::Get {
            self.has_written.store(true, Ordering::SeqCst);
        }
        http::exchange(&self.http, &self.base, call, &authentication, self.settings.timeout)
            .await
            .map_err(|error| self.name_proxy(error))
    }

    /// Names the proxy in the error of a connection that could not be made.
    pub(crate) fn name_proxy(&self, error: Error) -> Error {
        match &self.settings.proxy {
            Some(proxy) if *error.kind() == ErrorKind::Connect => {
                error.with_kind(ErrorKind::Proxy { proxy: proxy.clone() })
            }
            _ => error,
        }
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
        let status = self.get::<Transaction>(Transaction::PATH, scope).await?;
        Ok(status.body.status != TransactionStatus::Closed)
    }
}
