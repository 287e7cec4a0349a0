//! `sps completions`: real shells complete, each on a pseudo terminal.
//!
//! A shell that is not installed is left out, which the test says. PowerShell is in no package source of Debian.

#![cfg(unix)]

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{output::COMMANDS, support::*};

/// Lines, in which `\t` is the key, and the words that are on them afterwards.
const LINES: &[(&str, &[&str])] = &[
    (r"sps che\t", &["sps", "check"]),
    (r"sps get management/sn\t", &["sps", "get", "management/snmp"]),
    (
        r"sps get /api/configuration/management/ema\t",
        &["sps", "get", "/api/configuration/management/email"],
    ),
    (r"sps put management/ema\t ma\t", &["sps", "put", "management/email", "mail.json"]),
    (r"sps check --allow weak-enc\t", &["sps", "check", "--allow", "weak-encryption"]),
    (r"sps check --allow=weak-enc\t", &["sps", "check", "--allow=weak-encryption"]),
    (r"sps check --endpoint=management/ema\t", &["sps", "check", "--endpoint=management/email"]),
    (r"sps check -e management/ema\t", &["sps", "check", "-e", "management/email"]),
    (r"sps check --resolve obj\t", &["sps", "check", "--resolve", "objects.json"]),
    (r"sps check --resolve=obj\t", &["sps", "check", "--resolve=objects.json"]),
    (r"sps check a\t", &["sps", "check", "a b.json"]),
    (r"sps check --form\t conc\t", &["sps", "check", "--format", "concise"]),
    (r"sps explain starttls\t", &["sps", "explain", "starttls-only"]),
    (r"sps get --profile lab:\t", &["sps", "get", "--profile", "lab:one"]),
    (r"sps get --profile=lab:\t", &["sps", "get", "--profile=lab:one"]),
    (r"sps show --target 8.\t", &["sps", "show", "--target", "8.0"]),
    (r"sps transaction stat\t", &["sps", "transaction", "status"]),
    (r#"sps get "management/ema\t"#, &["sps", "get", "management/email"]),
    (r"sps get --sim management/ema\t", &["sps", "get", "--sim", "management/email"]),
    (r"sps get nothing-like-this\t", &["sps", "get", "nothing-like-this"]),
];

/// A directory with what the lines name.
fn stage(name: &str) -> Dir {
    Dir::new(name)
        .with("work/mail.json", "{}")
        .with("work/objects.json", "{}")
        .with("work/a b.json", "{}")
        .with(
            "profiles.toml",
            "[profile.\"lab:one\"]\nhost = 'a'\n[profile.\"prod:two\"]\nhost = 'b'\n",
        )
}

/// `PATH` with the binary of this test in front.
fn path() -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_sps")).parent().unwrap().to_owned();
    let rest = env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(bin).chain(env::split_paths(&rest));
    env::join_paths(all.collect::<Vec<PathBuf>>()).unwrap().into_string().unwrap()
}

