//! Commits: refused ones, lost responses, and reading back.

use std::sync::Mutex;

use serde_json::json;
use sps_client::{Client, CommitReport, Error, ErrorKind};
use sps_model::HealthMonitoring;

use crate::fake::{Appliance, HEALTH, Reply, Request, appliance, error, health, ok, times};

/// Reads, changes to 80, writes, commits.
async fn set_to_80(client: &Client, message: Option<&str>) -> Result<CommitReport, Error> {
    let mut transaction = client.transaction().await?;
    let mut request = transaction.get::<HealthMonitoring>().await?.into_request();
    request.maximum_disk_utilization_ratio = Some(80);
    transaction.replace(&request).await?;
    match message {
        Some(message) => transaction.commit_with_message(message).await,
        None => transaction.commit().await,
    }
}

#[tokio::test]
async fn commits_and_reads_back() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let report = set_to_80(&fake.client().await, None).await.unwrap();
    assert_eq!(report.changed, 1);
    assert!(report.is_complete() && !report.was_ambiguous);
    assert_eq!(appliance.state().ratio, 80);
    let lines = fake.lines();
    let health = format!("GET {HEALTH}");
    let put = lines.iter().position(|it| it == "PUT /api/transaction").unwrap();
    assert_eq!(
        lines[put - 2..],
        [
            "GET /api/transaction".to_owned(),
            "GET /api/transaction/changes".to_owned(),
            "PUT /api/transaction".to_owned(),
            // The response does not say whether it is closed.
            "GET /api/transaction".to_owned(),
            health,
        ]
    );
    let put = fake.requests().into_iter().find(|it| it.line == "PUT /api/transaction").unwrap();
    assert_eq!(put.body, r#"{"status":"commit"}"#);
}

/// Changes the ratio to 80, and leaves reading back to the caller.
async fn set_to_80_unread(client: &Client) -> Result<CommitReport, Error> {
    let mut transaction = client.transaction().await?;
    transaction.edit::<HealthMonitoring>(|it| it.maximum_disk_utilization_ratio = Some(80)).await?;
    transaction.skip_read_back();
    transaction.commit().await
}

#[tokio::test]
async fn a_caller_may_read_back_by_itself() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let report = set_to_80_unread(&fake.client().await).await.unwrap();
    assert_eq!((report.changed, report.mismatches.len()), (1, 0));
    assert_eq!(appliance.state().ratio, 80);
    let lines = fake.lines();
    let put = lines.iter().position(|it| it == "PUT /api/transaction").unwrap();
    assert_eq!(lines[put + 1..], ["GET /api/transaction"]);
    // After a lost response, the objects tell whether it took effect.
    let (fake, _) = crate::fake::appliance(|appliance, line, request| {
        (line == "PUT /api/transaction").then(|| {
            drop(appliance.response(line, request));
            Reply::Lost
        })
    })
    .await;
    let report = set_to_80_unread(&fake.client().await).await.unwrap();
    assert!(report.was_ambiguous && report.mismatches.is_empty());
    assert_eq!(fake.lines().last(), Some(&format!("GET {HEALTH}")));
}

#[tokio::test]
async fn reports_a_mismatch() {
    let (fake, _) = appliance(|appliance, line, _| {
        // After the commit the appliance shows another value.
        (line == format!("GET {HEALTH}") && appliance.state().ratio == 80)
            .then(|| ok(json!({"key": "h", "meta": {}, "body": health(75)})))
    })
    .await;
    let report = set_to_80(&fake.client().await, None).await.unwrap();
    assert_eq!(report.mismatches.len(), 1);
    let text = report.mismatches[0].to_string();
    assert_eq!(text, format!("{HEALTH}#/maximum_disk_utilization_ratio: sent 80, found 75"));
    // The unknown key has the name of a secret, so its value is neither compared nor shown.
    assert_eq!(report.unverified[0].pointer, "/vendor_secret");
}

#[tokio::test]
async fn refuses_foreign_changes_and_cancels() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    appliance.change(|it| {
        it.foreign =
            vec![json!({"type": "replace", "path": "/api/configuration/management/email"})];
    });
    let error = set_to_80(&fake.client().await, None).await.unwrap_err();
    let changes = vec!["replace /api/configuration/management/email".to_owned()];
    assert_eq!(*error.kind(), ErrorKind::ForeignChanges { changes });
    assert_eq!(fake.count("PUT /api/transaction"), 0);
    assert!(!appliance.state().open);
    assert_eq!(appliance.state().ratio, 70);
}

