//! The parts of a certificate, as its bytes have them.

use std::str;

use super::{
    der::{Element, Reader, tag},
    time::{self, Time},
};

/// The parts of one certificate in DER, for those who verify with it.
///
/// The reader accepts what OpenSSL accepts: every form of a date, serial numbers of any length, and lengths in BER.
/// It verifies nothing.
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    pub(super) whole: &'a [u8],
    pub(super) version: u8,
    pub(super) serial: &'a [u8],
    pub(super) signature_algorithm: Algorithm<'a>,
    issuer: Element<'a>,
    subject: Element<'a>,
    pub(super) not_before: Option<Time>,
    pub(super) not_after: Option<Time>,
    public_key_info: Element<'a>,
    key_algorithm: Element<'a>,
    pub(super) key: Algorithm<'a>,
    pub(super) public_key: &'a [u8],
    extensions: Vec<Extension<'a>>,
    pub(super) is_der: bool,
}

/// An algorithm: its object identifier, and its parameters as an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Algorithm<'a> {
    pub(super) oid: &'a [u8],
    pub(super) parameters: Option<&'a [u8]>,
}

#[derive(Debug, Clone, Copy)]
struct Extension<'a> {
    oid: &'a [u8],
    value: &'a [u8],
}

/// The context-specific tags of a certificate.
const VERSION: u8 = 0xa0;
const ISSUER_ID: u8 = 0x81;
const SUBJECT_ID: u8 = 0x82;
const EXTENSIONS: u8 = 0xa3;

/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
/// 2.5.29.17
const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 17];
/// 2.5.29.19
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
/// 2.5.29.30
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
/// 2.5.29.37
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
/// 1.3.6.1.5.5.7.3.1
const SERVER_AUTHENTICATION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
/// 2.5.29.37.0
const ANY_USAGE: &[u8] = &[0x55, 0x1d, 37, 0];

impl<'a> Parts<'a> {
    /// Reads the certificate that `der` starts with; `None` if it does not start with one.
    pub fn read(der: &'a [u8]) -> Option<Self> {
        let whole = Reader::new(der).element(tag::SEQUENCE)?;
        let mut certificate = whole.inside(tag::SEQUENCE)?;
        let mut tbs = certificate.enter(tag::SEQUENCE)?;
        let signature_algorithm = algorithm(certificate.element(tag::SEQUENCE)?)?;
        certificate.element(tag::BIT_STRING)?;

        let version = match tbs.optional(VERSION)? {
            None => 1,
            Some(version) => {
                let version = version.inside(VERSION)?.element(tag::INTEGER)?;
                version.content.last()?.saturating_add(1)
            }
        };
        let serial = tbs.element(tag::INTEGER)?.content;
        algorithm(tbs.element(tag::SEQUENCE)?)?;
        let issuer = tbs.element(tag::SEQUENCE)?;
        let mut validity = tbs.enter(tag::SEQUENCE)?;
        let (not_before, not_after) = (date(&mut validity)?, date(&mut validity)?);
        let subject = tbs.element(tag::SEQUENCE)?;
        let public_key_info = tbs.element(tag::SEQUENCE)?;
        let mut info = public_key_info.inside(tag::SEQUENCE)?;
        let key_algorithm = info.element(tag::SEQUENCE)?;
        let key = algorithm(key_algorithm)?;
        let (unused_bits, public_key) = info.element(tag::BIT_STRING)?.content.split_first()?;
        tbs.optional(ISSUER_ID)?;
        tbs.optional(SUBJECT_ID)?;
        let extensions = match tbs.optional(EXTENSIONS)? {
            None => Vec::new(),
            Some(extensions) => extensions_in(&extensions)?,
        };
        attributes(issuer)?;
        attributes(subject)?;
        let is_complete = [&certificate, &tbs, &validity, &info].iter().all(|it| it.is_empty());
        let is_complete =
            is_complete && !serial.is_empty() && is_shortest(serial) && *unused_bits < 8;
        is_complete.then_some(Self {
            whole: whole.whole,
            version,
            serial,
            signature_algorithm,
            issuer,
            subject,
            not_before,
            not_after,
            public_key_info,
            key_algorithm,
            key,
            public_key,
            extensions,
            is_der: [&certificate, &tbs, &validity, &info].iter().all(|it| it.is_der())
                && whole.is_der
                && *unused_bits == 0,
        })
    }

