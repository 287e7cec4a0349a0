//! `sps check` of trees of files: as a whole, in the report of all other documents, and of single files in a tree.

use std::fs;

use serde_json::json;

use crate::{
    machine,
    support::{DISK, Dir, Run, found},
};

/// A time policy in one line.
pub(crate) fn times(name: &str) -> String {
    let mut body = json!({"name": name});
    for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        body[day] = json!([["8:00", "17:00"]]);
    }
    body.to_string()
}

/// A channel policy whose fifth line has a reference.
pub(crate) fn shell(reference: &str) -> String {
    format!(
        r#"{{
  "name": "shell",
  "rules": [{{"channel": "session-exec", "execs": ["uptime"],
    "actions": {{"audit": true, "content_policy": null, "four_eyes": false}}, "allowed_for":
      {{"time_policy": {reference},
      "clients": [], "gateway_groups": [], "remote_groups": [], "servers": []}}}}]
}}
"#
    )
}

/// Traps whose sixth line has a password.
pub(crate) fn trap(password: &str) -> String {
    format!(
        r#"{{
  "enabled": true,
  "version": {{
    "selection": "3",
    "value": {{
      "auth_password": {password},
      "auth_method": "sha",
      "encryption_method": "none",
      "encryption_password": null,
      "engine_id": "0x80001F8804A1B2C3D4",
      "server": {{"selection": "ip", "value": "192.0.2.5"}},
      "username": "sps-traps"
    }}
  }}
}}
"#
    )
}

