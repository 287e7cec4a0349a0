//! Wrapping and aligning.

/// Columns that a page may use.
const WIDTH: usize = 100;
/// Columns that a text gets even when its prefix leaves fewer.
const NARROWEST: usize = 30;

/// Replaces a blank at which no line ends. No text of a spec has it.
pub(super) const NO_BREAK: char = '\u{1f}';

/// Appends `text` in lines that start with `first` and then with `rest`, both of the same width.
pub(super) fn wrap(out: &mut String, first: &str, rest: &str, text: &str) {
    let room = WIDTH.saturating_sub(first.chars().count()).max(NARROWEST);
    let mut prefix = first;
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            push(out, prefix, &line);
            prefix = rest;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    push(out, prefix, &line);
}

/// Appends `text` in lines that all start with `indent` spaces.
pub(super) fn paragraph(out: &mut String, indent: usize, text: &str) {
    let prefix = " ".repeat(indent);
    wrap(out, &prefix, &prefix, text);
}

/// Appends rows of a label and a text, the texts below each other.
pub(super) fn rows<L: AsRef<str>, T: AsRef<str>>(out: &mut String, indent: usize, rows: &[(L, T)]) {
    let width = rows.iter().map(|(label, _)| label.as_ref().chars().count()).max().unwrap_or(0);
    let rest = " ".repeat(indent + width + 2);
    for (label, text) in rows {
        let first = format!("{:indent$}{:width$}  ", "", label.as_ref());
        wrap(out, &first, &rest, text.as_ref());
    }
}

/// Appends the heading of a section.
pub(super) fn heading(out: &mut String, text: &str) {
    out.push('\n');
    out.push_str(text);
    out.push('\n');
}

fn push(out: &mut String, prefix: &str, line: &str) {
    out.push_str(format!("{prefix}{line}").replace(NO_BREAK, " ").trim_end());
    out.push('\n');
}

/// `text` with a capital letter in front and a full stop behind.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    let stop = if text.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_at_the_width_and_never_inside_a_word() {
        let mut out = String::new();
        let word = "x".repeat(120);
        wrap(&mut out, "- ", "  ", &format!("{} {word} end", "word ".repeat(30)));
        assert!(out.starts_with("- word"));
        for line in out.lines() {
            assert!(line.chars().count() <= WIDTH || line.trim() == word, "{line}");
            assert_eq!(line.trim_end(), line);
        }
        assert!(out.ends_with("\n  end\n"), "{out}");
    }

    #[test]
    fn ends_a_sentence_once() {
        assert_eq!(sentence("use `sha`"), "Use `sha`.");
        assert_eq!(sentence("It runs."), "It runs.");
        assert_eq!(sentence(""), "");
    }
}
