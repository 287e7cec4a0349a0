//! Characters of a text that its readers do not see as they are.

/// Whether a character is not shown as itself: it controls the terminal, reorders its neighbors, breaks the line, or takes
/// no space, so that two texts look the same. Output escapes it, but for the line ends and tabs of a text of several lines.
///
/// ```
/// use sps_validate::text::is_hidden;
///
/// assert!(is_hidden('\u{1b}') && is_hidden('\u{202e}') && is_hidden('\u{200b}'));
/// assert!(!is_hidden('e') && !is_hidden('\u{fc}') && !is_hidden(' '));
/// ```
pub const fn is_hidden(character: char) -> bool {
    // The C0 and C1 controls; `char::is_control` is not const in the oldest supported compiler.
    matches!(character, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}')
        || is_invisible(character)
        || matches!(character, '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fff9}'..='\u{fffb}')
}

/// Whether a character takes no space, so that no reader notices it.
pub(crate) const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}
