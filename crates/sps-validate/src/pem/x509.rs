//! The dates of a certificate, and the strength of its signature and key.

use x509_cert::{
    der::{
        self, Decode, Reader, TagMode, TagNumber,
        asn1::{AnyRef, ObjectIdentifier, UintRef},
    },
    spki::AlgorithmIdentifierRef,
};

use super::{
    irregularity::Irregularity,
    parts::{Algorithm, Parts},
    time::Time,
};

/// The content of a certificate. Its signature is not verified.
///
/// # Example
///
/// ```
/// use sps_validate::pem::{self, PemError, Strength};
///
/// # fn main() -> Result<(), PemError> {
/// # let text = include_str!("../../tests/data/certificates/rsa-sha1.pem");
/// let certificate = pem::certificate(text)?;
/// assert_eq!(certificate.signature(), Strength::Weak);
/// assert_eq!(certificate.signature_name(), Some("SHA-1 with RSA"));
/// assert_eq!((certificate.key(), certificate.key_bits()), (Strength::Strong, Some(2048)));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    not_before: u64,
    not_after: u64,
    signature: (Strength, Option<&'static str>),
    key: Key,
    version: u8,
    is_authority: Option<bool>,
    irregularities: Vec<Irregularity>,
}

/// RFC 5280, section 4.1.2.2.
const MAX_SERIAL_OCTETS: usize = 20;
/// The end of the year 9999.
const MAX_SECONDS: u64 = 253_402_300_799;

/// The strength of an algorithm by today's rules.
#[expect(clippy::exhaustive_enums, reason = "an algorithm is strong, weak or unknown")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strength {
    /// It has no known weakness.
    Strong,
    /// It is not secure any more.
    Weak,
    /// The algorithm or the size of the key is not known.
    Unknown,
}

impl Certificate {
    /// The content of these parts; `irregularities` are those of their block.
    pub(super) fn new(parts: &Parts<'_>, mut irregularities: Vec<Irregularity>) -> Self {
        let (not_before, not_after) = (parts.not_before, parts.not_after);
        let dates = [not_before, not_after];
        let octets = parts.serial.len();
        for (is_found, irregularity) in [
            (!parts.is_der, Irregularity::NotDer),
            (octets > MAX_SERIAL_OCTETS, Irregularity::LongSerial { octets }),
            (!is_positive(parts.serial), Irregularity::SerialNotPositive),
            (dates.iter().flatten().any(|it| !it.is_regular), Irregularity::TimeForm),
            (dates.contains(&None), Irregularity::InvalidTime),
        ] {
            if is_found {
                irregularities.push(irregularity);
            }
        }
        let seconds = |time: Time| u64::try_from(time.seconds).unwrap_or(0);
        let (signature, key) = (&parts.signature_algorithm, &parts.key);
        Self {
            not_before: not_before.map_or(0, seconds),
            not_after: not_after.map_or(MAX_SECONDS, seconds),
            signature: signature_strength(&dotted(signature.oid), parameters(signature)),
            key: Key::read(&dotted(key.oid), parameters(key), parts.public_key),
            version: parts.version,
            is_authority: parts.is_authority(),
            irregularities,
        }
    }

    /// The first second in which the certificate is valid.
    ///
    /// Unit: seconds since 1970-01-01 00:00:00 UTC. An earlier date, or one that does not exist, is 0.
    pub const fn not_before(&self) -> u64 {
        self.not_before
    }

    /// The last second in which the certificate is valid.
    ///
    /// Unit: seconds since 1970-01-01 00:00:00 UTC. Range: up to 253 402 300 799, the end of the
    /// year 9999, which means "never". A date before 1970 is 0, and one that does not exist is the end of the year 9999.
    pub const fn not_after(&self) -> u64 {
        self.not_after
    }

    /// The strength of the issuer's signature: weak with MD2, MD4, MD5 or SHA-1.
    ///
    /// Source: NIST SP 800-131A, revision 2, section 9; RFC 6151 for MD5, RFC 6149 and 6150 for
    /// MD2 and MD4.
    pub const fn signature(&self) -> Strength {
        self.signature.0
    }

