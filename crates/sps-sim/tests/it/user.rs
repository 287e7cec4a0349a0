//! What the user is and may do, and the health of the appliance.

use serde_json::{Value, json};

use crate::{client::Client, version};

#[tokio::test(flavor = "multi_thread")]
async fn user_info_has_the_members_of_its_version() {
    let local = json!({"authentication": "local", "credential": "password", "name": "local"});
    for (target, has_endpoints, has_token, has_short) in [
        ("7.0.5", true, false, true),
        ("7.2.1", true, false, true),
        ("7.4", false, false, false),
        ("7.5.1", false, true, false),
    ] {
        let sim = version(target).start().await.unwrap();
        let client = Client::login(&sim, "rita", "r");
        let info = client.get("/api/user_info").expect(200);
        assert_eq!(info["user"], json!({"name": "rita"}));
        assert_eq!(info["meta"]["href"], "/api/user_info");
        assert_eq!(info.get("endpoints").is_some(), has_endpoints, "{target}");
        let method = if has_endpoints { Value::Null } else { local.clone() };
        assert_eq!(info["login_method"], method, "{target}");
        assert_eq!(info.get("token").is_some(), has_token, "{target}");
        assert_eq!(client.get("/api/user/info").expect(200), info);
        let status = if has_short { 200 } else { 404 };
        assert_eq!(client.get("/api/userinfo").status, status, "{target}");
        assert_eq!(Client::anonymous(&sim).get("/api/user_info").error(), "Unauthenticated");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_what_the_user_may_call() {
    let sim = version("7.2.1").start().await.unwrap();
    let methods = |name: &str, password: &str, url: &str| {
        let list = Client::login(&sim, name, password).get("/api/endpoints").expect(200);
        let endpoints = list["endpoints"].as_array().unwrap().clone();
        endpoints.into_iter().find(|it| it["url"] == url).map(|it| it["methods"].clone())
    };
    let passwords = "/api/configuration/passwords";
    assert_eq!(
        methods("admin", "pä:ss", "/api/transaction"),
        Some(json!(["DELETE", "GET", "POST", "PUT"]))
    );
    assert_eq!(methods("rita", "r", "/api/transaction"), Some(json!(["GET"])));
    assert_eq!(methods("admin", "pä:ss", passwords), Some(json!(["POST"])));
    assert_eq!(methods("rita", "r", passwords), None);
    assert_eq!(methods("admin", "pä:ss", "/api/audit/sessions"), Some(json!(["GET"])));
    let client = Client::login(&sim, "rita", "r");
    let info = client.get("/api/user/info").expect(200);
    assert_eq!(info["endpoints"], client.get("/api/endpoints").expect(200)["endpoints"]);
    // The list tells the truth.
    for endpoint in info["endpoints"].as_array().unwrap() {
        let url = endpoint["url"].as_str().unwrap();
        let status = client.get(url).status;
        // Some need a parameter, and a node alone has no status of a cluster.
        let expected = match url {
            "/api/audit/sessions/stats" | "/api/plugin/integrity" => 400,
            "/api/cluster/status" => 404,
            _ => 200,
        };
        assert_eq!(status, expected, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_counts_active_sessions() {
    let sim = version("7.3").start().await.unwrap();
    let client = Client::new(&sim);
    let response = client.get("/api/health_status").expect(200);
    let health = &response["health_status"];
    assert_eq!(response.get("body"), None);
    let sessions =
        json!({"http": 0, "ica": 0, "mssql": 0, "rdp": 0, "ssh": 1, "telnet": 0, "vnc": 0});
    assert_eq!((&health["sessions"], &health["sessions_total"]), (&sessions, &json!(1)));
    assert_eq!(health["firmware"]["integrity"], json!({"boot": "OK", "core": "OK"}));
    assert_eq!(*health, client.get("/api/health_status").expect(200)["health_status"]);
}
