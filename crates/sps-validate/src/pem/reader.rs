//! Reads files of certificates and keys as people have them.

use std::{borrow::Cow, fmt, ops::Range};

use zeroize::Zeroizing;

use super::{
    PemError,
    base64::{self, Decoded},
    container::Container,
    der::{Reader, tag},
    irregularity::Irregularity,
    parts::{self, Parts},
    x509::Certificate,
};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// The label of a certificate.
pub(super) const LABEL: &str = "CERTIFICATE";
/// The labels that readers may accept instead: RFC 7468, section 5.1, and OpenSSL.
const OLD_LABEL: &str = "X509 CERTIFICATE";
const TRUSTED_LABEL: &str = "TRUSTED CERTIFICATE";
/// A line with at least this many characters of base64 is part of a block, and not a word.
const MIN_LINE_CHARS: usize = 40;

/// Reads everything that a file of certificates and keys contains.
///
/// A byte order mark, text around the blocks in any encoding, UTF-16, line ends of every kind, lines of any length,
/// `\n` written as two characters, headers, and blocks that follow each other without a line end make no difference. A block is
/// never left out: what cannot be read is an item too. Never panics.
///
/// # Example
///
/// ```
/// use sps_validate::pem::{self, Container, ItemKind};
///
/// let contents = pem::read(b"-----BEGIN PKCS7-----\nMIID\n-----END PKCS7-----\n");
/// assert!(matches!(contents.items[0].kind, ItemKind::Other(Container::Pkcs7)));
/// let defect = contents.certificates().unwrap_err();
/// assert!(defect.to_string().contains("openssl pkcs7 -print_certs"));
/// ```
pub fn read(bytes: &[u8]) -> Contents {
    let text = utf8(bytes);
    let blocks = blocks(&text);
    let file = if blocks.is_empty() { Container::of_file(&text) } else { Container::OtherPem };
    let items = blocks.iter().map(|it| Item { line: it.line, kind: it.kind(&text) }).collect();
    Contents { items, file }
}

/// The contents of a file, in order.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Contents {
    /// The PEM blocks; empty for a file without any.
    pub items: Vec<Item>,
    /// The kind of a file without PEM blocks.
    file: Container,
}

/// One PEM block of a file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Item {
    /// The line where it starts, counted from 1.
    pub line: usize,
    /// The content of the block.
    pub kind: ItemKind,
}

/// The content of a PEM block.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ItemKind {
    /// A certificate.
    Certificate(Box<CertificateItem>),
    /// A private key without encryption.
    PrivateKey(PrivateKey),
    /// Another kind, which is not read further.
    Other(Container),
    /// A certificate or a private key that cannot be read, and why.
    Damaged(Container, PemError),
}

/// A certificate of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateItem {
    /// The certificate alone, without bytes that follow it.
    pub der: Vec<u8>,
    /// The content of the certificate.
    pub certificate: Certificate,
    /// Whether the block was a `TRUSTED CERTIFICATE`, whose settings of trust are left out.
    pub has_trust_settings: bool,
    /// Whether those settings refuse it for servers: they reject that use, or trust others alone.
    pub is_refused_for_servers: bool,
}

/// A private key of a file. It is wiped when it is dropped, and its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrivateKey {
    /// The structure of the key.
    pub form: KeyForm,
    der: Zeroizing<Vec<u8>>,
}

impl PrivateKey {
    /// The key in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

/// The structure of a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyForm {
    /// PKCS#8, for every algorithm.
    Pkcs8,
    /// PKCS#1, for RSA.
    Pkcs1,
    /// SEC 1, for elliptic curves.
    Sec1,
    /// Another structure, such as that of DSA keys.
    Other,
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("form", &self.form).finish_non_exhaustive()
    }
}

/// Why a file does not contain what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Defect {
    /// A block cannot be read.
    Damaged {
        /// The line where it starts, counted from 1.
        line: usize,
        /// Why.
        error: PemError,
    },
    /// There is no certificate, but this.
    NoCertificate(Container),
    /// There is no private key that can be used, but this.
    NoPrivateKey(Container),
    /// There is more than one private key.
    SeveralPrivateKeys,
}

impl Contents {
    /// All certificates. Keys and other blocks beside them are skipped, as OpenSSL does.
    ///
    /// # Errors
    /// A [`Defect`] if a certificate is missing, or cannot be read.
    pub fn certificates(&self) -> Result<Vec<&CertificateItem>, Defect> {
        let mut found = Vec::new();
        for item in &self.items {
            match &item.kind {
                ItemKind::Certificate(certificate) => found.push(&**certificate),
                ItemKind::Damaged(Container::Certificate, error) => {
                    return Err(Defect::Damaged { line: item.line, error: *error });
                }
                _ => {}
            }
        }
        if found.is_empty() { Err(Defect::NoCertificate(self.kind())) } else { Ok(found) }
    }

