//! From the login to the commit.

use crate::client::Client;
use serde_json::json;
use sps_sim::Simulator;

#[tokio::test(flavor = "multi_thread")]
async fn logs_in_reads_changes_and_commits() {
    let sim = Simulator::builder().plain_http().start().await.unwrap();
    let client = Client::new(&sim);
    let path = "/api/configuration/management/email";
    let answer = client.get(path).expect(200);
    println!("{answer:#}");
    let mut body = answer["body"].clone();
    body["admin_address"] = json!("root@example.com");
    let before = client.get("/api/info").expect(200);
    client.open().expect(200);
    println!("{}", client.put(path, &body).expect(200));
    println!("{}", client.get("/api/transaction/changes").expect(200));
    println!("{}", client.get("/api/transaction").expect(200));
    client.commit().expect(200);
    let after = client.get("/api/info").expect(200);
    assert_ne!(before["body"]["config_hash"], after["body"]["config_hash"]);
    assert_eq!(after["body"]["support_link"], "mailto:root@example.com");
    let created =
        client.post("/api/configuration/passwords", &json!({"plain": "secret-1"})).expect(201);
    println!("{created}");
    println!("{}", client.get(created["meta"]["href"].as_str().unwrap()).expect(200));
    for path in [
        "/api",
        "/api/configuration",
        "/api/configuration/management",
        "/api/configuration/rdp/channel_policies",
        "/api/configuration/policies/time_policies/-100",
        "/api/configuration/management/snmp/trap",
    ] {
        println!("{:#}", client.get(path).expect(200));
    }
    sim.stop().await;
}
