//! Fenced blocks of a Markdown text: the program that the README shows, and what its commands print.

use anyhow::Context as _;

use crate::workspace;

/// The page that shows a program and what commands print.
pub(crate) const README: &str = "README.md";

/// Pages that show a program, and the example that it is, which `cargo test` compiles.
///
/// The other front pages are doctests of their crates. That of the derive cannot be one: its program needs `sps-model`.
pub(crate) const PROGRAMS: &[(&str, &str)] = &[
    (README, "crates/sps-model/examples/change_trap.rs"),
    ("crates/sps-derive/README.md", "crates/sps-model/examples/declared.rs"),
];

/// The main command of the README, on the tree that ships with it.
pub(crate) const MAIN_COMMAND: &[&str] =
    &["cargo", "run", "-p", "sps-cli", "--", "apply", "examples/site", "--sim", "--yes"];

/// The test command of the README.
pub(crate) const TEST_COMMAND: &[&str] = &["cargo", "test", "--workspace"];

/// An example as the README prints it: without its first comment.
pub(crate) fn program(example: &str) -> String {
    let lines = example.lines().skip_while(|line| line.starts_with("//!") || line.is_empty());
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// The text with this example in its Rust block.
pub(crate) fn with_program(markdown: &str, example: &str) -> String {
    let fresh = format!("```rust\n{}```", program(example));
    match blocks(markdown, "rust").first() {
        Some(block) => markdown.replacen(&format!("```rust\n{block}```"), &fresh, 1),
        None => markdown.to_owned(),
    }
}

/// The texts of all blocks in this language.
pub(crate) fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in markdown.lines() {
        match &mut open {
            Some(text) if line != "```" => {
                text.push_str(line);
                text.push('\n');
            }
            Some(_) => blocks.extend(open.take()),
            None if line.strip_prefix("```") == Some(language) => open = Some(String::new()),
            None => {}
        }
    }
    blocks
}

/// The text with every `console` block as its command prints it today.
///
/// Such a block is one line `$ command` for the shell, and the output of the command as a terminal shows it.
pub(crate) fn with_output(markdown: &str) -> anyhow::Result<String> {
    let mut text = markdown.to_owned();
    for block in blocks(markdown, "console") {
        let (first, _) = block.split_once('\n').unwrap_or_default();
        let command = first.strip_prefix("$ ").context("a console block starts with `$ `")?;
        let output = workspace::command("sh")
            .args(["-c", &format!("exec 2>&1; {command}")])
            .output()
            .with_context(|| format!("cannot start `{command}`"))?;
        let printed = String::from_utf8(output.stdout)?;
        // `sps check` ends with 1 when it lists mistakes, which is what a reader wants to see.
        let is_expected = matches!(output.status.code(), Some(0 | 1));
        anyhow::ensure!(is_expected, "`{command}` fails:\n{printed}");
        anyhow::ensure!(!printed.is_empty(), "`{command}` prints nothing");
        let fresh = format!("```console\n{first}\n{printed}```");
        text = text.replace(&format!("```console\n{block}```"), &fresh);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_blocks_of_one_language() {
        let text = "```sh\na\n```\nb\n```rust\nc\n\nd\n```\n```rust\n```\n";
        assert_eq!(blocks(text, "rust"), ["c\n\nd\n", ""]);
    }

    #[test]
    fn shows_the_program_without_its_first_comment() {
        let example = "//! A.\n//! B.\n\nuse a;\n\nfn main() {}\n";
        assert_eq!(program(example), "use a;\n\nfn main() {}\n");
        let text = "A\n```rust\nold\n```\nB\n";
        let fresh = "A\n```rust\nuse a;\n\nfn main() {}\n```\nB\n";
        assert_eq!(with_program(text, example), fresh);
        assert_eq!(with_program("A\n", example), "A\n");
    }

    #[cfg(unix)]
    #[test]
    fn prints_what_the_command_prints() {
        let stale = "A\n```console\n$ echo new\nold\n```\nB\n";
        let fresh = "A\n```console\n$ echo new\nnew\n```\nB\n";
        assert_eq!(with_output(stale).unwrap(), fresh);
        assert_eq!(with_output(fresh).unwrap(), fresh);
        assert!(with_output("```console\necho\n```\n").is_err());
        assert!(with_output("```console\n$ true\n```\n").is_err());
        assert!(with_output("```console\n$ echo wrong; exit 2\n```\n").is_err());
        let both = "```console\n$ echo a; echo b >&2\na\nb\n```\n";
        assert_eq!(with_output(both).unwrap(), both);
    }
}
