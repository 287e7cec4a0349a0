//! Ending transactions: the current one, and those that an earlier crash left behind.

use std::{fmt, time::Duration};

use backon::Retryable as _;
use sps_model::{Method, Secret};

use crate::{
    client::Shared,
    error::{Error, ErrorKind},
    http::{Call, Reply},
    received,
};

/// A transaction that an earlier crash had left behind.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recovered {
    /// Who had opened it.
    pub user: String,
    /// When, in seconds since 1970-01-01T00:00:00Z.
    pub opened: u64,
    /// What became of it.
    pub outcome: RecoveredOutcome,
}

/// What became of a transaction that an earlier crash had left behind.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RecoveredOutcome {
    /// It was still open, and is discarded now.
    Cancelled,
    /// Its session had ended, or it was closed: nothing was left to do.
    Gone,
    /// It may still be open, for this reason; the journal keeps it for the next time.
    Failed(String),
}

impl RecoveredOutcome {
    pub(crate) fn is_cancelled(&self) -> bool {
        *self == Self::Cancelled
    }

    pub(crate) fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl fmt::Display for Recovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = &self.user;
        match &self.outcome {
            RecoveredOutcome::Cancelled => {
                write!(
                    f,
                    "an earlier run of {user} had left a transaction open; it is discarded now"
                )
            }
            RecoveredOutcome::Gone => {
                write!(f, "an earlier run of {user} had left a transaction; it is gone already")
            }
            RecoveredOutcome::Failed(reason) => write!(
                f,
                "an earlier run of {user} left a transaction that may still be open: {reason}"
            ),
        }
    }
}

/// Clears what the journal knows of earlier crashes at this host.
///
/// Those of processes on other machines or in other containers only if one wants them too: they may live.
pub(crate) async fn orphans(shared: &Shared, elsewhere: bool) -> Result<Vec<Recovered>, Error> {
    let Some(journal) = &shared.journal else { return Ok(Vec::new()) };
    let mut recovered = Vec::new();
    for entry in journal.orphans(elsewhere)? {
        let session = entry.session();
        let outcome = match clear(shared, &session).await {
            // What the crash had sent may still arrive.
            Ok(Found::Open) => {
                journal.settle(&session)?;
                RecoveredOutcome::Cancelled
            }
            Ok(Found::Closed) if !entry.is_old() => {
                journal.settle(&session)?;
                RecoveredOutcome::Gone
            }
            Ok(Found::Closed | Found::SessionGone) => {
                journal.forget(&session)?;
                RecoveredOutcome::Gone
            }
            Err(error) => RecoveredOutcome::Failed(error.to_string()),
        };
        if outcome == RecoveredOutcome::Gone && entry.is_settled() {
            continue;
        }
        let found = Recovered { user: entry.user.clone(), opened: entry.opened, outcome };
        tracing::warn!("{found}");
        recovered.push(found);
    }
    Ok(recovered)
}

/// What a look into a session found.
enum Found {
    Open,
    Closed,
    SessionGone,
}

async fn look(shared: &Shared, session: &Secret) -> Result<Found, Error> {
    let call = Call::get("/api/transaction");
    let reply = match shared.exchange(&call, session).await {
        Err(error) if *error.kind() == ErrorKind::Unauthenticated => return Ok(Found::SessionGone),
        reply => reply?,
    };
    let status = received::read::<sps_model::Transaction>(reply.json(&call)?, &call)?;
    let is_closed = status.body.status == sps_model::TransactionStatus::Closed;
    Ok(if is_closed { Found::Closed } else { Found::Open })
}

/// Cancels what is found open in an old session.
async fn clear(shared: &Shared, session: &Secret) -> Result<Found, Error> {
    if !session.expose().bytes().all(|it| it.is_ascii_graphic()) {
        // No cookie of any appliance.
        return Ok(Found::SessionGone);
    }
    let attempt = || look(shared, session);
    let found = attempt.retry(shared.settings.backoff()).when(Error::is_retryable).await?;
    if matches!(found, Found::Open) {
        cancel(shared, session).await?;
    }
    Ok(found)
}

/// How a cancel ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cancelled {
    /// It was open, and is discarded.
    Discarded,
    /// It was not open any more.
    NotOpen,
}

/// Discards the transaction of a session. Repeating it is safe, so it is tried for a while.
pub(crate) async fn cancel(shared: &Shared, session: &Secret) -> Result<Cancelled, Error> {
    let call = Call::new(Method::Delete, "/api/transaction");
    let attempt = || shared.exchange(&call, session);
    let backoff = shared.settings.backoff().with_max_times(shared.settings.retries.max(3) + 2);
    let backoff = backoff.with_max_delay(Duration::from_secs(5));
    match attempt.retry(backoff).when(Error::is_retryable).await {
        // Something on the way may have answered in its place.
        Ok(reply) if says_closed(&reply, &call) => Ok(Cancelled::Discarded),
        Ok(_) => match is_closed(shared, session).await {
            Ok(true) => Ok(Cancelled::Discarded),
            Ok(false) => Err(Error::new(ErrorKind::NotCancelled)
                .at(call.method, call.path)
                .note("it was answered, but the transaction is still open")),
            Err(error) => Err(error.with_kind(ErrorKind::NotCancelled)),
        },
        Err(error) => match error.kind() {
            // With the session its transaction went too.
            ErrorKind::Unauthenticated => Ok(Cancelled::NotOpen),
            ErrorKind::Conflict
            | ErrorKind::Locked { .. }
            | ErrorKind::NotFound
            | ErrorKind::NotOpen => {
                if is_closed(shared, session).await.unwrap_or(false) {
                    return Ok(Cancelled::NotOpen);
                }
                Err(error.with_kind(ErrorKind::NotCancelled))
            }
            _ => Err(error.with_kind(ErrorKind::NotCancelled)),
        },
    }
}

/// Whether a response of the transaction says that nothing is open any more; one that does not tell proves nothing.
pub(crate) fn says_closed(reply: &Reply, call: &Call<'_>) -> bool {
    let response =
        reply.json(call).and_then(|it| received::read::<sps_model::Transaction>(it, call));
    response.is_ok_and(|it| it.body.status == sps_model::TransactionStatus::Closed)
}

/// Looks whether nothing is open in a session.
async fn is_closed(shared: &Shared, session: &Secret) -> Result<bool, Error> {
    Ok(!matches!(look(shared, session).await?, Found::Open))
}
