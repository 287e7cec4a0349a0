//! A plan carried out: one transaction, of which everything takes effect or nothing.
//!
//! [`Plan::commit`] sends the requests of a plan. An [`ApplyProgress`] takes what happens meanwhile, and an [`ApplyError`]
//! says what failed, at which object, and as [`Outcome`] what became of the changes. Afterwards [`Plan::again`] compares the
//! tree with what was read back: what is left is what the appliance did not take.

mod error;
mod event;
mod run;

use std::collections::BTreeSet;

use sps_client::{Client, CommitReport, Transaction};
use sps_model::validate::Version;

use self::run::Run;
pub use self::{
    error::{ApplyError, ApplyErrorKind, Outcome},
    event::{ApplyEvent, ApplyProgress},
};
use crate::{
    Snapshot, State, Wanted,
    plan::{Plan, Summary},
};

/// The first version whose commits have a message.
const FIRST_WITH_MESSAGE: &str = "8.0";

/// How a plan is applied.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ApplyOptions {
    /// The message of the commit. By default the identifier of the plan and its numbers, where commits have a message.
    pub message: Option<String>,
    /// The collections of which all objects may be deleted; see [`Plan::emptied`].
    pub delete_all: BTreeSet<String>,
}

/// What was applied.
#[derive(Debug)]
#[non_exhaustive]
pub struct Applied {
    /// How many objects were created, changed and deleted, and how many were as they are.
    pub summary: Summary,
    /// What the commit said. The client did not read the objects back.
    pub commit: CommitReport,
    /// What a reader has to know, such as that the state could not be written.
    pub notes: Vec<String>,
    /// What is left to change: empty if the appliance took everything. `None` if it was not read back.
    pub left: Option<Plan>,
}

impl Plan {
    /// Carries the plan out as [`Plan::commit`] does, then reads everything back and compares the tree again.
    ///
    /// # Errors
    /// [`ApplyError`]. If the changes took effect and only the reading failed, that is a note of [`Applied`].
    pub async fn apply(
        &self,
        client: &Client,
        state: &mut State,
        options: &ApplyOptions,
        progress: &mut dyn ApplyProgress,
    ) -> Result<Applied, ApplyError> {
        let mut applied = self.commit(client, state, options, progress).await?;
        if self.is_empty() {
            applied.left = Some(self.clone());
            return Ok(applied);
        }
        progress.event(&ApplyEvent::ReadingBack);
        let wanted = Wanted::Endpoints(Self::endpoints_of(&self.tree, &self.scope));
        let left = match Snapshot::read(client, &wanted).await {
            Ok(snapshot) => self
                .again(snapshot.appliance.clone(), snapshot.objects(), state)
                .map_err(|problems| problems.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match left {
            Ok(left) => applied.left = Some(left),
            Err(error) => {
                let note = format!("everything was applied, but could not be compared: {error}");
                applied.notes.push(note);
            }
        }
        Ok(applied)
    }

    /// Carries the plan out in one transaction: first the objects that hold secrets, then the others in their order, then
    /// a look at the appliance's own list of changes, and the commit. The state remembers the secrets.
    ///
    /// It does not read back: compare the tree with what is there afterwards, with [`Plan::again`]. An empty plan opens no
    /// transaction.
    ///
    /// ```no_run
    /// # async fn example(client: sps_client::Client, plan: sps_site::Plan) -> Result<(), sps_site::ApplyError> {
    /// use std::path::Path;
    ///
    /// use sps_site::{ApplyOptions, State};
    ///
    /// let mut state = State::open(Path::new("state"), plan.appliance());
    /// let applied = plan.commit(&client, &mut state, &ApplyOptions::default(), &mut ()).await?;
    /// println!("{}", applied.summary);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// If anything fails, everything is canceled. If the future is dropped, the transaction is canceled in the background;
    /// [`Client::clean_up`] waits for that.
    ///
    /// # Errors
    /// [`ApplyError`]: what failed, at which object, and what became of the changes.
    pub async fn commit(
        &self,
        client: &Client,
        state: &mut State,
        options: &ApplyOptions,
        progress: &mut dyn ApplyProgress,
    ) -> Result<Applied, ApplyError> {
        self.check_consent(options)?;
        let summary = self.summary();
        if self.is_empty() {
            let commit = CommitReport::default();
            return Ok(Applied { summary, commit, notes: Vec::new(), left: None });
        }
        progress.event(&ApplyEvent::Opening);
        let transaction = client.transaction().await;
        let mut transaction =
            transaction.map_err(|error| ApplyError::of(ApplyErrorKind::Open, error))?;
        let mut run = Run::new(self, progress);
        if let Err(error) = run.send(&mut transaction).await {
            return Err(cancel(transaction, error).await);
        }
        run.progress.event(&ApplyEvent::Committing);
        transaction.skip_read_back();
        if let Some(message) = self.message(options) {
            transaction.set_message(message);
        }
        let commit = transaction.commit().await;
        let commit = commit.map_err(|error| ApplyError::of(ApplyErrorKind::Commit, error))?;
        let keys = run.secret_keys;
        let mut notes = Vec::new();
        let prepared = state.prepare();
        self.remember(state, &keys);
        if let Err(error) = prepared.and_then(|()| state.save()) {
            notes.push(format!(
                "{error}: the next plan cannot compare the secrets that were applied"
            ));
        }
        Ok(Applied { summary, commit, notes, left: None })
    }

    fn check_consent(&self, options: &ApplyOptions) -> Result<(), ApplyError> {
        let refused: Vec<(String, usize)> = self
            .emptied()
            .filter(|(collection, _)| !options.delete_all.contains(*collection))
            .map(|(collection, count)| (collection.to_owned(), count))
            .collect();
        if refused.is_empty() {
            Ok(())
        } else {
            Err(ApplyError::new(ApplyErrorKind::Consent { collections: refused }))
        }
    }

    fn message(&self, options: &ApplyOptions) -> Option<String> {
        if options.message.is_some() {
            return options.message.clone();
        }
        let first: Version = FIRST_WITH_MESSAGE.parse().ok()?;
        let version = self.appliance.release()?;
        (version >= first).then(|| format!("plan {}: {}", self.id(), self.summary()))
    }
}

/// Cancels everything after an error.
async fn cancel(transaction: Transaction, error: ApplyError) -> ApplyError {
    if error.is_over() {
        // The appliance has discarded everything itself.
        return error;
    }
    match transaction.cancel().await {
        Ok(()) => error,
        Err(cancel) => error.left_open(&cancel),
    }
}
