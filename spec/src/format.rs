//! Formats of strings.

/// A format of a string; its name is also the code of the error when a string does not have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `local@domain`.
    EmailAddress,
    /// An IPv4 or IPv6 address.
    IpAddress,
    /// An IP network: an address, `/` and the length of the prefix.
    IpNetwork,
    /// A fully qualified domain name.
    Fqdn,
    /// An absolute URL.
    Url,
    /// A UUID in its usual form of 36 characters.
    Uuid,
    /// `h:mm` or `hh:mm`, from `0:00` to `23:59`.
    TimeOfDay,
    /// A date and time with an offset, as in RFC 3339.
    DateTime,
    /// A string without white space.
    NoWhitespace,
    /// Exactly one X.509 certificate in PEM, without text around it, with LF line ends.
    PemCertificate,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 10] = [
        Self::EmailAddress,
        Self::IpAddress,
        Self::IpNetwork,
        Self::Fqdn,
        Self::Url,
        Self::Uuid,
        Self::TimeOfDay,
        Self::DateTime,
        Self::NoWhitespace,
        Self::PemCertificate,
    ];

    /// The name in spec files, which is also the code of the error.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EmailAddress => "email-address",
            Self::IpAddress => "ip-address",
            Self::IpNetwork => "ip-network",
            Self::Fqdn => "fqdn",
            Self::Url => "url",
            Self::Uuid => "uuid",
            Self::TimeOfDay => "time-of-day",
            Self::DateTime => "date-time",
            Self::NoWhitespace => "no-whitespace",
            Self::PemCertificate => "pem-certificate",
        }
    }
}
