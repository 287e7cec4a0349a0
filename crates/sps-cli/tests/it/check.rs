//! `sps check` on documents that can be read.

use crate::support::*;

#[test]
fn valid_documents_are_quiet_and_counted() {
    let dir = Dir::new("quiet")
        .with("management/disk_fillup_prevention.json", DISK)
        .with("management/snmp/trap.json", TRAP_2C);
    let run = dir.sps(&["check", "management/disk_fillup_prevention.json"]);
    run.is(0, "1 document: no errors\n", "");
    insta::assert_snapshot!(dir.sps(&["check", "."]).all());
}

#[test]
fn a_wrong_document_is_explained() {
    let dir = Dir::new("wrong").with("mail.json", EMAIL_WRONG);
    let run = dir.sps(&["check", "--endpoint", "management/email", "mail.json"]);
    insta::assert_snapshot!(run.all());
}

#[test]
fn json_has_the_documented_shape() {
    let dir = Dir::new("shape").with("mail.json", EMAIL_WRONG).with("x.json", "{}");
    let run =
        dir.sps(&["check", "-e", "management/email", "mail.json", "gone.json", "--format", "json"]);
    assert_eq!(run.status, 2);
    let json = run.json();
    // Line breaks between documents and not inside them: a program may read line by line.
    assert_eq!(run.stdout.lines().count(), 5, "{}", run.stdout);
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn valid_documents_are_listed_in_json() {
    let dir = Dir::new("listed").with("management/disk_fillup_prevention.json", DISK);
    let run = dir.sps(&["check", ".", "--format", "json"]);
    run.is(
        0,
        "{\"schema_version\": 1,\n \"documents\": [\n  \
         {\"source\":\"./management/disk_fillup_prevention.json\",\
         \"endpoint\":\"/api/configuration/management/disk_fillup_prevention\",\"form\":\"request\",\
         \"diagnostics\":[],\"unchecked\":[]}],\n \"unreadable\": [],\n \
         \"summary\": {\"documents\":1,\"errors\":0,\"warnings\":0,\"unchecked\":0}}\n",
        "",
    );
}

#[test]
fn the_endpoint_comes_from_the_option_the_href_or_the_path() {
    let object = r#"{"name": "a", "rules": []}"#;
    let dir = Dir::new("places")
        .with("disk.json", DISK)
        .with("response.json", EMAIL_RESPONSE)
        .with("list.json", POLICIES)
        .with("deep/site/rdp/channel_policies/-20100.json", object)
        .with("deep/site/rdp/channel_policies.json", object);
    for (arguments, endpoint) in [
        (
            &["disk.json", "-e", "management/disk_fillup_prevention"][..],
            "management/disk_fillup_prevention",
        ),
        (
            &["disk.json", "-e", "/api/configuration/management/disk_fillup_prevention"],
            "management/disk_fillup_prevention",
        ),
        (&["disk.json", "-e", "configuration/management/disk_fillup_prevention"], ""),
        (
            &["deep/site/rdp/channel_policies.json", "-e", "rdp/channel_policies/9"],
            "rdp/channel_policies",
        ),
        (&["response.json"], "management/email"),
        (&["list.json"], "rdp/channel_policies"),
        (&["deep/site/rdp/channel_policies/-20100.json"], "rdp/channel_policies"),
        (&["deep/site/rdp/channel_policies.json"], "rdp/channel_policies"),
    ] {
        let json = dir.sps(&[&["check", "--format", "json"], arguments].concat()).json();
        let expected = format!("/api/configuration/{endpoint}");
        if endpoint.is_empty() {
            assert_eq!(json["unreadable"][0]["source"], "disk.json");
        } else {
            assert_eq!(json["documents"][0]["endpoint"], *expected, "{arguments:?}");
        }
    }
}

#[test]
fn an_option_wins_over_the_href() {
    let dir = Dir::new("wins").with("response.json", EMAIL_RESPONSE);
    let json = dir
        .sps(&["check", "response.json", "-e", "management/snmp/trap", "--format", "json"])
        .json();
    assert_eq!(json["documents"][0]["endpoint"], "/api/configuration/management/snmp/trap");
}

#[test]
fn the_current_directory_is_a_part_of_the_path() {
    let dir = Dir::new("inside/management").with("disk_fillup_prevention.json", DISK);
    dir.sps(&["check", "disk_fillup_prevention.json"]).is(0, "1 document: no errors\n", "");
}

#[test]
fn a_response_has_a_note_how_to_send_it_back() {
    let dir = Dir::new("response").with("response.json", EMAIL_RESPONSE);
    insta::assert_snapshot!(dir.sps(&["check", "response.json"]).all());
    let json = dir.sps(&["check", "response.json", "--format", "json"]).json();
    assert_eq!(json["documents"][0]["form"], "response");
    // The user knows what --as says.
    let run = dir.sps(&["check", "response.json", "--as", "response"]);
    assert!(!run.stdout.contains("sps request"), "{}", run.stdout);
}

#[test]
fn a_response_sent_back_is_refused() {
    let dir = Dir::new("sent_back").with("response.json", EMAIL_RESPONSE);
    let run = dir.sps(&["check", "response.json", "--as", "request", "--format", "json"]);
    assert_eq!(run.status, 1);
    assert_eq!(found(&run.json()), [("response-wrapper".to_owned(), String::new())]);
}

#[test]
fn a_list_is_checked_item_by_item() {
    let dir = Dir::new("list").with("list.json", POLICIES);
    let run = dir.sps(&["check", "list.json"]);
    assert_eq!(run.status, 1);
    let expected = "list.json:10:38: error[wrong-type] /items/1/body/rules: ";
    assert!(run.stdout.starts_with(expected), "{}", run.stdout);
    assert!(run.stdout.contains("`sps request` makes a request of one item"), "{}", run.stdout);
}

#[test]
fn a_container_has_nothing_to_check() {
    let dir = Dir::new("container").with("snmp.json", CONTAINER);
    dir.sps(&["check", "snmp.json"]).is(0, "1 document: no errors\n", "");
    let run = dir.sps(&["check", "snmp.json", "--as", "request"]);
    assert_eq!((run.status, &*run.stdout), (2, "0 documents: 1 could not be checked\n"));
    assert!(run.stderr.contains("only holds other endpoints"), "{}", run.stderr);
}

#[test]
fn unknown_bodies_are_listed_as_not_checked() {
    let list = r#"{"items": [{"key": "1", "body": {"name": "x"}, "meta": {}}],
        "meta": {"href": "/api/configuration/policies/content_policies"}}"#;
    let dir = Dir::new("unknown_bodies").with("list.json", list);
    let run = dir.sps(&["check", "list.json", "-v"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.stdout.contains("at list.json /items/0/body"), "{}", run.stdout);
}

#[test]
fn the_response_to_a_change_has_nothing_to_check() {
    let meta = r#"{"key": "9", "meta": {"href": "/api/configuration/rdp/channel_policies/9"}}"#;
    let dir = Dir::new("change").with("put.json", meta);
    dir.sps(&["check", "put.json"]).is(0, "1 document: no errors\n", "");
}

#[test]
fn standard_input_is_a_document() {
    let dir = Dir::new("stdin");
    let run = dir.sps_with(&["check", "-", "-e", "management/email"], EMAIL_WRONG);
    assert_eq!(run.status, 1);
    // A mistyped required key is one finding, with both places in it.
    let message = "-:5:3: error[unknown-key] /sender_adress: unknown key: the appliance would ignore it silently, and \
                   `sender_address` is missing\n";
    assert!(run.stdout.contains(message), "{}", run.stdout);
    assert!(run.stdout.contains("1 | {\n  | - `sender_address` is missing\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("missing-key"), "{}", run.stdout);
    assert!(run.stdout.contains("1 document: 3 errors"), "{}", run.stdout);
    let run = dir.sps_with(&["check", "-", "-", "-e", "management/disk_fillup_prevention"], DISK);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("can be read only once"), "{}", run.stderr);
}

#[test]
fn directories_are_read_in_order_and_only_for_json() {
    let wrong = "{";
    let dir = Dir::new("order")
        .with("site/b.json", wrong)
        .with("site/a/z.ndjson", "1\n\n{\n")
        .with("site/a/c.JSON", wrong)
        .with("site/notes.txt", wrong)
        .with("site/c.jsonl", "[\n");
    let json = dir.sps(&["check", "site", "-e", "management/email", "--format", "json"]).json();
    let documents = json["documents"].as_array().unwrap();
    let sources: Vec<_> = documents.iter().map(|it| it["source"].as_str().unwrap()).collect();
    let expected = [
        "site/a/c.JSON",
        "site/a/z.ndjson:1",
        "site/a/z.ndjson:3",
        "site/b.json",
        "site/c.jsonl:1",
    ];
    assert_eq!(sources, expected);
}

#[test]
fn a_line_of_json_lines_is_a_document_and_places_are_those_of_the_file() {
    let line = |text: &str| text.replace('\n', " ");
    let text = format!("{}\n\n{}\n{}", line(DISK), line(EMAIL_WRONG), "{\"a\": }");
    let dir = Dir::new("lines").with("all.jsonl", &text);
    let run = dir.sps(&[
        "check",
        "all.jsonl",
        "-e",
        "management/disk_fillup_prevention",
        "--format",
        "json",
    ]);
    assert_eq!(run.status, 1);
    let json = run.json();
    let sources = [0, 1, 2].map(|at| json["documents"][at]["source"].as_str().unwrap().to_owned());
    assert_eq!(sources, ["all.jsonl:1", "all.jsonl:3", "all.jsonl:4"]);
    let last = &json["documents"][2]["diagnostics"][0];
    assert_eq!(last["code"], "invalid-json");
    assert_eq!((&last["span"]["line"], &last["span"]["column"]), (&4.into(), &7.into()));
    assert_eq!(last["span"]["start"], text.len() - 1);

    let run = dir.sps(&["check", "all.jsonl", "-e", "management/disk_fillup_prevention"]);
    assert!(
        run.stdout.contains("\nall.jsonl:4:7: error[invalid-json]: not JSON: "),
        "{}",
        run.stdout
    );
}

#[test]
fn broken_json_is_invalid_even_for_an_unknown_endpoint() {
    let dir = Dir::new("broken").with("x.json", "{\"a\": 1,\n}");
    let run = dir.sps(&["check", "x.json"]);
    assert_eq!((run.status, &*run.stderr), (1, ""));
    assert!(
        run.stdout.starts_with("x.json:2:1: error[invalid-json]: not JSON: "),
        "{}",
        run.stdout
    );
    let json = dir.sps(&["check", "x.json", "--format", "json"]).json();
    assert!(json["documents"][0]["endpoint"].is_null());
    assert_eq!(json["documents"][0]["diagnostics"][0]["pointer"], "");
}

#[test]
fn a_text_over_the_limit_is_refused_without_reading_all_of_it() {
    let long = format!("\"{}\"", "x".repeat(16 * 1024 * 1024));
    let dir = Dir::new("long").with("x.json", long);
    let run = dir.sps(&["check", "x.json", "--format", "json"]);
    assert_eq!(run.status, 1);
    assert_eq!(found(&run.json()), [("limit-exceeded".to_owned(), String::new())]);
}

#[test]
fn warnings_fail_only_with_deny_warnings() {
    let dir = Dir::new("warnings").with("management/snmp/trap.json", TRAP_2C);
    assert_eq!(dir.sps(&["check", "management"]).status, 0);
    assert_eq!(dir.sps(&["check", "management", "--deny-warnings"]).status, 1);
}

#[test]
fn unknown_keys_can_be_allowed() {
    let dir = Dir::new("allowed").with("x.json", DISK.replace('{', "{\"extra\": 1,"));
    let arguments = ["check", "x.json", "-e", "management/disk_fillup_prevention"];
    assert_eq!(dir.sps(&arguments).status, 1);
    let run = dir.sps(&[&arguments[..], &["--allow-unknown", "-v"]].concat());
    assert_eq!(run.status, 0);
    assert!(run.stdout.contains("note: not checked: unknown-key: "), "{}", run.stdout);
    assert!(run.stdout.ends_with("1 document: no errors, 1 not checked\n"), "{}", run.stdout);
}

#[test]
fn the_place_of_a_whole_document_has_no_trailing_blank() {
    let body = Dir::new("blanks_template").sps(&["template", "management/accounting"]).stdout;
    let dir = Dir::new("blanks").with("x.json", body);
    let run = dir.sps(&["check", "x.json", "-e", "management/accounting", "-v"]);
    assert!(run.stdout.contains("\n  at x.json\n1 document: "), "{}", run.stdout);
}

#[test]
fn objects_that_are_known_are_checked() {
    let dir = Dir::new("resolve")
        .with("management/snmp/trap.json", TRAP_3)
        .with("good", PASSWORDS)
        .with("short", PASSWORDS.replace("correct horse battery", "short"))
        .with("empty", "{}");
    let check = |file: &str| {
        let run = dir.sps(&["check", "management", "--resolve", file, "--format", "json"]);
        (run.status, found(&run.json()), run.json()["summary"]["unchecked"].as_u64().unwrap())
    };
    let at = |code: &str, name: &str| (code.to_owned(), format!("/version/value/{name}_password"));
    assert_eq!(check("good"), (0, vec![], 0));
    assert_eq!(check("short"), (1, vec![at("snmp-password-length", "auth")], 0));
    let missing = vec![at("reference-exists", "auth"), at("reference-exists", "encryption")];
    assert_eq!(check("empty"), (1, missing, 0));
}

#[test]
fn a_built_in_object_need_not_be_listed() {
    let dir = Dir::new("built_in").with("none.json", "{}");
    let policy = dir.sps(&["template", "rdp/channel_policies"]).stdout;
    assert!(policy.contains("\"-100\""), "{policy}");
    let arguments = ["check", "-e", "rdp/channel_policies", "--resolve", "none.json", "-"];
    let run = dir.sps_with(&arguments, &policy);
    assert_eq!(run.status, 0, "{}", run.all());
    let run = dir.sps_with(&arguments, policy.replace("\"-100\"", "\"100\""));
    assert!(run.stdout.contains("error[reference-exists]"), "{}", run.all());
    // No object has an empty key.
    let run =
        dir.sps_with(&["check", "-e", "rdp/channel_policies", "-"], policy.replace("-100", ""));
    assert!(run.stdout.contains("error[reference-exists]"), "{}", run.all());
}

#[test]
fn an_object_used_in_two_files_is_found() {
    let dir = Dir::new("twice")
        .with("a/management/snmp/trap.json", TRAP_3)
        .with("b/management/snmp/trap.json", TRAP_3.replace("aaaa-2", "aaaa-4"))
        .with(
            "objects",
            PASSWORDS.replacen('{', "{\"/api/configuration/passwords/aaaa-4\": {},", 1),
        );
    let run = dir.sps(&["check", "a", "b", "--resolve", "objects"]);
    assert_eq!(run.status, 1);
    let expected = "b/management/snmp/trap.json:7:24: error[single-use-reference] \
                    /version/value/auth_password: the object is already used by \
                    a/management/snmp/trap.json at /version/value/auth_password\n";
    assert!(run.stdout.contains(expected), "{}", run.stdout);
    assert!(run.stdout.contains("2 documents: 1 error, "), "{}", run.stdout);

    // Without objects, two files may be two states of one object.
    assert_eq!(dir.sps(&["check", "a", "b"]).status, 0);
    // The same file twice is one file.
    let file = "a/management/snmp/trap.json";
    assert_eq!(dir.sps(&["check", file, file, "--resolve", "objects"]).status, 0);
}

#[test]
fn the_target_decides_what_exists() {
    let response = r#"{"user": {"name": "rita"}, "meta": {"href": "/api/user_info"},
        "login_method": {"authentication": "ldap", "credential": "password", "name": "hq"}}"#;
    let dir = Dir::new("target").with("x.json", response);
    let check = |target: &[&str]| {
        let run = dir
            .sps(&[&["check", "x.json", "--as", "response", "--format", "json"], target].concat());
        (run.status, found(&run.json()), run.json()["summary"]["unchecked"].as_u64().unwrap())
    };
    let mistake = ("not-in-version".to_owned(), "/login_method".to_owned());
    assert_eq!(check(&["--target", "8"]), (0, vec![], 0));
    assert_eq!(check(&["--target", "7.0.3.1"]), (1, vec![mistake], 0));
    assert_eq!(check(&[]), (0, vec![], 1));
    for wrong in ["7.x", "", "1.2.3.4.5"] {
        let run = dir.sps(&["check", ".", "--target", wrong]);
        assert_eq!((run.status, &*run.stdout), (2, ""));
        assert!(run.stderr.contains("one to four numbers separated by dots"), "{}", run.stderr);
    }
}

#[test]
fn keys_of_a_document_do_not_steer_the_terminal() {
    let dir = Dir::new("steer").with("x.json", "{\"\\u001b[31m\\n\": 1}");
    let run = dir.sps(&["check", "x.json", "-e", "management/disk_fillup_prevention"]);
    assert!(run.stdout.contains("/\\u001b[31m\\n: "), "{}", run.stdout);
    assert!(!run.stdout.contains('\u{1b}'));
}

#[test]
fn a_file_of_unknown_kind_is_counted_apart_from_an_unreadable_one() {
    let dir = Dir::new("unknown_kind").with("a.json", "{}").with("b.json", "{}");
    let run = dir.sps(&["check", "a.json", "b.json", "gone.json"]);
    assert_eq!(
        (run.status, &*run.stdout),
        (2, "0 documents: 1 could not be read, 2 could not be checked\n")
    );
    let run = dir.sps(&["check", "a.json", "-e", "management/emial"]);
    assert_eq!((run.status, &*run.stdout), (2, "0 documents: 1 could not be checked\n"));
}

#[test]
fn other_files_of_a_directory_are_skipped_and_counted() {
    let dir = Dir::new("other_files");
    assert_eq!(dir.sps(&["schema", "--all", "schemas"]).status, 0);
    let written = json_files(&dir.path().join("schemas"));
    assert!(written > 20, "{written}");
    let run = dir.sps(&["check", "."]);
    let start =
        format!("note: skipped {written} other files that belong to no known endpoint, such as ");
    assert!(run.stderr.starts_with(&(start + "./schemas/")), "{}", run.stderr);
    assert!(run.stderr.ends_with(".json; to check a file, pass `--endpoint`\n"), "{}", run.stderr);
    let note = run.stderr.clone();
    run.is(0, &format!("0 documents checked, {written} other files\n"), &note);
    let quiet = format!("0 documents checked, {written} other files\n");
    dir.sps(&["check", ".", "--quiet"]).is(0, &quiet, "");
    for format in ["json", "sarif"] {
        let run = dir.sps(&["check", ".", "--format", format]);
        assert_eq!((run.status, &*run.stderr), (0, &*note), "{format}");
        run.json();
    }

    // All lines of a file are one file, and a named file must have an endpoint.
    let dir = dir
        .with("site/management/disk_fillup_prevention.json", DISK)
        .with("site/log.jsonl", "{}\n{}\n{}\n");
    let run = dir.sps(&["check", "site"]);
    assert_eq!((run.status, &*run.stdout), (0, "1 document: no errors, 1 other file\n"));
    let fix = dir.sps(&["check", "site", "--fix"]);
    assert_eq!((fix.status, fix.stdout), (0, run.stdout));
    let run = dir.sps(&["check", "schemas/settings.json"]);
    assert_eq!((run.status, &*run.stdout), (2, "0 documents: 1 could not be checked\n"));
    assert!(run.stderr.contains("cannot tell which endpoint this is for"), "{}", run.stderr);

    // A response of an endpoint that the spec does not have is not just another file.
    let response = r#"{"body": {}, "meta": {"href": "/api/configuration/smtp/options"}}"#;
    let dir = Dir::new("other_response").with("a.json", response).with("b.json", "{");
    let run = dir.sps(&["check", "."]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.stdout.ends_with("2 documents: 1 error, 1 not checked\n"), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_file_with_several_names_is_checked_once_for_each_endpoint() {
    use std::os::unix::fs::symlink;

    let dir = Dir::new("several_names").with("shared/disk.json", DISK);
    std::fs::create_dir_all(dir.path().join("a/management")).unwrap();
    std::fs::create_dir_all(dir.path().join("b/management")).unwrap();
    for site in ["a", "b"] {
        let link = dir.path().join(site).join("management/disk_fillup_prevention.json");
        symlink("../../shared/disk.json", link).unwrap();
    }
    let run = dir.sps(&["check", "."]);
    assert_eq!((run.status, &*run.stdout), (0, "1 document: no errors, 1 other file\n"));
    // Each argument is a selection of its own.
    let run = dir.sps(&["check", "a", "b"]);
    assert_eq!((run.status, &*run.stdout), (0, "2 documents: no errors\n"));
}

#[test]
fn excluded_files_are_left_out() {
    let dir = Dir::new("excluded")
        .with("site/management/disk_fillup_prevention.json", DISK)
        .with("site/management/email.draft.json", "{")
        .with("site/schemas/management/email.json", "{");
    assert_eq!(dir.sps(&["check", "site"]).status, 1);
    let run = dir.sps(&[
        "check",
        "site",
        "--exclude",
        "schemas/",
        "--exclude",
        "management/*.draft.json",
    ]);
    run.is(0, "1 document: no errors\n", "");
    // A file that is passed itself is checked.
    let file = "site/schemas/management/email.json";
    assert_eq!(dir.sps(&["check", file, "--exclude", "schemas"]).status, 1);
    let run = dir.sps(&["check", "site", "--exclude", "/"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("expected a pattern"), "{}", run.stderr);
}

fn json_files(dir: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { json_files(&path) } else { 1 }).sum()
}

#[test]
fn help_names_the_value_to_write() {
    let wrong = EMAIL_REQUEST
        .replace("\"password\": \"aaaa-1\",", "")
        .replace("\"relay\"", "\"\"")
        .replace("\"fqdn\"", "\"ip\"");
    let dir = Dir::new("what_to_write").with("management/email.json", wrong);
    let run = dir.sps(&["check", "."]);
    for part in [
        "= help: add `password`: the key of an object in /api/configuration/passwords; or set `enabled` to false\n",
        ": the text is empty\n",
        "= help: use at least 1 character\n",
        "= help: choose `selection` \"fqdn\", which takes this; or give a bare IPv4",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    let explained = dir.sps(&["explain", "missing-key"]).stdout;
    let words: Vec<&str> = explained.split_whitespace().collect();
    assert!(words.join(" ").contains("the UUID that the appliance gave it"), "{explained}");
}
