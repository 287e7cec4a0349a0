//! Formats of strings.

mod certificate;
mod date_time;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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
        Format::IpNetwork => is_ip_network(text),
        Format::Url => is_url(text),
        Format::Uuid => is_uuid(text),
    }
}

/// Checks for an address and the length of a prefix, in the notation of RFC 4632.
fn is_ip_network(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let is_plain =
        length.bytes().all(|it| it.is_ascii_digit()) && (length == "0" || !length.starts_with('0'));
    let longest = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    is_plain && length.parse().is_ok_and(|it: u8| it <= longest)
}

/// Checks for a scheme, `://` and a host, of RFC 3986, without white space anywhere.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_inside = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(is_inside)
        && !rest.is_empty()
        && !rest.starts_with(['/', '?', '#'])
        && !text.contains(char::is_whitespace)
}

/// Checks for the text form of RFC 9562.
fn is_uuid(text: &str) -> bool {
    let is_hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if is_hyphen(at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Whether a text is a certificate with a key that newer versions refuse.
pub(super) fn has_weak_key(text: &str) -> bool {
    certificate::has_weak_key(text)
}

/// Checks for a mailbox of RFC 5321, section 4.1.2, with the lengths of section 4.5.3.1. A bare number is no domain.
fn is_email_address(text: &str) -> bool {
    // A quoted local part may hold an `@`, and a domain never does.
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    (1..=64).contains(&local.len())
        && (is_quoted(local) || local.split('.').all(is_atom))
        && domain.len() <= 255
        && (is_literal(domain) || (domain.split('.').all(is_label) && !ends_with_number(domain)))
}

fn is_atom(text: &str) -> bool {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    !text.is_empty() && text.chars().all(is_inside)
}

/// Checks for printable ASCII between quotes, in which a backslash quotes what follows.
fn is_quoted(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        let quoted = if character == '\\' { characters.next() } else { Some(character) };
        let is_bare_quote = character == '"';
        if is_bare_quote || !quoted.is_some_and(|it| it == ' ' || it.is_ascii_graphic()) {
            return false;
        }
    }
    true
}

/// Checks for an address in brackets: IPv4, or IPv6 with its tag.
fn is_literal(domain: &str) -> bool {
    let Some(address) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    match address.split_once(':') {
        Some((tag, six)) => tag.eq_ignore_ascii_case("ipv6") && six.parse::<Ipv6Addr>().is_ok(),
        None => address.parse::<Ipv4Addr>().is_ok(),
    }
}

/// Whether the last label is a number, which would make the name an address.
fn ends_with_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    last.bytes().all(|byte| byte.is_ascii_digit())
}

/// Checks for two labels or more and an optional dot of the root, RFC 1035.
fn is_fqdn(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_name = name.split('.').all(is_label) && !ends_with_number(name);
    name.len() <= 253 && name.contains('.') && is_name
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
                "a.b.c@example.com",
                "a@[192.0.2.1]",
                "a@[IPv6:2001:db8::1]",
                "a@[ipv6:::]",
                "\"a b\"@c",
                "\"a@b\\\"\"@c",
                "\"\"@c",
            ],
            &[
                "",
                "a",
                "@b",
                "a@",
                "a@b.",
                "a@-b",
                "a@b_c",
                "a@b@c",
                "a b@c",
                "a@[b]",
                "a@[]",
                "é@b",
                "a@b\n",
                &long,
                "a..b@c",
                ".a@b",
                "a.@b",
                "a@1.2.3.4",
                "a@b.1",
                "a@[2001:db8::1]",
                "a@[IPv6:192.0.2.1]",
                "\"a@b",
                "\"a\"b@c",
                "\"a\\\"@b",
                "\"a\"\"@b",
                "\"é\"@b",
                "a@é.b",
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