    /// The name of the signature's algorithm, such as `SHA-256 with RSA`; `None` if unknown.
    pub const fn signature_name(&self) -> Option<&'static str> {
        self.signature.1
    }

    /// The strength of the certified key: RSA and DSA under 2048 bits and elliptic curves under 224 bits
    /// are weak.
    ///
    /// Source: NIST SP 800-131A, revision 2, section 3.
    pub const fn key(&self) -> Strength {
        self.key.strength
    }

    /// The kind of the key, such as `RSA`; `None` if unknown.
    pub const fn key_name(&self) -> Option<&'static str> {
        self.key.name
    }

    /// The size of the key; `None` if unknown.
    ///
    /// Unit: bits, of the modulus (RSA), the prime (DSA) or the field (elliptic curves).
    pub const fn key_bits(&self) -> Option<usize> {
        self.key.bits
    }

    /// The version of X.509: 1, 2 or 3.
    pub const fn version(&self) -> u8 {
        self.version
    }

    /// Whether the basic constraints name an authority; `None` without them, as in every certificate before
    /// version 3.
    ///
    /// Source: RFC 5280, section 4.2.1.9.
    pub const fn is_authority(&self) -> Option<bool> {
        self.is_authority
    }

    /// The deviations from the standards that were accepted.
    pub fn irregularities(&self) -> &[Irregularity] {
        &self.irregularities
    }
}

/// An object identifier with dots; empty if it is malformed.
pub(super) fn dotted(oid: &[u8]) -> String {
    ObjectIdentifier::from_bytes(oid).map(|it| it.to_string()).unwrap_or_default()
}

/// Whether an integer is above zero.
fn is_positive(integer: &[u8]) -> bool {
    integer.first().is_some_and(|it| *it < 0x80) && integer.iter().any(|it| *it != 0)
}

/// The name of an algorithm of signatures; `None` if unknown.
pub(super) fn signature_name(algorithm: &Algorithm<'_>) -> Option<&'static str> {
    signature_strength(&dotted(algorithm.oid), parameters(algorithm)).1
}

/// The parameters, if they are DER.
fn parameters<'a>(algorithm: &Algorithm<'a>) -> Option<AnyRef<'a>> {
    AnyRef::from_der(algorithm.parameters?).ok()
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    strength: Strength,
    name: Option<&'static str>,
    bits: Option<usize>,
}

impl Key {
    fn read(oid: &str, parameters: Option<AnyRef<'_>>, key: &[u8]) -> Self {
        let (name, bits, minimum) = match oid {
            // rsaEncryption, RSASSA-PSS, and the name that X.509 itself once gave.
            "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" | "2.5.8.1.1" => {
                ("RSA", AnyRef::from_der(key).ok().and_then(first_integer_bits), 2048)
            }
            "1.2.840.10040.4.1" | "1.3.14.3.2.12" => {
                ("DSA", parameters.and_then(first_integer_bits), 2048)
            }
            "1.2.840.10045.2.1" => ("elliptic curve", field_bits(key), 224),
            "1.3.101.112" => ("Ed25519", Some(256), 224),
            "1.3.101.113" => ("Ed448", Some(456), 224),
            "2.16.840.1.101.3.4.3.17" | "2.16.840.1.101.3.4.3.18" | "2.16.840.1.101.3.4.3.19" => {
                return Self { strength: Strength::Strong, name: Some("ML-DSA"), bits: None };
            }
            _ => return Self { strength: Strength::Unknown, name: None, bits: None },
        };
        let strength = match bits {
            None => Strength::Unknown,
            Some(bits) if bits < minimum => Strength::Weak,
            Some(_) => Strength::Strong,
        };
        Self { strength, name: Some(name), bits }
    }
}

/// Bits of the integer that a sequence in DER starts with.
pub(super) fn modulus_bits(sequence: &[u8]) -> Option<usize> {
    AnyRef::from_der(sequence).ok().and_then(first_integer_bits)
}

/// Bits of the integer that a sequence starts with: an RSA modulus, a DSA prime.
fn first_integer_bits(sequence: AnyRef<'_>) -> Option<usize> {
    let read = |reader: &mut der::SliceReader<'_>| -> der::Result<usize> {
        let integer = UintRef::decode(reader)?;
        reader.drain(reader.remaining_len())?;
        let zeros = integer.as_bytes().first().map_or(0, |byte| byte.leading_zeros() as usize);
        Ok((integer.as_bytes().len() * 8).saturating_sub(zeros))
    };
    sequence.sequence(read).ok()
}

/// Bits of the field of an elliptic curve, from the length of a point: this works for curves with
/// explicit parameters and unlisted curves too.
fn field_bits(point: &[u8]) -> Option<usize> {
    let (form, coordinates) = point.split_first()?;
    let bytes = match form {
        2 | 3 => coordinates.len(),
        4 | 6 | 7 => coordinates.len() / 2,
        _ => return None,
    };
    // The one common curve whose field does not fill its bytes.
    Some(if bytes == 66 { 521 } else { bytes * 8 })
}

