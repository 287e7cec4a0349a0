//! Support bundles.

use std::time::Duration;

use serde_json::{Value, json};
use sps_sim::Fault;

use crate::{client::Client, version};

const BUNDLES: &str = "/api/troubleshooting/support-bundle";

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_waits_runs_and_finishes() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    // Like the sample: without a body and without a length.
    let response = client.send("POST", BUNDLES, "", "").unwrap().expect(201);
    let item = &response["items"][0];
    let queued = json!({
        "error": null, "file_name": null, "info": null, "start_time": null, "status": "queued",
    });
    assert_eq!(item["body"], queued);
    let key = item["meta"]["href"].as_str().unwrap().rsplit('/').next().unwrap();
    assert_eq!((&item["key"], &response["key"]), (&json!(key), &json!(key)));
    assert_eq!(item["meta"]["parent"], "/api/troubleshooting");
    assert_eq!(response["meta"]["href"], BUNDLES);
    let href = item["meta"]["href"].as_str().unwrap().to_owned();
    let download = format!("{href}/download");
    let state = |href: &str| client.get(href).expect(200)["body"].clone();
    sim.clock().advance(Duration::from_secs(1));
    // A second one waits for the first.
    let second = client.body("POST", BUNDLES, "").expect(201)["items"][0]["meta"]["href"].clone();
    assert_eq!(state(&href)["status"], "in-progress");
    assert_eq!(state(&href)["start_time"], "2022-03-30T12:00:01+00:00");
    let reply = client.get(&download);
    assert_eq!((reply.status, reply.error().as_str()), (404, "ResourceNotFound"));
    let key = href.rsplit('/').next().unwrap();
    // The sample of the guide, with the key of this bundle.
    let expected = json!({
        "error": {
            "details": {"mount_point": "/troubleshooting/support-bundle", "resource": format!("{key}/download")},
            "message": "Resource was not found", "type": "ResourceNotFound",
        },
        "meta": {"href": download, "parent": href},
    });
    assert_eq!(reply.json(), expected);
    sim.clock().advance(Duration::from_secs(2));
    assert_eq!(state(&href)["status"], "finished");
    assert_eq!(state(second.as_str().unwrap())["status"], "in-progress");
    let list = client.get(BUNDLES).expect(200);
    assert_eq!(list["items"][0]["key"], key);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let reply = client.get(&download);
    assert_eq!((reply.status, reply.fields("content-type")[0]), (200, "application/gzip"));
    assert_eq!(reply.bytes[..3], [0x1F, 0x8B, 8]);
    let length = reply.bytes.len();
    let unpacked = miniz_oxide::inflate::decompress_to_vec(&reply.bytes[10..length - 8]).unwrap();
    assert_eq!(&unpacked[257..262], b"ustar");
    let trailer: Vec<u8> = u32::try_from(unpacked.len()).unwrap().to_le_bytes().to_vec();
    assert_eq!(reply.bytes[length - 4..], trailer);
    client.delete(&href).expect(200);
    assert_eq!(client.get(&href).error(), "ResourceNotFound");
    // Cancels the running one.
    client.delete(second.as_str().unwrap()).expect(200);
    assert_eq!(client.get(BUNDLES).expect(200)["items"], json!([]));
    assert_eq!(sim.open_transaction(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_fails_on_demand_and_is_deleted_after_a_day() {
    let sim = version("7.5").start().await.unwrap();
    sim.add_fault("POST * fail-job x1".parse::<Fault>().unwrap());
    let client = Client::new(&sim);
    let href = |response: Value| response["items"][0]["meta"]["href"].as_str().unwrap().to_owned();
    let fails = href(client.body("POST", BUNDLES, "").expect(201));
    let works = href(client.body("POST", BUNDLES, "").expect(201));
    sim.clock().advance(Duration::from_secs(60));
    let body = client.get(&fails).expect(200)["body"].clone();
    assert_eq!(body["status"], "failed");
    assert_eq!(body["error"], "Timeout expired while waiting for creation of support-bundle.");
    assert_eq!(client.get(&format!("{fails}/download")).status, 404);
    assert_eq!(client.get(&works).expect(200)["body"]["status"], "finished");
    sim.clock().advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(Client::new(&sim).get(&works).status, 404);
}
