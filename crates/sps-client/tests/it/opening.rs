//! Opening a transaction, locks, drops, and transactions of an earlier run.

use std::{fs, path::PathBuf, time::Duration};

use serde_json::{Value, json};
use sps_client::{Advice, ErrorKind, RecoveredOutcome};
use sps_model::Any;
use sps_validate::UnknownKeys;

use crate::fake::{Appliance, Fake, HEALTH, Reply, SESSION, appliance, error, health, ok, times};

#[tokio::test]
async fn opens_with_an_empty_post_and_cancels() {
    for wrapper in ["body", "transaction"] {
        let (fake, appliance) = appliance(|_, _, _| None).await;
        appliance.change(|it| it.wrapper = wrapper);
        let client = fake.client().await;
        let transaction = client.transaction().await.unwrap();
        assert!(appliance.state().open);
        transaction.cancel().await.unwrap();
        assert!(!appliance.state().open);
        let post = fake.requests().into_iter().find(|it| it.line.starts_with("POST")).unwrap();
        let head = post.head.to_ascii_lowercase();
        assert!(head.contains("content-length: 0"), "{head}");
        assert!(!head.contains("expect:") && !head.contains("transfer-encoding"), "{head}");
        assert!(head.contains(&format!("cookie: session_id={SESSION}")), "{head}");
        assert!(head.contains("user-agent: sps-client/"), "{head}");
    }
}

#[tokio::test]
async fn cancels_when_dropped() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    drop(client.transaction().await.unwrap());
    client.clean_up().await.unwrap();
    assert!(!appliance.state().open);
    // The next one opens.
    client.transaction().await.unwrap().cancel().await.unwrap();
}

#[tokio::test]
async fn cancels_after_a_panic() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    let other = client.clone();
    let task = tokio::spawn(async move {
        let _transaction = other.transaction().await.unwrap();
        panic!("on purpose");
    });
    assert!(task.await.unwrap_err().is_panic());
    client.clean_up().await.unwrap();
    assert!(!appliance.state().open);
}

#[tokio::test]
async fn cancels_when_opening_is_dropped() {
    let (fake, appliance) = appliance(|appliance, line, _| {
        (line == "POST /api/transaction").then(|| {
            appliance.change(|it| it.open = true);
            Reply::Silence
        })
    })
    .await;
    let client = fake.client().await;
    let wait = std::time::Duration::from_millis(100);
    assert!(tokio::time::timeout(wait, client.transaction()).await.is_err());
    client.clean_up().await.unwrap();
    assert!(!appliance.state().open);
}

#[tokio::test]
async fn clean_up_reports_a_failed_cancel() {
    let (fake, appliance) =
        appliance(|_, line, _| (line == "DELETE /api/transaction").then_some(Reply::Lost)).await;
    let client = fake.client().await;
    drop(client.transaction().await.unwrap());
    let error = client.clean_up().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotCanceled);
    assert!(error.leaves_open(), "{error}");
    assert_eq!(error.advice(), Some(Advice::CancelTransaction));
    assert!(appliance.state().open);
}

#[tokio::test]
async fn waits_for_a_lock() {
    for status in [409, 423] {
        let locked = times(2);
        let (fake, _) = appliance(move |_, line, _| {
            (line == "POST /api/transaction" && locked())
                .then(|| error(status, "Locked", json!({"user": "bob"})))
        })
        .await;
        let client = fake.client().await;
        client.transaction().await.unwrap().cancel().await.unwrap();
        assert_eq!(fake.count("POST /api/transaction"), 3);
    }
}

#[tokio::test]
async fn names_the_holder_after_the_wait() {
    for (details, holder) in [(json!({"user": "bob"}), Some("bob")), (Value::Null, None)] {
        let response = details.clone();
        let (fake, _) = appliance(move |_, line, _| {
            (line == "POST /api/transaction").then(|| error(409, "Conflict", response.clone()))
        })
        .await;
        let client = fake.client().await;
        let error = client.transaction().await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Locked { holder: holder.map(str::to_owned) });
        assert_eq!(error.status(), Some(409));
        assert_eq!(error.message(), Some("No."));
        assert_eq!(error.holder(), holder);
        let notes: Vec<_> = error.notes().collect();
        assert_eq!(notes, ["waited for 300 milliseconds"]);
        assert!(fake.count("POST /api/transaction") > 1);
        // Nothing was open, so nothing is canceled.
        client.clean_up().await.unwrap();
        assert_eq!(fake.count("DELETE /api/transaction"), 0);
    }
}