fn signature_strength(
    oid: &str,
    parameters: Option<AnyRef<'_>>,
) -> (Strength, Option<&'static str>) {
    use Strength::{Strong, Unknown, Weak};

    let (strength, name) = match oid {
        "1.2.840.113549.1.1.2" | "1.3.14.3.2.24" => (Weak, "MD2 with RSA"),
        "1.2.840.113549.1.1.3" | "1.3.14.3.2.2" | "1.3.14.3.2.4" => (Weak, "MD4 with RSA"),
        "1.2.840.113549.1.1.4" | "1.3.14.3.2.3" | "1.3.14.3.2.25" => (Weak, "MD5 with RSA"),
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.15" | "1.3.14.3.2.29" => (Weak, "SHA-1 with RSA"),
        "1.2.840.113549.1.1.10" => return pss_strength(parameters),
        "1.2.840.113549.1.1.11" => (Strong, "SHA-256 with RSA"),
        "1.2.840.113549.1.1.12" => (Strong, "SHA-384 with RSA"),
        "1.2.840.113549.1.1.13" => (Strong, "SHA-512 with RSA"),
        "1.2.840.113549.1.1.14" => (Strong, "SHA-224 with RSA"),
        "1.2.840.113549.1.1.15" => (Strong, "SHA-512/224 with RSA"),
        "1.2.840.113549.1.1.16" => (Strong, "SHA-512/256 with RSA"),
        "1.2.840.10040.4.3" | "1.3.14.3.2.13" | "1.3.14.3.2.27" => (Weak, "SHA-1 with DSA"),
        "2.16.840.1.101.3.4.3.1" => (Strong, "SHA-224 with DSA"),
        "2.16.840.1.101.3.4.3.2" => (Strong, "SHA-256 with DSA"),
        "2.16.840.1.101.3.4.3.3" => (Strong, "SHA-384 with DSA"),
        "2.16.840.1.101.3.4.3.4" => (Strong, "SHA-512 with DSA"),
        "1.2.840.10045.4.1" => (Weak, "SHA-1 with ECDSA"),
        "1.2.840.10045.4.3.1" => (Strong, "SHA-224 with ECDSA"),
        "1.2.840.10045.4.3.2" => (Strong, "SHA-256 with ECDSA"),
        "1.2.840.10045.4.3.3" => (Strong, "SHA-384 with ECDSA"),
        "1.2.840.10045.4.3.4" => (Strong, "SHA-512 with ECDSA"),
        "2.16.840.1.101.3.4.3.5"
        | "2.16.840.1.101.3.4.3.6"
        | "2.16.840.1.101.3.4.3.7"
        | "2.16.840.1.101.3.4.3.8" => (Strong, "SHA-3 with DSA"),
        "2.16.840.1.101.3.4.3.9"
        | "2.16.840.1.101.3.4.3.10"
        | "2.16.840.1.101.3.4.3.11"
        | "2.16.840.1.101.3.4.3.12" => (Strong, "SHA-3 with ECDSA"),
        "2.16.840.1.101.3.4.3.13"
        | "2.16.840.1.101.3.4.3.14"
        | "2.16.840.1.101.3.4.3.15"
        | "2.16.840.1.101.3.4.3.16" => (Strong, "SHA-3 with RSA"),
        "2.16.840.1.101.3.4.3.17" | "2.16.840.1.101.3.4.3.18" | "2.16.840.1.101.3.4.3.19" => {
            (Strong, "ML-DSA")
        }
        "1.3.101.112" => (Strong, "Ed25519"),
        "1.3.101.113" => (Strong, "Ed448"),
        _ => return (Unknown, None),
    };
    (strength, Some(name))
}

/// RSASSA-PSS names its hash in the parameters; where they leave it out, it is SHA-1 (RFC 4055,
/// section 3.1).
fn pss_strength(parameters: Option<AnyRef<'_>>) -> (Strength, Option<&'static str>) {
    let read = |reader: &mut der::SliceReader<'_>| -> der::Result<Option<String>> {
        let hash = reader
            .context_specific::<AlgorithmIdentifierRef<'_>>(TagNumber(0), TagMode::Explicit)?;
        reader.drain(reader.remaining_len())?;
        Ok(hash.map(|hash| hash.oid.to_string()))
    };
    let hash = match parameters.map(|parameters| parameters.sequence(read)) {
        None => None,
        Some(Ok(hash)) => hash,
        Some(Err(_)) => return (Strength::Unknown, Some("RSA-PSS")),
    };
    match hash.as_deref() {
        None | Some("1.3.14.3.2.26") => (Strength::Weak, Some("SHA-1 with RSA-PSS")),
        Some("1.2.840.113549.2.2" | "1.2.840.113549.2.4" | "1.2.840.113549.2.5") => {
            (Strength::Weak, Some("MD2, MD4 or MD5 with RSA-PSS"))
        }
        // id-sha256 and its siblings, SHA-3 among them.
        Some(oid) if oid.starts_with("2.16.840.1.101.3.4.2.") => {
            (Strength::Strong, Some("SHA-2 or SHA-3 with RSA-PSS"))
        }
        Some(_) => (Strength::Unknown, Some("RSA-PSS")),
    }
}

