//! A transaction as a value: whatever becomes of it, nothing stays open.

mod commit;
mod outcome;
mod review;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use backon::BackoffBuilder as _;
use serde_json::Value;
use sps_model::{Any, Endpoint, Key, Method, Secret};
use sps_validate::{Subject, UnknownKeys};
use tokio::sync::OwnedSemaphorePermit;

use self::review::Done;
use crate::{
    body::{self, Outgoing},
    client::{RawResponse, Scope, Shared, raw_response},
    error::{Error, ErrorKind},
    http::{Call, Reply},
    list::List,
    path,
    received::Received,
    recover::{self, Recovered, RecoveredOutcome},
};

pub use self::{
    outcome::{NotTaken, Outcome, Unverified},
    review::{Change, ChangeKind, Review},
};

const TRANSACTION: &str = "/api/transaction";
const CHANGES: &str = "/api/transaction/changes";

/// An open transaction; made by [`Client::transaction`](crate::Client::transaction).
///
/// It ends in [`commit`](Self::commit) or in [`cancel`](Self::cancel). Dropped, in a panic too, it is
/// cancelled in the background; [`Client::settle`](crate::Client::settle) waits for that. Where this is
/// not possible, because no runtime is there or it ends first, an event of level error says that the
/// transaction may still be open and how to end it.
///
/// The session may end while it is open. The appliance then discards everything in it, and every
/// method answers [`ErrorKind::SessionEnded`].
#[must_use = "dropped, it is cancelled"]
pub struct Transaction {
    shared: Arc<Shared>,
    session: Arc<Secret>,
    state: State,
    done: Vec<Done>,
    /// What each object shall be in the end.
    wanted: BTreeMap<String, Wanted>,
    permit: Option<OwnedSemaphorePermit>,
    /// Whether a request that changes something was sent and its response is not here yet.
    pub(crate) is_waiting: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Committing,
    Over,
}

/// What an object shall be after the commit.
enum Wanted {
    /// This body, without its secrets.
    Body { masked: Value, subject: Subject },
    /// There.
    Present,
    /// Not there.
    Absent,
    /// Nothing that a look could tell, for this reason.
    Unknown(&'static str),
}

/// What a look at the change list said about a request whose response was lost.
enum Arrival {
    Arrived { path: String },
    NotArrived,
    Unclear,
}

impl Transaction {
    pub(crate) async fn open(shared: Arc<Shared>) -> Result<Self, Error> {
        // A transaction that was dropped a moment ago may still be on its way out.
        while let Some(handle) = { shared.pending().pop() } {
            // What went wrong was told, and what is still open is found just below.
            let _ = handle.await;
        }
        let permit = shared.permit()?;
        let is_open = shared.is_open(&Scope::Any).await?;
        let session = shared.session().await?;
        if is_open {
            recover::cancel(&shared, &session).await?;
            let found = Recovered {
                user: shared.login.user().to_owned(),
                opened: 0,
                outcome: RecoveredOutcome::Cancelled,
            };
            tracing::warn!("{found}");
            shared.recovered().push(found);
        }
        if let Some(journal) = &shared.journal {
            // Before the request: a crash between the two leaves at worst an entry about nothing.
            journal.remember(shared.login.user(), &session)?;
        }
        shared.in_transaction.store(true, Ordering::SeqCst);
        let mut transaction = Self {
            shared,
            session,
            state: State::Open,
            done: Vec::new(),
            wanted: BTreeMap::new(),
            permit: Some(permit),
            is_waiting: false,
        };
        match transaction.post().await {
            Ok(()) => Ok(transaction),
            Err(error) => {
                // If it may have come about, dropping it cancels it.
                if !error.is_ambiguous() {
                    transaction.finish();
                }
                Err(error)
            }
        }
    }

