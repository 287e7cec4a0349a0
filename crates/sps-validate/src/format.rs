//! Formats of strings: one short file each, all of the same shape.
//!
//! A format depends on the string alone. Whether an address must be an IP address or a name depends on
//! other keys and is a rule.

mod date_time;
mod email_address;
mod fqdn;
pub mod hex;
mod host;
mod ip_address;
mod ip_network;
mod name;
mod no_whitespace;
mod pem_certificate;
mod time_of_day;
mod url;
mod uuid;

use std::fmt;

use crate::pem::PemError;

pub(crate) use time_of_day::minutes as minutes_of_day;

/// A format that a string can have.
///
/// # Example
///
/// ```
/// use sps_validate::format::{Format, FormatError};
///
/// assert!(Format::Fqdn.check("mail.corp.test").is_ok());
///
/// let error = Format::Fqdn.check("mail_1.corp.test").unwrap_err();
/// assert_eq!(error, FormatError::Underscore);
/// assert_eq!(error.message(), "a label contains an underscore");
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// An e-mail address: the `Mailbox` of SMTP, `local-part@domain`, ASCII only.
    ///
    /// The local part has 1 to 64 characters: atoms with dots between, or a quoted string. The domain has up to 255:
    /// host name labels (one suffices, and the last is not all digits), or an address in square brackets, an IPv6 one
    /// after `IPv6:`.
    ///
    /// Source: RFC 5321, sections 4.1.2, 4.1.3 and 4.5.3.1. That a bare number is no domain: RFC 1123, section 2.1.
    EmailAddress,
    /// An IPv4 address in four decimal numbers without leading zeros, or an IPv6 address in any
    /// of its spellings; no prefix length, port, zone or brackets.
    ///
    /// Source: garde's rule `ip`, which is the standard library; RFC 4291, section 2.2.
    IpAddress,
    /// An IP address, `/`, and the length of a prefix: up to 32 for IPv4 and 128 for IPv6.
    ///
    /// Bits behind the prefix may be set: the address of an interface is written so as well.
    ///
    /// Source: RFC 4632, section 3.1; RFC 4291, section 2.3.
    IpNetwork,
    /// An absolute URL with a host.
    ///
    /// Source: RFC 3986, section 3.
    Url,
    /// A UUID: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12 with `-` between.
    ///
    /// Source: RFC 9562, section 4.
    Uuid,
    /// A fully qualified domain name: at least two labels of 1 to 63 ASCII letters, digits and
    /// inner hyphens, 253 characters at most, one trailing dot allowed; the last label is not
    /// all digits, or it would be an IPv4 address.
    ///
    /// Source: RFC 1123, section 2.1; RFC 1035, section 2.3.4. Two labels as the least: inferred
    /// from "fully qualified".
    Fqdn,
    /// A time of day in minutes, `h:mm` or `hh:mm`, from `0:00` to `23:59`.
    ///
    /// Source: samples of the vendor guide, time policies (`0:00`, `8:00`, `23:59`), version 6.2.
    /// That `24:00` is rejected is inferred.
    TimeOfDay,
    /// A date and time with its offset, `YYYY-MM-DDThh:mm:ss+hh:mm`: a day of the calendar, an
    /// optional fraction of a second, and an offset of less than a day or `Z`.
    ///
    /// Second 60 is a leap second and is accepted only at 23:59 UTC. `T` and `Z` are capitals.
    ///
    /// Source: vendor guide, support bundles, version 7.0; RFC 3339, section 5.6.
    DateTime,
    /// Any text without white space (Unicode property `White_Space`), the empty one too.
    ///
    /// Source: vendor guide, names of policies ("no whitespace"), version 6.0. That every Unicode
    /// white space counts is inferred.
    NoWhitespace,
    /// One X.509 certificate in PEM with nothing around it; see
    /// [`pem::certificate`](crate::pem::certificate).
    PemCertificate,
}

