//! Values that a plan must not show.

use std::collections::HashSet;

use serde_json::Value;
use sps_model::validate::{
    Context, Form, Kind, Span, Subject, UnknownKeys, explain_scanned,
    json::{self, Node},
};

use super::{
    change::{Change, HIDDEN},
    pointer::{push_index, push_member},
    walk::RawChange,
};
use crate::Notation;

/// The places of a body whose values must not be shown.
pub(crate) struct Sensitive {
    places: HashSet<String>,
    /// Whether the body could not be looked at, so that it may hold anything.
    is_unknown: bool,
}

impl Sensitive {
    /// Finds them with a check of the body, so that a plan shows what a check shows.
    pub(crate) fn of(kind: Kind, body: &Value) -> Self {
        let mut sensitive = Self { places: HashSet::new(), is_unknown: false };
        let mut plain = body.clone();
        replace_notations(&mut plain);
        let text = plain.to_string();
        let context = Context::default().with_unknown_keys(UnknownKeys::Carry);
        let Ok(root) = json::scan(&text, &context.limits) else {
            return Self { is_unknown: true, ..sensitive };
        };
        let subject = Subject::new(kind, Form::Request);
        let report = explain_scanned(&text, &root, &subject, &context);
        sensitive.collect(&root, &report.sensitive, &mut String::new());
        sensitive
    }

    fn collect(&mut self, node: &Node<'_>, spans: &[Span], pointer: &mut String) {
        let is_inside = |it: &Span| it.start <= node.span.start && node.span.end <= it.end;
        if spans.iter().any(is_inside) {
            self.places.insert(pointer.clone());
            return;
        }
        let depth = pointer.len();
        for member in node.members().unwrap_or_default() {
            push_member(pointer, &member.key);
            self.collect(&member.value, spans, pointer);
            pointer.truncate(depth);
        }
        for (index, element) in node.as_array().unwrap_or_default().iter().enumerate() {
            push_index(pointer, index);
            self.collect(element, spans, pointer);
            pointer.truncate(depth);
        }
    }

    /// Hides what must not be shown in the value at a place.
    pub(crate) fn hide(&self, value: &mut Value, pointer: &str) {
        let mut above = pointer;
        let mut is_hidden = self.is_unknown || self.places.contains(pointer);
        while let Some((parent, _)) = above.rsplit_once('/') {
            is_hidden |= self.places.contains(parent);
            above = parent;
        }
        self.walk(value, &mut pointer.to_owned(), is_hidden);
    }

    fn walk(&self, value: &mut Value, pointer: &mut String, is_hidden: bool) {
        match Notation::read(value) {
            Some(Notation::New(_)) => *value = serde_json::json!({"$new": HIDDEN}),
            Some(_) => {}
            None if is_hidden || self.places.contains(pointer.as_str()) => {
                // These are no secrets, wherever they are.
                if !value.is_null() && !value.is_boolean() {
                    *value = Value::from(HIDDEN);
                }
            }
            None => {
                let depth = pointer.len();
                match value {
                    Value::Object(members) => {
                        for (key, value) in members {
                            push_member(pointer, key);
                            self.walk(value, pointer, false);
                            pointer.truncate(depth);
                        }
                    }
                    Value::Array(elements) => {
                        for (index, value) in elements.iter_mut().enumerate() {
                            push_index(pointer, index);
                            self.walk(value, pointer, false);
                            pointer.truncate(depth);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Hides what must not be shown in the changes of an object. `before` and `after` are the whole bodies.
pub(crate) fn hide_in(
    changes: Vec<RawChange>,
    kind: Kind,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Vec<Change> {
    if changes.is_empty() {
        return Vec::new();
    }
    let [before, after] = [before, after].map(|body| body.map(|body| Sensitive::of(kind, body)));
    let hide = |RawChange { mut change, found_at }: RawChange| {
        if let (Some(value), Some(before)) = (&mut change.before, &before) {
            before.hide(value, &found_at);
        }
        if let (Some(value), Some(after)) = (&mut change.after, &after) {
            after.hide(value, &change.pointer);
        }
        change
    };
    changes.into_iter().map(hide).collect()
}

/// Puts a key in the place of each notation, so that the rest can be checked.
fn replace_notations(value: &mut Value) {
    if Notation::read(value).is_some() {
        *value = Value::from("1");
        return;
    }
    match value {
        Value::Object(members) => members.values_mut().for_each(replace_notations),
        Value::Array(elements) => elements.iter_mut().for_each(replace_notations),
        _ => {}
    }
}
