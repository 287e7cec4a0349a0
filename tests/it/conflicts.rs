//! Several writers of one appliance: no committed change is silently lost.

use std::time::Duration;

use sps_client::{Client, CommitReport, Error, ErrorKind, Login};
use sps_model::{DiskFillupPrevention, HealthMonitoring};
use sps_sim::{Locks, Simulator, User};

const HEALTH: &str = "/api/configuration/management/health_monitoring";

const BOTH: [Locks; 2] = [Locks::Single, Locks::Parallel];

async fn simulator(locks: Locks) -> Simulator {
    Simulator::builder()
        .plain_http()
        .locks(locks)
        .user(User::admin("ann", "x"))
        .user(User::admin("bob", "x"))
        .start()
        .await
        .unwrap()
}

async fn connect(simulator: &Simulator, user: &str, retries: usize) -> Client {
    Client::builder(&simulator.url())
        .unwrap()
        .danger_allow_http()
        .login(Login::password(user, "x"))
        .retries(retries, Duration::from_millis(1))
        .connect()
        .await
        .unwrap()
}

/// Adds one to what is there.
async fn add_one(client: &Client) -> Result<CommitReport, Error> {
    let add = |it: &mut HealthMonitoring| {
        it.maximum_load1 = Some(it.maximum_load1.unwrap_or_default() + 1);
    };
    client.edit(add).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_update_is_there_or_was_reported() {
    const WRITERS: usize = 4;
    const UPDATES: usize = 6;
    for locks in BOTH {
        for retries in [1, 50] {
            let simulator = simulator(locks).await;
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..WRITERS {
                let client = connect(&simulator, "ann", retries).await;
                tasks.spawn(async move {
                    let mut conflicts = 0;
                    for _ in 0..UPDATES {
                        match add_one(&client).await {
                            Ok(report) => assert_eq!(report.changed, 1),
                            Err(error) => {
                                assert_eq!(*error.kind(), ErrorKind::CommitConflict, "{error}");
                                conflicts += 1;
                            }
                        }
                    }
                    conflicts
                });
            }
            let conflicts: usize = tasks.join_all().await.into_iter().sum();
            let found = &simulator.configuration()[HEALTH]["maximum_load1"];
            let context = format!("{locks:?}, {retries} retries, {conflicts} conflicts");
            assert_eq!(*found, WRITERS * UPDATES - conflicts, "{context}");
            assert_eq!(simulator.open_transactions(), [], "{context}");
            // One lock makes the others wait. With it, or with enough attempts, all succeed.
            assert!(conflicts == 0 || (locks == Locks::Parallel && retries == 1), "{context}");
        }
    }
}

#[tokio::test]
async fn a_change_starts_again_on_what_the_other_session_committed() {
    let simulator = simulator(Locks::Parallel).await;
    let (ann, bob) = (connect(&simulator, "ann", 1).await, connect(&simulator, "bob", 0).await);
    let mut attempts = 0;
    let change = ann.change(async |transaction| {
        let add = |it: &mut HealthMonitoring| {
            it.maximum_load1 = Some(it.maximum_load1.unwrap_or_default() + 1);
        };
        let differences = transaction.edit(add).await?;
        attempts += 1;
        if attempts == 1 {
            assert!(add_one(&bob).await?.is_complete());
        }
        Ok(differences)
    });
    let (differences, report) = change.await.unwrap();
    let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
    assert_eq!(differences, ["/maximum_load1: 1 -> 2"]);
    assert!(report.is_complete());
    assert_eq!(attempts, 2);
    assert_eq!(simulator.configuration()[HEALTH]["maximum_load1"], 2);
}

/// Ann reads, Bob changes, Ann puts her old copy.
#[tokio::test]
async fn a_precondition_refuses_an_old_copy() {
    for locks in BOTH {
        let simulator = simulator(locks).await;
        let (ann, bob) = (connect(&simulator, "ann", 0).await, connect(&simulator, "bob", 0).await);
        let read = ann.get::<HealthMonitoring>().await.unwrap().into_request();
        let mut request = read.clone();
        request.maximum_load1 = Some(1);
        let set = |it: &mut HealthMonitoring| it.maximum_load15 = Some(15);
        assert!(bob.edit(set).await.unwrap().is_complete());
        let mut transaction = ann.transaction().await.unwrap();
        let error = transaction.replace_if_unchanged(&request, &read).await.unwrap_err();
        let ErrorKind::Changed { differences } = error.kind() else { panic!("{error}") };
        let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(differences, ["/maximum_load15: null -> 15"]);
        transaction.cancel().await.unwrap();
        // What is there now, with her change.
        let set = |it: &mut HealthMonitoring| it.maximum_load1 = Some(1);
        assert!(ann.edit(set).await.unwrap().is_complete());
        let health = &simulator.configuration()[HEALTH];
        assert_eq!((&health["maximum_load1"], &health["maximum_load15"]), (&1.into(), &15.into()));
    }
}

#[tokio::test]
async fn parallel_transactions_see_their_own_changes_and_one_of_them_commits() {
    let simulator = simulator(Locks::Parallel).await;
    let (ann, bob) = (connect(&simulator, "ann", 0).await, connect(&simulator, "bob", 0).await);
    let mut first = ann.transaction().await.unwrap();
    let mut second = bob.transaction().await.unwrap();
    first.edit::<HealthMonitoring>(|it| it.maximum_load1 = Some(1)).await.unwrap();
    second.edit::<DiskFillupPrevention>(|it| it.enabled = !it.enabled).await.unwrap();
    assert_eq!(first.get::<HealthMonitoring>().await.unwrap().body.maximum_load1, Some(1));
    assert_eq!(second.get::<HealthMonitoring>().await.unwrap().body.maximum_load1, None);
    assert_eq!(first.review().await.unwrap().changes.len(), 1);
    assert!(second.commit().await.unwrap().is_complete());
    let committed = simulator.configuration();
    let error = first.commit().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::CommitConflict);
    // The appliance's words name the other user.
    assert!(error.to_string().contains("User bob committed"), "{error}");
    assert!(error.to_string().ends_with("; the transaction was canceled"), "{error}");
    assert_eq!(simulator.configuration(), committed);
    assert_eq!(simulator.open_transactions(), []);
}