    /// The one private key. Certificates and parameters beside it are skipped, as OpenSSL does.
    ///
    /// # Errors
    /// A [`Defect`] if the key is missing, encrypted, or cannot be read, or if there is more than one.
    pub fn private_key(&self) -> Result<&PrivateKey, Defect> {
        let mut found = None;
        for item in &self.items {
            match &item.kind {
                ItemKind::PrivateKey(_) if found.is_some() => {
                    return Err(Defect::SeveralPrivateKeys);
                }
                ItemKind::PrivateKey(key) => found = Some(key),
                ItemKind::Damaged(Container::PrivateKey, error) => {
                    return Err(Defect::Damaged { line: item.line, error: *error });
                }
                ItemKind::Other(kind) if kind.is_private_key() => {
                    return Err(Defect::NoPrivateKey(*kind));
                }
                _ => {}
            }
        }
        found.ok_or_else(|| Defect::NoPrivateKey(self.kind()))
    }

    /// The kind of the file: that of its first block, or of its bytes.
    pub fn kind(&self) -> Container {
        self.items.first().map_or(self.file, Item::container)
    }

    /// Whether a private key is in it, encrypted or not.
    pub fn has_private_key(&self) -> bool {
        self.file.is_private_key() || self.items.iter().any(|it| it.container().is_private_key())
    }
}

impl Item {
    fn container(&self) -> Container {
        match &self.kind {
            ItemKind::Certificate(_) => Container::Certificate,
            ItemKind::PrivateKey(_) => Container::PrivateKey,
            ItemKind::Other(kind) | ItemKind::Damaged(kind, _) => *kind,
        }
    }
}

impl std::error::Error for Defect {}

/// One PEM block: where it is, and what its first line says.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// The line where it starts, counted from 1.
    pub(super) line: usize,
    /// From the first dash to the last.
    pub(super) range: Range<usize>,
    pub(super) label: String,
    /// The bytes between the first line and the last; `None` if one of these is missing.
    pub(super) body: Result<Range<usize>, PemError>,
}

impl Block {
    pub(super) fn container(&self) -> Container {
        if matches!(self.label.as_str(), LABEL | OLD_LABEL | TRUSTED_LABEL) {
            Container::Certificate
        } else {
            Container::of_label(&self.label)
        }
    }

    fn kind(&self, text: &[u8]) -> ItemKind {
        let container = self.container();
        match container {
            Container::Certificate => match self.certificate(text) {
                Ok(certificate) => ItemKind::Certificate(Box::new(certificate)),
                Err(error) => ItemKind::Damaged(container, error),
            },
            Container::PrivateKey => self.private_key(text),
            _ => match &self.body {
                Err(error) if container.is_private_key() => {
                    ItemKind::Damaged(Container::PrivateKey, *error)
                }
                _ => ItemKind::Other(container),
            },
        }
    }

    /// The certificate in the block.
    pub(super) fn certificate(&self, text: &[u8]) -> Result<CertificateItem, PemError> {
        let Decoded { bytes, has_padding_bits } = self.decoded(text)?;
        let parts = Parts::read(&bytes).ok_or(PemError::NotX509)?;
        let has_trust_settings = self.label == TRUSTED_LABEL;
        let mut irregularities = Vec::new();
        if has_padding_bits {
            irregularities.push(Irregularity::PaddingBits);
        }
        let count = bytes.len() - parts.whole.len();
        // The settings of trust follow the certificate.
        if count > 0 && !has_trust_settings {
            irregularities.push(Irregularity::TrailingBytes { count });
        }
        let settings = bytes.get(parts.whole.len()..).unwrap_or_default();
        let is_refused_for_servers = has_trust_settings && refuses_servers(settings);
        let der = parts.whole.to_vec();
        let certificate = Certificate::new(&parts, irregularities);
        Ok(CertificateItem { der, certificate, has_trust_settings, is_refused_for_servers })
    }

    fn private_key(&self, text: &[u8]) -> ItemKind {
        let is_encrypted = |body: &Range<usize>| {
            text.get(body.clone()).is_some_and(|it| find(it, b"ENCRYPTED").is_some())
        };
        if self.body.as_ref().is_ok_and(is_encrypted) {
            return ItemKind::Other(Container::EncryptedKey);
        }
        let form = match self.label.as_str() {
            "PRIVATE KEY" => KeyForm::Pkcs8,
            "RSA PRIVATE KEY" => KeyForm::Pkcs1,
            "EC PRIVATE KEY" => KeyForm::Sec1,
            _ => KeyForm::Other,
        };
        match self.decoded(text) {
            Ok(decoded) => {
                ItemKind::PrivateKey(PrivateKey { form, der: Zeroizing::new(decoded.bytes) })
            }
            Err(error) => ItemKind::Damaged(Container::PrivateKey, error),
        }
    }

    fn decoded(&self, text: &[u8]) -> Result<Decoded, PemError> {
        let body = text.get(self.body.clone()?).unwrap_or_default();
        base64::decode(without_headers(body)).ok_or(PemError::BadBase64)
    }
}

