//! Places in a text: byte spans, and lines and columns for people.

use serde::Serialize;

/// A half-open range of bytes in a text: `start <= offset < end`.
///
/// Unit: bytes of UTF-8. The spans that the [scanner](crate::json::scan) gives always lie on
/// character boundaries, so `&text[span.start..span.end]` does not panic on the text they are from.
///
/// # Example
///
/// ```
/// use sps_validate::span::Span;
///
/// let span = Span::new(2, 5);
/// assert_eq!(span.of("a trap"), Some("tra"));
/// assert_eq!(span.of("a"), None);
/// ```
#[expect(clippy::exhaustive_structs, reason = "a range has two ends")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset just after the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to, and without, `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The empty span at `offset`.
    pub const fn at(offset: usize) -> Self {
        Self { start: offset, end: offset }
    }

    /// The number of bytes; 0 when the ends are swapped.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span covers no byte.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The part of `text` under this span.
    ///
    /// `None` when the span does not lie within `text`, or cuts a character in two.
    pub fn of(self, text: &str) -> Option<&str> {
        text.get(self.start..self.end)
    }
}

/// A place as editors show it.
///
/// Both numbers count from 1; the column counts characters (Unicode scalar values), not bytes.
#[expect(clippy::exhaustive_structs, reason = "a line and a column, as every editor counts them")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line number, from 1. A line ends as [`line_starts`] says.
    pub line: usize,
    /// Column number in characters, from 1.
    pub column: usize,
}

/// The lines of one text, for turning many offsets into positions.
///
/// Built once in time linear to the text; each look-up then takes logarithmic time, however long
/// the lines are. It keeps no reference to the text: 8 bytes per line, and for a text that is not
/// pure ASCII a quarter of the text's size on top.
///
/// # Example
///
/// ```
/// use sps_validate::span::LineIndex;
///
/// let index = LineIndex::new("{\n  \"é\": 1\n}");
/// let position = index.position(9);
/// assert_eq!((position.line, position.column), (2, 7));
/// ```
#[derive(Debug, Clone)]
pub struct LineIndex {
    /// Offset of the first byte of each line; the first entry is always 0.
    lines: Vec<usize>,
    /// One bit per byte of the text, set where a byte continues a character; empty for ASCII.
    continues: Vec<u64>,
    /// How many bits are set before each word of `continues`.
    before: Vec<usize>,
    /// Length of the text in bytes.
    len: usize,
}

impl LineIndex {
    /// Indexes `text`.
    pub fn new(text: &str) -> Self {
        let lines = line_starts(text);
        let (mut continues, mut before) = (Vec::new(), Vec::new());
        if !text.is_ascii() {
            let mut count = 0;
            for chunk in text.as_bytes().chunks(WORD) {
                let bits = chunk
                    .iter()
                    .enumerate()
                    .filter(|(_, byte)| **byte & 0b1100_0000 == 0b1000_0000)
                    .fold(0_u64, |bits, (at, _)| bits | 1 << at);
                before.push(count);
                continues.push(bits);
                count += bits.count_ones() as usize;
            }
        }
        Self { lines, continues, before, len: text.len() }
    }

    /// The line and column of a byte offset.
    ///
    /// An offset behind the text is taken as its end, and one inside a character as that
    /// character's first byte. Never panics.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.len);
        while self.is_continuation(offset) {
            offset -= 1;
        }
        // The first line starts at 0, so at least one start is not behind the offset.
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|at| self.lines.get(at)).copied().unwrap_or(0);
        let continuations = self.continuations(offset) - self.continuations(start);
        Position { line, column: offset - start - continuations + 1 }
    }

    fn is_continuation(&self, offset: usize) -> bool {
        self.continues.get(offset / WORD).is_some_and(|bits| bits >> (offset % WORD) & 1 == 1)
    }

    /// How many of the first `offset` bytes continue a character.
    fn continuations(&self, offset: usize) -> usize {
        let word = offset / WORD;
        match (self.before.get(word), self.continues.get(word)) {
            (Some(before), Some(bits)) => {
                let mask = (1_u64 << (offset % WORD)) - 1;
                before + (bits & mask).count_ones() as usize
            }
            // The end of a text that fills its last word: there is nothing to mask.
            _ => match (self.before.last(), self.continues.last()) {
                (Some(before), Some(bits)) => before + bits.count_ones() as usize,
                _ => 0,
            },
        }
    }
}

