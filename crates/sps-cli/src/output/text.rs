//! Text that is safe for a terminal.

use std::borrow::Cow;

pub(crate) use sps_validate::render::{one_line, visible};

/// A number with its noun: `1 error`, `2 errors`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The text, or its start with an ellipsis.
pub(crate) fn start_of(text: &str, max_chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortens_at_a_character() {
        assert_eq!(start_of("äöü", 3), "äöü");
        assert_eq!(start_of("äöü", 2), "äö…");
    }

    #[test]
    fn uses_the_singular_for_one() {
        assert_eq!(count(1, "error"), "1 error");
        assert_eq!(count(0, "error"), "0 errors");
    }
}
