//! `ip-network`.

use std::net::IpAddr;

use crate::format::{FormatError, ip_address};

/// Accepts an IP address, `/` and the length of a prefix.
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    let Some((address, length)) = value.split_once('/') else {
        ip_address::check(value)?;
        return Err(FormatError::NoPrefixLength);
    };
    ip_address::check(address)?;
    let is_ipv6 = address.parse::<IpAddr>().is_ok_and(|it| it.is_ipv6());
    let most = if is_ipv6 { 128 } else { 32 };
    let is_plain = length == "0" || !length.starts_with(['0', '+']);
    match length.parse::<u8>() {
        Ok(length) if is_plain && length <= most => Ok(()),
        _ => Err(FormatError::PrefixRange),
    }
}
