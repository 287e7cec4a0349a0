//! Documents from files, directories, JSON Lines and standard input.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, BufRead, BufReader, ErrorKind, Read},
    path::{Path, PathBuf},
};

use anyhow::Result;
use sps_model::EndpointInfo;
use sps_validate::{
    Limits,
    span::{LineIndex, Position},
};

use crate::endpoint;

/// One JSON text and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The file as it was named, `-`, or `FILE:LINE` for a line of JSON Lines.
    pub(crate) source: String,
    /// The file as it was named, or `-`.
    pub(crate) file: String,
    /// The path, unless it is standard input.
    pub(crate) path: Option<PathBuf>,
    pub(crate) text: String,
    /// Lines of the file before this document.
    pub(crate) lines_before: usize,
    /// Bytes of the file before this document.
    pub(crate) bytes_before: usize,
    /// The endpoint that the path of its file tells, where that was asked before.
    pub(crate) by_path: ByPath,
}

/// What the path of a file tells.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ByPath {
    /// Nobody asked yet.
    Unasked,
    /// The endpoint, or that it tells none.
    Told(Option<&'static EndpointInfo>),
}

impl Document {
    /// The endpoint that the path of its file tells.
    pub(crate) fn endpoint(&self) -> Option<&'static EndpointInfo> {
        match self.by_path {
            ByPath::Told(endpoint) => endpoint,
            ByPath::Unasked => self.path.as_deref().and_then(endpoint::of_path),
        }
    }

    /// The places of this document in its file.
    pub(crate) fn places(&self) -> Places {
        Places {
            index: LineIndex::new(&self.text),
            lines_before: self.lines_before,
            bytes_before: self.bytes_before,
        }
    }
}

/// Turns offsets in a document into places in its file.
#[derive(Debug)]
pub(crate) struct Places {
    index: LineIndex,
    lines_before: usize,
    pub(crate) bytes_before: usize,
}

impl Places {
    pub(crate) fn position(&self, offset: usize) -> Position {
        let position = self.index.position(offset);
        Position { line: position.line + self.lines_before, ..position }
    }
}

/// Something that could not be read, checked or repaired, and why.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Unreadable {
    pub(crate) source: String,
    pub(crate) reason: String,
    #[serde(skip)]
    pub(crate) failed: Failed,
}

/// What could not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    Read,
    /// It was read, but nobody knows what it should be.
    Check,
    /// It was checked, but the result did not reach its file.
    Repair,
}

impl Unreadable {
    pub(crate) fn new(source: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { source: source.into(), reason: reason.into(), failed: Failed::Read }
    }

    /// The same of something else that could not be done.
    pub(crate) fn failed(self, failed: Failed) -> Self {
        Self { failed, ..self }
    }
}

/// Something to be checked.
#[derive(Debug)]
pub(crate) enum Unit {
    /// A file that holds one document and was not read yet.
    File(PathBuf),
    /// A document, or why there is none.
    Read(Result<Document, Unreadable>),
    /// Documents of a JSON Lines file, not taken apart yet.
    Lines(Lines),
}

impl Unit {
    /// Takes the documents out, in order.
    ///
    /// # Errors
    /// What `visit` returns.
    pub(crate) fn each(
        self,
        limits: &Limits,
        visit: &mut dyn FnMut(Result<Document, Unreadable>) -> Result<()>,
    ) -> Result<()> {
        self.each_unless(limits, |_, _| false, &mut |item| match item {
            Item::Fine(_) => Ok(()),
            Item::Document(document) => visit(document),
        })
    }

