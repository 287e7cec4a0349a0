//! Many runs at once: on one appliance, and on one state folder.

use std::{collections::BTreeSet, fs, path::Path, process::Command, thread, time::Duration};

use serde_json::{Value, json};

use crate::{
    appliance::HEALTH,
    fleet::{Fleet, finished},
    sim_site::trap,
    support::Dir,
};

const POLICIES: &str = "policies/time_policies";

fn policy(name: &str) -> String {
    let day = json!([["8:00", "18:00"]]);
    let mut policy = json!({"name": name});
    for it in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        policy[it] = day.clone();
    }
    policy.to_string()
}

fn log_of(dir: &Dir) -> Vec<Value> {
    let log = fs::read_to_string(dir.path().join("log.jsonl")).unwrap();
    log.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

/// An appliance that allows four sessions. Forty-six runs create an object each, two of them by a tree, three fail, and one is
/// ended.
#[cfg(unix)]
#[test]
fn p025_fifty_runs_on_one_appliance_leave_no_session() {
    const CREATED: usize = 46;
    const APPLIED: usize = 2;
    let mut dir = Dir::new("p025").with("health.json", HEALTH);
    for number in 0..CREATED {
        let name = format!("policy-{number}");
        let file = match number {
            0..APPLIED => format!("site-{number}/{POLICIES}/{name}.json"),
            _ => format!("{number}.json"),
        };
        dir = dir.with(&file, policy(&name));
    }
    // The run that is ended waits in its commit-free part until then.
    let slow = "sps1: GET /api/configuration/management/health_monitoring delay=20s";
    let sessions = ["--max-sessions", "4", "--log", "log.jsonl", "--fault", slow];
    let fleet = Fleet::start(&dir, 1, &sessions);
    let wait = ["--lock-wait", "300", "--quiet"];
    let start =
        |arguments: &[&str]| fleet.command(&dir, 1, &[arguments, &wait].concat()).spawn().unwrap();
    let ended = start(&["put", "management/health_monitoring", "health.json"]);
    let others: Vec<_> = (0..CREATED)
        .map(|number| match number {
            0..APPLIED => start(&["apply", &format!("site-{number}"), "--yes"]),
            _ => start(&["post", POLICIES, &format!("{number}.json")]),
        })
        .collect();
    let failing: Vec<_> =
        (0..3).map(|_| start(&["delete", &format!("{POLICIES}/missing")])).collect();
    // Once it holds a transaction.
    let opened = |line: &Value| line["method"] == "POST" && line["path"] == "/api/transaction";
    while !log_of(&dir).iter().any(opened) {
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(Duration::from_millis(200));
    assert!(Command::new("kill").arg(ended.id().to_string()).status().unwrap().success());
    for (number, child) in others.into_iter().enumerate() {
        let run = finished(child);
        assert_eq!(run.status, 0, "{number}: {}", run.all());
    }
    for child in failing {
        finished(child).fails(2, "missing");
    }
    let run = finished(ended);
    // It may have been ended before its login.
    assert!([143, -1].contains(&run.status), "{}", run.all());

    let lines = log_of(&dir);
    let count = |method: &str| {
        let is_it = |it: &&Value| {
            it["method"] == method && it["path"] == "/api/authentication" && it["status"] == 200
        };
        lines.iter().filter(is_it).count()
    };
    assert!(lines.iter().any(|it| it["status"] == 429), "four sessions were enough for all");
    assert_eq!(count("GET"), count("DELETE"), "a session is left");
    let list = fleet.sps(&dir, 1, &["get", POLICIES, "--log-out"]).json();
    let names: BTreeSet<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["body"]["name"].as_str())
        .filter(|it| it.starts_with("policy-"))
        .collect();
    let all = list["items"].as_array().unwrap().len();
    assert_eq!((names.len(), all), (CREATED, CREATED + 1), "each object is there once");
}

/// The state folder is absent, and the last two runs are about one appliance with two names.
#[test]
fn p027_runs_at_once_share_a_state_folder_and_a_tree() {
    const SIMULATORS: usize = 49;
    let dir = Dir::new("p027")
        .with("site/sps.toml", "target = \"8.0\"\n")
        .with("site/management/health_monitoring.json", HEALTH)
        .with("site/management/snmp/trap.json", trap("env:P027_SECRET"));
    let fleet = Fleet::start(&dir, SIMULATORS, &[]);
    let last = &fleet.urls[SIMULATORS - 1];
    let other_name = last.replace("127.0.0.1", "localhost");
    let command = |number: usize, arguments: &[&str]| {
        let mut command = if number > SIMULATORS {
            fleet.command_for(&dir, &other_name, arguments)
        } else {
            fleet.command(&dir, number, arguments)
        };
        command.env("P027_SECRET", "correct horse battery");
        command.spawn().unwrap()
    };
    let apply = ["apply", "site", "--yes"];
    let runs: Vec<_> = (1..=SIMULATORS + 1).map(|it| command(it, &apply)).collect();
    for (index, child) in runs.into_iter().enumerate() {
        let run = finished(child);
        assert_eq!(run.status, 0, "{}: {}", index + 1, run.all());
        assert!(!run.stderr.contains("File exists"), "{}", run.stderr);
    }
    let folder = dir.path().join(".local/state/sps");
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
        // The record of the files that were applied, for later exports, is one for all.
        names.filter(|it| !it.starts_with("export-")).collect()
    };
    assert_eq!(names(&folder), BTreeSet::from(["journal.lock".to_owned(), "site".to_owned()]));
    let folder = folder.join("site");
    let mut states = 0;
    let mut keys = BTreeSet::new();
    for name in names(&folder) {
        if name == "site.key" {
            continue;
        }
        let is_state = name.starts_with("site-") && name.rsplit('.').next() == Some("json");
        assert!(is_state && name.matches('.').count() == 1, "{name} is left");
        let state: Value = serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap();
        keys.insert(state["key_id"].as_str().unwrap().to_owned());
        states += 1;
    }
    // The second name of the last one has a state of its own, unless the first one made every change.
    assert!(states == SIMULATORS || states == SIMULATORS + 1, "{states}");
    assert_eq!(keys.len(), 1, "one key for all states");
    for number in 1..=SIMULATORS {
        let run = finished(command(number, &["plan", "site", "--quiet"]));
        assert_eq!(run.status, 0, "{}", run.all());
    }
}

