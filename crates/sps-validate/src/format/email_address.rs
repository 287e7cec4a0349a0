//! `email-address`.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::{
    format::{FormatError, host, name},
    text::is_invisible,
};

/// Accepts a `Mailbox` of RFC 5321, section 4.1.2, whose domain is no bare number.
///
/// garde's rule is the pattern of HTML, which allows dots in a row and no quotes, and gives no reasons.
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    if is_plain(value) {
        return Ok(());
    }
    mailbox(value).map_err(|error| around(value).unwrap_or(error))
}

/// Reads the grammar.
fn mailbox(value: &str) -> Result<(), FormatError> {
    let (user, domain) = if value.starts_with('"') {
        let end = quoted_end(value)?;
        let domain = value[end..].strip_prefix('@').ok_or(FormatError::QuotedUser)?;
        (&value[..end], domain)
    } else {
        let (user, domain) = value.split_once('@').ok_or(FormatError::NoAt)?;
        check_user(user)?;
        (user, domain)
    };
    if user.len() > 64 {
        return Err(FormatError::UserTooLong);
    }
    if domain.is_empty() {
        return Err(FormatError::NoDomain);
    }
    if domain.contains('@') {
        return Err(FormatError::SecondAt);
    }
    if domain.len() > 255 {
        return Err(FormatError::DomainTooLong);
    }
    match domain.strip_prefix('[') {
        Some(rest) => check_literal(rest.strip_suffix(']').ok_or(FormatError::Literal)?),
        None if domain.parse::<Ipv4Addr>().is_ok() => Err(FormatError::BareIpv4),
        None => name::labels(domain).map(drop),
    }
}

/// Checks a `Dot-string`: atoms with dots between.
fn check_user(user: &str) -> Result<(), FormatError> {
    if user.is_empty() {
        return Err(FormatError::NoUser);
    }
    if !user.is_ascii() {
        return Err(FormatError::UserNotAscii);
    }
    let is_atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    if !user.bytes().all(|byte| is_atom(byte) || byte == b'.') {
        return Err(FormatError::UserCharacter);
    }
    if user.split('.').any(str::is_empty) {
        return Err(FormatError::UserDots);
    }
    Ok(())
}

/// Returns the end of the `Quoted-string` that the text starts with.
fn quoted_end(value: &str) -> Result<usize, FormatError> {
    let mut escaped = false;
    for (at, byte) in value.bytes().enumerate().skip(1) {
        match byte {
            _ if !matches!(byte, b' '..=b'~') => break,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Ok(at + 1),
            _ => {}
        }
    }
    Err(FormatError::QuotedUser)
}

/// Checks what is between the brackets of an `address-literal`.
fn check_literal(address: &str) -> Result<(), FormatError> {
    let six = match address.split_at_checked(5) {
        Some((tag, rest)) if tag.eq_ignore_ascii_case("IPv6:") => rest.parse::<Ipv6Addr>().is_ok(),
        _ => false,
    };
    if six || address.parse::<Ipv4Addr>().is_ok() {
        Ok(())
    } else if address.parse::<Ipv6Addr>().is_ok() {
        Err(FormatError::LiteralTag)
    } else {
        Err(FormatError::Literal)
    }
}

/// Returns the mistake of a text that is one address with something around it, or several addresses.
#[cold]
fn around(value: &str) -> Option<FormatError> {
    if value.is_empty() {
        return Some(FormatError::Empty);
    }
    if value.chars().any(is_invisible) {
        return Some(FormatError::Invisible);
    }
    if value.trim().len() < value.len() && mailbox(value.trim()).is_ok() {
        return Some(FormatError::OuterWhiteSpace);
    }
    if value.to_ascii_lowercase().starts_with("mailto:") {
        return Some(FormatError::Scheme);
    }
    let parts = value.split([',', ';', ' ', '\t', '\n', '\r']);
    if parts.filter(|it| it.contains('@')).count() > 1 {
        return Some(FormatError::Several);
    }
    if named(value).is_some() {
        return Some(FormatError::DisplayName);
    }
    let (user, domain) = value.split_once('@')?;
    let is_spaced = user.contains(char::is_whitespace) || domain.contains(char::is_whitespace);
    (is_spaced && !user.starts_with('"')).then_some(FormatError::WhiteSpace)
}

