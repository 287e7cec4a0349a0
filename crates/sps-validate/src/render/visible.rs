//! Text that is safe for a terminal.

use std::{borrow::Cow, fmt::Write as _};

use crate::text::is_hidden;

/// Escapes characters that are not shown as themselves, so that keys of a document and names of files cannot control the
/// terminal, nor look like others.
pub fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| is_hidden(c) && c != '\n';
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_control_characters() {
        assert_eq!(visible("a/é"), "a/é");
        assert_eq!(visible("\u{1b}[31m\t"), "\\u001b[31m\\u0009");
        assert_eq!(visible("a\u{202e}b"), "a\\u202eb");
        assert_eq!(visible("maximum\u{200b}_load1"), "maximum\\u200b_load1");
        assert_eq!(one_line("a\nb"), "a\\nb");
    }
}