/// Types lines into a shell that runs in the directory, and asserts the words that are then on each line.
#[track_caller]
fn types(dir: &Dir, lines: &[(&str, &[&str])], shell: &[&str]) {
    let text: Vec<&str> = lines.iter().map(|(line, _)| *line).collect();
    let mut child = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data/tab.py"))
        .args(shell)
        .current_dir(dir.path().join("work"))
        .env("PATH", path())
        .env("SPS_CONFIG", dir.path().join("profiles.toml"))
        .env("HOME", dir.path())
        .env("XDG_CONFIG_HOME", dir.path())
        .env("XDG_DATA_HOME", dir.path())
        .env("ZDOTDIR", dir.path())
        .env("TERM", "dumb")
        .env_remove("INPUTRC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shell:?}: {stderr}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    let typed: Vec<Value> = stdout.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(typed.len(), lines.len(), "{shell:?}: {stdout}");
    for (typed, (line, expected)) in typed.iter().zip(lines) {
        assert_eq!(typed["words"], serde_json::json!(expected), "{shell:?}: {line}: {typed}");
        for noise in ["not found", "unbound", "error", "no match", "unknown"] {
            for text in [&typed["screen"], &typed["start"]] {
                assert!(!text.as_str().unwrap().contains(noise), "{shell:?}: {line}: {typed}");
            }
        }
    }
}

const BASH: [&str; 5] = ["bash", "--noprofile", "--rcfile", "../rc", "-i"];

/// Whether bash is not the one of macOS, which leaves less to a script.
fn is_bash_new() -> bool {
    let output = Command::new("bash").args(["-c", "echo ${BASH_VERSINFO[0]}"]).output().unwrap();
    output.stdout.first().is_some_and(|it| *it >= b'4')
}

#[test]
fn p057_bash_completes_values_with_slash_colon_and_equals_sign() {
    if !has_program("bash") || !has_program("python3") || !is_bash_new() {
        return;
    }
    let package = Path::new("/usr/share/bash-completion/bash_completion");
    let dir = stage("completions-bash");
    let load = "source <(sps completions bash)\n";
    for (before, after) in [
        ("", ""),
        ("source /usr/share/bash-completion/bash_completion\n", ""),
        ("", "set -u\nshopt -s failglob\n"),
        (
            "source /usr/share/bash-completion/bash_completion\n",
            "set -u\nshopt -s failglob nullglob\nIFS=,\n",
        ),
        ("COMP_WORDBREAKS=$' \\t\\n'\n", "set -e\n"),
    ] {
        if before.contains("bash-completion") && !package.exists() {
            continue;
        }
        fs::write(dir.path().join("rc"), format!("{before}{load}{after}PS1='READY> '\n")).unwrap();
        types(&dir, LINES, &BASH);
    }
}

#[test]
fn p055_zsh_completes_however_the_script_is_loaded() {
    if !has_program("zsh") || !has_program("python3") {
        return;
    }
    let dir = stage("completions-zsh");
    let (load, system) =
        ("source <(sps completions zsh)\n", "autoload -Uz compinit\ncompinit -u -D\n");
    let script = dir.sps(&["completions", "zsh"]).stdout;
    let dir = dir.with("functions/_sps", script);
    let folder = "fpath=($ZDOTDIR/functions $fpath)\n".to_owned();
    for (setup, lines) in [
        (format!("{system}{load}"), LINES),
        (format!("{folder}{system}"), LINES),
        (format!("{load}{system}"), &LINES[..5]),
        (format!("setopt nounset\n{system}{load}"), &LINES[..5]),
    ] {
        fs::write(dir.path().join(".zshrc"), format!("PS1='READY> '\n{setup}")).unwrap();
        types(&dir, lines, &["zsh", "-d", "-i"]);
    }
    // Without the completion system, the script is quiet, and TAB completes files as before.
    fs::write(dir.path().join(".zshrc"), format!("PS1='READY> '\n{load}")).unwrap();
    types(&dir, &[(r"sps check mai\t", &["sps", "check", "mail.json"])], &["zsh", "-d", "-i"]);
    let help = dir.sps(&["completions", "--help"]).stdout;
    let line = help.lines().find(|it| it.contains("source <(sps completions zsh)")).unwrap();
    assert!(line.contains("below `autoload -Uz compinit && compinit`"), "{help}");
}

#[test]
fn fish_completes() {
    if !has_program("fish") || !has_program("python3") {
        return;
    }
    let dir = stage("completions-fish");
    let script = dir.sps(&["completions", "fish"]).stdout;
    let dir = dir.with("fish/completions/sps.fish", script).with(
        "fish/config.fish",
        "function fish_prompt\n    printf 'READY> '\nend\nfunction fish_greeting\nend\n",
    );
    types(&dir, LINES, &["fish", "-i"]);
}

#[test]
fn elvish_completes() {
    if !has_program("elvish") || !has_program("python3") {
        return;
    }
    let dir = stage("completions-elvish");
    let script = dir.sps(&["completions", "elvish"]).stdout;
    let rc = r"use readline-binding
set edit:prompt = { put 'READY> ' }
set edit:rprompt = { }
fn printf {|format @words| for word $words { print '<'$word'>' }; echo }
";
    let dir = dir.with("elvish/rc.elv", format!("{rc}{script}"));
    types(&dir, &LINES[..3], &["elvish"]);
}

/// Calls the function of the script as the completion system does, with everything that it calls replaced.
const CALL: &str = r#"
compdef() { }
source <("$SPS" completions zsh)
_describe() { answer+="words " }
_files() { answer+="files " }
compset() { true }
sps() { "$SPS" "$@" }
while IFS= read -r line; do
    words=("$SPS" ${=line} '')
    CURRENT=$#words PREFIX='' answer=''
    _sps
    print -r -- "$line: $answer"
done
"#;

#[test]
fn p059_zsh_completes_after_every_option_with_a_value() {
    if !has_program("zsh") {
        return;
    }
    let dir = stage("completions-options").with("call.zsh", CALL);
    let mut lines = Vec::new();
    for command in COMMANDS {
        let help = dir.sps(&[command, &["--help"][..]].concat()).stdout;
        for line in help.lines().map(str::trim_start).filter(|it| it.starts_with('-')) {
            for option in line.split(", ").filter(|it| it.starts_with('-')) {
                let (name, value) = option.split_once(' ').unwrap_or((option, ""));
                // In a description, an option is no head line.
                if value.starts_with('<')
                    || line.contains(&format!("--{}", name.trim_start_matches('-')))
                {
                    let name = name.split("[=").next().unwrap();
                    let takes_value = line.contains(" <") && !line.contains("[=");
                    if takes_value {
                        lines.push(format!("{} {name}", command.join(" ")));
                    }
                }
            }
        }
    }
    lines.sort();
    lines.dedup();
    assert!(lines.len() > 150, "{}", lines.len());
    let mut zsh = Command::new("zsh");
    zsh.args(["-f", "../call.zsh"]).env("SPS", env!("CARGO_BIN_EXE_sps"));
    zsh.current_dir(dir.path().join("work")).env("SPS_CONFIG", dir.path().join("profiles.toml"));
    zsh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = zsh.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = lines.join("\n") + "\n";
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stdout.lines().count(), lines.len(), "{stdout}");
    for (line, answer) in lines.iter().zip(stdout.lines()) {
        let (asked, answer) = answer.split_once(": ").unwrap_or((answer, ""));
        assert_eq!(asked.trim_end_matches(':'), line);
        let option = line.rsplit(' ').next().unwrap();
        let expected = match option {
            "--resolve" | "--output" | "--password-file" | "--ca-file" | "--client-key"
            | "--spec" | "--secret-dir" => "files",
            "--format" | "--color" | "--target" | "--allow" | "--profile" | "--endpoint" | "-e" => {
                "words"
            }
            "--host" | "--user" | "--timeout" | "--message" | "-m" | "--proxy" => "",
            _ => continue,
        };
        assert_eq!(answer.trim(), expected, "{line}");
    }
}

