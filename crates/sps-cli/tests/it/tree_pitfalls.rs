//! Situations in which tools of this kind failed their users, as `sps check` of a tree meets them.

use std::fs;

use serde_json::Value;

use crate::{
    machine,
    support::{Dir, Run, command},
    tree::{shell, times, trap, tree},
};

/// The findings on one line each, without the summary.
fn findings(dir: &Dir, arguments: &[&str]) -> (i32, Vec<String>) {
    let run = dir.sps(&[&["check", "--format", "concise", "--quiet"], arguments].concat());
    let mut lines: Vec<_> = run.stdout.lines().map(str::to_owned).collect();
    lines.pop();
    (run.status, lines)
}

fn read(dir: &Dir, file: &str) -> String {
    fs::read_to_string(dir.path().join(file)).unwrap()
}

fn office() -> String {
    times("office")
}

#[test]
fn s017_the_address_of_a_schema_is_kept_by_a_repair() {
    let schema = "{\n  \"$schema\": \"https://example.com/trap.json\",\n";
    let text = trap(r#"{"$secret": "keep"}"#).replacen("{\n", schema, 1);
    let slip = text.replace("\"engine_id\"", "\"engineid\"");
    let dir = tree("s017").with("site/management/snmp/trap.json", &slip);
    assert_eq!(dir.sps(&["check", "site", "--fix"]).status, 0);
    assert_eq!(read(&dir, "site/management/snmp/trap.json"), text);
}

#[test]
fn s027_a_repair_keeps_an_unknown_key() {
    let text = trap(r#"{"$secret": "keep"}"#).replacen("{\n", "{\n  \"x_new\" : [ 1,2 ],\n", 1);
    let slip = text.replace("\"username\"", "\"user-name\"");
    let dir = tree("s027").with("site/management/snmp/trap.json", &slip);
    let run = dir.sps(&["check", "site", "--fix"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.stdout.contains("error[unknown-key] /x_new"), "{}", run.stdout);
    assert_eq!(read(&dir, "site/management/snmp/trap.json"), text);
    assert_eq!(dir.sps(&["check", "site", "--allow-unknown", "-q"]).status, 0);
    let dir = dir.with("site/sps.toml", "[check]\nallow = ['unknown-key', 'weak-encryption']\n");
    assert_eq!(dir.sps(&["check", "site", "-q"]).status, 0);
}

#[test]
fn s041_every_format_hides_the_same_places() {
    let plain = "blue parrot 1904";
    let text = trap(&format!("{{\"$new\": {{\"plain\": \"{plain}\"}}}}"));
    let dir =
        tree("s041").with("site/management/snmp/trap.json", text.replace("\"sha\"", "\"sha256\""));
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "html"] {
        let run = dir.sps(&["check", "site", "--format", format]);
        assert_eq!(run.status, 1, "{}", run.all());
        assert!(run.stdout.contains("/version/value/auth_method"), "{}", run.all());
        assert!(!run.all().contains("parrot"), "{}", run.all());
    }
}

#[test]
fn s045_a_syntax_error_beside_a_secret_shows_its_place_alone() {
    let text = "{\n  \"enabled\": {\"$new\": {\"plain\": \"correct horse battery\"}},\n  oops\n}\n";
    let dir = tree("s045").with("site/management/snmp/trap.json", text);
    let run = dir.sps(&["check", "site"]);
    assert_eq!(run.status, 1, "{}", run.all());
    let place = "site/management/snmp/trap.json:3:3: error[invalid-json]";
    assert!(run.stdout.starts_with(place), "{}", run.stdout);
    assert!(!run.all().contains("correct horse"), "{}", run.all());
}

#[test]
fn s033_two_files_of_one_object_are_both_named() {
    let dir = tree("s033").with("site/policies/time_policies/%6Fffice.json", office());
    let (status, lines) = findings(&dir, &["site"]);
    assert_eq!(status, 1);
    assert_eq!(
        lines,
        [
            "site/policies/time_policies/office.json:1:1: error[duplicate-label]: `policies/time_policies/office` is \
          described by `policies/time_policies/%6Fffice.json` as well"
        ]
    );
    let plan = dir.sps(&["plan", "site", "--sim", "-q"]);
    assert!(!plan.stderr.contains("reading"), "{}", plan.stderr);
}

#[test]
fn s055_the_name_of_a_file_is_the_name_in_it() {
    let dir = tree("s055").with("site/policies/time_policies/office.json", times("office-hours"));
    let (status, lines) = findings(&dir, &["site"]);
    assert_eq!(status, 1);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].ends_with("the file is named `office`, and `name` in it is `office-hours`"),
        "{lines:?}"
    );
}

