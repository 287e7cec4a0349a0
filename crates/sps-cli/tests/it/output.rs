//! Streams and options of every command: results on standard output, everything else on standard error.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{
    appliance::{Appliance, HEALTH, PASSWORD, finish},
    support::*,
};

const PW: &str = r#"{"plain": "correct horse battery"}"#;
const POLICY: &str = r#"{"name": "office", "Mon": [["8:00", "17:00"]], "Tue": [], "Wed": [], "Thu": [], "Fri": [],
    "Sat": [], "Sun": []}"#;
/// Every command.
pub(crate) const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["request"],
    &["template"],
    &["pem"],
    &["explain"],
    &["endpoints"],
    &["learn"],
    &["show"],
    &["openapi"],
    &["schema"],
    &["get"],
    &["put"],
    &["post"],
    &["delete"],
    &["edit"],
    &["patch"],
    &["diff"],
    &["export"],
    &["plan"],
    &["apply"],
    &["transaction", "status"],
    &["transaction", "cancel"],
    &["info"],
    &["support-bundle", "create"],
    &["support-bundle", "list"],
    &["support-bundle", "download"],
    &["support-bundle", "delete"],
    &["sim"],
    &["lsp"],
    &["completions"],
    &["man"],
];

#[test]
fn every_command_has_the_options_of_output() {
    let dir = Dir::new("output-options");
    for command in COMMANDS {
        let help = dir.sps(&[command, &["--help"][..]].concat()).stdout;
        for option in ["--format <FORMAT>", "-q, --quiet", "-v, --verbose...", "--color <WHEN>"] {
            // What the language server prints is the protocol.
            if *command == ["lsp"] && option.starts_with("--format") {
                continue;
            }
            assert!(help.contains(option), "{command:?} lacks {option}: {help}");
        }
    }
    let list = dir.sps(&["--help"]).stdout;
    let names = list.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    for line in names.lines() {
        let name = line.split_whitespace().next().unwrap();
        assert!(name == "help" || COMMANDS.iter().any(|it| it[0] == name), "{name} is not tried");
    }
}

#[test]
#[cfg(unix)]
fn a_shell_gets_the_key_alone() {
    let dir = Dir::new("output-key").with("pw.json", PW);
    let script = "KEY=$(\"$SPS\" post passwords pw.json --sim) && printf '%s' \"[$KEY]\"";
    let mut command = Command::new("sh");
    command.args(["-c", script]).env("SPS", env!("CARGO_BIN_EXE_sps")).current_dir(dir.path());
    let run = finish(&mut command);
    let key = run.stdout.trim_matches(['[', ']']);
    assert_eq!((run.status, key.len(), key.matches('-').count()), (0, 36, 4), "{}", run.all());
    assert!(
        run.stderr.starts_with("opened ") && run.stderr.contains("\ncommitted "),
        "{}",
        run.all()
    );
}

