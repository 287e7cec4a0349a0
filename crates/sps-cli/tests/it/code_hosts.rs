//! Reports for GitHub and GitLab: what they show, and what they would drop.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::*;

const ENDPOINT: &str = "management/disk_fillup_prevention";

/// Files with this many errors and warnings.
fn many(name: &str, errors: usize, warnings: usize) -> Dir {
    let mut dir = Dir::new(name);
    for at in 0..warnings {
        dir = dir.with(&format!("a{at:03}/management/snmp/trap.json"), TRAP_2C);
    }
    for at in 0..errors {
        let file = format!("b{at:03}/{ENDPOINT}.json");
        dir = dir.with(&file, DISK.replace("80", "101"));
    }
    dir
}

fn commands<'r>(run: &'r Run, kind: &str) -> Vec<&'r str> {
    let start = format!("::{kind} ");
    run.stdout.lines().filter(|it| it.starts_with(&start)).collect()
}

#[test]
fn p069_github_gets_errors_first_and_a_summary_of_the_rest() {
    let dir = many("github-many", 40, 30);
    let run = dir.sps(&["check", ".", "--format", "github"]);
    let (errors, warnings) = (commands(&run, "error"), commands(&run, "warning"));
    assert_eq!((run.status, errors.len(), warnings.len()), (1, 10, 10), "{}", run.stdout);
    let all: Vec<&str> = run.stdout.lines().filter(|it| it.starts_with("::")).collect();
    assert_eq!(all, [errors.clone(), warnings.clone()].concat());
    for (last, hidden) in [(errors[9], "31 more errors"), (warnings[9], "21 more warnings")] {
        let expected = format!("::{hidden} without an annotation; the log of this step lists all");
        assert!(last.ends_with(&expected) && !last.contains("file="), "{last}");
    }
    let log: Vec<&str> = run.stdout.lines().filter(|it| it.contains("[out-of-range]")).collect();
    assert_eq!(log.len(), 40);
    assert!(log[39].starts_with(&format!("./b039/{ENDPOINT}.json:4:29: error[out-of-range] ")));
    assert_eq!(run.stdout.matches("warning[cleartext-snmp]").count(), 30);
    // The log has the help, too.
    assert!(log[0].contains("; "), "{}", log[0]);
}

#[test]
fn p069_ten_of_a_kind_need_no_summary_and_eleven_do() {
    for (number, summary) in [(10, None), (11, Some("2 more errors")), (1, None)] {
        let run = many("github-ten", number, 0).sps(&["check", ".", "--format", "github"]);
        let errors = commands(&run, "error");
        assert_eq!(errors.len(), number.min(10));
        assert_eq!(
            errors.iter().filter(|it| it.contains("title=out-of-range")).count(),
            number.min(if number > 10 { 9 } else { 10 })
        );
        match summary {
            Some(text) => assert!(errors[9].contains(text), "{}", errors[9]),
            None => assert!(!run.stdout.contains("more error"), "{}", run.stdout),
        }
    }
}

#[test]
fn p071_a_place_behind_the_last_character_is_one_in_the_file() {
    for (text, line, column) in [
        ("{\"enabled\": true", 1, 16),
        ("{\n  \"ü\": \"ä", 2, 8),
        ("{\"enabled\": true\n", 1, 16),
        ("{\r\n", 1, 1),
        ("", 1, 1),
    ] {
        let dir = Dir::new("github-place").with(&format!("{ENDPOINT}.json"), text);
        let run = dir.sps(&["check", ".", "--format", "github"]);
        let place = format!("file={ENDPOINT}.json,line={line},col={column},");
        assert!(run.stdout.contains(&place), "{text:?} {place}: {}", run.stdout);
        let issues = dir.sps(&["check", ".", "--format", "gitlab"]).json();
        assert_eq!(issues[0]["location"]["lines"]["begin"], line, "{text:?}");
    }
}

