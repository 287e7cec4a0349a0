//! Text of a page: tables with lines that fit.

use std::fmt::{self, Write as _};

/// The most lines of a page.
pub(super) const MAX_PAGE_LINES: usize = 90;
const MAX_COLUMNS: usize = 140;

/// A table of a page.
#[derive(Debug)]
pub(super) struct Table {
    head: String,
    lines: Vec<String>,
}

impl Table {
    pub(super) fn new(head: &str) -> Self {
        Self { head: head.to_owned(), lines: Vec::new() }
    }

    pub(super) fn line(&mut self, line: String) {
        self.lines.push(line);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.head)?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// The line of a field or variant, broken where it does not fit.
pub(super) fn type_line(
    name: &str,
    ty: Option<&str>,
    rust: Option<&str>,
    flags: &[&str],
    doc: &str,
) -> String {
    let mut parts = Vec::new();
    parts.extend(ty.map(|ty| format!("type = {}", text(ty))));
    parts.extend(rust.map(|rust| format!("rust = {}", text(rust))));
    parts.extend(flags.iter().map(|flag| (*flag).to_owned()));
    if parts.is_empty() {
        return format!("{} = {}", key(name), text(doc));
    }
    parts.push(format!("doc = {}", text(doc)));
    let mut line = format!("{} = {{", key(name));
    let mut columns = line.chars().count();
    for (at, part) in parts.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        // Behind the last part follow a space and a brace.
        let width = part.chars().count() + 4;
        line.push_str(comma);
        if columns + width > MAX_COLUMNS {
            line.push_str("\n  ");
            columns = 2;
        } else {
            line.push(' ');
        }
        line.push_str(part);
        columns += width;
    }
    line.push_str(" }");
    line
}

/// A key of TOML, quoted if it must be.
pub(super) fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { text(name) }
}

/// A basic string of TOML.
pub(super) fn text(content: &str) -> String {
    let mut quoted = String::from('"');
    for c in content.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_long_lines() {
        let name = "a".repeat(60);
        let line = type_line(&name, Some(&"B".repeat(60)), None, &["optional = true"], "Learned.");
        assert!(line.lines().all(|it| it.chars().count() <= MAX_COLUMNS), "{line}");
        assert_eq!(line.lines().count(), 2);
        assert_eq!(
            type_line("a", Some("bool"), None, &[], "D."),
            "a = { type = \"bool\", doc = \"D.\" }"
        );
        assert_eq!(type_line("a b", None, None, &[], "D."), "\"a b\" = \"D.\"");
    }
}
