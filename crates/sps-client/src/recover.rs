//! Ending transactions: the current one, and those that an earlier crash left behind.

use std::fmt;
use std::time::Duration;

use backon::Retryable as _;
use sps_model::Method;
use sps_model::Secret;

use crate::client::Shared;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::http::Call;
use crate::received;

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
pub(crate) async fn orphans(shared: &Shared) -> Result<Vec<Recovered>, Error> {
    let Some(journal) = &shared.journal else { return Ok(Vec::new()) };
    let mut recovered = Vec::new();
    for entry in journal.orphans()? {
        let session = entry.session();
        let outcome = match clear(shared, &session).await {
            Ok(true) => RecoveredOutcome::Cancelled,
            Ok(false) => RecoveredOutcome::Gone,
            Err(error) => RecoveredOutcome::Failed(error.to_string()),
        };
        if !outcome.is_failed() {
            journal.forget(&session)?;
        }
        let found = Recovered { user: entry.user.clone(), opened: entry.opened, outcome };
        tracing::warn!("{found}");
        recovered.push(found);
    }
    Ok(recovered)
}

/// Cancels what is open in an old session; tells whether something was.
async fn clear(shared: &Shared, session: &Secret) -> Result<bool, Error> {
    let call = Call::get("/api/transaction");
    let look = || shared.exchange(&call, session);
    let reply = look.retry(shared.settings.backoff()).when(Error::is_retryable).await;
    let reply = match reply {
        Err(error) if *error.kind() == ErrorKind::Unauthenticated => return Ok(false),
        reply => reply?,
    };
    let status = received::read::<sps_model::Transaction>(reply.json(&call)?, &call)?;
    if status.body.status == sps_model::TransactionStatus::Closed {
        return Ok(false);
    }
    cancel(shared, session).await?;
    Ok(true)
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
        Ok(_) => Ok(Cancelled::Discarded),
        Err(error) => match error.kind() {
            // With the session its transaction went too.
            ErrorKind::Unauthenticated => Ok(Cancelled::NotOpen),
            ErrorKind::Conflict | ErrorKind::NotFound | ErrorKind::NotOpen => {
                if is_closed(shared, session).await.unwrap_or(false) {
                    return Ok(Cancelled::NotOpen);
                }
                Err(error.with_kind(ErrorKind::NotCancelled))
            }
            _ => Err(error.with_kind(ErrorKind::NotCancelled)),
        },
    }
}

async fn is_closed(shared: &Shared, session: &Secret) -> Result<bool, Error> {
    let call = Call::get("/api/transaction");
    let reply = match shared.exchange(&call, session).await {
        Err(error) if *error.kind() == ErrorKind::Unauthenticated => return Ok(true),
        reply => reply?,
    };
    let status = received::read::<sps_model::Transaction>(reply.json(&call)?, &call)?;
    Ok(status.body.status == sps_model::TransactionStatus::Closed)
}
