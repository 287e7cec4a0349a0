//! The envelope of a certificate: exactly one, in PEM, with nothing around it.
//!
//! X.509 libraries skip text around a PEM block and accept any line ends, but the appliance's guide
//! allows neither. So the envelope is checked here, byte by byte, before a library reads it.

mod x509;

use x509_cert::der;

pub use x509::{Certificate, Strength};

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";
const LABEL: &str = "CERTIFICATE";
/// The label that RFC 7468, section 5.1, lets readers accept instead of [`LABEL`].
const OLD_LABEL: &str = "X509 CERTIFICATE";
/// How many characters of base64 a full line has: RFC 7468, section 2.
const LINE_CHARS: usize = 64;

/// Reads a text that is one certificate in PEM and nothing else.
///
/// The form: the line `-----BEGIN CERTIFICATE-----`, lines of 64 characters of base64 of which
/// only the last may be shorter, the line `-----END CERTIFICATE-----`, each line ended by one line
/// feed, which only the last line may lack. Dates and strength are not checked; the returned
/// [`Certificate`] has them. Never panics.
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
    let block = Block::only(text)?;
    if block.label != LABEL {
        return Err(PemError::WrongLabel);
    }
    if text.contains('\r') {
        return Err(PemError::CarriageReturn);
    }
    if !block.before.is_empty() {
        return Err(PemError::TextBefore);
    }
    if !matches!(block.after, "" | "\n") {
        return Err(PemError::TextAfter);
    }
    if !is_wrapped_base64(block.body) {
        return Err(PemError::BadBase64);
    }
    let (_, der) = der::pem::decode_vec(block.text.as_bytes()).map_err(|_| PemError::BadBase64)?;
    Certificate::from_der(&der).ok_or(PemError::NotX509)
}

/// Turns an ordinary certificate file into the text that [`certificate`] accepts.
///
/// Removes text around the block (the listing of `openssl x509 -text`, `Bag Attributes`, a
/// byte order mark), carriage returns, indentation and blank lines; undoes `\n` written as two
/// characters; wraps the base64 at 64 characters; ends each line, the last too, with a line feed.
/// The label `X509 CERTIFICATE` becomes `CERTIFICATE`. The certificate itself is not changed.
/// Applying it twice gives the same as once. Never panics.
///
/// # Errors
///
/// [`PemError::PrivateKey`] when the file contains one anywhere: nothing of such a file is returned.
/// [`PemError::SeveralCertificates`], because any of them may be the right one. Else
/// [`PemError::NotPem`], [`PemError::WrongLabel`], [`PemError::Unfinished`],
/// [`PemError::BadBase64`] or [`PemError::NotX509`].
///
/// Source: RFC 7468, sections 2 and 5.1, and appendix A for the headers of old writers.
pub fn normalize(text: &str) -> Result<String, PemError> {
    let block = Block::only(text)?;
    // No base64 has a backslash, so this cannot hit anything but an escaped line end.
    let lines = block.body.replace("\\r", "\n").replace("\\n", "\n");
    let base64: String = lines.split_whitespace().collect();

    let mut clean = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        // A cut within a character means that this is not base64.
        let (line, tail) =
            rest.split_at_checked(rest.len().min(LINE_CHARS)).ok_or(PemError::BadBase64)?;
        clean.push_str(line);
        clean.push('\n');
        rest = tail;
    }
    clean.push_str("-----END CERTIFICATE-----\n");

    certificate(&clean)?;
    Ok(clean)
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
    /// The bytes are not one X.509 certificate in DER.
    NotX509,
}

impl std::error::Error for PemError {}

/// The one PEM block of a text, anywhere in it.
struct Block<'a> {
    /// The text before the first dash.
    before: &'a str,
    /// From the first dash to the last.
    text: &'a str,
    /// The name in the first line; that in the last line is the same.
    label: &'a str,
    /// The text between the dashes of the first line and those of the last.
    body: &'a str,
    /// The text after the last dash.
    after: &'a str,
}

impl<'a> Block<'a> {
    /// Finds the block, which must be a certificate and the only block.
    fn only(text: &'a str) -> Result<Self, PemError> {
        let mut certificate = None;
        let mut several = false;
        let mut other = false;
        for (at, label) in labels(text) {
            if label.to_ascii_uppercase().contains("PRIVATE KEY") {
                return Err(PemError::PrivateKey);
            }
            if label == LABEL || label == OLD_LABEL {
                several |= certificate.replace((at, label)).is_some();
            } else {
                other = true;
            }
        }
        if other {
            return Err(PemError::WrongLabel);
        }
        if several {
            return Err(PemError::SeveralCertificates);
        }
        let (start, label) = certificate.ok_or(PemError::NotPem)?;
        let body_start = start + BEGIN.len() + label.len() + DASHES.len();
        let end_line = format!("-----END {label}{DASHES}");
        let body_len = text[body_start..].find(&end_line).ok_or(PemError::Unfinished)?;
        let body_end = body_start + body_len;
        let end = body_end + end_line.len();
        Ok(Self {
            before: &text[..start],
            text: &text[start..end],
            label,
            body: &text[body_start..body_end],
            after: &text[end..],
        })
    }
}

/// The offset and the label of each `-----BEGIN label-----`. Takes linear time.
fn labels(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(BEGIN).filter_map(|(at, begin)| {
        // The search ends no later than at the dashes of the next mark.
        let (label, _) = text[at + begin.len()..].split_once(DASHES)?;
        (!label.contains(['\n', '\r'])).then_some((at, label))
    })
}

/// Whether `body` is a line end and then full lines of base64, only the last one possibly shorter.
/// The decoder checks padding and the last bits.
fn is_wrapped_base64(body: &str) -> bool {
    let Some(lines) = body.strip_prefix('\n').and_then(|body| body.strip_suffix('\n')) else {
        return false;
    };
    let mut lines = lines.split('\n').peekable();
    while let Some(line) = lines.next() {
        let is_last = lines.peek().is_none();
        let fits =
            if is_last { (1..=LINE_CHARS).contains(&line.len()) } else { line.len() == LINE_CHARS };
        let is_base64 = line
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
        if !fits || !is_base64 {
            return false;
        }
    }
    true
}
