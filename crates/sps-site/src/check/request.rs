//! The request that a file becomes: its nodes with other values in place of notations.

use std::{borrow::Cow, collections::HashMap};

use sps_model::validate::json::{Member, Node, Value, escape_pointer_segment};

use crate::resolve::SCHEMA_KEY;

/// Texts in place of values, by pointer.
pub(super) type Swaps<'s> = HashMap<String, Cow<'s, str>>;

/// Copies a node at a pointer, with texts in place of some values. Each value keeps its place in the file, so whatever a
/// check says about the copy is about the file.
pub(super) fn request<'n>(node: &'n Node<'_>, pointer: &str, swaps: &'n Swaps<'_>) -> Node<'n> {
    Copier { swaps, pointer: pointer.to_owned() }.node(node)
}

struct Copier<'n> {
    swaps: &'n Swaps<'n>,
    pointer: String,
}

impl<'n> Copier<'n> {
    fn node(&mut self, node: &'n Node<'_>) -> Node<'n> {
        if let Some(text) = self.swaps.get(&self.pointer) {
            return Node { span: node.span, value: Value::String(Cow::Borrowed(text)) };
        }
        let value = match &node.value {
            Value::Null => Value::Null,
            Value::Bool(it) => Value::Bool(*it),
            Value::Number(token) => Value::Number(token.clone()),
            Value::String(text) => Value::String(Cow::Borrowed(text)),
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.below(&index.to_string(), item))
                    .collect(),
            ),
            Value::Object(members) => {
                let is_top = self.pointer.is_empty();
                let sent = members.iter().filter(|it| !is_top || it.key != SCHEMA_KEY);
                Value::Object(
                    sent.map(|member| Member {
                        key: Cow::Borrowed(&*member.key),
                        key_span: member.key_span,
                        value: self.below(&member.key, &member.value),
                    })
                    .collect(),
                )
            }
        };
        Node { span: node.span, value }
    }

    fn below(&mut self, segment: &str, node: &'n Node<'_>) -> Node<'n> {
        let depth = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escape_pointer_segment(segment));
        let copy = self.node(node);
        self.pointer.truncate(depth);
        copy
    }
}

/// The node at a pointer.
pub(super) fn at<'n, 't>(root: &'n Node<'t>, pointer: &str) -> Option<&'n Node<'t>> {
    pointer.split('/').skip(1).try_fold(root, |node, segment| match &node.value {
        Value::Object(members) => members
            .iter()
            .find(|member| escape_pointer_segment(&member.key) == segment)
            .map(|member| &member.value),
        Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
        _ => None,
    })
}