#[test]
fn s059_two_moves_with_one_end_name_both_lines() {
    let moved = |from: &str, to: &str| {
        format!(
            "[[moved]]\nfrom = 'policies/time_policies/{from}'\nto = 'policies/time_policies/{to}'\n"
        )
    };
    let settings = moved("a", "office") + &moved("b", "office");
    let dir = tree("s059").with("site/sps.toml", settings);
    let json = dir.sps(&["check", "site", "--format", "json"]).json();
    let it =
        &json["documents"].as_array().unwrap().iter().find(|it| it["source"] == "site/sps.toml");
    let it = &it.unwrap()["diagnostics"][0];
    assert_eq!((&it["code"], &it["span"]["line"]), (&"invalid-settings".into(), &6.into()));
    assert_eq!(it["related"][0]["span"]["line"], 3);
}

#[test]
fn s071_s075_settings_select_what_they_name() {
    let dir = tree("s071")
        .with("site/sps.toml", "owned = ['policies/time_polices', '/', '']\nignored = ['']\n");
    let (status, lines) = findings(&dir, &["site"]);
    let of_settings: Vec<_> = lines.iter().filter(|it| it.contains("invalid-settings")).collect();
    assert_eq!((status, of_settings.len()), (1, 4), "{lines:?}");
    assert!(
        lines[0]
            .starts_with("site/sps.toml:1:10: error[invalid-settings] /owned/0: unknown endpoint")
    );
    let help = dir.sps(&["check", "site"]).stdout;
    assert!(help.contains("did you mean `policies/time_policies`?"), "{help}");
    for spelling in ["policies/time_policies/", "/api/configuration/policies/time_policies"] {
        let settings = format!("owned = ['{spelling}']\n[check]\nallow = ['weak-encryption']\n");
        let dir = tree("s071-same").with("site/sps.toml", settings);
        assert_eq!(findings(&dir, &["site"]), (0, vec![]), "{spelling}");
    }
}

#[test]
fn s077_a_file_in_a_folder_with_a_slip_is_an_error() {
    let dir = tree("s077")
        .with("site/policies/time_polices/night.json", times("night"))
        .with("site/managment/email.json", "{}");
    let run = dir.sps(&["check", "site"]);
    assert_eq!(run.status, 1, "{}", run.all());
    for near in ["policies/time_policies", "management/email"] {
        assert!(run.stdout.contains(&format!("did you mean `{near}`?")), "{}", run.stdout);
    }
    assert_eq!(run.stdout.matches("error[misplaced-file]").count(), 2, "{}", run.stdout);
}

#[test]
fn s093_every_problem_of_every_file_is_in_one_report() {
    let mut dir = tree("s093");
    for number in 0..40 {
        let name = format!("list-{number:02}");
        let body = format!(
            r#"{{"name": "{name}", "users": {}}}"#,
            if number % 10 == 7 { "1" } else { "[]" }
        );
        dir = dir.with(&format!("site/policies/user_databases/{name}.json"), body);
    }
    let (status, lines) = findings(&dir, &["site"]);
    assert_eq!((status, lines.len()), (1, 4), "{lines:?}");
    assert!(lines.iter().all(|it| it.contains("error[wrong-type] /users")), "{lines:?}");
}

#[test]
fn s139_a_file_without_a_body_is_an_error() {
    for text in ["", " \n"] {
        let dir = tree("s139").with("site/policies/time_policies/night.json", text);
        let (status, lines) = findings(&dir, &["site"]);
        assert_eq!(status, 1);
        assert_eq!(
            lines,
            [
                "site/policies/time_policies/night.json:1:1: error[invalid-json]: the file has no body"
            ]
        );
    }
}

