//! `no-whitespace`.

/// No character with the Unicode property `White_Space`.
pub(super) fn check(value: &str) -> Result<(), &'static str> {
    if value.contains(char::is_whitespace) { Err("there is white space") } else { Ok(()) }
}