    /// Asks for the transaction, and waits while somebody else has one.
    async fn post(&mut self) -> Result<(), Error> {
        let call = Call::new(Method::Post, TRANSACTION);
        let limit = self.shared.settings.lock_wait;
        let start = Instant::now();
        let mut delays = self.shared.settings.lock_backoff().build();
        let mut lost = 0;
        loop {
            let Err(error) = self.send(&call).await else {
                return Ok(());
            };
            let error = match error.kind() {
                ErrorKind::Locked { .. } => error,
                // Nobody shows what a lock looks like: another conflict is one, unless it is our own.
                ErrorKind::Conflict if self.is_open().await? => return Ok(()),
                ErrorKind::Conflict => error.with_kind(ErrorKind::Locked { holder: None }),
                _ if error.is_ambiguous() => {
                    let looks = self.shared.settings.looks(&error, 1);
                    for delay in looks {
                        tokio::time::sleep(delay).await;
                        if self.is_open().await? {
                            return Ok(());
                        }
                    }
                    self.shared.strays.store(true, Ordering::SeqCst);
                    lost += 1;
                    if lost > self.shared.settings.retries {
                        return Err(error);
                    }
                    continue;
                }
                _ => return Err(error),
            };
            let left = limit.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(error.note(format!("waited for {} seconds", limit.as_secs())));
            }
            tracing::info!(%error, "waiting for the lock");
            tokio::time::sleep(delays.next().unwrap_or_default().min(left)).await;
        }
    }

    /// Reads a singleton as this transaction sees it.
    ///
    /// # Errors
    /// Whatever [`ErrorKind`] says about reading.
    pub async fn get<E: Endpoint>(&mut self) -> Result<Received<E>, Error> {
        let result = self.shared.get(E::PATH, &self.scope()).await;
        self.noticed(result)
    }

    /// Reads one object of a collection as this transaction sees it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], and whatever [`ErrorKind`] says about reading.
    pub async fn get_object<E: Endpoint>(&mut self, key: &str) -> Result<Received<E>, Error> {
        let result = self.shared.get(&path::of_object(E::PATH, key)?, &self.scope()).await;
        self.noticed(result)
    }

    /// Lists a collection as this transaction sees it.
    ///
    /// # Errors
    /// Whatever [`ErrorKind`] says about reading.
    pub async fn list<E: Endpoint>(&mut self) -> Result<List<E>, Error> {
        let result = List::fetch(Arc::clone(&self.shared), self.scope()).await;
        self.noticed(result)
    }

    /// Reads any address below `/api` as this transaction sees it.
    ///
    /// # Errors
    /// A path that is none, and whatever [`ErrorKind`] says about reading.
    pub async fn get_raw(&mut self, path: &str) -> Result<RawResponse, Error> {
        path::check(path)?;
        let call = Call::get(path);
        let result = self.shared.send(&call, &self.scope()).await;
        raw_response(&self.noticed(result)?, &call)
    }

    /// Replaces a singleton. The whole object is sent: start from what was read.
    ///
    /// A lost response is resolved by a look at the change list. A dropped future may have sent the
    /// request; the transaction then either still commits it or is cancelled with it.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] before anything is sent; [`ErrorKind::SessionEnded`]; and whatever the
    /// appliance says.
    pub async fn replace<E: Endpoint>(&mut self, request: &E::Request) -> Result<(), Error> {
        let body = body::typed::<E>(request, Method::Put, &self.shared.settings)?;
        self.put(E::PATH, body).await
    }

    /// Replaces one object of a collection; for the rest see [`Self::replace`].
    ///
    /// # Errors
    /// As [`Self::replace`].
    pub async fn replace_object<E: Endpoint>(
        &mut self,
        key: &str,
        request: &E::Request,
    ) -> Result<(), Error> {
        let body = body::typed::<E>(request, Method::Put, &self.shared.settings)?;
        self.put(&path::of_object(E::PATH, key)?, body).await
    }