/// The offset of the first byte of each line, of which the first is always 0. A line ends with a line feed, a carriage return, or
/// both, as readers of YAML and editors count.
///
/// ```
/// use sps_validate::span::line_starts;
///
/// assert_eq!(line_starts("a\nb\r\nc\rd"), [0, 2, 5, 7]);
/// ```
pub fn line_starts(text: &str) -> Vec<usize> {
    let mut starts = vec![0];
    if text.contains('\r') {
        starts.extend((0..text.len()).filter(|at| ends_line(text, *at)).map(|at| at + 1));
    } else {
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    }
    starts
}

/// Whether the byte at this offset is the last one of a line.
pub(crate) fn ends_line(text: &str, at: usize) -> bool {
    match text.as_bytes().get(at) {
        Some(b'\n') => true,
        Some(b'\r') => text.as_bytes().get(at + 1) != Some(&b'\n'),
        _ => false,
    }
}

/// Bytes of text that one word of the bit map covers.
const WORD: usize = u64::BITS as usize;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The position by counting, for comparison.
    fn naive(text: &str, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let head = &text[..offset];
        let mut ends = vec![0];
        for (at, c) in head.char_indices() {
            if c == '\n' || (c == '\r' && !text[at + 1..].starts_with('\n')) {
                ends.push(at + 1);
            }
        }
        (ends.len(), head[ends[ends.len() - 1]..].chars().count() + 1)
    }

    fn position(text: &str, offset: usize) -> (usize, usize) {
        let position = LineIndex::new(text).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn a_span_covers_the_bytes_between_its_ends() {
        for (span, len, text) in [
            (Span::new(0, 0), 0, Some("")),
            (Span::at(2), 0, Some("")),
            (Span::new(1, 4), 3, Some("bé")),
            (Span::new(4, 5), 1, Some("c")),
            // Beyond the text, with swapped ends, and within a character.
            (Span::new(4, 6), 2, None),
            (Span::new(4, 1), 0, None),
            (Span::new(1, 3), 2, None),
        ] {
            assert_eq!((span.len(), span.is_empty()), (len, len == 0), "{span:?}");
            assert_eq!(span.of("abéc"), text, "{span:?}");
        }
    }

    #[test]
    fn counts_characters_from_one() {
        for (text, offset, expected) in [
            ("", 0, (1, 1)),
            ("", 7, (1, 1)),
            ("abc", 0, (1, 1)),
            ("abc", 3, (1, 4)),
            ("abc", usize::MAX, (1, 4)),
            ("a\nb", 1, (1, 2)),
            ("a\nb", 2, (2, 1)),
            ("a\n", 2, (2, 1)),
            ("\n\n\n", 2, (3, 1)),
            ("a\r\nb", 3, (2, 1)),
            ("aé\u{1F600}b", 3, (1, 3)),
            ("aé\u{1F600}b", 5, (1, 3)),
            ("aé\u{1F600}b", 7, (1, 4)),
        ] {
            assert_eq!(position(text, offset), expected, "{text:?} at {offset}");
        }
    }

    #[test]
    fn accepts_a_text_that_ends_with_a_word_of_bits() {
        for words in 1..4 {
            let text = "é".repeat(32 * words);
            assert_eq!(position(&text, text.len()), (1, 32 * words + 1));
            assert_eq!(position(&text, text.len() - 2), (1, 32 * words));
        }
    }

    #[test]
    fn agrees_with_counting_at_the_edges_of_a_word_of_bits() {
        for filler in 60..70 {
            let text = format!("é\n{}é", "é".repeat(filler));
            for offset in 0..=text.len() + 1 {
                assert_eq!(position(&text, offset), naive(&text, offset), "{filler} at {offset}");
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_counting(text in "[a\r\né\u{1F600}]{0,200}", offset in 0_usize..700) {
            prop_assert_eq!(position(&text, offset), naive(&text, offset));
        }
    }
}
