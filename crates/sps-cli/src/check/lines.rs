//! JSON Lines: every line that is not blank is a document.

use std::{
    io::{BufRead, Read as _},
    path::{Path, PathBuf},
};

use anyhow::Result;
use sps_model::EndpointInfo;
use sps_validate::Limits;

use crate::{
    check::{
        document::{ByPath, Document, SourceError},
        read,
    },
    endpoint,
    file_name::is_stdin,
};

/// Enough text that taking it apart is worth a place in a queue.
const CHUNK_BYTES: usize = 64 * 1024;

/// Some lines of a file that hold documents. The checking thread makes documents of them, because that takes
/// longer than finding where they end.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    /// The same for all of them, and there may be millions.
    pub(crate) by_path: Option<&'static EndpointInfo>,
    bytes: Vec<u8>,
    ranges: Vec<LineRange>,
    is_found: bool,
}

/// Place of one line.
#[derive(Debug)]
pub(crate) struct LineRange {
    start: usize,
    end: usize,
    /// It is longer than allowed, and this is only its beginning.
    cut: bool,
    lines_before: usize,
    bytes_before: usize,
}

impl Lines {
    fn new(path: &Path, is_found: bool) -> Self {
        Self {
            path: path.to_owned(),
            by_path: if is_stdin(path) { None } else { endpoint::of_path(path) },
            bytes: Vec::new(),
            ranges: Vec::new(),
            is_found,
        }
    }

    /// Takes out what was gathered so far.
    fn split(&mut self) -> Self {
        Self {
            path: self.path.clone(),
            by_path: self.by_path,
            bytes: std::mem::take(&mut self.bytes),
            ranges: std::mem::take(&mut self.ranges),
            is_found: self.is_found,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &LineRange> {
        self.ranges.iter()
    }

    /// How many bytes of text they hold.
    pub(crate) fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    /// The text of a line that is whole and valid UTF-8.
    pub(crate) fn text(&self, line: &LineRange) -> Option<&str> {
        let bytes = (!line.cut).then(|| &self.bytes[line.start..line.end])?;
        str::from_utf8(bytes).ok()
    }

    /// The document of a line.
    pub(crate) fn document(&self, line: &LineRange) -> Result<Document, SourceError> {
        let file = self.path.display().to_string();
        let source = format!("{file}:{}", line.lines_before + 1);
        let bytes = self.bytes[line.start..line.end].to_vec();
        match read::decode(bytes, line.cut, line.lines_before) {
            Ok(text) => Ok(Document {
                source,
                file,
                path: Some(self.path.clone()).filter(|path| !is_stdin(path)),
                text,
                lines_before: line.lines_before,
                bytes_before: line.bytes_before,
                by_path: ByPath::Known(self.by_path),
                is_found: self.is_found,
            }),
            Err(reason) => Err(SourceError::new(source, reason)),
        }
    }
}

/// Reads a file of JSON Lines in chunks.
///
/// # Errors
/// What `visit` returns.
pub(crate) fn read(
    path: &Path,
    is_found: bool,
    mut reader: impl BufRead,
    limits: &Limits,
    visit: &mut dyn FnMut(Result<Lines, SourceError>) -> Result<()>,
) -> Result<()> {
    let error = |reason: String| Err(SourceError::new(path.display().to_string(), reason));
    let cap = read::byte_cap(limits);
    let (mut bytes_before, mut is_empty) = (0, true);
    let mut lines = Lines::new(path, is_found);
    for lines_before in 0.. {
        let start = lines.bytes.len();
        let mut skipped = 0;
        let mut result = reader.by_ref().take(cap as u64).read_until(b'\n', &mut lines.bytes);
        let cut = matches!(result, Ok(length) if length == cap) && !lines.bytes.ends_with(b"\n");
        if cut {
            result = result.and_then(|length| {
                skipped = reader.skip_until(b'\n')?;
                Ok(length)
            });
        }
        let length = match result {
            Ok(length) => length,
            Err(failure) => {
                visit(Ok(lines))?;
                return visit(error(read::reason(&failure)));
            }
        };
        if length == 0 {
            break;
        }
        // The line end is not part of the document: what is missing at its end is missing on this line.
        let text = &lines.bytes[start..];
        let ends = text.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let end = lines.bytes.len() - ends;
        if !lines.bytes[start..end].iter().all(u8::is_ascii_whitespace) {
            is_empty = false;
            lines.ranges.push(LineRange { start, end, cut, lines_before, bytes_before });
        }
        if lines.bytes.len() >= CHUNK_BYTES {
            visit(Ok(lines.split()))?;
        }
        bytes_before += length + skipped;
    }
    visit(Ok(lines))?;
    if is_empty { visit(error("no document in this file".to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str, max_bytes: usize) -> Vec<(String, String, usize)> {
        let mut seen = Vec::new();
        let limits = Limits::default().with_bytes(max_bytes);
        read(Path::new("x.jsonl"), false, text.as_bytes(), &limits, &mut |lines| {
            match lines {
                Ok(lines) => seen.extend(lines.iter().map(|line| {
                    let it = lines.document(line).unwrap();
                    (it.source, it.text, it.bytes_before)
                })),
                Err(it) => seen.push((it.source, it.reason, 0)),
            }
            Ok(())
        })
        .unwrap();
        seen
    }

    #[test]
    fn counts_blank_lines_and_skips_them() {
        let seen = read_all("1\n\n \r\n22\r\n3", 100);
        let expected = [("x.jsonl:1", "1", 0), ("x.jsonl:4", "22", 6), ("x.jsonl:5", "3", 10)];
        assert_eq!(
            seen,
            expected.map(|(source, text, at)| (source.to_owned(), text.to_owned(), at))
        );
        assert_eq!(read_all("\n\n", 100).len(), 1);
    }

    #[test]
    fn cuts_a_line_over_the_limit_and_reads_the_next_one_whole() {
        let seen = read_all("1234567890\n2\n", 3);
        assert_eq!(seen[0].1, "1234567");
        assert_eq!(seen[1], ("x.jsonl:2".to_owned(), "2".to_owned(), 11));
    }
}
