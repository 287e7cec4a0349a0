//! Changes that start again when another session was faster.

use backon::{BackoffBuilder as _, ExponentialBackoff};
use sps_model::{Endpoint, Exchange};

use crate::{
    client::Client,
    error::Error,
    transaction::{CommitReport, Transaction},
};

impl Client {
    /// Opens a transaction, lets `change` make its changes, and commits. If another session committed first, starts
    /// again with a new transaction.
    ///
    /// `change` must read what it depends on from the transaction that it gets, because each attempt may find another
    /// configuration. It runs again after every error whose [`is_conflict`](Error::is_conflict) is true, as often and
    /// with the same waits as [`ClientBuilder::retries`](crate::ClientBuilder::retries) says. After any other error,
    /// the transaction is canceled and nothing is repeated.
    ///
    /// Gives the result of `change`, and the report of the commit. Dropping the future cancels what it began.
    ///
    /// In a task of its own, as `tokio::spawn` starts it, `change` must own what it uses: `async move |transaction|`.
    ///
    /// ```no_run
    /// # async fn example(client: sps_client::Client) -> Result<(), sps_client::Error> {
    /// use sps_model::management::{HealthMonitoring, SnmpTrap};
    ///
    /// let change = client.change(async |transaction| {
    ///     transaction.set_message("alerts for the new team");
    ///     transaction.edit::<SnmpTrap>(|trap| trap.enabled = true).await?;
    ///     transaction
    ///         .edit::<HealthMonitoring>(|health| health.maximum_disk_utilization_ratio = Some(80))
    ///         .await
    /// });
    /// let (differences, report) = change.await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::transaction`], `change` and [`Transaction::commit`].
    pub async fn change<T>(
        &self,
        mut change: impl AsyncFnMut(&mut Transaction) -> Result<T, Error>,
    ) -> Result<(T, CommitReport), Error> {
        let mut attempts = Attempts::new(self);
        loop {
            let mut transaction = self.transaction().await?;
            let result = change(&mut transaction).await;
            match end(transaction, result).await {
                Err(error) => attempts.fail(error).await?,
                done => return done,
            }
        }
    }

    /// Changes a singleton in a transaction of its own: reads it, lets `change` change it, replaces it and commits. If
    /// another session was faster, starts again, as [`Client::change`] does.
    ///
    /// ```no_run
    /// # async fn example(client: sps_client::Client) -> Result<(), sps_client::Error> {
    /// let report = client.edit::<sps_model::SnmpTrap>(|trap| trap.enabled = true).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::transaction`], [`Transaction::edit`] and [`Transaction::commit`].
    pub async fn edit<E>(&self, mut change: impl FnMut(&mut E)) -> Result<CommitReport, Error>
    where
        E: Endpoint<Request = E> + Exchange<Response = <E as Endpoint>::Response>,
    {
        // A function that awaits and borrows would make this future unfit for other threads.
        let mut attempts = Attempts::new(self);
        loop {
            let mut transaction = self.transaction().await?;
            let result = transaction.edit::<E>(&mut change).await;
            match end(transaction, result).await {
                Err(error) => attempts.fail(error).await?,
                Ok((_, report)) => return Ok(report),
            }
        }
    }

    /// Changes one object of a collection in a transaction of its own, as [`Client::edit`] does for a singleton.
    ///
    /// # Errors
    /// As [`Client::edit`].
    pub async fn edit_object<E>(
        &self,
        key: &str,
        mut change: impl FnMut(&mut E),
    ) -> Result<CommitReport, Error>
    where
        E: Endpoint<Request = E> + Exchange<Response = <E as Endpoint>::Response>,
    {
        let mut attempts = Attempts::new(self);
        loop {
            let mut transaction = self.transaction().await?;
            let result = transaction.edit_object::<E>(key, &mut change).await;
            match end(transaction, result).await {
                Err(error) => attempts.fail(error).await?,
                Ok((_, report)) => return Ok(report),
            }
        }
    }
}

/// Commits after a success, and cancels after an error.
async fn end<T>(
    transaction: Transaction,
    result: Result<T, Error>,
) -> Result<(T, CommitReport), Error> {
    match result {
        Ok(value) => Ok((value, transaction.commit().await?)),
        Err(error) => Err(transaction.canceled_after(error).await),
    }
}

/// The attempts to make a change before another session makes one.
struct Attempts {
    delays: ExponentialBackoff,
    failed: usize,
}

impl Attempts {
    fn new(client: &Client) -> Self {
        Self { delays: client.shared.settings.backoff().build(), failed: 0 }
    }

    /// Waits before the next attempt. After the last one, gives the error back.
    async fn fail(&mut self, error: Error) -> Result<(), Error> {
        if !error.is_conflict() {
            return Err(error);
        }
        self.failed += 1;
        let Some(delay) = self.delays.next() else {
            return Err(error.note(match self.failed {
                1 => "tried once".to_owned(),
                times => format!("tried {times} times"),
            }));
        };
        tracing::info!(%error, "starting again");
        tokio::time::sleep(delay).await;
        Ok(())
    }
}
