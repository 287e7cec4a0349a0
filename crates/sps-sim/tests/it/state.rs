//! The file that keeps the state between runs.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use sps_sim::{Error, Simulator};

use crate::{client::Client, version};

/// A temporary folder.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sps-sim-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_what_was_committed() {
    let folder = Folder::new("outlives");
    let file = folder.0.join("state.json");
    let sim = version("7.5").state(&file).start().await.unwrap();
    let client = Client::new(&sim);
    let password = json!({"plain": "hush-hush-hush"});
    let key = client.post("/api/configuration/passwords", &password).expect(201)["key"].clone();
    let users = json!({"name": "users", "users": [
        {"certificates": [], "passwords": [key], "public_keys": [], "username": "alice"},
    ]});
    let path = "/api/configuration/policies/user_databases";
    client.post(path, &users).expect(201);
    client.commit().expect(200);
    let hash = client.get("/api/info").expect(200)["body"]["config_hash"].clone();
    // This is never committed.
    client.post("/api/configuration/passwords", &password).expect(201);
    let before = sim.configuration();
    sim.stop().await;
    let sim = version("7.5").state(&file).start().await.unwrap();
    assert_eq!(sim.configuration(), before);
    let client = Client::new(&sim);
    assert_eq!(client.get("/api/info").expect(200)["body"]["config_hash"], hash);
    // The restored index of references has the password.
    assert_eq!(client.post(path, &users).error(), "SemanticError");
    let names: Vec<_> =
        fs::read_dir(&folder.0).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().all(|it| it == "state.json" || it == "state.json.lock"), "{names:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_certificate() {
    let folder = Folder::new("certificate");
    let file = folder.0.join("state.json");
    let start = || Simulator::builder().state(&file).start();
    let first = start().await.unwrap().sha256_fingerprint().unwrap().to_owned();
    let sim = start().await.unwrap();
    assert_eq!(sim.sha256_fingerprint(), Some(first.as_str()));
    let written = fs::read_to_string(folder.0.join("state.json.crt.pem")).unwrap();
    assert_eq!(sim.certificate_pem(), Some(written.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_version_adds_its_defaults() {
    let folder = Folder::new("newer");
    let file = folder.0.join("state.json");
    let sim = version("6.0.2").state(&file).start().await.unwrap();
    let client = Client::new(&sim);
    let path = "/api/configuration/policies/time_policies";
    let mut body = client.get(&format!("{path}/-100")).expect(200)["body"].clone();
    body["name"] = json!("mine");
    client.open().expect(200);
    let key = client.post(path, &body).expect(201)["key"].as_str().unwrap().to_owned();
    client.commit().expect(200);
    let before = sim.configuration();
    sim.stop().await;
    let sim = version("8.0").state(&file).start().await.unwrap();
    let after = sim.configuration();
    assert_eq!(after[path], before[path]);
    assert_eq!(after[path]["@order"], json!(["-100", key]));
    let newer = "/api/configuration/management/accounting";
    assert_eq!((before.get(newer), after[newer].is_object()), (None, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_the_error_in_the_file() {
    let folder = Folder::new("wrong");
    let file = folder.0.join("state.json");
    for text in
        ["", "{", "{}", r#"{"form": 2, "configuration": {"singletons": {}, "collections": {}}}"#]
    {
        fs::write(&file, text).unwrap();
        let error = version("7.5").state(&file).start().await.unwrap_err();
        assert!(matches!(error, Error::NotState { .. }), "{error}");
    }
    let error = version("7.5").state(folder.0.join("no/such/folder")).start().await.unwrap_err();
    assert!(matches!(error, Error::State { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_cannot_be_written_fails() {
    let folder = Folder::new("kept");
    let below = folder.0.join("below");
    fs::create_dir(&below).unwrap();
    let sim = version("7.5").state(below.join("state.json")).start().await.unwrap();
    let client = Client::new(&sim);
    client.post("/api/configuration/passwords", &json!({"plain": "x"})).expect(201);
    let before = sim.configuration();
    fs::remove_dir_all(&below).unwrap();
    assert_eq!(client.commit().status, 500);
    assert_eq!(sim.configuration(), before);
    assert_eq!(sim.open_transaction().unwrap().changes, 1);
    fs::create_dir(&below).unwrap();
    client.commit().expect(200);
}

/// A file written by hand can hold the largest number, which has no successor.
#[tokio::test(flavor = "multi_thread")]
async fn no_number_of_the_file_is_too_large() {
    let folder = Folder::new("large");
    let file = folder.0.join("state.json");
    let mut state = json!({"form": 1, "target": "7.5", "configuration": {
        "singletons": {}, "collections": {}, "revision": u64::MAX,
    }});
    let timeout = "/api/configuration/management/webinterface";
    let sim = version("7.5").start().await.unwrap();
    state["configuration"]["singletons"][timeout] = sim.configuration()[timeout].clone();
    state["configuration"]["singletons"][timeout]["timeout"] = json!(i64::MAX);
    fs::write(&file, state.to_string()).unwrap();
    let sim = version("7.5").state(&file).start().await.unwrap();
    let client = Client::new(&sim);
    let hash = client.get("/api/info").expect(200)["body"]["config_hash"].clone();
    client.post("/api/configuration/passwords", &json!({"plain": "x"})).expect(201);
    client.commit().expect(200);
    assert_ne!(client.get("/api/info").expect(200)["body"]["config_hash"], hash);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_second_simulator() {
    let folder = Folder::new("two");
    let file = folder.0.join("state.json");
    let first = version("7.5").state(&file).start().await.unwrap();
    let refused = |error: Error| {
        let said = error.to_string();
        assert!(matches!(error, Error::InUse { .. }), "{said}");
        assert!(said.contains("another simulator") && said.contains("json.lock"), "{said}");
    };
    refused(version("7.5").state(&file).start().await.unwrap_err());
    #[cfg(unix)]
    {
        let link = folder.0.join("link.json");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        refused(version("7.5").state(&link).start().await.unwrap_err());
    }
    // The refused start did not affect the first simulator.
    let client = Client::new(&first);
    client.post("/api/configuration/passwords", &json!({"plain": "x"})).expect(201);
    client.commit().expect(200);
    let committed = first.configuration();
    // The next one may start as soon as this one has ended, in either way.
    drop(first);
    let second = version("7.5").state(&file).start().await.unwrap();
    assert_eq!(second.configuration(), committed);
    second.stop().await;
    version("7.5").state(&file).start().await.unwrap();
}

const ACCOUNTING: &str = "/api/configuration/management/accounting";
const EMAIL: &str = "/api/configuration/management/email";

/// What the version lacks has no effect, and is not lost.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_version_leaves_out_what_it_lacks() {
    let folder = Folder::new("older");
    let file = folder.0.join("state.json");
    let sim = version("8.0").state(&file).start().await.unwrap();
    let client = Client::new(&sim);
    client.put(ACCOUNTING, &json!({"require_commitlog": true})).expect(200);
    let mut email = client.get(EMAIL).expect(200)["body"].clone();
    email["admin_address"] = json!("mine@example.com");
    client.put(EMAIL, &email).expect(200);
    client.commit().expect(200);
    assert!(sim.left_out().is_empty());
    sim.stop().await;
    let before = fs::read(&file).unwrap();

    let sim = version("6.0.1").state(&file).start().await.unwrap();
    assert_eq!(sim.left_out(), [ACCOUNTING]);
    let client = Client::new(&sim);
    assert_eq!(client.get(ACCOUNTING).status, 404);
    assert_eq!(sim.configuration()[EMAIL]["admin_address"], "mine@example.com");
    // Without a commit, nothing is written.
    assert_eq!(fs::read(&file).unwrap(), before);
    client.open().expect(200);
    client.post("/api/configuration/passwords", &json!({"plain": "x"})).expect(201);
    client.commit().expect(200);
    assert_eq!(fs::read(folder.0.join("state.json.8.0.bak")).unwrap(), before);
    let committed = sim.configuration();
    sim.stop().await;

    let after = fs::read(&file).unwrap();
    let sim = version("6.0.1").state(&file).start().await.unwrap();
    assert_eq!((sim.configuration(), sim.left_out().len()), (committed, 0));
    sim.stop().await;
    // An older backup is not overwritten.
    fs::write(&file, &before).unwrap();
    let sim = version("6.0.1").state(&file).start().await.unwrap();
    let client = Client::new(&sim);
    client.open().expect(200);
    client.commit().expect(200);
    client.open().expect(200);
    client.commit().expect(200);
    assert_eq!(fs::read(folder.0.join("state.json.8.0.bak2")).unwrap(), before);
    assert!(!folder.0.join("state.json.8.0.bak3").exists());
    assert_ne!(after, before);
}

/// An unchanged state can be converted to any version: it holds only defaults.
#[tokio::test(flavor = "multi_thread")]
async fn converts_an_unchanged_state_to_any_version() {
    let folder = Folder::new("everywhere");
    let versions = ["5.0", "6.0.2", "6.1", "6.9.2", "7.0", "7.5", "8.0"];
    for from in versions {
        let file = folder.0.join(from);
        version(from).state(&file).start().await.unwrap().stop().await;
        for target in versions {
            let sim = version(target).state(&file).start().await.unwrap();
            let left_out: &[String] = &[];
            assert_eq!(sim.left_out(), left_out, "{from} to {target}");
            let new = version(target).start().await.unwrap();
            assert_eq!(sim.configuration(), new.configuration(), "{from} to {target}");
            sim.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_what_was_written_by_hand() {
    let folder = Folder::new("hand");
    let file = folder.0.join("state.json");
    let times = "/api/configuration/policies/time_policies";
    let channels = "/api/configuration/rdp/channel_policies";
    version("7.5").state(&file).start().await.unwrap().stop().await;
    let sound: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let changed = |pointer: [&str; 3], value: Value| {
        let mut state = sound.clone();
        state["configuration"][pointer[0]][pointer[1]] = match pointer[2] {
            "" => value,
            member => {
                let mut body = state["configuration"][pointer[0]][pointer[1]].clone();
                body[member] = value;
                body
            }
        };
        fs::write(&file, state.to_string()).unwrap();
    };
    let object = |key: &str, body: Value| json!([{"key": key, "body": body}]);
    let mut dangling = sound["configuration"]["collections"][channels].clone();
    dangling[0]["body"]["rules"][0]["allowed_for"]["time_policy"] = json!("gone");
    for (pointer, value, expected) in [
        (
            ["singletons", EMAIL, ""],
            json!("secret"),
            "management/email: expected an object, found a string",
        ),
        (["singletons", EMAIL, ""], json!(null), "management/email: expected a value, found null"),
        (
            ["singletons", EMAIL, ""],
            json!({"body": {}}),
            "management/email: version 7.5 knows no key of this body",
        ),
        (
            ["singletons", EMAIL, "admin_address"],
            json!(7),
            "email/admin_address: expected a string, found a number",
        ),
        (["collections", channels, ""], dangling, "time_policy: "),
        (
            ["collections", times, ""],
            object("-100", json!([])),
            "time_policies/-100: expected an object, found a list",
        ),
        (["collections", channels, ""], object("a/b", json!({})), "cannot be the key"),
        (["collections", channels, ""], object("@order", json!({})), "cannot be the key"),
        (
            ["collections", channels, ""],
            json!([{"key": "a", "body": {}}, {"key": "a", "body": {}}]),
            "duplicate key `a`",
        ),
        (
            ["collections", "/api/configuration/plugins/aa", ""],
            object("a", json!("secret")),
            "plugins/aa/a: a plugin must be an object",
        ),
    ] {
        changed(pointer, value);
        let before = fs::read(&file).unwrap();
        let error = version("7.5").state(&file).start().await.expect_err(expected);
        let text = error.to_string();
        assert!(matches!(error, Error::NotState { .. }), "{text}");
        assert!(text.contains(expected) && text.contains("state.json"), "{expected}: {text}");
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(fs::read(&file).unwrap(), before);
    }
    // Unknown keys are dropped, and listed.
    changed(["singletons", EMAIL, "typo\u{1b}"], json!(1));
    let sim = version("7.5").state(&file).start().await.unwrap();
    assert_eq!(sim.left_out(), [format!("{EMAIL}/typo\\u{{1b}}")]);
    sim.stop().await;
    changed(["singletons", "/api/configuration/elsewhere", ""], json!(1));
    let sim = version("7.5").state(&file).start().await.unwrap();
    assert_eq!(sim.left_out(), ["/api/configuration/elsewhere"]);
}

/// A fault must not produce a file that the simulator refuses to read.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_is_accepted_later() {
    let folder = Folder::new("lost");
    let file = folder.0.join("state.json");
    let sim = version("7.5").state(&file).start().await.unwrap();
    let client = Client::new(&sim);
    sim.add_fault("PUT * lose-key=admin_address".parse().unwrap());
    let email = client.get(EMAIL).expect(200)["body"].clone();
    client.put(EMAIL, &email).expect(200);
    client.commit().expect(200);
    let before = sim.configuration();
    assert_eq!(before[EMAIL].get("admin_address"), None);
    sim.stop().await;
    let sim = version("7.5").state(&file).start().await.unwrap();
    assert_eq!(sim.configuration(), before);
}

/// The same seed draws the same keys, and objects of the first run have some of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_seed_does_not_overwrite_objects() {
    let folder = Folder::new("seed");
    let file = folder.0.join("state.json");
    let path = "/api/configuration/policies/time_policies";
    let mut keys = Vec::new();
    for run in ["first", "second"] {
        let sim = version("7.5").state(&file).start().await.unwrap();
        let client = Client::new(&sim);
        let mut body = client.get(&format!("{path}/-100")).expect(200)["body"].clone();
        body["name"] = json!(run);
        keys.push(client.post(path, &body).expect(201)["key"].clone());
        client.commit().expect(200);
        let order = sim.configuration()[path]["@order"].clone();
        assert_eq!(order.as_array().unwrap()[1..], keys, "{run}");
        sim.stop().await;
    }
}