/// The address in `Name <address>`.
fn named(value: &str) -> Option<&str> {
    let (_, address) = value.trim().strip_suffix('>')?.split_once('<')?;
    address.contains('@').then_some(address)
}

/// The address that a text with this mistake was meant to be, if there is only one.
pub(super) fn replacement(value: &str, error: FormatError) -> Option<String> {
    match error {
        FormatError::OuterWhiteSpace => Some(value.trim().to_owned()),
        FormatError::DisplayName => named(value).map(str::to_owned),
        FormatError::Scheme => {
            let rest = value.get("mailto:".len()..)?;
            Some(rest.strip_prefix("//").unwrap_or(rest).to_owned())
        }
        FormatError::LabelNotAscii => {
            let (user, domain) = value.rsplit_once('@')?;
            Some(format!("{user}@{}", host::ascii(domain)?))
        }
        FormatError::LiteralTag => {
            value.rsplit_once('[').map(|(user, address)| format!("{user}[IPv6:{address}"))
        }
        FormatError::BareIpv4 => {
            value.rsplit_once('@').map(|(user, address)| format!("{user}@[{address}]"))
        }
        _ => None,
    }
}

/// Whether this is an ordinary address, decided in one pass: letters, digits, underscores and hyphens with dots between,
/// then a name of short labels after the `@` that ends with a letter.
fn is_plain(value: &str) -> bool {
    let bytes = value.as_bytes();
    let mut user = 0;
    let mut last = Class::Dot;
    for byte in bytes {
        let class = CLASSES[usize::from(*byte)];
        if class == Class::Other || (class == Class::Dot && last == Class::Dot) {
            break;
        }
        last = class;
        user += 1;
    }
    let Some((b'@', domain)) = bytes[user..].split_first() else { return false };
    let mut label = 0;
    for byte in domain {
        match CLASSES[usize::from(*byte)] {
            Class::Dot if label == 0 => return false,
            Class::Dot => label = 0,
            Class::Alphanumeric if label < 63 => label += 1,
            _ => return false,
        }
    }
    let ends_with_letter = bytes.last().is_some_and(u8::is_ascii_alphabetic);
    last != Class::Dot && label > 0 && user <= 64 && domain.len() <= 255 && ends_with_letter
}

/// Where a byte may occur in a plain address.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    /// In both parts.
    Alphanumeric,
    /// In both parts, between others.
    Dot,
    /// Only before the `@`.
    UserOnly,
    Other,
}

/// The class of each byte, as a table: every byte of an address is looked up.
const CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'.' => Class::Dot,
            b'_' | b'-' => Class::UserOnly,
            _ if byte.is_ascii_alphanumeric() => Class::Alphanumeric,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

#[cfg(test)]
mod tests {
    use garde::rules::email::parse_email;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_grammar_and_garde_accept_every_plain_address(
            value in "[a-z0-9._-]{0,66}@[a-z0-9.-]{0,70}",
        ) {
            prop_assert!(!is_plain(&value) || (mailbox(&value).is_ok() && parse_email(&value).is_ok()));
        }

        /// Without quotes and literals, the grammar is HTML's pattern but for the dots and the bare numbers.
        #[test]
        fn garde_agrees_where_the_pattern_of_html_is_the_grammar(
            value in "[a-z0-9.+_'-]{0,66}@[a-zA-Z0-9._-]{0,70}[a-z]",
        ) {
            let (user, _) = value.split_once('@').unwrap();
            prop_assume!(!user.split('.').any(str::is_empty));
            prop_assert_eq!(mailbox(&value).is_ok(), parse_email(&value).is_ok(), "{}", value);
        }
    }

    #[test]
    fn ordinary_addresses_are_plain() {
        assert!(is_plain("ops@corp.test") && is_plain("First_last-2.b@x1.corp.test"));
        for odd in [
            "ops",
            "@corp.test",
            "ops@",
            "ops@corp..test",
            "o+s@corp.test",
            "ops@-corp.test",
            ".ops@corp.test",
            "ops.@corp.test",
            "o..ps@corp.test",
            "ops@192.0.2.1",
        ] {
            assert!(!is_plain(odd), "{odd}");
        }
    }
}
