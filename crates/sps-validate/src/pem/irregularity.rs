//! Deviations from the standards that common tools accept.

/// A deviation of a certificate from the standards that OpenSSL accepts and stricter readers refuse.
///
/// Its `Display` is a phrase that completes "the certificate is irregular:".
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Irregularity {
    /// The last character of the base64 has bits that carry nothing and are set: RFC 4648, section 3.5.
    PaddingBits,
    /// The PEM block has bytes after the certificate.
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// A length or a key is written as BER allows, and DER does not: ITU-T X.690, sections 10 and 11.
    NotDer,
    /// The serial number has more than 20 octets: RFC 5280, section 4.1.2.2.
    LongSerial {
        /// How many octets it has.
        octets: usize,
    },
    /// The serial number is zero or negative: RFC 5280, section 4.1.2.2.
    SerialNotPositive,
    /// A date lacks seconds, or has an offset or a fraction: RFC 5280, section 4.1.2.5.
    TimeForm,
    /// A date does not exist. [`Certificate::not_before`](super::Certificate::not_before) and
    /// [`Certificate::not_after`](super::Certificate::not_after) return the widest period then.
    InvalidTime,
}

impl Irregularity {
    /// Whether it is one of the PEM block and not of the certificate, so that [`normalize`](super::normalize()) removes it.
    pub const fn is_of_block(self) -> bool {
        matches!(self, Self::PaddingBits | Self::TrailingBytes { .. })
    }
}
