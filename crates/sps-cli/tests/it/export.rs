//! What an appliance has, written as a tree of files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::appliance::{Appliance, HEALTH, finish};

const OVERLAY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/overlay");
const TIMES: &str = "policies/time_policies";
const SECRET: &str = "correct horse battery";

fn times(name: &str, from: &str) -> Value {
    let mut body = json!({"name": name});
    for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        body[day] = json!([[from, "17:00"]]);
    }
    body
}

fn channel(name: &str, time_policy: &str, clients: &[&str]) -> Value {
    json!({"name": name, "rules": [{"channel": "#drawing",
        "actions": {"audit": true, "content_policy": null, "four_eyes": false, "ids": false},
        "allowed_for": {"clients": clients, "gateway_groups": [], "remote_groups": [], "servers": [],
            "time_policy": {"$ref": time_policy}}}]})
}

fn trap() -> Value {
    json!({"enabled": true, "version": {"selection": "3", "value": {
        "auth_method": "sha", "auth_password": {"$secret": "env:SITE_AUTH"},
        "encryption_method": "none", "encryption_password": null,
        "engine_id": "0x80001F8804A1B2C3D4", "server": {"selection": "ip", "value": "192.0.2.5"},
        "username": "traps"}}})
}

/// The files of a tree with objects of many kinds, also with names that no file can have.
fn tree() -> Vec<(String, Value)> {
    let mut files = vec![
        ("management/health_monitoring".to_owned(), serde_json::from_str(HEALTH).unwrap()),
        ("management/snmp/trap".to_owned(), trap()),
        ("datetime/timezone".to_owned(), json!("Europe/Budapest")),
    ];
    for number in 0..30 {
        files.push((format!("{TIMES}/p{number}"), times(&format!("p{number}"), "8:00")));
        let label = format!("{TIMES}/p{number}");
        files.push((
            format!("rdp/channel_policies/c{number}"),
            channel(&format!("c{number}"), &label, &["192.0.2.7", "192.0.2.1/32"]),
        ));
    }
    files
}

fn write(dir: &Path, files: &[(String, Value)]) {
    for (label, body) in files {
        let path = dir.join(format!("{label}.json"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, body.to_string()).unwrap();
    }
}

/// An appliance that has the tree in the folder `tree`.
fn appliance(name: &str, arguments: &[&str]) -> Appliance {
    let appliance = Appliance::new(name, arguments);
    write(&appliance.dir.path().join("tree"), &tree());
    let run = sps(&appliance, &["apply", "tree", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.all());
    appliance
}

/// Runs it with the variable of the tree. No secret may be in what it says.
fn sps(appliance: &Appliance, arguments: &[&str]) -> crate::support::Run {
    let mut command = appliance.logged_in("home", arguments);
    let run = finish(command.env("SITE_AUTH", SECRET));
    assert!(!run.all().contains(SECRET), "{arguments:?}: {}", run.all());
    run
}

/// Exports, and returns the last line.
#[track_caller]
fn export(appliance: &Appliance, arguments: &[&str]) -> String {
    let run = sps(appliance, &[&["export"], arguments].concat());
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(!run.stderr.contains("errors;"), "{}", run.stderr);
    run.stdout.lines().last().unwrap_or_default().to_owned()
}

/// Every file below a folder.
fn files(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                files.insert(path.strip_prefix(root).unwrap().to_owned(), text);
            }
        }
    }
    files
}

