//! A transaction as a value that never stays open.

mod changes;
mod closing;
mod commit;
mod opening;
mod precondition;
mod read_back;
mod report;
mod review;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, atomic::Ordering},
};

use sps_model::{Any, Endpoint, Key, Method, Secret};
use sps_validate::UnknownKeys;
use tokio::sync::OwnedSemaphorePermit;

use self::{read_back::Expected, review::SentChange};
use crate::{
    body,
    error::{Argument, Error, ErrorKind},
    http::{Call, Response},
    list::List,
    path,
    received::{self, RawResponse, Received},
    session::{Scope, Shared},
};

pub use self::{
    report::{CommitReport, Mismatch, Unverified},
    review::{Change, ChangeKind, Review},
};

const TRANSACTION: &str = "/api/transaction";
const CHANGES: &str = "/api/transaction/changes";

/// An open transaction; made by [`Client::transaction`](crate::Client::transaction).
///
/// It ends with [`commit`](Self::commit) or [`cancel`](Self::cancel). When it is dropped, also by a panic, it is
/// canceled in the background; [`Client::clean_up`](crate::Client::clean_up) waits for that. If that is not possible,
/// because there is no runtime or the runtime ends first, an event of level error says that the transaction may still
/// be open.
///
/// If the session ends while the transaction is open, the appliance discards everything in it, and every method fails
/// with [`ErrorKind::SessionEnded`].
#[must_use = "dropping it cancels it"]
pub struct Transaction {
    shared: Arc<Shared>,
    session: Arc<Secret>,
    state: State,
    sent: Vec<SentChange>,
    /// The expected state of each object after the commit, by its path.
    expected: BTreeMap<String, Expected>,
    /// The message of the commit.
    message: Option<String>,
    permit: Option<OwnedSemaphorePermit>,
    /// Whether a commit reads each object back.
    reads_back: bool,
    /// Whether a change was sent whose response has not arrived yet.
    pub(crate) is_waiting: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Committing,
    Over,
}

impl Transaction {
    /// Reads a singleton as this transaction sees it.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`] that concern reading.
    pub async fn get<E: Endpoint>(&mut self) -> Result<Received<E>, Error> {
        let result = self.shared.get(E::PATH, &self.scope()).await;
        self.notice_end(result)
    }

    /// Reads one object of a collection as this transaction sees it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], and the other kinds that concern reading.
    pub async fn get_object<E: Endpoint>(&mut self, key: &str) -> Result<Received<E>, Error> {
        let result = self.shared.get(&path::of_object(E::PATH, key)?, &self.scope()).await;
        self.notice_end(result)
    }

    /// Lists a collection as this transaction sees it.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`] that concern reading.
    pub async fn list<E: Endpoint>(&mut self) -> Result<List<E>, Error> {
        let result = List::fetch(Arc::clone(&self.shared), self.scope(), E::PATH.to_owned()).await;
        self.notice_end(result)
    }

    /// Reads any path below `/api` as this transaction sees it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for an invalid path, and the kinds that concern reading.
    pub async fn get_raw(&mut self, path: &str) -> Result<RawResponse, Error> {
        path::check(path)?;
        let call = Call::get(path);
        let result = self.shared.send(&call, &self.scope()).await;
        received::read_raw(&self.notice_end(result)?, &call)
    }

    /// Replaces a singleton. The type of the request names the endpoint. The whole object is sent, so start from the one
    /// that you read: [`Self::edit`] does both. [`Self::replace_if_unchanged`] overwrites nothing that you did not read.
    ///
    /// If the response is lost, the client finds out from the change list whether the request arrived. A dropped
    /// future may have sent the request: a later commit includes it, and a cancel discards it.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] before anything is sent, [`ErrorKind::SessionEnded`], and the errors of the appliance.
    pub async fn replace<E: Endpoint<Request = E>>(&mut self, request: &E) -> Result<(), Error> {
        let body = body::typed::<E>(request, Method::Put, &self.shared.settings)?;
        self.put(E::PATH, body).await
    }

