//! Elements of DER, and of the BER that old writers took for it.

/// The tags that certificates and their containers use.
pub(super) mod tag {
    pub(in crate::pem) const BOOLEAN: u8 = 0x01;
    pub(in crate::pem) const INTEGER: u8 = 0x02;
    pub(in crate::pem) const BIT_STRING: u8 = 0x03;
    pub(in crate::pem) const OCTET_STRING: u8 = 0x04;
    pub(in crate::pem) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(in crate::pem) const UTF8_STRING: u8 = 0x0c;
    pub(in crate::pem) const UTC_TIME: u8 = 0x17;
    pub(in crate::pem) const GENERALIZED_TIME: u8 = 0x18;
    pub(in crate::pem) const SEQUENCE: u8 = 0x30;
    pub(in crate::pem) const SET: u8 = 0x31;
}

/// How deep elements of indefinite length may nest.
const MAX_DEPTH: usize = 32;
/// The two bytes that end an element of indefinite length.
const END_OF_CONTENTS: [u8; 2] = [0, 0];

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    /// The content without tag and length.
    pub(super) content: &'a [u8],
    /// The whole element.
    pub(super) whole: &'a [u8],
    /// Whether the length is written as DER demands.
    pub(super) is_der: bool,
}

impl<'a> Element<'a> {
    /// A reader of the elements inside, if the tag is this one.
    pub(super) fn inside(&self, tag: u8) -> Option<Reader<'a>> {
        (self.tag == tag).then_some(Reader { rest: self.content, is_der: self.is_der })
    }
}

/// Reads elements one after the other.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    is_der: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, is_der: true }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether every length so far is written as DER demands.
    pub(super) fn is_der(&self) -> bool {
        self.is_der
    }

    /// The tag of the next element.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element.
    pub(super) fn any(&mut self) -> Option<Element<'a>> {
        let (element, rest) = split(self.rest, MAX_DEPTH)?;
        self.rest = rest;
        self.is_der &= element.is_der;
        Some(element)
    }

    /// The next element, which must have this tag.
    pub(super) fn element(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.peek() == Some(tag) { self.any() } else { None }
    }

    /// The next element if it has this tag.
    ///
    /// The outer option is `None` if the element is there and broken.
    #[expect(clippy::option_option, reason = "absent is not broken")]
    pub(super) fn optional(&mut self, tag: u8) -> Option<Option<Element<'a>>> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Some(None) }
    }

    /// The elements inside the next one, which must have this tag.
    pub(super) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.element(tag)?.inside(tag)
    }
}

/// Splits the first element off.
fn split(bytes: &[u8], depth: usize) -> Option<(Element<'_>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    // Nothing in a certificate has a tag of several bytes.
    if tag & 0x1f == 0x1f || tag == 0 {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    let (length, rest, is_der) = match first {
        0..=0x7f => (usize::from(first), rest, true),
        0x80 => return indefinite(tag, bytes, rest, depth),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits.iter().fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
            let is_shortest = digits.first() != Some(&0) && length > 0x7f;
            (length, rest, is_shortest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    let whole = bytes.get(..bytes.len() - rest.len())?;
    Some((Element { tag, content, whole, is_der }, rest))
}

/// Splits off an element that ends where its contents do.
fn indefinite<'a>(
    tag: u8,
    bytes: &'a [u8],
    content: &'a [u8],
    depth: usize,
) -> Option<(Element<'a>, &'a [u8])> {
    // Only what is made of elements can end so.
    if tag & 0x20 == 0 {
        return None;
    }
    let depth = depth.checked_sub(1)?;
    let mut rest = content;
    while !rest.starts_with(&END_OF_CONTENTS) {
        (_, rest) = split(rest, depth)?;
    }
    let content = content.get(..content.len() - rest.len())?;
    let rest = rest.get(END_OF_CONTENTS.len()..)?;
    let whole = bytes.get(..bytes.len() - rest.len())?;
    Some((Element { tag, content, whole, is_der: false }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &[u8]) -> Option<Element<'_>> {
        Reader::new(bytes).any()
    }

    #[test]
    fn reads_lengths_of_every_form() {
        for (bytes, content, is_der) in [
            (&[0x04, 1, 9, 7][..], &[9][..], true),
            (&[0x04, 0x81, 1, 9], &[9], false),
            (&[0x04, 0x82, 0, 1, 9], &[9], false),
            (&[0x30, 0x80, 0x04, 1, 9, 0, 0, 7], &[0x04, 1, 9], false),
            (&[0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0], &[0x30, 0x80, 0, 0], false),
        ] {
            let element = one(bytes).unwrap();
            assert_eq!((element.content, element.is_der), (content, is_der), "{bytes:?}");
        }
        let long = [&[0x04, 0x81, 0x80][..], &[1; 0x80]].concat();
        assert!(one(&long).unwrap().is_der);
        let mut reader = Reader::new(&[0x30, 0x80, 0, 0, 0x05, 0]);
        assert_eq!(reader.any().unwrap().whole, [0x30, 0x80, 0, 0]);
        assert!(!reader.is_der());
        assert_eq!(reader.any().unwrap().tag, 5);
        assert!(reader.is_empty());
    }

    #[test]
    fn refuses_what_is_cut_or_endless() {
        let deep = [0x30, 0x80].repeat(100_000);
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 1],
            &[0x30, 0x82, 0],
            &[0x30, 0x85, 0, 0, 0, 0, 1],
            &[0x30, 0x80, 0],
            &[0x30, 0x80, 0x04, 1, 9],
            // A string of indefinite length, a tag of two bytes, the end of another element.
            &[0x04, 0x80, 0, 0],
            &[0x3f, 0x81, 1, 0],
            &[0, 0],
            &deep,
        ] {
            assert_eq!(one(bytes), None, "{:?}", bytes.get(..9));
        }
    }
}
