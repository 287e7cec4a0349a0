//! What people write around and between the names of hosts.

use std::net::IpAddr;

use crate::{
    format::{FormatError, name},
    text::is_invisible,
};

/// Returns the mistake of a text that is one host with something around it, or several hosts.
#[cold]
pub(super) fn around(value: &str) -> Option<FormatError> {
    if value.is_empty() {
        return Some(FormatError::Empty);
    }
    if value.chars().any(is_invisible) {
        return Some(FormatError::Invisible);
    }
    if value.trim().len() < value.len() && is_host(value.trim()) {
        return Some(FormatError::OuterWhiteSpace);
    }
    if value.contains("://") {
        return Some(FormatError::Scheme);
    }
    if is_list(value) {
        return Some(FormatError::Several);
    }
    if has_port(value) {
        return Some(FormatError::Port);
    }
    value.contains(char::is_whitespace).then_some(FormatError::WhiteSpace)
}

/// Whether this is a list that starts with a host. Of words with spaces between, the first must have a dot: a name may
/// have been written with a space.
fn is_list(value: &str) -> bool {
    let separators: &[char] =
        if value.contains([',', ';']) { &[',', ';'] } else { &[' ', '\t', '\n', '\r'] };
    let mut parts = value.split(separators).map(str::trim).filter(|it| !it.is_empty());
    let Some(first) = parts.next() else { return false };
    is_host(first) && parts.next().is_some() && (separators[0] == ',' || first.contains(['.', ':']))
}

/// Whether this is a host with a colon and a port behind it.
fn has_port(value: &str) -> bool {
    let Some((host, port)) = value.rsplit_once(':') else { return false };
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    // An IPv6 address has colons of its own, and needs brackets to have a port.
    is_number
        && match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(address) => is_host(address),
            None => !host.contains(':') && is_host(host),
        }
}

/// Whether this is a name or an address alone.
fn is_host(value: &str) -> bool {
    value.parse::<IpAddr>().is_ok() || name::full(value).is_ok() || name::is_one_label(value)
}

/// The form of a name that mail and DNS use for characters that are not ASCII, such as `xn--bcher-kva.test`.
///
/// Dashes, fractions and other signs have no such form that anyone meant: they come from a word processor.
pub(super) fn ascii(text: &str) -> Option<String> {
    let is_letter = |it: char| {
        it.is_ascii()
            || it.is_alphabetic()
            || matches!(it, '\u{300}'..='\u{36F}' | '。' | '．' | '｡')
    };
    if !text.chars().all(is_letter) {
        return None;
    }
    idna::domain_to_ascii_cow(text.as_bytes(), idna::AsciiDenyList::URL)
        .ok()
        .map(std::borrow::Cow::into_owned)
}
