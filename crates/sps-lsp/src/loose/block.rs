//! The block style of YAML: structure by indentation.

use sps_model::validate::Span;

use super::{Member, Node, Value, flow};

/// Blocks may nest so deep; what is deeper is left out.
const MAX_DEPTH: usize = 128;

/// Reads the first document of a text.
pub(super) fn read(text: &str) -> Node {
    let mut reader = Reader { text, lines: lines(text), at: 0, depth: 0 };
    reader.skip_blank();
    match reader.line() {
        Some(line) if matches!(&text[line.start..line.end], it if it.starts_with(['{', '['])) => {
            flow::read(text, line.start, true).0
        }
        Some(line) => reader.block(line.indent),
        None => Node::missing(text.len()),
    }
}

/// The part of a line that has not been read yet.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// The column of the first character that is no space.
    indent: usize,
    /// The offset of that character.
    start: usize,
    /// The end without comment, spaces and line end.
    end: usize,
}

/// The lines of the first document. Lines without content have an empty span.
fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut offset = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        let mark =
            if offset == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let content = line[mark..].trim_start_matches(' ');
        let start = offset + line.len() - content.len();
        let is_end = content == "---" || content == "...";
        if is_end && lines.iter().any(|it: &Line| it.start < it.end) {
            break;
        }
        let content =
            if is_end || content.starts_with('%') { "" } else { without_comment(content) };
        let indent = start - offset - mark;
        lines.push(Line { indent, start, end: start + content.len() });
        offset += whole.len();
    }
    lines
}

/// A line up to its comment.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, it) in line.char_indices() {
        match (quote, it) {
            (None, '#') if before.is_whitespace() => return line[..at].trim_end(),
            (None, '"' | '\'') if before.is_whitespace() || "[{,:".contains(before) => {
                quote = Some(it);
            }
            (Some(open), it) if it == open && before != '\\' => quote = None,
            _ => {}
        }
        before = it;
    }
    line.trim_end()
}

