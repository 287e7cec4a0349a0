//! Clusters: promotion, nodes, roles, joins and status.

use serde_json::{Value, json};

use crate::{client::Client, version};

const STATUS: &str = "/api/cluster/status";
const NODES: &str = "/api/cluster/nodes";

/// Promotes the node, and returns its path.
fn promote(client: &Client<'_>) -> String {
    let response = client.body("POST", "/api/cluster/promote", "").expect(200);
    assert_eq!(response["body"], json!({"address": "127.0.0.1", "roles": ["central-management"]}));
    assert_eq!(response["meta"]["parent"], NODES);
    client.commit().expect(200);
    response["meta"]["href"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_makes_a_cluster() {
    let sim = version("6.0.12").start().await.unwrap();
    let client = Client::new(&sim);
    assert_eq!(client.get(STATUS).error(), "ResourceNotFound");
    // Old versions need a transaction for it.
    assert_eq!(client.body("POST", "/api/cluster/promote", "").status, 409);
    client.open().expect(200);
    let href = promote(&client);
    assert_eq!(client.get("/api/info").expect(200)["body"]["roles"], json!(["central-management"]));
    let node = client.get(&href).expect(200);
    assert_eq!(node["body"], json!({"address": "127.0.0.1", "roles": ["central-management"]}));
    let status = client.get(STATUS).expect(200);
    let own = href.replace("nodes", "status");
    assert_eq!(status["meta"]["self"], own);
    let item = &status["items"][0];
    assert_eq!((&item["fqdn"], &item["sync_status"]), (&json!("sps.example.com"), &json!("n/a")));
    assert_eq!(
        (&item["meta"]["configuration"], &item["meta"]["href"]),
        (&json!(href), &json!(own))
    );
    // The node that responds was not seen by itself, and takes its configuration from no other.
    for absent in ["last_seen", "configuration_sync", "body"] {
        assert_eq!(item.get(absent), None, "{absent}");
    }
    assert!(item["health_status"]["load1"].is_number());
    assert_eq!(client.get(&own).expect(200)["fqdn"], "sps.example.com");
    client.open().expect(200);
    assert_eq!(client.body("POST", "/api/cluster/promote", "").error(), "SemanticError");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_joins_by_its_own_request() {
    let (central, other) =
        (version("7.5").start().await.unwrap(), version("7.5").seed(8).start().await.unwrap());
    let (client, joining) = (Client::new(&central), Client::new(&other));
    assert_eq!(
        joining.post("/api/cluster/join_request", &json!({})).error(),
        "IncompleteRequestBodyError"
    );
    let request = json!({"central_management_address": "192.0.2.1"});
    let join = joining.post("/api/cluster/join_request", &request).expect(200)["body"].clone();
    joining.commit().expect(200);
    assert_eq!((&join["address"], &join["roles"]), (&json!("127.0.0.1"), &json!([])));
    assert_eq!(join["psk"].as_str().unwrap().len(), 64);
    // Only a central node takes it.
    assert_eq!(client.post(NODES, &join).error(), "SemanticError");
    promote(&client);
    let id = join["node_id"].as_str().unwrap();
    assert_eq!(client.post(NODES, &join).expect(201)["key"], id);
    assert_eq!(client.post(NODES, &join).error(), "SemanticError");
    let path = format!("{NODES}/{id}");
    let shown = client.get(&path).expect(200)["body"].clone();
    assert_eq!(shown, json!({"address": "127.0.0.1", "roles": []}));
    // A node has no psk in any response, nor in the list of changes.
    let changes = client.get("/api/transaction/changes").expect(200);
    assert!(!changes.to_string().contains(join["psk"].as_str().unwrap()));
    let roles = |roles: Value| client.put(&path, &json!({"roles": roles}));
    for refused in
        [json!(["central-management"]), json!(["search-minion", "search-local"]), json!(["boss"])]
    {
        assert_eq!(roles(refused.clone()).error(), "SemanticError", "{refused}");
    }
    roles(json!(["managed-host", "search-master"])).expect(200);
    client.commit().expect(200);
    let shown = client.get(&path).expect(200)["body"].clone();
    assert_eq!(shown, json!({"address": "127.0.0.1", "roles": ["managed-host", "search-master"]}));
    let item = client.get(&format!("{STATUS}/{id}")).expect(200);
    assert_eq!((&item["sync_status"], &item["health_status"]), (&json!("pending"), &Value::Null));
    assert_eq!(item["last_seen"], "2022-03-30T12:00:00Z");
    assert_eq!(item["configuration_sync"]["issues"], json!({"warnings": []}));
    assert_eq!(item["configuration_sync"]["downloaded_xml_hash"].as_str().unwrap().len(), 32);
    // Neither the joined node nor the central one can start another cluster.
    assert_eq!(joining.body("POST", "/api/cluster/promote", "").error(), "SemanticError");
    assert_eq!(joining.get(STATUS).error(), "ResourceNotFound");
    assert_eq!(client.get("/api/cluster/nodes").expect(200)["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_committed_is_lost() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    client.body("POST", "/api/cluster/promote", "").expect(200);
    assert_eq!(client.get(STATUS).status, 404);
    client.delete("/api/transaction").expect(200);
    assert_eq!(client.get("/api/info").expect(200)["body"]["roles"], json!([]));
    promote(&client);
    client.get(STATUS).expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn switches_the_synchronization_plugin_off() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let path = "/api/cluster/configuration_sync_plugin";
    let response = client.post(path, &json!({"enabled": false})).expect(200);
    assert_eq!(response["plugin"], json!({"key": null, "meta": {}}));
    assert!(sim.open_transaction().is_some());
    client.commit().expect(200);
    assert_eq!(client.post(path, &json!({"enabled": true})).error(), "SemanticError");
}

#[tokio::test(flavor = "multi_thread")]
async fn joins_the_appliance_that_keeps_passwords() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let path = "/api/cluster/spp";
    assert_eq!(client.get(path).expect(200)["body"], json!({"spp": null}));
    let join = json!({"spp": "192.0.2.30", "spp_api_token": "hush", "spp_cert_chain": []});
    let response = client.post(path, &join).expect(200);
    assert_eq!(response["body"], json!({"spp": "192.0.2.30"}));
    assert!(!response.to_string().contains("hush"));
    assert_eq!(
        client.post(path, &json!({"spp": "192.0.2.30"})).error(),
        "IncompleteRequestBodyError"
    );
}
