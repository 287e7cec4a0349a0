//! `ip-address`.

use garde::rules::ip::{Ip, IpKind};

/// An IPv4 or IPv6 address as the standard library reads it, by garde's rule.
pub(super) fn check(value: &str) -> Result<(), &'static str> {
    if value.validate_ip(IpKind::Any).is_ok() {
        return Ok(());
    }
    Err(why(value))
}

#[cold]
fn why(value: &str) -> &'static str {
    let is_address = |value: &str| value.validate_ip(IpKind::Any).is_ok();
    if value.is_empty() {
        return "the address is empty";
    }
    if is_address(value.trim()) {
        return "there is white space around the address";
    }
    if value.split_once('/').is_some_and(|(address, _)| is_address(address)) {
        return "expected an address without prefix length";
    }
    if value.split_once('%').is_some_and(|(address, _)| is_address(address)) {
        return "expected an address without zone";
    }
    let bare = value.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    if bare.is_some_and(|(address, _)| is_address(address)) {
        return "expected an address without square brackets";
    }
    if value.contains(':') {
        let address = value.split_once(':').map_or("", |(address, _)| address);
        return if is_address(address) {
            "expected an address without port"
        } else {
            "this is not an IPv6 address: up to eight groups of up to four hexadecimal digits"
        };
    }
    let numeric = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !numeric {
        return "this is neither an IPv4 nor an IPv6 address";
    }
    if value.split('.').any(|number| number.len() > 1 && number.starts_with('0')) {
        return "a number of the IPv4 address starts with a zero";
    }
    "this is not an IPv4 address: four numbers from 0 to 255 with dots between"
}