impl Format {
    /// All formats, for tables and tests.
    pub const ALL: &'static [Self] = &[
        Self::EmailAddress,
        Self::IpAddress,
        Self::IpNetwork,
        Self::Url,
        Self::Uuid,
        Self::Fqdn,
        Self::TimeOfDay,
        Self::DateTime,
        Self::NoWhitespace,
        Self::PemCertificate,
    ];

    /// The permanent code of a diagnostic about this format, such as `email-address`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EmailAddress => "email-address",
            Self::IpAddress => "ip-address",
            Self::IpNetwork => "ip-network",
            Self::Url => "url",
            Self::Uuid => "uuid",
            Self::Fqdn => "fqdn",
            Self::TimeOfDay => "time-of-day",
            Self::DateTime => "date-time",
            Self::NoWhitespace => "no-whitespace",
            Self::PemCertificate => "pem-certificate",
        }
    }

    /// Whether `value` has this format. Takes time linear to the value; never panics.
    ///
    /// # Errors
    ///
    /// The first [`FormatError`] found.
    pub fn check(self, value: &str) -> Result<(), FormatError> {
        let check = match self {
            Self::EmailAddress => email_address::check,
            Self::IpAddress => ip_address::check,
            Self::IpNetwork => ip_network::check,
            Self::Url => url::check,
            Self::Uuid => uuid::check,
            Self::Fqdn => fqdn::check,
            Self::TimeOfDay => time_of_day::check,
            Self::DateTime => date_time::check,
            Self::NoWhitespace => no_whitespace::check,
            Self::PemCertificate => pem_certificate::check,
        };
        check(value)
    }

    /// The text that `value` was meant to be, if this mistake leaves only one possibility.
    ///
    /// ```
    /// use sps_validate::format::{Format, FormatError};
    /// let error = Format::Fqdn.check("b\u{fc}cher.test").unwrap_err();
    /// let meant = Format::Fqdn.replacement("b\u{fc}cher.test", error);
    /// assert_eq!(meant.as_deref(), Some("xn--bcher-kva.test"));
    /// ```
    pub fn replacement(self, value: &str, error: FormatError) -> Option<String> {
        let meant = match (self, error) {
            (Self::EmailAddress, _) => email_address::replacement(value, error)?,
            (_, FormatError::OuterWhiteSpace) => value.trim().to_owned(),
            (Self::Fqdn, FormatError::LabelNotAscii) => host::ascii(value)?,
            _ => return None,
        };
        self.check(&meant).is_ok().then_some(meant)
    }
}

impl fmt::Display for Format {
    /// Writes the [code](Format::code).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why a string does not have a format.
///
/// Its `Display` never repeats a part of the string, which may be a secret in the wrong place.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FormatError {
    /// The string is empty.
    Empty,
    /// The name is too long.
    TooLong,
    /// There is no `@`.
    NoAt,
    /// The part before the `@` is too long.
    UserTooLong,
    /// The part before the `@` is empty.
    NoUser,
    /// The part before the `@` has a character that is not allowed.
    UserCharacter,
    /// The part before the `@` is not ASCII.
    UserNotAscii,
    /// A dot before the `@` is at an end or beside another dot.
    UserDots,
    /// The quoted part before the `@` does not end, or has a character that is not allowed.
    QuotedUser,
    /// There is a second `@`.
    SecondAt,
    /// The part after the `@` is empty.
    NoDomain,
    /// The part after the `@` is too long.
    DomainTooLong,
    /// An IPv4 address is not in brackets.
    BareIpv4,
    /// An IPv6 address in brackets has no `IPv6:` in front.
    LiteralTag,
    /// The brackets do not hold an IP address.
    Literal,
    /// There is a name before the address, or the address is in angle brackets.
    DisplayName,
    /// There is white space around the one value.
    OuterWhiteSpace,
    /// There is a scheme, as in a URL.
    Scheme,
    /// There are several names or addresses.
    Several,
    /// There is a character that no reader sees.
    Invisible,
    /// There is an underscore in a host name.
    Underscore,
    /// There is a prefix length after an IP address.
    PrefixLength,
    /// There is no prefix length after an IP address.
    NoPrefixLength,
    /// The prefix length is not a number, or longer than the address.
    PrefixRange,
    /// There is no scheme, such as `https://`.
    NoScheme,
    /// There is no host after the scheme.
    NoHost,
    /// The digits and hyphens are not those of a UUID.
    NotUuid,
    /// There is a zone after an IP address.
    Zone,
    /// There are brackets around an IP address.
    Brackets,
    /// There is a port after a name or an IP address.
    Port,
    /// A number of an IPv4 address starts with a zero.
    LeadingZero,
    /// Digits and dots do not form an IPv4 address.
    NotIpv4,
    /// A string with colons is not an IPv6 address.
    NotIpv6,
    /// The string is not an IP address at all.
    NotIp,
    /// A domain name has only one label.
    OneLabel,
    /// A label is empty.
    EmptyLabel,
    /// A label is not ASCII.
    LabelNotAscii,
    /// A label has a character that is not allowed.
    LabelCharacter,
    /// A label is too long.
    LabelTooLong,
    /// A label starts or ends with a hyphen.
    LabelHyphen,
    /// The last label is a number.
    NumericLabel,
    /// There are not two numbers with a colon between.
    NotTime,
    /// The hours of a time are out of range.
    Hours,
    /// The minutes of a time do not have two digits.
    MinuteDigits,
    /// The minutes of a time are out of range.
    Minutes,
    /// The parts of a date and time are not in place.
    NotDateTime,
    /// There is no digit after the decimal point of the seconds.
    Fraction,
    /// There is no offset.
    NoOffset,
    /// The offset is out of range.
    Offset,
    /// The month is out of range.
    Month,
    /// The month does not have the day.
    Day,
    /// The hour of a date and time is out of range.
    Hour,
    /// The minute of a date and time is out of range.
    Minute,
    /// The second of a date and time is out of range.
    Second,
    /// There is white space.
    WhiteSpace,
    /// The string is not one bare certificate.
    Certificate(PemError),
}

impl std::error::Error for FormatError {}
