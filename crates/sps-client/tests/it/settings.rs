//! Settings of a client that a caller sees at work.

use std::sync::{Arc, Mutex};

use serde_json::json;
use sps_client::{Client, ErrorKind, LockWait, Login};
use sps_validate::{Context, UnknownKeys};

use crate::fake::{Fake, Reply, error, ok, times};

#[tokio::test]
async fn a_user_name_that_no_request_carries_costs_no_attempt() {
    let fake = Fake::start(|_, _| Reply::Lost).await;
    for (user, reason) in [("a:b", "colon"), ("", "empty"), ("a\nb", "control characters")] {
        let login = Login::password(user, "correct horse battery");
        let builder = Client::builder(&fake.url).unwrap().danger_allow_http().login(login);
        let refused = builder.connect().await.unwrap_err();
        assert!(matches!(refused.kind(), ErrorKind::InvalidArgument { .. }), "{refused}");
        assert!(refused.to_string().contains(reason), "{refused}");
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_job_that_fails_without_a_reason_keeps_its_sentence() {
    // The password is a word of the sentence.
    let job = json!({"key": "7a", "meta": {}, "body": {
        "status": "failed", "start_time": null, "file_name": null, "info": null, "error": null}});
    let fake = Fake::start(move |_, _| ok(job.clone())).await;
    let login = Login::password("admin", "appliance");
    let client = fake.builder().login(login).connect().await.unwrap();
    let failed = client.support_bundles().wait("7a", |_| ()).await.unwrap_err();
    assert_eq!(*failed.kind(), ErrorKind::JobFailed);
    assert!(failed.to_string().ends_with("; the appliance gives no reason"), "{failed}");
}

#[tokio::test]
async fn a_wait_for_the_lock_is_reported_once_with_its_holder() {
    let locked = times(3);
    let fake = Fake::start(move |line, _| match line {
        "POST /api/transaction" if locked() => error(409, "Conflict", json!({"user": "alice"})),
        "GET /api/transaction" => ok(json!({"body": {"status": "closed"}, "meta": {}})),
        _ => ok(json!({"meta": {}})),
    })
    .await;
    let waits = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&waits);
    let report = move |wait: &LockWait| seen.lock().unwrap().push(wait.clone());
    let client = fake.builder().on_lock_wait(report).connect().await.unwrap();
    drop(client.transaction().await.unwrap());
    client.clean_up().await.unwrap();
    let waits = waits.lock().unwrap();
    assert_eq!(waits.len(), 1, "{waits:?}");
    assert_eq!(waits[0].holder.as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_rule_can_be_waived_and_the_structure_cannot() {
    let fake = Fake::start(|line, _| match line {
        "GET /api/transaction" => ok(json!({"body": {"status": "closed"}, "meta": {}})),
        _ => ok(json!({"meta": {}})),
    })
    .await;
    let trap = |server: &str| {
        json!({"enabled": true, "version": {"selection": "2c", "value": {
            "community": "noc-7-ro", "server": {"selection": "ip", "value": server}}}})
    };
    let path = "/api/configuration/management/snmp/trap";
    for (waived, body, is_sent) in [
        (&[][..], trap("trap host"), false),
        (&["ip-address"], trap("trap host"), true),
        (&["ip-address", "wrong-type"], json!(7), false),
    ] {
        let client = fake.builder().waive(waived.iter().copied()).connect().await.unwrap();
        let before = fake.count(&format!("PUT {path}"));
        let mut transaction = client.transaction().await.unwrap();
        let result = transaction.replace_raw(path, &body.into(), UnknownKeys::Deny).await;
        assert_eq!(result.is_ok(), is_sent, "{waived:?} {:?}", result.err());
        assert_eq!(fake.count(&format!("PUT {path}")) - before, usize::from(is_sent));
        drop(transaction);
        client.clean_up().await.unwrap();
    }
    assert!(!Context::default().with_waived(&["wrong-type"]).is_waived("wrong-type"));
}
