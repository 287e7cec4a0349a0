//! Simulators that start with a tree of files.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    appliance::HEALTH,
    sim::Sim,
    support::{Dir, Run},
};

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Traps with one secret, which comes from here.
pub(crate) fn trap(source: &str) -> String {
    json!({"enabled": true, "version": {"selection": "3", "value": {
        "auth_method": "sha", "auth_password": {"$secret": source},
        "encryption_method": "none", "encryption_password": null,
        "engine_id": "0x80001F8804A1B2C3D4", "server": {"selection": "ip", "value": "192.0.2.5"},
        "username": "traps"}}})
    .to_string()
}

/// A tree of limits, for this version.
fn tree(name: &str, target: &str) -> Dir {
    Dir::new(name)
        .with("site/sps.toml", format!("target = \"{target}\"\n"))
        .with("site/management/health_monitoring.json", HEALTH)
}

fn version(run: &Run) -> Value {
    assert_eq!(run.status, 0, "{}", run.all());
    run.json()["firmware_version"].clone()
}

#[test]
fn a_simulator_starts_with_the_example() {
    let dir = Dir::new("sim_site");
    let site = root().join("examples/site");
    let site = site.to_str().unwrap();
    // Were the fault or the log there from the start, no tree would be applied, and the log would tell.
    let fault = "POST * status=503";
    let sim = Sim::start(&dir, &["--site", site, "--log", "log.jsonl", "--fault", fault]);
    assert_eq!(fs::read_to_string(dir.path().join("log.jsonl")).unwrap(), "");
    let plan = sim.sps(&dir, "admin", sim.password(), &["plan", site, "-q"]);
    assert_eq!(plan.status, 0, "{}", plan.all());
    assert!(plan.stdout.ends_with("no changes: 11 objects as described\n"), "{}", plan.all());
    let limits = ["get", "management/health_monitoring", "--request"];
    let limits = sim.sps(&dir, "admin", sim.password(), &limits).json();
    assert_eq!(limits["maximum_disk_utilization_ratio"], 85);
    let log = fs::read_to_string(dir.path().join("log.jsonl")).unwrap();
    let methods: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["method"].clone())
        .collect();
    assert!(methods.len() > 5 && methods.iter().all(|it| it == "GET"), "{log}");
    let said = format!("{}{}", sim.lines.join("\n"), sim.end());
    assert!(said.contains("simulator  starts with "), "{said}");
    for file in ["mail-relay", "snmp-auth", "snmp-privacy", "mara-field"] {
        let secret = fs::read_to_string(root().join("examples/site-secrets").join(file)).unwrap();
        assert!(!said.contains(secret.trim_end()) && !log.contains(secret.trim_end()), "{file}");
    }
}

#[test]
fn the_version_is_that_of_the_tree_unless_told() {
    let dir = tree("sim_site_version", "7.5");
    let told = version(&dir.sps(&["info", "--sim=site", "-q"]));
    assert!(told.as_str().unwrap().starts_with("7.5"), "{told}");
    let newest = version(&dir.sps(&["info", "--sim"]));
    assert!(newest.as_str().unwrap().starts_with("8.0"), "{newest}");
    let sim = Sim::start(&dir, &["--site", "site", "--target", "6.0.1"]);
    let told = version(&sim.sps(&dir, "admin", sim.password(), &["info"]));
    assert!(told.as_str().unwrap().starts_with("6.0.1"), "{told}");
}

#[test]
fn a_command_finds_what_the_tree_has() {
    let dir = tree("sim_site_embedded", "8.0");
    let run = dir.sps(&["get", "management/health_monitoring", "--request", "--sim=site"]);
    assert_eq!((run.status, &*run.stderr), (0, "simulator  starts with site: 1 object\n"));
    assert_eq!(run.json()["maximum_disk_utilization_ratio"], 91);
    // A tree against another one, without any appliance.
    let dir = dir.with("new/management/health_monitoring.json", HEALTH.replace("91", "80"));
    let run = dir.sps(&["plan", "new", "--sim=site", "-q"]);
    assert_eq!((run.status, &*run.stderr), (3, ""), "{}", run.all());
    assert!(run.stdout.contains("~ /maximum_disk_utilization_ratio: 91 -> 80\n"), "{}", run.stdout);
}