/// Whether the settings of a `TRUSTED CERTIFICATE` refuse it for servers. Settings that cannot be read refuse it.
///
/// OpenSSL: `X509_CERT_AUX`, a sequence of trusted uses and, under `[0]`, of rejected ones; both may be absent.
fn refuses_servers(settings: &[u8]) -> bool {
    const REJECTED: u8 = 0xa0;
    if settings.is_empty() {
        return false;
    }
    let read = || {
        let mut settings = Reader::new(settings).enter(tag::SEQUENCE)?;
        let trusted = settings.optional(tag::SEQUENCE)?;
        let trusts_others = match trusted.and_then(|it| it.inside(tag::SEQUENCE)) {
            Some(uses) => !parts::has_server_use(uses)?,
            None => false,
        };
        let rejected = settings.optional(REJECTED)?;
        let rejects = match rejected.and_then(|it| it.inside(REJECTED)) {
            Some(uses) => parts::has_server_use(uses)?,
            None => false,
        };
        Some(trusts_others || rejects)
    };
    read().unwrap_or(true)
}

/// Finds all blocks. Takes linear time.
pub(super) fn blocks(text: &[u8]) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut done = 0;
    let mut marks = begin_marks(text).peekable();
    while let Some(mark) = marks.next() {
        if mark.start > done {
            found.extend(headless(text, done..mark.start, &mut lines));
        }
        // The last dashes of a block may be the first of the next one.
        let limit = marks.peek().map_or(text.len(), |next| next.start + DASHES.len());
        let label =
            String::from_utf8_lossy(&text[mark.start + BEGIN.len()..mark.end - DASHES.len()]);
        let end_mark = [END, label.as_bytes(), DASHES].concat();
        let body = find(&text[mark.end.min(limit)..limit], &end_mark)
            .map(|length| mark.end..mark.end + length)
            .ok_or(PemError::Unfinished);
        // An unfinished block reaches to the next one.
        done = body.as_ref().map_or(limit, |body| body.end + end_mark.len());
        found.push(Block {
            line: lines.of(mark.start),
            range: mark.start..done,
            label: label.into_owned(),
            body,
        });
    }
    found.extend(headless(text, done..text.len(), &mut lines));
    found
}

/// The range of each `-----BEGIN label-----`.
fn begin_marks(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + find(text.get(at..)?, BEGIN)?;
            at = start + BEGIN.len();
            // The search ends no later than at the dashes of the next mark.
            let length = find(&text[at..], DASHES)?;
            if !text[at..at + length].iter().any(|it| matches!(it, b'\n' | b'\r')) {
                return Some(start..at + length + DASHES.len());
            }
        }
    })
}

/// The blocks in a gap whose first line is missing or damaged: base64, and then a last line.
fn headless(text: &[u8], gap: Range<usize>, lines: &mut Lines<'_>) -> Vec<Block> {
    let mut found = Vec::new();
    let mut at = gap.start;
    while let Some(length) = text.get(at..gap.end).and_then(|it| find(it, END)) {
        let (start, mark) = (at, at + length);
        at = mark + END.len();
        let Some(label_length) = find(&text[at..gap.end], DASHES) else { break };
        let label = String::from_utf8_lossy(&text[at..at + label_length]).into_owned();
        at += label_length + DASHES.len();
        let base64 = text[start..mark].split(|it| matches!(it, b'\n' | b'\r')).find(|line| {
            let line = line.trim_ascii();
            line.len() >= MIN_LINE_CHARS
                && line.iter().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/'))
        });
        if base64.is_some() && !label.contains(['\n', '\r']) {
            let body = Err(PemError::NotPem);
            let blank = text[start..mark].len() - text[start..mark].trim_ascii_start().len();
            let start = start + blank;
            found.push(Block { line: lines.of(start), range: start..at, label, body });
        }
    }
    found
}

/// Counts lines, for places that only move forward.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn of(&mut self, at: usize) -> usize {
        let between = self.text.get(self.at..at).unwrap_or_default();
        self.line += between.split(|it| *it == b'\n').count() - 1;
        self.at = self.at.max(at);
        self.line
    }
}

/// The body without headers as RFC 1421 has them, which end with a blank line.
fn without_headers(body: &[u8]) -> &[u8] {
    let trimmed = body.trim_ascii_start();
    let first = trimmed.split(|it| *it == b'\n').next().unwrap_or_default();
    let says_encrypted = find(body, b"ENCRYPTED").is_some();
    if says_encrypted || !first.contains(&b':') {
        return body;
    }
    let blank = [&b"\n\n"[..], b"\n\r\n"].into_iter().filter_map(|it| find(trimmed, it)).min();
    blank.and_then(|at| trimmed.get(at..)).unwrap_or(body)
}

/// The text in UTF-8, if it was in UTF-16; a byte order mark is not part of it.
pub(super) fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let decode = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units).map(|it| it.unwrap_or('\u{fffd}')).collect();
        Cow::Owned(text.into_bytes())
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => decode(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => decode(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        _ => Cow::Borrowed(bytes),
    }
}

/// The offset of the first place where `needle` is.
pub(super) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let first = needle.first()?;
    let mut at = 0;
    loop {
        at += text.get(at..)?.iter().position(|it| it == first)?;
        if text[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}
