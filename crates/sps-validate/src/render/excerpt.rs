//! Lines of a document that a finding is about, safe to print.
//!
//! Sensitive values become asterisks, characters that control a terminal become a replacement character, and
//! a long line is cut around the marked places. The cost depends on what is shown, not on the length of the document.

use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

use crate::span::{Span, ends_line};

/// A line up to this long is shown whole.
const WHOLE_LINE_CHARS: usize = 120;
/// Characters of a longer one shown before the start of a mark.
const CHARS_BEFORE: usize = 40;
/// Characters shown from the start of a mark.
const CHARS_FROM: usize = 70;

/// A few lines with marks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The lines from the first to the last; those that are not shown are empty.
    pub(super) text: String,
    /// The bytes of `text` to mark, one for each requested place; `None` if the text does not reach it.
    pub(super) marks: Vec<Option<Range<usize>>>,
}

impl Excerpt {
    /// Shows the lines of these places, each of which is an offset range with the number of its line.
    pub(super) fn new(text: &str, hidden: &Hidden, places: &[(Span, usize)]) -> Self {
        let mut pieces: Vec<_> =
            places.iter().map(|&(span, line)| Piece::around(text, span.start, line)).collect();
        add_lines_between(text, &mut pieces);
        let mut printer = Printer { text: String::new(), cells: Vec::new() };
        let mut last: Option<Piece> = None;
        for piece in merged(pieces) {
            match &last {
                Some(last) if last.line == piece.line => printer.text.push('…'),
                other => {
                    if let Some(last) = other {
                        printer.leave(last);
                        let lines = piece.line - last.line;
                        printer.text.extend(std::iter::repeat_n('\n', lines));
                    }
                    if !piece.starts_line {
                        printer.text.push('…');
                    }
                }
            }
            printer.print(text, hidden, &piece);
            last = Some(piece);
        }
        if let Some(last) = &last {
            printer.leave(last);
        }
        let marks = places.iter().map(|(span, line)| printer.mark(*span, *line)).collect();
        Self { text: printer.text, marks }
    }
}

/// Sensitive parts of a document: ranges in order that do not touch.
#[derive(Debug, Default)]
pub struct Hidden(Vec<Span>);

impl Hidden {
    /// Sorts and joins these spans, such as [`Report::sensitive`](crate::Report::sensitive).
    pub fn new(spans: &[Span]) -> Self {
        let mut spans = spans.to_vec();
        spans.sort_unstable();
        let mut hidden: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match hidden.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => hidden.push(span),
            }
        }
        Self(hidden)
    }

    /// The parts of them that lie in `span`.
    pub fn within(&self, span: Span) -> impl Iterator<Item = Span> {
        let first = self.0.partition_point(|hidden| hidden.end <= span.start);
        self.0
            .iter()
            .skip(first)
            .take_while(move |hidden| hidden.start < span.end)
            .map(move |hidden| Span::new(hidden.start.max(span.start), hidden.end.min(span.end)))
    }

    fn contains(&self, offset: usize) -> bool {
        let behind = self.0.partition_point(|span| span.end <= offset);
        self.0.get(behind).is_some_and(|span| span.start <= offset)
    }
}

/// A part of one line.
#[derive(Debug, Clone)]
struct Piece {
    line: usize,
    range: Range<usize>,
    starts_line: bool,
    ends_line: bool,
}

impl Piece {
    /// The surroundings of `at` in `line`; the whole line if it is short.
    fn around(text: &str, at: usize, line: usize) -> Self {
        let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (before, behind) = text.split_at(at);
        // No more than a line's worth is looked at, in each direction.
        let left =
            || before.char_indices().rev().take_while(|(offset, _)| !ends_line(text, *offset));
        let right =
            || behind.char_indices().take_while(|(offset, _)| !ends_line(text, at + offset));
        let width =
            left().take(WHOLE_LINE_CHARS + 1).count() + right().take(WHOLE_LINE_CHARS + 1).count();
        let (most_left, most_right) = if width <= WHOLE_LINE_CHARS {
            (WHOLE_LINE_CHARS, WHOLE_LINE_CHARS)
        } else {
            (CHARS_BEFORE, CHARS_FROM)
        };
        let start = left().take(most_left).last().map_or(at, |(offset, _)| offset);
        let end =
            right().take(most_right).last().map_or(at, |(offset, c)| at + offset + c.len_utf8());
        Self {
            line,
            range: start..end,
            starts_line: start == 0 || ends_line(text, start - 1),
            ends_line: end == text.len() || ends_line(text, end),
        }
    }
}

