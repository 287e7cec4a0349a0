//! The log file.

use std::fs;

use serde_json::{Value, json};

use crate::{
    client::{Client, raw},
    state::Folder,
    version,
};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_has_every_request_and_no_secrets() {
    let folder = Folder::new("log");
    let file = folder.0.join("requests.jsonl");
    let sim = version("7.5").log_file(&file).start().await.unwrap();
    let client = Client::new(&sim);
    let token = client.token.clone().unwrap();
    client.post("/api/configuration/passwords", &json!({"plain": "hush-hush"})).expect(201);
    client.get("/api/info?token=hush-hush").expect(200);
    // Each line is there before its response.
    let text = fs::read_to_string(&file).unwrap();
    let at = "2022-03-30T12:00:00+00:00";
    let expected = [
        json!({
            "at": at, "method": "GET", "path": "/api/authentication", "query": null,
            "session": null, "status": 200, "user": "admin",
        }),
        json!({
            "at": at, "method": "POST", "path": "/api/configuration/passwords", "query": null,
            "session": &token[..4], "status": 201, "user": "admin",
        }),
        json!({
            "at": at, "method": "GET", "path": "/api/info", "query": "token=…",
            "session": &token[..4], "status": 200, "user": "admin",
        }),
    ];
    assert_eq!(lines(&text), expected);
    for secret in ["hush-hush", "pä:ss", "cMOkOnNz", &token] {
        assert!(!text.contains(secret), "{text}");
    }
    assert_eq!(sim.log_error(), None);
    sim.stop().await;
    // The next run appends.
    let sim = version("7.5").log_file(&file).start().await.unwrap();
    raw(&sim, b"GET /api/a%0Ab HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let all = lines(&fs::read_to_string(&file).unwrap());
    assert_eq!((all.len(), &all[3]["path"]), (4, &json!("/api/a%0Ab")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_begins_again_has_only_what_comes() {
    let folder = Folder::new("log-again");
    let file = folder.0.join("requests.jsonl");
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    client.get("/api/configuration/management/email").expect(200);
    assert_eq!(sim.requests().len(), 2);
    let missing = folder.0.join("missing/requests.jsonl");
    assert!(sim.restart_log(Some(&missing)).is_err());
    assert_eq!(sim.requests().len(), 2);
    sim.restart_log(Some(&file)).unwrap();
    assert_eq!(sim.requests(), []);
    // The session is the same.
    client.get("/api/info").expect(200);
    let all = lines(&fs::read_to_string(&file).unwrap());
    assert_eq!((all.len(), &all[0]["path"]), (1, &json!("/api/info")));
    assert_eq!(sim.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_a_file_that_cannot_be_opened() {
    let folder = Folder::new("no-log");
    let file = folder.0.join("missing/requests.jsonl");
    let error = version("7.5").log_file(&file).start().await.unwrap_err().to_string();
    assert_eq!(error, format!("cannot open {}", file.display()));
}

/// The device accepts no bytes.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn reports_the_error_that_ended_the_file() {
    let sim = version("7.5").log_file("/dev/full").start().await.unwrap();
    Client::new(&sim).get("/api").expect(200);
    assert!(sim.log_error().is_some());
    assert_eq!(sim.requests().len(), 2);
}