    /// Creates an object in a collection and gives its key, which fits where a reference to it belongs.
    ///
    /// A lost response is resolved by a look at the change list, never by sending it twice.
    ///
    /// # Errors
    /// [`ErrorKind::Ambiguous`] when even the list does not tell; otherwise as [`Self::replace`].
    pub async fn create<E: Endpoint>(&mut self, request: &E::Request) -> Result<Key<E>, Error> {
        let body = body::typed::<E>(request, Method::Post, &self.shared.settings)?;
        let response = self.post_to(E::PATH, body).await?;
        response.key.map(Key::new).ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedResponse)
                .at(Method::Post, E::PATH)
                .note("the response does not tell the key of the new object")
        })
    }

    /// Deletes an object of a collection.
    ///
    /// # Errors
    /// As [`Self::replace`]; an object that something refers to cannot be deleted.
    pub async fn delete<E: Endpoint>(&mut self, key: &str) -> Result<(), Error> {
        self.remove(&path::of_object(E::PATH, key)?).await
    }

    /// Replaces what stands at any address of the configuration. Its body is checked if the address is
    /// known; `unknown_keys` says whether keys that no source shows are mistakes or came with a response.
    ///
    /// # Errors
    /// As [`Self::replace`], and a path that is none.
    pub async fn replace_raw(
        &mut self,
        path: &str,
        body: &Any,
        unknown_keys: UnknownKeys,
    ) -> Result<(), Error> {
        check_path(path)?;
        let body = body::raw(body, Method::Put, path, unknown_keys, &self.shared.settings)?;
        self.put(path, body).await
    }

    /// Creates something at any address of the configuration; see [`Self::replace_raw`].
    ///
    /// # Errors
    /// As [`Self::create`], and a path that is none.
    pub async fn create_raw(
        &mut self,
        path: &str,
        body: &Any,
        unknown_keys: UnknownKeys,
    ) -> Result<RawResponse, Error> {
        check_path(path)?;
        let body = body::raw(body, Method::Post, path, unknown_keys, &self.shared.settings)?;
        self.post_to(path, body).await
    }

    /// Deletes what stands at any address of the configuration.
    ///
    /// # Errors
    /// As [`Self::delete`], and a path that is none.
    pub async fn delete_raw(&mut self, path: &str) -> Result<(), Error> {
        check_path(path)?;
        self.remove(path).await
    }

    /// The appliance's list of everything that a commit would make effective.
    ///
    /// # Errors
    /// [`ErrorKind::SessionEnded`], [`ErrorKind::UnexpectedResponse`].
    pub async fn review(&mut self) -> Result<Review, Error> {
        let call = Call::get(CHANGES);
        let result = match self.shared.read(&call, &self.scope()).await {
            // Where nothing was changed yet, some have no list.
            Err(error) if *error.kind() == ErrorKind::NotFound && self.is_open().await? => {
                return Ok(Review { changes: Vec::new() });
            }
            result => result,
        };
        let response = self.noticed(result)?;
        review::read(response, &self.done).ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedResponse)
                .at(call.method, call.path)
                .note("it is not a list of changes")
        })
    }

    /// Discards everything in the transaction.
    ///
    /// A dropped future goes on in the background, as a dropped transaction does.
    ///
    /// # Errors
    /// [`ErrorKind::NotCancelled`]: it may still be open.
    pub async fn cancel(mut self) -> Result<(), Error> {
        self.end().await
    }

    /// Discards everything, and is over, whether that went well or not.
    async fn end(&mut self) -> Result<(), Error> {
        match recover::cancel(&self.shared, &self.session).await {
            Ok(_) => {
                self.finish();
                Ok(())
            }
            Err(error) => {
                // The journal keeps it.
                self.state = State::Over;
                self.shared.in_transaction.store(false, Ordering::SeqCst);
                self.permit = None;
                Err(error)
            }
        }
    }

    async fn put(&mut self, path: &str, body: Outgoing) -> Result<(), Error> {
        let call =
            Call { body: Some(&body.text), secrets: &body.secrets, ..Call::new(Method::Put, path) };
        let done = Done { kind: ChangeKind::Replace, path: path.to_owned(), collection: None };
        self.change(&call, done).await?;
        let wanted = Wanted::Body { masked: body.masked.clone(), subject: body.subject };
        self.wanted.insert(path.to_owned(), wanted);
        Ok(())
    }

    async fn post_to(&mut self, path: &str, body: Outgoing) -> Result<RawResponse, Error> {
        let call = Call {
            body: Some(&body.text),
            secrets: &body.secrets,
            ..Call::new(Method::Post, path)
        };
        let done = Done {
            kind: ChangeKind::Create,
            path: path.to_owned(),
            collection: Some(path.to_owned()),
        };
        let response = self.change(&call, done).await?;
        match &response.key {
            Some(key) => {
                let object = path::of_object(path, key)?;
                if let Some(last) = self.done.last_mut() {
                    last.path.clone_from(&object);
                }
                let wanted = Wanted::Body { masked: body.masked.clone(), subject: body.subject };
                self.wanted.insert(object, wanted);
            }
            None => {
                let reason = "the appliance did not tell its key";
                self.wanted.insert(path.to_owned(), Wanted::Unknown(reason));
            }
        }
        Ok(response)
    }

    async fn remove(&mut self, path: &str) -> Result<(), Error> {
        let call = Call::new(Method::Delete, path);
        let done = Done { kind: ChangeKind::Delete, path: path.to_owned(), collection: None };
        self.change(&call, done).await?;
        self.wanted.insert(path.to_owned(), Wanted::Absent);
        Ok(())
    }

    /// What was uploaded, so that a commit knows of it.
    pub(crate) fn uploaded(&mut self, response: &RawResponse) {
        let href = response.content.as_value()["meta"]["href"].as_str();
        let Some(path) = href.filter(|it| path::check(it).is_ok()) else { return };
        let collection = path.rsplit_once('/').map(|(collection, _)| collection.to_owned());
        self.done.push(Done { kind: ChangeKind::Create, path: path.to_owned(), collection });
        self.wanted.insert(path.to_owned(), Wanted::Present);
    }

    /// Sends a change. When its response is lost, the change list says whether it arrived.
    async fn change(&mut self, call: &Call<'_>, done: Done) -> Result<RawResponse, Error> {
        self.check_open(call)?;
        let mut attempts = 0;
        loop {
            let error = match self.send(call).await {
                Ok(reply) => {
                    let response = raw_response(&reply, call)
                        .unwrap_or_else(|_| RawResponse { key: None, content: Value::Null.into() });
                    self.done.push(done);
                    return Ok(response);
                }
                Err(error) => error,
            };
            if *error.kind() == ErrorKind::Conflict && !self.is_open().await? {
                self.finish();
                let note = "the appliance closed it and discarded everything in it";
                return Err(error.with_kind(ErrorKind::NotOpen).note(note));
            }
            if !error.is_ambiguous() {
                return Err(error);
            }
            attempts += 1;
            tracing::warn!(%error, "looking whether the change arrived");
            let looks = self.shared.settings.looks(&error, 1);
            for delay in looks {
                tokio::time::sleep(delay).await;
                match self.arrival(&done).await {
                    Ok(Arrival::Arrived { path }) => {
                        let key = path.rsplit('/').next().map(str::to_owned);
                        let key = key.filter(|_| done.kind == ChangeKind::Create);
                        self.done.push(done);
                        return Ok(RawResponse { key, content: Value::Null.into() });
                    }
                    Ok(Arrival::NotArrived) => {}
                    Ok(Arrival::Unclear) => return Err(error.turned_into(ErrorKind::Ambiguous)),
                    Err(look) if *look.kind() == ErrorKind::SessionEnded => return Err(look),
                    Err(look) => return Err(error.turned_into(ErrorKind::Ambiguous).because(look)),
                }
            }
            self.shared.strays.store(true, Ordering::SeqCst);
            if attempts > self.shared.settings.retries {
                return Err(error);
            }
        }
    }

    async fn arrival(&mut self, done: &Done) -> Result<Arrival, Error> {
        if !self.is_open().await? {
            return Ok(Arrival::Unclear);
        }
        let review = self.review().await?;
        let path = done.path.clone();
        let was_created =
            self.done.iter().any(|it| it.kind == ChangeKind::Create && it.path == path);
        Ok(match done.kind {
            ChangeKind::Create => {
                let mut new: Vec<_> = review
                    .changes
                    .iter()
                    .filter(|it| it.kind == ChangeKind::Create)
                    .filter(|it| it.path.rsplit_once('/').is_some_and(|(parent, _)| parent == path))
                    .filter(|it| !self.done.iter().any(|done| done.path == it.path))
                    .collect();
                // An entry that names the collection does not tell whose it is.
                let unnamed = review.find(ChangeKind::Create, &path).is_some();
                match (new.pop(), new.is_empty() && !unnamed) {
                    (Some(only), true) => Arrival::Arrived { path: only.path.clone() },
                    (None, true) => Arrival::NotArrived,
                    _ => Arrival::Unclear,
                }
            }
            ChangeKind::Replace => {
                // An earlier one explains the entry as well; and once more does no harm, for the
                // transaction is open and the body is the whole object.
                let is_first = !self.done.iter().any(|it| it.path == path);
                match review.find(ChangeKind::Replace, &path) {
                    Some(_) if is_first => Arrival::Arrived { path },
                    _ => Arrival::NotArrived,
                }
            }
            _ if review.find(ChangeKind::Delete, &path).is_some() => Arrival::Arrived { path },
            // New and gone in one transaction may cancel out.
            _ if was_created && review.find(ChangeKind::Create, &path).is_none() => {
                Arrival::Arrived { path }
            }
            _ => Arrival::NotArrived,
        })
    }

    pub(crate) fn check_open(&self, call: &Call<'_>) -> Result<(), Error> {
        match self.state {
            State::Open => Ok(()),
            _ => Err(Error::new(ErrorKind::SessionEnded).at(call.method, call.path)),
        }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope::Session(Arc::clone(&self.session))
    }

    /// Whether the appliance still has it open.
    async fn is_open(&mut self) -> Result<bool, Error> {
        let result = self.shared.is_open(&self.scope()).await;
        self.noticed(result)
    }

    /// Notices the end of the session: then there is nothing left to cancel.
    pub(crate) fn noticed<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result
            && *error.kind() == ErrorKind::SessionEnded
        {
            self.finish();
        }
        result
    }

    /// Sends a request that changes something.
    async fn send(&mut self, call: &Call<'_>) -> Result<Reply, Error> {
        self.is_waiting = true;
        let result = self.shared.send(call, &self.scope()).await;
        self.is_waiting = false;
        self.noticed(result)
    }

    /// It is over, and nothing is open any more.
    fn finish(&mut self) {
        if self.state == State::Over {
            return;
        }
        self.state = State::Over;
        close(&self.shared, &self.session);
        self.permit = None;
    }
}

