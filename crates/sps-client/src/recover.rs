//! Ending transactions: the current one, and those that an earlier run left open.

use std::{sync::Arc, time::Duration};

use backon::Retryable as _;
use sps_model::{Endpoint as _, Method, Secret, Transaction, TransactionStatus};

use crate::{
    error::{Error, ErrorKind},
    http::{Call, Response},
    received,
    recovered::{Recovered, RecoveredOutcome},
    session::{Scope, Shared},
};

/// Cancels the transactions that the journal lists for earlier runs at this host.
///
/// Runs on other machines or in other containers may still be alive, so theirs are canceled only with `elsewhere`.
pub(crate) async fn orphans(shared: &Shared, elsewhere: bool) -> Result<Vec<Recovered>, Error> {
    let Some(journal) = &shared.journal else { return Ok(Vec::new()) };
    let mut recovered = Vec::new();
    for entry in journal.orphans(elsewhere)? {
        let session = entry.session();
        let outcome = match clear(shared, &session).await {
            // A request that the earlier run sent may still arrive.
            Ok(SessionState::Open) => {
                journal.mark_closed(&session)?;
                RecoveredOutcome::Canceled
            }
            Ok(SessionState::Closed) if !entry.is_expired() => {
                journal.mark_closed(&session)?;
                RecoveredOutcome::Gone
            }
            Ok(SessionState::Closed | SessionState::Ended) => {
                journal.forget(&session)?;
                RecoveredOutcome::Gone
            }
            Err(error) => RecoveredOutcome::Failed(error.to_string()),
        };
        if outcome == RecoveredOutcome::Gone && entry.is_closed() {
            continue;
        }
        let found = Recovered { user: entry.user.clone(), opened: entry.opened, outcome };
        tracing::warn!("{found}");
        recovered.push(found);
    }
    Ok(recovered)
}

/// The state of a session and of its transaction.
enum SessionState {
    /// A transaction is open in it.
    Open,
    /// It has no open transaction.
    Closed,
    /// The session itself ended.
    Ended,
}

async fn check(shared: &Shared, session: &Secret) -> Result<SessionState, Error> {
    let call = Call::get(Transaction::PATH);
    let response = match shared.exchange(&call, session).await {
        Err(error) if *error.kind() == ErrorKind::Unauthenticated => {
            return Ok(SessionState::Ended);
        }
        response => response?,
    };
    let status = received::read::<Transaction>(response.json(&call)?, &call)?;
    let is_closed = status.body.status == TransactionStatus::Closed;
    Ok(if is_closed { SessionState::Closed } else { SessionState::Open })
}

/// Cancels the transaction of an old session, and gives the state that the session had before.
async fn clear(shared: &Shared, session: &Secret) -> Result<SessionState, Error> {
    if !session.expose().bytes().all(|it| it.is_ascii_graphic()) {
        // No appliance sends such a cookie.
        return Ok(SessionState::Ended);
    }
    let attempt = || check(shared, session);
    let state = attempt.retry(shared.settings.backoff()).when(Error::is_retryable).await?;
    if matches!(state, SessionState::Open) {
        cancel(shared, session).await?;
    }
    Ok(state)
}

/// Cancels the transaction that is open in the current session, if there is one.
pub(crate) async fn cancel_current(shared: &Shared) -> Result<(), Error> {
    let Some(session) = shared.current() else { return Ok(()) };
    match shared.is_open(&Scope::Session(Arc::clone(&session))).await {
        Ok(true) => cancel(shared, &session).await.map(drop),
        Ok(false) => Ok(()),
        Err(error) if *error.kind() == ErrorKind::SessionEnded => Ok(()),
        Err(error) => Err(error.with_kind(ErrorKind::NotCanceled)),
    }
}

/// How a cancel ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Canceled {
    /// The transaction was open; the appliance discarded it.
    Discarded,
    /// The transaction was closed already.
    NotOpen,
}

/// Discards the transaction of a session. A cancel may be repeated safely, so it is tried for a while.
pub(crate) async fn cancel(shared: &Shared, session: &Secret) -> Result<Canceled, Error> {
    let call = Call::new(Method::Delete, Transaction::PATH);
    let attempt = || shared.exchange(&call, session);
    let backoff = shared.settings.backoff().with_max_times(shared.settings.retries.max(3) + 2);
    let backoff = backoff.with_max_delay(Duration::from_secs(5));
    let error = match attempt.retry(backoff).when(Error::is_retryable).await {
        Ok(response) if says_closed(&response, &call) => return Ok(Canceled::Discarded),
        // A proxy may have sent the response.
        Ok(_) => {
            return match is_closed(shared, session).await {
                Ok(true) => Ok(Canceled::Discarded),
                Ok(false) => Err(Error::new(ErrorKind::NotCanceled)
                    .at(call.method, call.path)
                    .note("the response reports success, but the transaction is still open")),
                Err(error) => Err(error.with_kind(ErrorKind::NotCanceled)),
            };
        }
        Err(error) => error,
    };
    let is_gone = match error.kind() {
        // The appliance discards the transaction of a session that ends.
        ErrorKind::Unauthenticated => true,
        ErrorKind::Conflict
        | ErrorKind::Locked { .. }
        | ErrorKind::NotFound
        | ErrorKind::NotOpen => is_closed(shared, session).await.unwrap_or(false),
        _ => false,
    };
    if is_gone { Ok(Canceled::NotOpen) } else { Err(error.with_kind(ErrorKind::NotCanceled)) }
}

/// Whether a response about the transaction says that it is closed. A response without a status proves nothing.
pub(crate) fn says_closed(response: &Response, call: &Call<'_>) -> bool {
    let status = response.json(call).and_then(|it| received::read::<Transaction>(it, call));
    status.is_ok_and(|it| it.body.status == TransactionStatus::Closed)
}

async fn is_closed(shared: &Shared, session: &Secret) -> Result<bool, Error> {
    Ok(!matches!(check(shared, session).await?, SessionState::Open))
}
