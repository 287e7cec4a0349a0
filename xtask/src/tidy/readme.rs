//! What the README promises: a program that compiles, every crate, and commands that CI runs.

use super::{Finding, manifests::Member};
use crate::{
    markdown::{self, EXAMPLE, MAIN_COMMAND, README, TEST_COMMAND},
    workspace::TextFile,
};

/// Compares the README with the workspace.
pub(super) fn check(files: &[TextFile], members: &[Member], findings: &mut Vec<Finding>) {
    let text = |path| files.iter().find(|it| it.path == path).map(|it| it.text.as_str());
    let Some(readme) = text(README) else {
        return findings.push(Finding::new(README, 0, "write it"));
    };
    let mut report = |message: String| findings.push(Finding::new(README, 0, message));
    match text(EXAMPLE) {
        Some(example) if markdown::blocks(readme, "rust") != [markdown::program(example)] => {
            report(format!(
                "its one Rust block is {EXAMPLE} without the `//!` line: run `cargo xtask codegen`"
            ));
        }
        Some(_) => {}
        None => report(format!("its program, {EXAMPLE}, is not there")),
    }
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
        let files =
            [file(README, "```rust\nfn f() {}\n```\n"), file(EXAMPLE, "//! A.\n\nfn g() {}\n")];
        let mut findings = Vec::new();
        check(&files, &[], &mut findings);
        assert_eq!(findings.len(), 3, "{findings:?}");
    }
}
