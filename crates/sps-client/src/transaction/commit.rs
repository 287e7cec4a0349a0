//! Committing: checked before, resolved when it was lost, looked at afterwards.

use serde_json::{Value, json};
use sps_model::{CommitMessage, Method};
use sps_validate::{Kind, Limits, Subject, json::scan};

use super::{
    NotTaken, Outcome, Review, State, TRANSACTION, Transaction, Unverified, Wanted,
    review::{ChangeKind, Done},
};
use crate::{
    client::Scope,
    compare::{Seen, compare},
    error::{Error, ErrorKind},
    http::Call,
    recover::{self, Cancelled},
};

/// How often to look at least whether a commit whose response was lost is still at work.
const LOOKS: usize = 4;

/// What reading back said about one object.
enum Taken {
    All,
    /// Not as it was sent.
    No,
    /// It was like this before, or nobody can tell.
    Neutral,
}

impl Transaction {
    /// Makes everything in the transaction effective, then reads each object back.
    ///
    /// Must not be repeated blindly, and cannot: it consumes the transaction. When the connection
    /// breaks during the commit, a look tells whether it went through. Whatever fails, the transaction
    /// is cancelled. A dropped future cancels it too, if the commit had not gone through.
    ///
    /// # Errors
    /// [`ErrorKind::MessageRequired`] and [`ErrorKind::ForeignChanges`] before anything is committed,
    /// [`ErrorKind::Semantic`] when the appliance refuses, [`ErrorKind::NotCommitted`] when the
    /// connection broke and nothing took effect, [`ErrorKind::Ambiguous`] when even a look did not tell,
    /// [`ErrorKind::SessionEnded`].
    pub async fn commit(self) -> Result<Outcome, Error> {
        self.commit_as(None).await
    }

