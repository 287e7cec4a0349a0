//! Text that is safe for a terminal.

use std::{borrow::Cow, fmt::Write as _};

/// Escapes control characters, so that keys of a document and names of files cannot control the terminal.
pub fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| (c.is_control() && c != '\n') || is_bidirectional(c);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Escapes control characters and line ends.
pub fn one_line(text: &str) -> Cow<'_, str> {
    match visible(text) {
        text if text.contains('\n') => Cow::Owned(text.replace('\n', "\\n")),
        text => text,
    }
}

/// Whether a character reorders the characters around it.
pub(super) fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_control_characters() {
        assert_eq!(visible("a/é"), "a/é");
        assert_eq!(visible("\u{1b}[31m\t"), "\\u001b[31m\\u0009");
        assert_eq!(visible("a\u{202e}b"), "a\\u202eb");
        assert_eq!(one_line("a\nb"), "a\\nb");
    }
}