    /// The same, but where `is_fine` says of a text and the endpoint that its path tells that nobody need look at it,
    /// no document is made of it.
    ///
    /// # Errors
    /// What `visit` returns.
    pub(crate) fn each_unless(
        self,
        limits: &Limits,
        is_fine: impl Fn(&str, Option<&'static EndpointInfo>) -> bool,
        visit: &mut dyn FnMut(Item) -> Result<()>,
    ) -> Result<()> {
        let read = match self {
            Self::File(path) => read(&path, limits),
            Self::Read(result) => result,
            Self::Lines(lines) => {
                return lines.entries.iter().try_for_each(|line| {
                    visit(match lines.text(line) {
                        Some(text) if is_fine(text, lines.by_path) => Item::Fine(text.len()),
                        _ => Item::Document(lines.document(line)),
                    })
                });
            }
        };
        visit(match read {
            Ok(it) if is_fine(&it.text, it.endpoint()) => Item::Fine(it.text.len()),
            read => Item::Document(read),
        })
    }

    /// How many bytes of text it holds, as far as they were read.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Read(Ok(document)) => document.text.len(),
            Self::Lines(lines) => lines.bytes.len(),
            Self::File(_) | Self::Read(Err(_)) => 0,
        }
    }
}

/// A document as whoever checks it gets it.
#[derive(Debug)]
pub(crate) enum Item {
    /// Nobody need look at it. Unit: bytes.
    Fine(usize),
    /// The document, or why there is none.
    Document(Result<Document, Unreadable>),
}

/// Some lines of a JSON Lines file that hold documents. Whoever checks them makes documents of them, for that takes
/// longer than finding where they end.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    /// The same for all of them, and there may be millions.
    by_path: Option<&'static EndpointInfo>,
    bytes: Vec<u8>,
    entries: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    start: usize,
    end: usize,
    /// It is longer than allowed, and this is only its beginning.
    cut: bool,
    lines_before: usize,
    bytes_before: usize,
}

impl Lines {
    /// Enough that taking them apart is worth a place in a queue. Unit: bytes.
    const ENOUGH: usize = 64 * 1024;

    fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            by_path: endpoint::of_path(path),
            bytes: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// What was gathered so far; the rest goes on.
    fn split(&mut self) -> Self {
        Self {
            path: self.path.clone(),
            by_path: self.by_path,
            bytes: std::mem::take(&mut self.bytes),
            entries: std::mem::take(&mut self.entries),
        }
    }

    /// The document of a line, if it is whole and nothing is wrong with its bytes.
    fn text(&self, line: &Line) -> Option<&str> {
        let bytes = (!line.cut).then(|| &self.bytes[line.start..line.end])?;
        str::from_utf8(bytes).ok()
    }

    fn document(&self, line: &Line) -> Result<Document, Unreadable> {
        let file = self.path.display().to_string();
        let source = format!("{file}:{}", line.lines_before + 1);
        match decode(self.bytes[line.start..line.end].to_vec(), line.cut, line.lines_before) {
            Ok(text) => Ok(Document {
                source,
                file,
                path: Some(self.path.clone()),
                text,
                lines_before: line.lines_before,
                bytes_before: line.bytes_before,
                by_path: ByPath::Told(self.by_path),
            }),
            Err(reason) => Err(Unreadable::new(source, reason)),
        }
    }
}

/// Takes what is to be checked one by one; whatever it returns as an error ends the reading.
type Visit<'v> = &'v mut dyn FnMut(Unit) -> Result<()>;

/// Finds every document below `paths` in order: files as they are, directories recursively and sorted.
///
/// A text longer than the limit is cut just behind it, for the checker to refuse; so neither a huge file
/// nor an endless one fills the memory.
pub(crate) fn documents(paths: &[PathBuf], limits: &Limits, visit: Visit<'_>) -> Result<()> {
    let mut stdin_is_read = false;
    for path in paths {
        if is_stdin(path) {
            let once = !std::mem::replace(&mut stdin_is_read, true);
            let document = if once {
                read(path, limits)
            } else {
                Err(Unreadable::new("-", "standard input was read already; name `-` once"))
            };
            visit(Unit::Read(document))?;
        } else if path.is_dir() {
            directory(path, limits, visit)?;
        } else {
            file(path, limits, visit)?;
        }
    }
    Ok(())
}

/// How many bytes there are below `paths`, as far as that can be told.
pub(crate) fn size(paths: &[PathBuf]) -> u64 {
    let size = |path: &PathBuf| fs::metadata(path).map_or(0, |it| it.len());
    let of = |path: &PathBuf| {
        if path.is_dir() {
            let mut found = Found::default();
            found.walk(path);
            found.files.iter().map(size).sum()
        } else {
            size(path)
        }
    };
    paths.iter().map(of).sum()
}

