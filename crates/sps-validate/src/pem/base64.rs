//! The base64 between the lines of a PEM block.

/// How many characters a full line has: RFC 7468, section 2.
pub(super) const LINE_CHARS: usize = 64;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decoded bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    /// Whether bits of the last character that carry nothing are set.
    pub(super) has_padding_bits: bool,
}

/// Decodes base64 with line ends anywhere, also line ends that are written as `\n`.
///
/// `None` for no characters at all, a foreign character, a wrong length, and characters after the padding.
pub(super) fn decode(text: &[u8]) -> Option<Decoded> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count, mut padding) = (0_u32, 0_usize, 0_usize);
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            b'\\' => {
                rest = after_escape(tail)?;
                continue;
            }
            _ if byte.is_ascii_whitespace() || byte == 0x0b => continue,
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        bits = (bits << 6) | u32::from(value);
        count += 1;
        if count.is_multiple_of(4) {
            let [_, group @ ..] = bits.to_be_bytes();
            bytes.extend(group);
            bits = 0;
        }
    }
    let has_padding_bits = match (count % 4, padding) {
        (0, 0) if count > 0 => false,
        (2, 2) => {
            let [_, _, _, byte] = (bits >> 4).to_be_bytes();
            bytes.push(byte);
            bits & 0b1111 != 0
        }
        (3, 1) => {
            let [_, _, group @ ..] = (bits >> 2).to_be_bytes();
            bytes.extend(group);
            bits & 0b11 != 0
        }
        _ => return None,
    };
    Some(Decoded { bytes, has_padding_bits })
}

/// The text after the escape whose backslash was just read: `\n`, `\r`, or with several backslashes.
fn after_escape(text: &[u8]) -> Option<&[u8]> {
    let end = text.iter().position(|it| *it != b'\\')?;
    match text.get(end..)? {
        [b'n' | b'r', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// Encodes in lines of 64 characters, each with a line feed.
pub(super) fn encode_lines(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() / 3 * 4 + bytes.len() / 48 + 8);
    for line in bytes.chunks(LINE_CHARS / 4 * 3) {
        for group in line.chunks(3) {
            let byte = |at: usize| usize::from(group.get(at).copied().unwrap_or(0));
            let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
            for at in 0..4 {
                let index = (bits >> (18 - 6 * at)) & 0x3f;
                let is_padding = at > group.len();
                let character = ALPHABET.get(index).copied().unwrap_or(b'=');
                text.push(if is_padding { '=' } else { char::from(character) });
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(text: &str) -> Option<Vec<u8>> {
        decode(text.as_bytes()).map(|it| it.bytes)
    }

    #[test]
    fn decodes_with_line_ends_of_every_kind() {
        // RFC 4648, section 10.
        for (text, plain) in [
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
            ("Zm\r\n9v\tYm Fy\n", "foobar"),
            ("Zm9v\\nYm\\r\\nFy\\\\n", "foobar"),
            ("Zm9vYg=\n=", "foob"),
        ] {
            assert_eq!(bytes(text).as_deref(), Some(plain.as_bytes()), "{text}");
            assert!(!decode(text.as_bytes()).unwrap().has_padding_bits, "{text}");
        }
        for text in ["", "\n", "=", "====", "Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Zm=8", "Zg==Zg=="]
        {
            assert_eq!(bytes(text), None, "{text}");
        }
        for text in ["Zm9-", "Zm9_", "Zm9é", "Zm9v\\", "Zm9v\\t", "Zm9v\\\\"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn reports_padding_bits() {
        for (text, plain) in [("Zh==", "f"), ("Zm9=", "fo"), ("Zm9vYmF=", "fooba")] {
            let decoded = decode(text.as_bytes()).unwrap();
            assert_eq!(decoded.bytes, plain.as_bytes(), "{text}");
            assert!(decoded.has_padding_bits, "{text}");
        }
    }

    proptest! {
        #[test]
        fn decodes_what_it_encodes(plain in proptest::collection::vec(any::<u8>(), 1..200)) {
            let text = encode_lines(&plain);
            prop_assert!(text.lines().all(|line| line.len() <= LINE_CHARS));
            let decoded = Decoded { bytes: plain, has_padding_bits: false };
            prop_assert_eq!(decode(text.as_bytes()), Some(decoded));
        }
    }
}
