//! Committing, and finding out whether a commit took effect whose response was lost.

use serde_json::json;
use sps_model::{CommitMessage, Method, TransactionStatus};

use super::{
    State, TRANSACTION, Transaction, read_back::Evidence, report::CommitReport, review::Review,
};
use crate::{
    error::{Error, ErrorKind},
    http::Call,
    recover::{self, Canceled},
};

/// How often to check at least whether a commit still runs whose response was lost.
const MIN_COMMIT_CHECKS: usize = 4;

impl Transaction {
    /// Makes everything in the transaction effective, then reads each object back.
    ///
    /// It consumes the transaction, so it cannot be repeated. If the connection breaks during the commit, the client
    /// finds out whether the commit took effect. If anything fails, it cancels the transaction. Dropping the future
    /// cancels it too, unless the commit took effect before.
    ///
    /// # Errors
    /// [`ErrorKind::MessageRequired`] and [`ErrorKind::ForeignChanges`] before anything is committed,
    /// [`ErrorKind::Semantic`] if the appliance refuses, [`ErrorKind::CommitConflict`] if another session committed
    /// first, [`ErrorKind::NotCommitted`] if the connection broke and nothing took effect, [`ErrorKind::Ambiguous`] if
    /// that stays unknown, [`ErrorKind::SessionEnded`].
    pub async fn commit(self) -> Result<CommitReport, Error> {
        self.commit_or_cancel().await
    }