#[test]
fn every_shell_has_a_script_and_json_has_it_too() {
    let dir = Dir::new("completions-all");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = dir.sps(&["completions", shell]);
        assert_eq!((run.status, &*run.stderr), (0, ""), "{shell}");
        assert!(run.stdout.contains("_SPS_COMPLETE"), "{shell}: {}", run.stdout);
        let json = dir.sps(&["completions", shell, "--format", "json"]).json();
        assert_eq!((&json["shell"], &json["script"]), (&shell.into(), &run.stdout.into()));
    }
    dir.sps(&["completions", "pwsh"]);
    let run = dir.sps(&["completions", "tcsh"]);
    assert_eq!((run.status, &*run.stdout), (2, ""));
    assert!(
        run.stderr.contains("possible values: bash, zsh, fish, powershell, elvish"),
        "{}",
        run.stderr
    );
}

/// What the scripts of PowerShell and elvish ask.
#[test]
fn powershell_gets_values_and_files() {
    let dir = stage("completions-pwsh");
    let ask = |words: &[&str]| {
        let mut command = command();
        command.current_dir(dir.path().join("work")).env("_SPS_COMPLETE", "powershell");
        let output = command.args([&["--"][..], words].concat()).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(ask(&["sps", "get", "management/ema"]).starts_with("management/email\t"));
    assert!(ask(&["sps", "check", "mai"]).contains("mail.json"));
    assert!(ask(&["sps", "check", "--allow", "weak-e"]).contains("weak-encryption"));
}

/// An overlay adds endpoints, and one that cannot be read takes nothing away.
#[test]
fn pages_of_an_overlay_are_completed() {
    let overlay = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/overlay");
    let ask = |words: &[&str]| {
        let mut command = command();
        command.env("_SPS_COMPLETE", "fish");
        let output = command.args([&["--"][..], words].concat()).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{words:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!ask(&["sps", "get", "demo/"]).contains("demo/gadget"));
    assert!(ask(&["sps", "--spec", overlay, "get", "demo/"]).contains("\ndemo/gadget\t"));
    assert!(
        ask(&["sps", "--spec", "nowhere", "get", "management/ema"]).contains("management/email")
    );
}
