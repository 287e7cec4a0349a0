//! Input that cannot be read, and misuse of commands.

use std::process::Stdio;

use crate::support::*;

const UNREADABLE: &str = "0 documents: 1 could not be read\n";
const UNCHECKABLE: &str = "0 documents: 1 could not be checked\n";

#[test]
fn a_missing_file_does_not_stop_the_rest() {
    let dir = Dir::new("missing")
        .with("management/disk_fillup_prevention.json", DISK)
        .with("wrong.json", "{");
    let run = dir.sps(&["check", "gone.json", "management", "wrong.json"]);
    // Not read is worse than wrong.
    assert_eq!((run.status, &*run.stderr), (2, "error: gone.json: no such file or directory\n"));
    assert!(run.stdout.starts_with("wrong.json:1:2: error[invalid-json]"), "{}", run.stdout);
    assert!(run.stdout.ends_with("2 documents: 1 error, 1 could not be read\n"), "{}", run.stdout);

    let json = dir.sps(&["check", "gone.json", "--format", "json"]).json();
    assert_eq!(json["unreadable"][0]["source"], "gone.json");
    assert_eq!(json["unreadable"][0]["reason"], "no such file or directory");
    assert_eq!(json["documents"].as_array().unwrap().len(), 0);
}

#[test]
fn a_directory_without_json_is_not_valid() {
    let dir = Dir::new("no_json").with("d/readme.txt", "");
    let words = "error: d: no *.json, *.jsonl, *.ndjson, *.yaml or *.yml file in this directory\n";
    dir.sps(&["check", "d"]).is(2, UNREADABLE, words);
}

#[test]
fn json_lines_without_a_document_are_not_valid() {
    let dir = Dir::new("no_lines").with("x.jsonl", "\n \n");
    dir.sps(&["check", "x.jsonl"]).is(2, UNREADABLE, "error: x.jsonl: no document in this file\n");
}

