//! `ip-address`.

use garde::rules::ip::{Ip, IpKind};

use crate::format::{FormatError, host};

/// Accepts an IPv4 or IPv6 address as the standard library reads it, by garde's rule.
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    if value.validate_ip(IpKind::Any).is_ok() {
        return Ok(());
    }
    Err(why(value))
}

#[cold]
fn why(value: &str) -> FormatError {
    let is_address = |value: &str| value.validate_ip(IpKind::Any).is_ok();
    if value.split_once('/').is_some_and(|(address, _)| is_address(address)) {
        return FormatError::PrefixLength;
    }
    if value.split_once('%').is_some_and(|(address, _)| is_address(address)) {
        return FormatError::Zone;
    }
    if let Some(error) = host::around(value) {
        return error;
    }
    let bare = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if bare.is_some_and(is_address) {
        return FormatError::Brackets;
    }
    if value.contains(':') {
        return FormatError::NotIpv6;
    }
    let numeric = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !numeric {
        return FormatError::NotIp;
    }
    if value.split('.').any(|number| number.len() > 1 && number.starts_with('0')) {
        return FormatError::LeadingZero;
    }
    FormatError::NotIpv4
}
