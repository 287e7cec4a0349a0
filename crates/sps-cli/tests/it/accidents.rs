//! Trees, appliances and people in situations in which other tools failed.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    appliance::{Appliance, HEALTH, disk, finish},
    support::Run,
};

const HEALTH_PATH: &str = "/api/configuration/management/health_monitoring";

/// An appliance, and a tree of one file beside it.
fn appliance(name: &str, arguments: &[&str]) -> Appliance {
    let appliance = Appliance::new(name, arguments);
    let folder = appliance.dir.path().join("site/management");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("health_monitoring.json"), HEALTH).unwrap();
    appliance
}

fn requests(log: &Path) -> Vec<Value> {
    fs::read_to_string(log).unwrap().lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

#[test]
fn s083_reading_sessions_and_open_transactions_of_others_do_not_matter() {
    let appliance = Appliance::start("accident-sessions", &["--plain-http", "--locks", "parallel"]);
    let folder = appliance.dir.path().join("site/management");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("health_monitoring.json"), HEALTH).unwrap();
    // Another session has read, and a third one has an empty transaction.
    assert_eq!(disk(&appliance.health_elsewhere()), 80);
    let third = |method: &str, path: &str, more: &[(&str, &str)]| -> String {
        use std::{
            io::{Read as _, Write as _},
            net::TcpStream,
        };
        let mut stream =
            TcpStream::connect(appliance.url.strip_prefix("http://").unwrap()).unwrap();
        let fields: Vec<_> =
            more.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let fields = fields.concat();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: sps\r\n{fields}Content-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    };
    // admin:open sesame 4711
    let login = third(
        "GET",
        "/api/authentication",
        &[("Authorization", "Basic YWRtaW46b3BlbiBzZXNhbWUgNDcxMQ==")],
    );
    let cookie = login.split("session_id=").nth(1).unwrap().split(';').next().unwrap();
    let opened = third("POST", "/api/transaction", &[("Cookie", &format!("session_id={cookie}"))]);
    assert!(opened.starts_with("HTTP/1.1 20"), "{opened}");

    assert_eq!(appliance.sps(&["plan", "site"]).status, 3);
    let run = appliance.sps(&["apply", "site", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert_eq!(disk(&appliance.health()), 91);
}

#[test]
fn s087_a_busy_appliance_is_waited_for() {
    let fault = format!("GET {HEALTH_PATH} status=429 x3");
    let appliance = appliance("accident-busy", &["--fault", &fault]);
    let run = appliance.sps(&["plan", "site"]);
    assert_eq!(run.status, 3, "{}", run.all());
    let waits = run.stderr.lines().filter(|it| it.starts_with("waiting    ")).count();
    assert_eq!(waits, 3, "{}", run.stderr);
    assert!(run.stderr.contains("s and trying again: "), "{}", run.stderr);

    let fault = format!("GET {HEALTH_PATH} status=429");
    let appliance = self::appliance("accident-too-busy", &["--fault", &fault]);
    let run = appliance.sps(&["plan", "site"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.contains(HEALTH_PATH), "{}", run.stderr);
}

#[test]
fn s097_a_list_that_breaks_off_is_no_list() {
    let list = "/api/configuration/policies/time_policies";
    let fault = format!("GET {list} truncate-body");
    let appliance = appliance("accident-truncated", &["--fault", &fault]);
    let folder = appliance.dir.path().join("site");
    // Where the list would be empty, this would delete what is in it.
    fs::write(folder.join("sps.toml"), "owned = [\"policies/time_policies\"]\n").unwrap();
    let run = appliance.sps(&["plan", "site"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.contains(list), "{}", run.stderr);
    assert_eq!(run.stdout, "");

    let fault = format!("GET {list} slow-body=5s");
    let slow = self::appliance("accident-slow", &["--fault", &fault]);
    fs::write(slow.dir.path().join("site/sps.toml"), "owned = [\"policies/time_policies\"]\n")
        .unwrap();
    let mut command = slow.logged_in("home", &["plan", "site", "--timeout", "1"]);
    let run = finish(&mut command);
    assert_eq!((run.status, &*run.stdout), (2, ""), "{}", run.all());
    assert!(run.stderr.contains(list), "{}", run.stderr);
}

#[test]
fn s103_what_only_reads_leaves_a_saved_plan_as_good_as_it_was() {
    let appliance = appliance("accident-read", &[]);
    assert_eq!(appliance.sps(&["plan", "site", "--out", "change.plan"]).status, 3);
    let runs: [&[&str]; 4] = [
        &["info"],
        &["get", "management/email"],
        &["export", "out"],
        &["support-bundle", "create"],
    ];
    for arguments in runs {
        let run = finish(&mut appliance.logged_in("elsewhere", arguments));
        assert_eq!(run.status, 0, "{arguments:?}: {}", run.all());
    }
    let run = appliance.sps(&["apply", "change.plan", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert_eq!(disk(&appliance.health()), 91);
}

#[test]
fn s107_a_saved_plan_takes_no_other_options() {
    let appliance = appliance("accident-options", &[]);
    assert_eq!(appliance.sps(&["plan", "site", "--out", "change.plan"]).status, 3);
    for more in [&["--only", "management"][..], &["--rotate", "management/snmp/trap/x"]] {
        let run = appliance.sps(&[&["apply", "change.plan", "--yes"], more].concat());
        run.fails(2, "change.plan is a saved plan, which is applied as it is");
    }
    for more in [&["--allow-unknown"][..], &["site"]] {
        assert_eq!(appliance.sps(&[&["apply", "change.plan", "--yes"], more].concat()).status, 2);
    }
    assert_eq!(disk(&appliance.health()), 80);
}

#[test]
fn s111_an_apply_says_where_and_how_much_before_it_begins() {
    let appliance = appliance("accident-where", &["--log", "log"]);
    let run: Run = appliance.sps(&["apply", "site", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let at = |text: &str| run.stderr.find(text).unwrap_or_else(|| panic!("{text}: {}", run.stderr));
    let about = format!(
        "apply      {}, sps, version 8.0.0: 0 to create, 1 to change, 0 to delete",
        appliance.url
    );
    assert!(at(&about) < at("committed "), "{}", run.stderr);
    // Without consent nothing was opened.
    let appliance = self::appliance("accident-consent", &["--log", "log"]);
    let run = appliance.sps(&["apply", "site"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.all().contains("0 to create, 1 to change, 0 to delete"), "{}", run.all());
    let log = requests(&appliance.dir.path().join("log"));
    assert!(log.iter().all(|it| it["method"] == json!("GET")), "{log:?}");
}
