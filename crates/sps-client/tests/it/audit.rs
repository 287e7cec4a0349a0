//! Recorded sessions: pages, snapshots, and parts of a session.

use serde_json::{Value, json};
use sps_client::{ErrorKind, SessionQuery};
use sps_model::audit::Event as AuditEvent;

use crate::fake::{Fake, Reply, error, ok, times};

const SESSIONS: &str = "/api/audit/sessions";

/// A page with these keys and this link to the next one.
fn page(keys: &[&str], offset: u64, next: Option<&str>) -> Reply {
    let item = |key: &&str| {
        let body = json!({"protocol": "SSH", "recording": {"verdict": "ACCEPT"}});
        json!({"key": key, "body": body, "meta": {"href": format!("{SESSIONS}/{key}")}})
    };
    let items: Vec<Value> = keys.iter().map(item).collect();
    let meta = json!({"href": SESSIONS, "match_count": 3, "next": next, "offset": offset});
    ok(json!({"items": items, "meta": meta}))
}

#[tokio::test]
async fn follows_the_links_when_their_turn_comes() {
    let fake = Fake::start(|line, _| match line {
        "GET /api/audit/sessions?limit=2" => {
            page(&["a", "b"], 0, Some("/api/audit/sessions?limit=2&offset=2"))
        }
        "GET /api/audit/sessions?limit=2&offset=2" => page(&["c"], 2, None),
        _ => error(404, "NotFound", json!(null)),
    })
    .await;
    let client = fake.client().await;
    let mut sessions =
        client.audit_sessions().list(&SessionQuery::new().page_size(2)).await.unwrap();
    assert_eq!((fake.lines().len(), sessions.match_count()), (1, Some(3)));
    let mut keys = Vec::new();
    while let Some(session) = sessions.next().await {
        let session = session.unwrap();
        assert_eq!(session.body.protocol.as_ref().map(String::as_str), Some("SSH"));
        keys.extend(session.key);
    }
    assert_eq!(keys, ["a", "b", "c"]);
    assert!(!sessions.is_cut_off());
    assert_eq!(fake.lines().len(), 2);
}

#[tokio::test]
async fn says_that_a_list_was_cut_off() {
    let fake = Fake::start(|_, _| page(&["a", "b"], 0, None)).await;
    let client = fake.client().await;
    let mut sessions = client.audit_sessions().list(&SessionQuery::new()).await.unwrap();
    assert!(sessions.next().await.unwrap().is_ok() && !sessions.is_cut_off());
    assert!(sessions.next().await.unwrap().is_ok() && sessions.next().await.is_none());
    assert!(sessions.is_cut_off());
}

#[tokio::test]
async fn follows_no_link_that_leads_elsewhere_or_back() {
    for (next, part) in [
        ("https://example.com/api/audit/sessions", "leads elsewhere"),
        ("/api/configuration", "leads elsewhere"),
        ("/api/audit/sessions", "leads elsewhere"),
        ("/api/audit/sessions/../../info", "leads elsewhere"),
        ("/api/audit/sessions?offset=0", "leads back"),
    ] {
        let next = next.to_owned();
        let fake = Fake::start(move |_, _| page(&["a"], 0, Some(&next))).await;
        let client = fake.client().await;
        let result =
            async { client.audit_sessions().list(&SessionQuery::new()).await?.all().await };
        let error = result.await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::UnexpectedResponse);
        assert!(error.to_string().contains(part), "{error}");
        assert!(fake.lines().len() <= 2);
    }
}

#[tokio::test]
async fn an_error_of_a_page_can_be_overcome() {
    let fails = times(5);
    let fake = Fake::start(move |line, _| match line {
        "GET /api/audit/sessions" => page(&["a"], 0, Some("/api/audit/sessions?offset=1")),
        _ if fails() => Reply::Json(503, json!({})),
        _ => page(&["b"], 1, None),
    })
    .await;
    let client = fake.client().await;
    let mut sessions = client.audit_sessions().list(&SessionQuery::new()).await.unwrap();
    assert!(sessions.next().await.unwrap().is_ok());
    // Four attempts, then two more.
    let error = sessions.next().await.unwrap().unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Unavailable);
    assert_eq!(sessions.next().await.unwrap().unwrap().key.as_deref(), Some("b"));
    assert!(sessions.next().await.is_none());
}

