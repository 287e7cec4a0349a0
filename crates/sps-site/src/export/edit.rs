//! Changes to the text of a file that leave every other byte of it as it is.
//!
//! The edits need not be right for every spelling: the caller reads the result again, and writes the whole file anew if it
//! is not what it should be.

use std::ops::Range;

use serde_json::{Map, Value};
use sps_model::validate::{
    json::{Member, Node},
    yaml,
};

use super::text::{in_line, pretty};
use crate::{Notation, read::Format};

/// Changes a text from one body to another one; `None` where its spelling does not allow that.
pub(super) fn edited(
    format: Format,
    text: &str,
    root: &Node<'_>,
    before: &Value,
    after: &Value,
) -> Option<String> {
    let mut editor = Editor { format, text, edits: Vec::new() };
    editor.value(&Slot { node: root, start: root.span.start, indent: 0 }, before, after)?;
    editor.finish()
}

struct Editor<'t> {
    format: Format,
    text: &'t str,
    edits: Vec<(Range<usize>, String)>,
}

/// A value in the text.
struct Slot<'n> {
    node: &'n Node<'n>,
    /// Where the text of a new value begins: behind the colon of a member in a block.
    start: usize,
    /// The column from which the lines of a new value are indented.
    indent: usize,
}

impl Editor<'_> {
    fn value(&mut self, slot: &Slot<'_>, before: &Value, after: &Value) -> Option<()> {
        if before == after {
            return Some(());
        }
        let is_plain = |it: &Value| Notation::read(it).is_none();
        match (before, after) {
            // What an alias repeats has its place at the anchor.
            _ if !holds_its_content(slot.node) => {}
            (Value::Object(before), Value::Object(after)) if is_plain_pair(before, after) => {
                if let Some(members) = slot.node.members().filter(|it| !it.is_empty())
                    && before.keys().any(|key| after.contains_key(key))
                {
                    return self.object(slot.node, members, before, after);
                }
            }
            (Value::Array(old), Value::Array(new))
                if old.len() == new.len() && is_plain(before) =>
            {
                if let Some(items) = slot.node.as_array() {
                    for ((node, before), after) in items.iter().zip(old).zip(new) {
                        let start = node.span.start;
                        // A value of a list is behind a dash and a space.
                        let indent = self.column(start).saturating_sub(2);
                        self.value(&Slot { node, start, indent }, before, after)?;
                    }
                    return Some(());
                }
            }
            _ => {}
        }
        self.replace(slot, after);
        Some(())
    }

    /// Replaces a whole value.
    fn replace(&mut self, slot: &Slot<'_>, value: &Value) {
        let node = Node::from(value);
        let is_member = slot.start < slot.node.span.start || self.text[..slot.start].ends_with(':');
        let new = if self.is_flow(slot.node) {
            return self
                .edits
                .push((slot.node.span.start..slot.node.span.end, self.flow(slot.node, &node)));
        } else if is_member {
            Self::block_member("k", &node, slot.indent)[1 + 1..].to_owned()
        } else {
            // As an item of a list, without its dash.
            let list = Value::Array(vec![value.clone()]);
            let text = yaml::write(&list);
            indented(text.trim_end_matches('\n').get(2..).unwrap_or_default(), slot.indent)
        };
        let mut end = slot.node.span.end.max(slot.start);
        while end > slot.start && self.text[..end].ends_with(['\n', '\r']) {
            end -= 1;
        }
        self.edits.push((slot.start..end, new));
    }

    fn object(
        &mut self,
        node: &Node<'_>,
        members: &[Member<'_>],
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) -> Option<()> {
        let is_flow = self.is_flow(node);
        for (at, member) in members.iter().enumerate() {
            match (before.get(&*member.key), after.get(&*member.key)) {
                (Some(before), Some(after)) => {
                    let slot = Slot {
                        node: &member.value,
                        start: self.behind_colon(member)?,
                        indent: self.column(member.key_span.start),
                    };
                    self.value(&slot, before, after)?;
                }
                (Some(_), None) => {
                    let range = match (at, members.get(at + 1)) {
                        (0, next) => member.key_span.start..next?.key_span.start,
                        _ if is_flow => members[at - 1].value.span.end..member.value.span.end,
                        _ => {
                            self.line_end(members[at - 1].value.span.end)
                                ..self.line_end(member.value.span.end)
                        }
                    };
                    self.edits.push((range, String::new()));
                }
                // Such as the address of a schema.
                (None, _) => {}
            }
        }
        let new = after.iter().filter(|(key, _)| !before.contains_key(*key));
        let Some(last) = members.last() else { return Some(()) };
        let mut text = String::new();
        let column = self.column(last.key_span.start);
        for (key, value) in new {
            let value = Node::from(value);
            if is_flow {
                let key = Value::from(key.as_str()).to_string();
                let is_on_lines =
                    self.text.get(node.span.start..last.key_span.start)?.contains('\n');
                if is_on_lines {
                    let spaces = " ".repeat(column);
                    text.extend([",\n", &spaces, &key, ": ", &pretty(&value, column)]);
                } else {
                    text.extend([", ", &key, ": ", &in_line(&value)]);
                }
            } else {
                text.push('\n');
                text.push_str(&" ".repeat(column));
                text.push_str(&Self::block_member(key, &value, column));
            }
        }
        if !text.is_empty() {
            let end = last.value.span.end;
            let at = if is_flow { end } else { self.line_end(end) };
            self.edits.push((at..at, text));
        }
        Some(())
    }

    /// Whether a value is written in brackets, as all of JSON is.
    fn is_flow(&self, node: &Node<'_>) -> bool {
        self.format == Format::Json || self.text[node.span.start..].starts_with(['{', '['])
    }

    /// A value in brackets, or a scalar of JSON.
    fn flow(&self, old: &Node<'_>, value: &Node<'_>) -> String {
        match self.format {
            Format::Json => {
                let line = self.text[..old.span.start].rfind('\n').map_or(0, |at| at + 1);
                let line = &self.text[line..];
                pretty(value, line.len() - line.trim_start_matches(' ').len())
            }
            Format::Yaml => in_line(value),
        }
    }

    /// A member of a block, of which all lines but the first are indented so deep.
    fn block_member(key: &str, value: &Node<'_>, indent: usize) -> String {
        let member = Member { key: key.into(), key_span: value.span, value: value.clone() };
        let object = Node {
            span: value.span,
            value: sps_model::validate::json::Value::Object(vec![member]),
        };
        indented(yaml::write_node(&object).trim_end_matches('\n'), indent)
    }

    /// Where the text of a value may begin: behind the colon in a block, at the value itself elsewhere.
    fn behind_colon(&self, member: &Member<'_>) -> Option<usize> {
        let start = member.value.span.start;
        if self.is_flow(&member.value) {
            return Some(start);
        }
        let behind = self.text.get(member.key_span.end..)?;
        Some(member.key_span.end + behind.find(':')? + 1)
    }

    fn column(&self, at: usize) -> usize {
        let line = self.text[..at].rfind('\n').map_or(0, |it| it + 1);
        self.text[line..at].chars().count()
    }

    /// The end of the line that ends a value.
    fn line_end(&self, at: usize) -> usize {
        let is_behind = self.text[..at].ends_with('\n');
        let at = if is_behind { at - 1 } else { at };
        let end = self.text[at..].find('\n').map_or(self.text.len(), |it| at + it);
        if self.text[..end].ends_with('\r') { end - 1 } else { end }
    }

    fn finish(mut self) -> Option<String> {
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = String::with_capacity(self.text.len());
        let mut at = 0;
        let is_crlf = self.text.contains("\r\n");
        for (range, new) in &self.edits {
            text.push_str(self.text.get(at..range.start)?);
            text.push_str(&if is_crlf { new.replace('\n', "\r\n") } else { new.clone() });
            at = range.end;
        }
        text.push_str(self.text.get(at..)?);
        Some(text)
    }
}

fn is_plain_pair(before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    let is_notation =
        |it: &Map<String, Value>| it.len() == 1 && it.keys().all(|key| key.starts_with('$'));
    !is_notation(before) && !is_notation(after)
}

/// Whether the text of what is inside a value is inside its text.
fn holds_its_content(node: &Node<'_>) -> bool {
    let first = match (node.members(), node.as_array()) {
        (Some(members), _) => members.first().map(|it| it.key_span),
        (None, items) => items.and_then(|it| it.first()).map(|it| it.span),
    };
    first.is_none_or(|it| node.span.start <= it.start && it.end <= node.span.end)
}

/// Indents all lines but the first.
fn indented(text: &str, indent: usize) -> String {
    let spaces = " ".repeat(indent);
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&spaces);
            }
        }
        out.push_str(line);
    }
    out
}