#[track_caller]
fn is_as_described(appliance: &Appliance, tree: &str) {
    let run = sps(appliance, &["plan", tree, "--quiet"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.stdout.starts_with("no changes: "), "{}", run.stdout);
}

#[test]
fn s115_an_export_plans_to_no_change() {
    let appliance =
        appliance("export-plans", &["--spec", OVERLAY, "--extra-key", "x_new", "--log", "log"]);
    let dir = appliance.dir.path();
    let last = export(&appliance, &["out"]);
    assert!(last.ends_with(" added, 0 changed, 0 removed, 0 unchanged"), "{last}");
    let files = files(&dir.join("out"));
    assert!(files.len() > 60, "{}", files.len());
    // A text, an unknown endpoint, and a built-in object among them.
    assert_eq!(files[Path::new("datetime/timezone.yaml")], "Europe/Budapest\n");
    assert!(files.contains_key(Path::new("demo/gadget.yaml")));
    assert!(files.contains_key(Path::new("policies/time_policies/7x24.yaml")));
    let settings = &files[Path::new("sps.toml")];
    assert!(settings.contains("unknown = [\"demo/gadget\""), "{settings}");
    assert!(settings.contains("allow = [\"unknown-key\"]"), "{settings}");
    let channel = &files[Path::new("rdp/channel_policies/c7.yaml")];
    assert!(channel.contains("$ref: policies/time_policies/p7"), "{channel}");
    assert!(files[Path::new("management/email.yaml")].contains("x_new: "));
    assert!(
        files[Path::new("management/snmp/trap.yaml")]
            .contains("auth_password:\n      $secret: keep\n")
    );

    let before = fs::read_to_string(dir.join("log")).unwrap().lines().count();
    is_as_described(&appliance, "out");
    let log = fs::read_to_string(dir.join("log")).unwrap();
    let requests = log.lines().skip(before).map(|it| serde_json::from_str::<Value>(it).unwrap());
    let methods: BTreeSet<String> = requests.map(|it| it["method"].to_string()).collect();
    assert_eq!(methods, BTreeSet::from(["\"GET\"".to_owned()]));
}

#[test]
fn s119_the_export_of_a_copy_has_the_same_bytes() {
    let one = appliance("export-copy-a", &["--seed", "1"]);
    let other = Appliance::new("export-copy-b", &["--seed", "2"]);
    export(&one, &["out", "--format", "json"]);
    // The secrets are filled in.
    let trap = one.dir.path().join("out/management/snmp/trap.json");
    let text = fs::read_to_string(&trap).unwrap();
    assert_eq!(text.matches("\"keep\"").count(), 1, "{text}");
    fs::write(&trap, text.replace("keep", "env:SITE_AUTH")).unwrap();
    let copy = |from: &Path, to: &Path| {
        for (file, text) in files(from) {
            fs::create_dir_all(to.join(&file).parent().unwrap()).unwrap();
            fs::write(to.join(file), text).unwrap();
        }
    };
    copy(&one.dir.path().join("out"), &other.dir.path().join("copy"));
    let run = sps(&other, &["apply", "copy", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.all());
    fs::write(&trap, text).unwrap();
    export(&other, &["out", "--format", "json"]);
    assert_eq!(files(&one.dir.path().join("out")), files(&other.dir.path().join("out")));
}

/// An object without the order of its keys and of lists whose order has no meaning.
fn reversed(value: &Value, key: &str) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), reversed(value, key))).collect()
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|it| reversed(it, "")).collect();
            if matches!(key, "clients" | "servers") {
                items.reverse();
            }
            items.into()
        }
        other => other.clone(),
    }
}

#[test]
fn s117_s125_the_order_of_the_appliance_does_not_matter() {
    let appliance = appliance("export-order", &[]);
    export(&appliance, &["one"]);
    for number in [3, 7] {
        let path = format!("rdp/channel_policies/c{number}");
        let file = format!("c{number}.json");
        let list = sps(&appliance, &["get", "rdp/channel_policies"]).json();
        let items = list["items"].as_array().unwrap();
        let item = items.iter().find(|it| it["body"]["name"] == format!("c{number}")).unwrap();
        let key = item["key"].as_str().unwrap();
        let path = path.replace(&format!("c{number}"), key);
        let body = sps(&appliance, &["get", &path, "--request"]).json();
        let changed = reversed(&body, "");
        assert_ne!(body, changed);
        fs::write(appliance.dir.path().join(&file), changed.to_string()).unwrap();
        let run = sps(&appliance, &["put", &path, &file]);
        assert!([0, 3].contains(&run.status), "{}", run.all());
    }
    export(&appliance, &["other"]);
    let dir = appliance.dir.path();
    assert_eq!(files(&dir.join("one")), files(&dir.join("other")));
    let last = export(&appliance, &["one"]);
    assert!(last.starts_with("export: 0 added, 0 changed, 0 removed, "), "{last}");
}

