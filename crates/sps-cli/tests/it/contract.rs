//! What a program can rely on: with `--format json`, standard output is one JSON document, also when a run fails.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    appliance::{Appliance, finish},
    support::*,
};

/// Whether a run with no terminal may take so long: without a person, there is nothing to wait for.
const PROMPTLY: Duration = Duration::from_secs(2);

fn write(appliance: &Appliance, file: &str, text: &str) {
    let path = appliance.dir.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn messages(list: &Value) -> String {
    let text = |it: &Value| it["message"].as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(text).collect::<Vec<_>>().join("\n")
}

#[test]
fn p021_a_failure_is_one_document_with_its_diagnostics() {
    let appliance = Appliance::new("contract-failure", &[]);
    write(&appliance, "bad/management/email.json", EMAIL_WRONG);
    write(&appliance, "wrong.json", EMAIL_WRONG);
    write(&appliance, "nothing/policies/userlists/x.json", r#"{"name": "x", "bogus": 1}"#);
    for arguments in [
        &["plan", "bad"][..],
        &["apply", "bad", "--yes"],
        &["put", "management/email", "wrong.json"],
        &["plan", "bad", "-v"],
        &["plan", "bad", "-q"],
    ] {
        let run = appliance.sps(&[arguments, &["--format", "json"]].concat());
        assert_eq!(run.status, 1, "{arguments:?}: {}", run.all());
        let document = run.json();
        assert_eq!(document["schema_version"], 1, "{}", run.all());
        let error = &document["error"];
        assert_eq!(error["status"], 1, "{}", run.all());
        let codes: Vec<_> = error["diagnostics"].as_array().unwrap().iter().collect();
        let unknown = codes.iter().find(|it| it["code"] == "unknown-key").unwrap();
        assert_eq!(unknown["pointer"], "/sender_adress", "{}", run.all());
        let source = unknown["source"].as_str().unwrap();
        assert!(source.contains("email") || source == "wrong.json", "{}", run.all());
        assert!(run.stderr.contains("error[unknown-key]"), "{}", run.all());
    }
    for (arguments, status, message) in [
        (&["plan", "none"][..], 2, "cannot read the folder none"),
        (&["get", "management/emial"], 2, "management/emial"),
        (&["plan", "bad", "--bogus"], 2, "unexpected argument '--bogus' found"),
        (&["put", "management/email"], 2, "required arguments were not provided"),
        (&["apply", "bad/none.plan", "--yes"], 2, "none.plan"),
        (&["export", "new", "--only", "nope", "--report", "json"], 2, "has nothing at `nope`"),
    ] {
        let format = if arguments[0] == "export" { &[][..] } else { &["--format", "json"] };
        let run = appliance.sps(&[arguments, format].concat());
        let document = run.json();
        let error = &document["error"];
        assert_eq!((run.status, &error["status"]), (status, &json!(status)), "{}", run.all());
        assert!(error["message"].as_str().unwrap().contains(message), "{}", run.all());
        assert!(!error["causes"].as_array().unwrap().is_empty(), "{}", run.all());
    }
}

#[test]
fn p021_warnings_are_in_the_document() {
    let busy = "GET /api/configuration/management/snmp/trap status=503 x1";
    let appliance = Appliance::new("contract-warnings", &["--fault", busy]);
    write(&appliance, "site/management/snmp/trap.json", TRAP_2C);
    write(&appliance, "trap.json", TRAP_2C);
    let plan = appliance.sps(&["plan", "site", "--format", "json", "-v"]);
    assert_eq!(plan.status, 3, "{}", plan.all());
    let document = plan.json();
    let warnings = messages(&document["warnings"]);
    assert!(warnings.contains("trying again"), "{}", plan.all());
    let is_cleartext = |it: &Value| it["code"] == "cleartext-snmp" && it["pointer"].is_string();
    assert!(document["warnings"].as_array().unwrap().iter().any(is_cleartext), "{}", plan.all());
    assert_eq!(document["error"], Value::Null);
    let put = ["put", "management/snmp/trap", "trap.json", "--format", "json", "-q"];
    let put = appliance.sps(&put);
    assert_eq!((put.status, &*put.stderr), (0, ""), "{}", put.all());
    assert!(put.json()["warnings"].as_array().unwrap().iter().any(is_cleartext), "{}", put.all());
    // The value of the sensitive member is in neither.
    assert!(!format!("{}{}", plan.all(), put.all()).contains("noc-7-ro"));
}

#[test]
fn the_version_is_text_and_json() {
    let dir = Dir::new("contract-version");
    let version = env!("CARGO_PKG_VERSION");
    dir.sps(&["--version"]).is(0, &format!("sps {version}\n"), "");
    let expected = json!({"name": "sps", "version": version, "schema_version": 1, "warnings": []});
    assert_eq!(dir.sps(&["--version", "--format", "json"]).json(), expected);
}

#[test]
fn an_export_reports_files_and_writes_none_in_a_dry_run() {
    let appliance = Appliance::new("contract-export", &[]);
    let export = ["export", "new", "--only", "management/email", "--report", "json"];
    let dry = appliance.sps(&[&export[..], &["--dry-run"]].concat());
    assert_eq!(dry.status, 3, "{}", dry.all());
    assert!(!appliance.dir.path().join("new").exists());
    let file = json!({"file": "management/email.yaml", "action": "add"});
    assert!(dry.json()["files"].as_array().unwrap().contains(&file), "{}", dry.all());
    assert_eq!(dry.json()["written"], false);
    let written = appliance.sps(&export);
    assert_eq!((written.status, &written.json()["files"]), (0, &dry.json()["files"]));
    let again = appliance.sps(&[&export[..], &["--dry-run"]].concat());
    assert_eq!((again.status, &again.json()["files"]), (0, &json!([])), "{}", again.all());
    write(&appliance, "new/management/email.yaml", "a: b\n");
    let edited = appliance.sps(&export);
    let message = edited.json()["error"]["message"].clone();
    assert!(edited.status != 0 && message.is_string(), "{}", edited.all());
}

#[test]
fn a_run_that_logs_out_leaves_its_session_to_the_next_one() {
    let appliance = Appliance::new("contract-logout", &["--max-sessions", "1"]);
    for _ in 0..3 {
        let run = appliance.sps(&["info", "--log-out", "--format", "json"]);
        assert_eq!(run.status, 0, "{}", run.all());
    }
    // A failure ends its session too.
    assert_eq!(appliance.sps(&["get", "nothing/here", "--log-out"]).status, 2);
    assert_eq!(appliance.sps(&["info"]).status, 0);
    let run = appliance.sps(&["info", "--log-out", "--format", "json"]);
    assert!(run.status == 2 && run.stdout.contains("Too many sessions"), "{}", run.all());
}

#[test]
fn p023_without_a_terminal_a_run_fails_at_once_and_names_what_is_missing() {
    let appliance = Appliance::new("contract-terminal", &[]);
    let trap = TRAP_3
        .replace("\"aaaa-1\"", r#"{"$secret": "prompt:the password of traps"}"#)
        .replace("\"aaaa-2\"", r#"{"$secret": "prompt:the key of traps"}"#);
    write(&appliance, "site/management/snmp/trap.json", &trap);
    let plan = ["plan", "site", "--format", "json"];
    let check = |command: &mut std::process::Command, missing: &str| {
        let start = Instant::now();
        let run = finish(command);
        assert!(start.elapsed() < PROMPTLY, "{missing}: {:?}", start.elapsed());
        let message = run.json()["error"].to_string();
        assert!(run.status == 2 && message.contains(missing), "{missing}: {}", run.all());
    };
    check(&mut appliance.logged_in("home", &plan), "prompt:the password of traps");
    let mut command = appliance.logged_in("home", &["info", "--format", "json"]);
    check(command.env_remove("SPS_PASSWORD"), "SPS_PASSWORD");
    let mut command = appliance.command("home");
    command.args(["info", "--format", "json", "--host", &appliance.url, "--user", "admin"]);
    check(command.env("SPS_PASSWORD", "x"), "certificate");
}
