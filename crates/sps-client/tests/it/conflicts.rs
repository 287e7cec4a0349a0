//! Changes of other sessions: preconditions, refused commits, and starting again.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use sps_client::{Advice, Client, Error, ErrorKind, Transaction};
use sps_model::{Any, HealthMonitoring, Password};
use sps_validate::UnknownKeys;

use crate::fake::{Appliance, HEALTH, Reply, appliance, error, health, ok, times};

const PASSWORDS: &str = "/api/configuration/passwords";

/// The response to a commit after that of another session.
fn conflict() -> Reply {
    error(409, "Conflict", json!({"committed_by": "bob"}))
}

/// Commits as another session does.
fn foreign_commit(appliance: &Appliance, ratio: u64) {
    appliance.change(|it| it.ratio = ratio);
}

fn places(error: &Error) -> Vec<String> {
    let ErrorKind::Changed { differences } = error.kind() else { panic!("{error}") };
    differences.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn an_edit_reads_changes_and_replaces() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    let edit = transaction.edit::<HealthMonitoring>(|it| it.maximum_load1 = Some(3)).await;
    let differences: Vec<_> = edit.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(differences, ["/maximum_load1: null -> 3"]);
    // Nothing to change, nothing to send.
    assert_eq!(transaction.edit::<HealthMonitoring>(|_| ()).await.unwrap(), []);
    let puts: Vec<_> =
        fake.requests().into_iter().filter(|it| it.line.starts_with("PUT")).collect();
    assert_eq!(puts.len(), 1);
    let mut expected = health(70);
    expected["maximum_load1"] = json!(3);
    assert_eq!(serde_json::from_str::<Value>(&puts[0].body).unwrap(), expected);
    transaction.cancel().await.unwrap();
    assert!(!appliance.state().open);
}

#[tokio::test]
async fn an_edit_checks_before_it_sends() {
    let (fake, _) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    let edit = |it: &mut HealthMonitoring| it.maximum_disk_utilization_ratio = Some(101);
    let error = transaction.edit(edit).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{error}");
    assert_eq!(fake.count(&format!("PUT {HEALTH}")), 0);
    transaction.cancel().await.unwrap();
}

#[tokio::test]
async fn a_precondition_is_checked_inside_of_the_transaction() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    let read = client.get::<HealthMonitoring>().await.unwrap().into_request();
    let mut request = read.clone();
    request.maximum_load1 = Some(3);
    foreign_commit(&appliance, 71);
    let mut transaction = client.transaction().await.unwrap();
    let error = transaction.replace_if_unchanged(&request, &read).await.unwrap_err();
    assert_eq!(places(&error), ["/maximum_disk_utilization_ratio: 70 -> 71"]);
    assert_eq!(
        error.to_string(),
        format!(
            "PUT {HEALTH}: the object changed after it was read, and the request was not sent: \
             /maximum_disk_utilization_ratio"
        )
    );
    assert!(error.is_conflict() && !error.is_retryable());
    assert_eq!(error.advice(), Some(Advice::ReadAgain));
    assert_eq!(fake.count(&format!("PUT {HEALTH}")), 0);
    // The object is read after the transaction is open.
    let lines = fake.lines();
    let open = lines.iter().position(|it| it == "POST /api/transaction").unwrap();
    assert_eq!(lines[open + 1..], [format!("GET {HEALTH}")]);
    // The transaction goes on with what is there now.
    let read = transaction.get::<HealthMonitoring>().await.unwrap().into_request();
    let mut request = read.clone();
    request.maximum_disk_utilization_ratio = Some(80);
    transaction.replace_if_unchanged(&request, &read).await.unwrap();
    assert!(transaction.commit().await.unwrap().is_complete());
    assert_eq!(appliance.state().ratio, 80);
}

