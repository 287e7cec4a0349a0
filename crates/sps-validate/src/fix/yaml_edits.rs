//! Repairs of YAML: all bytes besides the changed ones stay, comments and line ends too.

use std::collections::HashSet;

use super::{Change, Plan, around, empty_value, wanted::Wanted};
use crate::{
    finding::{Finding, Meant},
    format::Format,
    json::Node,
    pem,
    reference::reference_key,
    span::Span,
    yaml::{Marks, quoted_in_line, text_in_line},
};

impl Plan<'_, '_> {
    /// The edits that repair one diagnostic, if there is only one way. What several places use is left alone: a change
    /// would be right at one of them only.
    pub(super) fn yaml_edits(
        &self,
        marks: &Marks,
        wanted: &Wanted<'_, '_>,
        begun: &mut HashSet<usize>,
    ) -> Option<Vec<Change>> {
        let it = wanted.it;
        let edits = match &it.finding {
            Finding::ReferenceObject { .. } => {
                let node =
                    self.nodes.get(&it.span.start).filter(|it| reference_key(it).is_some())?;
                let key = node.get("key")?.span;
                let is_flow = node.span.of(self.text)?.starts_with('{');
                if is_flow {
                    around(node.span, key)
                } else {
                    // The block begins on a line of its own, below the key or the dash.
                    let (text, key) = (self.text, key.of(self.text)?);
                    let before = text.get(..node.span.start)?.trim_end_matches([' ', '\n', '\r']);
                    let is_plain = before.ends_with([':', '-']) && !key.contains('\n');
                    let has_comment = node.span.of(text)?.contains('#');
                    if !is_plain || has_comment {
                        return None;
                    }
                    vec![(Span::new(before.len(), node.span.end), format!(" {key}"))]
                }
            }
            Finding::ResponseOnlyKey => vec![self.without_line(wanted)?],
            Finding::UnknownKey { .. } => {
                let name = wanted.name()?;
                let old = it.span.of(self.text)?;
                let new = match old.chars().next()? {
                    quote @ ('"' | '\'') => format!("{quote}{name}{quote}"),
                    _ => text_in_line(name),
                };
                vec![(it.span, new)]
            }
            Finding::MissingKey { name, expected } => {
                let parent = self.object_of(it.span.start)?;
                if wanted.may_be_there(parent, name) {
                    return None;
                }
                let value = empty_value(expected)?;
                let is_empty = parent.members().is_some_and(<[_]>::is_empty);
                if is_empty && !begun.insert(parent.span.start) {
                    return None;
                }
                vec![self.with_line(marks, parent, name, value)?]
            }
            Finding::Format { format: Format::PemCertificate, .. } => {
                let node = self.nodes.get(&it.span.start)?;
                let clean = pem::normalize(node.as_str()?).ok()?;
                vec![self.block(node, &clean)?]
            }
            // A guess is not a repair.
            Finding::Unquoted { meant: Some(Meant::Time(_)) | None, .. } => return None,
            Finding::Unquoted { meant: Some(Meant::Bool(value)), .. } => {
                vec![(it.span, value.to_string())]
            }
            Finding::Unquoted { meant: Some(Meant::Text(text)), .. } => {
                vec![(it.span, quoted_in_line(text))]
            }
            other => vec![(it.span, text_in_line(other.replacement()?))],
        };
        let is_shared = edits.iter().any(|(span, _)| marks.is_shared(*span));
        (!is_shared).then_some(edits)
    }

    /// The object that begins at this byte: its first value never does.
    fn object_of(&self, start: usize) -> Option<&Node<'_>> {
        self.nodes.get(&start).copied().filter(|it| it.members().is_some())
    }

    /// Removes a member: its lines in a block, its bytes and a comma in `{}`.
    fn without_line(&self, wanted: &Wanted<'_, '_>) -> Option<Change> {
        let at = wanted.it.span.start;
        let parent = self.parents.get(&at)?;
        if parent.span.of(self.text)?.starts_with('{') {
            return self.without(wanted.it);
        }
        let member = parent.members()?.iter().find(|it| it.key_span.start == at)?;
        let line = self.text.get(..at)?.rfind('\n').map_or(0, |it| it + 1);
        // The first member of an item of a list is behind its dash, and an object must not become empty.
        let is_alone = self.text.get(line..at)?.trim().is_empty() && parent.members()?.len() > 1;
        let end = self.line_end(member.value.span.end)?;
        is_alone.then(|| (Span::new(line, end), String::new()))
    }

    /// The end of the line of a value, with its line break; `None` if something but a comment follows the value.
    fn line_end(&self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        let length = rest.find('\n').map_or(rest.len(), |it| it + 1);
        let behind = rest.get(..length)?.trim();
        (behind.is_empty() || behind.starts_with('#')).then_some(at + length)
    }

    /// Adds a member at the end of an object: a line indented like the others, or behind the last one in `{}`.
    fn with_line(
        &self,
        marks: &Marks,
        parent: &Node<'_>,
        name: &str,
        value: &str,
    ) -> Option<Change> {
        let key = text_in_line(name);
        if parent.span.of(self.text)?.starts_with('{') {
            let members = parent.members()?;
            let Some(last) = members.last() else {
                return Some((Span::at(parent.span.start + 1), format!("{key}: {value}")));
            };
            let end = last.value.span.end;
            return Some((Span::at(end), format!(", {key}: {value}")));
        }
        // Merged members are elsewhere.
        let own = |span: Span| parent.span.start <= span.start && span.end <= parent.span.end;
        let members = parent.members()?;
        let first = members.iter().find(|it| own(it.key_span) && !marks.is_shared(it.key_span))?;
        let line = self.text.get(..first.key_span.start)?.rfind('\n').map_or(0, |it| it + 1);
        // A dash in front of the first member takes as much room as the indentation of the next.
        let indent = self.text.get(line..first.key_span.start)?.trim_start_matches('\u{feff}');
        if !indent.chars().all(|it| matches!(it, ' ' | '-')) {
            return None;
        }
        let indent = " ".repeat(indent.len());
        let end = self.line_end(parent.span.end)?;
        let break_ = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let is_broken = self.text.get(..end)?.ends_with('\n');
        Some(if is_broken {
            (Span::at(end), format!("{indent}{key}: {value}{break_}"))
        } else {
            (Span::at(end), format!("{break_}{indent}{key}: {value}"))
        })
    }

    /// Replaces a text by one of several lines: a block keeps its form, anything else is put in quotes.
    fn block(&self, node: &Node<'_>, text: &str) -> Option<Change> {
        let old = node.span.of(self.text)?;
        let Some((header, lines)) = old.split_once('\n').filter(|_| old.starts_with('|')) else {
            return Some((node.span, quoted_in_line(text)));
        };
        let header_text = header.trim_end();
        let is_usual = matches!(header_text, "|" | "|-" | "|+");
        let indent = lines.len() - lines.trim_start_matches(' ').len();
        if !is_usual || indent == 0 {
            return Some((node.span, quoted_in_line(text)));
        }
        let break_ = if header.ends_with('\r') { "\r\n" } else { "\n" };
        let mut new = header_text.to_owned();
        for line in text.trim_end_matches('\n').split('\n') {
            new.push_str(break_);
            new.push_str(&" ".repeat(indent));
            new.push_str(line);
        }
        Some((node.span, new))
    }
}