/// Adds the line between two others: one alone is shown, several are left out.
fn add_lines_between(text: &str, pieces: &mut Vec<Piece>) {
    let mut between = Vec::new();
    for piece in pieces.iter() {
        let is_there = |line: usize| pieces.iter().any(|other| other.line == line);
        if is_there(piece.line + 2)
            && !is_there(piece.line + 1)
            && let Some(end) = (piece.range.end..text.len()).find(|at| ends_line(text, *at))
        {
            between.push(Piece::around(text, end + 1, piece.line + 1));
        }
    }
    pieces.append(&mut between);
}

/// The pieces in the order of the text, with those that touch made one.
fn merged(mut pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.sort_by_key(|piece| piece.range.start);
    let mut merged: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match merged.last_mut() {
            Some(last) if last.line == piece.line && piece.range.start <= last.range.end => {
                if piece.range.end > last.range.end {
                    last.range.end = piece.range.end;
                    last.ends_line = piece.ends_line;
                }
            }
            _ => merged.push(piece),
        }
    }
    merged
}

/// Collects the text and remembers where each character of the document went.
struct Printer {
    text: String,
    cells: Vec<Cell>,
}

struct Cell {
    /// Its offset in the document.
    at: usize,
    line: usize,
    shown: Range<usize>,
}

impl Printer {
    fn print(&mut self, text: &str, hidden: &Hidden, piece: &Piece) {
        let part = text.get(piece.range.clone()).unwrap_or_default();
        for (offset, c) in part.char_indices() {
            let at = piece.range.start + offset;
            let start = self.text.len();
            // The first half of a line end is not part of the line.
            if c != '\r' {
                show(c, hidden.contains(at), &mut self.text);
            }
            self.cells.push(Cell { at, line: piece.line, shown: start..self.text.len() });
        }
    }

    fn leave(&mut self, piece: &Piece) {
        if !piece.ends_line {
            self.text.push('…');
        }
    }

    /// Where the part of `span` that is shown in `line` went.
    fn mark(&self, span: Span, line: usize) -> Option<Range<usize>> {
        let inside = |cell: &&Cell| {
            cell.line == line && (span.start..span.end.max(span.start + 1)).contains(&cell.at)
        };
        let mut cells = self.cells.iter().filter(inside);
        let first = cells.next()?;
        let last = cells.next_back().unwrap_or(first);
        (first.at == span.start).then_some(first.shown.start..last.shown.end)
    }
}

/// Masks a whole text and makes it safe to print, line by line as it was.
pub fn masked(text: &str, hidden: &Hidden) -> String {
    let mut masked = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '\n' => masked.push('\n'),
            // Not shown, but a difference.
            '\r' if text.as_bytes().get(at + 1) == Some(&b'\n') => masked.push('\u{fffd}'),
            c => show(c, hidden.contains(at), &mut masked),
        }
    }
    masked
}

