//! Formats of strings.

mod certificate;
mod date_time;

use std::net::IpAddr;

use sps_spec::Format;

/// Whether a text has the format.
pub(super) fn has(format: Format, text: &str) -> bool {
    match format {
        Format::EmailAddress => is_email_address(text),
        Format::IpAddress => text.parse::<IpAddr>().is_ok(),
        Format::Fqdn => is_fqdn(text),
        Format::TimeOfDay => is_time_of_day(text),
        Format::DateTime => date_time::is_date_time(text),
        Format::NoWhitespace => !text.chars().any(char::is_whitespace),
        Format::PemCertificate => certificate::is_certificate(text),
    }
}

/// Checks for an e-mail address of the HTML standard, section 4.10.5.1.5, with the lengths of RFC 5321, section
/// 4.5.3.1.
/// The domain may be an address literal.
fn is_email_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_local =
        |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_domain = match literal {
        Some(address) => address.parse::<IpAddr>().is_ok(),
        None => domain.split('.').all(is_label),
    };
    (1..=64).contains(&local.len())
        && local.bytes().all(is_local)
        && domain.len() <= 255
        && is_domain
}

/// Checks for two labels or more and an optional dot of the root, RFC 1035. A number as the last label would make the
/// name an address.
fn is_fqdn(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let Some((_, top)) = name.rsplit_once('.') else { return false };
    let is_number = top.bytes().all(|byte| byte.is_ascii_digit());
    name.len() <= 253 && name.split('.').all(is_label) && !is_number
}

/// Checks for one label of a host name, RFC 1123, section 2.1.
fn is_label(label: &str) -> bool {
    let is_inside = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (1..=63).contains(&label.len()) && is_inside && !label.starts_with('-') && !label.ends_with('-')
}

/// Checks for `h:mm` or `hh:mm`, from `0:00` to `23:59`.
fn is_time_of_day(text: &str) -> bool {
    let Some((hours, minutes)) = text.split_once(':') else { return false };
    let digits = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let below = |part: &str, end: u8| part.parse::<u8>().is_ok_and(|number| number < end);
    digits(hours, 1..=2) && digits(minutes, 2..=2) && below(hours, 24) && below(minutes, 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: Format, valid: &[&str], invalid: &[&str]) {
        for text in valid {
            assert!(has(format, text), "{text:?} is a valid {}", format.name());
        }
        for text in invalid {
            assert!(!has(format, text), "{text:?} is not a valid {}", format.name());
        }
    }

    #[test]
    fn checks_email_addresses() {
        let long = format!("{}@b", "a".repeat(65));
        check(
            Format::EmailAddress,
            &[
                "a@b",
                "A!#$%&'*+/=?^_`{|}~-z@b",
                "a..b@example.com",
                "a@[192.0.2.1]",
                "a@[2001:db8::1]",
            ],
            &[
                "", "a", "@b", "a@", "a@b.", "a@-b", "a@b_c", "a@b@c", "a b@c", "a@[b]", "a@[]",
                "é@b", "a@b\n", &long,
            ],
        );
    }

    #[test]
    fn checks_ip_addresses() {
        check(
            Format::IpAddress,
            &["192.0.2.1", "::", "::ffff:1.2.3.4", "2001:db8::1"],
            &["", "192.0.2.01", "192.0.2.256", "192.0.2.1/24", "[::1]", "fe80::1%eth0", " ::"],
        );
    }

    #[test]
    fn checks_host_names() {
        let label = "a".repeat(63);
        let long = |last: usize| format!("{label}.{label}.{label}.{}", "b".repeat(last));
        check(
            Format::Fqdn,
            &[
                "a.b",
                "a.b.",
                "1.a",
                "a.1b",
                "ab--c.d",
                &format!("{label}.b"),
                &long(61),
                &format!("{}.", long(61)),
            ],
            &[
                "",
                ".",
                "a",
                "a.",
                "a.b..",
                ".a.b",
                "-a.b",
                "a-.b",
                "a_b.c",
                "a.1",
                "é.b",
                "a.b\n",
                &long(62),
            ],
        );
    }

    #[test]
    fn checks_times_of_day() {
        check(
            Format::TimeOfDay,
            &["0:00", "8:05", "08:05", "19:59", "23:59"],
            &[
                "", "24:00", "8:60", "8:5", "008:05", "+8:05", "8:+5", "8:05:00", " 8:05", "8",
                "é:00",
            ],
        );
    }

    #[test]
    fn checks_for_white_space() {
        check(
            Format::NoWhitespace,
            &["", "office-hours"],
            &["a b", "a\t", "\u{a0}", "\u{85}", "\u{3000}"],
        );
    }
}
