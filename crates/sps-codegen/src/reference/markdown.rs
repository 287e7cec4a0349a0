//! Pieces of Markdown.

use std::fmt::Write as _;

/// A table; nothing if it has no rows.
pub(super) fn table(out: &mut String, heads: &[&str], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.collect();
        writeln!(out, "| {} |", cells.join(" | ")).expect("writing to a string cannot fail");
    };
    line(&mut heads.iter().map(|head| (*head).to_owned()));
    line(&mut heads.iter().map(|_| "---".to_owned()));
    for row in rows {
        line(&mut row.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")));
    }
    out.push('\n');
}

/// Code in a line.
pub(super) fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// A fenced block.
pub(super) fn block(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}

/// The way from one page to another, both below the folder of the reference.
pub(super) fn link(from: &str, to: &str) -> String {
    let up = from.matches('/').count();
    format!("{}{to}", "../".repeat(up))
}
