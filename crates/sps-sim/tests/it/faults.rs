//! Faults.

use std::time::{Duration, Instant};

use serde_json::json;
use sps_sim::{Fault, Simulator};

use crate::{
    client::{Client, raw_within},
    version,
};

const EMAIL: &str = "/api/configuration/management/email";

/// Makes a pending change, and returns its client.
fn changed(sim: &Simulator) -> Client<'_> {
    let client = Client::new(sim);
    let mut body = client.get(EMAIL).expect(200)["body"].clone();
    body["admin_address"] = json!("root@example.com");
    client.put(EMAIL, &body).expect(200);
    client
}

fn is_committed(sim: &Simulator) -> bool {
    sim.configuration()[EMAIL]["admin_address"] == "root@example.com"
}

const COMMIT: &str = r#"{"status": "commit"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn drops_a_connection_before_or_after_the_effect() {
    for (fault, effect) in [(Fault::drop_before(), false), (Fault::drop_after(), true)] {
        let sim = version("7.5").start().await.unwrap();
        let client = changed(&sim);
        sim.add_fault(fault.method("PUT").path("/api/transaction").times(1));
        assert!(client.maybe("PUT", "/api/transaction", COMMIT).is_none());
        assert_eq!(is_committed(&sim), effect);
        assert_eq!(sim.requests().last().unwrap().status, None);
        // The fault hits only once.
        assert_eq!(client.commit().status, if effect { 409 } else { 200 });
        assert!(is_committed(&sim));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn responds_with_a_status_code_of_a_proxy() {
    for code in [500, 502, 503] {
        let sim = version("7.5").start().await.unwrap();
        let client = changed(&sim);
        sim.add_fault(Fault::status(code).path("/api/trans*"));
        let reply = client.commit();
        assert_eq!((reply.status, reply.fields("content-type")[0]), (code, "text/html"));
        assert_eq!(client.commit().status, code);
        client.get("/api/info").expect(200);
        sim.clear_faults();
        client.commit().expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn supports_every_status_code() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    for (code, status) in [(204, 204), (304, 304), (307, 307), (599, 599), (100, 500), (999, 500)] {
        sim.add_fault(Fault::status(code).times(1));
        assert_eq!(client.get("/api").status, status);
    }
    client.get("/api").expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn expires_a_session() {
    let sim = version("7.5").start().await.unwrap();
    let client = changed(&sim);
    sim.add_fault(Fault::expire_session().method("PUT").times(1));
    assert_eq!(client.commit().error(), "Unauthenticated");
    assert_eq!(sim.open_transaction(), None);
    assert!(!is_committed(&sim));
    changed(&sim).commit().expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn pretends_a_lock_of_another_user() {
    for target in ["6.0.9", "7.5"] {
        let sim = version(target).start().await.unwrap();
        let client = Client::new(&sim);
        sim.add_fault(Fault::foreign_lock("mallory").times(1));
        // Reading needs no lock, and does not use up the fault.
        client.get(EMAIL).expect(200);
        let reply = client.open();
        assert_eq!((reply.status, reply.error().as_str()), (409, "Conflict"));
        assert_eq!(reply.json()["error"]["details"]["user"], "mallory");
        client.open().expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn delays_slows_and_cuts_responses() {
    let sim = version("7.5").start().await.unwrap();
    let client = changed(&sim);
    let whole = client.get(EMAIL);
    for fault in
        [Fault::delay(Duration::from_millis(80)), Fault::slow_body(Duration::from_millis(80))]
    {
        sim.add_fault(fault.times(1));
        let start = Instant::now();
        let reply = client.get(EMAIL);
        assert_eq!(reply.bytes, whole.bytes);
        assert!(start.elapsed() >= Duration::from_millis(80));
    }
    sim.add_fault(Fault::truncate_body().times(2));
    let reply = client.get(EMAIL);
    assert_eq!((reply.status, reply.promised), (200, whole.bytes.len()));
    assert_eq!(reply.bytes, whole.bytes[..whole.bytes.len() / 2]);
    client.maybe("PUT", "/api/transaction", COMMIT);
    assert!(is_committed(&sim));
}

#[tokio::test(flavor = "multi_thread")]
async fn carries_out_a_delayed_request_of_a_client_that_hung_up() {
    let sim = version("7.5").start().await.unwrap();
    let client = changed(&sim);
    sim.add_fault(Fault::delay(Duration::from_millis(500)).method("PUT").times(1));
    let (token, length) = (client.token.as_deref().unwrap(), COMMIT.len());
    let request = format!(
        "PUT /api/transaction HTTP/1.1\r\nHost: x\r\nCookie: session_id={token}\r\nContent-Length: {length}\r\n\r\n\
         {COMMIT}"
    );
    assert!(raw_within(&sim, request.as_bytes(), Duration::from_millis(50)).is_none());
    assert!(!is_committed(&sim));
    let start = Instant::now();
    while !is_committed(&sim) {
        assert!(start.elapsed() < Duration::from_secs(60), "it never comes");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(sim.requests().last().unwrap().status, Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn loses_a_key() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let body = client.get(EMAIL).expect(200)["body"].clone();
    sim.add_fault(Fault::lose_key("alerting_address").times(1));
    client.put(EMAIL, &body).expect(200);
    assert_eq!(client.get(EMAIL).expect(200)["body"].get("alerting_address"), None);
    client.put(EMAIL, &body).expect(200);
    assert_eq!(client.get(EMAIL).expect(200)["body"], body);
}

#[tokio::test(flavor = "multi_thread")]
async fn probabilities_follow_the_seed() {
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let sim = version("7.5").seed(seed).start().await.unwrap();
        sim.add_fault("GET /api/info status=503 p0.5".parse().unwrap());
        let client = Client::anonymous(&sim);
        runs.push((0..32).map(|_| client.get("/api/info").status).collect::<Vec<_>>());
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    assert!(runs[0].contains(&200) && runs[0].contains(&503));
}