    /// Commits with a message for the appliance's log.
    ///
    /// The key of the message is inferred: `commit_message`, as the status calls it.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub async fn commit_with_message(mut self, message: &str) -> Result<CommitReport, Error> {
        self.set_message(message);
        self.commit_or_cancel().await
    }

    /// Sets the message of the commit, for where another function commits; see [`Self::commit_with_message`].
    pub fn set_message(&mut self, message: impl Into<String>) {
        self.message = Some(message.into());
    }

    /// Lets the commit not read each object back, for a caller that reads them itself, as lists.
    ///
    /// The report then has the number of changes only. If the connection breaks during the commit, objects are read all the
    /// same to find out whether it took effect.
    pub fn skip_read_back(&mut self) {
        self.reads_back = false;
    }

    async fn commit_or_cancel(mut self) -> Result<CommitReport, Error> {
        match self.try_commit().await {
            Err(error) => Err(self.canceled_after(error).await),
            result => result,
        }
    }

    async fn try_commit(&mut self) -> Result<CommitReport, Error> {
        let mut command = json!({"status": "commit"});
        if let Some(message) = &self.message {
            command["commit_message"] = message.as_str().into();
        }
        let text = command.to_string();
        let call = Call { body: Some(&text), ..Call::new(Method::Put, TRANSACTION) };
        self.check_open(&call)?;
        let review = self.check_before_commit(&call).await?;
        if self.sent.is_empty() && review.changes.is_empty() {
            self.discard().await?;
            return Ok(CommitReport::default());
        }

        self.state = State::Committing;
        match self.send(&call).await {
            // A proxy may have sent the response.
            Ok(response)
                if !recover::says_closed(&response, &call)
                    && self.is_open().await.unwrap_or(false) =>
            {
                let error = Error::new(ErrorKind::UnexpectedResponse).at(call.method, call.path);
                let note = "the response reports success, but the transaction is still open";
                self.resolve(error.note(note), &review).await
            }
            Ok(_) => {
                self.finish();
                if self.reads_back {
                    return Ok(self.read_back(&review).await.0);
                }
                Ok(CommitReport { changed: self.expected.len(), ..CommitReport::default() })
            }
            Err(error) if *error.kind() == ErrorKind::Conflict => {
                self.explain_conflict(error, &review).await
            }
            // An appliance that fails does not say how far it came.
            Err(error) if error.is_ambiguous() || error.status() >= Some(500) => {
                self.resolve(error, &review).await
            }
            Err(error) => Err(error),
        }
    }

    /// Checks everything that can be checked before a commit, and gives the list of changes.
    async fn check_before_commit(&mut self, call: &Call<'_>) -> Result<Review, Error> {
        let status = self.shared.get::<sps_model::Transaction>(TRANSACTION, &self.scope()).await;
        let status = self.notice_end(status)?.body;
        let refused = |kind| Error::new(kind).at(call.method, call.path);
        if status.status == TransactionStatus::Closed {
            self.finish();
            let note = "the appliance closed the transaction and discarded everything in it";
            return Err(refused(ErrorKind::NotOpen).note(note));
        }
        let is_required = status.commit_message.as_ref() == Some(&CommitMessage::Required);
        if is_required && self.message.as_ref().is_none_or(|it| it.trim().is_empty()) {
            return Err(refused(ErrorKind::MessageRequired));
        }
        let review = self.review().await?;
        let changes: Vec<_> = review.foreign().map(ToString::to_string).collect();
        if changes.is_empty() {
            Ok(review)
        } else {
            Err(refused(ErrorKind::ForeignChanges { changes }))
        }
    }

    /// Finds out why the state of the appliance did not allow the commit, although the transaction was open before.
    async fn explain_conflict(
        &mut self,
        error: Error,
        review: &Review,
    ) -> Result<CommitReport, Error> {
        match self.is_open().await {
            // No source shows the response to a commit after that of another session. This is the only reason left.
            Ok(true) => Err(error.with_kind(ErrorKind::CommitConflict)),
            Err(ended) if *ended.kind() == ErrorKind::SessionEnded => Err(ended),
            // The appliance discarded the transaction, or a proxy sent the commit twice.
            Ok(false) | Err(_) => self.resolve(error, review).await,
        }
    }

    /// Finds out what became of a commit whose response was lost.
    async fn resolve(&mut self, error: Error, review: &Review) -> Result<CommitReport, Error> {
        tracing::warn!(%error, "checking whether the commit took effect");
        let Some(is_open) = self.wait_until_closed(&error).await else {
            let note = "the appliance did not respond afterwards";
            return Err(error.turned_into(ErrorKind::Ambiguous).note(note));
        };
        if is_open {
            // Some appliances respond with `closed` to either cancel: only the objects show whether it was committed.
            match recover::cancel(&self.shared, &self.session).await {
                Ok(Canceled::Discarded | Canceled::NotOpen) => {}
                Err(cancel) => {
                    return Err(error.turned_into(ErrorKind::Ambiguous).because(cancel));
                }
            }
        }
        self.finish();
        let (report, evidence) = self.read_back(review).await;
        let count = |kind| evidence.iter().filter(|it| **it == kind).count();
        let overwritten = count(Evidence::Overwritten);
        match (count(Evidence::Committed), count(Evidence::NotCommitted)) {
            // A commit is atomic. What is there although the appliance refused it, the other session committed.
            (_, missing) if *error.kind() == ErrorKind::Conflict && missing + overwritten > 0 => {
                Err(error.with_kind(ErrorKind::CommitConflict))
            }
            (1.., 0) => Ok(CommitReport { was_ambiguous: true, ..report }),
            (0, 1..) => {
                let error = error.turned_into(ErrorKind::NotCommitted);
                let note = "the transaction was canceled";
                Err(if is_open { error.note(note) } else { error })
            }
            (0, 0) if overwritten > 0 => Err(error
                .turned_into(ErrorKind::Ambiguous)
                .note("another session changed the objects, so that they do not show it")),
            (0, 0) => Err(error
                .turned_into(ErrorKind::Ambiguous)
                .note("the transaction is closed, and no object shows whether it was committed")),
            _ => {
                let list: Vec<_> = report.mismatches.iter().map(ToString::to_string).collect();
                let note = format!("a part of the changes is missing: {}", list.join(", "));
                Err(error.turned_into(ErrorKind::Ambiguous).note(note))
            }
        }
    }

    /// Waits until the transaction is closed, and says whether it is still open; `None` without any response.
    async fn wait_until_closed(&self, lost: &Error) -> Option<bool> {
        let mut is_open = None;
        for delay in self.shared.settings.check_delays(lost, MIN_COMMIT_CHECKS) {
            tokio::time::sleep(delay).await;
            match self.shared.is_open(&self.scope()).await {
                Ok(false) => return Some(false),
                // The commit may still run.
                Ok(true) => is_open = Some(true),
                // Nothing is open in a session that ended.
                Err(check) if *check.kind() == ErrorKind::SessionEnded => return Some(false),
                Err(check) => tracing::warn!(error = %check, "cannot check yet"),
            }
        }
        is_open
    }
}
