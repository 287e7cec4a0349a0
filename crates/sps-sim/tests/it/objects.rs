//! Reading, creating, changing and deleting objects.

use serde_json::{Value, json};

use crate::{client::Client, version};

const CHANNELS: &str = "/api/configuration/rdp/channel_policies";
const TIMES: &str = "/api/configuration/policies/time_policies";
const TRAP: &str = "/api/configuration/management/snmp/trap";

/// The sample of the guide's page on changing an object.
fn channel_policy(name: &str, time_policy: &str) -> Value {
    json!({
        "name": name,
        "rules": [{
            "actions": {"audit": true, "content_policy": null, "four_eyes": false, "ids": false},
            "allowed_for": {
                "clients": [], "gateway_groups": [], "remote_groups": [], "servers": [],
                "time_policy": time_policy,
            },
            "channel": "#drawing",
        }],
    })
}

fn time_policy(name: &str) -> Value {
    json!({"name": name, "Mon": [], "Tue": [], "Wed": [], "Thu": [], "Fri": [], "Sat": [], "Sun": []})
}

fn create(client: &Client<'_>, collection: &str, body: &Value) -> String {
    let response = client.post(collection, body).expect(201);
    assert_eq!(
        response["meta"]["href"],
        format!("{collection}/{}", response["key"].as_str().unwrap())
    );
    response["key"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn follows_the_example_of_the_guide() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let key = create(&client, CHANNELS, &channel_policy("drawing-only", "-100"));
    let path = format!("{CHANNELS}/{key}");
    let response = client.put(&path, &channel_policy("drawing", "-100")).expect(200);
    let expected = json!({"meta": {
        "first": format!("{CHANNELS}/-20100"), "href": path, "last": path, "next": null,
        "parent": CHANNELS, "previous": format!("{CHANNELS}/-20100"),
        "transaction": "/api/transaction", "remaining_seconds": 600,
    }});
    assert_eq!(response, expected);
    let response = client.get(&path).expect(200);
    let rule = &response["body"]["rules"][0];
    let reference = json!({"key": "-100", "meta": {"href": format!("{TIMES}/-100")}});
    assert_eq!(rule["allowed_for"]["time_policy"], reference);
    assert_eq!(rule["actions"]["content_policy"], Value::Null);
    assert_eq!(response["key"], key);
    // A response cannot be sent back unchanged.
    let reply = client.put(&path, &response["body"]);
    assert_eq!((reply.status, reply.error().as_str()), (400, "SemanticError"));
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_link_to_their_neighbors() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let keys: Vec<_> =
        ["z", "a", "m"].iter().map(|name| create(&client, TIMES, &time_policy(name))).collect();
    let href = |key: &str| json!(format!("{TIMES}/{key}"));
    let meta = client.get(&format!("{TIMES}/{}", keys[1])).expect(200)["meta"].clone();
    assert_eq!(meta["first"], href("-100"));
    assert_eq!(meta["previous"], href(&keys[0]));
    assert_eq!(meta["next"], href(&keys[2]));
    assert_eq!(meta["last"], href(&keys[2]));
    let ends = client.get(&format!("{TIMES}/-100")).expect(200)["meta"].clone();
    assert_eq!((&ends["previous"], &ends["next"]), (&Value::Null, &href(&keys[0])));
    // The response to a DELETE has the links that the object had.
    let meta = client.delete(&format!("{TIMES}/{}", keys[1])).expect(200);
    assert_eq!(meta["meta"]["href"], href(&keys[1]));
    assert_eq!(meta["meta"]["previous"], href(&keys[0]));
    assert_eq!(meta.as_object().unwrap().len(), 1);
    let meta = client.get(&format!("{TIMES}/{}", keys[0])).expect(200)["meta"].clone();
    assert_eq!(meta["next"], href(&keys[2]));
    // The collection itself links to the other policies.
    let meta = client.get(TIMES).expect(200)["meta"].clone();
    assert_eq!(meta["next"], "/api/configuration/policies/trust_stores");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_have_bodies_from_6_1_on() {
    for (target, bodies) in [("6.0.12", false), ("6.1.0", true), ("8.0", true)] {
        let sim = version(target).start().await.unwrap();
        let client = Client::new(&sim);
        let response = client.get(TIMES).expect(200);
        let item = &response["items"][0];
        assert_eq!(item["key"], "-100");
        assert_eq!(item["meta"], json!({"href": format!("{TIMES}/-100")}));
        assert_eq!(item.get("body").is_some(), bodies, "{target}");
        // Items that are not objects of a collection have no body.
        let response = client.get("/api/configuration/policies").expect(200);
        assert_eq!(response["items"][0].get("body"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_exist_in_their_versions_only() {
    let path = "/api/configuration/management/web_gateway_authentication";
    for (target, status) in [("7.0.2", 404), ("7.0.3.1", 200)] {
        let sim = version(target).start().await.unwrap();
        let client = Client::new(&sim);
        assert_eq!(client.get(path).status, status);
        let items = client.get("/api/configuration/management").expect(200)["items"].to_string();
        assert_eq!(items.contains(path), status == 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn containers_list_their_children() {
    let sim = version("6.2.0").start().await.unwrap();
    let client = Client::new(&sim);
    // The sample of the guide's page on SNMP.
    let response = client.get("/api/configuration/management/snmp").expect(200);
    let trap = json!([{"key": "trap", "meta": {"href": TRAP}}]);
    assert_eq!(response["items"], trap);
    assert_eq!(response["meta"]["parent"], "/api/configuration/management");
    let meta = client.get(TRAP).expect(200)["meta"].clone();
    assert_eq!((&meta["first"], &meta["last"]), (&json!(TRAP), &json!(TRAP)));
    assert_eq!((&meta["next"], &meta["previous"]), (&Value::Null, &Value::Null));
    for path in ["/api", "/api/"] {
        let response = client.get(path).expect(200);
        assert_eq!(response["meta"]["href"], "/api");
        assert_eq!(response["meta"].get("parent"), None);
        let items = response["items"].as_array().unwrap();
        let keys: Vec<_> = items.iter().map(|it| it["key"].as_str().unwrap()).collect();
        assert!(keys.contains(&"configuration") && keys.is_sorted(), "{keys:?}");
    }
    assert_eq!(client.put("/api/configuration", &json!({})).status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_replaces_the_whole_body() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let path = "/api/configuration/management/health_monitoring";
    let mut body = client.get(path).expect(200)["body"].clone();
    // A mistyped key is dropped silently.
    body["maximum_lod1"] = json!(3);
    client.put(path, &body).expect(200);
    assert_eq!(client.get(path).expect(200)["body"].get("maximum_lod1"), None);
    // A missing key is refused.
    body.as_object_mut().unwrap().remove("maximum_load1");
    let reply = client.put(path, &body);
    assert_eq!((reply.status, reply.error().as_str()), (400, "SemanticError"));
    let details = &reply.json()["error"]["details"];
    assert_eq!(details[0]["pointer"], "/maximum_load1");
    assert_eq!(details.as_array().unwrap().len(), 1);
    for text in ["", "{", "\u{0}", "[1,]", "NaN"] {
        assert_eq!(client.body("PUT", path, text).error(), "InvalidRequestBody", "{text}");
    }
    let sim = version("7.0.2").start().await.unwrap();
    assert_eq!(Client::new(&sim).body("PUT", path, "{").error(), "Bad Request");
}

#[tokio::test(flavor = "multi_thread")]
async fn strict_mode_refuses_what_would_be_dropped() {
    let sim = version("7.5").strict().start().await.unwrap();
    let client = Client::new(&sim);
    let path = "/api/configuration/management/health_monitoring";
    let mut body = client.get(path).expect(200)["body"].clone();
    client.put(path, &body).expect(200);
    body["maximum_lod1"] = json!(3);
    assert_eq!(client.put(path, &body).error(), "SemanticError");
    let fields = "Content-Length: 2\r\nContent-Type: text/plain\r\n";
    assert_eq!(client.send("PUT", path, fields, "{}").unwrap().status, 415);
    let commit = json!({"status": "commit", "mesage": "x"});
    assert_eq!(client.put("/api/transaction", &commit).error(), "SemanticError");
    client.commit().expect(200);
}

/// Strict mode covers bodies that no endpoint of the spec describes.
#[tokio::test(flavor = "multi_thread")]
async fn strict_mode_covers_commits_and_orders() {
    let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
    let commits = [
        (r#"{"status": "discard", "status": "commit"}"#.to_owned(), "duplicate-key", "/status"),
        (r#"{"status": "commit", "mesage": "x"}"#.to_owned(), "unknown-key", "/mesage"),
        (r#"{"body": {"status": "commit"}}"#.to_owned(), "unknown-key", "/body"),
        (
            r#"{"status": "commit", "commit_message": 7}"#.to_owned(),
            "wrong-type",
            "/commit_message",
        ),
        (format!(r#"{{"status": "commit", "commit_message": {deep}}}"#), "limit-exceeded", ""),
    ];
    let orders = [
        (r#"{"@order": [], "@order": ["-100"]}"#.to_owned(), "duplicate-key", "/@order"),
        (r#"{"@order": ["-100"], "-100": {}}"#.to_owned(), "unknown-key", "/-100"),
        (format!(r#"{{"@order": ["-100"], "x": {deep}}}"#), "limit-exceeded", ""),
    ];
    let strict = version("8.0").strict().start().await.unwrap();
    let lenient = version("8.0").start().await.unwrap();
    let (client, lenient) = (Client::new(&strict), Client::new(&lenient));
    client.open().expect(200);
    for (path, bodies) in [("/api/transaction", &commits[..]), (TIMES, &orders)] {
        for (body, code, pointer) in bodies {
            let reply = client.body("PUT", path, body);
            assert_eq!(reply.status, 400, "{body}");
            let found = &reply.json()["error"]["details"][0];
            assert_eq!((&found["code"], &found["pointer"]), (&json!(code), &json!(pointer)));
            if !body.starts_with(r#"{"body""#) {
                lenient.open().expect(200);
                lenient.body("PUT", path, body).expect(200);
            }
        }
    }
    client.body("PUT", TIMES, r#"{"@order": ["-100"]}"#).expect(200);
    client
        .body("PUT", "/api/transaction", r#"{"status": "commit", "commit_message": "x"}"#)
        .expect(200);
    // Before 8.0 no guide has a message for a commit.
    let old = version("7.5").strict().start().await.unwrap();
    let client = Client::new(&old);
    client.open().expect(200);
    let reply = client.put("/api/transaction", &json!({"status": "commit", "commit_message": "x"}));
    assert_eq!(reply.json()["error"]["details"][0]["code"], "not-in-version");
}

#[tokio::test(flavor = "multi_thread")]
async fn head_answers_like_get_without_a_body() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    for path in ["/api", "/api/info", TIMES, "/api/configuration/passwords/1", "/api/transaction"] {
        let (get, head) = (client.get(path), client.send("HEAD", path, "", "").unwrap());
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.fields("content-length"), get.fields("content-length"), "{path}");
        assert_eq!(head.fields("content-type"), get.fields("content-type"), "{path}");
        assert!(head.bytes.is_empty() && !get.bytes.is_empty(), "{path}");
        assert_eq!(sim.requests().last().unwrap().method, "HEAD");
    }
    assert_eq!(client.send("HEAD", "/api/upload/plugins", "", "").unwrap().status, 405);
    assert_eq!(Client::anonymous(&sim).send("HEAD", "/api", "", "").unwrap().status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn skips_empty_path_segments() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let email = client.get("/api/configuration/management/email").expect(200);
    for path in ["/api//configuration/management/email", "//api/configuration///management/email//"]
    {
        assert_eq!(client.get(path).expect(200), email, "{path}");
    }
    client.put("/api//configuration/management/email", &email["body"]).expect(200);
    assert_eq!(client.get("//").error(), "NotFound");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_missing_paths_objects_and_methods() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    for path in [
        format!("{TIMES}/1234"),
        "/api/configuration/passwords/1234".to_owned(),
        format!("{CHANNELS}/%2d20101"),
    ] {
        let reply = client.get(&path);
        assert_eq!((reply.status, reply.error().as_str()), (404, "NotFound"), "{path}");
        assert_eq!(client.delete(&path).status, 404);
        assert_eq!(client.put(&path, &json!({})).status, 404);
    }
    for path in ["/api/nothing", "/nothing"] {
        let details = client.get(path).json()["error"]["details"].clone();
        assert_eq!(details, json!({"mount_point": "/", "resource": "nothing"}), "{path}");
    }
    let reply = client.get("/api/configuration/management/nothing/here");
    assert_eq!((reply.status, reply.error().as_str()), (404, "ResourceNotFound"));
    let details = json!({"mount_point": "/configuration/management", "resource": "nothing/here"});
    assert_eq!(reply.json()["error"]["details"], details);
    assert_eq!(reply.json()["meta"]["parent"], "/api/configuration/management/nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_to_delete_what_is_in_use_or_built_in() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let time = create(&client, TIMES, &time_policy("mine"));
    let channel = create(&client, CHANNELS, &channel_policy("mine", &time));
    let path = format!("{TIMES}/{time}");
    let reply = client.delete(&path);
    assert_eq!((reply.status, reply.error().as_str()), (400, "SemanticError"));
    let details = reply.json()["error"]["details"].to_string();
    assert!(details.contains(&format!("{CHANNELS}/{channel}")), "{details}");
    for path in [format!("{CHANNELS}/-20100"), format!("{TIMES}/-100")] {
        assert_eq!(client.delete(&path).error(), "SemanticError");
    }
    client.delete(&format!("{CHANNELS}/{channel}")).expect(200);
    client.delete(&path).expect(200);
    client.commit().expect(200);
    assert_eq!(client.get(&path).status, 404);
    // A dangling reference is refused.
    let reply = client.post(CHANNELS, &channel_policy("lost", &time));
    assert_eq!(reply.error(), "SemanticError");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_single_use_and_never_shown() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let passwords = "/api/configuration/passwords";
    assert_eq!(client.get(passwords).status, 405);
    let create = |plain: &str| create(&client, passwords, &json!({"plain": plain}));
    let (key, other) = (create("hush-hush-1"), create("hush-hush-2"));
    let path = format!("{passwords}/{key}");
    for method in ["PUT", "DELETE"] {
        let reply = client.body(method, &path, r#"{"plain": "x"}"#);
        assert_eq!(reply.status, 405);
        assert_eq!(reply.fields("allow"), ["GET"]);
    }
    let trap = |auth: &str, encryption: &str| {
        json!({"enabled": true, "version": {"selection": "3", "value": {
            "auth_method": "sha", "auth_password": auth, "encryption_method": "aes",
            "encryption_password": encryption, "engine_id": "0x0123456789ABCDEF",
            "server": {"selection": "ip", "value": "192.0.2.25"}, "username": "trapper",
        }}})
    };
    assert_eq!(client.put(TRAP, &trap(&key, &key)).error(), "SemanticError");
    client.put(TRAP, &trap(&key, &other)).expect(200);
    // The same endpoint may repeat its references.
    client.put(TRAP, &trap(&other, &key)).expect(200);
    let users = json!({"name": "users", "users": [
        {"certificates": [], "passwords": [key], "public_keys": [], "username": "alice"},
    ]});
    let reply = client.post("/api/configuration/policies/user_databases", &users);
    assert_eq!(reply.error(), "SemanticError");
    let shown = [
        client.get(&path).expect(200),
        client.get(TRAP).expect(200),
        client.get("/api/transaction/changes").expect(200),
    ];
    let text = json!(shown).to_string();
    assert!(!text.contains("hush") && text.contains(&key), "{text}");
    // Links between secrets would list the secrets.
    assert_eq!(shown[0]["meta"].get("next"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_an_order() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let (a, b) =
        (create(&client, TIMES, &time_policy("a")), create(&client, TIMES, &time_policy("b")));
    for order in [json!([a, b]), json!([a, b, "-100", a]), json!(["x", b, "-100"]), json!("a")] {
        assert_eq!(client.put(TIMES, &json!({"@order": order})).error(), "SemanticError");
    }
    client.put(TIMES, &json!({"@order": [b, "-100", a]})).expect(200);
    client.commit().expect(200);
    let response = client.get(TIMES).expect(200);
    let items = response["items"].as_array().unwrap();
    assert_eq!(
        items.iter().map(|it| &it["key"]).collect::<Vec<_>>(),
        [&json!(b), &json!("-100"), &json!(a)]
    );
    assert_eq!(sim.configuration()[TIMES]["@order"], json!([b, "-100", a]));
}

#[tokio::test(flavor = "multi_thread")]
async fn info_shows_more_after_a_login() {
    for (target, firmware, release) in [("5.7.0", "5.7.0", "5 F7"), ("7.0", "7.0.0", "7 LTS")] {
        let sim = version(target).start().await.unwrap();
        let response = Client::anonymous(&sim).get("/api/info").expect(200);
        assert_eq!(response["key"], "about_info");
        assert_eq!(response["meta"], json!({"href": "/api/info", "parent": "/api"}));
        let body = response["body"].as_object().unwrap();
        let keys = ["domainname", "hostname", "nickname", "plugin_sdk_version", "support_link"];
        assert_eq!(body.keys().collect::<Vec<_>>(), keys);
        let response = Client::new(&sim).get("/api/info").expect(200);
        assert_eq!(response["body"].as_object().unwrap().len(), 11);
        assert_eq!(response["body"]["firmware_version"], firmware);
        assert_eq!(response["body"]["version"], release);
        assert_eq!(response["meta"]["remaining_seconds"], 600);
        // An ended session is not an error here.
        let stranger = Client { sim: &sim, token: Some("0".repeat(40)) };
        assert_eq!(stranger.get("/api/info").expect(200)["body"].get("version"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_reach_every_path() {
    let sim = version("8.0").start().await.unwrap();
    let client = Client::new(&sim);
    let (mut seen, mut todo) = (Vec::new(), vec!["/api".to_owned()]);
    while let Some(path) = todo.pop() {
        let reply = client.get(&path);
        // Secrets and uploads can only be sent. A node alone has no status, and a check of a plugin needs its name.
        let is_special = match reply.status {
            400 => path == "/api/plugin/integrity",
            404 => path == "/api/cluster/status",
            status => status == 405,
        };
        if is_special {
            continue;
        }
        let response = reply.expect(200);
        let items = response.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        todo.extend(items.iter().map(|it| it["meta"]["href"].as_str().unwrap().to_owned()));
        seen.push(path);
    }
    assert!(seen.len() > 20, "{seen:?}");
    assert!(seen.contains(&format!("{TIMES}/-100")));
}

#[tokio::test(flavor = "multi_thread")]
async fn newer_firmware_keeps_a_key_that_the_spec_does_not_know() {
    let sim = version("8.0").extra_key("newer").start().await.unwrap();
    let client = Client::new(&sim);
    let mut trap = client.get(TRAP).expect(200)["body"].take();
    assert!(trap["newer"].is_string() && trap["version"]["value"]["newer"].is_string(), "{trap}");
    trap["newer"] = json!({"any": ["value"]});
    trap["other"] = json!(1);
    client.put(TRAP, &trap).expect(200);
    let mut stored = client.get(TRAP).expect(200)["body"].take();
    assert_eq!((&stored["newer"], &stored["other"]), (&trap["newer"], &Value::Null));
    // A PUT that leaves it out loses it.
    stored.as_object_mut().unwrap().remove("newer");
    client.put(TRAP, &stored).expect(200);
    assert_eq!(client.get(TRAP).expect(200)["body"].get("newer"), None);
    // Objects of collections have it too, and in their lists.
    let channels = client.get(&format!("{CHANNELS}/-20100")).expect(200)["body"].take();
    assert!(
        channels["newer"].is_string() && channels["rules"][0]["newer"].is_string(),
        "{channels}"
    );
    // Another simulator of this process is not affected.
    let sim = version("8.0").start().await.unwrap();
    assert_eq!(Client::new(&sim).get(TRAP).expect(200)["body"].get("newer"), None);
}
