//! `email-address`.

use garde::rules::email::{InvalidEmail, parse_email};

/// As the HTML standard, section 4.10.5.1.5, by garde's rule without international domains.
pub(super) fn check(value: &str) -> Result<(), &'static str> {
    parse_email(value).map_err(|error| match error {
        InvalidEmail::Empty => "the address is empty",
        InvalidEmail::MissingAt => "there is no @",
        InvalidEmail::UserLengthExceeded => "the part before the @ is longer than 64 characters",
        InvalidEmail::InvalidUser => {
            "the part before the @ is empty or holds a character that is not allowed there"
        }
        InvalidEmail::DomainLengthExceeded => "the part after the @ is longer than 255 characters",
        InvalidEmail::InvalidDomain => {
            "the part after the @ is neither a host name nor an IP address in square brackets"
        }
        _ => "this is not an e-mail address",
    })
}