#[test]
fn s167_an_export_changes_what_has_changed_and_nothing_else() {
    let appliance = appliance("export-again", &[]);
    let dir = appliance.dir.path();
    let long = "x".repeat(300);
    let names = ["Office", "office", "a/b", "a_b", "a%2Fb", "a%b", "CON", "end.", &long];
    for (number, name) in names.iter().enumerate() {
        let file = format!("{number}.json");
        fs::write(dir.join(&file), times(name, "8:00").to_string()).unwrap();
        let run = sps(&appliance, &["post", TIMES, &file]);
        assert_eq!(run.status, 0, "{name}: {}", run.all());
    }
    export(&appliance, &["out"]);
    let first = files(&dir.join("out"));
    let folder: Vec<String> = first
        .keys()
        .filter(|it| it.starts_with(TIMES))
        .map(|it| it.file_name().unwrap().to_str().unwrap().to_lowercase())
        .collect();
    // One file for each, also where the file system does not know letter case.
    assert_eq!(folder.len(), folder.iter().collect::<BTreeSet<_>>().len());
    let is_allowed = |it: &String| {
        !it.contains(|it: char| "<>:\"|?*".contains(it) || it.is_control())
            && !it.trim_end_matches(".yaml").ends_with(['.', ' '])
            && it.len() <= 255
    };
    assert!(folder.iter().all(is_allowed), "{folder:?}");
    is_as_described(&appliance, "out");

    let last = export(&appliance, &["out"]);
    assert!(last.starts_with("export: 0 added, 0 changed, 0 removed, "), "{last}");
    assert_eq!(files(&dir.join("out")), first);

    fs::write(dir.join("health.json"), HEALTH.replace("91", "70")).unwrap();
    assert_eq!(sps(&appliance, &["put", "management/health_monitoring", "health.json"]).status, 0);
    let last = export(&appliance, &["out"]);
    assert!(last.starts_with("export: 0 added, 1 changed, 0 removed, "), "{last}");
    let third = files(&dir.join("out"));
    let changed: Vec<_> = third.iter().filter(|(file, text)| first[*file] != **text).collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].1.contains("maximum_disk_utilization_ratio: 70\n"));
}

#[test]
fn comments_notations_and_sources_stay_where_the_value_did_not_change() {
    let appliance = appliance("export-keeps", &[]);
    let dir = appliance.dir.path();
    export(&appliance, &["out"]);
    let edit = |file: &str, from: &str, to: &str| {
        let path = dir.join("out").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}: {text}");
        fs::write(path, text.replace(from, to)).unwrap();
    };
    edit("management/snmp/trap.yaml", "$secret: keep", "$secret: env:SITE_AUTH  # from the vault");
    edit(
        "rdp/channel_policies/c7.yaml",
        "$ref: policies/time_policies/p7",
        "$ref: p7  # the hours of p7",
    );
    edit(
        "management/health_monitoring.yaml",
        "maximum_disk_utilization_ratio: 91",
        "# Agreed with operations.\nmaximum_disk_utilization_ratio: 91 # percent",
    );
    is_as_described(&appliance, "out");
    let before = files(&dir.join("out"));
    let last = export(&appliance, &["out"]);
    assert!(last.starts_with("export: 0 added, 0 changed, 0 removed, "), "{last}");
    assert_eq!(files(&dir.join("out")), before);

    // Another value beside a comment, and a member of a file with a secret.
    fs::write(dir.join("health.json"), HEALTH.replace("71", "66")).unwrap();
    assert_eq!(sps(&appliance, &["put", "management/health_monitoring", "health.json"]).status, 0);
    let mut trap = sps(&appliance, &["get", "management/snmp/trap", "--request"]).json();
    trap["version"]["value"]["username"] = json!("trap sender");
    fs::write(dir.join("trap.json"), trap.to_string()).unwrap();
    assert_eq!(sps(&appliance, &["put", "management/snmp/trap", "trap.json"]).status, 0);
    let last = export(&appliance, &["out"]);
    assert!(last.starts_with("export: 0 added, 2 changed, 0 removed, "), "{last}");
    let after = files(&dir.join("out"));
    let health = Path::new("management/health_monitoring.yaml");
    assert_eq!(after[health], before[health].replace("71", "66"));
    let trap = Path::new("management/snmp/trap.yaml");
    assert_eq!(after[trap], before[trap].replace("username: traps", "username: trap sender"));
    is_as_described(&appliance, "out");
}

