//! `sps check --fix`: what is repaired, how files are written, and what is left alone.

use std::{fs, path::Path};

use crate::support::*;

/// The document after a repair.
#[track_caller]
fn repaired(endpoint: &str, before: &str) -> String {
    let dir = Dir::new("stdin_fix");
    let arguments = ["check", "-", "-e", endpoint, "--as", "request", "--fix"];
    let run = dir.sps_with(&arguments, before);
    let again = dir.sps_with(&arguments, &run.stdout);
    assert_eq!(again.stdout, run.stdout, "a second repair changes more");
    assert!(!again.stderr.contains("fixed"), "{}", again.stderr);
    run.stdout
}

const DISK_ENDPOINT: &str = "management/disk_fillup_prevention";

#[test]
fn what_has_one_solution_is_repaired_and_the_rest_keeps_its_form() {
    for (endpoint, before, after) in [
        // A key that is nearly right.
        (DISK_ENDPOINT, DISK.replace("archiving", "archivng"), DISK.to_owned()),
        (DISK_ENDPOINT, DISK.replace("enabled\": t", "Enabled\":  t"), DISK.replace(": t", ":  t")),
        // Two keys that are both like it; one that is too far away; one that is not missing.
        (
            DISK_ENDPOINT,
            DISK.replace("\"enabled\": true", "\"enabld\": 1, \"enalbed\": 1"),
            String::new(),
        ),
        (DISK_ENDPOINT, DISK.replace("enabled\": t", "on\": t"), String::new()),
        (DISK_ENDPOINT, DISK.replace("{\n", "{\"enabld\": 1,\n"), String::new()),
        // An empty list, a null, and the way their neighbors are set.
        (
            "rdp/channel_policies",
            "{\"name\":\"a\"}".to_owned(),
            "{\"name\":\"a\",\"rules\":[]}".to_owned(),
        ),
        (
            "rdp/channel_policies",
            "{\n\t\"name\" : \"a\"\n}\n".to_owned(),
            "{\n\t\"name\" : \"a\",\n\t\"rules\" : []\n}\n".to_owned(),
        ),
        (
            "management/email",
            EMAIL_REQUEST.replace("  \"sender_address\": null,\n", ""),
            EMAIL_REQUEST
                .replace("  \"sender_address\": null,\n", "")
                .replace("  }\n}\n", "  },\n  \"sender_address\": null\n}\n"),
        ),
        // A reference, its key spelled as it is.
        (
            "management/email",
            EMAIL_REQUEST.replace("\"aaaa-1\"", "{\"meta\": {}, \"key\": \"\\u0061aaa-1\"}"),
            EMAIL_REQUEST.replace("\"aaaa-1\"", "\"\\u0061aaa-1\""),
        ),
        // A switch demands the key that is misspelled.
        (
            "management/email",
            EMAIL_REQUEST.replace("username", "user_name"),
            EMAIL_REQUEST.to_owned(),
        ),
        // A response, with what is inside.
        ("management/email", EMAIL_RESPONSE.to_owned(), {
            EMAIL_REQUEST
                .replace("{\n    \"selection\": \"disabled\"\n  }", "{\"selection\": \"disabled\"}")
                .replace(
                    "{\n    \"selection\": \"fqdn\",\n    \"value\": \"mail.example.com\"\n  }",
                    "{\"selection\": \"fqdn\", \"value\": \"mail.example.com\"}",
                )
        }),
        // Which of several objects?
        ("rdp/channel_policies", POLICIES.to_owned(), String::new()),
        // A comma too many; not JSON in another way; not missing but null.
        (DISK_ENDPOINT, DISK.replace("80", "80,"), DISK.to_owned()),
        (DISK_ENDPOINT, DISK.replace("80", "80;"), String::new()),
        ("rdp/channel_policies", "{\"name\": \"a\", \"rules\": null}".to_owned(), String::new()),
    ] {
        let expected = if after.is_empty() { before.clone() } else { after };
        assert_eq!(repaired(endpoint, &before), expected, "{before}");
    }
}

#[test]
fn a_certificate_loses_the_text_around_it() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/codes/pem-certificate");
    let before = fs::read_to_string(data.join("management/email.json")).unwrap();
    let after = before.replace("subject=CN = Example CA\\n", "");
    assert_ne!(before, after);
    // The line end behind the last line is added as well.
    let after = after.replace("-----END CERTIFICATE-----\"", "-----END CERTIFICATE-----\\n\"");
    assert_eq!(repaired("management/email", &before), after);
}

