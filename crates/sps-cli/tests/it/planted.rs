//! Twenty secrets at all places that may have one: none is in any output, saved plan, state, log or exported file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    appliance::{Appliance, PASSWORD, finish},
    support::Run,
};

/// Places of secrets in the tree, but for the last, which is the password of the login.
const COUNT: usize = 20;

/// A value that no other text has.
fn value(number: usize, round: usize) -> String {
    if number == COUNT { PASSWORD.to_owned() } else { format!("Zq8-planted-{number:02}-{round}") }
}

fn source(number: usize) -> Value {
    match number % 3 {
        0 => json!({"$secret": format!("file:../secrets/{number}")}),
        1 => json!({"$secret": format!("env:PLANTED_{number}")}),
        _ => json!({"$secret": format!("command:cat {number}.secret")}),
    }
}

/// A tree with secrets in passwords, sensitive members, lists, and objects made with their users.
fn write_tree(appliance: &Appliance, round: usize) {
    let root = appliance.dir.path();
    let write = |path: String, text: String| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for number in 1..COUNT {
        write(format!("secrets/{number}"), value(number, round));
        // A command runs where its tree is.
        write(format!("site/{number}.secret"), value(number, round));
    }
    write("site/sps.toml".to_owned(), "target = \"8.0\"\n".to_owned());
    let trap = json!({"enabled": true, "version": {"selection": "3", "value": {
        "auth_method": "sha", "auth_password": source(1), "encryption_method": "aes",
        "encryption_password": source(2), "engine_id": "0x80001F8804A1B2C3D4",
        "server": {"selection": "ip", "value": "192.0.2.5"}, "username": "traps"}}});
    write("site/management/snmp/trap.json".to_owned(), trap.to_string());
    let splunk = json!({"enabled": true, "flush_interval": 600, "port": 8088, "token": source(3),
        "host": {"selection": "fqdn", "value": "splunk.example.com"},
        "pam_address": {"selection": "fqdn", "value": "sps.example.com"}, "ssl": {"selection": "insecure"}});
    write("site/management/splunk_forwarder.json".to_owned(), splunk.to_string());
    let email = json!({"admin_address": "a@example.com", "alerting_address": "b@example.com",
        "reporting_address": "c@example.com", "sender_address": "d@example.com",
        "smtp_auth": {"enabled": true, "username": "sps", "password": source(4)},
        "smtp_encryption": {"selection": "disabled"},
        "smtp_server": {"selection": "fqdn", "value": "mail.example.com"}});
    write("site/management/email.json".to_owned(), email.to_string());
    let user = |number: usize, passwords: Vec<Value>| json!({"certificates": [], "passwords": passwords, "public_keys": [], "username": format!("user-{number}")});
    let mut users: Vec<_> =
        (5..17).step_by(2).map(|it| user(it, vec![source(it), source(it + 1)])).collect();
    users.push(user(17, vec![json!({"$new": {"plain": source(17)}})]));
    // In the last round, the file has the value itself.
    let plain = if round == 2 { value(18, round).into() } else { source(18) };
    users.push(user(18, vec![json!({"$new": {"plain": plain}})]));
    users.push(user(19, vec![json!({"$new": {"plain": source(19), "x_new": "a text"}})]));
    let database = json!({"name": "operators", "users": users});
    // Half of the trees are YAML.
    write("site/policies/user_databases/operators.yaml".to_owned(), database.to_string());
}

/// Runs `sps`; no secret of any round may be in what it says.
fn sps(appliance: &Appliance, round: usize, arguments: &[&str]) -> Run {
    let mut command = appliance.logged_in("home", arguments);
    for number in 1..COUNT {
        command.env(format!("PLANTED_{number}"), value(number, round));
    }
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let run = finish(&mut command);
    is_clean(&run.all(), &format!("{arguments:?}"));
    run
}

#[track_caller]
fn is_clean(text: &str, place: &str) {
    for number in 1..=COUNT {
        for round in 0..=2 {
            let value = value(number, round);
            assert!(!text.contains(&value), "{value} in {place}:\n{text}");
        }
    }
}

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, all) } else { all.push(path) }
    }
}

/// Every file below these must be without a secret.
fn are_clean(appliance: &Appliance, places: &[&str]) {
    for place in places {
        let (path, mut all) = (appliance.dir.path().join(place), Vec::new());
        if path.is_file() {
            all.push(path);
        } else {
            files(&path, &mut all);
        }
        assert!(!all.is_empty(), "{place}");
        for file in all {
            let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
            is_clean(&text, &file.display().to_string());
        }
    }
}

fn show_everything(appliance: &Appliance, round: usize, status: i32) {
    let shows: [&[&str]; 10] = [
        &["--format", "human"],
        &["--format", "json"],
        &["--format", "markdown"],
        &["--format", "html"],
        &["--graph", "dot"],
        &["--graph", "svg"],
        &["--color", "always"],
        &["-v"],
        &["-vv"],
        &["--out", "change.plan", "--quiet"],
    ];
    for show in shows {
        let run = sps(appliance, round, &[&["plan", "site", "--allow-commands"], show].concat());
        assert_eq!(run.status, status, "{show:?}: {}", run.all());
    }
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "html"] {
        for with in [&[][..], &["--with-secrets", "--allow-commands"]] {
            let arguments = [&["check", "site", "--format", format], with].concat();
            let mut command = appliance.command("home");
            command.args(&arguments);
            for number in 1..COUNT {
                command.env(format!("PLANTED_{number}"), value(number, round));
            }
            is_clean(&finish(&mut command).all(), &format!("{arguments:?}"));
        }
    }
}

