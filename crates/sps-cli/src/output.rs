//! How results reach the terminal, a pipe or a file.

mod diff;
mod excerpt;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod progress;
pub(crate) mod sarif;

use std::{
    borrow::Cow,
    fmt::Write as _,
    io::{self, BufWriter, ErrorKind, Write},
};

use anyhow::Result;
use sps_validate::{Copied, Unchecked};

use crate::{
    check::{
        input::{Failed, Unreadable},
        validate::Checked,
    },
    status::Status,
};

/// Turns the result for one document into text, whatever came before it.
pub(crate) trait Render: Sync {
    /// Everything to be said about it.
    fn render(&self, checked: Checked) -> Rendered;

    /// What a repair changed and what it copied, if that is to be shown.
    fn diff(&self, before: &Checked, after: &Checked, copied: &[Copied]) -> Option<Part>;
}

/// What is to be said about one document.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) source: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) unchecked: Vec<Unchecked>,
}

impl Rendered {
    /// Whether nothing is to be said.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.unchecked.is_empty()
    }
}

/// A piece of output.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) text: String,
    /// What follows it unless it was said before: the code that it is about, and the text.
    pub(crate) once: Option<(&'static str, String)>,
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self { text, once: None }
    }
}

/// What takes the results of `sps check`, one after the other.
pub(crate) trait Sink {
    /// Writes one document.
    fn checked(&mut self, out: &mut Stdout, rendered: Rendered) -> Result<()>;

    /// Writes, or keeps for the end, one thing that could not be read.
    fn unreadable(&mut self, out: &mut Stdout, unreadable: Unreadable) -> Result<()>;

    /// Writes what belongs at the end.
    fn finish(&mut self, out: &mut Stdout, summary: &Summary, status: Status) -> Result<()>;
}

/// What was counted.
#[derive(Debug, Default, Clone, Copy, serde::Serialize)]
pub(crate) struct Summary {
    pub(crate) documents: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) unchecked: usize,
    /// The list itself stands in the JSON form, so its length need not.
    #[serde(skip)]
    pub(crate) unreadable: usize,
    /// The same of what was read and is of no known kind.
    #[serde(skip)]
    pub(crate) unknown: usize,
    /// The same of what could not be written.
    #[serde(skip)]
    pub(crate) unrepaired: usize,
    /// The documents say so themselves.
    #[serde(skip)]
    pub(crate) fixed: usize,
}

impl Summary {
    /// Counts something that could not be done.
    pub(crate) fn fail(&mut self, failed: Failed) {
        match failed {
            Failed::Read => self.unreadable += 1,
            Failed::Check => self.unknown += 1,
            Failed::Repair => self.unrepaired += 1,
        }
    }

    /// Whether everything could be done.
    pub(crate) fn is_complete(&self) -> bool {
        self.unreadable + self.unknown + self.unrepaired == 0
    }
}

impl std::ops::AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.documents += other.documents;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.unchecked += other.unchecked;
        self.unreadable += other.unreadable;
        self.unknown += other.unknown;
        self.unrepaired += other.unrepaired;
        self.fixed += other.fixed;
    }
}

/// Standard output or, where that is for a document, standard error; buffered. When its reader goes away, the rest is thrown away without a word: the
/// exit status still tells the verdict.
#[derive(Debug)]
pub(crate) struct Stdout {
    inner: BufWriter<Stream>,
    closed: bool,
}

#[derive(Debug)]
enum Stream {
    Out(io::Stdout),
    Err(io::Stderr),
}

impl Default for Stdout {
    fn default() -> Self {
        Self { inner: BufWriter::new(Stream::Out(io::stdout())), closed: false }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Out(stream) => stream.write(bytes),
            Self::Err(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Out(stream) => stream.flush(),
            Self::Err(stream) => stream.flush(),
        }
    }
}

impl Stdout {
    /// Standard error instead.
    pub(crate) fn to_stderr() -> Self {
        Self { inner: BufWriter::new(Stream::Err(io::stderr())), closed: false }
    }

    fn unless_closed<T>(&mut self, result: io::Result<T>, otherwise: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(otherwise)
            }
            Err(error) => {
                let words = format!("cannot write the result: {error}");
                Err(io::Error::new(error.kind(), words))
            }
            result @ Ok(_) => result,
        }
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let result = self.inner.write(bytes);
        self.unless_closed(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let result = self.inner.flush();
        self.unless_closed(result, ())
    }
}

/// Writes a line to standard error. If that is closed, there is nobody left to tell.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(io::stderr(), "{}", visible(line));
}

/// Writes what an appliance said to where results go, as text for a terminal. JSON stays JSON, and the same value: all
/// that is rewritten stands in its strings.
pub(crate) fn said(out: &mut Stdout, text: &str) -> Result<()> {
    writeln!(out, "{}", visible(text.trim_end()))?;
    out.flush()?;
    Ok(())
}

/// The text with its control characters made visible: keys of a document and names of files must not
/// steer the terminal.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| (c.is_control() && c != '\n') || is_bidirectional(c);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// The same on one line.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    match visible(text) {
        text if text.contains('\n') => Cow::Owned(text.replace('\n', "\\n")),
        text => text,
    }
}

/// Characters that reorder what stands around them.
fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `1 error`, `2 errors`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_not_obeyed() {
        assert_eq!(visible("a/é"), "a/é");
        assert_eq!(visible("\u{1b}[31m\t"), "\\u001b[31m\\u0009");
        assert_eq!(visible("a\u{202e}b"), "a\\u202eb");
        assert_eq!(one_line("a\nb"), "a\\nb");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(count(1, "error"), "1 error");
        assert_eq!(count(0, "error"), "0 errors");
    }
}
