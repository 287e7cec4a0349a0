//! Read, change and write: nothing is lost, and the change of another user is never overwritten unseen.

use std::{fs, io::Read as _, process::Command};

use serde_json::{Value, json};

use crate::{
    appliance::{Appliance, HEALTH, disk, finish},
    support::{Dir, Run},
};

const HEALTH_MONITORING: &str = "management/health_monitoring";

impl Appliance {
    fn write(&self, file: &str, content: &str) {
        fs::write(self.dir.path().join(file), content).unwrap();
    }

    fn get(&self, endpoint: &str) -> Value {
        self.sps(&["get", endpoint, "--request"]).json()
    }

    /// Saves an object in the form of a request.
    fn save(&self, endpoint: &str, file: &str) {
        let run = self.sps(&["get", endpoint, "--request"]);
        assert_eq!(run.status, 0, "{}", run.all());
        self.write(file, &run.stdout);
    }

    /// Changes one member of the health monitoring, as another user would.
    fn set(&self, member: &str, value: u64) {
        let mut health = self.health();
        health[member] = value.into();
        self.write("other.json", &health.to_string());
        let run = self.sps(&["put", HEALTH_MONITORING, "other.json"]);
        assert_eq!(run.status, 0, "{}", run.all());
    }

    /// Runs `sps edit` with a shell command as the editor; `$1` is the file.
    fn edit(&self, endpoint: &str, script: &str, more: &[&str]) -> Run {
        let script = format!("#!/bin/sh\n{script}\n");
        self.write("editor.sh", &script);
        let arguments = [&["edit", endpoint], more].concat();
        let mut command: Command = self.logged_in("home", &arguments);
        command.env("EDITOR", "sh ./editor.sh").env("TMPDIR", self.dir.path());
        command.env("PATH", std::env::var_os("PATH").unwrap());
        finish(&mut command)
    }
}

fn lines_with<'run>(run: &'run Run, start: &str) -> Vec<&'run str> {
    run.stderr.lines().filter(|line| line.starts_with(start)).collect()
}

#[test]
fn a_put_lists_old_and_new_values() {
    let appliance = Appliance::new("changes-list", &[]);
    let run = appliance.sps(&["put", HEALTH_MONITORING, "health.json", "--dry-run"]);
    assert_eq!(
        lines_with(&run, "set"),
        [
            "set        /maximum_disk_utilization_ratio: 80 -> 91",
            "set        /maximum_swap_utilization_ratio: 70 -> 71"
        ],
        "{}",
        run.all()
    );
    assert_eq!((run.status, &*run.stdout), (3, ""));
    assert_eq!(disk(&appliance.health()), 80);
    assert_eq!(appliance.sps(&["put", HEALTH_MONITORING, "health.json"]).status, 0);
    // Nothing is left to change.
    let run = appliance.sps(&["put", HEALTH_MONITORING, "health.json", "--dry-run"]);
    assert_eq!(
        lines_with(&run, "unchanged"),
        ["unchanged  /api/configuration/management/health_monitoring has these values already"]
    );
    assert_eq!(run.status, 0);
}

#[test]
fn a_stale_base_keeps_the_change_of_another_user() {
    let appliance = Appliance::new("changes-base", &[]);
    appliance.save(HEALTH_MONITORING, "base.json");
    appliance.set("maximum_load1", 5);
    let put = ["put", HEALTH_MONITORING, "health.json", "--base", "base.json"];
    for arguments in [&put[..], &[&put[..], &["--dry-run"]].concat()] {
        let run = appliance.sps(arguments);
        assert_eq!((run.status, &*run.stdout), (4, ""), "{}", run.all());
        for line in [
            "error: management/health_monitoring has changed since base.json was read; nothing was sent",
            "  /maximum_load1: null -> 5",
            "canceled   nothing was changed",
        ] {
            assert!(run.stderr.lines().any(|it| it == line), "{line:?}: {}", run.all());
        }
    }
    assert_eq!(appliance.health()["maximum_load1"], 5);
    assert!(appliance.is_free());
    // A fresh base, as a whole response this time.
    let response = appliance.sps(&["get", HEALTH_MONITORING]);
    appliance.write("base.json", &response.stdout);
    assert_eq!(appliance.sps(&put).status, 0);
    assert_eq!(appliance.health(), serde_json::from_str::<Value>(HEALTH).unwrap());
}

