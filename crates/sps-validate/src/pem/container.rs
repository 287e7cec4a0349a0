//! What a file or a PEM block contains if it is not a certificate in PEM.

use super::{
    der::{Element, Reader, tag},
    parts::Parts,
};

/// A kind of file or PEM block, where another kind belongs.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// A certificate in PEM, where something else belongs.
    Certificate,
    /// A certificate in DER, which is binary.
    CertificateDer,
    /// Base64 without the `BEGIN` and `END` lines of PEM.
    BareBase64,
    /// A PKCS#7 bundle in PEM.
    Pkcs7,
    /// A PKCS#7 bundle in DER, which is binary.
    Pkcs7Der,
    /// A PKCS#12 file, which is encrypted and may contain a private key.
    Pkcs12,
    /// A Java key store.
    JavaKeyStore,
    /// A private key in PEM.
    PrivateKey,
    /// A private key in DER, which is binary.
    PrivateKeyDer,
    /// An encrypted private key in PEM.
    EncryptedKey,
    /// An encrypted private key in DER, which is binary.
    EncryptedKeyDer,
    /// A private key in the format of OpenSSH.
    OpenSshKey,
    /// A private key in the format of `PuTTY`.
    PuttyKey,
    /// A public key alone.
    PublicKey,
    /// A certificate request.
    CertificateRequest,
    /// A list of revoked certificates.
    RevocationList,
    /// Parameters of a key exchange or of a curve.
    Parameters,
    /// Another binary file in DER.
    OtherDer,
    /// A PEM block with a label that is not known.
    OtherPem,
    /// Neither PEM nor DER.
    Unknown,
}

impl Container {
    /// The kind of a PEM block with this label. The label of a certificate is not one.
    pub(super) fn of_label(label: &str) -> Self {
        let upper = label.to_ascii_uppercase();
        match upper.as_str() {
            "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" | "CERTIFICATE CHAIN" => Self::Pkcs7,
            "PKCS12" => Self::Pkcs12,
            "ENCRYPTED PRIVATE KEY" => Self::EncryptedKey,
            "OPENSSH PRIVATE KEY" => Self::OpenSshKey,
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Self::CertificateRequest,
            "X509 CRL" => Self::RevocationList,
            _ if upper.contains("PRIVATE KEY") => Self::PrivateKey,
            _ if upper.ends_with("PUBLIC KEY") => Self::PublicKey,
            _ if upper.ends_with("PARAMETERS") => Self::Parameters,
            _ => Self::OtherPem,
        }
    }

    /// The kind of a file without any PEM block.
    pub(super) fn of_file(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"PuTTY-User-Key-File-") {
            return Self::PuttyKey;
        }
        if bytes.starts_with(&[0xfe, 0xed, 0xfe, 0xed]) || bytes.starts_with(&[0xce; 4]) {
            return Self::JavaKeyStore;
        }
        // A sequence that is longer than a line of text would be, or exactly as long as the file.
        match bytes {
            [tag::SEQUENCE, 0x80..=0x84, ..] => return Self::of_der(bytes),
            [tag::SEQUENCE, length, rest @ ..] if usize::from(*length) == rest.len() => {
                return Self::of_der(bytes);
            }
            _ => {}
        }
        let decoded = if bytes.trim_ascii_start().starts_with(b"MI") {
            super::base64::decode(bytes)
        } else {
            None
        };
        match decoded {
            Some(decoded) if decoded.bytes.starts_with(&[tag::SEQUENCE]) => Self::BareBase64,
            _ => Self::Unknown,
        }
    }

    fn of_der(bytes: &[u8]) -> Self {
        if Parts::read(bytes).is_some() {
            return Self::CertificateDer;
        }
        Self::of_sequence(bytes).unwrap_or(Self::OtherDer)
    }

    fn of_sequence(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes).enter(tag::SEQUENCE)?;
        let first = reader.any()?;
        let second = reader.any();
        let second_tag = second.map(|it| it.tag);
        Some(match first.tag {
            tag::OBJECT_IDENTIFIER if first.content == SIGNED_DATA => Self::Pkcs7Der,
            tag::INTEGER if second_tag == Some(tag::SEQUENCE) => match first_oid(&second?) {
                Some(DATA | SIGNED_DATA) => Self::Pkcs12,
                _ => Self::PrivateKeyDer,
            },
            // RSA in PKCS#1, and an elliptic curve in SEC 1.
            tag::INTEGER if matches!(second_tag, Some(tag::INTEGER | tag::OCTET_STRING)) => {
                Self::PrivateKeyDer
            }
            tag::SEQUENCE if second_tag == Some(tag::OCTET_STRING) => Self::EncryptedKeyDer,
            tag::SEQUENCE if second_tag == Some(tag::BIT_STRING) => Self::PublicKey,
            tag::SEQUENCE if second_tag == Some(tag::SEQUENCE) => {
                let mut tbs = first.inside(tag::SEQUENCE)?;
                let version = tbs.element(tag::INTEGER);
                let is_request =
                    version.is_some_and(|it| it.content == [0]) && first_oid(&tbs.any()?).is_none();
                if is_request { Self::CertificateRequest } else { Self::RevocationList }
            }
            _ => return None,
        })
    }

    /// The command that takes certificates out of this kind and prints them in PEM.
    pub const fn certificate_command(self) -> Option<&'static str> {
        Some(match self {
            Self::CertificateDer | Self::OtherDer => "openssl x509 -inform der -in FILE",
            Self::BareBase64 => "base64 -d FILE | openssl x509 -inform der",
            Self::Pkcs7 => "openssl pkcs7 -print_certs -in FILE",
            Self::Pkcs7Der => "openssl pkcs7 -print_certs -inform der -in FILE",
            Self::Pkcs12 => "openssl pkcs12 -nokeys -in FILE",
            Self::JavaKeyStore => "keytool -list -rfc -keystore FILE",
            _ => return None,
        })
    }

    /// The command that prints the private key of this kind in PEM, without encryption.
    pub const fn key_command(self) -> Option<&'static str> {
        Some(match self {
            Self::Pkcs12 => "openssl pkcs12 -nocerts -nodes -in FILE",
            Self::PrivateKeyDer | Self::EncryptedKeyDer => "openssl pkey -inform der -in FILE",
            Self::EncryptedKey => "openssl pkey -in FILE",
            Self::BareBase64 => "base64 -d FILE | openssl pkey -inform der",
            Self::OpenSshKey => "ssh-keygen -p -m PEM -f FILE",
            Self::PuttyKey => "puttygen FILE -O private-openssh-new -o KEY",
            Self::JavaKeyStore => {
                "keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype pkcs12"
            }
            _ => return None,
        })
    }

    /// Whether it is a private key, encrypted or not.
    pub const fn is_private_key(self) -> bool {
        matches!(
            self,
            Self::PrivateKey
                | Self::PrivateKeyDer
                | Self::EncryptedKey
                | Self::EncryptedKeyDer
                | Self::OpenSshKey
                | Self::PuttyKey
        )
    }
}

/// 1.2.840.113549.1.7.1
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
/// 1.2.840.113549.1.7.2
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];

/// The object identifier that a sequence starts with.
fn first_oid<'a>(sequence: &Element<'a>) -> Option<&'a [u8]> {
    let oid = sequence.inside(tag::SEQUENCE)?.element(tag::OBJECT_IDENTIFIER)?;
    Some(oid.content)
}