#[test]
fn text_that_is_not_utf8_is_not_read() {
    let dir = Dir::new("utf8")
        .with("x.json", b"{\n  \"a\": \"\xff\"}")
        .with("x.jsonl", b"\xff\n{\n")
        .with("wide.json", b"\xff\xfe{\0");
    let words = "error: x.json: invalid UTF-8 at line 2, column 9; save it as UTF-8\n";
    dir.sps(&["check", "x.json"]).is(2, UNREADABLE, words);
    let words = "error: wide.json: not UTF-8 but probably UTF-16; save it as UTF-8\n";
    dir.sps(&["check", "wide.json"]).is(2, UNREADABLE, words);
    // The other lines are checked.
    let run = dir.sps(&["check", "x.jsonl"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("error: x.jsonl:1: invalid UTF-8 at line 1"), "{}", run.stderr);
    assert!(run.stdout.starts_with("x.jsonl:2:2: error[invalid-json]"), "{}", run.stdout);
}

#[test]
fn an_unknown_endpoint_names_the_nearest() {
    let dir = Dir::new("unknown").with("x.json", DISK);
    let words = "unknown endpoint `management/emial`; did you mean `management/email`? `sps endpoints` lists all";
    let arguments = ["check", "x.json", "-e", "management/emial"];
    dir.sps(&arguments).is(2, UNCHECKABLE, &format!("error: x.json: {words}\n"));
    let json = dir.sps(&[&arguments[..], &["--format", "json"]].concat()).json();
    assert_eq!(json["unreadable"][0]["reason"], words);
    for command in ["show", "template", "request"] {
        let arguments = match command {
            "request" => vec![command, "x.json", "-e", "management/emial"],
            _ => vec![command, "management/emial"],
        };
        dir.sps(&arguments).fails(2, words);
    }
}

#[test]
fn an_unknown_endpoint_is_asked_for() {
    let dir =
        Dir::new("asked").with("disk.json", DISK).with("trap.json", "[]").with("other.json", "{}");
    for (file, likely) in [
        // By the keys, by the name, and not at all.
        ("disk.json", ", perhaps `management/disk_fillup_prevention`"),
        ("trap.json", ", perhaps `management/snmp/trap`"),
        ("other.json", ""),
    ] {
        let words = format!(
            "error: {file}: cannot tell which endpoint this is for; pass `--endpoint`{likely} \
             (`sps endpoints` lists all)\n"
        );
        dir.sps(&["check", file]).is(2, UNCHECKABLE, &words);
        dir.sps(&["request", file]).is(2, "", &words);
    }
}

#[test]
fn an_unknown_href_is_reported() {
    let response = r#"{"body": {}, "meta": {"href": "/api/configuration/smtp/options"}}"#;
    let dir = Dir::new("nowhere")
        .with("management/email.json", response)
        .with("x.json", r#"{"body": {}, "meta": {"href": "hunter2 hunter2"}}"#);
    let run = dir.sps(&["check", "management"]);
    assert_eq!(run.status, 0);
    let words = "note: /api/configuration/smtp/options is not in the spec, so nothing in its body can be checked\n";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    let run = dir.sps(&["check", "x.json"]);
    assert!(run.stderr.contains("unknown endpoint in `meta.href`; pass"), "{}", run.stderr);
}

#[test]
fn an_error_response_is_not_a_body() {
    let dir = Dir::new("error_response").with("x.json", ERROR);
    let words = "error: x.json: expected a body, found an error response (ResourceNotFound); repeat the request \
                 that caused it\n";
    dir.sps(&["check", "x.json"]).is(2, UNCHECKABLE, words);
    dir.sps(&["request", "x.json"]).is(2, "", words);
}

#[test]
fn what_takes_no_body_says_so() {
    let dir = Dir::new("takes_none").with("x.json", "{}");
    for (arguments, words) in [
        (
            ["-e", "info", "--as", "request"],
            "/api/info takes no request body; to check a response of it, pass `--as response`",
        ),
        (["-e", "management/snmp", "--as", "response"], "only holds other endpoints"),
        (["-e", "policies/content_policies", "--as", "response"], "no guide shows the response of"),
        (
            ["-e", "policies/content_policies", "--as", "request"],
            "no guide shows a request body for",
        ),
    ] {
        let run = dir.sps(&[&["check", "x.json"], &arguments[..]].concat());
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}

#[test]
fn no_path_is_a_misuse_that_says_what_to_do() {
    let dir = Dir::new("no_path");
    let words = "nothing to check: pass files or directories, or `-` for standard input";
    dir.sps(&["check"]).fails(2, words);
    dir.sps(&["check"]).fails(2, "Usage: sps check [OPTIONS] [PATH]...");
}

#[test]
fn a_closed_pipe_ends_without_a_message() {
    let dir = Dir::new("pipe").with("x.json", format!("[{}", "1,".repeat(100)));
    let many = vec!["x.json"; 2000];
    let mut child = command()
        .arg("check")
        .args(&many)
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The pipe is closed, long before the end of the output.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    // The verdict is still the right one.
    assert_eq!(output.status.code(), Some(1));

    for arguments in [&["--help"][..], &["explain"], &["endpoints"], &["show", "management/email"]]
    {
        let mut child = command()
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert_ne!(output.status.code(), Some(101), "{arguments:?}");
    }
}

#[test]
fn a_bad_file_of_objects_is_an_error_and_stays_secret() {
    let secret = "hunter2";
    for (name, content, words) in [
        ("broken", &b"{\n\"/api/x\": \"hunter2\" \"hunter2\"}"[..], "bad:2:"),
        ("list", b"[\"hunter2\"]", "bad: expected a JSON object from reference path to body"),
        ("word", b"\"hunter2\"", "bad: expected a JSON object"),
        (
            "path",
            b"{\"hunter2\": {\"plain\": \"x\"}}",
            "bad:1:2: expected a key that is the path of an object",
        ),
        ("twice", b"{\"/api/hunter2\": 1, \"/api/hunter2\": 2}", "bad:1:21: duplicate object"),
        ("bytes", b"{\"hunter2\xff\": 1}", "cannot read the objects in bad: invalid UTF-8"),
    ] {
        let dir = Dir::new(&format!("objects_{name}")).with("bad", content).with("x.json", DISK);
        let run = dir.sps(&[
            "check",
            "x.json",
            "-e",
            "management/disk_fillup_prevention",
            "--resolve",
            "bad",
        ]);
        run.fails(2, words);
        assert!(!run.stderr.contains(secret), "{}", run.stderr);
    }
    let dir = Dir::new("objects_gone").with("x.json", DISK);
    dir.sps(&["check", "x.json", "--resolve", "gone"]).fails(2, "gone: no such file or directory");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_pipe_does_not_hang_a_directory() {
    let dir = Dir::new("link_to_pipe").with("management/disk_fillup_prevention.json", DISK);
    let pipe = dir.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    for link in ["management/a.json", "management/b.jsonl"] {
        std::os::unix::fs::symlink(&pipe, dir.path().join(link)).unwrap();
    }
    dir.sps(&["check", "management"]).is(0, "1 document: no errors\n", "");
}

#[test]
fn links_are_followed_to_files_and_not_around_in_circles() {
    #[cfg(unix)]
    {
        let dir = Dir::new("links").with("d/a.json", "{");
        std::os::unix::fs::symlink("..", dir.path().join("d/up")).unwrap();
        std::os::unix::fs::symlink("a.json", dir.path().join("d/b.json")).unwrap();
        std::os::unix::fs::symlink("gone.json", dir.path().join("d/c.json")).unwrap();
        let run = dir.sps(&["check", "d"]);
        assert_eq!((run.status, &*run.stderr), (2, "error: d/c.json: no such file or directory\n"));
        // The link leads to a file that is there already.
        assert!(run.stdout.contains("d/a.json:1:2: error"), "{}", run.stdout);
        assert!(run.stdout.contains("1 document: 1 error"), "{}", run.stdout);
    }
}
