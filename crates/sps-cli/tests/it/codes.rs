//! Every code as people see it. A directory below `data/codes` is a code, the files in it are what raises it, and
//! `arguments` what the command needs besides.

use std::fs;
use std::path::Path;

use crate::support::*;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data/codes");

/// Only programs with types of their own raise it.
const NOT_RAISED: &str = "garde";

#[test]
fn every_code_is_shown_with_its_place_its_reason_and_what_to_do() {
    let mut seen = 0;
    for line in Dir::new("every_code").sps(&["explain"]).stdout.lines() {
        let code = line.split_whitespace().next().unwrap();
        if code == NOT_RAISED {
            continue;
        }
        let dir = Dir::at(&Path::new(DATA).join(code));
        let arguments = fs::read_to_string(dir.path().join("arguments")).unwrap_or_default();
        let arguments: Vec<&str> = ["check", "."].into_iter().chain(arguments.lines()).collect();
        let run = dir.sps(&arguments);
        assert!(run.stdout.contains(&format!("[{code}]")), "{code}: {}", run.all());
        insta::assert_snapshot!(code, run.all());

        let count = |text: &str| text.matches(&format!("[{code}]")).count();
        let quiet = dir.sps(&[&arguments[..], &["--quiet"]].concat());
        let is_error = run.stdout.contains(&format!(" error[{code}]"));
        assert_eq!(count(&quiet.stdout), if is_error { count(&run.stdout) } else { 0 });
        assert!(!quiet.stdout.contains("note: "), "{}", quiet.stdout);

        // Color adds nothing but color.
        let colored = dir.sps(&[&arguments[..], &["--color", "always"]].concat());
        assert_ne!(colored.stdout, run.stdout);
        assert_eq!(without_color(&colored.stdout), run.stdout);
        seen += 1;
    }
    assert_eq!(fs::read_dir(DATA).unwrap().count(), seen, "a directory names no code");
}

/// The text without escape sequences.
fn without_color(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}
