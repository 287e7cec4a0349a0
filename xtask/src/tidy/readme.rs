//! What the README promises: a program that compiles, every crate, and commands that CI runs.

use super::{Finding, manifests::Member};
use crate::{
    markdown::{self, MAIN_COMMAND, PROGRAMS, README, TEST_COMMAND},
    workspace::TextFile,
};

/// Compares the README with the workspace.
pub(super) fn check(files: &[TextFile], members: &[Member], findings: &mut Vec<Finding>) {
    let text = |path| files.iter().find(|it| it.path == path).map(|it| it.text.as_str());
    let Some(readme) = text(README) else {
        return findings.push(Finding::new(README, 0, "write it"));
    };
    for (page, path) in PROGRAMS {
        let Some(shown) = text(page) else {
            findings.push(Finding::new(page, 0, "write it"));
            continue;
        };
        match text(path) {
            Some(example) if markdown::blocks(shown, "rust") != [markdown::program(example)] => {
                let message = format!(
                    "its one Rust block is {path} without the `//!` line: run `cargo xtask codegen`"
                );
                findings.push(Finding::new(page, 0, message));
            }
            Some(_) => {}
            None => {
                findings.push(Finding::new(page, 0, format!("its program, {path}, is not there")));
            }
        }
    }
    let mut report = |message: String| findings.push(Finding::new(README, 0, message));
    for member in members {
        let name = format!("`{}`", member.name);
        if !readme.lines().any(|line| line.starts_with('|') && line.contains(&name)) {
            report(format!("add {name} to the table of crates"));
        }
    }
    for command in [MAIN_COMMAND, TEST_COMMAND] {
        let command = command.join(" ");
        if !readme.contains(&command) {
            report(format!("name the command that CI runs for it: `{command}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_the_readme_lacks() {
        let file =
            |path: &str, text: &str| TextFile { path: path.to_owned(), text: text.to_owned() };
        let programs = PROGRAMS.iter().flat_map(|(page, example)| {
            [file(page, "```rust\nfn f() {}\n```\n"), file(example, "//! A.\n\nfn g() {}\n")]
        });
        let files: Vec<_> = programs.collect();
        let mut findings = Vec::new();
        check(&files, &[], &mut findings);
        assert_eq!(findings.len(), 4, "{findings:?}");
    }
}
