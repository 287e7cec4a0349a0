//! Many documents: all cores, the order of the input, and an early end.

use crate::support::*;

const ENDPOINT: &str = "management/disk_fillup_prevention";

/// Lines of which every tenth is wrong, every hundredth no JSON and one no text.
fn many(lines: usize) -> Vec<u8> {
    let good = DISK.replace('\n', "");
    let mut text = Vec::new();
    for line in 1..=lines {
        match line {
            777 => text.extend(b"\xff"),
            _ if line % 100 == 0 => text.push(b'{'),
            _ if line % 10 == 0 => text.extend(good.replace("80", "101").bytes()),
            _ => text.extend(good.bytes()),
        }
        text.push(b'\n');
    }
    text
}

#[test]
fn results_have_the_order_of_the_input_on_any_number_of_threads() {
    let dir = Dir::new("bulk").with("x.jsonl", many(10_000)).with("y.jsonl", many(1_000));
    for format in ["human", "concise", "github", "gitlab", "html", "json", "sarif"] {
        let run = |threads: &str| {
            let output = command()
                .args(["check", ".", "-e", ENDPOINT, "--format", format])
                .current_dir(dir.path())
                .env("RAYON_NUM_THREADS", threads)
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(2));
            output.stdout
        };
        let one = run("1");
        assert_eq!(one, run("4"), "{format}");
        if format == "json" {
            let json: serde_json::Value = serde_json::from_slice(&one).unwrap();
            let lines: Vec<&str> = json["documents"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["source"].as_str().unwrap())
                .collect();
            let expected: Vec<String> = [("x", 10_000), ("y", 1_000)]
                .iter()
                .flat_map(|(file, last)| (1..=*last).map(move |at| format!("./{file}.jsonl:{at}")))
                .filter(|line| !line.ends_with(":777"))
                .collect();
            assert_eq!(lines, expected);
            assert_eq!(json["unreadable"].as_array().unwrap().len(), 2);
            assert_eq!(json["summary"]["errors"], 1_000 + 100);
        }
    }
}

#[test]
fn quiet_says_the_same_of_errors() {
    let dir =
        Dir::new("bulk_quiet").with("x.jsonl", many(1_000)).with("response.json", EMAIL_RESPONSE);
    let arguments = ["check", "x.jsonl", "-e", ENDPOINT, "--quiet"];
    let quick = dir.sps(&arguments);
    // With warnings denied there is no short cut.
    let full = dir.sps(&[&arguments[..], &["--deny-warnings"]].concat());
    assert_eq!(quick.all(), full.all());
    assert!(quick.stdout.ends_with("999 documents: 100 errors, 1 could not be read\n"));
    dir.sps(&["check", "response.json", "--quiet"]).is(0, "1 document: no errors\n", "");
}

#[test]
fn quiet_looks_for_no_warnings() {
    let dir = Dir::new("quiet_warning").with("management/email.json", EMAIL_REQUEST);
    for arguments in [&["check", ".", "--quiet"][..], &["check", ".", "--quiet", "--fix"]] {
        dir.sps(arguments).is(0, "1 document: no errors\n", "");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_what_was_found() {
    use std::{
        io::Read as _,
        process::{Command, Stdio},
    };

    let dir = Dir::new("ctrl_c").with("x.jsonl", many(300_000));
    let mut child = command()
        .args(["check", "x.jsonl", "-e", ENDPOINT])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    // It has begun and cannot end, because the pipe is full.
    let mut text = vec![0];
    out.read_exact(&mut text).unwrap();
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    out.read_to_end(&mut text).unwrap();
    let rest = child.wait_with_output().unwrap();
    assert_eq!(rest.status.code(), Some(130));
    let text = String::from_utf8(text).unwrap();
    let summary = text.lines().last().unwrap();
    let documents: usize = summary.split_once(" documents: ").unwrap().0.parse().unwrap();
    assert!(documents < 299_999, "{summary}");
    let stderr = String::from_utf8(rest.stderr).unwrap();
    assert!(stderr.contains("interrupted"), "{stderr}");
}