    /// Replaces a body whose type does not name the endpoint: a list, a text or a map. The whole body is sent.
    ///
    /// ```no_run
    /// # async fn example(client: sps_client::Client) -> Result<(), sps_client::Error> {
    /// use sps_model::network::{Route, Routing};
    ///
    /// let mut routes = client.get::<Routing>().await?.into_request();
    /// routes.push(Route::new("192.0.2.1", "198.51.100.0/24"));
    /// let mut transaction = client.transaction().await?;
    /// transaction.replace_body::<Routing>(&routes).await?;
    /// let report = transaction.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Self::replace`].
    pub async fn replace_body<E: Endpoint>(&mut self, request: &E::Request) -> Result<(), Error> {
        let body = body::typed::<E>(request, Method::Put, &self.shared.settings)?;
        self.put(E::PATH, body).await
    }

    /// Replaces one object of a collection, as [`Self::replace`] does for a singleton.
    ///
    /// # Errors
    /// As [`Self::replace`].
    pub async fn replace_object<E: Endpoint<Request = E>>(
        &mut self,
        key: &str,
        request: &E,
    ) -> Result<(), Error> {
        let body = body::typed::<E>(request, Method::Put, &self.shared.settings)?;
        self.put(&path::of_object(E::PATH, key)?, body).await
    }

