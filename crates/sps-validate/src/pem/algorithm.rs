//! The names of key algorithms.

use super::{
    der::{Reader, tag},
    parts::{Algorithm, Parts},
    reader::{KeyForm, PrivateKey},
    x509,
};

impl Parts<'_> {
    /// The name of the key's algorithm with its size or curve, such as `RSA with 2048 bits` or `ECDSA with P-521`.
    pub fn key_name(&self) -> String {
        name(&self.key, Some(self.public_key))
    }
}

impl PrivateKey {
    /// The name of the key's algorithm with its size or curve, such as `RSA with 2048 bits` or `ECDSA with P-521`;
    /// `None` if the key cannot be read.
    pub fn algorithm_name(&self) -> Option<String> {
        let mut key = Reader::new(self.der()).enter(tag::SEQUENCE)?;
        key.element(tag::INTEGER)?;
        match self.form {
            KeyForm::Pkcs8 => {
                let algorithm = super::parts::algorithm(key.element(tag::SEQUENCE)?)?;
                let inner = key.element(tag::OCTET_STRING)?.content;
                let modulus = Reader::new(inner).enter(tag::SEQUENCE).and_then(|mut rsa| {
                    rsa.element(tag::INTEGER)?;
                    rsa.element(tag::INTEGER)
                });
                Some(match modulus {
                    Some(modulus) => name(&algorithm, Some(&sequence_of(modulus.whole))),
                    None => name(&algorithm, None),
                })
            }
            KeyForm::Pkcs1 => {
                let modulus = key.element(tag::INTEGER)?;
                Some(with_bits("RSA", x509::modulus_bits(&sequence_of(modulus.whole))))
            }
            KeyForm::Sec1 => {
                key.element(tag::OCTET_STRING)?;
                let curve = key.enter(SEC1_PARAMETERS)?.element(tag::OBJECT_IDENTIFIER)?;
                Some(format!("ECDSA with {}", curve_name(curve.content)))
            }
            KeyForm::Other => Some("DSA".to_owned()),
        }
    }
}

/// The name of an algorithm of keys or of signatures, such as `ECDSA with P-521` or `SHA-512 with RSA`.
///
/// `identifier` is the content of its sequence: an object identifier and parameters. `None` if it cannot be read.
///
/// ```
/// // 1.3.101.113
/// let name = sps_validate::pem::algorithm_name(&[6, 3, 0x2b, 0x65, 0x71]);
/// assert_eq!(name.as_deref(), Some("Ed448"));
/// ```
pub fn algorithm_name(identifier: &[u8]) -> Option<String> {
    let sequence = sequence_of(identifier);
    let algorithm = super::parts::algorithm(Reader::new(&sequence).any()?)?;
    let signature = x509::signature_name(&algorithm);
    Some(signature.map_or_else(|| name(&algorithm, None), str::to_owned))
}

const SEC1_PARAMETERS: u8 = 0xa0;

/// A sequence of one element of at most 64 KiB.
fn sequence_of(element: &[u8]) -> Vec<u8> {
    let [.., high, low] = element.len().to_be_bytes();
    let mut der = vec![tag::SEQUENCE];
    match element.len() {
        0..=0x7f => der.push(low),
        0x80..=0xff => der.extend([0x81, low]),
        _ => der.extend([0x82, high, low]),
    }
    der.extend(element);
    der
}

fn name(algorithm: &Algorithm<'_>, key: Option<&[u8]>) -> String {
    let oid = x509::dotted(algorithm.oid);
    let bits = |key: Option<&[u8]>| key.and_then(x509::modulus_bits);
    match oid.as_str() {
        "1.2.840.113549.1.1.1" | "2.5.8.1.1" => with_bits("RSA", bits(key)),
        "1.2.840.113549.1.1.10" => with_bits("RSA-PSS", bits(key)),
        "1.2.840.10040.4.1" | "1.3.14.3.2.12" => with_bits("DSA", bits(algorithm.parameters)),
        "1.2.840.10045.2.1" => {
            let curve =
                algorithm.parameters.and_then(|it| Reader::new(it).element(tag::OBJECT_IDENTIFIER));
            let curve = curve.map(|it| curve_name(it.content));
            format!("ECDSA with {}", curve.as_deref().unwrap_or("parameters of its own"))
        }
        "1.3.101.110" => "X25519".to_owned(),
        "1.3.101.112" => "Ed25519".to_owned(),
        "1.3.101.113" => "Ed448".to_owned(),
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44".to_owned(),
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65".to_owned(),
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87".to_owned(),
        oid => format!("the algorithm {oid}"),
    }
}

fn with_bits(name: &str, bits: Option<usize>) -> String {
    bits.map_or_else(|| name.to_owned(), |bits| format!("{name} with {bits} bits"))
}

fn curve_name(oid: &[u8]) -> String {
    let oid = x509::dotted(oid);
    let name = match oid.as_str() {
        "1.2.840.10045.3.1.1" => "P-192",
        "1.3.132.0.33" => "P-224",
        "1.2.840.10045.3.1.7" => "P-256",
        "1.3.132.0.34" => "P-384",
        "1.3.132.0.35" => "P-521",
        "1.3.132.0.10" => "secp256k1",
        "1.3.36.3.3.2.8.1.1.7" => "brainpoolP256r1",
        "1.3.36.3.3.2.8.1.1.11" => "brainpoolP384r1",
        "1.3.36.3.3.2.8.1.1.13" => "brainpoolP512r1",
        "1.2.156.10197.1.301" => "SM2",
        _ => return format!("the curve {oid}"),
    };
    name.to_owned()
}