struct Reader<'t> {
    text: &'t str,
    lines: Vec<Line>,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn line(&self) -> Option<Line> {
        self.lines.get(self.at).copied()
    }

    fn rest(&self, line: Line) -> &str {
        &self.text[line.start..line.end]
    }

    fn skip_blank(&mut self) {
        while self.line().is_some_and(|it| it.start >= it.end) {
            self.at += 1;
        }
    }

    /// Goes to the line after the one with this offset.
    fn go_behind(&mut self, offset: usize) {
        while self
            .line()
            .is_some_and(|it| it.start < offset || (it.start == offset && it.start >= it.end))
        {
            self.at += 1;
        }
    }

    /// The block that starts at the current line, whose content has this column.
    fn block(&mut self, indent: usize) -> Node {
        let Some(line) = self.line() else { return Node::missing(self.text.len()) };
        if self.depth == MAX_DEPTH {
            self.at += 1;
            return Node::missing(line.start);
        }
        self.depth += 1;
        let rest = self.rest(line);
        let node = if is_item(rest) {
            self.list(indent)
        } else if key_end(rest).is_some() {
            self.object(indent)
        } else {
            self.scalar(line, indent)
        };
        self.depth -= 1;
        node
    }

    fn list(&mut self, indent: usize) -> Node {
        let start = self.line().map_or(0, |it| it.start);
        let (mut items, mut end) = (Vec::new(), start);
        loop {
            self.skip_blank();
            let Some(line) = self.line().filter(|it| it.indent == indent) else { break };
            let rest = self.rest(line);
            if !is_item(rest) {
                break;
            }
            let after = rest[1..].trim_start();
            let item = if after.is_empty() {
                self.at += 1;
                self.nested(indent + 1, line.start + 1)
            } else {
                // The rest of the line is a block of its own, at its own column.
                let skipped = rest.len() - after.len();
                self.lines[self.at].indent += skipped;
                self.lines[self.at].start += skipped;
                self.value(indent, line.start + skipped)
            };
            end = end.max(item.span.end).max(line.start + 1);
            items.push(item);
        }
        Node { span: Span::new(start, end), value: Value::List(items), is_flow: false }
    }

    fn object(&mut self, indent: usize) -> Node {
        let start = self.line().map_or(0, |it| it.start);
        let (mut members, mut end) = (Vec::new(), start);
        loop {
            self.skip_blank();
            let Some(line) = self.line().filter(|it| it.indent >= indent) else { break };
            if line.indent > indent {
                // A line that belongs to nothing.
                self.at += 1;
                continue;
            }
            let rest = self.rest(line);
            if is_item(rest) && !members.is_empty() {
                break;
            }
            let member = match key_end(rest) {
                Some((key, length)) => {
                    let key_span = Span::new(line.start, line.start + length);
                    let after = &rest[length..];
                    let colon = line.start + length + after.find(':').unwrap_or_default() + 1;
                    let value = self.text[colon.min(line.end)..line.end].trim_start();
                    let value = if value.is_empty() {
                        self.at += 1;
                        self.nested_value(indent, colon)
                    } else {
                        let at = line.end - value.len();
                        self.value_at(indent, at)
                    };
                    Member { key, key_span, has_colon: true, value }
                }
                None => {
                    // A key in the making.
                    self.at += 1;
                    let key = rest_key(self.text, line);
                    let key_span = Span::new(line.start, line.end);
                    Member { key, key_span, has_colon: false, value: Node::missing(line.end) }
                }
            };
            end = end.max(member.key_span.end).max(member.value.span.end);
            members.push(member);
        }
        Node { span: Span::new(start, end), value: Value::Object(members), is_flow: false }
    }

    /// What is below a key: deeper lines, or a list at the same column.
    fn nested_value(&mut self, indent: usize, at: usize) -> Node {
        self.skip_blank();
        match self.line() {
            Some(line) if line.indent == indent && is_item(self.rest(line)) => self.list(indent),
            _ => self.nested(indent + 1, at),
        }
    }

    /// The block in the next lines, if they are deep enough.
    fn nested(&mut self, least: usize, at: usize) -> Node {
        self.skip_blank();
        match self.line() {
            Some(line) if line.indent >= least => self.block(line.indent),
            _ => Node::missing(at),
        }
    }

    /// A value behind a dash: a block in the same line, or a scalar.
    fn value(&mut self, indent: usize, at: usize) -> Node {
        let Some(line) = self.line() else { return Node::missing(at) };
        let rest = self.rest(line);
        if is_item(rest) || key_end(rest).is_some() {
            return self.block(line.indent);
        }
        self.value_at(indent, at)
    }

    /// A value in the rest of a line.
    fn value_at(&mut self, indent: usize, at: usize) -> Node {
        let Some(line) = self.line() else { return Node::missing(at) };
        let mut at = at;
        // Anchors and tags belong to the value behind them.
        while let Some(it) = self.text[at..line.end].chars().next() {
            if !matches!(it, '&' | '!') {
                break;
            }
            let rest = &self.text[at..line.end];
            let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
            at = line.end - rest[length..].trim_start().len();
        }
        if at >= line.end {
            self.at += 1;
            return self.nested_value(indent, line.end);
        }
        match self.text[at..].chars().next() {
            Some('{' | '[') => {
                let (node, end) = flow::read(self.text, at, true);
                self.at += 1;
                self.go_behind(end);
                node
            }
            Some('"' | '\'') => {
                let (text, end) = flow::quoted(self.text, at, true);
                self.at += 1;
                self.go_behind(end);
                Node { span: Span::new(at, end), value: Value::Scalar(text), is_flow: true }
            }
            Some('|' | '>') => self.literal(indent, at),
            _ => self.scalar(Line { start: at, ..line }, indent),
        }
    }

    /// A text of several lines.
    fn literal(&mut self, indent: usize, at: usize) -> Node {
        let Some(header) = self.line() else { return Node::missing(at) };
        self.at += 1;
        let (mut text, mut end, mut column) = (String::new(), header.end, None);
        while let Some(line) = self.line() {
            if line.start < line.end {
                if line.indent <= indent {
                    break;
                }
                let column = *column.get_or_insert(line.indent);
                text.extend(std::iter::repeat_n(' ', line.indent.saturating_sub(column)));
                text.push_str(self.rest(line));
                end = line.end;
            }
            text.push('\n');
            self.at += 1;
        }
        Node { span: Span::new(at, end), value: Value::Scalar(text), is_flow: false }
    }

    /// A word or sentence without quotes, with its further lines.
    fn scalar(&mut self, line: Line, indent: usize) -> Node {
        let (mut text, mut end) = (self.rest(line).to_owned(), line.end);
        self.at += 1;
        loop {
            let before = self.at;
            self.skip_blank();
            let next = self.line().filter(|it| it.indent > indent);
            let Some(next) = next.filter(|it| key_end(self.rest(*it)).is_none()) else {
                self.at = before;
                break;
            };
            text.push(' ');
            text.push_str(self.rest(next));
            end = next.end;
            self.at += 1;
        }
        Node { span: Span::new(line.start, end), value: Value::Scalar(text), is_flow: false }
    }
}

/// Whether a line starts with the dash of an item.
fn is_item(rest: &str) -> bool {
    rest == "-" || rest.starts_with("- ") || rest.starts_with("-\t")
}

/// The key at the start of a line and its length, if a colon follows it.
fn key_end(rest: &str) -> Option<(String, usize)> {
    if rest.starts_with(['"', '\'']) {
        let (key, length) = flow::quoted(rest, 0, true);
        return rest[length..].trim_start().starts_with(':').then_some((key, length));
    }
    if rest.starts_with(['{', '[', '|', '>', '&', '!', '*', '#', '?', '@', '%']) {
        return None;
    }
    let mut colons = rest.match_indices(':').map(|(at, _)| at);
    let at = colons
        .find(|at| rest[at + 1..].chars().next().is_none_or(|it| matches!(it, ' ' | '\t')))?;
    let key = rest[..at].trim_end();
    (!key.is_empty()).then(|| (key.to_owned(), key.len()))
}

/// A key without a colon.
fn rest_key(text: &str, line: Line) -> String {
    let rest = &text[line.start..line.end];
    if rest.starts_with(['"', '\'']) { flow::quoted(rest, 0, true).0 } else { rest.to_owned() }
}
