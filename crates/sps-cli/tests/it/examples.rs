//! Every command line in the help texts, the README and the documentation runs, and every command and option that they
//! mention exists.

#![cfg(unix)]

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    appliance::{Appliance, HEALTH, finish},
    output::COMMANDS,
    support::*,
};

const POLICY: &str = r#"{"name": "office", "Mon": [["8:00", "17:00"]], "Tue": [], "Wed": [], "Thu": [], "Fri": [],
    "Sat": [], "Sun": []}"#;

/// Lines that are not run as they are, each with the reason.
const LEFT_OUT: &[(&str, &str)] = &[
    ("curl --cacert sim.pem", "it is another program, and waits for a password"),
    ("cargo test", "it is this run"),
    (
        "cargo run -p sps-cli -- apply examples/site",
        "the run of all tests builds nothing; `cargo xtask ci` runs it",
    ),
];

/// Pages whose commands run one after the other, in a test of their own.
const IN_ORDER: &[&str] = &["site.md", "pipeline.md"];

/// Pages about programs of developers, whose options are not ours.
const FOR_DEVELOPERS: &[&str] = &["proof.md", "speed.md"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Pages whose commands run in the root. Those in `docs` name files of their readers.
const OF_THE_ROOT: [&str; 3] = ["README.md", "CONTRIBUTING.md", "SECURITY.md"];

fn pages() -> Vec<(String, String)> {
    let mut files: Vec<_> = OF_THE_ROOT.iter().map(|it| root().join(it)).collect();
    files.extend(fs::read_dir(root().join("docs")).unwrap().map(|it| it.unwrap().path()));
    let is_page = |file: &PathBuf| file.extension().is_some_and(|it| it == "md");
    let read = |file: PathBuf| {
        (file.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&file).unwrap())
    };
    files.into_iter().filter(is_page).map(read).collect()
}

fn helps() -> Vec<(String, String)> {
    let dir = Dir::new("examples-help");
    let help = |command: &&[&str]| {
        let run = dir.sps(&[command, &["--help"][..]].concat());
        (command.join(" "), run.stdout)
    };
    COMMANDS.iter().map(help).collect()
}

/// The lines under `Examples:` in a help text.
fn examples(help: &str) -> Vec<String> {
    let Some((_, examples)) = help.split_once("\nExamples:\n") else { return Vec::new() };
    examples.lines().take_while(|it| it.starts_with("  ")).map(|it| it.trim().to_owned()).collect()
}

/// The command lines in blocks of a page: each line of `sh`, and those behind `$` in `console`.
fn blocks(page: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut language = None;
    for line in page.lines() {
        match (language, line.strip_prefix("```")) {
            (None, Some(name)) => language = Some(name),
            (Some(_), Some(_)) => language = None,
            (Some("sh"), None) if !line.starts_with('#') => lines.push(line.to_owned()),
            (Some("console"), None) => {
                lines.extend(line.strip_prefix("$ ").map(str::to_owned));
            }
            _ => {}
        }
    }
    lines
}

/// A directory with every file that the examples name, and an appliance with the objects.
struct Stage {
    appliance: Appliance,
    policy: String,
    bin: PathBuf,
}