    /// Creates an object in a collection. The type of the request names the collection. Gives the key of the object, which fits into every field that refers to such an object.
    ///
    /// If the response is lost, the client finds the object in the change list and never creates it twice.
    ///
    /// # Errors
    /// [`ErrorKind::Ambiguous`] if the change list does not show whether the request arrived; otherwise as
    /// [`Self::replace`].
    pub async fn create<E: Endpoint<Request = E>>(&mut self, request: &E) -> Result<Key<E>, Error> {
        let body = body::typed::<E>(request, Method::Post, &self.shared.settings)?;
        let response = self.post(E::PATH, body).await?;
        response.key.map(Key::new).ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedResponse)
                .at(Method::Post, E::PATH)
                .note("the response has no key for the new object")
        })
    }

    /// Puts the objects of an ordered collection into this order. `keys` names each of its objects once.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the collection has no order; otherwise as [`Self::replace`].
    pub async fn reorder<E: Endpoint>(&mut self, keys: &[&str]) -> Result<(), Error> {
        if !E::ORDERED {
            let reason = "the collection has no order that can be changed";
            return Err(Error::argument(Argument::Path, reason).at(Method::Put, E::PATH));
        }
        let path = format!("{}/@order", E::PATH);
        self.replace_raw(&path, &serde_json::json!(keys).into(), UnknownKeys::Deny).await
    }

    /// Deletes an object of a collection.
    ///
    /// # Errors
    /// As [`Self::replace`]. The appliance refuses to delete an object that another one refers to.
    pub async fn delete<E: Endpoint>(&mut self, key: &str) -> Result<(), Error> {
        self.remove(&path::of_object(E::PATH, key)?).await
    }

    /// Replaces the object at any path of the configuration. The body is checked if the endpoint is known.
    ///
    /// `unknown_keys` says whether unknown keys are mistakes, or came with a response and are sent back.
    ///
    /// # Errors
    /// As [`Self::replace`], and [`ErrorKind::InvalidArgument`] for an invalid path.
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

    /// Creates an object at any path of the configuration; see [`Self::replace_raw`].
    ///
    /// # Errors
    /// As [`Self::create`], and [`ErrorKind::InvalidArgument`] for an invalid path.
    pub async fn create_raw(
        &mut self,
        path: &str,
        body: &Any,
        unknown_keys: UnknownKeys,
    ) -> Result<RawResponse, Error> {
        check_path(path)?;
        if path::is_action(path) {
            return self.act_raw(path, Some(body), unknown_keys).await;
        }
        let body = body::raw(body, Method::Post, path, unknown_keys, &self.shared.settings)?;
        let response = self.post(path, body).await?;
        if let Some(key) = response.key.as_deref().filter(|_| path::is_node(path)) {
            // The key and the ID of a node are not part of its object.
            self.expect_present(path::of_object(path, key)?);
        }
        Ok(response)
    }

    /// Does work at a path outside of the configuration that takes effect with the commit, such as a promotion: a POST that
    /// creates no object. The body is checked if the endpoint is known.
    ///
    /// The client does not repeat it. After an error, check [`Self::review`] or cancel.
    ///
    /// # Errors
    /// As [`Self::replace`], and [`ErrorKind::InvalidArgument`] for another path.
    pub async fn act_raw(
        &mut self,
        path: &str,
        body: Option<&Any>,
        unknown_keys: UnknownKeys,
    ) -> Result<RawResponse, Error> {
        if !path::is_action(path) {
            let reason = "expected the path of work that takes effect with a commit";
            return Err(Error::argument(Argument::Path, reason));
        }
        let settings = &self.shared.settings;
        let raw = |body| body::raw(body, Method::Post, path, unknown_keys, settings);
        let body = body.map(raw).transpose()?;
        let call = match &body {
            Some(body) => body.call(Method::Post, path),
            None => Call::new(Method::Post, path),
        };
        received::read_raw(&self.carry_out(&call).await?, &call)
    }

    /// Deletes the object at any path of the configuration.
    ///
    /// # Errors
    /// As [`Self::delete`], and [`ErrorKind::InvalidArgument`] for an invalid path.
    pub async fn delete_raw(&mut self, path: &str) -> Result<(), Error> {
        check_path(path)?;
        self.remove(path).await
    }

    /// Reads the appliance's list of everything that a commit would make effective.
    ///
    /// # Errors
    /// [`ErrorKind::SessionEnded`], [`ErrorKind::UnexpectedResponse`].
    pub async fn review(&mut self) -> Result<Review, Error> {
        let call = Call::get(CHANGES);
        let result = match self.shared.read(&call, &self.scope()).await {
            // Some appliances have no list before the first change.
            Err(error) if *error.kind() == ErrorKind::NotFound && self.is_open().await? => {
                return Ok(Review { changes: Vec::new() });
            }
            result => result,
        };
        let response = self.notice_end(result)?;
        review::read(response, &self.sent).ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedResponse)
                .at(call.method, call.path)
                .note("the response is not a list of changes")
        })
    }

    pub(crate) fn check_open(&self, call: &Call<'_>) -> Result<(), Error> {
        match self.state {
            State::Open => Ok(()),
            State::Committing | State::Over => {
                Err(Error::new(ErrorKind::SessionEnded).at(call.method, call.path))
            }
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
        self.notice_end(result)
    }

    /// Notices the end of the session, after which nothing is left to cancel.
    pub(crate) fn notice_end<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result
            && *error.kind() == ErrorKind::SessionEnded
        {
            self.finish();
        }
        result
    }

    /// Sends a request that changes something.
    async fn send(&mut self, call: &Call<'_>) -> Result<Response, Error> {
        self.is_waiting = true;
        let result = self.shared.send(call, &self.scope()).await;
        self.is_waiting = false;
        self.notice_end(result)
    }

    /// Sends a request that belongs to the transaction, although its path lies outside of the configuration. No source
    /// shows what it adds to the list of changes, so every entry that appears with it counts as its own.
    pub(crate) async fn carry_out(&mut self, call: &Call<'_>) -> Result<Response, Error> {
        self.check_open(call)?;
        let before = self.review().await?;
        let response = self.send(call).await?;
        for change in self.review().await?.changes {
            if before.find(change.kind, &change.path).is_none() {
                self.sent.push(SentChange::new(change.kind, &change.path));
            }
        }
        Ok(response)
    }

    /// Expects of an object only that it is there, for what responses show in another form than requests.
    pub(crate) fn expect_present(&mut self, path: String) {
        self.expected.insert(path, Expected::Present);
    }

    /// Notes that a request may still arrive although the client gave up waiting for its response.
    fn expect_late_request(&self) {
        self.shared.late_requests.store(true, Ordering::SeqCst);
    }
}

/// Checks that a change at a path belongs into a transaction.
fn check_path(path: &str) -> Result<(), Error> {
    path::check(path)?;
    if path::needs_transaction(path) && !path.contains('?') {
        return Ok(());
    }
    Err(Error::argument(
        Argument::Path,
        "a transaction changes only paths below `/api/configuration`, and the nodes of a cluster",
    ))
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("state", &self.state)
            .field("changes", &self.sent.len())
            .finish_non_exhaustive()
    }
}