#[test]
fn s141_a_file_that_cannot_be_read_is_an_error_with_its_place() {
    let dir =
        tree("s141").with("site/policies/time_policies/night.json", b"{\"name\": \"n\xffght\"}");
    let run = dir.sps(&["check", "site", "-q"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert_eq!(
        run.stderr,
        "error: site/policies/time_policies/night.json: invalid UTF-8 at line 1, column 12; save it as UTF-8\n"
    );
    assert_eq!(run.stdout, "3 documents: no errors, 1 could not be read\n");
    let run = dir.sps(&["check", "site", "--format", "json"]);
    assert_eq!(run.json()["unreadable"][0]["source"], "site/policies/time_policies/night.json");
}

#[test]
fn s143_a_repair_keeps_the_line_ends_of_windows() {
    let text = trap(r#"{"$secret": "keep"}"#).replace('\n', "\r\n");
    let slip = text.replace("\"server\"", "\"sever\"");
    let dir = tree("s143").with("site/management/snmp/trap.json", &slip);
    assert_eq!(dir.sps(&["check", "site", "--fix"]).status, 0);
    assert_eq!(read(&dir, "site/management/snmp/trap.json"), text);
}

/// Comments, quotes and notations are where they were.
#[test]
fn s153_a_repair_of_yaml_changes_one_value() {
    let text = "\
# The traps of the data center.
enabled:   yes # on
version:
    selection: '3'
    value:
        auth_method: sha
        auth_password: {$secret: keep}   # set by hand
        encryption_method: none
        encryption_password: ~
        engine_id: \"0x80001F8804A1B2C3D4\"
        server: {selection: ip, value: 192.0.2.5}
        username: sps-traps
";
    let dir = tree("s153");
    fs::remove_file(dir.path().join("site/management/snmp/trap.json")).unwrap();
    let dir = dir.with("site/management/snmp/trap.yaml", text);
    let run = dir.sps(&["check", "site", "--format", "concise"]);
    assert!(
        run.stdout.starts_with("site/management/snmp/trap.yaml:2:12: error[wrong-type] /enabled"),
        "{}",
        run.all()
    );
    assert_eq!(dir.sps(&["check", "site/management/snmp/trap.yaml", "--fix"]).status, 0);
    assert_eq!(read(&dir, "site/management/snmp/trap.yaml"), text.replacen("yes", "true", 1));
}

#[cfg(unix)]
#[test]
fn s169_links_stay_in_the_tree_and_lead_to_each_file_once() {
    use std::os::unix::fs::symlink;

    let dir = tree("s169").with("outside.json", times("outside"));
    let policies = dir.path().join("site/policies/time_policies");
    symlink("office.json", policies.join("again.json")).unwrap();
    symlink("../../../outside.json", policies.join("outside.json")).unwrap();
    symlink("loop.json", policies.join("loop.json")).unwrap();
    let run = dir.sps(&["check", "site", "-q"]);
    assert_eq!(run.status, 2, "{}", run.all());
    let lines: Vec<_> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{}", run.stderr);
    assert!(
        lines[0].contains("again.json: it is the same file as policies/time_policies/office.json")
    );
    assert!(lines[1].contains("loop.json: the link cannot be followed"), "{}", run.stderr);
    assert!(lines[2].contains("outside.json: the link leads out of the tree"), "{}", run.stderr);
    // A tree under another name is the same tree, and its files are members.
    symlink("site", dir.path().join("other")).unwrap();
    dir.sps(&["check", "other/ssh/channel_policies/shell.json"]).is(
        0,
        "1 document: no errors\n",
        "",
    );
}

#[test]
fn s171_s173_what_editors_leave_is_a_note_and_a_wrong_ending_an_error() {
    let folder = "site/policies/time_policies";
    let dir = tree("s171")
        .with(&format!("{folder}/office.json~"), "{")
        .with(&format!("{folder}/.office.json.swp"), "{")
        .with(&format!("{folder}/office.json.orig"), "{")
        .with(&format!("{folder}/office (1).json"), office())
        .with(&format!("{folder}/night.json5"), "{}");
    let (status, lines) = findings(&dir, &["site"]);
    assert_eq!(status, 1);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("night.json5:1:1: error[misplaced-file]"), "{lines:?}");
    assert!(lines[1].contains("office (1).json:1:184: error[label-mismatch]"), "{lines:?}");
    let notes = dir.sps(&["check", "site"]).stderr;
    assert!(notes.lines().all(|it| it.starts_with("note: ")), "{notes}");
    assert!(notes.contains("office.json.orig: a copy that an editor or a merge left"), "{notes}");
}

#[cfg(unix)]
#[test]
fn s177_a_path_that_windows_cannot_have_is_a_warning() {
    let name = "n".repeat(240);
    let file = format!("site/policies/user_databases/{name}.json");
    let dir = tree("s177").with(&file, format!(r#"{{"name": "{name}", "users": []}}"#));
    let length = fs::canonicalize(dir.path()).unwrap().join(&file).as_os_str().len();
    let run = dir.sps(&["check", &file, "--format", "concise"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let warning =
        format!("warning[long-path]: the path has {length} characters, and Windows takes 260\n");
    assert!(run.stdout.contains(&warning), "{}", run.stdout);
    dir.sps(&["check", &file, "--allow", "long-path"]).is(0, "1 document: no errors\n", "");
}

#[test]
fn s181_every_secret_that_is_missing_is_in_one_report() {
    let two = trap(r#"{"$secret": "env:SPS_TESTS_UNSET"}"#)
        .replace("\"encryption_method\": \"none\"", "\"encryption_method\": \"aes\"")
        .replace(
            "\"encryption_password\": null",
            r#""encryption_password": {"$secret": "file:nowhere"}"#,
        );
    let dir = tree("s181").with("site/management/snmp/trap.json", two);
    let (status, lines) = findings(&dir, &["site", "--with-secrets"]);
    assert_eq!(
        lines,
        [
            "site/management/snmp/trap.json:6:24: error[secret-unavailable] /version/value/auth_password: no value \
             for env:SPS_TESTS_UNSET: the variable is not set",
            "site/management/snmp/trap.json:9:30: error[secret-unavailable] /version/value/encryption_password: no \
             value for file:nowhere: no such file"
        ]
    );
    // No file is wrong: the check could not be done.
    assert_eq!(status, 2);
    let mut command = command();
    let output = command
        .args(["check", "site", "--with-secrets", "--format", "concise"])
        .env("SPS_TESTS_UNSET", "")
        .current_dir(dir.path())
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("no value for env:SPS_TESTS_UNSET: it is empty"), "{stdout}");
    // Another mistake is that of a file.
    let dir = dir.with("site/ssh/channel_policies/shell.json", shell("\"office\""));
    assert_eq!(findings(&dir, &["site", "--with-secrets"]).0, 1);
}

#[test]
fn s189_s191_a_secret_goes_where_the_caller_lets_it_go() {
    let text = trap(r#"{"$secret": "env:SPS_PASSWORD"}"#)
        .replace("\"username\": \"sps-traps\"", r#""username": {"$secret": "env:DB_PASSWORD"}"#);
    let dir = tree("s189").with("site/management/snmp/trap.json", text);
    let mut command = command();
    let output = command
        .args(["check", "site", "--with-secrets", "--format", "concise"])
        .envs([("SPS_PASSWORD", "open sesame 4711"), ("DB_PASSWORD", "correct horse battery")])
        .current_dir(dir.path())
        .output()
        .unwrap();
    let run = Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap(),
    };
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(
        run.stdout.contains("error[misplaced-notation] /version/value/username"),
        "{}",
        run.all()
    );
    assert!(run.stdout.contains("this variable belongs to the login"), "{}", run.all());
    assert!(!run.all().contains("sesame") && !run.all().contains("horse"), "{}", run.all());
}

#[test]
fn s193_a_shared_text_is_refused_with_a_way_that_works() {
    let dir = tree("s193").with("shared/user", "sps-traps\n").with(
        "site/management/snmp/trap.json",
        trap(r#"{"$secret": "file:../shared/auth"}"#).replace(
            "\"username\": \"sps-traps\"",
            r#""username": {"$file": "../../../shared/user"}"#,
        ),
    );
    let dir = dir.with("shared/auth", "correct horse battery\n");
    let run = dir.sps(&["check", "site", "--with-secrets"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert_eq!(run.stdout.matches(" error[").count(), 1, "{}", run.stdout);
    assert!(
        run.stdout.contains("error[unreadable-file] /version/value/username"),
        "{}",
        run.stdout
    );
}

#[test]
fn s203_a_file_or_pipe_gets_no_escape_byte() {
    let dir = tree("s203").with("site/ssh/channel_policies/shell.json", shell("\"office\""));
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "html"] {
        let mut command = command();
        let output = command
            .args(["check", "site", "--format", format])
            .env("CLICOLOR_FORCE", "1")
            .current_dir(dir.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(![output.stdout, output.stderr].concat().contains(&0x1b), "{format}");
    }
}

/// Far more files than the process may have open.
#[cfg(unix)]
#[test]
fn s213_a_large_tree_does_not_exhaust_file_handles() {
    let mut dir = tree("s213");
    for number in 0..300 {
        let body = format!(r#"{{"name": "list-{number}", "users": []}}"#);
        dir = dir.with(&format!("site/policies/user_databases/list-{number}.json"), body);
    }
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\" check site -q", env!("CARGO_BIN_EXE_sps")])
        .current_dir(dir.path())
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stdout, "303 documents: no errors\n");
}

#[test]
fn two_runs_have_the_same_bytes() {
    let dir = tree("tree-same").with("site/ssh/channel_policies/shell.json", shell("\"office\""));
    let run = || machine::sarif(&dir, &["site"]);
    let first: Value = run();
    assert_eq!(first, run());
}
