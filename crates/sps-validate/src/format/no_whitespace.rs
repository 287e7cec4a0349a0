//! `no-whitespace`.

use crate::format::FormatError;

/// Accepts no character with the Unicode property `White_Space`.
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    if value.contains(char::is_whitespace) { Err(FormatError::WhiteSpace) } else { Ok(()) }
}
