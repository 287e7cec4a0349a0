//! Small services: the join to Starling, tools, the integrity of plugins, host keys.

use serde_json::json;

use crate::{client::Client, uploads, version};

#[tokio::test(flavor = "multi_thread")]
async fn joins_and_leaves_starling() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let path = "/api/starling/join";
    let mut join = client.get(path).expect(200)["body"].clone();
    assert!(join["product_instance"].is_string() && join["product_tims"].is_string());
    assert_eq!(client.delete(path).error(), "ResourceNotFound");
    assert_eq!(client.post(path, &join).error(), "IncompleteRequestBodyError");
    join["environment"] = json!("prod");
    join["token_endpoint"] = json!("https://sts.corp.test/token");
    join["credential_string"] = json!("very-secret");
    let response = client.post(path, &join).expect(200);
    assert!(!response.to_string().contains("very-secret"));
    assert_eq!(client.post(path, &join).status, 409);
    assert_eq!(client.get(path).expect(200)["body"]["product_instance"], join["product_instance"]);
    let settings = "/api/configuration/starling";
    let info = |client: &Client<'_>| client.get(settings).expect(200)["body"]["join_info"].clone();
    assert_eq!(info(&client)["product_tims"], join["product_tims"]);
    assert!(!info(&client).to_string().contains("very-secret"));
    client.delete(path).expect(200);
    assert_eq!(info(&client), json!(null));
    client.post(path, &join).expect(200);
    assert_eq!(sim.open_transaction(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_the_request_of_a_lookup() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let path = "/api/tools/hosts-by-name";
    client.post(path, &json!({"hostname": "server.corp.test", "protocol": "UDP"})).expect(200);
    let other = client.post(path, &json!({"hostname": "server.corp.test", "protocol": "SCTP"}));
    assert_eq!(other.error(), "SemanticError");
    for missing in [json!({"hostname": "server.corp.test"}), json!({"protocol": "TCP"})] {
        assert_eq!(client.post(path, &missing).error(), "IncompleteRequestBodyError");
    }
    assert_eq!(client.get(path).status, 405);
    // Only the links are known.
    assert_eq!(client.post("/api/tools/ldaptest", &json!({})).status, 405);
    let links = client.get("/api/tools").expect(200);
    assert_eq!(
        (&links["items"][0]["key"], &links["items"][1]["key"]),
        (&json!("hosts-by-name"), &json!("ldaptest"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_the_integrity_of_a_plugin() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let key = uploads::plugin(&client);
    client.commit().expect(200);
    let get = |query: &str| client.get(&format!("/api/plugin/integrity?{query}"));
    let response =
        get(&format!("key={key}&plugin_type=aa&ops=zip_checksum&ops=unregistered")).expect(200);
    let passed = json!({"reason": "", "verdict": "passed"});
    assert_eq!(response["body"], json!({"zip_checksum": passed, "unregistered": passed}));
    for (query, error) in [
        ("key=none&plugin_type=aa&ops=zip_content", "ResourceNotFound"),
        ("plugin_type=aa", "SemanticError"),
        ("key=none", "SemanticError"),
        ("key=none&plugin_type=none", "SemanticError"),
    ] {
        assert_eq!(get(query).error(), error, "{query}");
    }
    assert_eq!(get(&format!("key={key}&plugin_type=aa&ops=smell")).error(), "SemanticError");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_host_keys_with_two_links() {
    let sim = version("6.0.11").start().await.unwrap();
    let list = Client::new(&sim).get("/api/ssh-host-keys").expect(200);
    assert_eq!(list["items"], json!([]));
    assert_eq!(list["meta"]["parent"], "/api");
    assert_eq!(list["meta"].get("transaction"), None);
}
