//! Formats of strings: one short file each, all of the same shape.
//!
//! A format is decided by the string alone. What depends on other members, such as whether an
//! address must be an IP address or a name, is a rule's business.

mod date_time;
mod email_address;
mod fqdn;
pub mod hex;
mod ip_address;
mod no_whitespace;
mod pem_certificate;
mod time_of_day;

use std::fmt;

/// A format that a string can have.
///
/// # Example
///
/// ```
/// use sps_validate::format::Format;
///
/// assert!(Format::Fqdn.check("mail.corp.test").is_ok());
///
/// let reason = Format::Fqdn.check("mail_1.corp.test").unwrap_err();
/// assert_eq!(reason.as_str(), "a label holds something other than letters, digits and hyphens");
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// An e-mail address as HTML has it: `local-part@domain`, ASCII only.
    ///
    /// The local part has 1 to 64 characters and no quotes, the domain up to 255; the domain is
    /// host name labels (one suffices) or an IP address in square brackets.
    ///
    /// Source: garde's rule `email`, which follows the HTML standard, section 4.10.5.1.5.
    EmailAddress,
    /// An IPv4 address in four decimal numbers without leading zeros, or an IPv6 address in any
    /// of its spellings; no prefix length, port, zone or brackets.
    ///
    /// Source: garde's rule `ip`, which is the standard library; RFC 4291, section 2.2.
    IpAddress,
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
    /// That `24:00` is refused is inferred.
    TimeOfDay,
    /// A date and time with its offset, `YYYY-MM-DDThh:mm:ss+hh:mm`: a day of the calendar, an
    /// optional fraction of a second, and an offset of less than a day or `Z`.
    ///
    /// Second 60 is a leap second and stands only at 23:59 UTC. `T` and `Z` are capitals.
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
    /// The first [`Reason`] why it has not.
    pub fn check(self, value: &str) -> Result<(), Reason> {
        let check = match self {
            Self::EmailAddress => email_address::check,
            Self::IpAddress => ip_address::check,
            Self::Fqdn => fqdn::check,
            Self::TimeOfDay => time_of_day::check,
            Self::DateTime => date_time::check,
            Self::NoWhitespace => no_whitespace::check,
            Self::PemCertificate => pem_certificate::check,
        };
        check(value).map_err(Reason)
    }
}

impl fmt::Display for Format {
    /// Writes the [code](Format::code).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What exactly keeps a string from having a format: lower case, no full stop.
///
/// It never repeats a part of the string, which may be a secret put in the wrong place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reason(&'static str);

impl Reason {
    /// The reason as text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Reason {}