#[test]
fn json_is_one_value_on_standard_output() {
    let appliance = Appliance::new("output-json", &[]);
    let dir = appliance.dir.path();
    fs::write(dir.join("pw.json"), PW).unwrap();
    fs::write(dir.join("office.json"), POLICY).unwrap();
    let json = |arguments: &[&str]| -> Value {
        let run = appliance.sps(&[arguments, &["--format", "json"]].concat());
        assert_eq!(run.status, 0, "{arguments:?}: {}", run.all());
        run.json()
    };
    let posted = json(&["post", "passwords", "pw.json"]);
    let key = posted["key"].as_str().unwrap().to_owned();
    let path = format!("/api/configuration/passwords/{key}");
    assert_eq!(
        posted,
        json!({
            "committed": true, "changed": 1, "key": key, "differences": [], "mismatches": [],
            "schema_version": 1, "warnings": [],
            "unverified": [{"path": path, "pointer": "/plain", "reason": "responses do not show secrets"}],
        })
    );
    let put = json(&["put", "management/health_monitoring", "health.json"]);
    let set = |pointer: &str, before: u64, after: u64| json!({"op": "replace", "pointer": pointer, "before": {"value": before}, "after": {"value": after}});
    let differences = json!([
        set("/maximum_disk_utilization_ratio", 80, 91),
        set("/maximum_swap_utilization_ratio", 70, 71),
    ]);
    let done = json!({
        "committed": true, "changed": 1, "key": null, "differences": differences, "mismatches": [],
        "unverified": [], "schema_version": 1, "warnings": [],
    });
    assert_eq!(put, done);
    let unchanged = json!({"committed": false, "reason": "unchanged", "differences": [], "schema_version": 1, "warnings": []});
    assert_eq!(json(&["put", "management/health_monitoring", "health.json"]), unchanged);
    let dry = ["put", "management/health_monitoring", "--dry-run", "--format", "json", "dry.json"];
    fs::write(dir.join("dry.json"), HEALTH.replace("91", "92")).unwrap();
    let run = appliance.sps(&dry);
    let set = set("/maximum_disk_utilization_ratio", 91, 92);
    assert_eq!(
        (run.status, run.json()),
        (
            3,
            json!({"committed": false, "reason": "dry-run", "differences": [set], "schema_version": 1, "warnings": []})
        )
    );
    let policy = json(&["post", "policies/time_policies", "office.json"])["key"].clone();
    let policy = format!("policies/time_policies/{}", policy.as_str().unwrap());
    assert_eq!(json(&["delete", &policy])["committed"], true);
    assert_eq!(json(&["get", "management/health_monitoring"])["key"], "health_monitoring");
    assert!(json(&["info"])["firmware_version"].is_string());
    assert_eq!(json(&["transaction", "status"])["status"], "closed");
    let canceled = json!({"canceled": false, "left_open": [], "schema_version": 1, "warnings": []});
    assert_eq!(json(&["transaction", "cancel"]), canceled);
    let bundle = json(&["support-bundle", "create", "--download", "b.tgz"]);
    let size = fs::metadata(dir.join("b.tgz")).unwrap().len();
    let key = bundle["key"].as_str().unwrap();
    assert_eq!((&bundle["bytes"], &bundle["file"]), (&json!(size), &json!("b.tgz")));
    assert_eq!(json(&["support-bundle", "list"])[0]["key"], key);
    assert_eq!(json(&["support-bundle", "download", key, "c.tgz"])["bytes"], size);
    assert_eq!(json(&["support-bundle", "delete", key]), json!({"deleted": key}));
}

#[test]
fn json_describes_endpoints_codes_and_schemas() {
    let dir = Dir::new("output-json-facts").with("email.json", EMAIL_RESPONSE);
    let json = |arguments: &[&str]| dir.sps(&[arguments, &["--format", "json"]].concat()).json();
    let endpoints = json(&["endpoints"]);
    let email = endpoints.as_array().unwrap().iter().find(|it| it["name"] == "management/email");
    assert_eq!(email.unwrap()["methods"], json!(["GET", "PUT"]));
    assert_eq!(json(&["show", "management/email"])["request_schema"]["type"], Value::Null);
    assert!(json(&["show", "management/email"])["request_schema"]["$defs"].is_object());
    assert_eq!(json(&["explain", "starttls-only"])["severity"], "error");
    let codes = json(&["explain"]).as_array().unwrap().len();
    assert_eq!(codes, dir.sps(&["explain"]).stdout.lines().count());
    assert_eq!(json(&["schema"])["info"], json!(["response"]));
    assert_eq!(json(&["request", "email.json"])["sender_address"], Value::Null);
    assert!(json(&["template", "management/email"])["smtp_server"].is_object());
}

#[test]
fn quiet_prints_results_and_errors_alone() {
    let appliance = Appliance::new("output-quiet", &[]);
    fs::write(appliance.dir.path().join("pw.json"), PW).unwrap();
    appliance.sps(&["put", "management/health_monitoring", "health.json", "-q"]).is(0, "", "");
    appliance.sps(&["-q", "put", "management/health_monitoring", "health.json"]).is(0, "", "");
    let run = appliance.sps(&["post", "passwords", "pw.json", "-q"]);
    assert_eq!((run.status, run.stdout.trim_end().len(), &*run.stderr), (0, 36, ""));
    appliance.sps(&["transaction", "cancel", "-q"]).is(0, "", "");
    let run = appliance.sps(&["support-bundle", "create", "-q", "--download", "b.tgz"]);
    assert_eq!((run.status, run.stdout.lines().count(), &*run.stderr), (0, 1, ""));
    let wrong = HEALTH.replace("91", "101");
    fs::write(appliance.dir.path().join("wrong.json"), wrong).unwrap();
    let run = appliance.sps(&["put", "management/health_monitoring", "wrong.json", "-q"]);
    assert!(run.status == 1 && run.stderr.contains("error[out-of-range]"), "{}", run.all());
}

