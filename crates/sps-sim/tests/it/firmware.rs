//! Firmware: slots, uploads, the test, the upgrade with its boot, and downloads.

use std::time::Duration;

use serde_json::{Value, json};
use sps_sim::Fault;

use crate::{
    client::{Client, Reply, raw},
    version,
};

const UPLOAD: &str = "/api/upload/firmware";
const SLOTS: &str = "/api/firmware/slots";
const TEST: &str = "/api/firmware/test";
const UPGRADE: &str = "/api/firmware/upgrade";
const FETCH: &str = "/api/firmware/fetch";

/// Uploads an image as it is, with these header fields.
fn upload(client: &Client<'_>, fields: &str, image: &[u8]) -> Reply {
    let token = client.token.as_deref().unwrap();
    let head = format!(
        "POST {UPLOAD} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: session_id={token}\r\n\
         {fields}Content-Length: {}\r\n\r\n",
        image.len()
    );
    raw(client.sim, &[head.as_bytes(), image].concat()).unwrap()
}

/// Uploads an image of this version.
fn upload_version(client: &Client<'_>, version: &str) -> Value {
    let name = format!("Content-Disposition: attachment; filename=\"sps-{version}.iso\"\r\n");
    upload(client, &name, b"image").expect(201)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_fills_an_empty_slot() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let slots = client.get(SLOTS).expect(200);
    let running = json!({
        "after_reboot": true, "current": true, "upgrade_news": null, "upgrade_notes": "", "version": "7.5.0",
    });
    assert_eq!(slots["items"][0]["body"], running);
    assert_eq!(
        slots["items"][1],
        json!({"body": {}, "key": "2", "meta": {"href": "/api/firmware/slots/2"}})
    );
    let meta = &slots["meta"];
    assert_eq!(
        (&meta["number_of_empty_slots"], &meta["parent"]),
        (&json!(4), &json!("/api/firmware"))
    );
    assert_eq!(
        (&meta["current_slot"], &meta["slot_after_reboot"]),
        (&json!("/api/firmware/slots/1"), &json!("/api/firmware/slots/1"))
    );

    let image = [&b"\0\0CD001\nversion: 8.0.2\n"[..], &vec![7; 11 << 20]].concat();
    let multipart = [
        &b"--XX\r\nContent-Disposition: form-data; name=\"firmware\"; filename=\"sps-8.0.1.iso\"\r\n\r\n"[..],
        &image, b"\r\n--XX--\r\n",
    ]
    .concat();
    let octets = "Content-Type: application/octet-stream\r\n";
    for (fields, image, slot, expected) in [
        ("Content-Type: multipart/form-data; boundary=XX\r\n", &multipart[..], "2", "8.0.1"),
        (octets, &image, "3", "8.0.2"),
        // The name goes first, and the running version is the default.
        ("Content-Disposition: attachment; filename=8.0.3.iso\r\n", &image, "4", "8.0.3"),
        (octets, b"no version", "5", "7.5.0"),
    ] {
        let response = upload(&client, fields, image).expect(201);
        assert_eq!(response["key"], slot);
        assert_eq!(response["body"]["version"], expected);
        // As the text says, and not as the sample.
        assert_eq!(response["body"]["after_reboot"], false);
        let meta = &response["meta"];
        assert_eq!((&meta["href"], &meta["test"]), (&json!(UPLOAD), &json!(TEST)));
        assert_eq!(
            (&meta["slot"], &meta["upgrade"]),
            (&json!(format!("{SLOTS}/{slot}")), &json!(UPGRADE))
        );
        assert_eq!(client.get(&format!("{SLOTS}/{slot}")).expect(200)["body"], response["body"]);
    }
    assert_eq!(upload(&client, octets, b"x").error(), "SemanticError");
    client.delete("/api/firmware/slots/3").expect(200);
    assert_eq!(client.get("/api/firmware/slots/3").expect(200)["body"], json!({}));
    assert_eq!(upload(&client, octets, b"x").expect(201)["key"], "3");
    assert_eq!(sim.open_transaction(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_links_of_firmware_are_in_its_meta_too() {
    let sim = version("7.5").start().await.unwrap();
    let response = Client::new(&sim).get("/api/firmware").expect(200);
    let names = ["fetch", "slots", "test", "upgrade"];
    let items = response["items"].as_array().unwrap();
    assert_eq!(items.iter().map(|it| it["key"].as_str().unwrap()).collect::<Vec<_>>(), names);
    for name in names {
        assert_eq!(response["meta"][name], format!("/api/firmware/{name}"));
    }
    assert_eq!(
        (&response["meta"]["parent"], &response["meta"]["first"]),
        (&json!("/api"), &Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_whether_an_upgrade_is_possible() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    assert_eq!(client.post(TEST, &json!({})).error(), "IncompleteRequestBodyError");
    let empty = client.post(TEST, &json!({"slot_id": 2}));
    assert_eq!((empty.status, empty.error().as_str()), (404, "ResourceNotFound"));
    assert_eq!(empty.json()["error"]["details"]["mount_point"], "/firmware/slots");
    assert_eq!(client.post(TEST, &json!({"slot_id": "2"})).error(), "SemanticError");
    upload_version(&client, "8.0.1");
    upload_version(&client, "7.0.2");
    let response = client.post(TEST, &json!({"slot_id": 2})).expect(200);
    assert_eq!(
        (&response["key"], &response["meta"]["slot"]),
        (&json!("2"), &json!("/api/firmware/slots/2"))
    );
    let summary = response["body"]["test_summary"].as_str().unwrap();
    assert!(
        summary.starts_with("Upgrade from 7.5.0 to 8.0.1\n") && summary.ends_with('\n'),
        "{summary}"
    );
    // An older version is no upgrade, and images can be altered.
    let older = client.post(TEST, &json!({"slot_id": 3}));
    assert_eq!((older.status, older.error().as_str()), (400, "FirmwareTestFailed"));
    sim.add_fault("POST /api/firmware/test fail-job x1".parse::<Fault>().unwrap());
    let altered = client.post(TEST, &json!({"slot_id": 2}));
    assert!(altered.json()["error"]["message"].as_str().unwrap().contains("Files: failed"));
    // A test changes nothing.
    assert_eq!(client.get(SLOTS).expect(200)["meta"]["slot_after_reboot"], "/api/firmware/slots/1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_boots_another_version() {
    let sim = version("6.0.5").start().await.unwrap();
    let client = Client::new(&sim);
    let health = "/api/configuration/management/health_monitoring";
    client.open().expect(200);
    let mut body = client.get(health).expect(200)["body"].clone();
    body["maximum_load1"] = json!(17);
    client.put(health, &body).expect(200);
    client.commit().expect(200);
    upload_version(&client, "8.0.1");
    let upgrade = json!({"slot_id": 2, "message": null});
    assert_eq!(client.post(UPGRADE, &json!({"slot_id": 2})).error(), "IncompleteRequestBodyError");
    let response = client.post(UPGRADE, &upgrade).expect(200);
    assert!(response["body"]["test_summary"].is_string());
    let slots = client.get(SLOTS).expect(200);
    assert_eq!(slots["meta"]["slot_after_reboot"], "/api/firmware/slots/2");
    assert_eq!(slots["meta"]["current_slot"], "/api/firmware/slots/1");
    // The running firmware and the chosen one stay.
    for slot in ["1", "2"] {
        assert_eq!(client.delete(&format!("{SLOTS}/{slot}")).error(), "SemanticError");
    }
    assert_eq!(sim.version(), "6.0.5");
    sim.clock().advance(Duration::from_secs(60));
    assert_eq!(sim.version(), "8.0.1");
    assert_eq!(client.get(SLOTS).error(), "Unauthenticated");
    let client = Client::new(&sim);
    let info = client.get("/api/info").expect(200)["body"].clone();
    assert_eq!((&info["firmware_version"], &info["version"]), (&json!("8.0.1"), &json!("8 LTS")));
    // The configuration is converted, and the protocol is the new one.
    assert_eq!(client.get(health).expect(200)["body"]["maximum_load1"], 17);
    let status = client.get("/api/transaction").expect(200);
    assert_eq!(status["body"], json!({"commit_message": "optional", "status": "closed"}));
    let slots = client.get(SLOTS).expect(200);
    assert_eq!(slots["meta"]["current_slot"], "/api/firmware/slots/2");
    // The old firmware is now one of the others.
    client.delete("/api/firmware/slots/1").expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_needs_a_message_where_commits_do() {
    let sim = version("8.0").start().await.unwrap();
    let client = Client::new(&sim);
    client
        .put("/api/configuration/management/accounting", &json!({"require_commitlog": true}))
        .expect(200);
    client.commit().expect(200);
    upload_version(&client, "8.0.1");
    let upgrade = |message: Value| client.post(UPGRADE, &json!({"slot_id": 2, "message": message}));
    for message in [json!(null), json!(" ")] {
        assert_eq!(upgrade(message).error(), "SemanticError");
    }
    upgrade(json!("quarterly upgrade")).expect(200);
    // A test boots at once.
    sim.reboot();
    assert_eq!(sim.version(), "8.0.1");
}

/// SHA-256 of the URL, which is the content of the file behind it: from `printf URL | sha256sum`.
const MIRROR: (&str, &str) = (
    "https://mirror.corp.test/sps-8.0.4.iso",
    "6a1a7ec8207bff9ca9bcf41e6c826a304da1c530d28d3cf3b3643aaf11eca701",
);

#[tokio::test(flavor = "multi_thread")]
async fn a_download_waits_runs_and_fills_a_slot() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let order = |sha256: &str| json!({"url": MIRROR.0, "checksum": {"sha256": sha256}});
    let start = |sha256: &str| {
        client.post(FETCH, &order(sha256)).expect(202)["meta"]["href"].as_str().unwrap().to_owned()
    };
    let state = |href: &str| client.get(href).expect(200)["body"].clone();
    let good = start(MIRROR.1);
    let bad = start(&"0".repeat(64));
    let canceled = start(MIRROR.1);
    assert_eq!(state(&good)["status"], "queued");
    sim.clock().advance(Duration::from_secs(1));
    assert_eq!(state(&good)["status"], "in-progress");
    assert_eq!(state(&bad)["status"], "queued");
    // The entry of a canceled download stays until it is deleted again.
    client.delete(&canceled).expect(200);
    assert_eq!(state(&canceled)["status"], "canceled");
    client.delete(&canceled).expect(200);
    assert_eq!(client.get(&canceled).error(), "ResourceNotFound");
    sim.clock().advance(Duration::from_secs(10));
    assert_eq!(state(&good)["status"], "finished");
    let failed = state(&bad);
    assert_eq!(
        (&failed["status"], &failed["error"]),
        (&json!("failed"), &json!("The checksum does not match."))
    );
    assert_eq!(client.get("/api/firmware/slots/2").expect(200)["body"]["version"], "8.0.4");
    assert_eq!(client.get("/api/firmware/slots/3").expect(200)["body"], json!({}));
    let list = client.get(FETCH).expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    client.delete(&bad).expect(200);
    for body in [json!({"url": MIRROR.0}), json!({"url": MIRROR.0, "checksum": {}})] {
        assert_eq!(client.post(FETCH, &body).error(), "IncompleteRequestBodyError", "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_versions_download_nothing_themselves() {
    let sim = version("6.9.5").start().await.unwrap();
    let client = Client::new(&sim);
    assert_eq!(client.get(FETCH).error(), "ResourceNotFound");
    client.get(SLOTS).expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_of_a_state_file_keeps_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let sim = version("7.5").state(&file).start().await.unwrap();
    let client = Client::new(&sim);
    upload_version(&client, "8.0");
    client.post(UPGRADE, &json!({"slot_id": 2, "message": null})).expect(200);
    sim.reboot();
    let client = Client::new(&sim);
    let health = "/api/configuration/management/health_monitoring";
    let mut body = client.get(health).expect(200)["body"].clone();
    body["maximum_load1"] = json!(3);
    client.put(health, &body).expect(200);
    client.commit().expect(200);
    assert!(folder.path().join("state.json.7.5.bak").exists());
    let saved: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(saved["target"], "8.0");
    sim.stop().await;
    // The lock on the file ends with the simulator, also after an upgrade.
    version("8.0").state(&file).start().await.unwrap();
}
