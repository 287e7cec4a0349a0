//! Texts of an editor: positions as the protocol counts them, and changes.

use std::sync::Arc;

use lsp_types::{Position, Range, TextDocumentContentChangeEvent};
use sps_model::validate::{Span, span::line_starts};

/// A text with its lines.
///
/// A position is a line and a number of UTF-16 units in it, both from 0. Lines end with a line feed, a carriage return, or
/// both. Positions outside of the text mean its nearest place, and one inside of a pair of units means the whole character.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    content: Arc<str>,
    /// Offset of the first byte of each line; the first is always 0.
    starts: Vec<usize>,
}

impl Text {
    pub(crate) fn new(content: impl Into<Arc<str>>) -> Self {
        let content = content.into();
        let starts = line_starts(&content);
        Self { content, starts }
    }

    /// The text itself.
    pub(crate) fn content(&self) -> &Arc<str> {
        &self.content
    }

    /// The bytes of a line without its end.
    pub(crate) fn line(&self, number: usize) -> Span {
        let Some(&start) = self.starts.get(number) else { return Span::at(self.content.len()) };
        let end = self.starts.get(number + 1).copied().unwrap_or(self.content.len());
        let line = self.content[start..end].trim_end_matches(['\n', '\r']);
        Span::new(start, start + line.len())
    }

    /// The byte offset of a position.
    pub(crate) fn offset(&self, position: Position) -> usize {
        let line = self.line(usize::try_from(position.line).unwrap_or(usize::MAX));
        let mut left = usize::try_from(position.character).unwrap_or(usize::MAX);
        for (at, it) in self.content[line.start..line.end].char_indices() {
            if left < it.len_utf16() {
                return line.start + at;
            }
            left -= it.len_utf16();
        }
        line.end
    }

    /// The number of the line of a byte offset, from 0.
    pub(crate) fn line_of(&self, offset: usize) -> u32 {
        number(self.starts.partition_point(|start| *start <= offset) - 1)
    }

    /// The position of a byte offset.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.content.len());
        while !self.content.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = &self.content[self.starts[line]..offset];
        let character =
            if before.is_ascii() { before.len() } else { before.encode_utf16().count() };
        Position { line: number(line), character: number(character) }
    }

    /// The range of a span.
    pub(crate) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end.max(span.start)) }
    }

    /// The span of a range, whichever of its ends comes first.
    pub(crate) fn span(&self, range: Range) -> Span {
        let (one, other) = (self.offset(range.start), self.offset(range.end));
        Span::new(one.min(other), one.max(other))
    }

    /// The text after changes, each relative to the one before.
    pub(crate) fn changed(&self, changes: &[TextDocumentContentChangeEvent]) -> Self {
        let mut text = self.clone();
        for change in changes {
            text = match change.range {
                None => Self::new(change.text.as_str()),
                Some(range) => {
                    let span = text.span(range);
                    let (before, after) = (&text.content[..span.start], &text.content[span.end..]);
                    Self::new([before, change.text.as_str(), after].concat())
                }
            };
        }
        text
    }
}

/// A number of the protocol. Texts are limited to far less.
fn number(it: usize) -> u32 {
    u32::try_from(it).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn p079_positions_count_units_of_utf_16() {
        // ü has one unit and two bytes, 暗 one and three, 😀 two and four; e and its accent are two characters.
        let text = Text::new("ü暗😀e\u{301}x");
        let offsets = [(0, 0), (1, 2), (2, 5), (4, 9), (5, 10), (6, 12), (7, 13)];
        for (character, offset) in offsets {
            assert_eq!(text.offset(at(0, character)), offset, "{character}");
            assert_eq!(text.position(offset), at(0, character), "{offset}");
        }
        // Inside of the pair.
        assert_eq!(text.offset(at(0, 3)), 5);
        // Behind the line and the text.
        assert_eq!((text.offset(at(0, 99)), text.offset(at(9, 0))), (13, 13));
    }

    #[test]
    fn p081_lines_end_in_three_ways() {
        let text = Text::new("a\r\nb\rc\n");
        let lines: Vec<_> = (0..5).map(|it| text.line(it)).collect();
        let expected = [(0, 1), (3, 4), (5, 6), (7, 7), (7, 7)];
        assert_eq!(lines, expected.map(|(start, end)| Span::new(start, end)));
        assert_eq!(text.offset(at(0, 5)), 1, "a position never is behind the end of its line");
    }

    fn change(range: Option<Range>, text: &str) -> TextDocumentContentChangeEvent {
        TextDocumentContentChangeEvent { range, range_length: None, text: text.to_owned() }
    }

    #[test]
    fn p083_changes_follow_each_other() {
        let range = |start, end| Some(Range { start, end });
        let text = Text::new("name: 1\nage: 2\n").changed(&[
            change(range(at(0, 6), at(0, 7)), "😀"),
            change(range(at(0, 8), at(0, 8)), "!"),
            change(range(at(1, 0), at(2, 0)), ""),
            change(range(at(99, 0), at(99, 9)), "end"),
            change(range(at(0, 4), at(0, 0)), "n"),
        ]);
        assert_eq!(&**text.content(), "n: 😀!\nend");
        assert_eq!(&**text.changed(&[change(None, "x")]).content(), "x");
    }

    proptest! {
        #[test]
        fn a_position_leads_back_to_its_offset(content in "[a\\n\\rü😀]{0,24}") {
            let text = Text::new(content.as_str());
            for (offset, _) in content.char_indices() {
                // The line feed of a pair belongs to the end of the line before.
                if content[..offset].ends_with('\r') && content[offset..].starts_with('\n') {
                    continue;
                }
                prop_assert_eq!(text.offset(text.position(offset)), offset);
            }
        }
    }
}
