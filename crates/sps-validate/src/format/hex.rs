//! Hexadecimal numbers with an optional prefix, as SNMP engine IDs are written.

/// The hexadecimal digits of `value` without its prefix.
///
/// `Some` of the rest, if after one optional `0x` or `0X` there are only hexadecimal digits, zero
/// or more of them in either case; else `None`.
///
/// Source: vendor guide, SNMP traps, version 6.2.0: the prefix is optional and not counted.
///
/// # Example
///
/// ```
/// use sps_validate::format::hex;
///
/// assert_eq!(hex::digits("0x0123abCD"), Some("0123abCD"));
/// assert_eq!(hex::digits("x0123"), None);
/// ```
pub fn digits(value: &str) -> Option<&str> {
    let digits = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")).unwrap_or(value);
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits)
}