#[cfg(unix)]
#[test]
fn twenty_planted_secrets_are_nowhere() {
    let state = ["--state", "sim.json", "--log", "sim.log", "--extra-key", "x_password"];
    let appliance = Appliance::new("site-planted", &state);
    write_tree(&appliance, 0);
    show_everything(&appliance, 0, 3);
    let run = sps(&appliance, 0, &["apply", "change.plan", "--yes", "--allow-commands", "-vv"]);
    assert_eq!(run.status, 0, "{}", run.all());
    // They did arrive, and the test looks for what was sent.
    let arrived = fs::read_to_string(appliance.dir.path().join("sim.json")).unwrap();
    for number in 1..COUNT {
        assert!(arrived.contains(&value(number, 0)), "{number} was not sent");
    }
    show_everything(&appliance, 0, 0);
    are_clean(&appliance, &["home", "change.plan", "sim.log"]);

    // Every value changes. The old ones are as secret as the new ones.
    write_tree(&appliance, 1);
    let run = sps(&appliance, 1, &["apply", "change.plan", "--yes", "--allow-commands"]);
    assert_eq!(run.status, 4, "{}", run.all());
    show_everything(&appliance, 1, 3);
    let run = sps(&appliance, 1, &["apply", "site", "--yes", "--allow-commands", "-vv"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let run = sps(&appliance, 1, &["export", "exported", "-vv"]);
    assert_eq!(run.status, 0, "{}", run.all());
    sps(&appliance, 1, &["diff", "site", "exported"]);
    are_clean(&appliance, &["home", "change.plan", "sim.log", "exported"]);

    // A plan with a value that is in a file can be shown, and not saved.
    write_tree(&appliance, 2);
    for show in [
        &["--format", "human"][..],
        &["--format", "json"],
        &["--format", "markdown"],
        &["--format", "html"],
        &["-vv"],
    ] {
        let run = sps(&appliance, 2, &[&["plan", "site", "--allow-commands"], show].concat());
        assert_eq!(run.status, 3, "{show:?}: {}", run.all());
    }
    let saving = ["plan", "site", "--allow-commands", "--out", "plain.plan"];
    assert_eq!(sps(&appliance, 2, &saving).status, 2);
    assert!(!appliance.dir.path().join("plain.plan").exists());
}

/// The appliance answers each request of the tree as a broken proxy does, and refuses what it is sent.
#[cfg(unix)]
#[test]
fn errors_show_no_planted_secret() {
    let broken = [
        "POST /api/configuration/passwords status=500 x9",
        "POST /api/configuration/passwords truncate-body x9",
        "PUT /api/configuration/management/splunk_forwarder status=502 x9",
        "PUT /api/configuration/management/splunk_forwarder drop-after x9",
        "PUT /api/configuration/management/snmp/trap lose-key=auth_method x9",
        "PUT /api/transaction status=503 x9",
    ];
    let mut failed = 0;
    for (at, fault) in broken.into_iter().enumerate() {
        let appliance = Appliance::new(&format!("site-planted-{at}"), &["--fault", fault]);
        write_tree(&appliance, 0);
        let run = sps(&appliance, 0, &["apply", "site", "--yes", "--allow-commands", "-vv"]);
        // A response that is lost may be found again.
        assert!([0, 1, 2].contains(&run.status), "{fault}: {}", run.all());
        failed += usize::from(run.status != 0);
    }
    assert!(failed >= 3, "{failed}");
    // Secrets that cannot be had or break a rule, and files that cannot be read.
    let appliance = Appliance::new("site-planted-invalid", &[]);
    write_tree(&appliance, 0);
    let root = appliance.dir.path();
    let breaks: [(&str, &str, &str); 4] = [
        ("site/management/snmp/trap.json", "\"$secret\"", "\"$secert\""),
        ("site/management/splunk_forwarder.json", "file:", "flie:"),
        ("site/policies/user_databases/operators.yaml", "\"plain\"", "\"plian\""),
        ("site/policies/user_databases/operators.yaml", "]", ""),
    ];
    for (file, from, to) in breaks {
        write_tree(&appliance, 0);
        let text = fs::read_to_string(root.join(file)).unwrap();
        fs::write(root.join(file), text.replace(from, to)).unwrap();
        for command in
            [&["plan", "site"][..], &["apply", "site", "--yes"], &["plan", "site", "-vv"]]
        {
            let run = sps(&appliance, 0, &[command, &["--allow-commands"]].concat());
            // The spec lets unknown members of a password pass.
            let is_valid = to == "\"plian\"";
            assert!(is_valid || [1, 2].contains(&run.status), "{file} {to}: {}", run.all());
        }
    }
}
