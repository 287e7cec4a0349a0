//! Recorded sessions, user information and health: the client against the simulator.

use std::{
    fs,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use sps_client::{Client, Error, ErrorKind, Login, SessionQuery};
use sps_model::AuditVerdict;
use sps_sim::{Builder, RecordedSession, Simulator, User};

const INDEXED: &str = "4xqTzLk0bYg7mNc2Rf9sWd";

async fn start(version: &str, settings: impl FnOnce(Builder) -> Builder) -> (Simulator, Client) {
    let builder = Simulator::builder().target(version.parse().unwrap());
    let sim = settings(builder.user(User::admin("admin", "a"))).start().await.unwrap();
    let client = Client::builder(&sim.url())
        .unwrap()
        .ca_pem(sim.certificate_pem().unwrap())
        .login(Login::password("admin", "a"))
        .retries(3, Duration::from_millis(2))
        .connect()
        .await
        .unwrap();
    (sim, client)
}

/// This many sessions, one per minute.
fn many(count: u64) -> impl Iterator<Item = RecordedSession> {
    (0..count).map(|minute| {
        let start = UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 60 * minute);
        RecordedSession::new("SSH", start, Duration::from_secs(30)).key(format!("s{minute}"))
    })
}

async fn keys(client: &Client, query: &SessionQuery) -> Result<Vec<String>, Error> {
    let sessions = client.audit_sessions().list(query).await?.all().await?;
    Ok(sessions.into_iter().filter_map(|it| it.key).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_becomes_typed_sessions() {
    let (_sim, client) = start("7.5", |it| it).await;
    let query = SessionQuery::new().matching("verdict", "AUTH_FAIL").start("2024-05-06");
    let found = client.audit_sessions().list(&query).await.unwrap().all().await.unwrap();
    assert_eq!(found.len(), 1);
    let session = &found[0].body;
    assert_eq!(session.verdict.as_ref(), Some(&AuditVerdict::AuthFail));
    let recording = session.recording.as_ref().unwrap();
    let reason = recording.deny_reason.as_ref().map(String::as_str);
    assert_eq!(reason, Some("The login to the server failed"));
    assert_eq!(session.user.as_ref().unwrap().name.as_ref().unwrap(), "mallory");
    let query = SessionQuery::new()
        .filter("protocol:SSH")
        .matching("user.name", "alice")
        .sort_by_descending("start_time")
        .fields(["protocol"]);
    assert_eq!(keys(&client, &query).await.unwrap(), ["6bRfS3vNi9QaLo1yCtMkPz", INDEXED]);
    assert_eq!(client.audit_sessions().count(&query).await.unwrap(), 2);
    let all = client.audit_sessions().list(&query).await.unwrap().all().await.unwrap();
    assert!(all.iter().all(|it| it.body.user.is_absent() && it.body.protocol.is_present()));
    let query = SessionQuery::new().end("2024-05-06T08:00");
    assert_eq!(keys(&client, &query).await.unwrap(), [INDEXED]);
    let one = client.audit_sessions().get(INDEXED).await.unwrap();
    assert_eq!(one.body.duration.as_ref(), Some(&600));
    let error = client.audit_sessions().get("nothing").await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
    let query = SessionQuery::new().filter("a OR b");
    let error = keys(&client, &query).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::InvalidQuery);
    assert!(error.message().unwrap().contains("does not understand `OR`"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_end_where_the_appliance_ends() {
    let (sim, client) = start("7.5", |it| it.recorded_sessions(many(10_100))).await;
    let query = SessionQuery::new().fields(["protocol"]).sort_by_descending("start_time");
    let mut sessions = client.audit_sessions().list(&query).await.unwrap();
    assert_eq!(sessions.match_count(), Some(10_100));
    let mut seen = 0;
    while let Some(session) = sessions.next().await {
        assert_eq!(session.unwrap().key, Some(format!("s{}", 10_099 - seen)));
        seen += 1;
    }
    assert_eq!((seen, sessions.is_cut_off()), (10_000, true));
    let pages = sim.requests().iter().filter(|it| it.path == "/api/audit/sessions").count();
    assert_eq!(pages, 20);
    assert_eq!(client.audit_sessions().count(&query).await.unwrap(), 10_100);
    // What is recorded while the pages are read is not in the snapshot.
    let mut snapshot = client.audit_sessions().snapshot(&query).await.unwrap();
    sim.record_session(RecordedSession::new("RDP", UNIX_EPOCH, Duration::ZERO).key("late"));
    let mut seen = 0;
    while let Some(session) = snapshot.next().await {
        assert_eq!(session.unwrap().key, Some(format!("s{}", 10_099 - seen)));
        seen += 1;
    }
    assert_eq!((seen, snapshot.is_cut_off()), (10_100, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_too_many_is_refused() {
    let (sim, client) = start("7.5", |it| it.snapshot_quota(1)).await;
    let query = SessionQuery::new();
    assert!(client.audit_sessions().snapshot(&query).await.is_ok());
    let error = client.audit_sessions().snapshot(&query).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (&ErrorKind::Unavailable, Some(429)));
    let opened = sim.requests().iter().filter(|it| it.path.ends_with("/_snapshot")).count();
    assert_eq!(opened, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_has_typed_parts() {
    let (_sim, client) = start("7.5", |it| it).await;
    let sessions = client.audit_sessions();
    let events = sessions.events(INDEXED).await.unwrap().all().await.unwrap();
    let contents: Vec<_> = events.iter().map(|it| it.body.content.as_str()).collect();
    assert_eq!(contents, ["uptime", "sudo systemctl restart nginx", "rm -rf /var/log/nginx"]);
    let alerts = sessions.alerts(INDEXED).await.unwrap().all().await.unwrap();
    assert_eq!(alerts[0].body.rule_name, "no-deletes");
    let indexing = sessions.indexing(INDEXED).await.unwrap().all().await.unwrap();
    assert_eq!(indexing[0].body.config.ocr_languages, ["English"]);
    let channels = sessions.channels("7GmB1uPz5HcVxJ3eQaKdTy").await.unwrap().all().await.unwrap();
    let authorizer = channels[0].body.four_eyes_authorizer.as_ref().unwrap();
    assert_eq!(authorizer.as_deref(), Some("carol"));
    let content = sessions.content(INDEXED, "nginx").await.unwrap().all().await.unwrap();
    assert_eq!(content.len(), 2);
    assert!(sessions.content(INDEXED, "").await.unwrap().all().await.unwrap().is_empty());
    let users = sessions.users(100).await.unwrap().all().await.unwrap();
    let names: Vec<_> = users.iter().map(|it| it.body.user_id.as_str()).collect();
    assert_eq!(names, ["alice", "bob", "carol", "mallory"]);
    let error = sessions.events("../users").await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_saved_and_the_download_listed() {
    let (_sim, client) = start("7.5", |it| it).await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("audit");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("session.zat");
    let sessions = client.audit_sessions();
    let bytes = sessions.download_trail(INDEXED, &file, |_| ()).await.unwrap();
    let content = fs::read_to_string(&file).unwrap();
    assert_eq!((content.as_str(), bytes), (&*format!("audit trail {INDEXED}\n"), 35));
    let downloads = sessions.trail_downloads(INDEXED).await.unwrap().all().await.unwrap();
    assert_eq!(downloads.len(), 1);
    assert_eq!(downloads[0].body.username, "admin");
    assert!(downloads[0].body.from_api);
    let active = "6bRfS3vNi9QaLo1yCtMkPz";
    let missing = folder.join("missing.zat");
    let error = sessions.download_trail(active, &missing, |_| ()).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
    assert!(!missing.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn says_who_is_logged_in_and_how_the_appliance_is() {
    for (version, has_method) in [("7.2.1", false), ("7.5.1", true)] {
        let (_sim, client) = start(version, |it| it).await;
        let info = client.user_info().await.unwrap().body;
        assert_eq!(info.user.name, "admin");
        assert_eq!(info.login_method.is_present(), has_method, "{version}");
        assert_eq!(info.endpoints.is_present(), !has_method, "{version}");
        let health = client.health_status().await.unwrap().body;
        assert_eq!((health.sessions_total, health.sessions.ssh, health.sessions.rdp), (1, 1, 0));
    }
}