#[test]
fn a_stale_base_keeps_an_object_from_deletion() {
    let appliance = Appliance::new("changes-base-delete", &[]);
    let policy = "policies/time_policies";
    let body = r#"{"name": "office", "Mon": [["8:00", "17:00"]], "Tue": [], "Wed": [], "Thu": [], "Fri": [], "Sat": [], "Sun": []}"#;
    appliance.write("office.json", body);
    let run = appliance.sps(&["post", policy, "office.json"]);
    let object = &format!("{policy}/{}", run.stdout.trim_end());
    appliance.write("old.json", &body.replace("8:00", "7:00"));
    let run = appliance.sps(&["delete", object, "--base", "old.json"]);
    assert_eq!(run.status, 4, "{}", run.all());
    assert!(run.stderr.contains(r#"/Mon/0/0: "7:00" -> "8:00""#), "{}", run.all());
    let run = appliance.sps(&["delete", object, "--base", "office.json", "--dry-run"]);
    assert_eq!(run.status, 3, "{}", run.all());
    assert_eq!(appliance.sps(&["delete", object, "--base", "office.json"]).status, 0);
    appliance.sps(&["get", object]).fails(2, "object not found");
}

#[test]
fn keys_of_newer_firmware_survive_every_way_of_writing() {
    let appliance = Appliance::new("changes-newer", &["--extra-key", "newer_option"]);
    for endpoint in ["management/email", "management/snmp/trap", HEALTH_MONITORING] {
        let before = appliance.get(endpoint);
        assert!(before["newer_option"].is_string(), "{endpoint}: {before}");
        appliance.save(endpoint, "body.json");
        // What was read may be sent.
        let run = appliance.sps(&["put", endpoint, "body.json"]);
        assert_eq!(run.status, 0, "{}", run.all());
        assert_eq!(appliance.get(endpoint), before);
    }
    // Also with a change, below a union, by a patch and in an editor.
    let mut trap = appliance.get("management/snmp/trap");
    assert!(trap["version"]["value"]["newer_option"].is_string(), "{trap}");
    trap["enabled"] = true.into();
    appliance.write("trap.json", &trap.to_string());
    let run = appliance.sps(&["put", "management/snmp/trap", "trap.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    appliance.write("patch.json", r#"{"maximum_load1": 3}"#);
    let run = appliance.sps(&["patch", HEALTH_MONITORING, "patch.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let run = appliance.edit(HEALTH_MONITORING, "sed -i 's/: 3/: 4/' \"$1\"", &[]);
    assert_eq!(run.status, 0, "{}", run.all());
    let health = appliance.health();
    assert_eq!(health["maximum_load1"], 4);
    assert!(health["newer_option"].is_string(), "{health}");
    assert_eq!(appliance.get("management/snmp/trap"), trap);

    // A key that the object does not have is a mistake all the same, and a lost one is listed.
    let mut wrong = health.clone();
    wrong["newer_opton"] = 1.into();
    appliance.write("wrong.json", &wrong.to_string());
    let run = appliance.sps(&["put", HEALTH_MONITORING, "wrong.json"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert_eq!(lines_with(&run, "1 error"), ["1 error; nothing was sent"]);
    assert!(run.stderr.contains("unknown-key] /newer_opton"), "{}", run.all());
    let mut shorter = health;
    shorter.as_object_mut().unwrap().remove("newer_option");
    appliance.write("shorter.json", &shorter.to_string());
    let run = appliance.sps(&["put", HEALTH_MONITORING, "shorter.json", "--dry-run"]);
    assert_eq!(lines_with(&run, "remove"), ["remove     /newer_option: (hidden) -> (absent)"]);
}

#[test]
fn keys_of_another_variant_are_no_keys_of_newer_firmware() {
    let appliance = Appliance::new("changes-variant", &[]);
    let v3 = json!({"enabled": true, "version": {"selection": "3", "value": {
        "server": {"selection": "ip", "value": "192.0.2.5"}, "username": "trapper", "engine_id": "0x0123456789",
        "auth_method": "sha", "auth_password": null, "encryption_method": "none", "encryption_password": null}}});
    let mut v3 = v3;
    let run = {
        appliance.write("password.json", r#"{"plain": "correct horse battery"}"#);
        appliance.sps(&["post", "passwords", "password.json"])
    };
    v3["version"]["value"]["auth_password"] = run.stdout.trim_end().into();
    appliance.write("v3.json", &v3.to_string());
    let run = appliance.sps(&["put", "management/snmp/trap", "v3.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    // A merge patch to another variant keeps what belongs to the old one.
    appliance.write(
        "patch.json",
        r#"{"version": {"selection": "2c", "value": {"community": "noc-7"}}}"#,
    );
    let run = appliance.sps(&["patch", "management/snmp/trap", "patch.json"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.stderr.contains("error[unknown-key] /version/value/username"), "{}", run.all());
    assert!(!run.all().contains("noc-7"), "{}", run.all());
    assert_eq!(appliance.get("management/snmp/trap"), v3);
}

#[test]
fn a_value_that_was_dropped_is_not_shown_if_it_is_a_secret() {
    let fault = "PUT /api/configuration/management/snmp/trap lose-key=community";
    let appliance = Appliance::new("changes-dropped", &["--fault", fault]);
    appliance.write(
        "patch.json",
        r#"{"enabled": true, "version": {"value": {"community": "LoseSecret71"}}}"#,
    );
    for format in ["human", "json"] {
        let run =
            appliance.sps(&["patch", "management/snmp/trap", "patch.json", "--format", format]);
        assert_eq!(run.status, 1, "{}", run.all());
        assert!(!run.all().contains("LoseSecret71"), "{}", run.all());
    }
    // Nor a text in place of a key.
    appliance.write(
        "mail.json",
        r#"{"smtp_auth": {"enabled": true, "username": "a", "password": "Sup3rSecret!"}}"#,
    );
    let run = appliance.sps(&["patch", "management/email", "mail.json", "--dry-run"]);
    assert!(run.stderr.contains("add        /smtp_auth/"), "{}", run.all());
    assert!(!run.all().contains("Sup3rSecret"), "{}", run.all());
}

#[test]
fn a_base_of_another_object_is_no_stale_base() {
    let appliance = Appliance::new("changes-wrong-base", &[]);
    let response = appliance.sps(&["get", "management/email"]);
    appliance.write("email.json", &response.stdout);
    appliance.write("list.json", "[]");
    for (file, part) in
        [("email.json", "is about another object"), ("list.json", "expected the body of")]
    {
        let run = appliance.sps(&["put", HEALTH_MONITORING, "health.json", "--base", file]);
        assert_eq!(run.status, 2, "{}", run.all());
        assert!(run.stderr.contains(part), "{}", run.all());
    }
    let run = appliance.sps(&["diff", "email.json", "live", "-e", HEALTH_MONITORING]);
    run.fails(2, "one side is about management/email, not about management/health_monitoring");
}

#[test]
fn a_patch_changes_only_its_members() {
    let appliance = Appliance::new("changes-patch", &[]);
    let before = appliance.health();
    appliance.write("merge.json", r#"{"maximum_load5": 9}"#);
    let run = appliance.sps(&["patch", HEALTH_MONITORING, "merge.json", "--dry-run"]);
    assert_eq!(run.status, 3, "{}", run.all());
    assert_eq!(appliance.health(), before);
    let run = appliance.sps(&["patch", HEALTH_MONITORING, "merge.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let mut expected = before;
    expected["maximum_load5"] = 9.into();
    assert_eq!(appliance.health(), expected);
    let run = appliance.sps(&["patch", HEALTH_MONITORING, "merge.json"]);
    assert_eq!((run.status, lines_with(&run, "unchanged").len()), (0, 1), "{}", run.all());

    let operations = |value: u64| {
        json!([{"op": "test", "path": "/maximum_load5", "value": value},
               {"op": "replace", "path": "/maximum_load5", "value": null}])
    };
    appliance.write("operations.json", &operations(8).to_string());
    let run = appliance.sps(&["patch", HEALTH_MONITORING, "operations.json"]);
    assert_eq!(run.status, 4, "{}", run.all());
    assert!(run.stderr.contains("the test of /maximum_load5 failed"), "{}", run.all());
    assert_eq!(appliance.health(), expected);
    appliance.write("operations.json", &operations(9).to_string());
    assert_eq!(appliance.sps(&["patch", HEALTH_MONITORING, "operations.json"]).status, 0);
    expected["maximum_load5"] = Value::Null;
    assert_eq!(appliance.health(), expected);

    // What the patch makes is checked like any body.
    for (patch, status, part) in [
        (r#"{"maximum_load5": "9"}"#, 1, "error[wrong-type] /maximum_load5"),
        (r#"{"maximum_lod5": 9}"#, 1, "error[unknown-key] /maximum_lod5"),
        (r#"[{"op": "remove", "path": "/nothing"}]"#, 2, "nothing is at /nothing"),
        (r#"[{"op": "remove"}]"#, 2, "operation 0 is invalid"),
        ("7", 2, "expected an object"),
    ] {
        appliance.write("wrong.json", patch);
        let run = appliance.sps(&["patch", HEALTH_MONITORING, "wrong.json"]);
        assert_eq!(run.status, status, "{patch}: {}", run.all());
        assert!(run.stderr.contains(part), "{part:?}: {}", run.all());
        assert!(appliance.is_free(), "{patch}");
    }
    assert_eq!(appliance.health(), expected);
}

#[test]
#[cfg(unix)]
fn an_edit_is_checked_compared_and_sent() {
    let appliance = Appliance::new("changes-edit", &[]);
    let run = appliance.edit(HEALTH_MONITORING, "sed -i 's/: 80/: 85/' \"$1\"", &["--dry-run"]);
    assert_eq!(run.status, 3, "{}", run.all());
    assert_eq!(lines_with(&run, "set"), ["set        /maximum_disk_utilization_ratio: 80 -> 85"]);
    assert_eq!(disk(&appliance.health()), 80);
    let run = appliance.edit(HEALTH_MONITORING, "sed -i 's/: 80/: 85/' \"$1\"", &[]);
    assert_eq!((run.status, disk(&appliance.health())), (0, 85), "{}", run.all());
    for script in ["true", "touch \"$1\"", "echo >> \"$1\""] {
        let run = appliance.edit(HEALTH_MONITORING, script, &[]);
        assert_eq!((run.status, lines_with(&run, "opened").len()), (0, 0), "{}", run.all());
        assert_eq!(lines_with(&run, "unchanged").len(), 1, "{}", run.all());
    }
}

#[test]
#[cfg(unix)]
fn an_edit_that_cannot_be_sent_is_kept() {
    let appliance = Appliance::new("changes-edit-kept", &[]);
    let kept = |run: &Run| {
        let line = lines_with(run, "note: your edit is in ");
        let [line] = line.as_slice() else { panic!("{}", run.all()) };
        fs::read_to_string(line.strip_prefix("note: your edit is in ").unwrap()).unwrap()
    };
    let run = appliance.edit(HEALTH_MONITORING, "sed -i 's/: 80/: 850/' \"$1\"", &[]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.stderr.contains("error[out-of-range]"), "{}", run.all());
    assert!(kept(&run).contains(": 850"));
    let run = appliance.edit(HEALTH_MONITORING, "echo '{' > \"$1\"", &[]);
    assert_eq!((run.status, &*kept(&run)), (1, "{\n"), "{}", run.all());

    // Another user commits while the editor is open: the editor itself does that here.
    let sps = env!("CARGO_BIN_EXE_sps");
    let other = "'{\"maximum_load1\": 5}'";
    let connection =
        format!("--host {} --user admin --ca-file ca.pem --lock-wait 0", appliance.url);
    let script = format!(
        "echo {other} | {sps} patch {HEALTH_MONITORING} - {connection} || exit 1\nsed -i 's/: 80/: 85/' \"$1\""
    );
    let run = appliance.edit(HEALTH_MONITORING, &script, &[]);
    assert_eq!(run.status, 4, "{}", run.all());
    assert!(kept(&run).contains(": 85"));
    let line =
        "error: management/health_monitoring has changed since it was read; nothing was sent";
    assert!(run.stderr.lines().any(|it| it == line), "{}", run.all());
    let health = appliance.health();
    assert_eq!((&health["maximum_load1"], disk(&health)), (&json!(5), 80));

    // An editor that fails: `:cq` in vi, a crash, or one that does not exist.
    for script in ["sed -i 's/: 80/: 61/' \"$1\"; exit 3", "kill -9 $$"] {
        let run = appliance.edit(HEALTH_MONITORING, script, &[]);
        assert_eq!(run.status, 2, "{}", run.all());
        assert!(run.stderr.contains("nothing was sent"), "{}", run.all());
        assert!(kept(&run).contains("maximum_disk_utilization_ratio"), "{}", run.all());
    }
    assert_eq!(disk(&appliance.health()), 80);
    let edit = |name: &str, editor: &str| {
        let mut command = appliance.logged_in("home", &["edit", HEALTH_MONITORING]);
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("TMPDIR", appliance.dir.path());
        finish(command.env("VISUAL", "").env(name, editor))
    };
    let run = edit("EDITOR", "no-such-editor");
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.contains("the editor `no-such-editor` failed"), "{}", run.all());
    // An empty variable counts as absent.
    let run = edit("EDITOR", "true");
    assert_eq!((run.status, lines_with(&run, "unchanged").len()), (0, 1), "{}", run.all());
}

#[test]
fn a_diff_compares_files_and_live_objects() {
    let appliance = Appliance::new("changes-diff", &[]);
    let run = appliance.sps(&["diff", "health.json", "live", "-e", HEALTH_MONITORING]);
    assert_eq!(
        (run.status, &*run.stdout, &*run.stderr),
        (
            3,
            "~ /maximum_disk_utilization_ratio: 91 -> 80\n~ /maximum_swap_utilization_ratio: 71 -> 70\n",
            "2 differences\n"
        )
    );
    let run = appliance.sps(&["diff", HEALTH_MONITORING, "health.json", "--format", "json"]);
    assert_eq!(run.status, 3);
    assert_eq!(
        run.json(),
        json!({
            "schema_version": 1,
            "path": "/api/configuration/management/health_monitoring",
            "differences": [
                {"op": "replace", "pointer": "/maximum_disk_utilization_ratio",
                 "before": {"value": 80}, "after": {"value": 91}},
                {"op": "replace", "pointer": "/maximum_swap_utilization_ratio",
                 "before": {"value": 70}, "after": {"value": 71}},
            ]
        })
    );
    // A whole response tells its endpoint, and is compared in the form of a request.
    let response = appliance.sps(&["get", "management/snmp/trap"]);
    appliance.write("response.json", &response.stdout);
    let run = appliance.sps(&["diff", "response.json", "live"]);
    assert_eq!((run.status, &*run.stdout, &*run.stderr), (0, "", "no differences\n"));
}

#[test]
fn a_diff_of_files_needs_no_appliance() {
    let trap = |community: &str| {
        json!({"enabled": true, "version": {"selection": "2c", "value": {
            "community": community, "server": {"selection": "ip", "value": "192.0.2.5"}}}})
        .to_string()
    };
    let dir = Dir::new("changes-diff-files")
        .with("a.json", trap("secret-one"))
        .with("b.json", trap("secret-two"))
        .with("management/email.json", "{}");
    let run = dir.sps(&["diff", "a.json", "b.json", "-e", "management/snmp/trap"]);
    assert_eq!(run.status, 3);
    assert_eq!(run.stdout, "~ /version/value/community: (hidden) -> (hidden)\n");
    let run =
        dir.sps(&["diff", "a.json", "b.json", "-e", "management/snmp/trap", "--format", "json"]);
    assert!(!run.stdout.contains("secret"), "{}", run.stdout);
    let run =
        dir.sps_with(&["diff", "a.json", "-", "-e", "management/snmp/trap"], trap("secret-one"));
    assert_eq!((run.status, &*run.stdout, &*run.stderr), (0, "", "no differences\n"));
    for (arguments, part) in [
        (&["diff", "a.json", "b.json"][..], "cannot tell which endpoint"),
        (&["diff", "-", "-"], "only one side"),
        (&["diff", "a.json", "no-such-file"], "no-such-file: no such file; unknown endpoint"),
        (&["diff", "a.json", "a.json", "-e", "/api/unknown"], "needs an endpoint of the spec"),
        (&["diff", "management/email.json", "management/snmp/trap"], "different endpoints"),
    ] {
        dir.sps(arguments).fails(2, part);
    }
}

#[test]
fn what_no_endpoint_supports_fails_before_the_login() {
    // Nothing listens there.
    let host = ["--host", "127.0.0.1:1", "--user", "a"];
    let dir = Dir::new("changes-impossible").with("health.json", HEALTH).with("p.json", "{}");
    for (arguments, message) in [
        (
            &["put", "passwords", "p.json"][..],
            "passwords is a collection; name one of its objects, passwords/KEY, or create one with `sps post passwords`",
        ),
        (
            &["delete", "passwords"],
            "passwords is a collection; name one of its objects, passwords/KEY",
        ),
        (
            &["delete", "management/email"],
            "management/email always exists and cannot be deleted; `sps put management/email` replaces it",
        ),
        (
            &["post", "management/email", "p.json"],
            "management/email always exists; `sps put management/email` replaces it",
        ),
        (
            &["post", "passwords/1", "p.json"],
            "passwords/1 is an object; `sps put` replaces it, and `sps post passwords` creates another",
        ),
        (
            &["put", "info", "p.json"],
            "info does not support PUT; `sps show info` lists its methods",
        ),
        (
            &["patch", "management/snmp", "p.json"],
            "management/snmp only holds other endpoints; `sps endpoints` lists them",
        ),
        (&["edit", "management/snmp"], "management/snmp only holds other endpoints"),
        (&["edit", "/api/x"], "/api/x: `sps edit` needs an endpoint of the spec"),
    ] {
        dir.sps(&[arguments, &host].concat()).fails(2, message);
    }
}

#[test]
fn an_endpoint_that_the_version_lacks_is_named() {
    let appliance = Appliance::new("changes-version", &["--target", "6.0.1"]);
    let endpoint = "management/web_gateway_authentication";
    let part = "the appliance has version 6.0.1, and management/web_gateway_authentication exists in 7.0.3.1 and later";
    appliance.sps(&["get", endpoint]).fails(2, part);
    let template = appliance.dir.sps(&["template", endpoint]);
    appliance.write("new.json", &template.stdout);
    appliance.sps(&["edit", endpoint]).fails(2, part);
    let run = appliance.sps(&["put", endpoint, "new.json", "--allow-unknown"]);
    assert!(run.status == 2 && run.stderr.contains(part), "{}", run.all());
}

#[test]
fn an_endpoint_outside_the_spec_passes_with_a_note() {
    let appliance = Appliance::new("changes-outside", &[]);
    appliance.write("x.json", "{}");
    let run = appliance.sps(&["put", "/api/configuration/network/elsewhere", "x.json"]);
    assert!(
        run.stderr.starts_with("note: /api/configuration/network/elsewhere is not in the spec"),
        "{}",
        run.all()
    );
    assert!(run.stderr.contains("opened     a transaction"), "{}", run.all());
}

#[test]
fn no_step_shows_a_secret() {
    let appliance = Appliance::new("changes-secrets", &[]);
    appliance.write("password.json", r#"{"plain": "hunter2-hunter2"}"#);
    let run = appliance.sps(&["post", "passwords", "password.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let trap = json!({"enabled": true, "version": {"selection": "2c", "value": {
        "community": "hunter2-community", "server": {"selection": "ip", "value": "192.0.2.5"}}}});
    appliance.write("trap.json", &trap.to_string());
    let run = appliance.sps(&["put", "management/snmp/trap", "trap.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(!run.all().contains("hunter2"), "{}", run.all());
    assert!(lines_with(&run, "set").iter().any(|it| it.contains("/version")), "{}", run.all());
    let script = "sed -i 's/hunter2-community/hunter3-community/' \"$1\"";
    let run = appliance.edit("management/snmp/trap", script, &[]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(!run.all().contains("hunter"), "{}", run.all());
}

#[test]
#[cfg(unix)]
fn a_commit_after_that_of_another_session_ends_with_the_status_of_a_stale_base() {
    // Each session has a transaction of its own; this one is held up before its commit.
    let fault = "GET /api/transaction/changes delay=4s x1";
    let appliance = Appliance::new("changes-parallel", &["--locks", "parallel", "--fault", fault]);
    let (mut child, mut lines) = appliance.hang("changed");
    let mut health = appliance.health_elsewhere();
    health["maximum_load1"] = 5.into();
    appliance.write("other.json", &health.to_string());
    let arguments = ["put", HEALTH_MONITORING, "other.json"];
    let other = finish(&mut appliance.logged_in("elsewhere", &arguments));
    assert_eq!(other.status, 0, "{}", other.all());
    let mut stderr = String::new();
    lines.read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(4), "{stderr}");
    assert!(stderr.contains("another session committed first"), "{stderr}");
    let health = appliance.health_elsewhere();
    assert_eq!((&health["maximum_load1"], disk(&health)), (&json!(5), 80));
}

/// Work that takes effect with a commit is committed, and nothing stays locked.
#[test]
fn a_promotion_is_committed_and_a_node_can_be_changed() {
    let appliance = Appliance::new("promotion", &["--target", "8.0"]);
    let dry = appliance.sps(&["post", "cluster/promote", "--dry-run"]);
    assert_eq!(dry.status, 3, "{}", dry.all());
    assert_eq!(appliance.sps(&["get", "cluster/nodes"]).json()["items"], json!([]));

    let run = appliance.sps(&["post", "cluster/promote"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert_eq!(run.json()["body"]["roles"], json!(["central-management"]));
    assert!(run.stderr.contains("committed  "), "{}", run.stderr);
    let nodes = appliance.sps(&["get", "cluster/nodes"]).json();
    let key = nodes["items"][0]["key"].as_str().unwrap().to_owned();
    // Another user could not, if the transaction were still open.
    let run = appliance.sps(&["put", HEALTH_MONITORING, "health.json"]);
    assert_eq!(run.status, 0, "{}", run.all());

    let node = format!("/api/cluster/nodes/{key}");
    let mut body: Value =
        serde_json::from_str(&appliance.sps(&["get", &node, "--request"]).stdout).unwrap();
    body["roles"] = json!(["central-management", "search-master"]);
    fs::write(appliance.dir.path().join("node.json"), body.to_string()).unwrap();
    let run = appliance.sps(&["put", &node, "node.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert_eq!(appliance.sps(&["get", &node]).json()["body"]["roles"], body["roles"]);
}