/// Reads a file, or standard input for `-`, as one document.
pub(crate) fn read(path: &Path, limits: &Limits) -> Result<Document, Unreadable> {
    let source = path.display().to_string();
    let path = (!is_stdin(path)).then(|| path.to_owned());
    let opened: io::Result<Box<dyn Read>> = match &path {
        None => Ok(Box::new(io::stdin().lock())),
        Some(path) if path.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Some(path) => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
    };
    let mut bytes = Vec::new();
    let cap = cap(limits);
    let length = opened.and_then(|file| file.take(cap as u64).read_to_end(&mut bytes));
    match length {
        Ok(length) => match decode(bytes, length == cap, 0) {
            Ok(text) => Ok(Document {
                file: source.clone(),
                source,
                path,
                text,
                lines_before: 0,
                bytes_before: 0,
                by_path: ByPath::Unasked,
            }),
            Err(reason) => Err(Unreadable::new(source, reason)),
        },
        Err(error) => Err(Unreadable::new(source, words(&error))),
    }
}

/// Whether the name stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn directory(path: &Path, limits: &Limits, visit: Visit<'_>) -> Result<()> {
    let mut found = Found::default();
    found.walk(path);
    let Found { mut files, failures } = found;
    if files.is_empty() && failures.is_empty() {
        let reason = "there is no *.json, *.jsonl or *.ndjson file in this directory";
        visit(Unit::Read(Err(Unreadable::new(path.display().to_string(), reason))))?;
    }
    for failure in failures {
        visit(Unit::Read(Err(failure)))?;
    }
    files.sort();
    for path in files {
        file(&path, limits, visit)?;
    }
    Ok(())
}

/// What lies below a directory.
#[derive(Debug, Default)]
struct Found {
    files: Vec<PathBuf>,
    failures: Vec<Unreadable>,
}

impl Found {
    fn walk(&mut self, directory: &Path) {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return self.failed(directory, &error),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.failed(directory, &error);
                    continue;
                }
            };
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.walk(&path),
                // A link to a file is followed, one to a directory is not: it may lead back up.
                // Pipes and devices are left alone, for reading them may never end.
                Ok(kind)
                    if is_json(&path)
                        && (kind.is_file() || (kind.is_symlink() && !path.is_dir())) =>
                {
                    self.files.push(path);
                }
                Ok(_) => {}
                Err(error) => self.failed(&path, &error),
            }
        }
    }

    fn failed(&mut self, path: &Path, error: &io::Error) {
        self.failures.push(Unreadable::new(path.display().to_string(), words(error)));
    }
}

fn is_json(path: &Path) -> bool {
    has_extension(path, &["json", "jsonl", "ndjson"])
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    extensions.iter().any(|wanted| extension.eq_ignore_ascii_case(wanted))
}

/// The path without the extension of a JSON file.
pub(crate) fn without_extension(path: &Path) -> PathBuf {
    if is_json(path) { path.with_extension("") } else { path.to_owned() }
}

fn file(path: &Path, limits: &Limits, visit: Visit<'_>) -> Result<()> {
    if !has_extension(path, &["jsonl", "ndjson"]) {
        return visit(Unit::File(path.to_owned()));
    }
    let name = path.display().to_string();
    match File::open(path) {
        Ok(file) => lines(path, BufReader::new(file), limits, visit),
        Err(error) => visit(Unit::Read(Err(Unreadable::new(name, words(&error))))),
    }
}