#[tokio::test]
async fn opens_a_snapshot_once() {
    let fake = Fake::start(|line, _| match line {
        "GET /api/audit/sessions/_snapshot" => error(429, "TooManyRequests", json!(null)),
        _ => page(&[], 0, None),
    })
    .await;
    let client = fake.client().await;
    let error = client.audit_sessions().snapshot(&SessionQuery::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (&ErrorKind::Unavailable, Some(429)));
    assert_eq!(fake.lines().len(), 1);
    // An invalid query opens none.
    let query = SessionQuery::new().page_size(0);
    let error = client.audit_sessions().snapshot(&query).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidArgument { .. }), "{error}");
    assert_eq!(fake.lines().len(), 1);
    let fake = Fake::start(|line, _| match line {
        "GET /api/audit/sessions/_snapshot" => {
            ok(json!({"body": {"snapshot": "7 a"}, "key": "_snapshot", "meta": {}}))
        }
        _ => page(&["a"], 0, None),
    })
    .await;
    let client = fake.client().await;
    let query = SessionQuery::new().sort_by_descending("start_time");
    let all = client.audit_sessions().snapshot(&query).await.unwrap().all().await.unwrap();
    assert_eq!(all.len(), 1);
    let lines = fake.lines();
    assert_eq!(lines[1], "GET /api/audit/sessions?sort=-start_time&snapshot=7%20a");
}

#[tokio::test]
async fn reads_counts_and_parts_without_a_wrapper() {
    let fake = Fake::start(|line, _| match line {
        "GET /api/audit/sessions/_count?q=ssh" => ok(json!({"count": 7, "more": 1, "meta": {}})),
        "GET /api/audit/sessions/a%2Fb/events" => ok(json!({"items": [{
            "action": "executed", "channels_id": "1", "content": "id", "record_id": 3,
            "time": "2019-03-04T10:20:30", "type": "command",
        }], "meta": {}})),
        "GET /api/audit/sessions/a/content?q=a%20b" => {
            ok(json!({"items": [{"new": 1}], "meta": {}}))
        }
        "GET /api/audit/sessions/a/channels" => ok(json!({"channels": [], "meta": {}})),
        _ => error(404, "NotFound", json!(null)),
    })
    .await;
    let client = fake.client().await;
    let sessions = client.audit_sessions();
    let query = SessionQuery::new().filter("ssh").sort_by("protocol").page_size(5);
    assert_eq!(sessions.count(&query).await.unwrap(), 7);
    let events = sessions.events("a/b").await.unwrap().all().await.unwrap();
    assert_eq!((events[0].body.content.as_str(), events[0].body.record_id), ("id", 3));
    assert_eq!(sessions.content("a", "a b").await.unwrap().all().await.unwrap().len(), 1);
    let events = client.list_at::<AuditEvent>(&["a/b"]).await.unwrap().all().await.unwrap();
    assert_eq!(events[0].body.record_id, 3);
    let error = sessions.channels("a").await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::UnexpectedResponse);
    let error = sessions.events("..").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidArgument { .. }), "{error}");
}

#[tokio::test]
async fn a_refused_query_is_not_about_a_body() {
    let fake = Fake::start(|_, _| error(400, "InvalidQuery", json!({"parameter": "q"}))).await;
    let client = fake.client().await;
    let query = SessionQuery::new().filter("hunter22 (");
    let error = client.audit_sessions().list(&query).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::InvalidQuery);
    assert!(!format!("{error} {error:?}").contains("hunter22"), "{error:?}");
}
