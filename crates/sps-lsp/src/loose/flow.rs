//! JSON, and the flow style of YAML.

use sps_model::validate::Span;

use super::{Member, Node, Value};

/// Containers may nest so deep; what is deeper is skipped.
const MAX_DEPTH: usize = 128;

/// Reads a value that starts at `start`. Returns where it ends.
pub(super) fn read(text: &str, start: usize, is_yaml: bool) -> (Node, usize) {
    let mut reader = Reader { text, at: start, is_yaml, depth: 0 };
    let node = reader.value();
    (node, reader.at)
}

/// The text of a quoted scalar that starts at `start`, and where it ends. A string of JSON ends with its line.
pub(super) fn quoted(text: &str, start: usize, is_yaml: bool) -> (String, usize) {
    let mut reader = Reader { text, at: start, is_yaml, depth: 0 };
    let content = reader.quoted();
    (content, reader.at)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    is_yaml: bool,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn skip_space(&mut self) {
        while let Some(it) = self.peek() {
            match it {
                '#' if self.is_yaml => {
                    while self.peek().is_some_and(|it| it != '\n') {
                        self.bump();
                    }
                }
                it if it.is_whitespace() || it == '\u{feff}' => self.bump(),
                _ => return,
            }
        }
    }

    fn value(&mut self) -> Node {
        self.skip_space();
        let start = self.at;
        let value = match self.peek() {
            Some('{') => self.object(),
            Some('[') => self.list(),
            Some('"') => Value::Scalar(self.quoted()),
            Some('\'') if self.is_yaml => Value::Scalar(self.quoted()),
            Some(',' | ':' | '}' | ']') | None => return Node::missing(start),
            Some(_) => Value::Scalar(self.word()),
        };
        Node { span: Span::new(start, self.at), value, is_flow: true }
    }

    fn object(&mut self) -> Value {
        self.bump();
        let mut members = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None | Some(']') => break,
                Some('}') => {
                    self.bump();
                    break;
                }
                Some(',' | ':' | '{' | '[') if !self.is_container() => self.bump(),
                // A container without a key.
                Some('{' | '[') => drop(self.deeper()),
                Some(_) => members.push(self.member()),
            }
        }
        Value::Object(members)
    }

    fn is_container(&self) -> bool {
        matches!(self.peek(), Some('{' | '[')) && self.depth < MAX_DEPTH
    }

    fn deeper(&mut self) -> Node {
        self.depth += 1;
        let node = self.value();
        self.depth -= 1;
        node
    }

    fn member(&mut self) -> Member {
        let start = self.at;
        let is_quoted = matches!(self.peek(), Some('"' | '\''));
        let key = if is_quoted { self.quoted() } else { self.word() };
        let key_span = Span::new(start, self.at);
        let after_key = self.at;
        self.skip_space();
        if self.peek() != Some(':') {
            self.at = after_key;
            return Member { key, key_span, has_colon: false, value: Node::missing(after_key) };
        }
        self.bump();
        let after_colon = self.at;
        self.skip_space();
        let value = match self.peek() {
            Some('{' | '[') if !self.is_container() => Node::missing(after_colon),
            Some(_) => self.deeper(),
            None => Node::missing(after_colon),
        };
        // A word with a colon behind it is the next key: the value is still missing.
        let is_key = matches!(value.value, Value::Scalar(_)) && {
            let before = self.at;
            self.skip_space();
            let is_key =
                self.peek() == Some(':') && self.text[after_colon..value.span.start].contains('\n');
            self.at = before;
            is_key
        };
        if is_key {
            self.at = after_colon;
            return Member { key, key_span, has_colon: true, value: Node::missing(after_colon) };
        }
        if matches!(value.value, Value::Missing) {
            self.at = self.at.max(after_colon);
            return Member { key, key_span, has_colon: true, value: Node::missing(after_colon) };
        }
        Member { key, key_span, has_colon: true, value }
    }

    fn list(&mut self) -> Value {
        self.bump();
        let mut items = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None | Some('}') => break,
                Some(']') => {
                    self.bump();
                    break;
                }
                Some('{' | '[') if !self.is_container() => self.bump(),
                Some(',' | ':') => self.bump(),
                Some(_) => items.push(self.deeper()),
            }
        }
        Value::List(items)
    }

    fn quoted(&mut self) -> String {
        let Some(quote) = self.peek() else { return String::new() };
        self.bump();
        let mut content = String::new();
        while let Some(it) = self.peek() {
            match it {
                '\n' | '\r' if !self.is_yaml => break,
                '\\' if quote == '"' => {
                    self.bump();
                    let Some(escaped) = self.peek() else { break };
                    content.push(match escaped {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    });
                    self.bump();
                }
                it if it == quote => {
                    self.bump();
                    // In YAML, two single quotes are one.
                    if quote == '\'' && self.peek() == Some('\'') {
                        content.push('\'');
                        self.bump();
                        continue;
                    }
                    break;
                }
                it => {
                    content.push(it);
                    self.bump();
                }
            }
        }
        content
    }

    /// A word without quotes, up to what ends it.
    fn word(&mut self) -> String {
        let start = self.at;
        while let Some(it) = self.peek() {
            let rest = &self.text[self.at..];
            let ends = match it {
                ':' if self.is_yaml => rest[1..]
                    .chars()
                    .next()
                    .is_none_or(|it| it.is_whitespace() || ",]}".contains(it)),
                ':' | ',' | '{' | '}' | '[' | ']' | '\n' | '\r' | '"' => true,
                '#' if self.is_yaml => self.text[start..self.at].ends_with([' ', '\t']),
                it if it.is_whitespace() => !self.is_yaml,
                _ => false,
            };
            if ends {
                break;
            }
            self.bump();
        }
        // At least one character, or the reader would not go on.
        if self.at == start {
            self.bump();
        }
        let word = self.text[start..self.at].trim_end();
        self.at =
            start + word.len().max(self.text[start..].chars().next().map_or(0, char::len_utf8));
        self.text[start..self.at].trim_end().to_owned()
    }
}
