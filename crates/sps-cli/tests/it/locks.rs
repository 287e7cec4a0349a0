//! `sps sim --locks` and `--log`: how many transactions there may be, and what was asked.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Stdio},
};

use serde_json::Value;

use crate::support::{Dir, command};

const PASSWORD: &str = "pw-of-the-test";

/// `sps sim` over plain HTTP until it is dropped.
struct Sim {
    child: Child,
    address: String,
}

impl Sim {
    fn start(dir: &Dir, arguments: &[&str]) -> Self {
        fs::write(dir.path().join("pw"), format!("{PASSWORD}\n")).unwrap();
        let mut child = command()
            .args(["sim", "--plain-http", "--password-file", "pw"])
            .args(arguments)
            .current_dir(dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let line = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        let address = line.strip_prefix("listening on http://").unwrap().to_owned();
        Self { child, address }
    }

    /// Sends one request, and returns the status code, the cookie and the body.
    fn send(&self, request: &str, fields: &str, body: &str) -> (u16, Option<String>, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let text = format!(
            "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(text.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let cookie = head.lines().find_map(|it| {
            let (name, value) = it.split_once(": ")?;
            let cookie = value.split(';').next()?.to_owned();
            name.eq_ignore_ascii_case("set-cookie").then_some(cookie)
        });
        (status, cookie, serde_json::from_str(body).unwrap())
    }

    /// Logs in, and returns the field with the cookie.
    fn log_in(&self) -> String {
        let fields = "Authorization: Basic YWRtaW46cHctb2YtdGhlLXRlc3Q=\r\n";
        let (status, cookie, _) = self.send("GET /api/authentication", fields, "");
        assert_eq!(status, 200);
        format!("Cookie: {}\r\n", cookie.unwrap())
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// "Multiple users and locking" of the administration guide 6.9.5, page 16: "However, there can be multiple transactions
/// through REST API, simultaneously." Up to 6.0.12, that page has one writer.
#[test]
fn two_sessions_open_a_transaction_at_once() {
    let dir = Dir::new("locks");
    for (arguments, second) in [
        (&["--target", "6.9.5"][..], 200),
        (&[], 200),
        (&["--target", "6.0.12"], 409),
        (&["--target", "6.9.5", "--locks", "single"], 409),
        (&["--target", "6.0.12", "--locks", "parallel"], 200),
    ] {
        let sim = Sim::start(&dir, arguments);
        let sessions = [sim.log_in(), sim.log_in()];
        let [first, other] =
            sessions.each_ref().map(|it| sim.send("POST /api/transaction", it, ""));
        assert_eq!((first.0, other.0), (200, second), "{arguments:?}");
        if second == 409 {
            assert_eq!(other.2["error"]["type"], "Conflict");
            assert_eq!(other.2["error"]["details"]["user"], "admin");
            continue;
        }
        // Each changes what it sees. The second commit comes too late.
        let path = "/api/configuration/management/health_monitoring";
        for (session, ratio) in sessions.iter().zip([81, 82]) {
            let mut body = sim.send(&format!("GET {path}"), session, "").2["body"].clone();
            assert_ne!(body["maximum_disk_utilization_ratio"], 81);
            body["maximum_disk_utilization_ratio"] = ratio.into();
            let fields = format!("{session}Content-Type: application/json\r\n");
            assert_eq!(sim.send(&format!("PUT {path}"), &fields, &body.to_string()).0, 200);
        }
        let commit = r#"{"status": "commit"}"#;
        let commits = sessions.each_ref().map(|it| sim.send("PUT /api/transaction", it, commit));
        assert_eq!(commits.each_ref().map(|it| it.0), [200, 409], "{arguments:?}");
        assert_eq!(commits[1].2["error"]["details"]["committed_by"], "admin");
        let (_, _, now) = sim.send(&format!("GET {path}"), &sim.log_in(), "");
        assert_eq!(now["body"]["maximum_disk_utilization_ratio"], 81, "{arguments:?}");
    }
    let run = dir.sps(&["sim", "--locks", "both"]);
    assert_eq!((run.status, &*run.stdout), (2, ""));
    assert!(run.stderr.contains("[possible values: single, parallel]"), "{}", run.stderr);
}

#[test]
fn the_log_shows_what_was_asked_and_no_secret() {
    let dir = Dir::new("sim_log");
    let sim = Sim::start(&dir, &["--log", "requests.jsonl"]);
    let session = sim.log_in();
    let fields = format!("{session}Content-Type: application/json\r\n");
    let body = r#"{"plain": "hush-hush-4711"}"#;
    assert_eq!(sim.send("POST /api/configuration/passwords", &fields, body).0, 201);
    assert_eq!(sim.send("GET /api/info?secret=hush-hush-4711", &session, "").0, 200);
    // Every line is there before its response.
    let text = fs::read_to_string(dir.path().join("requests.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let asked: Vec<_> = lines
        .iter()
        .map(|it| (it["method"].as_str(), it["path"].as_str(), it["status"].as_u64()))
        .collect();
    assert_eq!(
        asked,
        [
            (Some("GET"), Some("/api/authentication"), Some(200)),
            (Some("POST"), Some("/api/configuration/passwords"), Some(201)),
            (Some("GET"), Some("/api/info"), Some(200)),
        ]
    );
    assert!(lines.iter().all(|it| it["user"] == "admin"), "{text}");
    let token = session.trim().rsplit('=').next().unwrap();
    for secret in [PASSWORD, "hush-hush", "YWRtaW46", token] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    let run = dir.sps(&["sim", "--log", "none/requests.jsonl"]);
    run.fails(2, "cannot open none/requests.jsonl: No such file or directory");
}
