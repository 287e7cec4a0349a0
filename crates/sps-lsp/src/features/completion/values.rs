//! Values: words, labels, notations and sources of secrets.

use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, TextEdit};
use sps_model::{
    shape,
    validate::{Kind, Span},
};

use super::{Cursor, Named, Request};
use crate::{
    loose::{Member, Name, Node, Step, Value},
    skeleton::{self, Skeleton, quoted, word},
};

/// What the paths of collections begin with, and labels do not.
const CONFIGURATION: &str = "/api/configuration/";

impl Request<'_> {
    /// The values that may be at a place.
    pub(super) fn values(&self, cursor: &Cursor<'_>, node: &Node) -> Vec<CompletionItem> {
        if let Some(Step { name: Name::Key(member), .. }) = cursor.way.last()
            && member.key.starts_with('$')
            && member.key != "$new"
        {
            return self.notation_values(cursor, &member.key);
        }
        let place = self.place(&cursor.way);
        let above = cursor.way.split_last().map(|(last, above)| (last, self.place(above)));
        if let Some((Step { name: Name::Key(member), owner, .. }, above)) = above {
            let is_tag = |it: &crate::place::Key| it.is_tag && it.name == member.key;
            if above.keys(owner, self.version).iter().any(is_tag) {
                return self.words(cursor, above.variants());
            }
        }
        let mut items = self.words(cursor, place.words(self.version));
        let plain = |it: &str| self.value(cursor, it, CompletionItemKind::VALUE, it);
        if let Kind::Bool = place.kind.peeled() {
            items.extend(["true", "false"].map(plain));
        }
        // In a line of its own, a block needs no braces.
        let is_block = self.is_yaml && !node.is_flow && self.is_alone(cursor.typed.start);
        let notation = |key: &str, text: &str| {
            if is_block { format!("{key}: {text}") } else { format!("{{{}: {text}}}", quoted(key)) }
        };
        if let Some(target) = place.target().filter(|it| !it.single_use) {
            let labels = (self.labels)(target.path);
            items.extend(labels.iter().map(|it| {
                let new = notation("$ref", &quoted(&it.written));
                self.value(cursor, &it.name, CompletionItemKind::REFERENCE, &new)
            }));
        }
        let typed = cursor.typed.of(self.text.content()).unwrap_or_default();
        // Most texts are no files, and a member that no table has may be no text.
        let is_text = typed.starts_with(['"', '\'']) || matches!(place.kind.peeled(), Kind::Any);
        for (key, text) in Self::notations(place, &cursor.way) {
            if key == "$file" && is_text && !typed.contains('$') {
                continue;
            }
            // A reference without a name serves only where there are no names.
            if key != "$ref" || items.is_empty() {
                let new = notation(key, text);
                items.push(self.value(cursor, key, CompletionItemKind::SNIPPET, &new));
            }
        }
        if place.is_nullable() {
            items.push(plain("null"));
        }
        if let Kind::List(_) | Kind::Array(..) = place.kind.peeled() {
            items.extend(self.lists(cursor, node, place.kind));
        }
        if let Kind::Named(_) = place.kind.peeled()
            && place.words(self.version).is_empty()
        {
            // In a block, its first key starts the object.
            if is_block {
                let object = Node { value: Value::Object(Vec::new()), ..node.clone() };
                let member = Member {
                    key: String::new(),
                    key_span: node.span,
                    has_colon: false,
                    value: Node {
                        span: Span::at(node.span.end),
                        value: Value::Missing,
                        is_flow: false,
                    },
                };
                items.extend(self.keys(cursor, &object, &member));
                return items;
            }
            items.push(self.whole_value(
                cursor,
                node,
                "{…}",
                &skeleton::of(place.kind, self.version),
            ));
        }
        items
    }

    /// A value that may take more than one line, behind what is before it.
    fn whole_value(
        &self,
        cursor: &Cursor<'_>,
        node: &Node,
        label: &str,
        skeleton: &Skeleton,
    ) -> CompletionItem {
        let (indent, unit) = (self.indent(cursor.typed.start), self.unit());
        let new = match (self.is_yaml, node.is_flow) {
            (true, false) => skeleton.yaml(&indent, &unit),
            (true, true) => skeleton.in_line(),
            (false, _) => skeleton.json(&indent, &unit),
        };
        let mut item =
            self.value(cursor, label, CompletionItemKind::STRUCT, new.trim_start_matches(' '));
        let before = &self.text.content()[..cursor.typed.start];
        let gap = before.len() - before.trim_end_matches(' ').len();
        if new.starts_with('\n') && gap > 0 {
            let range = self.text.range(Span::new(before.len() - gap, before.len()));
            let edit = TextEdit { range, new_text: String::new() };
            item.additional_text_edits = Some(vec![edit]);
        }
        item
    }

    /// A list: its first item in a block, or a whole one.
    fn lists(&self, cursor: &Cursor<'_>, node: &Node, kind: Kind) -> Vec<CompletionItem> {
        let element = skeleton::of(shape::element(kind), self.version);
        let item = |label, new: &str| self.value(cursor, label, CompletionItemKind::STRUCT, new);
        if self.is_yaml && !node.is_flow && self.is_alone(cursor.typed.start) {
            let element = element.item(&self.indent(cursor.typed.start), &self.unit());
            return vec![item("-", &format!("- {element}"))];
        }
        let list = Skeleton::List(vec![element]);
        let whole = list.has_lines().then(|| self.whole_value(cursor, node, "[…]", &list));
        whole.into_iter().chain([item("[]", "[]")]).collect()
    }

    fn notation_values(&self, cursor: &Cursor<'_>, key: &str) -> Vec<CompletionItem> {
        match key {
            "$ref" => {
                let Some(target) = self.place(&cursor.way).target() else { return Vec::new() };
                // A whole label that is begun goes on as one.
                let typed = cursor.typed.of(self.text.content()).unwrap_or_default();
                let collection =
                    typed.contains('/').then(|| target.path.trim_start_matches(CONFIGURATION));
                let label = |it: &Named| {
                    let name = &it.written;
                    let written =
                        collection.map_or_else(|| name.clone(), |it| format!("{it}/{name}"));
                    let new = quoted(&written);
                    self.value(cursor, &it.name, CompletionItemKind::REFERENCE, &new)
                };
                (self.labels)(target.path).iter().map(label).collect()
            }
            "$secret" => ["env:", "file:", "prompt:", "command:", "keep"]
                .into_iter()
                .map(|it| self.value(cursor, it, CompletionItemKind::VALUE, &quoted(it)))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn words(&self, cursor: &Cursor<'_>, words: Vec<&'static str>) -> Vec<CompletionItem> {
        let one = |text: &str| {
            let is_quoted = self.text.content()[cursor.typed.start..].starts_with(['"', '\'']);
            let new = if self.is_yaml && !is_quoted { word(text) } else { quoted(text) };
            self.value(cursor, text, CompletionItemKind::ENUM_MEMBER, &new)
        };
        words.into_iter().map(one).collect()
    }

    fn value(
        &self,
        cursor: &Cursor<'_>,
        label: &str,
        kind: CompletionItemKind,
        new: &str,
    ) -> CompletionItem {
        // Right behind a colon, a space is missing before what is in the same line.
        let is_behind_colon =
            self.text.content()[..cursor.typed.start].ends_with(':') && !new.starts_with('\n');
        let space = if is_behind_colon { " " } else { "" };
        let mut item = self.item(label, kind, cursor.typed, format!("{space}{new}"));
        let after = self.text.content()[cursor.typed.end..].trim_start();
        if !self.is_yaml
            && after.starts_with(['"', '{', '['])
            && let Some(CompletionTextEdit::Edit(edit)) = &mut item.text_edit
        {
            edit.new_text.push(',');
        }
        item
    }
}
