//! `url`.

use crate::{format::FormatError, text::is_invisible};

/// Accepts a scheme, `://`, a host, and anything after it that can be seen.
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    let Some((scheme, host)) = parts(value) else { return Err(why(value)) };
    if is_scheme(scheme) && !host.is_empty() && !value.chars().any(is_misplaced) {
        return Ok(());
    }
    Err(why(value))
}

/// Whether no URL has the character, though a reader may not see it.
fn is_misplaced(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_invisible(c)
}

/// The scheme, and what is between it and the path.
fn parts(value: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = value.split_once("://")?;
    Some((scheme, rest.split(['/', '?', '#']).next()?))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
}

#[cold]
fn why(value: &str) -> FormatError {
    if value.is_empty() {
        return FormatError::Empty;
    }
    if value.trim().len() < value.len() && check(value.trim()).is_ok() {
        return FormatError::OuterWhiteSpace;
    }
    if value.chars().any(|c| is_invisible(c) || (c.is_control() && !c.is_whitespace())) {
        return FormatError::Invisible;
    }
    if value.contains(char::is_whitespace) {
        return FormatError::WhiteSpace;
    }
    match parts(value) {
        Some((scheme, "")) if is_scheme(scheme) => FormatError::NoHost,
        _ => FormatError::NoScheme,
    }
}