#[tokio::test]
async fn finds_a_transaction_whose_response_was_lost() {
    let lost = times(1);
    let (fake, appliance) = appliance(move |appliance, line, request| {
        (line == "POST /api/transaction" && lost()).then(|| {
            appliance.response(line, request);
            Reply::Lost
        })
    })
    .await;
    let client = fake.client().await;
    let transaction = client.transaction().await.unwrap();
    assert_eq!(fake.count("POST /api/transaction"), 1);
    transaction.cancel().await.unwrap();
    assert!(!appliance.state().open);
}

#[tokio::test]
async fn opens_one_transaction_at_a_time() {
    let (fake, _) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    let first = client.transaction().await.unwrap();
    let error = client.clone().transaction().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::AlreadyOpen);
    let error = client.cancel_transaction().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::AlreadyOpen);
    first.cancel().await.unwrap();
    assert!(!client.cancel_transaction().await.unwrap());
}

#[tokio::test]
async fn cancels_an_open_transaction_of_its_session() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    appliance.change(|it| it.open = true);
    assert!(client.cancel_transaction().await.unwrap());
    assert!(!appliance.state().open);
    appliance.change(|it| it.open = true);
    let transaction = client.transaction().await.unwrap();
    assert_eq!(client.recovered()[0].outcome, RecoveredOutcome::Canceled);
    assert_eq!(fake.count("POST /api/transaction"), 1);
    transaction.cancel().await.unwrap();
}

