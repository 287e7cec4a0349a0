//! Whole configurations compared: trees and appliances.

use std::fs;

use serde_json::json;

use crate::appliance::{Appliance, HEALTH, PASSWORD, finish};

#[test]
fn a_tree_is_compared_with_an_appliance_and_with_a_tree() {
    let appliance = Appliance::new("diff-tree", &[]);
    let dir = appliance.dir.path();
    for folder in ["one", "other"] {
        assert_eq!(appliance.sps(&["export", folder]).status, 0);
    }
    appliance.sps(&["diff", "one", "other"]).is(0, "", "no differences\n");
    appliance.sps(&["diff", "one", "live", "--quiet"]).is(0, "", "");

    // Drift, as another user causes it.
    let run = appliance.sps(&["put", "management/health_monitoring", "health.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let changed = "\
~ management/health_monitoring
    ~ /maximum_disk_utilization_ratio: 80 -> 91
    ~ /maximum_swap_utilization_ratio: 70 -> 71
";
    appliance.sps(&["diff", "one", "live", "--quiet"]).is(3, changed, "");
    fs::remove_file(dir.join("other/datetime/timezone.yaml")).unwrap();
    appliance.sps(&["diff", "one", "other"]).is(3, "- datetime/timezone\n", "1 object differs\n");
    let json = appliance.sps(&["diff", "other", "one", "--format", "json"]).json();
    let object = json!({"label": "datetime/timezone", "action": "add", "differences": []});
    assert_eq!(json["objects"], json!([object]));

    // Of the appliance, only what the tree is about is compared.
    fs::create_dir_all(dir.join("part/management")).unwrap();
    fs::write(dir.join("part/management/health_monitoring.json"), HEALTH).unwrap();
    appliance.sps(&["diff", "part", "live", "--quiet"]).is(0, "", "");
    // An invalid tree is reported, and a word that is neither.
    fs::write(dir.join("part/management/health_monitoring.json"), "{").unwrap();
    assert_eq!(appliance.sps(&["diff", "part", "live"]).status, 1);
    appliance.sps(&["diff", "one", "elsewhere"]).fails(2, "`live` or `profile:NAME`");
}

#[test]
fn two_appliances_are_compared_by_their_profiles() {
    let test = Appliance::start("diff-test", &["--plain-http"]);
    let production = Appliance::start("diff-production", &["--plain-http", "--seed", "9"]);
    let profile = |it: &Appliance| {
        format!("host = '{}'\nuser = 'admin'\npassword-file = 'password'\n", it.url)
    };
    let file = test.dir.path().join("config.toml");
    let (one, other) = (profile(&test), profile(&production));
    fs::write(&file, format!("[profile.test]\n{one}\n[profile.production]\n{other}")).unwrap();
    let diff = || {
        let mut command = test.command("home");
        command.args(["diff", "profile:test", "profile:production", "--quiet"]);
        // Another host in the environment has no say.
        command.env("SPS_HOST", "https://192.0.2.1").env("SPS_PASSWORD", PASSWORD);
        finish(command.env("SPS_CONFIG", &file))
    };
    diff().is(0, "", "");
    let run = production.sps(&["put", "management/health_monitoring", "health.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let run = diff();
    assert_eq!(run.status, 3, "{}", run.all());
    assert!(run.stdout.starts_with("~ management/health_monitoring\n"), "{}", run.stdout);
}