#[tokio::test]
async fn requires_a_message_before_anything_is_sent() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    appliance.change(|it| it.message = Some("required"));
    let client = fake.client().await;
    for message in [None, Some(" ")] {
        let error = set_to_80(&client, message).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::MessageRequired);
    }
    assert_eq!(fake.count("PUT /api/transaction"), 0);
    assert!(!appliance.state().open);
    let _ = set_to_80(&client, Some("more room")).await.unwrap();
    let put = fake.requests().into_iter().find(|it| it.line == "PUT /api/transaction").unwrap();
    assert_eq!(put.body, r#"{"commit_message":"more room","status":"commit"}"#);
}

#[tokio::test]
async fn cancels_a_refused_commit() {
    let (fake, appliance) = appliance(|_, line, _| {
        (line == "PUT /api/transaction").then(|| error(400, "SemanticError", json!(["a", "b"])))
    })
    .await;
    let error = set_to_80(&fake.client().await, None).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Semantic);
    assert_eq!(error.server_type(), Some("SemanticError"));
    assert_eq!(error.details().unwrap().as_value(), &json!(["a", "b"]));
    assert_eq!(error.request(), Some((sps_model::Method::Put, "/api/transaction")));
    assert!(error.to_string().contains("was canceled"), "{error}");
    assert!(!appliance.state().open);
}

#[tokio::test]
async fn nothing_to_commit_is_canceled() {
    let (fake, appliance) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    let report = client.transaction().await.unwrap().commit().await.unwrap();
    assert_eq!(report.changed, 0);
    assert_eq!(fake.count("PUT /api/transaction"), 0);
    assert!(!appliance.state().open);
}

#[tokio::test]
async fn a_lost_commit_that_went_through_is_a_success() {
    // With a lost connection, and with a gateway that gave up.
    for status in [None, Some(502), Some(503), Some(504)] {
        let lost = times(1);
        let (fake, appliance) = appliance(move |appliance, line, request| {
            (line == "PUT /api/transaction" && lost()).then(|| {
                appliance.response(line, request);
                status.map_or(Reply::Lost, |it| error(it, "Gateway", json!(null)))
            })
        })
        .await;
        let report = set_to_80(&fake.client().await, None).await.unwrap();
        assert!(report.was_ambiguous && report.is_complete());
        assert_eq!(fake.count("PUT /api/transaction"), 1, "never repeated");
        assert_eq!(appliance.state().ratio, 80);
    }
}

#[tokio::test]
async fn a_lost_commit_that_never_arrived_is_canceled() {
    let (fake, appliance) =
        appliance(|_, line, _| (line == "PUT /api/transaction").then_some(Reply::Lost)).await;
    let error = set_to_80(&fake.client().await, None).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotCommitted);
    assert_eq!(fake.count("PUT /api/transaction"), 1, "never repeated");
    assert!(!appliance.state().open);
    assert_eq!(appliance.state().ratio, 70);
}

#[tokio::test]
async fn a_lost_commit_that_was_discarded_is_told_so() {
    let (fake, appliance) = appliance(|appliance, line, _| {
        (line == "PUT /api/transaction").then(|| {
            appliance.change(|it| (it.open, it.pending) = (false, None));
            Reply::Lost
        })
    })
    .await;
    let error = set_to_80(&fake.client().await, None).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotCommitted);
    assert_eq!(appliance.state().ratio, 70);
}

#[tokio::test]
async fn a_lost_commit_without_a_trace_is_ambiguous() {
    let (fake, _) = appliance(|appliance, line, _| {
        (line == "PUT /api/transaction").then(|| {
            // Another session has committed 80, so the object proves nothing.
            appliance.change(|it| (it.open, it.pending, it.ratio) = (false, None, 80));
            Reply::Lost
        })
    })
    .await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    let mut request = client.get::<HealthMonitoring>().await.unwrap().into_request();
    request.maximum_disk_utilization_ratio = Some(70);
    transaction.replace(&request).await.unwrap();
    let error = transaction.commit().await.unwrap_err();
    // Sent 70, was 70, is 80.
    assert_eq!(*error.kind(), ErrorKind::Ambiguous);

    let (fake, _) = appliance(|appliance, line, _| {
        (line == "PUT /api/transaction").then(|| {
            appliance.change(|it| (it.open, it.pending) = (false, None));
            Reply::Lost
        })
    })
    .await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    let request = client.get::<HealthMonitoring>().await.unwrap().into_request();
    transaction.replace(&request).await.unwrap();
    let error = transaction.commit().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Ambiguous);
}

#[tokio::test]
async fn a_silent_appliance_is_ambiguous() {
    let down = std::sync::atomic::AtomicBool::new(false);
    let (fake, _) = appliance(move |_, line, _| {
        if line == "PUT /api/transaction" {
            down.store(true, std::sync::atomic::Ordering::SeqCst);
        }
        down.load(std::sync::atomic::Ordering::SeqCst).then_some(Reply::Lost)
    })
    .await;
    let error = set_to_80(&fake.client().await, None).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Ambiguous);
    assert!(error.leaves_open(), "{error}");
}

