//! A tree of files against an appliance: plan and apply.

use std::{fs, path::Path};

use serde_json::json;

use crate::{
    appliance::{Appliance, HEALTH, disk, finish},
    support::{Dir, Run},
};

const AUTH: &str = "correct horse battery";
const PRIVACY: &str = "staple correct horse";
const TRAP: &str = "management/snmp/trap/version/value/auth_password";

/// Traps whose passwords come from a file and from a variable.
fn trap() -> String {
    json!({"enabled": true, "version": {"selection": "3", "value": {
        "auth_method": "sha", "auth_password": {"$secret": "file:../auth"},
        "encryption_method": "aes", "encryption_password": {"$secret": "env:SITE_PRIVACY"},
        "engine_id": "0x80001F8804A1B2C3D4", "server": {"selection": "ip", "value": "192.0.2.5"},
        "username": "traps"}}})
    .to_string()
}

fn times(name: &str, from: &str) -> String {
    let mut body = json!({"name": name});
    for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        body[day] = json!([[from, "17:00"]]);
    }
    body.to_string()
}

/// An appliance, and a tree of three files beside it.
fn appliance(name: &str) -> Appliance {
    let appliance = Appliance::new(name, &[]);
    write(&appliance, "auth", AUTH);
    write(&appliance, "site/sps.toml", "target = \"8.0\"\n");
    write(&appliance, "site/management/health_monitoring.json", HEALTH);
    write(&appliance, "site/management/snmp/trap.json", &trap());
    write(&appliance, "site/policies/time_policies/office.json", &times("office", "8:00"));
    appliance
}