#[test]
fn verbose_prints_requests_and_no_secret() {
    let appliance = Appliance::new("output-verbose", &[]);
    fs::write(appliance.dir.path().join("pw.json"), PW).unwrap();
    let put = ["put", "management/health_monitoring", "health.json"];
    let once = appliance.sps(&[&put[..], &["-v"]].concat());
    let request =
        "DEBUG request{method=\"PUT\" path=\"/api/configuration/management/health_monitoring\"}";
    assert!(once.status == 0 && once.stderr.contains(request), "{}", once.all());
    assert!(!once.stderr.contains("TRACE"), "{}", once.stderr);
    // `finish` looks for the password of the login in all output.
    let twice = appliance.sps(&["post", "passwords", "pw.json", "-vv", "--color", "always"]);
    assert!(twice.stderr.contains("TRACE request"), "{}", twice.stderr);
    assert_eq!((twice.status, twice.stdout.trim_end().len()), (0, 36), "{}", twice.all());
    assert!(!twice.all().contains("correct horse"), "{}", twice.all());
    let cookies = ["session_id", "Basic ", "cookie"];
    assert!(!cookies.iter().any(|it| twice.stderr.contains(it)), "{}", twice.stderr);
    let both = appliance.sps(&[&put[..], &["-v", "-q"]].concat());
    assert_eq!(both.status, 2, "{}", both.all());
}

#[test]
fn color_is_an_option_of_every_command() {
    let dir = Dir::new("output-color").with("trap.json", TRAP_2C.replace("noc", "\u{7f}noc"));
    for (arguments, when, colored) in [
        (&["get", "management/emial", "--sim"][..], "always", true),
        (&["get", "management/emial", "--sim"], "never", false),
        (&["explain", "x"], "always", true),
        (&["explain", "x"], "auto", false),
    ] {
        let run = dir.sps(&[arguments, &["--color", when]].concat());
        let is_colored = run.stderr.starts_with("\u{1b}[1m\u{1b}[91merror\u{1b}[0m: ");
        assert_eq!((run.status, is_colored), (2, colored), "{:?}", run.stderr);
        assert_eq!(run.stderr.contains('\u{1b}'), colored, "{:?}", run.stderr);
    }
}

#[test]
fn a_change_names_its_warnings_before_it_is_sent() {
    let dir = Dir::new("output-warnings").with("trap.json", TRAP_2C);
    let put = ["put", "management/snmp/trap", "trap.json", "--sim"];
    let run = dir.sps(&put);
    assert_eq!((run.status, &*run.stdout), (0, ""), "{}", run.all());
    let at = |text: &str| run.stderr.find(text).unwrap_or_else(|| panic!("{text}: {}", run.stderr));
    assert!(at("warning[cleartext-snmp]") < at("opened "), "{}", run.stderr);
    let waived = dir.sps(&[&put[..], &["--allow", "cleartext-snmp"]].concat());
    assert!(waived.status == 0 && waived.stderr.starts_with("opened "), "{}", waived.all());
}

#[test]
fn a_waived_rule_hides_no_other_finding() {
    let wrong = TRAP_3
        .replace("\"aes\"", "\"none\"")
        .replace("\"sha\"", "\"md5\"")
        .replace("0x80001F8804A1B2C3D4", "0x8");
    let dir = Dir::new("output-allow").with("management/snmp/trap.json", &wrong);
    let codes = |allowed: &[&str]| -> Vec<String> {
        let options = allowed.iter().flat_map(|code| ["--allow", code]);
        let arguments = ["check", ".", "--format", "json"].into_iter().chain(options);
        let found = found(&dir.sps(&arguments.collect::<Vec<_>>()).json());
        found.into_iter().map(|(code, _)| code).collect()
    };
    let all = codes(&[]);
    for code in
        ["weak-authentication", "weak-encryption", "snmp-encryption-password", "engine-id-length"]
    {
        assert!(all.iter().any(|it| it == code), "{code} is not in {all:?}");
        let rest: Vec<_> = all.iter().filter(|it| *it != code).cloned().collect();
        assert_eq!(codes(&[code]), rest, "{code}");
    }
    // A format that is waived does not break its value for other rules.
    let email = EMAIL_REQUEST.replace("ops@example.com", "ops").replace("\"fqdn\"", "\"ip\"");
    let dir = Dir::new("output-allow-format").with("management/email.json", email);
    let count = |arguments: &[&str]| {
        found(&dir.sps(&[&["check", ".", "--format", "json"], arguments].concat()).json())
            .into_iter()
            .filter(|(code, _)| code != "cleartext-smtp")
            .map(|(code, _)| code)
            .collect::<Vec<_>>()
    };
    assert_eq!(count(&[]), ["email-address", "ip-address"]);
    assert_eq!(count(&["--allow", "email-address"]), ["ip-address"]);
    let none: [&str; 0] = [];
    assert_eq!(count(&["--allow", "email-address", "--allow", "ip-address"]), none);
}

