//! Opening a transaction, and waiting for the lock.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use backon::BackoffBuilder as _;
use sps_model::Method;

use super::{State, TRANSACTION, Transaction};
use crate::{
    error::{Error, ErrorKind},
    http::Call,
    recover,
    recovered::{Recovered, RecoveredOutcome},
    session::{Scope, Shared},
    settings::{self, LockWait},
};

impl Transaction {
    pub(crate) async fn open(shared: Arc<Shared>) -> Result<Self, Error> {
        // The cancel of a transaction that was just dropped may still run.
        while let Some(handle) = { shared.pending_cancels().pop() } {
            // An event reported its error, and what is still open is canceled below.
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
                outcome: RecoveredOutcome::Canceled,
            };
            tracing::warn!("{found}");
            shared.recovered().push(found);
        }
        if let Some(journal) = &shared.journal {
            // Before the request: a crash between the two leaves at worst an entry without a transaction.
            journal.remember(shared.login.user(), &session)?;
        }
        shared.in_transaction.store(true, Ordering::SeqCst);
        let mut transaction = Self {
            shared,
            session,
            state: State::Open,
            sent: Vec::new(),
            expected: BTreeMap::new(),
            message: None,
            permit: Some(permit),
            reads_back: true,
            is_waiting: false,
        };
        if let Err(error) = transaction.request_lock().await {
            // If the request may have been carried out, dropping the transaction cancels it.
            if !error.is_ambiguous() {
                transaction.finish();
            }
            return Err(error);
        }
        Ok(transaction)
    }

    /// Requests the transaction, and waits while another session holds the lock.
    async fn request_lock(&mut self) -> Result<(), Error> {
        let call = Call::new(Method::Post, TRANSACTION);
        let limit = self.shared.settings.lock_wait;
        let start = Instant::now();
        let mut delays = self.shared.settings.lock_backoff().build();
        let mut lost_responses = 0;
        let mut has_waited = false;
        loop {
            let Err(error) = self.send(&call).await else {
                return Ok(());
            };
            let error = match error.kind() {
                ErrorKind::Locked { .. } => error,
                // No source shows the response to a lock. Any conflict counts as one, unless the lock is ours.
                ErrorKind::Conflict if self.is_open().await? => return Ok(()),
                ErrorKind::Conflict => error.with_kind(ErrorKind::Locked { holder: None }),
                _ if error.is_ambiguous() => {
                    if self.has_arrived(&error).await? {
                        return Ok(());
                    }
                    self.expect_late_request();
                    lost_responses += 1;
                    if lost_responses > self.shared.settings.retries {
                        return Err(error);
                    }
                    continue;
                }
                _ => return Err(error),
            };
            let left = limit.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(error.note(format!("waited for {}", settings::in_words(limit))));
            }
            tracing::info!(%error, "waiting for the lock");
            if !std::mem::replace(&mut has_waited, true)
                && let Some(on_lock_wait) = &self.shared.settings.on_lock_wait
            {
                let holder = error.holder().map(str::to_owned);
                on_lock_wait.0(&LockWait { holder, limit });
            }
            tokio::time::sleep(delays.next().unwrap_or_default().min(left)).await;
        }
    }

    /// Whether the request that opens the transaction arrived although its response was lost.
    async fn has_arrived(&mut self, lost: &Error) -> Result<bool, Error> {
        for delay in self.shared.settings.check_delays(lost, 1) {
            tokio::time::sleep(delay).await;
            if self.is_open().await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