    /// The same with a message for the appliance's log.
    ///
    /// Under which key it travels is inferred: `commit_message`, as the status calls it.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub async fn commit_with_message(self, message: &str) -> Result<Outcome, Error> {
        self.commit_as(Some(message)).await
    }

    async fn commit_as(mut self, message: Option<&str>) -> Result<Outcome, Error> {
        match self.try_commit(message).await {
            Err(error) if self.state != State::Over => Err(match self.end().await {
                Ok(()) => error.note("the transaction was cancelled"),
                Err(cancel) => error.note(format!(
                    "the transaction may still be open, for it could not be cancelled: {cancel}"
                )),
            }),
            result => result,
        }
    }

    async fn try_commit(&mut self, message: Option<&str>) -> Result<Outcome, Error> {
        let mut command = json!({"status": "commit"});
        if let Some(message) = message {
            command["commit_message"] = message.into();
        }
        let text = command.to_string();
        let call = Call { body: Some(&text), ..Call::new(Method::Put, TRANSACTION) };
        self.check_open(&call)?;

        let status = self.shared.get::<sps_model::Transaction>(TRANSACTION, &self.scope()).await;
        let status = self.noticed(status)?.body;
        if status.status == sps_model::TransactionStatus::Closed {
            self.finish();
            let note = "the appliance closed it and discarded everything in it";
            return Err(Error::new(ErrorKind::NotOpen).at(Method::Put, TRANSACTION).note(note));
        }
        let is_required = status.commit_message.as_ref() == Some(&CommitMessage::Required);
        if is_required && message.is_none_or(|it| it.trim().is_empty()) {
            return Err(Error::new(ErrorKind::MessageRequired).at(Method::Put, TRANSACTION));
        }
        let review = self.review().await?;
        let paths: Vec<_> = review.foreign().map(ToString::to_string).collect();
        if !paths.is_empty() {
            return Err(
                Error::new(ErrorKind::ForeignChanges { paths }).at(Method::Put, TRANSACTION)
            );
        }
        if self.done.is_empty() && review.changes.is_empty() {
            self.end().await?;
            return Ok(Outcome::default());
        }

        self.state = State::Committing;
        let result = self.send(&call).await;
        match result {
            // Something on the way may have answered in its place.
            Ok(reply)
                if !recover::says_closed(&reply, &call)
                    && self.is_open().await.unwrap_or(false) =>
            {
                let error = Error::new(ErrorKind::UnexpectedResponse).at(call.method, call.path);
                let note = "it was answered, but the transaction is still open";
                self.resolve(error.note(note), &review).await
            }
            Ok(_) => {
                self.finish();
                let mut outcome = Outcome { changed: self.wanted.len(), ..Outcome::default() };
                self.read_back(&review, &mut outcome).await;
                Ok(outcome)
            }
            // An appliance that fails does not know how far it came: only a look tells.
            Err(error) if error.is_ambiguous() || error.status() >= Some(500) => {
                self.resolve(error, &review).await
            }
            Err(error) => Err(error),
        }
    }

    /// Finds out by looking what became of a commit whose response was lost.
    async fn resolve(&mut self, error: Error, review: &Review) -> Result<Outcome, Error> {
        tracing::warn!(%error, "looking whether the commit went through");
        let mut open = None;
        let looks = self.shared.settings.looks(&error, LOOKS);
        for delay in looks {
            tokio::time::sleep(delay).await;
            open = match self.shared.is_open(&self.scope()).await {
                Ok(open) => Some(open),
                // Nothing is open in a session that is gone; the objects tell the rest.
                Err(look) if *look.kind() == ErrorKind::SessionEnded => Some(false),
                Err(look) => {
                    tracing::warn!(error = %look, "cannot look yet");
                    continue;
                }
            };
            // It may still be at work.
            if open == Some(false) {
                break;
            }
        }
        match open {
            None => {
                let note = "the appliance did not response afterwards";
                return Err(error.turned_into(ErrorKind::Ambiguous).note(note));
            }
            // Whether it went through before is for the objects to tell: some say `closed` either way.
            Some(true) => match recover::cancel(&self.shared, &self.session).await {
                Ok(Cancelled::Discarded | Cancelled::NotOpen) => self.finish(),
                Err(cancel) => return Err(error.turned_into(ErrorKind::Ambiguous).because(cancel)),
            },
            Some(false) => self.finish(),
        }
        let mut outcome =
            Outcome { changed: self.wanted.len(), was_ambiguous: true, ..Outcome::default() };
        let taken = self.read_back(review, &mut outcome).await;
        let all = taken.iter().filter(|it| matches!(it, Taken::All)).count();
        let no = taken.iter().filter(|it| matches!(it, Taken::No)).count();
        match (all, no) {
            (1.., 0) => Ok(outcome),
            (0, 1..) => {
                let error = error.turned_into(ErrorKind::NotCommitted);
                let note = "the transaction was cancelled";
                Err(if open == Some(true) { error.note(note) } else { error })
            }
            (0, 0) => Err(error
                .turned_into(ErrorKind::Ambiguous)
                .note("the transaction is closed, and no object tells whether it was committed")),
            _ => {
                let list: Vec<_> = outcome.not_taken.iter().map(ToString::to_string).collect();
                let note = format!("a part of it is there, but not: {}", list.join(", "));
                Err(error.turned_into(ErrorKind::Ambiguous).note(note))
            }
        }
    }

    /// Looks at each object that was changed.
    async fn read_back(&self, review: &Review, outcome: &mut Outcome) -> Vec<Taken> {
        let mut all = Vec::with_capacity(self.wanted.len());
        for (path, wanted) in &self.wanted {
            let unverified = |pointer: String, reason: String| Unverified {
                path: path.clone(),
                pointer,
                reason,
            };
            if let Wanted::Unknown(reason) = wanted {
                outcome.unverified.push(unverified(String::new(), (*reason).to_owned()));
                all.push(Taken::Neutral);
                continue;
            }
            let call = Call::get(path);
            // The transaction is over: a new session will do.
            let found = self.shared.send(&call, &Scope::Any).await;
            let not_taken = |pointer: String, sent: Seen, found: Seen| NotTaken {
                path: path.clone(),
                pointer,
                sent,
                found,
            };
            let taken = match (wanted, found) {
                (Wanted::Absent, Err(error)) if *error.kind() == ErrorKind::NotFound => {
                    // New and gone in one transaction: it was never there.
                    if self.was_created(path) { Taken::Neutral } else { Taken::All }
                }
                (Wanted::Absent, Ok(_)) => {
                    outcome.not_taken.push(not_taken(String::new(), Seen::Absent, Seen::Hidden));
                    Taken::No
                }
                (Wanted::Present | Wanted::Body { .. }, Err(error))
                    if *error.kind() == ErrorKind::NotFound =>
                {
                    outcome.not_taken.push(not_taken(String::new(), Seen::Hidden, Seen::Absent));
                    Taken::No
                }
                (_, Err(error)) => {
                    outcome.unverified.push(unverified(String::new(), error.to_string()));
                    Taken::Neutral
                }
                (Wanted::Body { masked, subject }, Ok(reply)) => {
                    match request_form(&reply.text, subject) {
                        None => {
                            let reason = "the response cannot be read".to_owned();
                            outcome.unverified.push(unverified(String::new(), reason));
                            Taken::Neutral
                        }
                        Some(found) => {
                            let comparison = compare(subject.body, masked, &found);
                            for pointer in comparison.unseen {
                                let reason = "no response shows a secret".to_owned();
                                outcome.unverified.push(unverified(pointer, reason));
                            }
                            let is_same = comparison.differences.is_empty();
                            outcome.not_taken.extend(
                                comparison
                                    .differences
                                    .into_iter()
                                    .map(|it| not_taken(it.pointer, it.sent, it.found)),
                            );
                            match is_same {
                                false => Taken::No,
                                true if was_like_this(review, path, masked, subject) => {
                                    Taken::Neutral
                                }
                                true => Taken::All,
                            }
                        }
                    }
                }
                (_, Ok(_)) => Taken::All,
            };
            all.push(taken);
        }
        all
    }

    fn was_created(&self, path: &str) -> bool {
        let is_creation = |it: &Done| it.kind == ChangeKind::Create && it.path == path;
        self.done.iter().any(is_creation)
    }
}

/// The body of a response as it would be sent.
fn request_form(text: &str, subject: &Subject) -> Option<Value> {
    let root = scan(text, &Limits::default()).ok()?;
    serde_json::from_str(&sps_validate::rewrite(&root, subject)).ok()
}

/// Whether the object had this value before, as the change list tells: then it proves nothing.
fn was_like_this(review: &Review, path: &str, masked: &Value, subject: &Subject) -> bool {
    let mut of_path = review.changes.iter().filter(|it| it.path == path).peekable();
    if of_path.peek().is_none() {
        // No entry: the appliance saw no difference. Where it lists parts, nobody knows.
        return !review.changes.iter().any(|it| it.path.starts_with(path));
    }
    of_path.any(|it| {
        it.kind == ChangeKind::Replace
            && it.old_value.as_ref().is_some_and(|old| {
                let old = old.as_value();
                request_form(&old.to_string(), subject).is_some_and(|old| {
                    !matches!(subject.body, Kind::Any)
                        && compare(subject.body, masked, &old).differences.is_empty()
                })
            })
    })
}
