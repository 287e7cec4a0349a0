//! Trees, appliances and machines as hostile, clumsy and unlucky users have them.

use std::{fs, path::Path};

use serde_json::json;

use crate::{
    appliance::{Appliance, HEALTH, disk, finish},
    support::Dir,
};

const HEALTH_FILE: &str = "site/management/health_monitoring.json";

/// An appliance with a tree of one file, which differs from it.
fn appliance(name: &str) -> Appliance {
    let appliance = Appliance::new(name, &[]);
    write(&appliance, "site/sps.toml", "target = \"8.0\"\n");
    write(&appliance, HEALTH_FILE, HEALTH);
    appliance
}

fn write(appliance: &Appliance, file: &str, content: &str) {
    let path = appliance.dir.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn read(appliance: &Appliance, file: &str) -> String {
    fs::read_to_string(appliance.dir.path().join(file)).unwrap()
}

fn set_limit(appliance: &Appliance, limit: u8) {
    write(appliance, "patch.json", &json!({"maximum_disk_utilization_ratio": limit}).to_string());
    let run = appliance.sps(&["patch", "management/health_monitoring", "patch.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
}

#[test]
fn a_misspelled_selection_is_no_empty_plan() {
    let appliance = appliance("attack-only");
    for (only, near) in [
        ("management/health_monitorng", "; did you mean management/health_monitoring?"),
        ("managment", ""),
        ("policies/time_policies/office", ""),
        ("", ""),
    ] {
        for command in [&["plan", "site"][..], &["apply", "site", "--yes"]] {
            let run = appliance.sps(&[command, &["--only", only]].concat());
            run.fails(1, &format!("error: the tree has nothing at {only}{near}\n"));
        }
    }
    for only in ["management", "/api/configuration/management/health_monitoring/"] {
        let run = appliance.sps(&["plan", "site", "--only", only]);
        assert_eq!(run.status, 3, "{}", run.all());
    }
    // What is owned may be all deleted.
    write(&appliance, "site/sps.toml", "owned = [\"policies/userlists\"]\n");
    for only in ["policies/userlists", "policies/userlists/gone", "policies"] {
        let run = appliance.sps(&["plan", "site", "--only", only]);
        assert_eq!((run.status, &*run.stdout), (0, "no changes: 0 objects as described\n"));
    }
    assert_eq!(disk(&appliance.health()), 80);
}

/// A volume of a container is such a folder, and so is one that only its owner may read.
#[test]
#[cfg(unix)]
fn a_folder_that_is_there_stays_the_same_folder() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    let appliance = Appliance::new("attack-folder", &[]);
    let root = appliance.dir.path();
    let private = root.join("private");
    fs::create_dir(&private).unwrap();
    fs::set_permissions(&private, fs::Permissions::from_mode(0o700)).unwrap();
    symlink("private", root.join("link")).unwrap();
    let before = fs::metadata(&private).unwrap();
    let run = appliance.sps(&["export", "link"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let after = fs::metadata(&private).unwrap();
    assert_eq!((before.ino(), before.mode()), (after.ino(), after.mode()));
    assert!(fs::symlink_metadata(root.join("link")).unwrap().is_symlink());
    assert_eq!(appliance.sps(&["plan", "private"]).status, 0);
}

#[test]
fn an_export_after_an_apply_needs_no_force() {
    let appliance = appliance("attack-record");
    assert_eq!(appliance.sps(&["export", "site", "--force"]).status, 0);
    let edited = read(&appliance, HEALTH_FILE).replace(
        "\"maximum_disk_utilization_ratio\": 80",
        "\"maximum_disk_utilization_ratio\":  85",
    );
    assert!(edited.contains(":  85"), "{edited}");
    write(&appliance, HEALTH_FILE, &edited);
    set_limit(&appliance, 70);
    let run = appliance.sps(&["export", "site", "-q"]);
    run.fails(2, "files were edited after the last export");
    assert_eq!(read(&appliance, HEALTH_FILE), edited);

    assert_eq!(appliance.sps(&["apply", "site", "--yes"]).status, 0);
    set_limit(&appliance, 60);
    let run = appliance.sps(&["export", "site"]);
    assert!(run.stdout.contains("1 changed"), "{}", run.all());
    assert_eq!(read(&appliance, HEALTH_FILE), edited.replace("85", "60"));

    // A saved plan knows its tree, unless that was edited since.
    write(&appliance, HEALTH_FILE, &edited);
    assert_eq!(appliance.sps(&["plan", "site", "--out", "change.plan"]).status, 3);
    assert_eq!(appliance.sps(&["apply", "change.plan", "--yes"]).status, 0);
    set_limit(&appliance, 50);
    assert_eq!(appliance.sps(&["export", "site"]).status, 0);
    write(&appliance, HEALTH_FILE, &edited);
    assert_eq!(appliance.sps(&["plan", "site", "--out", "change.plan"]).status, 3);
    write(&appliance, HEALTH_FILE, &edited.replace("85", "44"));
    assert_eq!(appliance.sps(&["apply", "change.plan", "--yes"]).status, 0);
    appliance.sps(&["export", "site", "-q"]).fails(2, "files were edited after the last export");

    // A tree that the appliance agrees with is remembered, too: the record may be on another machine.
    write(&appliance, HEALTH_FILE, &edited);
    fs::remove_dir_all(appliance.dir.path().join("home")).unwrap();
    assert_eq!(appliance.sps(&["apply", "site", "--yes"]).status, 0);
    set_limit(&appliance, 40);
    assert_eq!(appliance.sps(&["export", "site"]).status, 0);
}

/// Makes a pipe, which no program writes.
#[cfg(unix)]
fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
#[cfg(unix)]
fn a_saved_plan_that_is_no_file_is_an_error() {
    let dir = Dir::new("attack-plan-pipe");
    pipe(&dir.path().join("pipe"));
    for file in ["pipe", "/dev/zero"] {
        for command in [&["plan", "--show", file][..], &["apply", file, "--sim"]] {
            let message = format!("error: cannot read the plan {file}: it is no regular file\n");
            dir.sps(command).is(2, "", &message);
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_whose_name_is_not_utf8_is_not_passed_over() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    let dir = Dir::new("attack-utf8").with(HEALTH_FILE, HEALTH).with("site/sps.toml", "");
    fs::create_dir_all(dir.path().join("site/policies").join(OsStr::from_bytes(b"p\xff"))).unwrap();
    for command in [&["check", "site"][..], &["plan", "site", "--sim"]] {
        let run = dir.sps(command);
        assert_eq!(run.status, 2, "{}", run.all());
        let message = "error: site/policies/p\u{fffd}: its name is not UTF-8; rename it\n";
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}

#[test]
fn a_state_folder_that_cannot_be_written_names_its_variable() {
    let appliance = Appliance::new("attack-state", &[]);
    let file = appliance.dir.path().join("health.json");
    let mut command =
        appliance.logged_in("home", &["put", "management/health_monitoring", "health.json"]);
    let run = finish(command.env("XDG_STATE_HOME", file));
    let help = "help: make its folder writable, or set XDG_STATE_HOME to a writable folder that survives a crash\n";
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.ends_with(help), "{}", run.stderr);
    assert!(!run.stderr.contains("check the path"), "{}", run.stderr);
}

#[test]
#[cfg(unix)]
fn settings_that_are_no_file_are_an_error() {
    for kind in ["pipe", "folder", "link"] {
        let dir = Dir::new(&format!("attack-settings-{kind}")).with(HEALTH_FILE, HEALTH);
        let settings = dir.path().join("site/sps.toml");
        match kind {
            "pipe" => pipe(&settings),
            "folder" => fs::create_dir(&settings).unwrap(),
            _ => std::os::unix::fs::symlink("nowhere", &settings).unwrap(),
        }
        for command in [&["check", "site"][..], &["plan", "site", "--sim"]] {
            let run = dir.sps(command);
            assert_eq!(run.status, 2, "{kind}: {}", run.all());
            assert!(run.stderr.contains("sps.toml: "), "{kind}: {}", run.stderr);
        }
    }
}

#[test]
fn settings_that_contradict_each_other_are_an_error() {
    let dir = Dir::new("attack-contradiction").with(HEALTH_FILE, HEALTH).with(
        "site/sps.toml",
        "owned = [\"policies/time_policies\", \"policies/userlists\"]\nignored = [\"policies/userlists/\"]\n",
    );
    let run = dir.sps(&["check", "site", "--format", "concise"]);
    let expected = "site/sps.toml:1:36: error[invalid-settings] /owned/1: `policies/userlists` is owned, but \
                    `policies/userlists` is ignored";
    assert_eq!((run.status, run.stdout.lines().next()), (1, Some(expected)), "{}", run.all());
    // One object may be left alone.
    let one = "owned = [\"policies/userlists\"]\nignored = [\"policies/userlists/legacy\"]\n";
    assert_eq!(dir.with("site/sps.toml", one).sps(&["check", "site"]).status, 0);
}

#[test]
fn a_rename_to_an_object_without_a_file_is_told() {
    let moved = "[[moved]]\nfrom = \"policies/time_policies/7x24\"\nto = \"policies/time_policies/ofice\"\n";
    let dir = Dir::new("attack-moved").with(HEALTH_FILE, HEALTH).with("site/sps.toml", moved);
    let user_of_it = crate::tree::times("office");
    let dir = dir.with("site/policies/time_policies/office.json", user_of_it);
    let run = dir.sps(&["plan", "site", "--sim"]);
    let note = "note: [[moved]] does not rename policies/time_policies/7x24: no file describes policies/time_policies/ofice";
    assert!(run.all().contains(note), "{}", run.all());
}

#[test]
fn another_version_is_named_before_what_it_lacks() {
    let dir = Dir::new("attack-version").with("site/sps.toml", "target = \"8.0\"\n");
    let dir = dir.with("site/management/accounting.yaml", "require_commitlog: false\n");
    assert_eq!(dir.sps(&["check", "site"]).status, 0);
    let old = Appliance::new("attack-version-old", &["--target", "7.0"]);
    let root = dir.path().join("site");
    for command in [&["plan"][..], &["apply", "--yes"]] {
        let run = old.sps(&[command, &[root.to_str().unwrap()]].concat());
        assert_eq!(run.status, 1, "{}", run.all());
        assert!(
            run.stderr.contains("the appliance has version 7.0.0, for which"),
            "{}",
            run.stderr
        );
        assert!(run.all().contains("error[not-in-version]"), "{}", run.all());
    }
}

#[test]
fn a_plan_for_another_appliance_names_both() {
    let one = appliance("attack-plan-one");
    let other = appliance("attack-plan-other");
    set_limit(&other, 70);
    assert_eq!(one.sps(&["plan", "site", "--out", "change.plan"]).status, 3);
    let plan = one.dir.path().join("change.plan");
    let run = other.sps(&["apply", plan.to_str().unwrap(), "--yes"]);
    assert_eq!(run.status, 4, "{}", run.all());
    let note = format!("note: the plan was made for {}, and this is {}\n", one.url, other.url);
    assert!(run.stderr.contains(&note), "{}", run.stderr);
    assert_eq!(disk(&other.health()), 70);
}

#[test]
fn what_is_no_plan_says_what_belongs_there() {
    let dir = Dir::new("attack-no-plan").with("hello", "hello\n").with("empty", "");
    for file in ["hello", "empty"] {
        for command in [&["apply", file, "--yes", "--sim"][..], &["plan", "--show", file]] {
            let run = dir.sps(command);
            run.fails(
                2,
                "help: pass the folder of a tree, or a file that `sps plan --out` saved\n",
            );
        }
    }
    let dir = dir.with(HEALTH_FILE, HEALTH);
    let run = dir.sps(&["plan", "site", "-q", "--sim", "--out", "nowhere/change.plan"]);
    run.fails(2, "error: cannot write the plan nowhere/change.plan: no such file or folder\n");
}

#[test]
fn a_kept_secret_that_is_to_be_rotated_needs_a_source() {
    let trap = crate::tree::trap(r#"{"$secret": "keep"}"#);
    let dir = Dir::new("attack-kept").with("site/sps.toml", "target = \"8.0\"\n");
    let dir = dir.with("site/management/snmp/trap.json", trap);
    let run = dir.sps(&["check", "site", "-v"]);
    assert!(run.all().contains("only the appliance has this secret"), "{}", run.all());
    assert!(!run.all().contains("--with-secrets"), "{}", run.all());
    let place = "management/snmp/trap/version/value/auth_password";
    let run = dir.sps(&["plan", "site", "--sim", "--rotate", place]);
    assert_eq!(run.status, 1, "{}", run.all());
    let kept = format!("error: {place} is kept; say in the file where its new value comes from\n");
    assert!(run.stderr.contains(&kept), "{}", run.stderr);
    let run = dir.sps(&["plan", "site", "--sim", "--rotate", "management/snmp/trap/x"]);
    assert!(run.stderr.contains("there is no secret at management/snmp/trap/x"), "{}", run.stderr);
}

#[test]
fn a_label_of_a_collection_alone_says_what_is_missing() {
    let policy = json!({"name": "c", "rules": [{
        "channel": "#drawing",
        "actions": {"audit": true, "content_policy": null, "four_eyes": false, "ids": false},
        "allowed_for": {"clients": [], "gateway_groups": [], "remote_groups": [], "servers": [],
            "time_policy": {"$ref": "policies/time_policies"}}}]});
    let dir = Dir::new("attack-collection")
        .with("site/sps.toml", "")
        .with("site/rdp/channel_policies/c.json", policy.to_string());
    let run = dir.sps(&["check", "site"]);
    assert!(run.stdout.contains("`policies/time_policies` is a whole collection"), "{}", run.all());
    assert!(run.stdout.contains("\"policies/time_policies/NAME\""), "{}", run.all());
}

#[test]
fn a_number_that_no_program_can_hold_is_an_error_everywhere() {
    for (file, text, code) in [
        ("things.json", "{\"a\": [1e999]}", "invalid-json"),
        ("things.yaml", "a: [1e999]\n", "wrong-type"),
    ] {
        let dir = Dir::new(&format!("attack-number-{file}"))
            .with("site/sps.toml", "unknown = [\"new/things\"]\n")
            .with(&format!("site/new/{file}"), text);
        let run = dir.sps(&["check", "site", "--format", "concise"]);
        assert_eq!(run.status, 1, "{}", run.all());
        let errors = run.stdout.matches("error[").count();
        assert!(run.stdout.contains(&format!("error[{code}]")) && errors == 1, "{}", run.all());
    }
}

/// Characters that a terminal acts on, that reorder a line, or that no reader sees.
#[test]
fn no_output_has_a_character_that_readers_do_not_see() {
    let names = ["esc\u{1b}[31mx", "bidi\u{202e}x", "zero\u{200b}x", "c1\u{9b}x", "line\u{2028}x"];
    let appliance = Appliance::new("attack-hidden", &[]);
    write(&appliance, "site/sps.toml", "target = \"8.0\"\n");
    for (at, name) in names.iter().enumerate() {
        let text = crate::tree::times(name);
        write(&appliance, &format!("body{at}.json"), &text);
        let body = format!("body{at}.json");
        let run = appliance.sps(&["post", "policies/user_databases", &body, "--dry-run"]);
        // Only the spelling of the label counts here.
        assert!(!run.all().contains(*name), "{}", run.all());
        let user_list = json!({"name": name, "allow": "all_users", "except": []});
        write(&appliance, &body, &user_list.to_string());
        let run = appliance.sps(&["post", "policies/userlists", &body]);
        assert_eq!(run.status, 0, "{}", run.all());
    }
    let mut outputs = vec![appliance.sps(&["export", "tree"])];
    write(&appliance, "empty/sps.toml", "owned = [\"policies/userlists\"]\n");
    for format in ["human", "json", "markdown", "html"] {
        outputs.push(appliance.sps(&["plan", "empty", "--format", format]));
    }
    outputs.push(appliance.sps(&["plan", "empty", "--graph", "dot"]));
    outputs.push(appliance.sps(&["diff", "empty", "live"]));
    outputs.push(appliance.sps(&["apply", "empty", "--yes"]));
    for run in &outputs {
        assert!([0, 2, 3].contains(&run.status), "{}", run.all());
        let hidden = |it: char| it != '\n' && sps_validate::text::is_hidden(it);
        let found: Vec<char> = run.all().chars().filter(|it| hidden(*it)).collect();
        assert!(found.is_empty(), "{found:?} in {}", run.all());
    }
    assert_eq!(appliance.sps(&["plan", "tree"]).status, 0);
    let folder = appliance.dir.path().join("tree/policies/userlists");
    let files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files.len(), names.len());
    assert!(files.iter().all(|it| it.chars().all(|it| it.is_ascii_graphic())), "{files:?}");
}