fn show(c: char, is_hidden: bool, out: &mut String) {
    match c {
        c if is_hidden => out.extend(std::iter::repeat_n('*', c.width().unwrap_or(1))),
        '\t' => out.push_str("    "),
        c if crate::text::is_hidden(c) => out.push('\u{fffd}'),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, hidden: &[Span], place: &str) -> (String, String) {
        let start = text.find(place).unwrap();
        let span = Span::new(start, start + place.len());
        let line = (0..start).filter(|at| ends_line(text, *at)).count() + 1;
        let excerpt = Excerpt::new(text, &Hidden::new(hidden), &[(span, line)]);
        let mark = excerpt.marks[0].clone().unwrap();
        (excerpt.text.clone(), excerpt.text[mark].to_owned())
    }

    #[test]
    fn shows_a_short_line_whole_and_alone() {
        let text = "{\r\n\t\"a\": 1,\r\n}";
        assert_eq!(shown(text, &[], "1"), ("    \"a\": 1,".to_owned(), "1".to_owned()));
        assert_eq!(shown(text, &[], "{\r\n\t"), ("{".to_owned(), "{".to_owned()));
        // A carriage return ends a line by itself, too.
        assert_eq!(
            shown("{\r\t\"a\": 1,\r}", &[], "1"),
            ("    \"a\": 1,".to_owned(), "1".to_owned())
        );
    }

    #[test]
    fn masks_at_equal_width() {
        let text = "{\"plain\": \"pä漢\", \"x\": 1}";
        let secret = Span::new(10, 18);
        assert_eq!(secret.of(text), Some("\"pä漢\""));
        let (line, mark) = shown(text, &[secret], "1");
        assert_eq!((line.as_str(), mark.as_str()), ("{\"plain\": ******, \"x\": 1}", "1"));
        // A mark on it is as wide as it is.
        assert_eq!(shown(text, &[secret], "\"pä漢\"").1, "******");
    }

    #[test]
    fn cuts_a_long_line_around_the_mark_and_masks_it() {
        let text = format!(
            "{{\"plain\": \"{}\", \"x\": 1, \"y\": \"{}\"}}",
            "s".repeat(500),
            "t".repeat(500)
        );
        let secret = Span::new(10, 512);
        let (line, mark) = shown(&text, &[secret], "1,");
        assert_eq!(mark, "1,");
        assert!(line.starts_with("…****") && line.ends_with("tttt…"), "{line}");
        assert!(!line.contains('s') && line.chars().count() < 120, "{line}");
    }

    #[test]
    fn leaves_a_gap_between_marks_far_apart() {
        let text = format!("[1, \"{}\", 2]", "x".repeat(1_000));
        let two = text.find('2').unwrap();
        let places = [(Span::at(two), 7), (Span::new(1, 2), 7)];
        let Excerpt { text, marks } = Excerpt::new(&text, &Hidden::default(), &places);
        assert!(
            text.starts_with("[1, \"xx") && text.contains("x…x") && text.ends_with(", 2]"),
            "{text}"
        );
        let marked: Vec<_> = marks.into_iter().map(|mark| text[mark.unwrap()].to_owned()).collect();
        assert_eq!(marked, ["2", "1"]);
    }

    #[test]
    fn shows_one_line_between_marks_but_not_two() {
        let places = [(Span::new(8, 9), 3), (Span::new(0, 1), 1)];
        let excerpt = Excerpt::new("a\nbcdef\ng", &Hidden::new(&[Span::new(2, 4)]), &places);
        assert_eq!(excerpt.text, "a\n**def\ng");
        assert_eq!(excerpt.marks, [Some(8..9), Some(0..1)]);

        let places = [(Span::new(0, 1), 1), (Span::new(6, 7), 4)];
        let excerpt = Excerpt::new("a\nb\nc\nd\ne", &Hidden::default(), &places);
        assert_eq!(excerpt.text, "a\n\n\nd");
    }

    #[test]
    fn replaces_characters_that_control_a_terminal() {
        let (line, _) = shown("{\"\u{7f}\u{202e}\u{9b}\u{200b}\": 1}", &[], "1");
        assert_eq!(line, "{\"\u{fffd}\u{fffd}\u{fffd}\u{fffd}\": 1}");
    }

    #[test]
    fn does_not_mark_a_place_behind_the_text() {
        assert_eq!(Excerpt::new("", &Hidden::default(), &[(Span::at(5), 1)]).marks, [None]);
        assert_eq!(Excerpt::new("é", &Hidden::default(), &[(Span::at(1), 1)]).marks, [None]);
    }
}
