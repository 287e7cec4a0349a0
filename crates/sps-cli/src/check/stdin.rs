//! Standard input: one document, or JSON Lines.

use std::io::{self, BufRead, BufReader, Read};

use sps_validate::{Limits, json};

use crate::check::read;

/// Standard input as far as it had to be read to know what it holds.
pub(super) enum Stdin<R> {
    /// One document, cut behind the limit.
    Document(io::Result<Vec<u8>>),
    /// JSON Lines: what was read, then the rest.
    Lines(io::Chain<io::Cursor<Vec<u8>>, BufReader<R>>),
}

/// Looks at the first line that is not blank. If it looks like a whole document, and another line follows that is not
/// blank, each line is one.
pub(super) fn open<R: Read>(stdin: R, limits: &Limits) -> Stdin<R> {
    let mut reader = BufReader::new(stdin);
    let mut start = Vec::new();
    match begins_with_a_line(&mut reader, &mut start, limits) {
        Ok(true) => Stdin::Lines(io::Cursor::new(start).chain(reader)),
        Ok(false) => {
            let left = read::byte_cap(limits).saturating_sub(start.len()) as u64;
            let rest = reader.take(left).read_to_end(&mut start);
            Stdin::Document(rest.map(|_| start))
        }
        Err(error) => Stdin::Document(Err(error)),
    }
}

/// Reads up to the second line that is not blank into `start`, and says whether the first one looks like a document.
fn begins_with_a_line(
    reader: &mut impl BufRead,
    start: &mut Vec<u8>,
    limits: &Limits,
) -> io::Result<bool> {
    let cap = read::byte_cap(limits);
    let mut is_first_whole = None;
    while start.len() < cap {
        let line_start = start.len();
        let left = (cap - line_start) as u64;
        if reader.by_ref().take(left).read_until(b'\n', start)? == 0 {
            break;
        }
        let line = start[line_start..].trim_ascii();
        match is_first_whole {
            _ if line.is_empty() => {}
            None => is_first_whole = Some(looks_whole(line, limits)),
            Some(is_whole) => return Ok(is_whole),
        }
        if is_first_whole == Some(false) {
            break;
        }
    }
    Ok(false)
}

/// Whether a line is a document, or an object with a mistake in it.
fn looks_whole(line: &[u8], limits: &Limits) -> bool {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    (line.starts_with(b"{") && line.ends_with(b"}"))
        || str::from_utf8(line).is_ok_and(|line| json::scan(line, limits).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_lines_from_a_document() {
        for (text, is_lines) in [
            ("{\"a\": 1}\n{\"a\": 2}\n", true),
            ("\n{\"a\": 1}\n\n{\"a\": 2}", true),
            ("{\"a\": }\n{\"a\": 2}\n", true),
            ("1\n2\n", true),
            ("{\"a\": 1}\n\n", false),
            ("{\"a\": 1}", false),
            ("{\n\"a\": 1\n}\n", false),
            ("[\n{\"a\": 1}\n]\n", false),
            ("", false),
            ("\n\n", false),
        ] {
            match open(text.as_bytes(), &Limits::default()) {
                Stdin::Document(bytes) => {
                    assert!(!is_lines, "{text:?}");
                    assert_eq!(bytes.unwrap(), text.as_bytes());
                }
                Stdin::Lines(mut reader) => {
                    assert!(is_lines, "{text:?}");
                    let mut all = String::new();
                    reader.read_to_string(&mut all).unwrap();
                    assert_eq!(all, text);
                }
            }
        }
    }

    #[test]
    fn reads_no_more_than_the_limit_before_it_decides() {
        let limits = Limits::default().with_bytes(10);
        let text = "x".repeat(1_000);
        let Stdin::Document(bytes) = open(text.as_bytes(), &limits) else { panic!("no lines") };
        assert_eq!(bytes.unwrap().len(), read::byte_cap(&limits));
    }
}
