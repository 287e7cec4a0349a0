//! Recorded sessions: `sps get` with a query, and into a file.

use std::fs;

use serde_json::json;

use crate::appliance::Appliance;

const KEY: &str = "4xqTzLk0bYg7mNc2Rf9sWd";

#[test]
fn get_takes_a_query() {
    let appliance = Appliance::new("audit-query", &[]);
    let path =
        "audit/sessions?q=protocol:SSH AND user.name:\"alice\"&fields=active&sort=-start_time";
    let run = appliance.sps(&["get", path]);
    assert_eq!((run.status, &*run.stderr), (0, ""));
    let response = run.json();
    let active: Vec<_> =
        response["items"].as_array().unwrap().iter().map(|it| it["body"].clone()).collect();
    assert_eq!(active, [json!({"active": true}), json!({"active": false})]);
    assert_eq!(response["meta"]["match_count"], 2);
    // What is encoded already is not encoded again.
    let run =
        appliance.sps(&["get", "/api/audit/sessions/_count?q=protocol%3ASSH%20AND+active:true"]);
    assert_eq!(run.json()["count"], 1);
    let run = appliance.sps(&["get", "audit/sessions?limit=1"]);
    assert_eq!(run.json()["items"].as_array().unwrap().len(), 1);
    let run = appliance.sps(&["get", "audit/sessions?q=a OR b"]);
    run.fails(2, "the appliance cannot read the query (400 InvalidQuery");
    assert!(run.stderr.contains("help: correct the query\n"), "{}", run.stderr);
    for arguments in [&["put", "management/email?x=1", "x.json"][..], &["delete", "passwords/1?x"]]
    {
        appliance.sps(arguments).fails(2, "only `sps get` takes a query");
    }
}

#[test]
fn get_saves_a_recording() {
    let appliance = Appliance::new("audit-trail", &[]);
    let path = format!("audit/sessions/{KEY}/audit_trail");
    let run = appliance.sps(&["get", &path, "--output", "session.zat"]);
    run.is(0, "", "saved session.zat (35 bytes)\n");
    let file = appliance.dir.path().join("session.zat");
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("audit trail {KEY}\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let run = appliance.sps(&[
        "get",
        &format!("/api/{path}"),
        "-o",
        "again.zat",
        "--format",
        "json",
        "-q",
    ]);
    assert_eq!((run.json(), &*run.stderr), (json!({"file": "again.zat", "bytes": 35}), ""));
    let downloads = appliance.sps(&["get", &format!("/api/audit/sessions/{KEY}/trail_downloads")]);
    let downloads = downloads.json()["items"].clone();
    assert_eq!(
        (downloads.as_array().unwrap().len(), &downloads[1]["username"]),
        (2, &json!("admin"))
    );
    // Any response can be saved.
    let run = appliance.sps(&["get", "audit/sessions?format=csv&fields=protocol", "-o", "all.csv"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let csv = fs::read_to_string(appliance.dir.path().join("all.csv")).unwrap();
    assert_eq!(csv, "protocol\r\nSSH\r\nRDP\r\nHTTP\r\nSSH\r\nSSH\r\n");
}

#[test]
fn a_file_is_not_printed() {
    let appliance = Appliance::new("audit-print", &[]);
    let path = format!("audit/sessions/{KEY}/audit_trail");
    let run = appliance.sps(&["get", &path]);
    run.fails(2, "cannot show the response: ");
    let help = "help: if the response is a file, save it with `--output FILE`\n";
    assert!(run.stderr.ends_with(help), "{}", run.stderr);
    let run = appliance.sps(&["get", "audit/sessions/nothing/audit_trail", "-o", "nothing.zat"]);
    run.fails(2, "404 ResourceNotFound");
    assert!(!appliance.dir.path().join("nothing.zat").exists());
    appliance.sps(&["get", &path, "--output", "-"]).fails(2, "pass a file");
    appliance.sps(&["get", &path, "--output", "."]).fails(2, "expected a file, found a directory");
    let run = appliance.sps(&["get", &path, "--request", "--output", "x"]);
    assert!(run.status == 2 && run.stderr.contains("cannot be used with"), "{}", run.stderr);
    let run = appliance.sps(&["get", "audit/sessions/KEY/audio_trail"]);
    run.fails(2, "unknown endpoint `audit/sessions/KEY/audio_trail`");
}
