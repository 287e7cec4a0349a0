//! The help texts.

use crate::support::*;

#[test]
fn help_is_complete() {
    let dir = Dir::new("help");
    for command in [
        "",
        "check",
        "request",
        "template",
        "pem",
        "explain",
        "endpoints",
        "show",
        "schema",
        "get",
        "put",
        "post",
        "delete",
        "edit",
        "patch",
        "diff",
        "plan",
        "apply",
        "transaction",
        "info",
        "support-bundle",
        "sim",
        "completions",
        "man",
    ] {
        let arguments: Vec<&str> =
            [command, "--help"].into_iter().filter(|it| !it.is_empty()).collect();
        let run = dir.sps(&arguments);
        assert_eq!((run.status, &*run.stderr), (0, ""));
        let name = if command.is_empty() { "sps" } else { command };
        // Empty lines of long help are indented; no file of ours has blanks at the end of a line.
        let lines: Vec<&str> = run.stdout.lines().map(str::trim_end).collect();
        insta::assert_snapshot!(format!("help_{name}"), lines.join("\n"));
    }
}

#[test]
fn the_bare_name_shows_help_and_fails() {
    let run = Dir::new("bare").sps(&[]);
    assert_eq!((run.status, &*run.stdout), (2, ""));
    assert!(run.stderr.contains("Usage: sps [OPTIONS] <COMMAND>"), "{}", run.stderr);
}

#[test]
fn the_version_is_that_of_the_package() {
    let expected = format!("sps {}\n", env!("CARGO_PKG_VERSION"));
    Dir::new("version").sps(&["--version"]).is(0, &expected, "");
}

#[test]
fn p041_the_version_with_more_output_names_the_file_that_runs() {
    let dir = Dir::new("version-verbose");
    let expected =
        format!("sps {}\npath {}\n", env!("CARGO_PKG_VERSION"), env!("CARGO_BIN_EXE_sps"));
    for arguments in [["--version", "-v"], ["-V", "--verbose"], ["-v", "--version"]] {
        dir.sps(&arguments).is(0, &expected, "");
    }
}

#[test]
fn what_does_not_exist_yet_is_refused() {
    let dir = Dir::new("not_yet").with("x.json", "{}");
    for arguments in [&["check", "x.json", "--format", "xml"][..], &["plan"]] {
        let run = dir.sps(arguments);
        assert_eq!((run.status, &*run.stdout), (2, ""), "{arguments:?}");
    }
}

#[test]
fn help_is_wrapped_at_the_width_of_the_terminal() {
    let help = |columns: &str| {
        let output = command().args(["check", "--help"]).env("COLUMNS", columns).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let widest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest(&help("70")) <= 70, "{}", help("70"));
    assert!((71..=140).contains(&widest(&help("140"))), "{}", help("140"));
}

#[test]
fn every_summary_is_a_phrase_without_a_full_stop() {
    let help = Dir::new("summaries").sps(&["--help"]).stdout;
    let commands = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    assert!(commands.lines().count() > 15, "{commands}");
    for line in commands.lines() {
        let summary = line.trim_start().split_once(' ').unwrap().1.trim_start();
        assert!(summary.starts_with(char::is_uppercase), "{line}");
        assert!(!summary.ends_with('.'), "{line}");
    }
}
