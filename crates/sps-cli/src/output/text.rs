//! Text that is safe for a terminal.

use std::borrow::Cow;

pub(crate) use sps_validate::render::{one_line, visible};

/// A number with its noun: `1 error`, `2 errors`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A text that a page or a picture may have: characters that no reader sees are escaped, and those that neither HTML nor XML
/// allows are replaced.
pub(crate) fn printable(text: &str) -> String {
    let is_character =
        |it: char| !matches!(it, '\u{fdd0}'..='\u{fdef}') && u32::from(it) & 0xfffe != 0xfffe;
    visible(text).chars().map(|it| if is_character(it) { it } else { '\u{fffd}' }).collect()
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
    fn no_page_has_what_is_no_character() {
        let text = "a\u{fdd0}\u{ffff}\u{10fffe}\u{202e}\n\u{fffd}";
        assert_eq!(printable(text), "a\u{fffd}\u{fffd}\u{fffd}\\u202e\n\u{fffd}");
    }

    #[test]
    fn uses_the_singular_for_one() {
        assert_eq!(count(1, "error"), "1 error");
        assert_eq!(count(0, "error"), "0 errors");
    }
}
