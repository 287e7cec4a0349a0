//! `email-address`.

use garde::rules::email::{InvalidEmail, parse_email};

use crate::format::FormatError;

/// Follows the HTML standard, section 4.10.5.1.5, by garde's rule without international domains.
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    if is_plain(value) {
        return Ok(());
    }
    parse_email(value).map_err(|error| match error {
        InvalidEmail::Empty => FormatError::Empty,
        InvalidEmail::MissingAt => FormatError::NoAt,
        InvalidEmail::UserLengthExceeded => FormatError::UserTooLong,
        InvalidEmail::InvalidUser => FormatError::InvalidUser,
        InvalidEmail::DomainLengthExceeded => FormatError::DomainTooLong,
        InvalidEmail::InvalidDomain => FormatError::InvalidDomain,
        _ => FormatError::NotEmail,
    })
}

/// Whether this is an ordinary address, decided without a regular expression: letters, digits, dots,
/// underscores and hyphens, then a name of short labels after the `@`.
fn is_plain(value: &str) -> bool {
    let bytes = value.as_bytes();
    let user = bytes.iter().take_while(|byte| CLASSES[usize::from(**byte)] != Class::Other).count();
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
    label > 0 && (1..=64).contains(&user) && domain.len() <= 255
}

/// Where a byte may occur in a plain address.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    /// In both parts.
    Alphanumeric,
    /// In both parts, but in the second only between labels.
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn garde_accepts_every_plain_address(value in "[a-z0-9._-]{0,66}@[a-z0-9.-]{0,70}") {
            prop_assert!(!is_plain(&value) || parse_email(&value).is_ok());
        }
    }

    #[test]
    fn ordinary_addresses_are_plain() {
        assert!(is_plain("ops@corp.test") && is_plain("First_last-2.b@x1.corp.test"));
        for odd in
            ["ops", "@corp.test", "ops@", "ops@corp..test", "o+s@corp.test", "ops@-corp.test"]
        {
            assert!(!is_plain(odd), "{odd}");
        }
    }
}
