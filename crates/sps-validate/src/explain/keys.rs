//! Keys: unknown, missing, or used twice.

use std::collections::HashMap;

use super::{
    Walker,
    hints::{self, Siblings},
};
use crate::{
    code,
    context::UnknownKeys,
    finding::{Expected, Finding},
    json::{Member, Node, Value},
    reason::Reason,
    report::{Diagnostic, Related},
    severity::Severity,
    span::Span,
    suggest,
};

impl Walker<'_, '_, '_> {
    /// Reports a missing member of `parent`.
    pub(super) fn missing(&mut self, parent: &Node<'_>, name: &str, expected: impl Into<Expected>) {
        let span = Span { start: parent.span.start, end: parent.span.start + 1 };
        let finding = Finding::MissingKey { name: name.to_owned(), expected: expected.into() };
        self.below(name, |walker| {
            let pointer = walker.pointer.clone();
            walker.push(Diagnostic::new(finding, Severity::Error, pointer, span));
        });
    }

    pub(super) fn unknown_key(
        &mut self,
        known: impl Iterator<Item = &'static str> + Clone,
        open: bool,
        node: &Node<'_>,
        member: &Member<'_>,
        siblings: Option<Siblings>,
    ) {
        if self.bare == Some(node.span.start) && matches!(&*member.key, "key" | "meta") {
            return self.hide_inside(&member.value);
        }
        if self.left_out == Some(Severity::Error) {
            // The report is full; only what must not be printed is still recorded.
            return self.report.sensitive.push(member.value.span);
        }
        if open || self.is_response() || self.context.unknown_keys != UnknownKeys::Deny {
            return self.below(&member.key, |walker| {
                walker.unknown_value(&member.value);
                walker.unchecked(code::UNKNOWN_KEY, Reason::UnknownKey);
            });
        }
        self.report.sensitive.push(member.value.span);
        // Keys that are missing come first.
        let is_missing = |name: &&str| node.get(name).is_none();
        let mut suggestions = suggest::nearest(&member.key, known.clone().filter(is_missing));
        for name in suggest::nearest(&member.key, known.clone()) {
            if !suggestions.contains(&name) {
                suggestions.push(name);
            }
        }
        for name in suggest::abbreviations(&member.key, known) {
            if !suggestions.contains(&name) {
                suggestions.push(name);
            }
        }
        let is_taken = suggestions.first().is_some_and(|name| node.get(name).is_some());
        let home = siblings
            .and_then(|siblings| siblings.owner(&member.key))
            .or_else(|| hints::home_of(self.subject.body, &member.key));
        self.key_error(member, Finding::UnknownKey { suggestions, home, is_taken });
    }

    /// Reports a key that must not be there.
    pub(super) fn key_error(&mut self, member: &Member<'_>, finding: Finding) {
        self.broken.insert(member.value.span.start);
        self.below(&member.key, |walker| {
            let pointer = walker.pointer.clone();
            walker.push(Diagnostic::new(finding, Severity::Error, pointer, member.key_span));
        });
    }

    pub(super) fn duplicates(&mut self, node: &Node<'_>) {
        let Value::Object(members) = &node.value else { return };
        let mut seen: HashMap<&str, Span> = HashMap::with_capacity(members.len());
        for member in members {
            let Some(&first) = seen.get(&*member.key) else {
                seen.insert(&member.key, member.key_span);
                continue;
            };
            // No rule may rely on either of the two.
            if let Some(value) = node.get(&member.key) {
                self.broken.insert(value.span.start);
            }
            self.broken.insert(member.value.span.start);
            self.below(&member.key, |walker| {
                let pointer = walker.pointer.clone();
                let mut diagnostic = Diagnostic::new(
                    Finding::DuplicateKey,
                    Severity::Error,
                    pointer.clone(),
                    member.key_span,
                );
                diagnostic.related.push(Related::new(pointer, first, "first used here"));
                walker.push(diagnostic);
            });
        }
    }

    /// Reports keys that occur twice, at any depth of a value that is not checked otherwise.
    pub(super) fn repeated(&mut self, node: &Node<'_>) {
        match &node.value {
            Value::Object(members) => {
                self.duplicates(node);
                for member in members {
                    self.below(&member.key, |walker| walker.repeated(&member.value));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(&index.to_string(), |walker| walker.repeated(item));
                }
            }
            _ => self.doubtful(node),
        }
    }
}
