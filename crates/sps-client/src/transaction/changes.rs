//! Sending changes, and finding out whether one arrived whose response was lost.

use sps_model::Method;

use super::{
    Transaction,
    read_back::Expected,
    review::{ChangeKind, Review, SentChange},
};
use crate::{
    body::Outgoing,
    error::{Error, ErrorKind},
    http::Call,
    path,
    received::{self, RawResponse},
};

/// Whether a request arrived whose response was lost.
enum Arrival {
    Arrived { path: String },
    NotArrived,
    Unclear,
}

impl Transaction {
    pub(super) async fn put(&mut self, path: &str, body: Outgoing) -> Result<(), Error> {
        let change = SentChange::new(ChangeKind::Replace, path);
        self.change(&body.call(Method::Put, path), change).await?;
        self.expected.insert(path.to_owned(), Expected::of(&body));
        Ok(())
    }

    pub(super) async fn post(&mut self, path: &str, body: Outgoing) -> Result<RawResponse, Error> {
        let change = SentChange {
            collection: Some(path.to_owned()),
            ..SentChange::new(ChangeKind::Create, path)
        };
        let response = self.change(&body.call(Method::Post, path), change).await?;
        let Some(key) = &response.key else {
            let reason = "the response has no key for the new object";
            self.expected.insert(path.to_owned(), Expected::Unknown(reason));
            return Ok(response);
        };
        let object = path::of_object(path, key)?;
        if let Some(last) = self.sent.last_mut() {
            last.path.clone_from(&object);
        }
        self.expected.insert(object, Expected::of(&body));
        Ok(response)
    }

    pub(super) async fn remove(&mut self, path: &str) -> Result<(), Error> {
        let change = SentChange::new(ChangeKind::Delete, path);
        self.change(&Call::new(Method::Delete, path), change).await?;
        self.expected.insert(path.to_owned(), Expected::Absent);
        Ok(())
    }

    /// Records an upload, so that the commit knows it.
    pub(crate) fn record_upload(&mut self, response: &RawResponse) {
        let href = response.content.as_value()["meta"]["href"].as_str();
        let Some(path) = href.filter(|it| path::check(it).is_ok()) else { return };
        let collection = path.rsplit_once('/').map(|(collection, _)| collection.to_owned());
        self.sent.push(SentChange { collection, ..SentChange::new(ChangeKind::Create, path) });
        self.expected.insert(path.to_owned(), Expected::Present);
    }

    /// Sends a change. If its response is lost, the change list shows whether it arrived.
    async fn change(&mut self, call: &Call<'_>, change: SentChange) -> Result<RawResponse, Error> {
        self.check_open(call)?;
        let mut attempts = 0;
        loop {
            let error = match self.send(call).await {
                Ok(response) => {
                    // The status code says that the change was carried out, whatever follows it.
                    let response = received::read_raw(&response, call)
                        .unwrap_or_else(|_| RawResponse::empty());
                    self.sent.push(change);
                    return Ok(response);
                }
                Err(error) => error,
            };
            if *error.kind() == ErrorKind::Conflict && !self.is_open().await? {
                self.finish();
                let note = "the appliance closed the transaction and discarded everything in it";
                return Err(error.with_kind(ErrorKind::NotOpen).note(note));
            }
            if !error.is_ambiguous() {
                return Err(error);
            }
            attempts += 1;
            tracing::warn!(%error, "checking whether the change arrived");
            match self.wait_for_arrival(&error, &change).await {
                Ok(Arrival::Arrived { path }) => {
                    let key = path.rsplit('/').next().map(str::to_owned);
                    let key = key.filter(|_| change.kind == ChangeKind::Create);
                    self.sent.push(change);
                    return Ok(RawResponse { key, ..RawResponse::empty() });
                }
                Ok(Arrival::NotArrived) => self.expect_late_request(),
                Ok(Arrival::Unclear) => return Err(error.turned_into(ErrorKind::Ambiguous)),
                Err(check) if *check.kind() == ErrorKind::SessionEnded => return Err(check),
                Err(check) => return Err(error.turned_into(ErrorKind::Ambiguous).because(check)),
            }
            if attempts > self.shared.settings.retries {
                return Err(error);
            }
        }
    }

    /// Checks for a change whose response was lost, for as long as it may still arrive.
    async fn wait_for_arrival(
        &mut self,
        lost: &Error,
        change: &SentChange,
    ) -> Result<Arrival, Error> {
        for delay in self.shared.settings.check_delays(lost, 1) {
            tokio::time::sleep(delay).await;
            match self.arrival(change).await? {
                Arrival::NotArrived => {}
                arrival => return Ok(arrival),
            }
        }
        Ok(Arrival::NotArrived)
    }

    async fn arrival(&mut self, change: &SentChange) -> Result<Arrival, Error> {
        if !self.is_open().await? {
            return Ok(Arrival::Unclear);
        }
        let review = self.review().await?;
        Ok(match change.kind {
            ChangeKind::Create => self.arrival_of_create(&review, &change.path),
            ChangeKind::Replace => self.arrival_of_replace(&review, &change.path),
            _ => self.arrival_of_delete(&review, &change.path),
        })
    }

    fn arrival_of_create(&self, review: &Review, collection: &str) -> Arrival {
        let is_in =
            |path: &str| path.rsplit_once('/').is_some_and(|(parent, _)| parent == collection);
        let is_known = |path: &str| self.sent.iter().any(|it| it.path == path);
        let created = review.changes.iter().filter(|it| it.kind == ChangeKind::Create);
        let mut new: Vec<_> = created.filter(|it| is_in(&it.path) && !is_known(&it.path)).collect();
        // An entry that names only the collection may belong to an earlier request.
        let is_unnamed = review.find(ChangeKind::Create, collection).is_some();
        match (new.pop(), new.is_empty() && !is_unnamed) {
            (Some(only), true) => Arrival::Arrived { path: only.path.clone() },
            (None, true) => Arrival::NotArrived,
            _ => Arrival::Unclear,
        }
    }

    fn arrival_of_replace(&self, review: &Review, path: &str) -> Arrival {
        // An earlier change of the object explains the entry as well. Repeating the request does no harm: the
        // transaction is open, and the body is the whole object.
        let is_first = !self.sent.iter().any(|it| it.path == path);
        if is_first && review.find(ChangeKind::Replace, path).is_some() {
            return Arrival::Arrived { path: path.to_owned() };
        }
        Arrival::NotArrived
    }

    fn arrival_of_delete(&self, review: &Review, path: &str) -> Arrival {
        // The entries of an object that is created and deleted in one transaction may cancel out.
        let is_canceled_out =
            || self.has_created(path) && review.find(ChangeKind::Create, path).is_none();
        if review.find(ChangeKind::Delete, path).is_some() || is_canceled_out() {
            return Arrival::Arrived { path: path.to_owned() };
        }
        Arrival::NotArrived
    }

    /// Whether this transaction created the object.
    pub(super) fn has_created(&self, path: &str) -> bool {
        self.sent.iter().any(|it| it.kind == ChangeKind::Create && it.path == path)
    }
}