#[test]
fn no_document_becomes_worse_and_twice_is_once() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/codes");
    let errors = |run: &Run| run.json()["summary"]["errors"].as_u64().unwrap();
    for code in fs::read_dir(data).unwrap() {
        let code = Dir::at(&code.unwrap().path());
        let files = code.sps(&["check", ".", "--as", "request", "--format", "json"]).json();
        for document in files["documents"].as_array().unwrap() {
            let file = document["source"].as_str().unwrap();
            let dir = Dir::new("worse").with(file, fs::read(code.path().join(file)).unwrap());
            let check = ["check", file, "--as", "request", "--format", "json"];
            let before = errors(&dir.sps(&check));
            let fixed = dir.sps(&[&check[..], &["--fix"]].concat());
            assert!(errors(&fixed) <= before, "{file}");
            assert_eq!(errors(&dir.sps(&check)), errors(&fixed), "{file}");
            let text = fs::read(dir.path().join(file)).unwrap();
            dir.sps(&[&check[..], &["--fix"]].concat());
            assert_eq!(fs::read(dir.path().join(file)).unwrap(), text, "{file}");
        }
    }
}

#[test]
fn the_difference_is_shown_and_the_file_replaced() {
    let dir = Dir::new("fix").with("management/email.json", EMAIL_WRONG);
    let dry = dir.sps(&["check", "management", "--fix", "--dry-run", "--color", "never"]);
    assert_eq!(fs::read_to_string(dir.path().join("management/email.json")).unwrap(), EMAIL_WRONG);
    let run = dir.sps(&["check", "management", "--fix"]);
    assert_eq!((dry.status, run.status), (1, 1));
    let findings = |run: &Run| run.stdout.split_once("\n\n").unwrap().1.to_owned();
    let last = |run: &Run| run.stdout.lines().last().unwrap().to_owned();
    assert_eq!(findings(&run).replace(&last(&run), ""), findings(&dry).replace(&last(&dry), ""));
    assert_eq!(
        dry.stdout.replace("would be fixed[", "fixed[").lines().next(),
        run.stdout.lines().next()
    );
    insta::assert_snapshot!(run.all());
    let text = fs::read_to_string(dir.path().join("management/email.json")).unwrap();
    assert_eq!(text, EMAIL_WRONG.replace("adress", "address"));
    assert_eq!(fs::read_dir(dir.path().join("management")).unwrap().count(), 1, "a copy is left");
}

#[test]
fn a_response_is_left_as_it_is() {
    let dir = Dir::new("fix_response").with("response.json", EMAIL_RESPONSE);
    let run = dir.sps(&["check", "response.json", "--fix"]);
    assert_eq!(run.status, 0);
    assert!(!run.stdout.contains("fixed"), "{}", run.stdout);
    assert_eq!(fs::read_to_string(dir.path().join("response.json")).unwrap(), EMAIL_RESPONSE);
}

#[test]
fn json_lines_are_repaired_line_by_line() {
    let good = DISK.replace('\n', "");
    let wrong = good.replace("archiving", "archivng");
    let text = format!("{good}\r\n\n{wrong}\r\n{{\n{wrong}");
    let dir = Dir::new("fix_lines").with("x.jsonl", &text).with("y.ndjson", &wrong);
    let run = dir.sps(&["check", ".", "--fix", "-e", DISK_ENDPOINT]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.ends_with("5 documents: 1 error, 3 fixed\n"), "{}", run.stdout);
    let after = |file: &str| fs::read_to_string(dir.path().join(file)).unwrap();
    assert_eq!(after("x.jsonl"), text.replace("archivng", "archiving"));
    assert_eq!(after("y.ndjson"), good);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let dir = Dir::new("fix_link").with("real.json", DISK.replace("archiving", "archivng"));
    let real = dir.path().join("real.json");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    let link = dir.path().join("link.json");
    symlink("real.json", &link).unwrap();
    let run = dir.sps(&["check", "link.json", "--fix", "-e", DISK_ENDPOINT]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), DISK);
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn the_document_of_standard_input_leaves_no_room_for_a_report() {
    let dir = Dir::new("fix_json");
    let arguments = ["check", "-", "--fix", "--format", "json", "-e", DISK_ENDPOINT];
    let run = dir.sps_with(&arguments, DISK);
    // Standard output has one document: here that of the error.
    let message = run.json()["error"]["message"].clone();
    assert!(run.status == 2 && message.as_str().unwrap().contains("leave out --format"));
}

