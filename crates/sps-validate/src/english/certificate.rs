//! English about certificates and keys, and the files that contain them.

use std::fmt;

use crate::pem::{Container, Defect, Irregularity, PemError};

impl PemError {
    /// What is wrong: lower case, no full stop.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotPem => "not a PEM block",
            Self::PrivateKey => "contains a private key",
            Self::WrongLabel => "contains a PEM block that is not a certificate",
            Self::SeveralCertificates => "contains more than one certificate",
            Self::Unfinished => "the END CERTIFICATE line is missing",
            Self::CarriageReturn => "contains a carriage return",
            Self::TextBefore => "text before the certificate",
            Self::TextAfter => "text after the certificate",
            Self::BadBase64 => "lines are not base64 of 64 characters",
            Self::NotX509 => "the PEM block does not contain an X.509 certificate",
            Self::EscapedLineEnds => "line ends are written out as a backslash and the letter n",
            Self::Container(kind) => kind.name(),
        }
    }

    /// What to do: lower case, no full stop.
    pub const fn help(self) -> &'static str {
        match self {
            Self::NotPem => {
                "use a certificate in PEM, from its BEGIN CERTIFICATE line to its END CERTIFICATE line"
            }
            Self::PrivateKey => {
                "remove the private key and keep it secret; only the certificate belongs here"
            }
            Self::WrongLabel => "use one block labeled CERTIFICATE",
            Self::SeveralCertificates => "keep only the certificate of the certificate authority",
            Self::Unfinished => "copy the whole certificate",
            Self::CarriageReturn => "end each line with \\n, not \\r\\n",
            Self::TextBefore => "start with the BEGIN CERTIFICATE line",
            Self::TextAfter => "end with the END CERTIFICATE line and at most one line feed",
            Self::BadBase64 => "copy the certificate again, or wrap its lines at 64 characters",
            Self::NotX509 => "export the certificate again",
            Self::EscapedLineEnds => "end each line with a line feed",
            Self::Container(kind) => kind.certificate_help(),
        }
    }
}

impl fmt::Display for PemError {
    /// Writes what is wrong and what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message(), self.help())
    }
}

impl Container {
    /// The name of the kind with its article, such as `a PKCS#12 file`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certificate => "a certificate",
            Self::CertificateDer => "a certificate in DER (binary)",
            Self::BareBase64 => "base64 without BEGIN and END lines",
            Self::Pkcs7 => "a PKCS#7 bundle",
            Self::Pkcs7Der => "a PKCS#7 bundle in DER (binary)",
            Self::Pkcs12 => "a PKCS#12 file",
            Self::JavaKeyStore => "a Java key store",
            Self::PrivateKey => "a private key",
            Self::PrivateKeyDer => "a private key in DER (binary)",
            Self::EncryptedKey => "an encrypted private key",
            Self::EncryptedKeyDer => "an encrypted private key in DER (binary)",
            Self::OpenSshKey => "a private key in the format of OpenSSH",
            Self::PuttyKey => "a private key in the format of PuTTY",
            Self::PublicKey => "a public key",
            Self::CertificateRequest => "a certificate request",
            Self::RevocationList => "a list of revoked certificates",
            Self::Parameters => "parameters of a key",
            Self::OtherDer => "a binary file in DER",
            Self::OtherPem => "a PEM block of another kind",
            Self::Unknown => "neither PEM nor DER",
        }
    }

    /// What to do where a certificate belongs: lower case, no full stop.
    const fn certificate_help(self) -> &'static str {
        match self {
            Self::CertificateDer => "`openssl x509 -inform der -in FILE` prints it in PEM",
            Self::OtherDer => {
                "`openssl x509 -inform der -in FILE` prints it in PEM if it is a certificate"
            }
            Self::BareBase64 => {
                "add the lines BEGIN CERTIFICATE and END CERTIFICATE, or use \
                 `base64 -d FILE | openssl x509 -inform der`"
            }
            Self::Pkcs7 => "`openssl pkcs7 -print_certs -in FILE` prints its certificates",
            Self::Pkcs7Der => {
                "`openssl pkcs7 -print_certs -inform der -in FILE` prints its certificates"
            }
            Self::Pkcs12 => "`openssl pkcs12 -nokeys -in FILE` prints its certificates",
            Self::JavaKeyStore => "`keytool -list -rfc -keystore FILE` prints its certificates",
            _ => "use a certificate in PEM",
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Defect {
    /// Writes what is wrong and what to do: lower case, no full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, wanted, command) = match self {
            Self::Damaged { line, error } => return write!(f, "line {line}: {error}"),
            Self::SeveralPrivateKeys => {
                return f.write_str("contains more than one private key; keep one");
            }
            Self::NoCertificate(kind) => (kind, "a certificate in PEM", kind.certificate_command()),
            Self::NoPrivateKey(kind) => {
                (kind, "a private key in PEM without encryption", kind.key_command())
            }
        };
        write!(f, "{kind}; expected {wanted}")?;
        match command {
            Some(command) => write!(f, ", as `{command}` prints it"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Irregularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PaddingBits => {
                f.write_str("the last character of its base64 has padding bits set")
            }
            Self::TrailingBytes { count: 1 } => f.write_str("1 byte follows it in the PEM block"),
            Self::TrailingBytes { count } => write!(f, "{count} bytes follow it in the PEM block"),
            Self::NotDer => f.write_str("parts of it are in BER instead of DER"),
            Self::LongSerial { octets } => {
                write!(f, "its serial number has {octets} octets, and 20 are allowed")
            }
            Self::SerialNotPositive => f.write_str("its serial number is not positive"),
            Self::TimeForm => f.write_str(
                "a date in it lacks seconds, or has an offset or a fraction of a second",
            ),
            Self::InvalidTime => f.write_str("a date in it does not exist"),
        }
    }
}