#[tokio::test]
async fn resolves_a_failure_of_the_appliance() {
    for took_effect in [true, false] {
        let (fake, appliance) = appliance(move |appliance, line, request| {
            (line == "PUT /api/transaction").then(|| {
                if took_effect {
                    appliance.response(line, request);
                }
                error(500, "InternalError", json!(null))
            })
        })
        .await;
        let result = set_to_80(&fake.client().await, None).await;
        if took_effect {
            let report = result.unwrap();
            assert!(report.was_ambiguous && report.is_complete());
        } else {
            let error = result.unwrap_err();
            assert_eq!(*error.kind(), ErrorKind::NotCommitted);
            assert!(error.to_string().contains("(500 InternalError"), "{error}");
        }
        assert_eq!(fake.count("PUT /api/transaction"), 1);
        assert!(!appliance.state().open);
    }
}

/// Responses of a proxy, of a login page or of a bug.
fn odd() -> Vec<Reply> {
    let odd = [
        json!([]),
        json!("no"),
        json!(7),
        json!(null),
        json!({"error": "Internal error"}),
        json!({"error": ["x"]}),
        json!({"error": 7, "meta": []}),
        json!({"items": [1, [], "x"], "body": [], "changes": ["x", {}], "meta": 1, "key": {}}),
        json!({"transaction": [], "body": "x", "changes": {}}),
    ];
    let failures = odd.clone().map(|it| Reply::Json(500, it));
    let pages = [&b"<html>log in</html>"[..], b"", b"\xFF\xFE", b"{\"body\": "];
    odd.into_iter()
        .map(|it| Reply::Json(200, it))
        .chain(failures)
        .chain(pages.map(|it| Reply::Bytes(it.to_vec())))
        .collect()
}

#[tokio::test]
async fn odd_responses_leave_nothing_open() {
    let put = format!("PUT {HEALTH}");
    for line in
        ["POST /api/transaction", &put, "GET /api/transaction/changes", "PUT /api/transaction"]
    {
        for (number, reply) in odd().into_iter().enumerate() {
            let (expected, reply) = (line.to_owned(), Mutex::new(Some(reply)));
            let script = move |_: &Appliance, line: &str, _: &Request| {
                if line == expected { reply.lock().unwrap().take() } else { None }
            };
            let (fake, appliance) = appliance(script).await;
            let client = fake.client().await;
            let result = set_to_80(&client, None).await;
            client.clean_up().await.unwrap();
            let state = appliance.state();
            assert!(!state.open, "{line}, {number}: left open after {result:?}");
            let is_done = result.as_ref().is_ok_and(CommitReport::is_complete);
            assert_eq!(is_done, state.ratio == 80, "{line}, {number}: {result:?}");
        }
    }
}

#[tokio::test]
async fn does_not_trust_a_commit_that_had_no_effect() {
    // A proxy responds, and the request never reaches the appliance.
    let (fake, appliance) =
        appliance(|_, line, _| (line == "PUT /api/transaction").then(|| ok(json!({"meta": {}}))))
            .await;
    let error = set_to_80(&fake.client().await, None).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotCommitted);
    assert!(error.to_string().contains("canceled"), "{error}");
    assert!(!appliance.state().open);
    assert_eq!(appliance.state().ratio, 70);
}

#[tokio::test]
async fn recognizes_a_commit_that_ended_during_the_cancel() {
    // The connection breaks while the commit runs. The cancel waits for it and responds with `closed` as always.
    let (fake, appliance) = appliance(|appliance, line, request| match line {
        "PUT /api/transaction" => Some(Reply::Lost),
        "DELETE /api/transaction" => {
            appliance.response("PUT /api/transaction", request);
            Some(ok(json!({"meta": {}, "body": {"status": "closed"}})))
        }
        _ => None,
    })
    .await;
    let report = set_to_80(&fake.client().await, None).await.unwrap();
    assert!(report.was_ambiguous && report.is_complete(), "{report:?}");
    assert_eq!(appliance.state().ratio, 80);
}

#[tokio::test]
async fn an_unreadable_object_is_not_complete() {
    let (fake, _) = appliance(|appliance, line, _| {
        let is_over = line == format!("GET {HEALTH}") && appliance.state().ratio == 80;
        is_over.then(|| Reply::Bytes(b"<html>".to_vec()))
    })
    .await;
    let report = set_to_80(&fake.client().await, None).await.unwrap();
    assert!(!report.is_complete(), "{report:?}");
    assert_eq!((report.mismatches.len(), report.unverified.len()), (0, 1));
}
