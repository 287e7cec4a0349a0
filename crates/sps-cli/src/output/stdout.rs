//! Standard output and standard error.

use std::io::{self, BufWriter, ErrorKind, Write};

use annotate_snippets::renderer::{AnsiColor, Style};
use anyhow::Result;
use serde::Serialize;

use crate::output::{format::Format, record, settings, text::visible};

/// Buffered standard output, or standard error where standard output carries a document. When its reader goes away,
/// the rest is dropped silently: the exit status still shows the result.
#[derive(Debug)]
pub(crate) struct Stdout {
    inner: BufWriter<Stream>,
    closed: bool,
    used: bool,
    format: Format,
}

#[derive(Debug)]
enum Stream {
    Out(io::Stdout),
    Err(io::Stderr),
}

impl Default for Stdout {
    fn default() -> Self {
        Self {
            inner: BufWriter::new(Stream::Out(io::stdout())),
            closed: false,
            used: false,
            format: Format::Human,
        }
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
    /// Sets the format of the result.
    pub(crate) fn with(&mut self, format: Format) -> &mut Self {
        self.format = format;
        self
    }

    /// Whether the result is for programs.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether something was written, even if the reader has gone.
    pub(crate) fn is_used(&self) -> bool {
        self.used
    }

    /// Whether the reader has gone, as far as the last flush knows.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Writes to standard error instead.
    pub(crate) fn to_stderr() -> Self {
        Self {
            inner: BufWriter::new(Stream::Err(io::stderr())),
            closed: false,
            used: false,
            format: Format::Human,
        }
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
        self.used = true;
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

/// Writes a line to standard error; does nothing if that is closed.
pub(crate) fn complain(line: &str) {
    record::line(line);
    write_line(line);
}

fn write_line(line: &str) {
    let line = visible(line);
    let line = if settings::is_stderr_colored() { colored(&line) } else { line.into_owned() };
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes a line to standard error unless `--quiet` asks for results and errors alone.
pub(crate) fn remark(line: &str) {
    record::line(line);
    if !settings::is_quiet() {
        write_line(line);
    }
}

/// As [`remark`], for what a program has to know too: that the run waits, for instance.
pub(crate) fn notice(line: &str) {
    record::warning(line);
    if !settings::is_quiet() {
        write_line(line);
    }
}

/// Writes a rendered finding to standard error. It may be colored, and is safe for a terminal already.
pub(crate) fn print_finding(text: &str) {
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}

/// Colors the word that a line starts with.
fn colored(line: &str) -> String {
    let word = line.split(':').next().unwrap_or_default();
    let style = match word {
        "error" => Style::new().bold().fg_color(Some(AnsiColor::BrightRed.into())),
        "warning" => Style::new().bold().fg_color(Some(AnsiColor::Yellow.into())),
        "note" | "help" => Style::new().bold(),
        _ => return line.to_owned(),
    };
    format!("{style}{word}{style:#}{}", &line[word.len()..])
}

/// Prints a result as indented JSON.
pub(crate) fn print_json(out: &mut Stdout, result: &impl Serialize) -> Result<()> {
    print(out, &serde_json::to_string_pretty(result)?)
}

/// Prints text from an appliance, safe for a terminal. JSON stays JSON with the same value: only characters in its
/// strings are escaped.
pub(crate) fn print(out: &mut Stdout, text: &str) -> Result<()> {
    writeln!(out, "{}", visible(text.trim_end()))?;
    out.flush()?;
    Ok(())
}