#[test]
fn a_waived_rule_does_not_stop_a_change_and_a_structural_one_cannot_be_waived() {
    let appliance = Appliance::new("output-allow-put", &[]);
    let trap = TRAP_2C.replace("192.0.2.5", "trap host").replace("noc-7-ro", "noc");
    fs::write(appliance.dir.path().join("trap.json"), &trap).unwrap();
    let put = ["put", "management/snmp/trap", "trap.json"];
    let refused = appliance.sps(&put);
    assert!(refused.status == 1 && refused.stderr.contains("[ip-address]"), "{}", refused.all());
    // The simulator is a second opinion: it refuses what is no address. The client did send it.
    let sent = appliance.sps(&[&put[..], &["--allow", "ip-address"]].concat());
    assert!(
        sent.stderr.contains("\nopened ") || sent.stderr.starts_with("opened "),
        "{}",
        sent.all()
    );
    assert!(!sent.stderr.contains("nothing was sent"), "{}", sent.all());
    for (code, reason) in [
        ("wrong-type", "it is about the structure of a body"),
        ("garde", "it is about the structure of a body"),
        ("unknown-key", "pass `--allow-unknown` for keys that came from an appliance"),
        ("weak-encrypton", "did you mean `weak-encryption`?"),
    ] {
        let run = appliance.sps(&[&put[..], &["--allow", code]].concat());
        run.fails(2, reason);
        let check = Dir::new("output-allow-code").sps(&["check", "x.json", "--allow", code]);
        check.fails(2, reason);
    }
}

#[test]
fn quiet_is_the_same_in_every_format() {
    let both = TRAP_3.replace("\"aes\"", "\"none\"");
    let dir = Dir::new("output-quiet-formats").with("management/snmp/trap.json", both);
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "html"] {
        let loud = dir.sps(&["check", ".", "--format", format]).stdout;
        assert!(loud.contains("weak-encryption"), "{format}: {loud}");
        let quiet = dir.sps(&["check", ".", "--format", format, "-q"]);
        assert_eq!((quiet.status, &*quiet.stderr), (1, ""), "{format}");
        let results = if format == "sarif" {
            // The rules are listed whatever was found.
            quiet.json()["runs"][0]["results"].to_string()
        } else {
            quiet.stdout.clone()
        };
        assert!(results.contains("snmp-encryption-password"), "{format}: {results}");
        assert!(!results.contains("weak-encryption"), "{format}: {results}");
        let unchecked = if format == "sarif" {
            let invocation = quiet.json()["runs"][0]["invocations"][0].clone();
            invocation["toolExecutionNotifications"].as_array().unwrap().len()
        } else {
            quiet.stdout.matches("not checked").count()
        };
        assert_eq!(unchecked, 0, "{format}: {}", quiet.stdout);
        let denied = dir.sps(&["check", ".", "--format", format, "-q", "--deny-warnings"]).stdout;
        assert!(denied.contains("weak-encryption"), "{format}: {denied}");
    }
}

#[test]
fn what_git_ignores_is_left_out() {
    let dir = Dir::new("output-gitignore")
        .with("site/.gitignore", "old/\n*.draft.json\n")
        .with("site/management/email.json", EMAIL_REQUEST)
        .with("site/old/management/email.json", "{")
        .with("site/management/snmp/trap.draft.json", "{")
        .with("site/.git/x.json", "{");
    let run = dir.sps(&["check", "site", "--format", "json"]);
    assert_eq!((run.status, &run.json()["summary"]["documents"]), (0, &json!(1)), "{}", run.all());
    // What was named is checked in any case.
    let named = dir.sps(&["check", "site/old/management/email.json"]);
    assert_eq!(named.status, 1, "{}", named.all());
    let all = dir.sps(&["check", "site", "--no-ignore", "--format", "json"]);
    assert_eq!((all.status, &all.json()["summary"]["documents"]), (1, &json!(3)), "{}", all.all());
    let only = Dir::new("output-gitignore-all").with(".gitignore", "*.json").with("a.json", "{}");
    let run = only.sps(&["check", "."]);
    assert!(
        run.status == 2 && run.stderr.contains("`--no-ignore` checks those too"),
        "{}",
        run.all()
    );
}