#[test]
fn p071_a_long_message_is_shortened_with_a_hint() {
    let values: Vec<String> = (0..400).map(|at| format!("woert_{at:09} = \"A value.\"")).collect();
    let values = values.join("\n");
    let page = format!(
        "[endpoint]\ntitle = \"Long\"\ndoc = \"A long list.\"\nsource = \"email\"\n[Long]\n_ = {{ doc = \"A long list.\" }}\nkind = {{ type = \"Kind\", example = \"woert_000000001\", doc = \"One of many.\" }}\n[enum.Kind]\n{values}"
    );
    let dir = Dir::new("github-long")
        .with("overlay/endpoints/configuration/demo/long.toml", page)
        .with("demo/long.json", "{\"kind\": \"x\"}");
    let check = |format: &str| {
        let run = dir.sps(&["check", "--spec", "overlay", "demo/long.json", "--format", format]);
        assert_eq!(run.status, 1, "{}", run.all());
        run.stdout
    };
    assert!(check("json").len() > 5_000);
    let hint = "… (shortened; `--format json` has all of it)";
    for text in [check("github").lines().next().unwrap(), &check("gitlab")] {
        assert!(text.contains(hint) && text.len() < 1_500, "{text}");
    }
}

#[test]
fn p073_all_fingerprints_differ() {
    let bad = DISK.replace("80", "101").replace('\n', " ");
    let lines = format!("{bad}\n{bad}\n{bad}\n");
    let twice = DISK.replace("true,", "true, \"enabled\": true, \"enabled\": true,");
    let dir = Dir::new("gitlab-fingerprints")
        .with("three.jsonl", lines)
        .with(&format!("a/{ENDPOINT}.json"), &twice)
        .with(&format!("b/{ENDPOINT}.json"), &twice);
    let check = |paths: &[&str]| -> Vec<String> {
        let arguments = [&["check", "-e", ENDPOINT, "--format", "gitlab"], paths].concat();
        let issues = dir.sps(&arguments).json();
        let fingerprint = |it: &Value| it["fingerprint"].as_str().unwrap().to_owned();
        issues.as_array().unwrap().iter().map(fingerprint).collect()
    };
    let all = check(&["."]);
    assert!(all.len() >= 7, "{all:?}");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    // However a file is named, and also when it is named twice.
    let one = check(&["three.jsonl"]);
    assert_eq!(check(&["./three.jsonl", "three.jsonl"]), one);
    let whole = dir.path().join("three.jsonl");
    assert_eq!(check(&[whole.to_str().unwrap()]), one);
    let both = check(&["three.jsonl", ".", "a"]);
    assert_eq!(both.iter().collect::<BTreeSet<_>>().len(), both.len());
}

/// Source: GitLab Docs, "Code Quality", section "Code Quality report format".
fn format_of_gitlab() -> jsonschema::Validator {
    let schema = json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "minLength": 1},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^./].*"},
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": {"begin": {"type": "integer", "minimum": 1}}
                        }
                    }
                }
            }
        }
    });
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn p075_reports_for_gitlab_have_its_format() {
    let format = format_of_gitlab();
    let fixable = DISK.replace("archiving", "archivng");
    for (name, dir, options, number) in [
        ("none", many("gitlab-none", 0, 0).with(&format!("{ENDPOINT}.json"), DISK), &[][..], 0),
        ("warnings", many("gitlab-warnings", 0, 3), &[], 3),
        ("errors", many("gitlab-errors", 4, 3), &[], 7),
        ("quiet", many("gitlab-quiet", 4, 3), &["-q"], 4),
        (
            "fixed",
            Dir::new("gitlab-fixed").with(&format!("{ENDPOINT}.json"), fixable),
            &["--fix"],
            1,
        ),
    ] {
        let run = dir.sps(&[&["check", ".", "--format", "gitlab"], options].concat());
        let report = run.json();
        assert!(format.is_valid(&report), "{name}: {report}");
        let issues = report.as_array().unwrap();
        // A trap in plain text has more than one warning.
        assert!(issues.len() >= number && (number > 0 || issues.is_empty()), "{name}: {report}");
        assert!(!run.stdout.starts_with('\u{feff}'), "{name}");
        if number == 0 {
            assert_eq!(run.stdout, "[]\n");
        }
    }
}

#[test]
fn paths_begin_at_the_root_of_the_repository() {
    let dir = many("repository-root", 1, 0);
    for (format, variable) in [("github", "GITHUB_WORKSPACE"), ("gitlab", "CI_PROJECT_DIR")] {
        let mut command = command();
        command.args(["check", ".", "--format", format]).current_dir(dir.path().join("b000"));
        let output = command.env(variable, dir.path()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let path = format!("b000/{ENDPOINT}.json");
        assert!(
            text.contains(&format!("file={path},")) || text.contains(&format!("\"{path}\"")),
            "{text}"
        );
    }
}