#[tokio::test]
async fn a_raw_base_may_be_a_response_or_a_body() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    let response = client.get_raw(HEALTH).await.unwrap().content;
    let body = Any::from(health(70));
    for (number, base) in [(1, &response), (2, &body)] {
        let mut transaction = client.transaction().await.unwrap();
        let sent = health(80).into();
        let put = transaction.replace_raw_if_unchanged(HEALTH, &sent, UnknownKeys::Allow, base);
        put.await.unwrap();
        assert_eq!(fake.count(&format!("PUT {HEALTH}")), number);
        transaction.cancel().await.unwrap();
    }
    foreign_commit(&appliance, 75);
    for base in [&response, &body, &Any::from(json!("a text")), &Any::from(Value::Null)] {
        let mut transaction = client.transaction().await.unwrap();
        let sent = health(80).into();
        let put = transaction.replace_raw_if_unchanged(HEALTH, &sent, UnknownKeys::Allow, base);
        assert!(put.await.unwrap_err().is_conflict(), "{base:?}");
        transaction.cancel().await.unwrap();
    }
    assert_eq!(fake.count(&format!("PUT {HEALTH}")), 2);
}

#[tokio::test]
async fn a_deleted_object_has_changed_and_a_secret_has_not() {
    let is_there = Mutex::new(true);
    let (fake, _) = appliance(move |_, line, _| {
        let path = format!("{PASSWORDS}/aa");
        if line == format!("PUT {path}") {
            *is_there.lock().unwrap() = false;
            return Some(ok(json!({"meta": {}})));
        }
        let is_read = line == format!("GET {path}") && *is_there.lock().unwrap();
        is_read.then(|| ok(json!({"key": "aa", "meta": {}, "body": {}})))
    })
    .await;
    let client = fake.client().await;
    let read = crate::fake::password("hunter22");
    let mut transaction = client.transaction().await.unwrap();
    let request = crate::fake::password("hunter23");
    transaction.replace_object_if_unchanged("aa", &request, &read).await.unwrap();
    let put = transaction.replace_object_if_unchanged::<Password>("aa", &request, &read).await;
    let error = put.unwrap_err();
    assert!(error.to_string().ends_with("and the request was not sent: it was deleted"), "{error}");
    assert!(error.is_conflict());
    assert!(!format!("{error:?}").contains("hunter"), "{error:?}");
    transaction.cancel().await.unwrap();
    // The endpoint is unknown, or the object was never there.
    let error = client.edit_object::<Password>("bb", |_| ()).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_refused_commit_leaves_nothing() {
    // The appliance keeps the transaction open, or it has discarded it.
    for stays_open in [true, false] {
        let (fake, appliance) = appliance(move |appliance, line, _| {
            (line == "PUT /api/transaction").then(|| {
                foreign_commit(appliance, 75);
                if !stays_open {
                    appliance.change(|it| (it.open, it.pending) = (false, None));
                }
                conflict()
            })
        })
        .await;
        let client = fake.client().await;
        let mut transaction = client.transaction().await.unwrap();
        let edit = |it: &mut HealthMonitoring| it.maximum_disk_utilization_ratio = Some(80);
        transaction.edit(edit).await.unwrap();
        let error = transaction.commit().await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::CommitConflict, "{error}");
        assert!(error.is_conflict() && !error.is_retryable() && !error.is_ambiguous());
        assert!(!error.leaves_open());
        assert_eq!(error.advice(), Some(Advice::ReadAgain));
        assert_eq!(error.status(), Some(409));
        assert_eq!(fake.count("PUT /api/transaction"), 1, "it is not repeated");
        let state = appliance.state();
        assert_eq!((state.open, state.pending, state.ratio), (false, None, 75));
    }
}

/// A proxy sends the commit twice, and passes on the second response.
#[tokio::test]
async fn a_commit_that_took_effect_is_no_conflict() {
    let (fake, appliance) = appliance(|appliance, line, request| {
        (line == "PUT /api/transaction").then(|| {
            appliance.response(line, request);
            appliance.response(line, request)
        })
    })
    .await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    let edit = |it: &mut HealthMonitoring| it.maximum_disk_utilization_ratio = Some(80);
    transaction.edit(edit).await.unwrap();
    let report = transaction.commit().await.unwrap();
    assert!(report.was_ambiguous && report.is_complete());
    assert_eq!(appliance.state().ratio, 80);
}