    /// The certificate alone, without bytes that follow it.
    pub fn der(&self) -> &'a [u8] {
        self.whole
    }

    /// The version of X.509: 1, 2 or 3.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// Whether it names itself as its issuer.
    pub fn is_self_issued(&self) -> bool {
        self.issuer.content == self.subject.content
    }

    /// The name of the subject: the content of the sequence.
    pub fn subject(&self) -> &'a [u8] {
        self.subject.content
    }

    /// The first common name of the subject, if it is text.
    pub fn common_name(&self) -> Option<&'a str> {
        let names = attributes(self.subject)?;
        let (_, value) = names.into_iter().find(|(oid, _)| *oid == COMMON_NAME)?;
        str::from_utf8(value).ok()
    }

    /// The public key with its algorithm: the whole element.
    pub fn public_key_info(&self) -> &'a [u8] {
        self.public_key_info.whole
    }

    /// The public key with its algorithm: the content of the sequence.
    pub fn public_key_info_content(&self) -> &'a [u8] {
        self.public_key_info.content
    }

    /// The algorithm of the public key: the content of the sequence.
    pub fn key_algorithm(&self) -> &'a [u8] {
        self.key_algorithm.content
    }

    /// The public key without its algorithm.
    pub fn public_key(&self) -> &'a [u8] {
        self.public_key
    }

    /// The constraints on the names of certificates below this one: the content of the sequence.
    ///
    /// The outer option is `None` if they cannot be read: such an authority must not be trusted.
    pub fn name_constraints(&self) -> Option<Option<&'a [u8]>> {
        match self.extension(NAME_CONSTRAINTS) {
            None => Some(None),
            Some(value) => Reader::new(value).element(tag::SEQUENCE).map(|it| Some(it.content)),
        }
    }

    /// Whether the certificate has alternative names, of any kind.
    pub fn has_alternative_names(&self) -> bool {
        self.extension(ALTERNATIVE_NAME).is_some()
    }

    /// The DNS names among the alternative names.
    pub fn dns_names(&self) -> Vec<&'a str> {
        self.alternative_names(0x82).into_iter().filter_map(|it| str::from_utf8(it).ok()).collect()
    }

    /// The IP addresses among the alternative names, in 4 or 16 octets.
    pub fn ip_addresses(&self) -> Vec<&'a [u8]> {
        self.alternative_names(0x87)
    }

    /// Whether the extended key usage allows servers; a certificate without it is for everything.
    pub fn is_for_servers(&self) -> bool {
        let Some(value) = self.extension(EXTENDED_KEY_USAGE) else { return true };
        Reader::new(value).enter(tag::SEQUENCE).and_then(has_server_use).unwrap_or(false)
    }

    /// Whether the basic constraints name an authority; `None` without them, and before version 3.
    pub(super) fn is_authority(&self) -> Option<bool> {
        if self.version < 3 {
            return None;
        }
        let mut constraints =
            Reader::new(self.extension(BASIC_CONSTRAINTS)?).enter(tag::SEQUENCE)?;
        let ca = constraints.optional(tag::BOOLEAN)?;
        Some(ca.is_some_and(|it| it.content.iter().any(|byte| *byte != 0)))
    }

    fn extension(&self, oid: &[u8]) -> Option<&'a [u8]> {
        self.extensions.iter().find(|it| it.oid == oid).map(|it| it.value)
    }

    fn alternative_names(&self, kind: u8) -> Vec<&'a [u8]> {
        let value = self.extension(ALTERNATIVE_NAME).unwrap_or_default();
        let Some(mut names) = Reader::new(value).enter(tag::SEQUENCE) else { return Vec::new() };
        let mut found = Vec::new();
        while let Some(name) = names.any() {
            if name.tag == kind {
                found.push(name.content);
            }
        }
        found
    }
}

/// Whether one of these uses is that of servers, or every use; `None` if they cannot be read.
pub(super) fn has_server_use(mut uses: Reader<'_>) -> Option<bool> {
    let mut is_found = false;
    while !uses.is_empty() {
        let one = uses.element(tag::OBJECT_IDENTIFIER)?.content;
        is_found |= matches!(one, SERVER_AUTHENTICATION | ANY_USAGE);
    }
    Some(is_found)
}

/// A date; the inner option is `None` if it does not exist.
#[expect(clippy::option_option, reason = "a date that does not exist is not broken")]
fn date(validity: &mut Reader<'_>) -> Option<Option<Time>> {
    let element = validity.any()?;
    matches!(element.tag, tag::UTC_TIME | tag::GENERALIZED_TIME).then(|| time::read(&element))
}

pub(super) fn algorithm(element: Element<'_>) -> Option<Algorithm<'_>> {
    let mut reader = element.inside(tag::SEQUENCE)?;
    let oid = reader.element(tag::OBJECT_IDENTIFIER)?.content;
    let parameters = if reader.is_empty() { None } else { Some(reader.any()?.whole) };
    (reader.is_empty() && is_oid(oid)).then_some(Algorithm { oid, parameters })
}

/// Whether an integer has no octet in front that says nothing.
fn is_shortest(integer: &[u8]) -> bool {
    !matches!(integer, [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..])
}

/// Whether these are numbers in base 128, each in its shortest form.
fn is_oid(bytes: &[u8]) -> bool {
    let mut is_start = true;
    for byte in bytes {
        if is_start && *byte == 0x80 {
            return false;
        }
        is_start = byte & 0x80 == 0;
    }
    is_start && !bytes.is_empty()
}

/// The attributes of a name: the object identifier and the value of each.
fn attributes(name: Element<'_>) -> Option<Vec<(&[u8], &[u8])>> {
    let mut sets = name.inside(tag::SEQUENCE)?;
    let mut found = Vec::new();
    while !sets.is_empty() {
        let mut set = sets.enter(tag::SET)?;
        while !set.is_empty() {
            let mut attribute = set.enter(tag::SEQUENCE)?;
            let oid = attribute.element(tag::OBJECT_IDENTIFIER)?.content;
            let value = attribute.any()?;
            let is_text = value.tag != tag::UTF8_STRING || str::from_utf8(value.content).is_ok();
            if !attribute.is_empty() || !is_oid(oid) || !is_text {
                return None;
            }
            found.push((oid, value.content));
        }
    }
    Some(found)
}

fn extensions_in<'a>(element: &Element<'a>) -> Option<Vec<Extension<'a>>> {
    let mut list = element.inside(EXTENSIONS)?.enter(tag::SEQUENCE)?;
    let mut found = Vec::new();
    while !list.is_empty() {
        let mut extension = list.enter(tag::SEQUENCE)?;
        let oid = extension.element(tag::OBJECT_IDENTIFIER)?.content;
        extension.optional(tag::BOOLEAN)?;
        let value = extension.element(tag::OCTET_STRING)?.content;
        if !extension.is_empty() || !is_oid(oid) {
            return None;
        }
        found.push(Extension { oid, value });
    }
    Some(found)
}
