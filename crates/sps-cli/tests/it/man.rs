//! `sps man`: the pages, and `man` and `mandoc` that show them.

#![cfg(unix)]

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use crate::{output::COMMANDS, support::*};

fn pages(dir: &Path) -> Vec<(String, String)> {
    let mut pages: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|it| it.unwrap().path())
        .map(|it| {
            (it.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(it).unwrap())
        })
        .collect();
    pages.sort();
    pages
}

fn write(dir: &Dir, name: &str, epoch: &str) -> Run {
    let mut command = command();
    command.args(["man", name]).current_dir(dir.path()).env("SOURCE_DATE_EPOCH", epoch);
    crate::appliance::finish(&mut command)
}

#[test]
fn every_command_has_a_page_and_the_bytes_are_the_same_each_time() {
    let dir = Dir::new("man");
    let run = write(&dir, "a/man1", "1700000000");
    let number = pages(&dir.path().join("a/man1")).len();
    run.is(0, "", &format!("wrote {number} pages to a/man1\n"));
    // Over its own pages, too.
    for folder in ["b", "a/man1"] {
        assert_eq!(write(&dir, folder, "1700000000").status, 0);
        assert_eq!(pages(&dir.path().join(folder)), pages(&dir.path().join("a/man1")));
    }
    let pages = pages(&dir.path().join("b"));
    let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    for command in COMMANDS {
        assert!(
            names.contains(&&*format!("sps-{}.1", command.join("-"))),
            "{command:?}: {names:?}"
        );
    }
    assert!(names.contains(&"sps.1"));
    for (name, text) in &pages {
        assert!(text.contains("2023\\-11\\-14") || text.contains("2023-11-14"), "{name}");
        assert!(!text.lines().any(|it| it.ends_with(' ')), "{name}");
    }
    let json = dir.sps(&["man", "c", "--format", "json"]).json();
    assert_eq!(json["pages"].as_array().unwrap().len(), number);
}

#[test]
fn nothing_half_written_is_left() {
    let dir = Dir::new("man-errors")
        .with("file", "")
        .with("taken/sps.1", "mine")
        .with("deep/sps-sim.1/x", "");
    let list = |folder: &str| fs::read_dir(dir.path().join(folder)).unwrap().count();
    dir.sps(&["man", "file"]).fails(2, "file is no directory; pass the directory");
    dir.sps(&["man", "file/below"]).fails(2, "a part of the path is no directory");
    for folder in ["taken", "deep"] {
        dir.sps(&["man", folder])
            .fails(2, "exists and is no page of this command; nothing was written");
        assert_eq!(list(folder), 1);
    }
    assert_eq!(fs::read(dir.path().join("taken/sps.1")).unwrap(), b"mine");
    for epoch in ["yesterday", "-1", "1.5", "99999999999999"] {
        write(&dir, "epoch", epoch).fails(2, "SOURCE_DATE_EPOCH is no number of seconds");
    }
    assert!(!dir.path().join("epoch").exists());
    let locked = dir.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    // The superuser may write there all the same.
    if fs::write(locked.join("probe"), "").is_err() {
        dir.sps(&["man", "locked"]).fails(2, "permission denied; pass a directory of yours");
        assert_eq!(list("locked"), 0);
    }
}

fn output(dir: &Path, program: &str, arguments: &[&str]) -> Option<(String, String)> {
    // The one of macOS has other options.
    if !has_program(program) || (program == "man" && cfg!(target_os = "macos")) {
        return None;
    }
    let mut command = Command::new(program);
    command.args(arguments).current_dir(dir).env("MANWIDTH", "80").env("LC_ALL", "C.UTF-8");
    let output = command.env_remove("MANPAGER").env_remove("PAGER").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Some((text(output.stdout), text(output.stderr)))
}

#[test]
fn p061_man_and_mandoc_have_nothing_to_complain_of() {
    let dir = Dir::new("man-lint");
    write(&dir, "man1", "1700000000");
    let folder = dir.path().join("man1");
    let pages = pages(&folder);
    let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    if let Some((stdout, stderr)) =
        output(&folder, "mandoc", &[&["-T", "lint"][..], &names].concat())
    {
        assert_eq!((&*stdout, &*stderr), ("", ""));
    }
    for name in names {
        let Some((_, stderr)) =
            output(&folder, "man", &["--warnings", "-E", "UTF-8", "-Tutf8", "-l", name])
        else {
            return;
        };
        assert_eq!(stderr, "", "{name}");
    }
}

#[test]
fn p061_pages_read_as_the_help_does() {
    let dir = Dir::new("man-text");
    write(&dir, "man1", "1700000000");
    let folder = dir.path().join("man1");
    for (page, parts) in [
        (
            "sps-check.1",
            &[
                "--resolve",
                "`sps.toml`",
                "0    all documents are valid",
                "sps check --resolve objects.json site/",
                "-e, --endpoint <ENDPOINT>",
            ][..],
        ),
        ("sps-man.1", &["~/.local/share/man/man1"]),
        ("sps-completions.1", &["put `source <(sps completions bash)` into ~/.bashrc"]),
        ("sps.1", &["sps-support-bundle(1)"]),
    ] {
        let Some((stdout, _)) = output(&folder, "man", &["-E", "UTF-8", "-l", page]) else {
            return;
        };
        for part in parts {
            assert!(stdout.contains(part), "{page}: {part}: {stdout}");
        }
        // A dash that is another character is not found by a search.
        assert!(
            !stdout.contains(['\u{2010}', '\u{2212}', '\u{2018}', '\u{2019}']),
            "{page}: {stdout}"
        );
    }
}
