//! Files and standard input as text.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use sps_validate::{
    Limits,
    span::{LineIndex, Position},
};

use crate::{
    check::document::{ByPath, Document, SourceError},
    file_name::is_stdin,
};

/// A longer file is not a file of certificates.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a file, or standard input for `-`, as one document.
pub(crate) fn document(path: &Path, limits: &Limits) -> Result<Document, SourceError> {
    let source = path.display().to_string();
    let path = (!is_stdin(path)).then(|| path.to_owned());
    let opened: io::Result<Box<dyn Read>> = match &path {
        None => Ok(Box::new(io::stdin().lock())),
        Some(path) if path.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Some(path) => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
    };
    let mut bytes = Vec::new();
    let cap = byte_cap(limits);
    let read = opened.and_then(|file| file.take(cap as u64).read_to_end(&mut bytes));
    of_bytes(source, path, read.map(|_| bytes), limits)
}

/// What was read of standard input as one document.
pub(super) fn of_stdin(
    bytes: io::Result<Vec<u8>>,
    limits: &Limits,
) -> Result<Document, SourceError> {
    of_bytes("-".to_owned(), None, bytes, limits)
}

fn of_bytes(
    source: String,
    path: Option<PathBuf>,
    bytes: io::Result<Vec<u8>>,
    limits: &Limits,
) -> Result<Document, SourceError> {
    let bytes = bytes.map_err(|error| SourceError::new(&source, reason(&error)))?;
    let is_cut = bytes.len() == byte_cap(limits);
    match decode(bytes, is_cut, 0) {
        Ok(text) => Ok(Document::whole(source, path, text, ByPath::Pending)),
        Err(reason) => Err(SourceError::new(source, reason)),
    }
}

/// Reads a document to rewrite or to send: without a byte order mark, which RFC 8259 lets readers skip and no sender write.
pub(crate) fn body(path: &Path, limits: &Limits) -> Result<Document, SourceError> {
    let mut document = document(path, limits)?;
    if let Some(text) = document.text.strip_prefix('\u{feff}') {
        document.text = text.to_owned();
    }
    Ok(document)
}

/// Reads a small file as text, such as a password.
///
/// # Errors
/// Names the file.
pub(crate) fn text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path)
        .map_err(|error| anyhow::anyhow!("{}: {}", path.display(), reason(&error)))
}

/// Reads a file, or standard input for `-`, as it is: certificates and keys may be binary or in any encoding.
///
/// # Errors
/// Names the file.
pub(crate) fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = if is_stdin(path) {
        io::stdin().lock().take(MAX_BYTES).read_to_end(&mut bytes)
    } else if path.is_dir() {
        Err(ErrorKind::IsADirectory.into())
    } else {
        File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
    };
    match length {
        Ok(_) => Ok(bytes),
        Err(error) => Err(anyhow::anyhow!("{}: {}", path.display(), reason(&error))),
    }
}

/// How many bytes are read of a document: enough to see that it is over the limit, even when the last
/// character is cut.
pub(crate) fn byte_cap(limits: &Limits) -> usize {
    limits.bytes.saturating_add(4)
}

/// The bytes as text. When they were `cut`, the end of the last character may be missing.
pub(crate) fn decode(bytes: Vec<u8>, cut: bool, lines_before: usize) -> Result<String, String> {
    String::from_utf8(bytes).or_else(|error| {
        let valid = error.utf8_error().valid_up_to();
        let at_the_cut = cut && error.utf8_error().error_len().is_none();
        let mut bytes = error.into_bytes();
        // With a mark, or ASCII at the start.
        let utf16 = matches!(bytes[..], [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, 0, ..] | [_, 0, _, 0, ..]);
        // A sequence of more than 255 bytes.
        let is_der = bytes.starts_with(&[0x30, 0x82]);
        bytes.truncate(valid);
        let text = String::from_utf8(bytes).unwrap_or_default();
        if at_the_cut {
            return Ok(text);
        }
        if utf16 {
            return Err("not UTF-8 but probably UTF-16; save it as UTF-8".to_owned());
        }
        if is_der {
            return Err("not UTF-8 but probably a certificate in DER; `openssl x509 -inform der` converts it to PEM"
                .to_owned());
        }
        let Position { line, column } = LineIndex::new(&text).position(text.len());
        let line = line + lines_before;
        Err(format!("invalid UTF-8 at line {line}, column {column}; save it as UTF-8"))
    })
}

/// An error of the operating system as a reason.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "expected a file, found a directory".to_owned(),
        ErrorKind::InvalidData => "not UTF-8; save it as UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_half_a_character_at_the_cut() {
        assert_eq!(decode("aé".as_bytes()[..2].to_vec(), true, 0).unwrap(), "a");
        assert!(decode("aé".as_bytes()[..2].to_vec(), false, 0).is_err());
        assert!(decode(vec![b'a', 0xff, b'b'], true, 0).is_err());
    }

    #[test]
    fn locates_the_first_byte_that_is_not_utf8() {
        let reason = decode(b"{\n \xff".to_vec(), false, 0).unwrap_err();
        assert_eq!(reason, "invalid UTF-8 at line 2, column 2; save it as UTF-8");
        let reason = decode(b"\xff".to_vec(), false, 6).unwrap_err();
        assert_eq!(reason, "invalid UTF-8 at line 7, column 1; save it as UTF-8");
        assert!(decode(b"\xff\xfe{\0".to_vec(), false, 0).unwrap_err().contains("UTF-16"));
        // Without a mark, and with a character that is not ASCII.
        assert!(decode(b"{\0\"\0\xe9\0".to_vec(), false, 0).unwrap_err().contains("UTF-16"));
        assert!(decode(b"\x30\x82\x01\x7e".to_vec(), false, 0).unwrap_err().contains("DER"));
    }
}