#[cfg(test)]
mod tests {
    use Strength::{Strong, Unknown, Weak};

    use super::*;

    #[test]
    fn rates_a_signature_by_its_hash() {
        // RFC 3279, 4055, 5758, 8410 and 8017; the NIST registry 2.16.840.1.101.3.4.3 with RFC 9881;
        // the OIW registry 1.3.14.3.2 for the names of old writers.
        for (strength, name, oids) in [
            (Weak, "MD2 with RSA", &["1.2.840.113549.1.1.2", "1.3.14.3.2.24"][..]),
            (Weak, "MD4 with RSA", &["1.2.840.113549.1.1.3", "1.3.14.3.2.2", "1.3.14.3.2.4"]),
            (Weak, "MD5 with RSA", &["1.2.840.113549.1.1.4", "1.3.14.3.2.3", "1.3.14.3.2.25"]),
            (Weak, "SHA-1 with RSA", &["1.2.840.113549.1.1.5", "1.3.14.3.2.15", "1.3.14.3.2.29"]),
            (Strong, "SHA-256 with RSA", &["1.2.840.113549.1.1.11"]),
            (Strong, "SHA-384 with RSA", &["1.2.840.113549.1.1.12"]),
            (Strong, "SHA-512 with RSA", &["1.2.840.113549.1.1.13"]),
            (Strong, "SHA-224 with RSA", &["1.2.840.113549.1.1.14"]),
            (Strong, "SHA-512/224 with RSA", &["1.2.840.113549.1.1.15"]),
            (Strong, "SHA-512/256 with RSA", &["1.2.840.113549.1.1.16"]),
            (Weak, "SHA-1 with DSA", &["1.2.840.10040.4.3", "1.3.14.3.2.13", "1.3.14.3.2.27"]),
            (Strong, "SHA-224 with DSA", &["2.16.840.1.101.3.4.3.1"]),
            (Strong, "SHA-256 with DSA", &["2.16.840.1.101.3.4.3.2"]),
            (Strong, "SHA-384 with DSA", &["2.16.840.1.101.3.4.3.3"]),
            (Strong, "SHA-512 with DSA", &["2.16.840.1.101.3.4.3.4"]),
            (Weak, "SHA-1 with ECDSA", &["1.2.840.10045.4.1"]),
            (Strong, "SHA-224 with ECDSA", &["1.2.840.10045.4.3.1"]),
            (Strong, "SHA-256 with ECDSA", &["1.2.840.10045.4.3.2"]),
            (Strong, "SHA-384 with ECDSA", &["1.2.840.10045.4.3.3"]),
            (Strong, "SHA-512 with ECDSA", &["1.2.840.10045.4.3.4"]),
            (Strong, "SHA-3 with DSA", &["2.16.840.1.101.3.4.3.5", "2.16.840.1.101.3.4.3.8"]),
            (Strong, "SHA-3 with ECDSA", &["2.16.840.1.101.3.4.3.9", "2.16.840.1.101.3.4.3.12"]),
            (Strong, "SHA-3 with RSA", &["2.16.840.1.101.3.4.3.13", "2.16.840.1.101.3.4.3.16"]),
            (Strong, "ML-DSA", &["2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.19"]),
            (Strong, "Ed25519", &["1.3.101.112"]),
            (Strong, "Ed448", &["1.3.101.113"]),
            // RSASSA-PSS without parameters means SHA-1: RFC 4055, section 3.1.
            (Weak, "SHA-1 with RSA-PSS", &["1.2.840.113549.1.1.10"]),
        ] {
            for oid in oids {
                assert_eq!(signature_strength(oid, None), (strength, Some(name)), "{oid}");
            }
        }
        for oid in ["1.2.840.113549.1.1.1", "1.3.14.3.2.26", "1.2.156.10197.1.501", ""] {
            assert_eq!(signature_strength(oid, None), (Unknown, None), "{oid}");
        }
    }