fn journal(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("sps-client-{name}-{}.json", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

/// Makes the journal look as if its process had ended.
fn crash(path: &PathBuf) {
    let text = fs::read_to_string(path).unwrap();
    let id = format!("\"id\":{}", std::process::id());
    fs::write(path, text.replace(&id, "\"id\":4194999")).unwrap();
}

#[tokio::test]
async fn cancels_a_transaction_of_a_crashed_run() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let path = journal("orphan");
    let client = fake.builder().journal(&path).connect().await.unwrap();
    assert!(!path.exists());
    let transaction = client.transaction().await.unwrap();
    assert!(path.exists());
    std::mem::forget(transaction);
    crash(&path);

    let client = fake.builder().journal(&path).connect().await.unwrap();
    assert!(!appliance.state().open);
    let recovered = client.recovered();
    assert_eq!(recovered.len(), 1);
    assert_eq!(recovered[0].user, "admin");
    assert_eq!(recovered[0].outcome, RecoveredOutcome::Canceled);
    assert!(!format!("{recovered:?} {}", recovered[0]).contains(SESSION));

    // A request of the crashed run arrives only now.
    appliance.change(|it| it.open = true);
    let client = fake.builder().journal(&path).connect().await.unwrap();
    assert!(!appliance.state().open);
    assert_eq!(client.recovered()[0].outcome, RecoveredOutcome::Canceled);
    // It is not reported again, and after a while it is forgotten.
    let client = fake.builder().journal(&path).connect().await.unwrap();
    assert_eq!(client.recovered(), []);
    let text = fs::read_to_string(&path).unwrap();
    let (before, after) = text.split_once("\"settled\":").unwrap();
    fs::write(&path, format!("{before}\"settled\":1{}", &after[after.find(',').unwrap()..]))
        .unwrap();
    let client = fake.builder().journal(&path).connect().await.unwrap();
    assert_eq!(client.recovered(), []);
    assert!(!path.exists());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_transaction_of_another_machine_is_left_alone() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let path = journal("elsewhere");
    let client = fake.builder().journal(&path).connect().await.unwrap();
    std::mem::forget(client.transaction().await.unwrap());
    crash(&path);
    let text = fs::read_to_string(&path).unwrap();
    let (before, after) = text.split_once("\"place\":\"").unwrap();
    fs::write(&path, format!("{before}\"place\":\"elsewhere {after}")).unwrap();

    let client = fake.builder().journal(&path).connect().await.unwrap();
    assert!(appliance.state().open && client.recovered().is_empty());
    // An explicit cancel includes it.
    assert!(client.cancel_transaction().await.unwrap());
    assert!(!appliance.state().open);
    fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn cancels_the_transaction_of_a_late_request() {
    let (fake, appliance) =
        appliance(|_, line, _| (line == format!("PUT {HEALTH}")).then_some(Reply::Silence)).await;
    let path = journal("half");
    let patient = fake.builder().journal(&path).retries(3, Duration::from_millis(100));
    let client = patient.connect().await.unwrap();
    let mut transaction = client.transaction().await.unwrap();
    let body = Any::from(health(80));
    let change = transaction.replace_raw(HEALTH, &body, UnknownKeys::Allow);
    assert!(tokio::time::timeout(Duration::from_millis(50), change).await.is_err());
    drop(transaction);
    assert!(client.has_late_requests());
    // The late request opens another transaction during the clean-up.
    let late = tokio::spawn(async move {
        while appliance.state().open {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        appliance.change(|it| it.open = true);
        appliance
    });
    client.clean_up().await.unwrap();
    assert!(!late.await.unwrap().state().open);
    // If it arrives even later, the journal still has the session.
    assert!(fs::read_to_string(&path).unwrap().contains("settled"));
    fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn does_not_cancel_the_lock_of_another_session() {
    let details = json!({"user": "bob"});
    let (fake, _) = appliance(move |_, line, _| {
        let is_ours = ["POST /api/transaction", "DELETE /api/transaction"].contains(&line);
        is_ours.then(|| error(409, "Conflict", details.clone()))
    })
    .await;
    let client = fake.builder().lock_wait(Duration::from_secs(60)).connect().await.unwrap();
    let waiting = client.transaction();
    assert!(tokio::time::timeout(Duration::from_millis(50), waiting).await.is_err());
    client.clean_up().await.unwrap();
}

#[tokio::test]
async fn reads_with_a_broken_journal() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let path = journal("broken");
    fs::write(&path, "garbage").unwrap();
    let client = fake.builder().journal(&path).connect().await.unwrap();
    client.get_raw("/api/transaction").await.unwrap();
    for error in
        [client.transaction().await.unwrap_err(), client.cancel_transaction().await.unwrap_err()]
    {
        assert_eq!(*error.kind(), ErrorKind::Journal);
        let text = error.to_string();
        assert!(text.contains("is not a journal of this version"), "{text}");
        assert_eq!(error.advice(), Some(Advice::CheckFile));
    }
    assert!(!appliance.state().open);
    fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn forgets_a_transaction_whose_session_ended() {
    let (fake, _) = appliance(|_, _, _| None).await;
    let path = journal("gone");
    let client = fake.builder().journal(&path).connect().await.unwrap();
    std::mem::forget(client.transaction().await.unwrap());
    crash(&path);
    let text = fs::read_to_string(&path).unwrap();
    let ended = Fake::start(|_, _| error(401, "Unauthenticated", Value::Null)).await;
    fs::write(&path, text.replace(&fake.url, &ended.url)).unwrap();
    let client = ended.builder().journal(&path).connect().await.unwrap();
    assert_eq!(client.recovered()[0].outcome, RecoveredOutcome::Gone);
    assert!(!path.exists());
}

#[tokio::test]
async fn leaves_the_journal_empty_after_every_end() {
    let (fake, _) = appliance(|_, _, _| None).await;
    let path = journal("ends");
    let client = fake.builder().journal(&path).connect().await.unwrap();
    client.transaction().await.unwrap().cancel().await.unwrap();
    assert!(!path.exists());
    drop(client.transaction().await.unwrap());
    client.clean_up().await.unwrap();
    assert!(!path.exists());
    let _ = client.transaction().await.unwrap().commit().await.unwrap();
    assert!(!path.exists());
}

#[test]
fn keeps_the_journal_without_a_runtime() {
    let path = journal("runtime");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (_fake, transaction, appliance) = runtime.block_on(async {
        let (fake, appliance) = appliance(|_: &Appliance, _, _| None).await;
        let client = fake.builder().journal(&path).connect().await.unwrap();
        (fake, client.transaction().await.unwrap(), appliance)
    });
    drop(transaction);
    assert!(appliance.state().open);
    assert!(path.exists());
    fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn does_not_trust_a_cancel_that_had_no_effect() {
    // A proxy responds, and the request never reaches the appliance.
    let (fake, appliance) = appliance(|_, line, _| {
        (line == "DELETE /api/transaction").then(|| ok(json!({"meta": {}})))
    })
    .await;
    let path = journal("deaf");
    let client = fake.builder().journal(&path).connect().await.unwrap();
    let error = client.transaction().await.unwrap().cancel().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotCanceled);
    assert!(appliance.state().open && path.exists());
    fs::remove_file(&path).unwrap();
}
