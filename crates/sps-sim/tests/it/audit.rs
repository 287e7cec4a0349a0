//! Recorded sessions.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use sps_sim::{RecordedSession, Simulator};

use crate::{client::Client, version};

const SESSIONS: &str = "/api/audit/sessions";

/// The session of the samples that has commands and alerts.
const INDEXED: &str = "4xqTzLk0bYg7mNc2Rf9sWd";

/// The session of the samples that still runs.
const ACTIVE: &str = "6bRfS3vNi9QaLo1yCtMkPz";

/// The session of the samples that was refused.
const DENIED: &str = "2dHjX8qZc4WpEu0kVyTgNs";

fn keys(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|it| it["key"].as_str().unwrap().to_owned()).collect()
}

/// Protocols and users of the sessions that a query finds.
fn found(client: &Client<'_>, query: &str) -> Vec<String> {
    let list = client.get(&format!("{SESSIONS}?{query}")).expect(200);
    let items = list["items"].as_array().unwrap();
    let name = |it: &Value| {
        let word = |it: &Value| it.as_str().unwrap_or("-").to_owned();
        format!("{} {}", word(&it["body"]["protocol"]), word(&it["body"]["user"]["name"]))
    };
    items.iter().map(name).collect()
}

/// A simulator with this many sessions, one per minute.
async fn many(count: u64) -> Simulator {
    let session = |minute: u64| {
        let start = UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 60 * minute);
        RecordedSession::new("SSH", start, Duration::from_secs(30)).key(format!("s{minute}"))
    };
    version("7.5").recorded_sessions((0..count).map(session)).start().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_has_the_members_of_the_guide() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let list = client.get(SESSIONS).expect(200);
    assert_eq!(keys(&list).len(), 5);
    assert!(keys(&list).iter().all(|it| it.len() == 22));
    let item = &list["items"][0];
    let path = format!("{SESSIONS}/{INDEXED}");
    assert_eq!(item["meta"]["href"], path);
    let one = client.get(&path).expect(200);
    assert_eq!((&one["body"], &one["key"]), (&item["body"], &json!(INDEXED)));
    assert_eq!(one["meta"]["parent"], SESSIONS);
    let body = &one["body"];
    for part in ["alerts", "channels", "events", "indexing"] {
        assert_eq!(body[part], json!({"href": format!("{path}/{part}")}));
    }
    let trail = json!({"archive": null, "download": {"href": format!("{path}/audit_trail")}});
    assert_eq!(body["recording"]["audit_trail"], trail);
    assert_eq!(body["trail_download_link"], format!("{path}/audit_trail"));
    assert_eq!(body["start_time"], "2024-05-06T07:08:09.000Z");
    assert_eq!(body["end_time"], "2024-05-06T07:18:09+00:00");
    assert_eq!((&body["duration"], &body["active"]), (&json!(600), &json!(false)));
    assert_eq!(body["user"]["server_username"], json!(["root"]));
    assert_eq!(body["recording"]["index_status"], "INDEXED");
    let active = client.get(&format!("{SESSIONS}/{ACTIVE}")).expect(200)["body"].clone();
    assert_eq!((&active["active"], &active["duration"]), (&json!(true), &Value::Null));
    assert_eq!(active["trail_download_link"], Value::Null);
    let denied = client.get(&format!("{SESSIONS}/{DENIED}")).expect(200)["body"].clone();
    assert_eq!(denied["verdict"], "AUTH_FAIL");
    assert_eq!(denied["recording"]["deny_reason"], "The login to the server failed");
    assert_eq!(client.get(&format!("{SESSIONS}/nothing")).error(), "NotFound");
    assert_eq!(client.post(SESSIONS, &json!({})).status, 405);
    assert_eq!(client.delete(&path).status, 405);
    assert_eq!(Client::anonymous(&sim).get(SESSIONS).status, 401);
    assert_eq!(Client::login(&sim, "rita", "r").get(SESSIONS).status, 200);
    // Links from the root lead there.
    assert!(keys(&client.get("/api").expect(200)).contains(&"audit".to_owned()));
    assert_eq!(keys(&client.get("/api/audit").expect(200)), ["sessions", "users"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_by_member_word_and_time() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    for (query, expected) in [
        ("q=protocol:RDP", &["RDP bob"][..]),
        ("q=protocol%3Assh%20AND%20active:false", &["SSH alice", "SSH mallory"]),
        ("q=user.server_username:root+server.port:22", &["SSH alice", "SSH mallory"]),
        ("q=recording.connection_policy:web*", &["HTTP carol"]),
        ("q=recording.deny_reason:*", &["SSH mallory"]),
        ("q=recording.deny_reason:%22the+login+to+the+server+failed%22", &["SSH mallory"]),
        ("q=recording.deny_reason:login", &[]),
        ("q=mallory", &["SSH mallory"]),
        ("q=nginx", &["SSH alice"]),
        ("q=content:uptime", &["SSH alice"]),
        ("q=nothing:at_all", &[]),
        ("q=(protocol:ssh)+AND+(user.name:alice+AND+((active:true)))", &["SSH alice"]),
        ("q=user.name:%22mal%5Clory%22", &["SSH mallory"]),
        ("q=&sort=-start_time&limit=2", &["SSH alice", "SSH mallory"]),
        (
            "sort=protocol,-user.name",
            &["HTTP carol", "RDP bob", "SSH mallory", "SSH alice", "SSH alice"],
        ),
        // The session that runs has no duration, and is last in both directions.
        ("sort=-duration&limit=1", &["RDP bob"]),
        ("sort=-duration&offset=4", &["SSH alice"]),
        ("sort=duration&offset=4", &["SSH alice"]),
        ("start=2024-05-07&end=2024-05-08", &["HTTP carol", "SSH mallory"]),
        ("start=2024.5.7&end=2024-05-07T09:15", &[]),
        ("end=2024-05-06T07:08:10", &["SSH alice"]),
    ] {
        assert_eq!(found(&client, query), expected, "{query}");
    }
    for query in [
        "q=protocol:SSH+OR+protocol:RDP",
        "q=NOT+active:true",
        "q=(ssh",
        "q=ssh)",
        "q=protocol:(ssh)",
        "q=*x",
        "q=AND",
        "q=a+AND",
        "q=%22open",
        "q=start_time:%5B2024+TO+2025%5D",
        "start=yesterday",
        "end=2024-13-01",
        "sort=-",
        "limit=0",
        "limit=many",
        "format=xml",
    ] {
        let reply = client.get(&format!("{SESSIONS}?{query}"));
        assert_eq!((reply.status, reply.error().as_str()), (400, "InvalidQuery"), "{query}");
        let name = query.split('=').next().unwrap();
        assert_eq!(reply.json()["error"]["details"]["parameter"], name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_the_chosen_members() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let list =
        client.get(&format!("{SESSIONS}?fields=protocol,user.name,nothing&limit=1")).expect(200);
    assert_eq!(list["items"][0]["body"], json!({"protocol": "SSH", "user": {"name": "alice"}}));
    assert_eq!(list["meta"]["fields"], json!(["protocol", "user.name", "nothing"]));
    let all = client.get(&format!("{SESSIONS}?fields=*")).expect(200);
    assert_eq!(all["items"], client.get(SESSIONS).expect(200)["items"]);
    let path = format!(
        "{SESSIONS}?format=csv&fields=protocol,user,recording.deny_reason&sort=-start_time&limit=2"
    );
    let reply = client.get(&path);
    assert_eq!(reply.fields("content-type"), ["text/csv"]);
    let expected = "protocol,user.gateway_username,user.id,user.name,user.server_username,recording.deny_reason\r\n\
        SSH,alice,alice,alice,\"[\"\"postgres\"\"]\",\r\n\
        SSH,mallory,mallory,mallory,\"[\"\"root\"\"]\",The login to the server failed\r\n";
    assert_eq!(String::from_utf8(reply.bytes).unwrap(), expected);
    let reply = client.get(&format!("{SESSIONS}?format=csv"));
    assert_eq!(String::from_utf8(reply.bytes).unwrap().lines().count(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_links_to_their_neighbors() {
    let sim = many(1_201).await;
    let client = Client::new(&sim);
    let link = |query: &str| format!("{SESSIONS}?{query}");
    let page =
        client.get(&link("limit=600&offset=500&fields=user.name&q=protocol:SSH")).expect(200);
    let meta = &page["meta"];
    // A greater limit is cut.
    assert_eq!((&meta["limit"], keys(&page).len()), (&json!(500), 500));
    assert_eq!(keys(&page)[0], "s500");
    assert_eq!((&meta["offset"], &meta["match_count"]), (&json!(500), &json!(1_201)));
    let rest = "&fields=user.name&q=protocol:SSH";
    for (name, offset) in [("first", 0), ("previous", 0), ("next", 1_000), ("last", 1_000)] {
        assert_eq!(meta[name], link(&format!("limit=500&offset={offset}{rest}")), "{name}");
    }
    assert_eq!((&meta["href"], &meta["parent"]), (&json!(SESSIONS), &json!("/api/audit")));
    let last = client.get(meta["last"].as_str().unwrap()).expect(200);
    assert_eq!((keys(&last).len(), &last["meta"]["next"]), (201, &Value::Null));
    let first = client.get(meta["first"].as_str().unwrap()).expect(200);
    assert_eq!(first["meta"]["previous"], Value::Null);
    assert_eq!(client.get(&link("limit=500&offset=5000")).expect(200)["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_snapshot_reaches_more_than_ten_thousand() {
    let sim = many(10_300).await;
    let client = Client::new(&sim);
    assert_eq!(
        client.get(&format!("{SESSIONS}/_count?q=protocol:SSH")).expect(200)["count"],
        10_300
    );
    let page = client.get(&format!("{SESSIONS}?offset=9900&fields=protocol")).expect(200);
    assert_eq!((keys(&page).len(), &page["meta"]["next"]), (100, &Value::Null));
    // A greater offset is ignored.
    let page = client.get(&format!("{SESSIONS}?offset=10001&limit=1")).expect(200);
    assert_eq!((&page["meta"]["offset"], keys(&page)[0].as_str()), (&json!(0), "s0"));
    let snapshot = client.get(&format!("{SESSIONS}/_snapshot")).expect(200);
    let id = snapshot["body"]["snapshot"].as_str().unwrap().to_owned();
    // What is recorded later is not in it.
    let start = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    sim.record_session(RecordedSession::new("SSH", start, Duration::ZERO).key("late"));
    let mut next = json!(format!("{SESSIONS}?snapshot={id}&fields=protocol&sort=-start_time"));
    let mut all = Vec::new();
    while let Some(link) = next.as_str() {
        let page = client.get(link).expect(200);
        all.extend(keys(&page));
        next = page["meta"]["next"].clone();
    }
    assert_eq!((all.len(), all[0].as_str(), all[10_299].as_str()), (10_300, "s10299", "s0"));
    let newest = client.get(&format!("{SESSIONS}?sort=-start_time&limit=1")).expect(200);
    assert_eq!(keys(&newest), ["late"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_are_limited_and_end() {
    let sim = version("7.5").snapshot_quota(2).start().await.unwrap();
    let client = Client::new(&sim);
    let path = format!("{SESSIONS}/_snapshot");
    let id = client.get(&path).expect(200)["body"]["snapshot"].as_str().unwrap().to_owned();
    client.get(&path).expect(200);
    assert_eq!(client.get(&path).status, 429);
    client.get(&format!("{SESSIONS}?snapshot={id}")).expect(200);
    sim.clock().advance(Duration::from_secs(599));
    assert_eq!(client.get(&path).status, 429);
    sim.clock().advance(Duration::from_secs(1));
    let client = Client::new(&sim);
    let reply = client.get(&format!("{SESSIONS}?snapshot={id}"));
    assert_eq!((reply.status, reply.error().as_str()), (404, "ResourceNotFound"));
    client.get(&path).expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_has_parts() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let part = |key: &str, part: &str| client.get(&format!("{SESSIONS}/{key}/{part}")).expect(200);
    let events = part(INDEXED, "events");
    let event = json!({
        "action": "executed", "channels_id": "1", "content": "uptime", "record_id": 1,
        "time": "2024-05-06T07:09:02", "type": "command",
    });
    assert_eq!(events["items"][0], event);
    let meta = &events["meta"];
    let path = format!("{SESSIONS}/{INDEXED}");
    assert_eq!((&meta["match_count"], &meta["parent"]), (&json!(3), &json!(path)));
    assert_eq!(meta["first"], format!("{path}/events?limit=500&offset=0"));
    let alert = json!({
        "alert_type": "adp.event.command", "channel_id": "1", "matched_action": "log",
        "matched_content": "rm -rf /var/log/nginx", "matched_regexp": "rm -rf", "record_id": 1,
        "rule_name": "no-deletes", "time": "2024-05-06T07:12:31",
    });
    assert_eq!(part(INDEXED, "alerts")["items"], json!([alert]));
    let indexing = part(INDEXED, "indexing")["items"][0].clone();
    assert_eq!(indexing["status"], "COMPLETED");
    assert_eq!(indexing["version"], json!({"adp": "7.5.0", "worker": "7.5.0"}));
    // 2024-05-06T07:18:09Z in milliseconds.
    assert_eq!(indexing["statistics"]["start_time"], 1_714_979_889_000_u64);
    assert_eq!(part(ACTIVE, "events")["items"], json!([]));
    assert_eq!(part(ACTIVE, "indexing")["items"], json!([]));
    let channel = &part("7GmB1uPz5HcVxJ3eQaKdTy", "channels")["items"][0];
    assert_eq!(channel["four_eyes_authorizer"], "carol");
    assert_eq!(channel["four_eyes_description"], "change 4711");
    assert_eq!(channel.get("body"), None);
    assert_eq!(part(INDEXED, "content?q=nginx")["items"].as_array().unwrap().len(), 2);
    for empty in ["content", "content/?q=", "content?q=shutdown"] {
        assert_eq!(part(INDEXED, empty)["items"], json!([]), "{empty}");
    }
    assert_eq!(client.get(&format!("{path}/content?q=*x")).error(), "InvalidQuery");
    assert_eq!(client.get(&format!("{path}/indexers")).error(), "ResourceNotFound");
    assert_eq!(client.get(&format!("{SESSIONS}/nothing/events")).error(), "ResourceNotFound");
    let old = version("6.0.12").start().await.unwrap();
    let channels = Client::new(&old).get(&format!("{path}/channels")).expect(200);
    let body = json!({
        "duration": 600, "end_time": 1_714_979_889, "start_time": 1_714_979_289,
        "type": "session shell", "verdict": "accept",
    });
    assert_eq!(channels["channels"][0]["body"], body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_listed() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let path = format!("{SESSIONS}/{INDEXED}");
    let downloads = || client.get(&format!("{path}/trail_downloads")).expect(200)["items"].clone();
    assert_eq!(downloads(), json!([]));
    assert_eq!(client.send("HEAD", &format!("{path}/audit_trail"), "", "").unwrap().status, 200);
    assert_eq!(downloads(), json!([]));
    let reply = client.get(&format!("{path}/audit_trail"));
    assert_eq!(reply.bytes, b"audit trail 4xqTzLk0bYg7mNc2Rf9sWd\n");
    assert_eq!(reply.fields("content-type"), ["application/octet-stream"]);
    let entry = json!({
        "from_api": true, "ip_address": "127.0.0.1", "time": "2022-03-30T12:00:00.000Z",
        "username": "admin",
    });
    assert_eq!(downloads(), json!([entry]));
    for key in [ACTIVE, DENIED] {
        let reply = client.get(&format!("{SESSIONS}/{key}/audit_trail"));
        assert_eq!((reply.status, reply.error().as_str()), (404, "ResourceNotFound"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_values() {
    let sim = version("8.0").start().await.unwrap();
    let client = Client::new(&sim);
    let stats =
        client.get(&format!("{SESSIONS}/stats?field=protocol&size=2&sub_fields=user.name,x"));
    let expected = json!({"protocol": [
        {"count": 3, "value": "SSH", "sub_fields": {"user.name": [
            {"count": 2, "value": "alice"}, {"count": 1, "value": "mallory"},
        ]}},
        {"count": 1, "value": "HTTP", "sub_fields": {"user.name": [{"count": 1, "value": "carol"}]}},
    ]});
    assert_eq!(stats.expect(200)["body"], expected);
    assert_eq!(client.get(&format!("{SESSIONS}/stats")).error(), "InvalidQuery");
    let active = client.get(&format!("{SESSIONS}/stats?field=protocol&q=active:true")).expect(200);
    assert_eq!(active["body"], json!({"protocol": [{"count": 1, "value": "SSH"}]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_the_users_of_sessions() {
    let sim = version("8.0").start().await.unwrap();
    let client = Client::new(&sim);
    let users = client.get("/api/audit/users?sort=-score&limit=2").expect(200);
    let user = json!({
        "key": "mallory", "meta": {"href": "/api/audit/users/mallory"}, "user_id": "mallory", "last_seen": "2024-05-07T23:02:44.000Z", "score": "81",
        "score_timestamp": "2024-05-07T23:02:44.000Z",
    });
    assert_eq!(users["items"][0], user);
    assert_eq!((users["items"].as_array().unwrap().len(), &users["meta"]["limit"]), (2, &json!(2)));
    assert_eq!(users["meta"]["parent"], "/api/audit");
    let all = client.get("/api/audit/users").expect(200);
    assert_eq!(all["meta"]["limit"], 100);
    let names: Vec<_> = all["items"].as_array().unwrap().iter().map(|it| &it["user_id"]).collect();
    assert_eq!(names, ["alice", "bob", "carol", "mallory"]);
    assert_eq!(client.get("/api/audit/users/_count").expect(200)["count"], 4);
    assert_eq!(client.get("/api/audit/users/bob").expect(200)["score"], "12");
    assert_eq!(client.get("/api/audit/users/zoe").status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_simulator_refuses_unknown_parameters() {
    let sim = version("7.5").strict().start().await.unwrap();
    let reply = Client::new(&sim).get(&format!("{SESSIONS}?filter=x"));
    assert_eq!(reply.error(), "InvalidQuery");
    let sim = version("7.5").start().await.unwrap();
    Client::new(&sim).get(&format!("{SESSIONS}?filter=x")).expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn takes_sessions_of_a_test() {
    let start = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let session = RecordedSession::new("TELNET", start, Duration::from_secs(9))
        .user("dave")
        .client("192.0.2.99")
        .server("198.51.100.99", 23, "cisco")
        .connection_policy("routers")
        .score(5.5)
        .member("vault.account_name", "svc-net")
        .recording([0xFF, 0x00]);
    let sim = version("7.5").recorded_sessions([session]).start().await.unwrap();
    let client = Client::new(&sim);
    let list = client.get(SESSIONS).expect(200);
    let key = &keys(&list)[0];
    assert_eq!(key.len(), 22);
    let body = &list["items"][0]["body"];
    assert_eq!(body["vault"], json!({"account_name": "svc-net"}));
    assert_eq!(body["client"]["ip"], "192.0.2.99");
    assert_eq!(body["analytics"]["score"]["aggregated"], 5.5);
    assert_eq!(client.get(&format!("{SESSIONS}/{key}/audit_trail")).bytes, [0xFF, 0x00]);
    assert!(version("7.5").recorded_sessions([]).start().await.is_ok());
}