/// A tree of three files without a mistake.
pub(crate) fn tree(name: &str) -> Dir {
    Dir::new(name)
        .with("site/sps.toml", "target = \"7.5\"\n[check]\nallow = [\"weak-encryption\"]\n")
        .with("site/management/snmp/trap.json", trap(r#"{"$secret": "env:SNMP_AUTH"}"#))
        .with("site/policies/time_policies/office.json", times("office"))
        .with("site/ssh/channel_policies/shell.json", shell(r#"{"$ref": "office"}"#))
}

const MISSPELT: &str = r#"{"$ref": "offcie"}"#;

fn sources(run: &Run) -> Vec<String> {
    let json = run.json();
    let documents = json["documents"].as_array().unwrap().iter();
    documents.map(|it| it["source"].as_str().unwrap().replace('\\', "/")).collect()
}

#[test]
fn a_tree_is_checked_as_a_whole_among_other_documents() {
    let dir = tree("tree-among")
        .with("a/health/management/disk_fillup_prevention.json", DISK)
        .with("site/ssh/channel_policies/shell.json", shell(MISSPELT))
        .with("z/management/disk_fillup_prevention.json", DISK.replace("80", "180"));
    let run = dir.sps(&["check", ".", "--format", "json"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert_eq!(
        sources(&run),
        [
            "./a/health/management/disk_fillup_prevention.json",
            "./site/management/snmp/trap.json",
            "./site/policies/time_policies/office.json",
            "./site/ssh/channel_policies/shell.json",
            "./z/management/disk_fillup_prevention.json",
        ]
    );
    let of = |code: &str, pointer: &str| (code.to_owned(), pointer.to_owned());
    let json = run.json();
    assert_eq!(
        found(&json),
        [
            of("reference-exists", "/rules/0/allowed_for/time_policy"),
            of("out-of-range", "/used_space_ratio_limit")
        ]
    );
    let policy = &json["documents"][3];
    assert_eq!(policy["endpoint"], "/api/configuration/ssh/channel_policies");
    assert_eq!(policy["diagnostics"][0]["span"]["line"], 5);
    assert_eq!(json["summary"]["documents"], 5);
    assert_eq!(json["summary"]["errors"], 2);
    // The rules about the password were not decided.
    assert_eq!(json["documents"][1]["unchecked"][0]["code"], "snmp-password-length");
    assert!(
        json["documents"][1]["unchecked"][0]["reason"]
            .as_str()
            .unwrap()
            .ends_with("; pass `--with-secrets`")
    );
    dir.sps(&["check", "site", "--exclude", "ssh", "-q"]).is(0, "2 documents: no errors\n", "");
    dir.sps(&["check", ".", "--exclude", "site", "--exclude", "z", "-q"]).is(
        0,
        "1 document: no errors\n",
        "",
    );
}

#[test]
fn a_file_is_checked_as_a_member_of_its_tree() {
    let dir = tree("tree-member").with("site/policies/time_policies/night.json", "{");
    let policy = "site/ssh/channel_policies/shell.json";
    // The mistake of another file is not its own.
    dir.sps(&["check", policy]).is(0, "1 document: no errors\n", "");
    let both = [policy, "site/policies/time_policies/office.json"];
    dir.sps(&["check", both[0], both[1]]).is(0, "2 documents: no errors\n", "");
    dir.sps(&["check", "site/ssh"]).is(0, "1 document: no errors\n", "");
    let folder = Dir::at(&dir.path().join("site/ssh/channel_policies"));
    folder.sps(&["check", "shell.json"]).is(0, "1 document: no errors\n", "");
    folder.sps(&["check", "../../sps.toml"]).is(0, "1 document: no errors\n", "");
    assert_eq!(dir.sps(&["check", "site", "-q"]).status, 1);

    let dir = dir.with(policy, shell(MISSPELT));
    let run = folder.sps(&["check", "shell.json", "--format", "concise"]);
    run.is(
        1,
        "shell.json:5:23: error[reference-exists] /rules/0/allowed_for/time_policy: no file describes \
         `policies/time_policies/offcie`\n1 document: 1 error\n",
        "",
    );
    let run = dir.sps(&["check", "site/missing.json"]);
    run.is(
        2,
        "0 documents: 1 could not be read\n",
        "error: site/missing.json: no such file or directory\n",
    );
    // A body that is declared to be something else does not belong to the tree.
    let run = dir.sps(&["check", policy, "--endpoint", "ssh/channel_policies", "-q"]);
    assert!(
        run.stdout.contains("error[wrong-type] /rules/0/allowed_for/time_policy"),
        "{}",
        run.all()
    );
}

#[test]
fn what_has_no_object_is_a_note_if_found_and_an_error_if_named() {
    let dir = tree("tree-foreign").with("site/change.json", r#"{"schema_version": 1}"#);
    let run = dir.sps(&["check", "site"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert_eq!(run.stderr, "note: site/change.json: a plan or a report, not an object\n");
    dir.sps(&["check", "site/change.json"]).is(
        2,
        "0 documents: 1 could not be checked\n",
        "error: site/change.json: a plan or a report, not an object\n",
    );
    let dir = dir.with("site/docs/notes.txt", "").with("site/empty/.keep", "");
    dir.sps(&["check", "site/docs"]).is(
        2,
        "0 documents: 1 could not be read\n",
        "error: site/docs: no file of an object in this directory\n",
    );
    // The settings alone are a tree, too.
    Dir::new("tree-empty").with("sps.toml", "").sps(&["check", "."]).is(
        0,
        "0 documents checked\n",
        "",
    );
}

#[test]
fn every_format_has_the_findings_of_a_tree() {
    let dir = tree("tree-formats").with("site/ssh/channel_policies/shell.json", shell(MISSPELT));
    let check = |format: &str| {
        let run = dir.sps(&["check", "site", "--format", format]);
        assert_eq!(run.status, 1, "{}", run.all());
        run
    };
    let human = check("human").stdout;
    assert!(
        human.starts_with(
            "site/ssh/channel_policies/shell.json:5:23: error[reference-exists] /rules/0/allowed_for/time_policy: "
        ),
        "{human}"
    );
    assert!(human.contains(
        "site/policies/time_policies/office.json:1:1: `policies/time_policies/office` is here"
    ));
    let github = check("github").stdout;
    let annotation =
        "::error file=site/ssh/channel_policies/shell.json,line=5,col=23,title=reference-exists::";
    assert!(github.starts_with(annotation), "{github}");
    let gitlab = check("gitlab").json();
    assert_eq!(gitlab[0]["location"]["path"], "site/ssh/channel_policies/shell.json");
    assert_eq!(gitlab[0]["location"]["lines"]["begin"], 5);
    let sarif = machine::sarif(&dir, &["site"]);
    let run = &sarif["runs"][0];
    let result = &run["results"][0];
    let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], "reference-exists");
    let related = &result["relatedLocations"][0]["physicalLocation"];
    assert_eq!(related["artifactLocation"]["uri"], "site/policies/time_policies/office.json");
}

#[test]
fn a_plan_prints_what_a_check_prints() {
    let dir = tree("tree-plan")
        .with("site/management/snmp/trap.json", trap(r#"{"$new": {"plain": "too few"}}"#))
        .with("site/ssh/channel_policies/shell.json", shell(MISSPELT));
    let check = dir.sps(&["check", "site"]);
    let plan = dir.sps(&["plan", "site", "--sim"]);
    assert_eq!((check.status, plan.status), (1, 1), "{}", plan.all());
    assert_eq!((&*check.stdout, &*check.stderr), (&*plan.stderr, ""));
    assert_eq!(plan.stdout, "");
    for code in ["reference-exists", "snmp-password-length", "plain-secret"] {
        assert!(check.stdout.contains(&format!("[{code}]")), "{}", check.stdout);
    }
    assert!(!check.stdout.contains("too few"), "{}", check.stdout);
}

/// What an upgrade would break, member by member.
#[test]
fn another_target_shows_what_that_version_lacks() {
    let options = r#"{"channel_database_cleanup": {"enabled": true, "days": 90}, "service": {"enabled": false}}"#;
    let dir = tree("tree-target").with("site/ssh/options.json", options);
    dir.sps(&["check", "site", "-q"]).is(0, "4 documents: no errors\n", "");
    let run = dir.sps(&["check", "site", "--target", "6.0", "--format", "concise", "-q"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(
        run.stdout.contains(
            "site/ssh/options.json:1:30: error[not-in-version] /channel_database_cleanup: "
        ),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("error[missing-key] /audit"), "{}", run.stdout);
    assert!(run.stdout.ends_with("4 documents: 2 errors\n"), "{}", run.stdout);
}

#[test]
fn rules_are_waived_by_the_settings_and_by_the_command_line() {
    let plain = trap(r#"{"$new": {"plain": "correct horse battery"}}"#);
    let dir = tree("tree-waive").with("site/management/snmp/trap.json", &plain);
    let strict = ["check", "site", "--deny-warnings", "-q"];
    let run = dir.sps(&strict);
    assert!(run.stdout.contains("warning[plain-secret]"), "{}", run.all());
    assert!(run.stdout.ends_with("3 documents: no errors, 1 warning\n"), "{}", run.stdout);
    assert_eq!(run.status, 1);
    dir.sps(&[&strict[..], &["--allow", "plain-secret"]].concat()).is(
        0,
        "3 documents: no errors\n",
        "",
    );
    let dir = dir.with("site/sps.toml", "");
    let run = dir.sps(&["check", "site", "--deny-warnings", "-q", "--allow", "plain-secret"]);
    assert!(run.stdout.contains("warning[weak-encryption]"), "{}", run.all());
    let run = dir.sps(&["check", "site", "--allow", "label-mismatch"]);
    run.fails(2, "it is about the form of a tree, which no user can waive");
}

#[test]
fn a_repair_leaves_notations_alone() {
    // The reference is an object, as responses have it.
    let href = "/api/configuration/policies/time_policies/-100";
    let broken = shell(&format!(r#"{{"key": "-100", "meta": {{"href": "{href}"}}}}"#));
    let trap = trap(r#"{"$secret": "env:SNMP_AUTH"}"#).replace("\"username\"", "\"user_name\"");
    let dir = tree("tree-fix")
        .with("site/ssh/channel_policies/shell.json", &broken)
        .with("site/management/snmp/trap.json", &trap);
    let read = |file: &str| fs::read_to_string(dir.path().join("site").join(file)).unwrap();
    let run = dir.sps(&["check", "site", "--fix", "--dry-run"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.stdout.contains("+      \"username\": \"sps-traps\"\n"), "{}", run.stdout);
    assert!(
        run.stdout.ends_with("3 documents: 2 would be fixed; then no errors, 4 not checked\n"),
        "{}",
        run.stdout
    );
    assert_eq!(read("management/snmp/trap.json"), trap);

    let run = dir.sps(&["check", "site/ssh/channel_policies/shell.json", "--fix"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert_eq!(read("ssh/channel_policies/shell.json"), shell("\"-100\""));
    assert_eq!(read("management/snmp/trap.json"), trap, "it was not named");
    let run = dir.sps(&["check", "site", "--fix"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert_eq!(read("management/snmp/trap.json"), trap.replace("\"user_name\"", "\"username\""));
    // There is nothing left to repair. Three rules are about the password, one about the built-in object.
    let run = dir.sps(&["check", "site", "--fix"]);
    run.is(0, "note: 4 not checked; pass `--with-secrets` to check more; `-v` lists them\n3 documents: no errors, 4 not checked\n", "");
}

#[test]
fn secrets_are_read_only_if_told_so_and_never_shown() {
    let dir = tree("tree-secrets")
        .with("auth", "blue~parrot")
        .with("site/management/snmp/trap.json", trap(r#"{"$secret": "file:../auth"}"#));
    assert_eq!(dir.sps(&["check", "site"]).status, 0);
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "html"] {
        let run = dir.sps(&["check", "site", "--with-secrets", "--format", format]);
        assert_eq!(run.status, 1, "{}", run.all());
        assert!(run.stdout.contains("snmp-password-charset"), "{}", run.all());
        assert!(!run.all().contains("blue~parrot"), "{}", run.all());
    }
    let dir = dir.with("auth", "no tilde; > is fine!");
    dir.sps(&["check", "site", "--with-secrets"]).is(0, "3 documents: no errors\n", "");
    let run = dir.sps(&["check", "site", "--with-secrets", "--secret-dir", "site"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stdout.contains("only files below site may be read"), "{}", run.stdout);
    dir.sps(&["check", "site", "--secret-dir", "site"]).fails(2, "`--with-secrets`");
    let command = trap(r#"{"$secret": "command:echo correct horse battery"}"#);
    let dir = dir.with("site/management/snmp/trap.json", command);
    let run = dir.sps(&["check", "site", "--with-secrets"]);
    assert!(run.stdout.contains("commands are not allowed"), "{}", run.all());
    let run = dir.sps(&["check", "site", "--with-secrets", "--allow-commands"]);
    assert_eq!(run.status, 0, "{}", run.all());
}

/// The mistake is that of the second file, and who has only the first one at hand sees it too.
#[test]
fn a_mistake_of_two_files_names_both() {
    let uuid = "\"11111111-2222-4333-8444-555555555555\"";
    let mail = format!(
        r#"{{"admin_address": "ops@example.com", "alerting_address": "ops@example.com",
  "reporting_address": "ops@example.com", "sender_address": null,
  "smtp_auth": {{"enabled": true, "username": "relay", "password": {uuid}}},
  "smtp_encryption": {{"selection": "disabled"}}, "smtp_server": {{"selection": "ip", "value": "192.0.2.25"}}}}"#
    );
    let dir = tree("tree-two")
        .with("site/sps.toml", "[check]\nallow = ['weak-encryption', 'cleartext-smtp']\n")
        .with("site/management/email.json", mail)
        .with("site/management/snmp/trap.json", trap(uuid))
        .with("site/policies/user_databases/%4Fld.json", r#"{"name": "Old", "users": []}"#)
        .with("site/policies/user_databases/old.json", r#"{"name": "old", "users": []}"#);
    let json = dir.sps(&["check", "site", "--format", "json"]).json();
    let documents = json["documents"].as_array().unwrap();
    let of = |source: &str| documents.iter().find(|it| it["source"] == source).unwrap();
    let related = |source: &str| of(source)["diagnostics"][0]["related"][0].clone();
    let used = related("site/management/snmp/trap.json");
    assert_eq!(used["source"], "site/management/email.json");
    assert_eq!(used["pointer"], "/smtp_auth/password");
    assert_eq!((&used["span"]["line"], &used["span"]["column"]), (&json!(3), &json!(67)));
    let first = related("site/policies/user_databases/old.json");
    assert_eq!(first["source"], "site/policies/user_databases/%4Fld.json");
    let run = dir.sps(&["check", "site/policies/user_databases/%4Fld.json", "--format", "concise"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(
        run.stdout.starts_with("site/policies/user_databases/old.json:1:1: error[duplicate-label]"),
        "{}",
        run.stdout
    );
}
