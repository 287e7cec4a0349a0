//! Standard output and standard error.

use std::io::{self, BufWriter, ErrorKind, Write};

use anyhow::Result;

use crate::output::text::visible;

/// Buffered standard output, or standard error where standard output carries a document. When its reader goes away,
/// the rest is dropped silently: the exit status still shows the result.
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
    /// Writes to standard error instead.
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

/// Writes a line to standard error; does nothing if that is closed.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(io::stderr(), "{}", visible(line));
}

/// Prints text from an appliance, safe for a terminal. JSON stays JSON with the same value: only characters in its
/// strings are escaped.
pub(crate) fn print(out: &mut Stdout, text: &str) -> Result<()> {
    writeln!(out, "{}", visible(text.trim_end()))?;
    out.flush()?;
    Ok(())
}
