//! The commands of the pages on trees, run as they are there.
//!
//! `UPDATE_DOCS=1` writes what they print into the page.

#![cfg(unix)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    appliance::{Appliance, HEALTH, PASSWORD, finish},
    support::Run,
};

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// A shell with the commands of the page and an appliance.
struct Shell {
    appliance: Appliance,
    /// Variables that the page sets.
    variables: BTreeMap<String, String>,
}

impl Shell {
    fn new(name: &str) -> Self {
        let appliance = Appliance::new(name, &["--seed", "1"]);
        Self { appliance, variables: BTreeMap::new() }
    }

    fn run(&self, script: &str) -> Run {
        let dir = self.appliance.dir.path();
        let bin = Path::new(env!("CARGO_BIN_EXE_sps")).parent().unwrap();
        let path = format!(
            "{}:{}:{}",
            dir.join("bin").display(),
            bin.display(),
            std::env::var("PATH").unwrap()
        );
        let mut shell = Command::new("bash");
        shell.args(["-c", script]).current_dir(dir).env_clear().stdin(Stdio::null());
        shell.env("PATH", path).env("HOME", dir.join("home")).env("SPS_HOST", &self.appliance.url);
        shell.env("SPS_USER", "admin").env("SPS_PASSWORD_FILE", dir.join("password"));
        shell.env("SPS_CA_FILE", dir.join("ca.pem")).envs(&self.variables);
        finish(shell.stdout(Stdio::piped()).stderr(Stdio::piped()))
    }
}

/// A block of a page: its language, and its lines.
fn blocks(page: &str) -> Vec<(String, Vec<String>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, Vec<String>)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language.to_owned(), Vec::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, lines)), None) => lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    blocks
}

#[test]
fn the_front_page_of_the_crate_runs_as_it_is() {
    let (_, lines) = blocks(include_str!("../../README.md")).into_iter().next().unwrap();
    let (install, commands) = lines.split_first().unwrap();
    assert_eq!(install, "cargo install sps-cli --locked");
    let run = Shell::new("page-front").run(&format!("set -e\n{}\n", commands.join("\n")));
    assert_eq!((run.status, commands.len()), (0, 5), "{}", run.all());
    assert!(run.stdout.ends_with("no changes: 45 objects as described\n"), "{}", run.stdout);
}

#[test]
fn the_ten_minutes_are_as_the_page_shows_them() {
    let file = page("site.md");
    let text = fs::read_to_string(&file).unwrap();
    let mut fresh = text.clone();
    let mut shell = Shell::new("page-site");
    let has_git = Command::new("git").arg("--version").output().is_ok();
    let (mut commands, mut from) = (0, 0);
    for (language, lines) in blocks(&text) {
        match &*language {
            "sh" if lines.iter().any(|it| it.starts_with("sps sim")) => {}
            "sh" if lines[0].starts_with("git ") && !has_git => {}
            "sh" => {
                commands += lines.len();
                // What is exported stays for the next block, but for the appliance, which is another one here.
                let script = format!("set -e\n{}\nenv -0 > variables\n", lines.join("\n"));
                if lines.iter().any(|it| it.starts_with("export SPS_HOST")) {
                    continue;
                }
                let run = shell.run(&script);
                assert_eq!(run.status, 0, "{lines:?}: {}", run.all());
                let variables =
                    fs::read_to_string(shell.appliance.dir.path().join("variables")).unwrap();
                let traps = variables.split('\0').filter(|it| it.starts_with("TRAP_"));
                let pairs = traps.filter_map(|it| it.split_once('='));
                shell
                    .variables
                    .extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
            }
            "console" => {
                commands += 1;
                let (first, shown) = lines.split_first().unwrap();
                let command = first.strip_prefix("$ ").unwrap();
                let run = shell.run(&format!("exec 2>&1; {command}"));
                let expected = if command.starts_with("sps plan") { 3 } else { 0 };
                assert_eq!(run.status, expected, "{command}: {}", run.all());
                let printed = run.stdout.replace(&shell.appliance.url, "https://127.0.0.1:8443");
                let shown: Vec<_> = shown.iter().map(|it| format!("{it}\n")).collect();
                let old = format!("```console\n{first}\n{}```", shown.concat());
                // The same command may be in the page twice.
                let at = from + fresh[from..].find(&old).expect("the block is there");
                let new = format!("```console\n{first}\n{printed}```");
                fresh.replace_range(at..at + old.len(), &new);
                from = at + new.len();
            }
            other => panic!("a block of `{other}`"),
        }
        for secret in ["correct horse", PASSWORD] {
            assert!(
                !fresh
                    .replace("='correct horse", "")
                    .replace("='staple correct horse", "")
                    .replace("='another correct horse", "")
                    .contains(secret)
            );
        }
    }
    assert!(commands > 20, "{commands}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &fresh).unwrap();
    }
    assert_eq!(fresh, fs::read_to_string(&file).unwrap(), "run with UPDATE_DOCS=1");
}