#[test]
fn an_invalid_tree_starts_nothing() {
    let wrong = HEALTH.replace("91", "191");
    let dir = tree("sim_site_invalid", "8.0")
        .with("site/management/health_monitoring.json", wrong)
        .with("site/policies/time_policies/a.json", r#"{"name": "b"}"#);
    for arguments in [
        &["sim", "--site", "site"][..],
        &["sim", "--site", "site", "--format", "json"],
        &["get", "management/email", "--sim=site"],
    ] {
        let run = dir.sps(arguments);
        let is_json = arguments.contains(&"json");
        assert_eq!((run.status, run.stdout.is_empty()), (1, !is_json), "{}", run.all());
        assert!(!is_json || run.json()["error"]["status"] == 1, "{}", run.all());
        let file = Path::new("site").join("management").join("health_monitoring.json");
        assert!(run.stderr.contains(&format!("{}:2:", file.display())), "{}", run.stderr);
        assert!(run.stderr.contains("label-mismatch"), "{}", run.stderr);
        // The report says everything.
        assert!(!run.stderr.contains("it was reported"), "{}", run.stderr);
    }
    dir.sps(&["sim", "--site", "none"]).fails(2, "none");
    let both = dir.sps(&["sim", "--site", "site", "--uninitialized"]);
    assert_eq!(both.status, 2, "{}", both.all());
}

#[test]
fn a_secret_that_is_missing_can_be_made_up() {
    let source = "env:SPS_TEST_THAT_IS_NOT_SET";
    let dir = tree("sim_site_secrets", "8.0").with("site/management/snmp/trap.json", trap(source));
    let get = ["get", "management/snmp/trap", "--sim=site"];
    let run = dir.sps(&get);
    assert_eq!((run.status, &*run.stdout), (2, ""), "{}", run.all());
    assert!(run.stderr.contains("the variable is not set"), "{}", run.stderr);
    let run = dir.sps(&[&get[..], &["--made-up-secrets"]].concat());
    assert_eq!(run.status, 0, "{}", run.all());
    let password = &run.json()["body"]["version"]["value"]["auth_password"];
    assert!(password["key"].is_string(), "{}", run.stdout);
    let run = dir.sps(&["apply", "site", "--sim", "--made-up-secrets", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.all());

    // A new simulator has nothing that could be kept.
    let dir = dir.with("site/management/snmp/trap.json", trap("keep"));
    let run = dir.sps(&get);
    assert_eq!((run.status, &*run.stdout), (1, ""), "{}", run.all());
    assert!(run.stderr.contains("management/snmp/trap"), "{}", run.stderr);
    let run = dir.sps(&["plan", "site", "--sim=site", "--made-up-secrets", "-q"]);
    assert_eq!((run.status, &*run.stderr), (0, ""), "{}", run.all());

    for arguments in [
        &["plan", "site", "--made-up-secrets"][..],
        &["sim", "--made-up-secrets"],
        &["plan", "site", "--sim=", "--made-up-secrets"],
    ] {
        let run = dir.sps(arguments);
        assert_eq!((run.status, &*run.stdout), (2, ""), "{}", run.all());
    }
}

#[test]
fn the_caller_says_what_a_tree_may_read() {
    let dir = tree("sim_site_limits", "8.0")
        .with("password", "correct horse battery")
        .with("site/management/snmp/trap.json", trap("file:../password"));
    assert_eq!(dir.sps(&["get", "management/snmp/trap", "--sim=site", "-q"]).status, 0);
    for arguments in [
        &["sim", "--site", "site", "--secret-dir", "site"][..],
        &["plan", "site", "--sim=site", "--secret-dir", "site"],
        // The password of the simulator is no secret of the tree.
        &["sim", "--site", "site", "--password-file", "password"],
    ] {
        let run = dir.sps(arguments);
        assert_eq!((run.status, &*run.stdout), (2, ""), "{}", run.all());
        assert!(!run.stderr.contains("correct horse"), "{}", run.stderr);
    }
}

#[test]
fn a_tree_is_applied_to_what_a_state_has() {
    let dir = tree("sim_site_state", "8.0");
    let start = ["--site", "site", "--state", "state.json"];
    Sim::start(&dir, &start).end();
    let dir = dir.with("site/management/health_monitoring.json", HEALTH.replace("91", "70"));
    Sim::start(&dir, &start).end();
    let sim = Sim::start(&dir, &["--state", "state.json"]);
    let limits = ["get", "management/health_monitoring", "--request"];
    let limits = sim.sps(&dir, "admin", sim.password(), &limits).json();
    assert_eq!(limits["maximum_disk_utilization_ratio"], 70);
}
