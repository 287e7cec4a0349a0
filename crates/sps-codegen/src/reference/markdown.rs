//! Pieces of Markdown.

/// Writes a line.
macro_rules! line {
    ($out:expr, $($text:tt)*) => {{
        use std::fmt::Write as _;
        writeln!($out, $($text)*).expect("writing to a string cannot fail")
    }};
}

pub(super) use line;

/// A table; nothing if it has no rows.
pub(super) fn table(out: &mut String, heads: &[&str], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    let mut row = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.collect();
        line!(out, "| {} |", cells.join(" | "));
    };
    row(&mut heads.iter().map(|head| (*head).to_owned()));
    row(&mut heads.iter().map(|_| "---".to_owned()));
    for cells in rows {
        row(&mut cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")));
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