/// Two runs change the same object: the second one does not overwrite what its user has not seen.
#[test]
fn a_conflict_about_the_same_object_is_no_second_try() {
    let dir = Dir::new("crowd_conflict").with("first.json", HEALTH);
    let dir = dir.with("second.json", HEALTH.replace("91", "70"));
    let slow = "sps1: PUT /api/configuration/management/health_monitoring delay=3s x1";
    let fleet = Fleet::start(&dir, 1, &["--fault", slow, "--log", "log.jsonl"]);
    let put = |file: &str| {
        let arguments = ["put", "management/health_monitoring", file];
        fleet.command(&dir, 1, &arguments).spawn().unwrap()
    };
    let slow = put("first.json");
    let opened = |line: &Value| line["method"] == "POST" && line["path"] == "/api/transaction";
    while !log_of(&dir).iter().any(opened) {
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(Duration::from_millis(500));
    let fast = finished(put("second.json"));
    assert_eq!(fast.status, 0, "{}", fast.all());
    let slow = finished(slow);
    assert_eq!(slow.status, 4, "{}", slow.all());
    assert!(slow.stderr.contains("another session changed management/health_monitoring"));
    let body = fleet.sps(&dir, 1, &["get", "management/health_monitoring", "--request"]).json();
    assert_eq!(body["maximum_disk_utilization_ratio"], 70);
}

/// Two runs change different objects: the second one starts again.
#[test]
fn a_conflict_about_another_object_starts_again() {
    let dir = Dir::new("crowd_again").with("health.json", HEALTH).with("a.json", policy("a"));
    let slow = "sps1: PUT /api/configuration/management/health_monitoring delay=3s x1";
    let fleet = Fleet::start(&dir, 1, &["--fault", slow, "--log", "log.jsonl"]);
    let put = ["put", "management/health_monitoring", "health.json"];
    let slow = fleet.command(&dir, 1, &put).spawn().unwrap();
    let opened = |line: &Value| line["method"] == "POST" && line["path"] == "/api/transaction";
    while !log_of(&dir).iter().any(opened) {
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(Duration::from_millis(500));
    let fast = fleet.sps(&dir, 1, &["post", POLICIES, "a.json"]);
    assert_eq!(fast.status, 0, "{}", fast.all());
    let slow = finished(slow);
    assert_eq!(slow.status, 0, "{}", slow.all());
    assert!(slow.stderr.contains("again      another session committed first"), "{}", slow.stderr);
}
