//! Transactions, explicit and implicit.

use serde_json::{Value, json};
use sps_sim::Locks;

use crate::{
    client::{Client, raw},
    version,
};

const EMAIL: &str = "/api/configuration/management/email";

fn email(client: &Client<'_>, admin: &str) -> Value {
    let mut body = client.get(EMAIL).expect(200)["body"].clone();
    body["admin_address"] = json!(admin);
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn old_versions_require_an_open_transaction() {
    for (target, status) in
        [("5.7.0", 409), ("6.0.9", 409), ("6.8", 409), ("6.9.2", 200), ("7.0", 200), ("8.0", 200)]
    {
        let sim = version(target).start().await.unwrap();
        let client = Client::new(&sim);
        let body = email(&client, "root@example.com");
        let reply = client.put(EMAIL, &body);
        assert_eq!(reply.status, status, "{target}");
        if status == 409 {
            assert_eq!(reply.error(), "Conflict");
            let reply = client.delete("/api/configuration/policies/time_policies/-100");
            assert_eq!(reply.status, 409);
            client.open().expect(200);
            client.put(EMAIL, &body).expect(200);
        }
        assert_eq!(sim.open_transaction().unwrap().changes, 1);
        client.commit().expect(200);
        assert_eq!(sim.configuration()[EMAIL]["admin_address"], "root@example.com");
        assert_eq!(sim.open_transaction(), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_has_the_form_of_its_version() {
    // The samples of the guide, with the idle time of a session.
    let sim = version("6.9.3").start().await.unwrap();
    let closed = |status: &str| {
        json!({
            "body": {"status": status}, "key": "transaction", "transaction": {"status": status},
            "meta": {"href": "/api/transaction", "parent": "/api", "remaining_seconds": 600},
        })
    };
    let client = Client::new(&sim);
    assert_eq!(client.get("/api/transaction").expect(200), closed("closed"));
    assert_eq!(client.open().expect(200), closed("open"));
    let sim = version("8.0").start().await.unwrap();
    let client = Client::new(&sim);
    let response = client.get("/api/transaction").expect(200);
    let expected = json!({
        "body": {"commit_message": "optional", "status": "closed"}, "key": "transaction",
        "meta": {"href": "/api/transaction", "parent": "/api", "remaining_seconds": 600},
    });
    assert_eq!(response, expected);
    let response = client.open().expect(200);
    assert_eq!(response["body"]["status"], "open");
    assert_eq!(response["meta"].get("changes"), None);
    client.put(EMAIL, &email(&client, "root@example.com")).expect(200);
    let response = client.get("/api/transaction").expect(200);
    assert_eq!(response["meta"]["changes"], "/api/transaction/changes");
    let response = client.commit().expect(200);
    assert_eq!(response["body"]["status"], "closed");
    assert_eq!(response["meta"].get("changes"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_requires_a_length_and_no_body() {
    let sim = version("6.0.9").start().await.unwrap();
    let client = Client::new(&sim);
    let reply = client.send("POST", "/api/transaction", "", "").unwrap();
    assert_eq!(reply.status, 411);
    assert_eq!(client.post("/api/transaction", &json!({"status": "open"})).status, 400);
    assert_eq!(sim.open_transaction(), None);
    client.post("/api/transaction", &json!({})).expect(200);
    client.open().expect(200);
    assert_eq!(sim.open_transaction().unwrap().user, "admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_expect() {
    let sim = version("6.0.9").start().await.unwrap();
    let client = Client::new(&sim);
    let fields = "Expect: 100-continue\r\nContent-Length: 2\r\n";
    let reply = client.send("PUT", EMAIL, fields, "").unwrap();
    assert_eq!(reply.status, 417);
    assert!(reply.head.starts_with("HTTP/1.1 417"), "{}", reply.head);
}

/// The guide offers clients both ways out of the 417.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_expect_and_http_1_0_get_through() {
    let sim = version("6.0.9").start().await.unwrap();
    let client = Client::new(&sim);
    let token = client.token.clone().unwrap();
    for (version, fields, status) in [
        ("1.1", "Expect:\r\n", 200),
        ("1.1", "Expect: \r\n", 200),
        ("1.0", "Expect: 100-continue\r\n", 200),
        ("1.1", "Expect: something\r\n", 417),
        ("1.1", "Expect:\r\nExpect: 100-continue\r\n", 417),
    ] {
        let request = format!(
            "POST /api/transaction HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\
             Cookie: session_id={token}\r\n{fields}Content-Length: 2\r\n\r\n{{}}"
        );
        let reply = raw(&sim, request.as_bytes()).unwrap();
        assert_eq!(reply.status, status, "{version} {fields}{}", reply.head);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_writer_at_a_time() {
    for builder in [version("6.0.9"), version("6.9.4"), version("7.5").locks(Locks::Single)] {
        let sim = builder.start().await.unwrap();
        let (admin, alice) = (Client::new(&sim), Client::login(&sim, "alice", "a"));
        admin.open().expect(200);
        admin.put(EMAIL, &email(&admin, "root@example.com")).expect(200);
        let body = email(&alice, "alice@example.com");
        for reply in [
            alice.put(EMAIL, &body),
            alice.open(),
            alice.commit(),
            alice.delete("/api/transaction"),
            alice.delete("/api/configuration/policies/time_policies/-100"),
            alice.post("/api/configuration/passwords", &json!({"plain": "x"})),
        ] {
            assert_eq!((reply.status, reply.error().as_str()), (409, "Conflict"));
            let error = &reply.json()["error"];
            assert!(error["message"].as_str().unwrap().contains("admin"), "{error}");
            assert_eq!(error["details"]["user"], "admin");
        }
        // The other session sees neither the transaction nor its changes.
        let status = alice.get("/api/transaction").expect(200);
        let state = status.get("body").or_else(|| status.get("transaction")).unwrap();
        assert_eq!(state["status"], "closed");
        assert_eq!(alice.get("/api/transaction/changes").expect(200)["changes"], json!([]));
        assert_eq!(alice.get(EMAIL).expect(200)["body"]["admin_address"], "admin@example.com");
        assert_eq!(admin.get(EMAIL).expect(200)["body"]["admin_address"], "root@example.com");
        // Another session of the same user needs the lock too.
        assert_eq!(Client::new(&sim).open().status, 409);
        admin.commit().expect(200);
        alice.open().expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn discards_a_transaction() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let before = sim.configuration();
    let hash = client.get("/api/info").expect(200)["body"]["config_hash"].clone();
    client.put(EMAIL, &email(&client, "root@example.com")).expect(200);
    client.post("/api/configuration/passwords", &json!({"plain": "x"})).expect(201);
    let response = client.delete("/api/transaction").expect(200);
    assert_eq!(response["body"]["status"], "closed");
    assert_eq!(sim.configuration(), before);
    assert_eq!(client.get("/api/info").expect(200)["body"]["config_hash"], hash);
    // Nothing is left to commit or to discard.
    assert_eq!(client.commit().error(), "Conflict");
    client.delete("/api/transaction").expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_commit_changes_the_hash() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let mut hashes = Vec::new();
    // The second change undoes the first.
    for admin in ["root@example.com", "admin@example.com", "root@example.com"] {
        client.put(EMAIL, &email(&client, admin)).expect(200);
        client.commit().expect(200);
        let info = client.get("/api/info").expect(200);
        let hash = info["body"]["config_hash"].as_str().unwrap().to_owned();
        assert_eq!(hash.len(), 32);
        assert!(!hashes.contains(&hash));
        hashes.push(hash);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_changes() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let policies = "/api/configuration/policies/time_policies";
    let mut body = client.get(&format!("{policies}/-100")).expect(200)["body"].clone();
    body["name"] = json!("one");
    let key = client.post(policies, &body).expect(201)["key"].as_str().unwrap().to_owned();
    let path = format!("{policies}/{key}");
    let mut other = body.clone();
    other["name"] = json!("two");
    client.put(&path, &other).expect(200);
    // The same body again is not a change.
    client.put(&path, &other).expect(200);
    client.put(policies, &json!({"@order": [key, "-100"]})).expect(200);
    client.delete(&path).expect(200);
    let response = client.get("/api/transaction/changes").expect(200);
    let expected = json!({
        "changes": [
            {"type": "create", "path": path, "new_value": body},
            {"type": "replace", "path": path, "old_value": body, "new_value": other},
            {"type": "reorder", "path": policies, "old_order": ["-100", key], "new_order": [key, "-100"]},
            {"type": "delete", "path": path, "old_value": other},
        ],
        "meta": {
            "href": "/api/transaction/changes", "parent": "/api/transaction",
            "remaining_seconds": 600, "transaction": "/api/transaction",
        },
    });
    assert_eq!(response, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_status_commit_commits() {
    let sim = version("8.0").start().await.unwrap();
    let client = Client::new(&sim);
    client.open().expect(200);
    assert_eq!(client.body("PUT", "/api/transaction", "x").error(), "InvalidRequestBody");
    for body in ["{}", "[]", r#"{"status": "open"}"#, r#"{"status": 1}"#, r#""commit""#] {
        let reply = client.body("PUT", "/api/transaction", body);
        assert_eq!(reply.error(), "SemanticError", "{body}");
    }
    client
        .put("/api/transaction", &json!({"status": "commit", "commit_message": "why"}))
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_put_commits() {
    for builder in [version("6.0"), version("8.0"), version("8.0").strict()] {
        let sim = builder.start().await.unwrap();
        let client = Client::new(&sim);
        client.open().expect(200);
        client.put(EMAIL, &email(&client, "empty@example.com")).expect(200);
        // `curl -X PUT --data ''`
        let fields = "Content-Length: 0\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        client.send("PUT", "/api/transaction", fields, "").unwrap().expect(200);
        assert_eq!(sim.configuration()[EMAIL]["admin_address"], "empty@example.com");
        assert_eq!(sim.open_transaction(), None);
        let reply = client.send("PUT", "/api/transaction", fields, "").unwrap();
        assert_eq!((reply.status, reply.error().as_str()), (409, "Conflict"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_requires_a_message() {
    let path = "/api/configuration/management/accounting";
    let sim = version("8.0").start().await.unwrap();
    let client = Client::new(&sim);
    let mut body = client.get(path).expect(200)["body"].clone();
    body["require_commitlog"] = json!(true);
    client.put(path, &body).expect(200);
    // The setting is not committed yet.
    assert_eq!(client.get("/api/transaction").expect(200)["body"]["commit_message"], "optional");
    client.commit().expect(200);
    assert_eq!(client.open().expect(200)["body"]["commit_message"], "required");
    assert_eq!(client.commit().error(), "SemanticError");
    assert_eq!(client.body("PUT", "/api/transaction", "").error(), "SemanticError");
    let message = json!({"status": "commit", "commit_message": " "});
    assert_eq!(client.put("/api/transaction", &message).status, 400);
    assert_eq!(sim.open_transaction().unwrap().user, "admin");
    let message = json!({"status": "commit", "commit_message": "because"});
    client.put("/api/transaction", &message).expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_simultaneous_writers_wins() {
    let sim = version("7.5").locks(Locks::Single).start().await.unwrap();
    let clients: Vec<_> = (0..8).map(|_| Client::new(&sim)).collect();
    let statuses: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            clients.iter().map(|client| scope.spawn(|| client.open().status)).collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|it| **it == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|it| **it == 409).count(), 7, "{statuses:?}");
}