#[test]
fn edited_files_are_not_overwritten_unless_that_is_asked() {
    let appliance = appliance("export-edited", &[]);
    let dir = appliance.dir.path();
    export(&appliance, &["out"]);
    let file = dir.join("out/management/health_monitoring.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("91", "55")).unwrap();
    let run = sps(&appliance, &["export", "out"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.contains("  out/management/health_monitoring.yaml\n"), "{}", run.stderr);
    assert!(fs::read_to_string(&file).unwrap().contains("55"));
    export(&appliance, &["out", "--force"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);

    // What the appliance no longer has goes.
    let list = sps(&appliance, &["get", "rdp/channel_policies"]).json();
    let items = list["items"].as_array().unwrap();
    let item = items.iter().find(|it| it["body"]["name"] == "c7").unwrap();
    let path = format!("rdp/channel_policies/{}", item["key"].as_str().unwrap());
    assert_eq!(sps(&appliance, &["delete", &path]).status, 0);
    let last = export(&appliance, &["out", "--only", "rdp"]);
    assert!(last.starts_with("export: 0 added, 0 changed, 1 removed, "), "{last}");
    assert!(!dir.join("out/rdp/channel_policies/c7.yaml").exists());
}

#[test]
fn the_tree_of_another_appliance_is_not_overwritten_unless_that_is_asked() {
    let one = Appliance::new("export-one", &[]);
    let other = Appliance::new("export-other", &[]);
    let (home, tree) = (one.dir.path().join("home"), one.dir.path().join("out"));
    let tree = tree.to_str().unwrap();
    let run = |appliance: &Appliance, arguments: &[&str]| {
        finish(appliance.logged_in("home", arguments).env("HOME", &home))
    };
    assert_eq!(run(&one, &["export", tree]).status, 0);
    let before = files(Path::new(tree));
    assert_eq!(other.sps(&["put", "management/health_monitoring", "health.json"]).status, 0);

    let refused = run(&other, &["export", tree]);
    let message = format!(
        "error: {tree} has the configuration of {}, and this is {}\nhelp: nothing was written; \
         export to another folder, or pass `--force` to overwrite the files with what this appliance has\n",
        one.url, other.url
    );
    assert_eq!(refused.status, 2, "{}", refused.all());
    assert!(refused.stderr.ends_with(&message), "{}", refused.stderr);
    for simulated in [["--sim"].as_slice(), &["--sim", "--dry-run"]] {
        let mut command = one.command("home");
        let refused = finish(command.args(["export", tree]).args(simulated));
        assert!(
            refused.stderr.contains("and this is the built-in simulator\n"),
            "{}",
            refused.all()
        );
    }
    assert_eq!(files(Path::new(tree)), before);

    // From now on it is the tree of the other one.
    assert_eq!(run(&other, &["export", tree, "--force"]).status, 0);
    assert_ne!(files(Path::new(tree)), before);
    assert_eq!(run(&other, &["export", tree]).status, 0);
    assert_eq!(run(&one, &["export", tree]).status, 2);

    // One tree may be applied to many.
    assert_eq!(run(&one, &["apply", tree, "--yes"]).status, 0);
    for appliance in [&one, &other] {
        let run = run(appliance, &["export", tree]);
        assert_eq!(run.status, 0, "{}", run.all());
    }
}

#[test]
fn what_a_killed_export_has_left_is_removed() {
    let appliance = Appliance::new("export-left", &[]);
    let dir = appliance.dir.path();
    export(&appliance, &["out"]);
    let left = [
        "out/.sps-export-a",
        "out/management/.sps-export-b",
        ".sps-export-c/lock",
        ".sps-export-c/tree/sps.toml",
    ];
    // Another export is running, or they belong to something else.
    let kept = ["out/.sps-export-d", ".sps-export-e/lock", ".sps-export-f/tree/sps.toml", "out/.x"];
    for file in left.iter().chain(&kept) {
        let path = dir.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    let held = kept.map(|it| fs::File::options().append(true).open(dir.join(it)).unwrap());
    for it in &held {
        it.lock().unwrap();
    }
    export(&appliance, &["out", "--dry-run"]);
    assert!(left.iter().all(|it| dir.join(it).exists()));
    export(&appliance, &["out"]);
    let there: Vec<_> = left.iter().filter(|it| dir.join(it).exists()).collect();
    assert!(there.is_empty(), "{there:?}");
    assert!(!dir.join(".sps-export-c").exists());
    assert!(kept.iter().all(|it| dir.join(it).exists()));
    // What an export makes itself is gone, too.
    drop(held);
    export(&appliance, &["new"]);
    let names = fs::read_dir(dir).unwrap().map(|it| it.unwrap().file_name());
    let names: Vec<_> = names.map(|it| it.to_string_lossy().into_owned()).collect();
    let names: Vec<_> = names.iter().filter(|it| it.starts_with(".sps-export-")).collect();
    assert_eq!(names, [".sps-export-f"]);
}

#[test]
fn a_part_of_an_appliance_has_the_labels_of_the_rest() {
    let appliance = appliance("export-only", &[]);
    let dir = appliance.dir.path();
    export(
        &appliance,
        &["out", "--only", "rdp/channel_policies/c3", "--only", "/api/configuration/datetime/"],
    );
    let files = files(&dir.join("out"));
    let names: Vec<_> = files.keys().map(|it| it.to_str().unwrap()).collect();
    assert!(names.contains(&"rdp/channel_policies/c3.yaml"), "{names:?}");
    assert!(names.contains(&"datetime/timezone.yaml"), "{names:?}");
    assert!(!names.iter().any(|it| it.starts_with(TIMES)), "{names:?}");
    let text = &files[Path::new("rdp/channel_policies/c3.yaml")];
    assert!(text.contains("$ref: policies/time_policies/p3\n"), "{text}");
    let run = sps(&appliance, &["export", "other", "--only", "policies/time_polices"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("did you mean `policies/time_policies`?"), "{}", run.stderr);
    assert!(!dir.join("other").exists());
}

#[test]
fn s123_what_cannot_be_read_fails_the_export() {
    for fault in [
        "GET /api/configuration/management/email status=500",
        "GET /api/configuration/policies/time_policies truncate-body",
    ] {
        let name = format!("export-fault-{}", fault.len());
        let appliance = Appliance::new(&name, &["--fault", fault]);
        let dir = appliance.dir.path();
        fs::create_dir_all(dir.join("out/management")).unwrap();
        fs::write(dir.join("out/management/health_monitoring.json"), HEALTH).unwrap();
        let before = files(&dir.join("out"));
        let run = sps(&appliance, &["export", "out", "--force"]);
        assert_eq!(run.status, 2, "{}", run.all());
        let path = fault.split(' ').nth(1).unwrap();
        assert!(run.stderr.contains(path), "{fault}: {}", run.stderr);
        assert_eq!(files(&dir.join("out")), before);
    }
    let fault = "GET /api/configuration/management/email status=500";
    let appliance = Appliance::new("export-skip", &["--fault", fault]);
    export(&appliance, &["out", "--skip-unreadable"]);
    assert!(!appliance.dir.path().join("out/management/email.yaml").exists());
}

#[test]
fn s177_a_long_path_and_a_folder_that_cannot_be_written() {
    let appliance = Appliance::new("export-long", &[]);
    let dir = appliance.dir.path();
    let long = format!("{}/{}", "a".repeat(100), "b".repeat(100));
    export(&appliance, &[&long, "--only", "management/health_monitoring"]);
    assert!(dir.join(&long).join("management/health_monitoring.yaml").exists());

    // A file is in the place of a folder.
    fs::create_dir_all(dir.join("out")).unwrap();
    fs::write(dir.join("out/management"), "not a folder").unwrap();
    let before = files(&dir.join("out"));
    let run = sps(&appliance, &["export", "out", "--only", "management/health_monitoring"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.contains("nothing was changed"), "{}", run.stderr);
    assert_eq!(files(&dir.join("out")), before);
}

/// The key of the object with this name.
fn key(appliance: &Appliance, collection: &str, name: &str) -> String {
    let list = sps(appliance, &["get", collection]).json();
    let items = list["items"].as_array().unwrap();
    let item = items.iter().find(|it| it["body"]["name"] == name).unwrap();
    item["key"].as_str().unwrap().to_owned()
}

const ANCHORS: &str = "\
# a policy with anchors
name: x   # its name
Mon: &work
- - \"8:00\"
  - \"17:00\"
Tue: *work
Wed: *work
Thu: [[\"8:00\", \"17:00\"]] # flow
Fri: *work
Sat: []
Sun: []
";

const INDENTED: &str = "\
name: indented
rules:
    -   channel: \"#drawing\"
        # who
        actions: {audit: true, content_policy: ~, four_eyes: false, ids: false}
        allowed_for:
            clients: [ ]   # all
            gateway_groups: []
            remote_groups: []
            servers:
            - 10.0.0.0/8
            time_policy: {$ref: x}
";

#[test]
fn s149_an_export_keeps_anchors_comments_and_line_ends() {
    let appliance = Appliance::new("export-anchors", &[]);
    let dir = appliance.dir.path();
    let health = "# top\r\nmaximum_disk_utilization_ratio: 80 # percent\r\nmaximum_load1: ~\r\n\
        maximum_load15: null   # none\r\nmaximum_load5:\r\nmaximum_swap_utilization_ratio: 70\r\n";
    for (file, text) in [
        ("policies/time_policies/x.yaml", ANCHORS),
        ("rdp/channel_policies/indented.yaml", INDENTED),
        ("management/health_monitoring.yaml", health),
    ] {
        let path = dir.join("out").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let run = sps(&appliance, &["apply", "out", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let patch = |path: &str, patch: Value| {
        fs::write(dir.join("patch.json"), patch.to_string()).unwrap();
        let run = sps(&appliance, &["patch", path, "patch.json"]);
        assert_eq!(run.status, 0, "{}", run.all());
    };
    let policy = format!("{TIMES}/{}", key(&appliance, TIMES, "x"));
    patch(&policy, json!({"Tue": [["9:00", "12:00"]], "Sun": [["1:00", "2:00"]], "Thu": []}));
    patch("management/health_monitoring", json!({"maximum_load1": 5, "maximum_load5": 7}));
    let channel =
        format!("rdp/channel_policies/{}", key(&appliance, "rdp/channel_policies", "indented"));
    let mut body = sps(&appliance, &["get", &channel, "--request"]).json();
    body["rules"][0]["actions"]["audit"] = json!(false);
    body["rules"][0]["allowed_for"]["clients"] = json!(["192.0.2.1"]);
    patch(&channel, body);

    export(&appliance, &["out", "--force"]);
    let files = files(&dir.join("out"));
    let read = |file: &str| files[Path::new(file)].as_str();
    let expected = ANCHORS
        .replace("Tue: *work", "Tue:\n  - [\"9:00\", \"12:00\"]")
        .replace("Thu: [[\"8:00\", \"17:00\"]]", "Thu: []")
        .replace("Sun: []", "Sun: [[\"1:00\", \"2:00\"]]");
    assert_eq!(read("policies/time_policies/x.yaml"), expected);
    let expected =
        INDENTED.replace("audit: true", "audit: false").replace("[ ]", "[\"192.0.2.1\"]");
    assert_eq!(read("rdp/channel_policies/indented.yaml"), expected);
    let expected = health.replace("load1: ~", "load1: 5").replace("load5:", "load5: 7");
    assert_eq!(read("management/health_monitoring.yaml"), expected);
    is_as_described(&appliance, "out");

    // Under the anchor, three days would change: the file is written anew, and every day is right.
    patch(&policy, json!({"Mon": [["7:00", "8:00"]]}));
    let run = sps(&appliance, &["export", "out"]);
    assert!(run.stderr.contains("x.yaml was written anew, without its comments"), "{}", run.all());
    is_as_described(&appliance, "out");
}

#[test]
fn s155_texts_that_readers_take_for_numbers_stay_texts() {
    let appliance = Appliance::new("export-texts", &[]);
    let dir = appliance.dir.path();
    let names = ["018561471342", "08", "-08", "0.", "1:60", "190:20:30", "no", "0o17", "~", "---"];
    for name in names {
        fs::write(dir.join("policy.json"), times(name, "8:00").to_string()).unwrap();
        let run = sps(&appliance, &["post", TIMES, "policy.json"]);
        assert_eq!(run.status, 0, "{name}: {}", run.all());
    }
    export(&appliance, &["out"]);
    is_as_described(&appliance, "out");
    let files = files(&dir.join("out/policies/time_policies"));
    let first_lines: BTreeSet<&str> =
        files.values().map(|text| text.lines().next().unwrap()).collect();
    for name in names {
        assert!(first_lines.contains(&*format!("name: \"{name}\"")), "{name}: {first_lines:?}");
    }
}