#[test]
fn a_file_shows_a_hundred_findings() {
    let days: Vec<_> = (0..150).map(|_| json!(["a", "17:00"])).collect();
    let mut policy: Value = serde_json::from_str(POLICY).unwrap();
    policy["Mon"] = days.into();
    let lines = format!("{policy}\n{policy}\n");
    let dir = Dir::new("output-max").with("p.json", policy.to_string()).with("p.jsonl", lines);
    let shown = |arguments: &[&str]| {
        let run = dir.sps(&[&["check", "-e", "policies/time_policies"], arguments].concat());
        (run.stdout.matches("error[time-of-day]").count(), run.stdout)
    };
    for format in ["human", "concise"] {
        let (number, text) = shown(&["p.json", "--format", format]);
        assert_eq!(number, 100, "{text}");
        assert!(text.contains("p.json: 50 more findings not shown; `--max-findings` shows more\n"));
        assert!(text.ends_with("1 document: 150 errors\n"), "{text}");
        assert_eq!(shown(&["p.jsonl", "--format", format]).0, 100);
        assert_eq!(shown(&["p.json", "p.jsonl", "--format", format]).0, 200);
        assert_eq!(shown(&["p.json", "--format", format, "--max-findings", "7"]).0, 7);
        assert_eq!(shown(&["p.json", "--format", format, "--max-findings", "1000"]).0, 150);
    }
    let json = dir.sps(&["check", "-e", "policies/time_policies", "p.json", "--format", "json"]);
    assert_eq!(found(&json.json()).len(), 150);
}

#[test]
fn what_is_not_checked_takes_one_line_unless_asked_for() {
    let dir = Dir::new("output-unchecked").with("management/snmp/trap.json", TRAP_3);
    let line = "note: 8 not checked; pass `--resolve FILE` to check more; `-v` lists them\n\
                1 document: no errors, 8 not checked\n";
    dir.sps(&["check", "."]).is(0, line, "");
    let listed = dir.sps(&["check", ".", "-v"]).stdout;
    assert!(listed.contains("  at ./management/snmp/trap.json /version/value/auth_password\n"));
}

#[test]
fn the_holder_of_the_lock_is_named_while_the_run_waits() {
    let fault = "POST /api/transaction foreign-lock=alice x1";
    let appliance = Appliance::start("output-lock", &["--plain-http", "--fault", fault]);
    let mut command = appliance.command("home");
    command.args(["put", "management/health_monitoring", "health.json", "--host", &appliance.url]);
    command.args(["--user", "admin", "--lock-wait", "20"]).env("SPS_PASSWORD", PASSWORD);
    let run = finish(&mut command);
    let line = "waiting for the configuration, held by alice (20 s at most)\n";
    assert!(run.status == 0 && run.stderr.starts_with(line), "{}", run.all());
    assert_eq!(run.stderr.matches("waiting for").count(), 1, "{}", run.all());
}