/// What stands in the configuration, or is uploaded into it.
fn check_path(path: &str) -> Result<(), Error> {
    path::check(path)?;
    if path::is_configuration(path) && !path.contains('?') {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Settings)
        .note("only what stands below `/api/configuration` belongs into a transaction"))
}

/// Forgets a transaction that is not open any more. Where something may still arrive in its session, the journal goes
/// on naming it, so that the next run looks there.
fn close(shared: &Shared, session: &Secret) {
    shared.in_transaction.store(false, Ordering::SeqCst);
    let Some(journal) = &shared.journal else { return };
    let strays = shared.strays.load(Ordering::SeqCst);
    let result = if strays { journal.settle(session) } else { journal.forget(session) };
    if let Err(error) = result {
        tracing::warn!(%error, "the journal still names a transaction that is over");
    }
}

const MAY_BE_OPEN: &str = "a transaction may still be open and lock everybody else out: run `sps transaction cancel`, or \
     wait until the session times out";

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.state == State::Over {
            return;
        }
        if self.state == State::Committing {
            tracing::error!("dropped during a commit: look whether it took effect");
        }
        if self.is_waiting {
            // The request may be carried out after the cancel, and open another transaction.
            self.shared.strays.store(true, Ordering::SeqCst);
        }
        let shared = Arc::clone(&self.shared);
        let session = Arc::clone(&self.session);
        let permit = self.permit.take();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            shared.in_transaction.store(false, Ordering::SeqCst);
            tracing::error!("dropped outside of a runtime: {MAY_BE_OPEN}");
            return;
        };
        // Made here and not in the task: a runtime that ends may never begin with it.
        let mut unfinished = Unfinished(true);
        let task = runtime.spawn(async move {
            let result = recover::cancel(&shared, &session).await;
            unfinished.disarm();
            match &result {
                Ok(_) => {
                    close(&shared, &session);
                    tracing::info!("cancelled a transaction that was dropped");
                }
                Err(error) => {
                    shared.in_transaction.store(false, Ordering::SeqCst);
                    tracing::error!(%error, "{MAY_BE_OPEN}");
                }
            }
            drop(permit);
            result.map(drop)
        });
        self.shared.pending().push(task);
    }
}

/// Says so when a cancel was itself given up.
struct Unfinished(bool);

impl Unfinished {
    fn disarm(&mut self) {
        self.0 = false;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.0 {
            tracing::error!("a cancel did not come to its end: {MAY_BE_OPEN}");
        }
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("state", &self.state)
            .field("changes", &self.done.len())
            .finish_non_exhaustive()
    }
}