fn write(appliance: &Appliance, file: &str, content: &str) {
    let path = appliance.dir.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Runs it with the variable of the tree. No secret may be in what it says.
fn sps(appliance: &Appliance, arguments: &[&str]) -> Run {
    let mut command = appliance.logged_in("home", arguments);
    let run = finish(command.env("SITE_PRIVACY", PRIVACY));
    for secret in [AUTH, PRIVACY] {
        assert!(!run.all().contains(secret), "{arguments:?}: {}", run.all());
    }
    run
}

#[test]
fn a_tree_is_planned_applied_and_found_again() {
    let appliance = appliance("site-apply");
    let run = sps(&appliance, &["plan", "site"]);
    assert_eq!(run.status, 3, "{}", run.all());
    assert!(run.stdout.ends_with("plan: 1 to create, 2 to change, 0 to delete, 0 unchanged\n"));
    assert!(run.stdout.contains("~ /maximum_disk_utilization_ratio: 80 -> 91\n"));
    assert_eq!(disk(&appliance.health()), 80);

    let run = sps(&appliance, &["apply", "site", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let numbers = "1 to create, 2 to change, 0 to delete, 0 unchanged";
    let about = format!("apply      {}, sps, version 8.0.0: {numbers}\n", appliance.url);
    assert!(run.stderr.contains(&about), "{}", run.stderr);
    assert!(run.stderr.ends_with(&format!("committed  {numbers}\n")), "{}", run.stderr);
    assert!(run.stdout.ends_with("\nno changes: 3 objects as described\n"), "{}", run.stdout);
    assert_eq!(disk(&appliance.health()), 91);

    // The state tells that the secrets are the same.
    let run = sps(&appliance, &["plan", "site", "--quiet"]);
    run.is(0, "no changes: 3 objects as described\n", "");
    let run = sps(&appliance, &["apply", "site", "--format", "json"]);
    let json = run.json();
    assert_eq!(
        (run.status, &json["applied"], &json["reason"]),
        (0, &json!(false), &json!("unchanged"))
    );

    // Drift, as another user causes it.
    assert_eq!(appliance.sps(&["put", "management/health_monitoring", "health-70.json"]).status, 2);
    write(&appliance, "health-70.json", &HEALTH.replace("91", "70"));
    assert_eq!(appliance.sps(&["put", "management/health_monitoring", "health-70.json"]).status, 0);
    let json = sps(&appliance, &["plan", "site", "--format", "json"]).json();
    assert_eq!(json["summary"], json!({"create": 0, "change": 1, "delete": 0, "unchanged": 2}));
    let only = ["plan", "site", "--only", "policies/time_policies", "--quiet"];
    assert_eq!(sps(&appliance, &only).status, 0);
}

#[test]
fn a_secret_is_rotated_where_that_is_asked() {
    let appliance = appliance("site-rotate");
    assert_eq!(sps(&appliance, &["apply", "site", "--yes"]).status, 0);
    let run = sps(&appliance, &["plan", "site", "--rotate", TRAP, "--quiet"]);
    assert_eq!((run.status, &*run.stderr), (3, ""), "{}", run.all());
    assert!(run.stdout.contains("~ /version/value/auth_password: "), "{}", run.stdout);
    // A new value is a change by itself.
    write(&appliance, "auth", "another correct horse");
    let run = sps(&appliance, &["plan", "site"]);
    assert_eq!(run.status, 3, "{}", run.all());
    assert!(!run.all().contains("another correct horse"));
    // What is not in the tree cannot be rotated.
    let run = sps(&appliance, &["plan", "site", "--rotate", "management/snmp/trap/nothing"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.stderr.contains("there is no secret at management/snmp/trap/nothing"));
}

#[test]
fn an_invalid_tree_is_reported_as_a_check_does_and_nothing_is_sent() {
    let dir = Dir::new("site-invalid")
        .with("site/management/health_monitoring.json", HEALTH.replace("91", "191"))
        .with("site/policies/time_policies/office.json", times("offcie", "8:00"));
    // There is no such appliance: a connection would fail with 2.
    let run = dir.sps(&["plan", "site", "--host", "sps.invalid", "--user", "admin"]);
    assert_eq!((run.status, &*run.stdout), (1, ""), "{}", run.all());
    let file = Path::new("site").join("management").join("health_monitoring.json");
    assert!(run.stderr.contains(&format!("{}:2:", file.display())), "{}", run.stderr);
    assert!(run.stderr.contains("label-mismatch"), "{}", run.stderr);
    assert!(run.stderr.ends_with("2 documents: 2 errors\n"), "{}", run.stderr);
    let run = dir.sps(&["apply", "site", "--sim", "--yes", "--quiet"]);
    assert_eq!((run.status, &*run.stdout), (1, ""), "{}", run.all());
}

#[test]
fn a_secret_that_cannot_be_read_is_a_failure_before_the_connection() {
    let appliance = appliance("site-unset");
    let run = finish(&mut appliance.logged_in("home", &["apply", "site", "--yes"]));
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.contains("the variable is not set"), "{}", run.stderr);
    assert!(!run.stderr.contains("opening"), "{}", run.stderr);
    for (option, value, reason) in [
        ("--secret-prefix", "OTHER_", "only variables that start with `OTHER_` may be read"),
        ("--secret-dir", "site", "only files below site may be read"),
    ] {
        let run = sps(&appliance, &["plan", "site", option, value]);
        assert_eq!(run.status, 2, "{}", run.all());
        assert!(run.stderr.contains(reason), "{}", run.stderr);
    }
    // The password of the login is no secret of the tree.
    write(&appliance, "site/management/snmp/trap.json", &trap().replace("../auth", "../password"));
    let run = sps(&appliance, &["plan", "site", "--password-file", "password"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.contains("this file belongs to the login"), "{}", run.stderr);
}

#[test]
fn without_a_terminal_the_question_is_an_error() {
    let appliance = appliance("site-question");
    let run = sps(&appliance, &["apply", "site"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.ends_with(
        "error: nothing was changed: there is no terminal on which to ask\n\
         help: to apply without a question, pass `--yes`\n"
    ));
    assert_eq!(disk(&appliance.health()), 80);
    assert!(appliance.is_free());
}

#[test]
fn a_saved_plan_is_applied_as_it_was_reviewed() {
    let appliance = appliance("site-saved");
    let run = sps(&appliance, &["plan", "site", "--out", "change.plan", "--quiet"]);
    assert_eq!(run.status, 3, "{}", run.all());
    let saved = fs::read_to_string(appliance.dir.path().join("change.plan")).unwrap();
    assert!(!saved.contains(AUTH) && !saved.contains(PRIVACY));
    // Shown without any connection.
    let shown = appliance.dir.sps(&["plan", "--show", "change.plan", "--quiet"]);
    shown.is(3, &run.stdout, "");
    let graph = appliance.dir.sps(&["plan", "--show", "change.plan", "--graph", "dot"]);
    assert!(graph.stdout.starts_with("digraph"), "{}", graph.all());
    let markdown = appliance.dir.sps(&["plan", "--show", "change.plan", "--format", "markdown"]);
    assert!(markdown.stdout.contains("management/health_monitoring"), "{}", markdown.all());

    let run = sps(&appliance, &["apply", "change.plan", "--yes", "--only", "management/snmp/trap"]);
    run.fails(2, "change.plan is a saved plan, which is applied as it is");
    let run = sps(&appliance, &["apply", "change.plan", "--yes", "--format", "json"]);
    let json = run.json();
    assert_eq!((run.status, &json["applied"]), (0, &json!(true)), "{}", run.all());
    assert_eq!(json["left"]["summary"]["unchanged"], 3);
    assert_eq!(sps(&appliance, &["plan", "site", "--quiet"]).status, 0);
    // It was for another state of the appliance.
    let run = sps(&appliance, &["apply", "change.plan", "--yes"]);
    run.fails(4, "error: the configuration changed after the plan was made; nothing was sent\n");
    assert!(run.stderr.ends_with("help: plan again and review the new plan\n"));
}

#[test]
fn a_saved_plan_is_refused_for_another_secret() {
    let appliance = appliance("site-other-secret");
    assert_eq!(sps(&appliance, &["plan", "site", "--out", "change.plan"]).status, 3);
    write(&appliance, "auth", "another correct horse");
    let run = sps(&appliance, &["apply", "change.plan", "--yes"]);
    run.fails(4, "the secret has another value than when the plan was made; nothing was sent\n");
    assert_eq!(disk(&appliance.health()), 80);
    write(&appliance, "change.plan", "{\"schema_version\": 1}");
    sps(&appliance, &["apply", "change.plan", "--yes"]).fails(2, "change.plan is not a whole plan");
}

#[test]
fn all_of_an_owned_collection_goes_with_consent_only() {
    let appliance = appliance("site-owned");
    write(&appliance, "list.json", r#"{"name": "old", "users": []}"#);
    assert_eq!(appliance.sps(&["post", "policies/user_databases", "list.json"]).status, 0);
    let settings = "target = \"8.0\"\nowned = [\"policies/user_databases\"]\n";
    write(&appliance, "site/sps.toml", settings);
    let run = sps(&appliance, &["apply", "site", "--yes"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.ends_with(
        "error: policies/user_databases: all its objects (1) would be deleted; nothing was changed\n\
         help: to delete them, pass `--delete-all policies/user_databases`\n"
    ));
    assert_eq!(disk(&appliance.health()), 80);
    let consent = ["apply", "site", "--yes", "--delete-all", "policies/user_databases"];
    assert_eq!(sps(&appliance, &consent).status, 0);
    let left = appliance.sps(&["get", "policies/user_databases"]).json();
    assert_eq!(left["items"], json!([]));
}

#[test]
fn what_the_tree_refers_to_must_be_there() {
    let appliance = appliance("site-references");
    let policy = json!({"name": "clerks", "rules": [{"channel": "#drawing",
        "actions": {"audit": true, "content_policy": null, "four_eyes": false, "ids": false},
        "allowed_for": {"clients": [], "gateway_groups": [], "remote_groups": [], "servers": [],
            "time_policy": {"$ref": "ofice"}}}]});
    write(&appliance, "site/rdp/channel_policies/clerks.json", &policy.to_string());
    let run = sps(&appliance, &["plan", "site"]);
    assert_eq!((run.status, &*run.stdout), (1, ""), "{}", run.all());
    assert!(run.stderr.contains("policies/time_policies/office"), "{}", run.stderr);
}

/// The tree of a small company needs nothing but the binary.
#[test]
fn the_example_is_applied_to_the_simulator() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let run = Dir::at(&root).sps(&["apply", "examples/site", "--sim", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let numbers = "8 to create, 3 to change, 0 to delete, 0 unchanged";
    assert!(run.stdout.contains(&format!("\nplan: {numbers}\n")), "{}", run.stdout);
    assert!(run.stdout.ends_with("\nno changes: 11 objects as described\n"), "{}", run.stdout);
    assert!(run.stderr.contains("opening    a transaction at the built-in simulator\n"));
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    for file in ["mail-relay", "snmp-auth", "snmp-privacy", "mara-field"] {
        let secret = fs::read_to_string(root.join("examples/site-secrets").join(file)).unwrap();
        assert!(!run.all().contains(secret.trim_end()), "{file}");
    }
}