#[test]
fn what_could_not_be_read_back_is_not_called_as_it_was_sent() {
    let dir = Dir::new("output-unverified").with("pw.json", PW);
    let run = dir.sps(&["post", "passwords", "pw.json", "--sim"]);
    assert!(run.stderr.contains("\nunverified /api/configuration/passwords/"), "{}", run.stderr);
    assert!(!run.stderr.contains("every value is as it was sent"), "{}", run.stderr);
    assert!(run.stderr.ends_with("every value that could be read back is as it was sent\n"));

    // Every look after the commit fails. A new object is not read before.
    let fault = "GET /api/configuration/policies/time_policies/* status=503";
    let appliance = Appliance::start("output-unverified", &["--plain-http", "--fault", fault]);
    fs::write(appliance.dir.path().join("office.json"), POLICY).unwrap();
    let run = appliance.sps(&["post", "policies/time_policies", "office.json"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.stderr.contains("\ncommitted  1 change\nunverified "), "{}", run.stderr);
    assert!(!run.stderr.contains("as it was sent"), "{}", run.stderr);
}

#[test]
fn an_error_names_the_host() {
    let appliance = Appliance::start("output-host", &["--plain-http"]);
    let host = format!("error: {}: GET ", appliance.url);
    appliance.sps(&["get", "/api/nothing"]).fails(2, &host);
    let mut command = appliance.command("home");
    command.args(["info", "--host", "http://127.0.0.1:1", "--user", "admin"]);
    let run = finish(command.env("SPS_PASSWORD", PASSWORD));
    run.fails(2, "error: http://127.0.0.1:1: GET /api/authentication: cannot connect");
    let run = Dir::new("output-host-sim").sps(&["get", "/api/nothing", "--sim"]);
    run.fails(2, "error: the built-in simulator: GET /api/nothing: object not found");
}

#[test]
fn credentials_are_read_as_editors_and_shells_write_them() {
    let appliance = Appliance::start("output-password", &["--plain-http"]);
    let info = |file: Option<&str>, variable: Option<&str>, user: &str| {
        let mut command = appliance.command("home");
        command.args(["info", "--host", &appliance.url, "--user", user]);
        if let Some(text) = file {
            fs::write(appliance.dir.path().join("pw"), text).unwrap();
            command.args(["--password-file", "pw"]);
        }
        finish(command.envs(variable.map(|it| ("SPS_PASSWORD", it))))
    };
    for text in [PASSWORD.to_owned(), format!("{PASSWORD}\n"), format!("\u{feff}{PASSWORD}\r\n")] {
        assert_eq!(info(Some(&text), None, "admin").status, 0, "{text:?}");
        assert_eq!(info(None, Some(&text), "admin").status, 0, "{text:?}");
    }
    for text in [format!("admin\n{PASSWORD}\n"), format!("{PASSWORD}\n\n")] {
        info(Some(&text), None, "admin").fails(2, "pw: the password has more than one line");
        info(None, Some(&text), "admin")
            .fails(2, "SPS_PASSWORD: the password has more than one line");
    }
    // No request is sent: nothing listens there.
    let mut command = appliance.command("home");
    command.args(["info", "--host", "http://127.0.0.1:1", "--user", "a:b"]);
    let run = finish(command.env("SPS_PASSWORD", PASSWORD));
    run.fails(2, "invalid login: a user name cannot have a colon\nhelp: check `--user`");
}

#[test]
fn a_configuration_file_that_is_named_has_to_exist() {
    let dir = Dir::new("output-config");
    let mut command = command();
    command.arg("info").current_dir(dir.path()).env("SPS_CONFIG", "absent.toml");
    finish(&mut command).fails(2, "cannot read the file in SPS_CONFIG: no such file absent.toml");
}

#[test]
fn the_target_of_a_support_bundle_is_tried_before_the_job_starts() {
    let appliance = Appliance::start("output-bundle", &["--plain-http"]);
    for (file, reason) in [
        ("absent/b.tgz", "cannot write absent/b.tgz: no such file or directory"),
        (".", "cannot write .: expected a file, found a directory"),
    ] {
        appliance.sps(&["support-bundle", "create", "--download", file]).fails(2, reason);
        appliance.sps(&["support-bundle", "download", "x", file]).fails(2, reason);
    }
    appliance.sps(&["support-bundle", "list"]).is(0, "", "");
    let run = appliance.sps(&["support-bundle", "create", "--wait", "0"]);
    assert!(run.status == 2 && run.stderr.contains("still runs after 0 seconds"), "{}", run.all());
}

#[test]
fn the_simulator_prints_how_to_connect_as_json() {
    let dir = Dir::new("output-sim-json").with("pw", "open sesame 4711\n");
    for (arguments, password) in [(&["--seed", "7"][..], true), (&["--password-file", "pw"], false)]
    {
        let mut sim = command();
        sim.args(["sim", "--format", "json"]).args(arguments).current_dir(dir.path());
        let mut child = sim.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut text = String::new();
        for line in lines {
            text += &line.unwrap();
            if text.ends_with('}') {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let start: Value = serde_json::from_str(&text).unwrap();
        assert!(start["url"].as_str().unwrap().starts_with("https://127.0.0.1:"), "{start}");
        assert_eq!((&start["user"], start["password"].is_string()), (&json!("admin"), password));
        assert!(start["certificate"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(start["sha256"].is_string() && !text.contains("sesame"), "{start}");
    }
}
