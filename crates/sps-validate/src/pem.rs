//! The envelope of a certificate: exactly one, in PEM, with nothing around it.
//!
//! X.509 libraries skip text around a PEM block and accept any line ends, but the appliance's guide
//! allows neither. So the envelope is checked here, byte by byte, before the certificate is read.

mod algorithm;
mod base64;
mod container;
mod der;
mod irregularity;
mod parts;
mod reader;
mod time;
mod x509;

use reader::{Block, LABEL};

pub use self::{
    algorithm::algorithm_name,
    container::Container,
    irregularity::Irregularity,
    parts::Parts,
    reader::{CertificateItem, Contents, Defect, Item, ItemKind, KeyForm, PrivateKey, read},
    x509::{Certificate, Strength},
};

/// Reads a text that is one certificate in PEM and nothing else.
///
/// The form: the line `-----BEGIN CERTIFICATE-----`, lines of 64 characters of base64 of which
/// only the last may be shorter, the line `-----END CERTIFICATE-----`, each line ended by one line
/// feed, which only the last line may lack. Dates and strength are not checked; the returned
/// [`Certificate`] has them, and its [irregularities](Certificate::irregularities) too. Never panics.
///
/// # Errors
///
/// The first [`PemError`] found. [`normalize`] repairs those that a program can repair.
///
/// Source: vendor guide, "CA certificates" of the mail settings, version 6.2.0 (no metadata, line
/// feeds); RFC 7468, sections 2, 3 and 5.1. That the guide's "no metadata" rules out every
/// character around the block is inferred.
///
/// # Example
///
/// ```
/// use sps_validate::pem::{self, PemError};
///
/// let text = "-----BEGIN RSA PRIVATE KEY-----\nMIIE...\n-----END RSA PRIVATE KEY-----\n";
/// assert_eq!(pem::certificate(text).err(), Some(PemError::PrivateKey));
/// ```
pub fn certificate(text: &str) -> Result<Certificate, PemError> {
    let bytes = text.as_bytes();
    let blocks = reader::blocks(bytes);
    let block = only(&blocks)?;
    if block.label != LABEL {
        return Err(PemError::WrongLabel);
    }
    let body = text.get(block.body.clone()?).unwrap_or_default();
    if body.contains("\\n") || body.contains("\\r") {
        return Err(PemError::EscapedLineEnds);
    }
    if text.contains('\r') {
        return Err(PemError::CarriageReturn);
    }
    if block.range.start > 0 {
        return Err(PemError::TextBefore);
    }
    if !matches!(text.get(block.range.end..), Some("" | "\n")) {
        return Err(PemError::TextAfter);
    }
    if !is_wrapped_base64(body) {
        return Err(PemError::BadBase64);
    }
    Ok(block.certificate(bytes)?.certificate)
}

/// Turns an ordinary certificate file into the text that [`certificate`] accepts.
///
/// Removes all that [`read`] overlooks, and bytes that follow the certificate in its block; writes the base64 anew in
/// lines of 64 characters; ends each line, the last too, with a line feed. The labels `X509 CERTIFICATE` and
/// `TRUSTED CERTIFICATE` become `CERTIFICATE`, without the settings of trust. The certificate itself is not changed.
/// Applying it twice gives the same as once. Never panics.
///
/// # Errors
///
/// [`PemError::PrivateKey`] when the file contains one anywhere: nothing of such a file is returned.
/// [`PemError::SeveralCertificates`], because any of them may be the right one.
/// [`PemError::Container`] for a file of another kind. Else [`PemError::NotPem`], [`PemError::WrongLabel`],
/// [`PemError::Unfinished`], [`PemError::BadBase64`] or [`PemError::NotX509`].
///
/// Source: RFC 7468, sections 2 and 5.1, and appendix A for the headers of old writers.
pub fn normalize(bytes: impl AsRef<[u8]>) -> Result<String, PemError> {
    let bytes = reader::utf8(bytes.as_ref());
    let blocks = reader::blocks(&bytes);
    if blocks.is_empty() {
        return Err(match Container::of_file(&bytes) {
            Container::Unknown => PemError::NotPem,
            kind if kind.is_private_key() => PemError::PrivateKey,
            kind => PemError::Container(kind),
        });
    }
    let item = only(&blocks)?.certificate(&bytes)?;
    let lines = base64::encode_lines(&item.der);
    Ok(format!("-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n"))
}

/// The one block of a text, which must be a certificate.
fn only(blocks: &[Block]) -> Result<&Block, PemError> {
    let containers = || blocks.iter().map(Block::container);
    if containers().any(Container::is_private_key) {
        return Err(PemError::PrivateKey);
    }
    if let Some(other) = containers().find(|it| *it != Container::Certificate) {
        // A file of several kinds has no name.
        let is_named = blocks.len() == 1 && other != Container::OtherPem;
        return Err(if is_named { PemError::Container(other) } else { PemError::WrongLabel });
    }
    match blocks {
        [] => Err(PemError::NotPem),
        [block] => {
            block.body.clone()?;
            Ok(block)
        }
        _ => Err(PemError::SeveralCertificates),
    }
}

/// Why a text is not one certificate in PEM. Its `Display` never repeats a part of the text.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PemError {
    /// No line `-----BEGIN …-----`.
    NotPem,
    /// There is a private key, alone or beside other things.
    PrivateKey,
    /// There is a block that is neither a certificate nor a private key, such as a request.
    WrongLabel,
    /// There is more than one certificate.
    SeveralCertificates,
    /// The line that ends the block is missing.
    Unfinished,
    /// A line ends with a carriage return, or contains one.
    CarriageReturn,
    /// There is text before the block, if only white space.
    TextBefore,
    /// There is text after the block, if only a second line feed.
    TextAfter,
    /// The lines of the block are not base64, or not wrapped at 64 characters.
    BadBase64,
    /// The bytes are not an X.509 certificate in DER.
    NotX509,
    /// Line ends are written out as the two characters `\n`.
    EscapedLineEnds,
    /// It is something else that contains certificates, or a certificate in another form.
    Container(Container),
}

impl std::error::Error for PemError {}

/// Whether `body` is a line end and then full lines of base64, only the last one possibly shorter.
/// The decoder checks padding and the last bits.
fn is_wrapped_base64(body: &str) -> bool {
    let Some(lines) = body.strip_prefix('\n').and_then(|body| body.strip_suffix('\n')) else {
        return false;
    };
    let mut lines = lines.split('\n').peekable();
    while let Some(line) = lines.next() {
        let is_last = lines.peek().is_none();
        let fits = if is_last {
            (1..=base64::LINE_CHARS).contains(&line.len())
        } else {
            line.len() == base64::LINE_CHARS
        };
        let is_base64 = line
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
        if !fits || !is_base64 {
            return false;
        }
    }
    true
}
