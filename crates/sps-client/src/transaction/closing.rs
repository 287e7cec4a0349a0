//! Ending a transaction: the cancel, the drop, and the journal.

use std::sync::{Arc, atomic::Ordering};

use sps_model::Secret;

use super::{State, Transaction};
use crate::{error::Error, recover, session::Shared};

const MAY_BE_OPEN: &str = "a transaction may still be open and lock the configuration: call \
     `Client::cancel_transaction`, or wait until the session times out";

impl Transaction {
    /// Discards everything in the transaction.
    ///
    /// If the future is dropped, the cancel goes on in the background, as for a dropped transaction.
    ///
    /// # Errors
    /// [`ErrorKind::NotCanceled`](crate::ErrorKind::NotCanceled): the transaction may still be open.
    pub async fn cancel(mut self) -> Result<(), Error> {
        self.discard().await
    }

    /// Cancels the transaction after an error, and gives the error.
    pub(crate) async fn canceled_after(mut self, error: Error) -> Error {
        if self.state == State::Over {
            return error;
        }
        match self.discard().await {
            Ok(()) => error.note("the transaction was canceled"),
            Err(cancel) => error.leaving_open(&cancel),
        }
    }

    /// Discards everything. Afterwards the transaction is over, also if that failed.
    pub(super) async fn discard(&mut self) -> Result<(), Error> {
        match recover::cancel(&self.shared, &self.session).await {
            Ok(_) => {
                self.finish();
                Ok(())
            }
            Err(error) => {
                // The journal keeps its entry.
                self.state = State::Over;
                self.shared.in_transaction.store(false, Ordering::SeqCst);
                self.permit = None;
                Err(error)
            }
        }
    }

    /// Marks the transaction as over: the appliance has closed it.
    pub(super) fn finish(&mut self) {
        if self.state == State::Over {
            return;
        }
        self.state = State::Over;
        forget(&self.shared, &self.session);
        self.permit = None;
    }
}

/// Removes a closed transaction from the journal. If a late request may still arrive in its session, the journal keeps
/// the session for a while, so that the next run checks it.
fn forget(shared: &Shared, session: &Secret) {
    shared.in_transaction.store(false, Ordering::SeqCst);
    let Some(journal) = &shared.journal else { return };
    let may_arrive = shared.late_requests.load(Ordering::SeqCst);
    let result = if may_arrive { journal.mark_closed(session) } else { journal.forget(session) };
    if let Err(error) = result {
        tracing::warn!(%error, "the journal still lists a transaction that is closed");
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.state == State::Over {
            return;
        }
        if self.state == State::Committing {
            tracing::error!("dropped during a commit: check whether it took effect");
        }
        if self.is_waiting {
            // The appliance may carry out the request after the cancel, and open another transaction.
            self.expect_late_request();
        }
        let shared = Arc::clone(&self.shared);
        let session = Arc::clone(&self.session);
        let permit = self.permit.take();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            shared.in_transaction.store(false, Ordering::SeqCst);
            tracing::error!("dropped outside of a runtime: {MAY_BE_OPEN}");
            return;
        };
        // Made here and not in the task: a runtime that ends may never start the task.
        let mut unfinished = UnfinishedCancel(true);
        let task = runtime.spawn(async move {
            let result = recover::cancel(&shared, &session).await;
            unfinished.disarm();
            match &result {
                Ok(_) => {
                    forget(&shared, &session);
                    tracing::info!("canceled a transaction that was dropped");
                }
                Err(error) => {
                    shared.in_transaction.store(false, Ordering::SeqCst);
                    tracing::error!(%error, "{MAY_BE_OPEN}");
                }
            }
            drop(permit);
            result.map(drop)
        });
        self.shared.pending_cancels().push(task);
    }
}

/// Logs an error when a background cancel is dropped before its end.
struct UnfinishedCancel(bool);

impl UnfinishedCancel {
    fn disarm(&mut self) {
        self.0 = false;
    }
}

impl Drop for UnfinishedCancel {
    fn drop(&mut self) {
        if self.0 {
            tracing::error!("a cancel was dropped before its end: {MAY_BE_OPEN}");
        }
    }
}