/// Reads JSON Lines: every line that is not blank is a document.
fn lines(path: &Path, mut reader: impl BufRead, limits: &Limits, visit: Visit<'_>) -> Result<()> {
    let failed =
        |error| Unit::Read(Err(Unreadable::new(path.display().to_string(), words(&error))));
    let cap = cap(limits);
    let (mut bytes_before, mut any) = (0, false);
    let mut lines = Lines::new(path);
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
            Err(error) => {
                visit(Unit::Lines(lines))?;
                return visit(failed(error));
            }
        };
        if length == 0 {
            break;
        }
        // The line end is no part of the document: what is missing at its end is missing on this line.
        let text = &lines.bytes[start..];
        let ends = text.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let end = lines.bytes.len() - ends;
        if !lines.bytes[start..end].iter().all(u8::is_ascii_whitespace) {
            any = true;
            lines.entries.push(Line { start, end, cut, lines_before, bytes_before });
        }
        if lines.bytes.len() >= Lines::ENOUGH {
            visit(Unit::Lines(lines.split()))?;
        }
        bytes_before += length + skipped;
    }
    visit(Unit::Lines(lines))?;
    if any {
        Ok(())
    } else {
        let file = path.display().to_string();
        visit(Unit::Read(Err(Unreadable::new(file, "there is no document in this file"))))
    }
}

/// How many bytes are read of a document: enough to see that it is over the limit, even when the last
/// character is cut.
fn cap(limits: &Limits) -> usize {
    limits.bytes.saturating_add(4)
}

/// The bytes as text. When they were `cut`, the end of the last character may be missing.
fn decode(bytes: Vec<u8>, cut: bool, lines_before: usize) -> Result<String, String> {
    String::from_utf8(bytes).or_else(|error| {
        let valid = error.utf8_error().valid_up_to();
        let at_the_cut = cut && error.utf8_error().error_len().is_none();
        let mut bytes = error.into_bytes();
        let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        bytes.truncate(valid);
        let text = String::from_utf8(bytes).unwrap_or_default();
        if at_the_cut {
            return Ok(text);
        }
        if utf16 {
            return Err("not UTF-8: it looks like UTF-16; save it as UTF-8".to_owned());
        }
        let Position { line, column } = LineIndex::new(&text).position(text.len());
        let line = line + lines_before;
        Err(format!("not UTF-8 from line {line}, column {column} on; save it as UTF-8"))
    })
}

/// An error of the operating system as a reason.
pub(crate) fn words(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "this is a directory; name a file".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_at_the_cut_is_no_mistake() {
        assert_eq!(decode("aé".as_bytes()[..2].to_vec(), true, 0).unwrap(), "a");
        assert!(decode("aé".as_bytes()[..2].to_vec(), false, 0).is_err());
        assert!(decode(vec![b'a', 0xff, b'b'], true, 0).is_err());
    }

    #[test]
    fn says_where_utf8_ends() {
        let reason = decode(b"{\n \xff".to_vec(), false, 0).unwrap_err();
        assert_eq!(reason, "not UTF-8 from line 2, column 2 on; save it as UTF-8");
        let reason = decode(b"\xff".to_vec(), false, 6).unwrap_err();
        assert_eq!(reason, "not UTF-8 from line 7, column 1 on; save it as UTF-8");
        assert!(decode(b"\xff\xfe{\0".to_vec(), false, 0).unwrap_err().contains("UTF-16"));
    }

    fn read_lines(text: &str, limit: usize) -> Vec<(String, String, usize)> {
        let mut seen = Vec::new();
        let limits = Limits::default().with_bytes(limit);
        lines(Path::new("x.jsonl"), text.as_bytes(), &limits, &mut |unit| {
            unit.each(&limits, &mut |document| {
                seen.push(match document {
                    Ok(it) => (it.source, it.text, it.bytes_before),
                    Err(it) => (it.source, it.reason, 0),
                });
                Ok(())
            })
        })
        .unwrap();
        seen
    }

    #[test]
    fn blank_lines_count_and_hold_nothing() {
        let seen = read_lines("1\n\n \r\n22\r\n3", 100);
        let expected = [("x.jsonl:1", "1", 0), ("x.jsonl:4", "22", 6), ("x.jsonl:5", "3", 10)];
        assert_eq!(
            seen,
            expected.map(|(source, text, at)| (source.to_owned(), text.to_owned(), at))
        );
        assert_eq!(read_lines("\n\n", 100).len(), 1);
    }

    #[test]
    fn a_line_over_the_limit_is_cut_and_the_next_one_is_whole() {
        let seen = read_lines("1234567890\n2\n", 3);
        assert_eq!(seen[0].1, "1234567");
        assert_eq!(seen[1], ("x.jsonl:2".to_owned(), "2".to_owned(), 11));
    }
}