#[test]
fn s195_a_plan_ends_as_the_table_says() {
    let text = fs::read_to_string(page("site.md")).unwrap();
    let (_, table) = text.split_once("| `sps plan` | ends with |\n|---|---|\n").unwrap();
    let rows = table.lines().map_while(|it| it.strip_prefix("| ")?.strip_suffix(" |"));
    let rows: Vec<(&str, i32)> = rows
        .map(|it| {
            let (situation, status) = it.split_once(" | ").unwrap();
            (situation, status.parse().unwrap())
        })
        .collect();
    let appliance = Appliance::new("page-statuses", &[]);
    let dir = appliance.dir.path();
    for (folder, body) in [("other", HEALTH), ("invalid", "{\"maximum_load1\": \"x\"}")] {
        fs::create_dir_all(dir.join(folder).join("management")).unwrap();
        fs::write(dir.join(folder).join("management/health_monitoring.json"), body).unwrap();
    }
    assert_eq!(appliance.sps(&["export", "same"]).status, 0);
    fs::write(dir.join("wrong"), "not the password").unwrap();
    let runs: [&[&str]; 6] = [
        &["same"],
        &["invalid"],
        &[],
        &["same", "--no-such-option"],
        &["same", "--password-file", "wrong"],
        &["other"],
    ];
    assert_eq!(rows.len(), runs.len(), "{rows:?}");
    for ((situation, status), arguments) in rows.into_iter().zip(runs) {
        let mut command = appliance.logged_in("statuses", &[&["plan"], arguments].concat());
        if arguments.contains(&"wrong") {
            command.env_remove("SPS_PASSWORD");
        }
        let run = finish(&mut command);
        assert_eq!(run.status, status, "{situation}: {}", run.all());
    }
}

/// The scripts of the steps in the page, by job.
fn scripts() -> BTreeMap<String, String> {
    let text = fs::read_to_string(page("pipeline.md")).unwrap();
    let (_, lines) = blocks(&text).into_iter().find(|(language, _)| language == "yaml").unwrap();
    let (mut scripts, mut job, mut is_script) =
        (BTreeMap::<String, String>::new(), String::new(), false);
    for line in &lines {
        let indent = line.len() - line.trim_start().len();
        if indent == 2 && line.ends_with(':') {
            line.trim().trim_end_matches(':').clone_into(&mut job);
        }
        if is_script && indent >= 10 {
            let script = scripts.entry(job.clone()).or_default();
            script.push_str(line.trim_start_matches("          "));
            script.push('\n');
        } else {
            is_script = line.trim() == "run: |";
        }
    }
    scripts
}

#[test]
fn s197_the_pipeline_comments_and_fails_where_it_should() {
    let scripts = scripts();
    assert_eq!(scripts.keys().collect::<Vec<_>>(), ["apply", "check", "plan"]);
    let shell = Shell::new("page-pipeline");
    let dir = shell.appliance.dir.path();
    fs::create_dir_all(dir.join("bin")).unwrap();
    let gh = dir.join("bin/gh");
    fs::write(&gh, "#!/bin/sh\ncp \"$5\" comment.md\n").unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&gh, executable).unwrap();
    let write = |body: &str| {
        fs::create_dir_all(dir.join("config/management")).unwrap();
        fs::write(dir.join("config/management/health_monitoring.json"), body).unwrap();
    };
    let step = |job: &str| shell.run(&format!("export PR=7\n{}", scripts[job]));

    // Differences: a comment, and the job is green.
    write(HEALTH);
    assert_eq!(step("check").status, 0);
    let run = step("plan");
    assert_eq!(run.status, 0, "{}", run.all());
    let comment = fs::read_to_string(dir.join("comment.md")).unwrap();
    assert!(comment.contains("management/health_monitoring"), "{comment}");
    // The reports of the page.
    let text = fs::read_to_string(page("pipeline.md")).unwrap();
    let is_of_reports = |lines: &Vec<String>| lines.iter().any(|it| it.contains("> plan.html"));
    let mut blocks = blocks(&text).into_iter().map(|(_, lines)| lines);
    for (line, status) in blocks.find(is_of_reports).unwrap().iter().zip([0, 3, 3]) {
        let run = shell.run(line);
        assert_eq!(run.status, status, "{line}: {}", run.all());
    }
    for (file, start) in
        [("check.html", "<!DOCTYPE html>"), ("plan.html", "<!DOCTYPE html>"), ("plan.svg", "<svg ")]
    {
        let text = fs::read_to_string(dir.join(file)).unwrap();
        assert!(text.starts_with(start), "{file}: {text}");
    }
    assert_eq!(step("apply").status, 0);
    assert_eq!(step("plan").status, 0);

    // An error: the job is red, without a comment.
    fs::remove_file(dir.join("comment.md")).unwrap();
    write("{\"maximum_load1\": \"x\"}");
    let run = step("check");
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("::error "), "{}", run.all());
    assert_eq!(step("plan").status, 1);
    assert!(!dir.join("comment.md").exists());
    assert_eq!(step("apply").status, 1);
}