/// The commit takes effect and its response is lost. Then another session commits the same object.
#[tokio::test]
async fn a_commit_that_was_overwritten_is_not_called_missing() {
    for takes_effect in [true, false] {
        let (fake, appliance) = appliance(move |appliance, line, request| {
            (line == "PUT /api/transaction").then(|| {
                if takes_effect {
                    appliance.response(line, request);
                    foreign_commit(appliance, 75);
                }
                Reply::Lost
            })
        })
        .await;
        let client = fake.client().await;
        let mut transaction = client.transaction().await.unwrap();
        let edit = |it: &mut HealthMonitoring| it.maximum_disk_utilization_ratio = Some(80);
        transaction.edit(edit).await.unwrap();
        let error = transaction.commit().await.unwrap_err();
        if takes_effect {
            assert_eq!(*error.kind(), ErrorKind::Ambiguous, "{error}");
            assert!(error.to_string().contains("another session changed the objects"), "{error}");
        } else {
            assert_eq!(*error.kind(), ErrorKind::NotCommitted, "{error}");
        }
        let ratio = if takes_effect { 75 } else { 70 };
        assert_eq!((appliance.state().ratio, appliance.state().open), (ratio, false));
    }
}

/// Adds one. Two sessions that do it must end at two more.
async fn add_one(client: &Client) -> Result<sps_client::CommitReport, Error> {
    let add = |it: &mut HealthMonitoring| {
        let ratio = it.maximum_disk_utilization_ratio.unwrap();
        it.maximum_disk_utilization_ratio = Some(ratio + 1);
    };
    client.edit(add).await
}

#[tokio::test]
async fn an_edit_of_the_client_starts_again() {
    // The client repeats three times.
    for (conflicts, is_done) in [(1, true), (3, true), (4, false)] {
        let again = times(conflicts);
        let (fake, appliance) = appliance(move |appliance, line, _| {
            (line == "PUT /api/transaction" && again()).then(|| {
                foreign_commit(appliance, appliance.state().ratio + 1);
                conflict()
            })
        })
        .await;
        let client = fake.client().await;
        let result = add_one(&client).await;
        let state = appliance.state();
        assert_eq!((state.open, state.pending), (false, None));
        if is_done {
            assert!(result.unwrap().is_complete());
            assert_eq!(state.ratio, 70 + conflicts as u64 + 1, "an update was lost");
        } else {
            let error = result.unwrap_err();
            assert_eq!(*error.kind(), ErrorKind::CommitConflict);
            assert!(error.to_string().ends_with("; tried 4 times"), "{error}");
            assert_eq!(state.ratio, 74);
        }
        assert_eq!(fake.count("PUT /api/transaction"), (conflicts + 1).min(4));
    }
}

#[tokio::test]
async fn only_a_conflict_starts_again() {
    let (fake, appliance) = appliance(|_, line, _| {
        (line == "PUT /api/transaction").then(|| error(400, "SemanticError", json!([])))
    })
    .await;
    let error = add_one(&fake.client().await).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Semantic);
    assert_eq!(fake.count("PUT /api/transaction"), 1);
    // An error of the function cancels.
    let runs = AtomicUsize::new(0);
    let client = fake.client().await;
    // It can run in a task of its own.
    let (other, mut load) = (client.clone(), 4);
    let edit = tokio::spawn(async move {
        let edit = other.edit(|it: &mut HealthMonitoring| {
            load += 1;
            it.maximum_load1 = Some(load);
        });
        edit.await
    });
    assert_eq!(*edit.await.unwrap().unwrap_err().kind(), ErrorKind::Semantic);
    let fails = async |it: &mut Transaction| {
        runs.fetch_add(1, Ordering::SeqCst);
        it.edit::<HealthMonitoring>(|it| it.maximum_load1 = Some(3)).await?;
        it.get_object::<Password>("none").await.map(drop)
    };
    let error = client.change(fails).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().ends_with("; the transaction was canceled"), "{error}");
    assert_eq!(runs.into_inner(), 1);
    assert!(!appliance.state().open);
}

#[tokio::test]
async fn a_change_has_a_result_and_a_message() {
    let (fake, _) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    // It can run in a task of its own.
    let message = "more room".to_owned();
    let task = tokio::spawn(async move {
        let change = client.change(async move |transaction| {
            transaction.set_message(message.clone());
            transaction.edit::<HealthMonitoring>(|it| it.maximum_load1 = Some(3)).await
        });
        change.await.unwrap()
    });
    let (differences, report) = task.await.unwrap();
    assert_eq!((differences.len(), report.changed), (1, 1));
    let put = fake.requests().into_iter().find(|it| it.line == "PUT /api/transaction").unwrap();
    assert_eq!(put.body, r#"{"commit_message":"more room","status":"commit"}"#);
}