    /// Parameters of RSASSA-PSS that name a hash: a sequence with `[0]`, in it an algorithm.
    fn pss(oid: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| {
            [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
        };
        wrap(0x30, &wrap(0xa0, &wrap(0x30, &wrap(0x06, oid))))
    }

    #[test]
    fn rates_a_pss_signature_by_the_hash_it_names() {
        let (weak, strong) = ("MD2, MD4 or MD5 with RSA-PSS", "SHA-2 or SHA-3 with RSA-PSS");
        for (oid, expected) in [
            // 1.2.840.113549.2.2, .4 and .5
            (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 2][..], (Weak, weak)),
            (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 4], (Weak, weak)),
            (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5], (Weak, weak)),
            // 1.3.14.3.2.26
            (&[0x2b, 14, 3, 2, 26], (Weak, "SHA-1 with RSA-PSS")),
            // 2.16.840.1.101.3.4.2.1: SHA-256, and .10: SHA3-512
            (&[0x60, 0x86, 0x48, 1, 101, 3, 4, 2, 1], (Strong, strong)),
            (&[0x60, 0x86, 0x48, 1, 101, 3, 4, 2, 10], (Strong, strong)),
            // 1.3.36.3.2.1: RIPEMD-160
            (&[0x2b, 36, 3, 2, 1], (Unknown, "RSA-PSS")),
        ] {
            let der = pss(oid);
            let strength = pss_strength(Some(AnyRef::from_der(&der).unwrap()));
            assert_eq!(strength, (expected.0, Some(expected.1)), "{oid:?}");
        }
        let null = AnyRef::from_der(&[0x05, 0]).unwrap();
        assert_eq!(pss_strength(Some(null)), (Unknown, Some("RSA-PSS")));
    }

    /// A sequence of one integer.
    fn sequence(integer: &[u8]) -> Vec<u8> {
        let length = u8::try_from(integer.len()).unwrap();
        [&[0x30, length + 2, 0x02, length], integer].concat()
    }

    #[test]
    fn measures_a_key_by_its_number() {
        for (integer, bits) in [(&[1][..], 1), (&[0x7f], 7), (&[0, 0x80], 8), (&[1, 0, 0], 17)] {
            let der = sequence(integer);
            for oid in ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "2.5.8.1.1"] {
                let key = Key { strength: Weak, name: Some("RSA"), bits: Some(bits) };
                assert_eq!(Key::read(oid, None, &der), key);
            }
            for oid in ["1.2.840.10040.4.1", "1.3.14.3.2.12"] {
                let key = Key { strength: Weak, name: Some("DSA"), bits: Some(bits) };
                assert_eq!(Key::read(oid, AnyRef::from_der(&der).ok(), &[]), key);
            }
        }
        // A key that cannot be read has an unknown size.
        let key = Key { strength: Unknown, name: Some("RSA"), bits: None };
        assert_eq!(Key::read("1.2.840.113549.1.1.1", None, &[0x05, 0]), key);
    }

    #[test]
    fn measures_a_curve_by_the_coordinates_of_a_point() {
        for (form, length, bits, strength) in [
            // SEC 1, section 2.3.3: compressed, plain, hybrid.
            (2, 28, Some(224), Strong),
            (3, 27, Some(216), Weak),
            (4, 56, Some(224), Strong),
            (6, 64, Some(256), Strong),
            (7, 48, Some(192), Weak),
            // P-521 is the one curve that leaves seven bits of its first byte free.
            (2, 66, Some(521), Strong),
            (4, 132, Some(521), Strong),
            // The point at infinity, and an unknown form.
            (0, 0, None, Unknown),
            (5, 64, None, Unknown),
        ] {
            let point = [&[form][..], &vec![1; length]].concat();
            let key = Key { strength, name: Some("elliptic curve"), bits };
            assert_eq!(Key::read("1.2.840.10045.2.1", None, &point), key, "{form} {length}");
        }
        assert_eq!(field_bits(&[]), None);
    }

    #[test]
    fn knows_the_size_of_other_keys() {
        for (oid, name, bits) in [
            ("1.3.101.112", "Ed25519", Some(256)),
            ("1.3.101.113", "Ed448", Some(456)),
            ("2.16.840.1.101.3.4.3.17", "ML-DSA", None),
            ("2.16.840.1.101.3.4.3.19", "ML-DSA", None),
        ] {
            let key = Key { strength: Strong, name: Some(name), bits };
            assert_eq!(Key::read(oid, None, &[]), key);
        }
        let key = Key { strength: Unknown, name: None, bits: None };
        assert_eq!(Key::read("1.3.101.110", None, &[]), key);
    }
}