#[test]
fn a_dry_run_shows_the_repairs_and_fails_if_there_are_any() {
    let wrong = DISK.replace("archiving", "archivng");
    let dir = Dir::new("fix_dry").with("x.json", &wrong);
    let check = ["check", "x.json", "--fix", "-e", DISK_ENDPOINT];
    for format in ["human", "concise", "github", "gitlab", "html", "json", "sarif"] {
        let dry = dir.sps(&[&check[..], &["--dry-run", "--format", format]].concat());
        assert_eq!(dry.status, 1, "{}", dry.all());
    }
    let dry = dir.sps(&[&check[..], &["--dry-run"]].concat());
    assert!(
        dry.stdout.starts_with("x.json: would be fixed[unknown-key] /archivng_enabled\n"),
        "{}",
        dry.stdout
    );
    assert!(
        dry.stdout.ends_with("1 document: 1 would be fixed; then no errors\n"),
        "{}",
        dry.stdout
    );
    assert_eq!(fs::read_to_string(dir.path().join("x.json")).unwrap(), wrong);
    let run = dir.sps(&check);
    assert_eq!(run.status, 0);
    assert!(run.stdout.ends_with("1 document: no errors, 1 fixed\n"), "{}", run.stdout);
    dir.sps(&[&check[..], &["--dry-run"]].concat()).is(0, "1 document: no errors\n", "");
}

#[test]
fn what_is_shown_after_a_repair_is_shown_before_it() {
    let server = "\"smpt_server\": {\"selection\": \"fqdn\", \"value\": \"mail.example.com\"}";
    let typo = EMAIL_REQUEST.replace("smtp_server", "smpt_server");
    let response = EMAIL_RESPONSE.replace("smtp_server", "smpt_server");
    assert!(response.contains(server) && typo != EMAIL_REQUEST);
    for (name, body) in [("typo", typo), ("response", response)] {
        let dir = Dir::new(&format!("shown_{name}")).with("x.json", &body);
        let arguments =
            ["check", "x.json", "-e", "management/email", "--as", "request", "--fix", "--dry-run"];
        let run = dir.sps(&arguments);
        for sign in ["-", "+"] {
            let side: Vec<&str> =
                run.stdout.lines().filter(|line| line.starts_with(sign)).collect();
            let side = side.join("\n");
            assert!(side.contains("fqdn") || name == "typo", "{}", run.stdout);
            let key = if sign == "-" { "smpt_server" } else { "smtp_server" };
            assert!(side.contains(key), "{}", run.stdout);
        }
        assert!(run.stdout.contains("mail.example.com"), "{}", run.stdout);
        let starred = run.stdout.lines().filter(|line| line.starts_with('-') && line.contains('*'));
        // The address and the key of a response are removed, and their content is unknown.
        let expected = |line: &&str| {
            line.contains("href") || line.contains("meta") || line.contains("\"key\"")
        };
        assert_eq!(starred.filter(|line| !expected(line)).count(), 0, "{}", run.stdout);
    }
}

#[test]
fn formats_for_programs_name_what_was_repaired() {
    let dir = Dir::new("fix_formats").with("d.json", r#"{"timeot": 10}"#);
    let fix = |format: &str| {
        let arguments = [
            "check",
            "-e",
            "management/webinterface",
            "--fix",
            "--dry-run",
            "--format",
            format,
            "d.json",
        ];
        let run = dir.sps(&arguments);
        assert_eq!(run.status, 1, "{}", run.all());
        run.json()
    };
    let fixed = &fix("json")["documents"][0]["fixed"];
    assert_eq!(*fixed, serde_json::json!([{"code": "unknown-key", "pointer": "/timeot"}]));
    let issue = &fix("gitlab")[0];
    assert_eq!((&issue["severity"], &issue["check_name"]), (&"info".into(), &"unknown-key".into()));
    assert_eq!(issue["description"], "/timeot: repaired by --fix");
}
