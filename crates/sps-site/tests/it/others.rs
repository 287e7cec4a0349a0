//! Another user at the same appliance, at each step of an application.

use std::time::Duration;

use serde_json::{Value, json};
use sps_client::{Client, Transaction};
use sps_model::HealthMonitoring;
use sps_sim::Locks;
use sps_site::{
    ApplyError, ApplyOptions, State,
    apply::{ApplyErrorKind, ApplyEvent, ApplyProgress, Outcome},
};
use tokio::{runtime::Handle, task::block_in_place};

use crate::{
    faults::without_keys,
    support::{HEALTH, apply, builder, client_builder, plan, tree},
};

/// The steps of an application of the small tree: each is an event.
const STEPS: usize = 8;

/// What the other user does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// Commits a change.
    Commit,
    /// Opens a transaction, changes something in it, and leaves it open.
    Hold,
    /// Opens a transaction, and leaves it open and empty.
    HoldEmpty,
}

/// The other user, who acts before one of the steps.
struct Other<'a> {
    client: &'a Client,
    deed: Deed,
    at: usize,
    seen: usize,
    has_committed: bool,
    held: Option<Transaction>,
}

impl Other<'_> {
    async fn act(&mut self) {
        let raise = |it: &mut HealthMonitoring| it.maximum_load5 = Some(3);
        if self.deed == Deed::Commit {
            // Where only one transaction may be open, it waits until it gives up.
            self.has_committed = self.client.edit(raise).await.is_ok();
            return;
        }
        let Ok(mut transaction) = self.client.transaction().await else { return };
        if self.deed == Deed::Hold {
            drop(transaction.edit(raise).await.unwrap());
        }
        self.held = Some(transaction);
    }
}

impl ApplyProgress for Other<'_> {
    fn event(&mut self, _: &ApplyEvent<'_>) {
        if self.seen == self.at {
            block_in_place(|| Handle::current().block_on(self.act()));
        }
        self.seen += 1;
    }
}

struct Run {
    result: Result<(), ApplyError>,
    has_committed: bool,
    was_held: bool,
    before: Value,
    after: Value,
}

async fn run(locks: Locks, deed: Deed, at: usize) -> Run {
    let simulator = builder().locks(locks).start().await.unwrap();
    let patience = Duration::from_millis(50);
    let connect = |user| client_builder(&simulator, user).lock_wait(patience).connect();
    let (client, bob) = (connect("admin").await.unwrap(), connect("bob").await.unwrap());
    let mut state = State::in_memory();
    let plan = plan(&client, &tree(), &state).await;
    let before = without_keys(&simulator.configuration());
    let mut other = Other { client: &bob, deed, at, seen: 0, has_committed: false, held: None };
    let options = ApplyOptions::default();
    let result = plan.commit(&client, &mut state, &options, &mut other).await.map(drop);
    if result.is_ok() {
        assert_eq!(other.seen, STEPS);
    }
    let was_held = other.held.is_some();
    // Our own transaction is closed, whatever the other one does with his.
    let open = simulator.open_transactions();
    assert!(open.iter().all(|it| it.user == "bob"), "{open:?}");
    if let Some(held) = other.held.take() {
        // It may have lost against ours.
        let _ = held.cancel().await;
    }
    let has_committed = other.has_committed;
    client.clean_up().await.unwrap();
    bob.clean_up().await.unwrap();
    let after = without_keys(&simulator.configuration());
    Run { result, has_committed, was_held, before, after }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_another_user_at_any_step_leaves_nothing_of_ours() {
    let whole = whole().await;
    for locks in [Locks::Parallel, Locks::Single] {
        for at in 0..STEPS {
            let Run { result, has_committed, before, after, .. } =
                run(locks, Deed::Commit, at).await;
            let context = format!("{locks:?} {at}: {result:?}");
            // With one transaction at a time, the other user comes before ours or not at all.
            assert_eq!(has_committed, locks == Locks::Parallel || at == 0, "{context}");
            match result {
                Ok(()) => {
                    assert!(!has_committed, "{context}");
                    assert_eq!(after, whole, "{context}");
                }
                Err(error) => {
                    assert!(has_committed && error.is_stale(), "{context}");
                    assert_eq!(error.outcome(), Outcome::Nothing, "{context}");
                    assert!(error.to_string().ends_with("nothing was applied"), "{context}");
                    let mut expected = before;
                    expected[format!("/api/configuration/{HEALTH}")]["maximum_load5"] = json!(3);
                    assert_eq!(after, expected, "{context}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s083_a_transaction_that_another_user_holds_delays_or_hinders_nothing_else() {
    let whole = whole().await;
    for locks in [Locks::Parallel, Locks::Single] {
        for deed in [Deed::Hold, Deed::HoldEmpty] {
            for at in 0..STEPS {
                let Run { result, was_held, before, after, .. } = run(locks, deed, at).await;
                let context = format!("{locks:?} {deed:?} {at}: {result:?}");
                assert_eq!(was_held, locks == Locks::Parallel || at == 0, "{context}");
                if locks == Locks::Single && at == 0 {
                    let error = result.unwrap_err();
                    assert_eq!(*error.kind(), ApplyErrorKind::Open, "{context}");
                    assert_eq!(error.outcome(), Outcome::Nothing, "{context}");
                    assert_eq!(after, before, "{context}");
                } else {
                    result.unwrap();
                    assert_eq!(after, whole, "{context}");
                }
            }
        }
    }
}

/// What the appliance has after an application without others.
async fn whole() -> Value {
    let simulator = builder().start().await.unwrap();
    let client = client_builder(&simulator, "admin").connect().await.unwrap();
    let mut state = State::in_memory();
    let plan = plan(&client, &tree(), &state).await;
    apply(&client, &plan, &mut state).await.unwrap();
    without_keys(&simulator.configuration())
}