impl Stage {
    fn new() -> Self {
        // Newer firmware: every object has a key that the spec does not know.
        let appliance = Appliance::new("examples-run", &["--extra-key", "new_thing"]);
        let dir = appliance.dir.path();
        let bin = Path::new(env!("CARGO_BIN_EXE_sps")).parent().unwrap().to_owned();
        let trap = TRAP_3
            .replace("\"aaaa-1\"", r#"{"$secret": "file:../auth"}"#)
            .replace("\"aaaa-2\"", r#"{"$secret": "file:../privacy"}"#);
        for (file, text) in [
            ("mail.json", EMAIL_REQUEST),
            ("objects.json", PASSWORDS),
            ("response.json", EMAIL_RESPONSE),
            ("health.json", HEALTH),
            ("password.json", r#"{"plain": "correct horse battery"}"#),
            ("pw.json", r#"{"plain": "correct horse battery"}"#),
            ("office-hours.json", POLICY),
            ("patch.json", r#"{"sender_address": "ops@example.com"}"#),
            ("before.json", TRAP_2C),
            ("after.json", &TRAP_2C.replace("192.0.2.5", "192.0.2.6")),
            ("config/sps.toml", "target = \"8.0\"\n"),
            ("config/policies/time_policies/shifts.json", &POLICY.replace("office", "shifts")),
            ("config/management/snmp/trap.json", &trap),
            ("auth", "correct horse battery"),
            ("privacy", "staple correct horse"),
            ("site/management/email.json", &EMAIL_REQUEST.replace("aaaa-1", "aaaa-2")),
        ] {
            let path = dir.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data/ca.pem");
        fs::copy(authority, dir.join("client-ca.pem")).unwrap();
        let profile = format!("host = '{}'\nuser = 'admin'\n", appliance.url);
        let profiles = format!("[profile.test]\n{profile}\n[profile.production]\n{profile}");
        fs::write(dir.join("profiles.toml"), profiles).unwrap();
        let run = appliance.sps(&["post", "policies/time_policies", "office-hours.json"]);
        let policy = run.stdout.trim_end().to_owned();
        fs::write(dir.join("office-hours.json"), POLICY.replace("office", "hours")).unwrap();
        Self { appliance, policy, bin }
    }

    /// The line with names that exist here.
    fn adapted(&self, line: &str) -> String {
        line.replace("cargo run -q ", "cargo run ")
            .replace("cargo run -p sps-cli --", "sps")
            .replace("1234567890abcdef", &self.policy)
            .replace("time_policies/-100", &format!("time_policies/{}", self.policy))
            .replace("audit/sessions/KEY", "audit/sessions/4xqTzLk0bYg7mNc2Rf9sWd")
            .replace("curl …", "cat response.json")
            .replace("examples/site", root().join("examples/site").to_str().unwrap())
            // The files in the other folder are not what the appliance has.
            .replace("sps export config/", "sps export exported/")
            .replace("'code --wait'", "true")
            .replace(":8443", ":0")
            .replace("--client-ca ca.pem", "--client-ca client-ca.pem")
    }

    fn shell(&self, line: &str, folder: &Path) -> Command {
        let dir = self.appliance.dir.path();
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).current_dir(folder).env_clear().stdin(Stdio::null());
        shell.env("PATH", format!("{}:{}", self.bin.display(), std::env::var("PATH").unwrap()));
        shell.env("HOME", dir.join("home")).env("SPS_HOST", &self.appliance.url);
        shell.env("SPS_USER", "admin").env("SPS_PASSWORD_FILE", dir.join("password"));
        shell.env("SPS_CA_FILE", dir.join("ca.pem")).env("EDITOR", "true");
        shell.env("SPS_CONFIG", dir.join("profiles.toml"));
        shell
    }

    fn run(&self, line: &str, folder: &Path) -> Run {
        finish(self.shell(line, folder).stdout(Stdio::piped()).stderr(Stdio::piped()))
    }
}

#[test]
fn every_command_line_in_help_runs() {
    let stage = Stage::new();
    let dir = stage.appliance.dir.path().to_owned();
    let mut lines: Vec<_> = helps()
        .into_iter()
        .flat_map(|(command, help)| {
            examples(&help).into_iter().map(move |it| (command.clone(), it))
        })
        .filter(|(_, line)| !LEFT_OUT.iter().any(|(start, _)| line.starts_with(start)))
        .collect();
    // The others need the object that this one deletes.
    lines.sort_by_key(|(command, _)| command == "delete");
    assert!(lines.len() >= 15, "{lines:?}");
    for (command, line) in lines {
        let adapted = stage.adapted(&line);
        if adapted.starts_with("sps sim") {
            let mut child = stage
                .shell(&format!("exec {adapted}"), &dir)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut first = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
            let _ = child.kill();
            let _ = child.wait();
            let is_inventory = line.contains("--fleet") && first.starts_with("# Simulators of ");
            let is_address = first.starts_with("listening on https://");
            assert!(is_address || is_inventory, "{line}: {first}");
            continue;
        }
        let run = stage.run(&adapted, &dir);
        let expected = match &*line {
            // There are differences.
            line if line.starts_with("sps diff before.json") => 3,
            line if line.starts_with("sps diff config/") => 3,
            line if line.starts_with("sps plan ") || line.ends_with("--dry-run") => 3,
            _ => 0,
        };
        assert_eq!(run.status, expected, "{command}: {adapted}\n{}", run.all());
    }
}

#[test]
fn every_command_line_in_a_page_runs() {
    let stage = Stage::new();
    let dir = stage.appliance.dir.path().to_owned();
    let mut lines = 0;
    for (page, text) in pages().into_iter().filter(|(page, _)| !IN_ORDER.contains(&&**page)) {
        for line in blocks(&text) {
            if LEFT_OUT.iter().any(|(start, _)| line.starts_with(start)) {
                continue;
            }
            // Others are for developers, and are not ours.
            let is_ours = ["sps ", "cp ", "echo "].iter().any(|it| line.starts_with(it));
            if !is_ours && !line.contains("sps-cli -- ") {
                continue;
            }
            lines += 1;
            let is_of_root = OF_THE_ROOT.contains(&page.as_str());
            let folder = if is_of_root { root() } else { dir.clone() };
            let run = stage.run(&stage.adapted(&line), &folder);
            let expected = i32::from(line.contains("user_name"));
            assert_eq!(run.status, expected, "{page}: {line}\n{}", run.all());
            if !text.contains(&format!("$ {line}\n")) {
                continue;
            }
            // What the page shows below is what is printed.
            let block = text
                .split_once(&format!("$ {line}\n"))
                .and_then(|(_, rest)| rest.split_once("```"));
            let shown = block.map(|(shown, _)| shown).unwrap_or_default();
            let printed = format!("{}{}", run.stderr, run.stdout);
            let printed = printed.replace(&stage.appliance.url, "URL");
            assert_eq!(printed, shown, "{page}: {line}");
        }
    }
    assert!(lines >= 2, "{lines}");
}

#[test]
fn every_command_and_option_in_a_text_exists() {
    let helps = helps();
    let known =
        |name: &str| helps.iter().find(|(command, _)| command == name).map(|(_, help)| help);
    let all: Vec<&String> = helps.iter().map(|(_, help)| help).collect();
    let texts = pages().into_iter().chain(helps.iter().cloned());
    let (mut commands, mut options) = (0, BTreeSet::new());
    for (at, text) in texts {
        for code in text.split('`').skip(1).step_by(2) {
            let words: Vec<&str> = code.split_whitespace().collect();
            if words.first() == Some(&"sps") && words.len() > 1 && !words[1].starts_with(['-', '…'])
            {
                commands += 1;
                let pair = words[1..words.len().min(3)].join(" ");
                let help = known(&pair).or_else(|| known(words[1]));
                let group = COMMANDS.iter().any(|it| it[0] == words[1]);
                assert!(help.is_some() || group, "{at}: `{code}` is no command");
                for option in words.iter().filter(|it| it.starts_with("--") && help.is_some()) {
                    let option = option.trim_end_matches([',', ';']);
                    assert!(help.unwrap().contains(option), "{at}: `{code}` has no {option}");
                }
            } else if let [option, ..] = words[..]
                && option.starts_with("--")
                && option.len() > 2
                && !FOR_DEVELOPERS.contains(&at.as_str())
            {
                options.insert(option.to_owned());
            }
        }
    }
    for option in &options {
        let is_known = all.iter().any(|help| help.contains(option.as_str()));
        assert!(is_known, "no command has the option {option}");
    }
    assert!(commands > 20 && options.len() > 10, "{commands} {options:?}");
}

/// Posts two passwords, puts a trap that refers to them, and reads it back.
const SCRIPT: &str = r#"set -eu
sha=$(sps post passwords auth.json)
aes=$(sps post passwords privacy.json)
sed "s/aaaa-1/$sha/; s/aaaa-2/$aes/" trap.template > trap.json
sps check -q -e management/snmp/trap trap.json
sps put management/snmp/trap trap.json --format json > result.json
sps get management/snmp/trap --request > read.json
if command -v jq > /dev/null; then jq -e '.committed and .changed == 1' result.json > /dev/null; fi
if command -v jq > /dev/null; then test "$(jq -r .version.value.auth_password read.json)" = "$sha"; fi
echo "$sha $aes"
"#;

#[test]
fn a_script_of_ten_lines_changes_an_appliance() {
    assert_eq!(SCRIPT.lines().count(), 10);
    let stage = Stage::new();
    let dir = stage.appliance.dir.path();
    for (file, text) in [
        ("auth.json", r#"{"plain": "correct horse battery"}"#),
        ("privacy.json", r#"{"plain": "staple correct horse"}"#),
        ("trap.template", TRAP_3),
    ] {
        fs::write(dir.join(file), text).unwrap();
    }
    let run = stage.run(SCRIPT, dir);
    assert_eq!(run.status, 0, "{}", run.all());
    let keys: Vec<&str> = run.stdout.lines().last().unwrap().split(' ').collect();
    let read = |file: &str| -> Value {
        serde_json::from_slice(&fs::read(dir.join(file)).unwrap()).unwrap()
    };
    let sent = TRAP_3.replace("aaaa-1", keys[0]).replace("aaaa-2", keys[1]);
    assert_eq!(read("read.json"), serde_json::from_str::<Value>(&sent).unwrap());
    assert_eq!(
        (&read("result.json")["committed"], &read("result.json")["changed"]),
        (&true.into(), &1.into())
    );
    assert!(!run.all().contains("correct horse"), "{}", run.all());
}
