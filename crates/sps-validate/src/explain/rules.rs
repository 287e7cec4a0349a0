//! Rules of a type: their inputs are fetched from the document, and a broken one is reported.

use super::Walker;
use crate::{
    descriptor::{Field, Kind, Shape, Type},
    finding::Finding,
    input::{Cause, Input, Outcome},
    json::{self, Int, Node, Value},
    reference::reference_key,
    report::{Diagnostic, Related},
    rule::{MAX_INPUTS, Path, Requirement, Rule},
    severity::Severity,
    span::Span,
};

impl<'t> Walker<'_, '_, 't> {
    /// Checks one rule of `ty` on `node`, unless one of its inputs is broken.
    pub(super) fn rule(&mut self, ty: &'static Type, rule: &'static Rule, node: &'t Node<'t>) {
        let Some(inputs) = self.fetch_all(ty, rule.inputs, node) else { return };
        match rule.check(&inputs, self.context) {
            Outcome::Holds => {}
            Outcome::Broken => {
                let cause = rule.cause(&inputs);
                self.broken_rule(rule, node, cause, rule.meant(&inputs));
            }
            Outcome::BrokenBy(cause) => self.broken_rule(rule, node, Some(cause), None),
            Outcome::Undecided(reason) => {
                let target = self.place(rule.target, node).pointer;
                let pointer = std::mem::replace(&mut self.pointer, target);
                self.unchecked(rule.code, reason);
                self.pointer = pointer;
            }
        }
    }

    fn broken_rule(
        &mut self,
        rule: &'static Rule,
        node: &'t Node<'t>,
        cause: Option<Cause>,
        replacement: Option<String>,
    ) {
        let Place { pointer, parent, value } = self.place(rule.target, node);
        let Rule { code, message, help, .. } = *rule;
        let severity = rule.severity_for(self.context.target);
        let span = value.map_or_else(|| first_byte(parent), |value| value.span);
        let replacement = replacement.filter(|_| !self.report.sensitive.contains(&span));
        let finding = Finding::Rule { code, message, help, cause, replacement };
        let mut diagnostic = Diagnostic::new(finding, severity, pointer, span);
        let causes = rule.inputs.iter().filter(|input| **input != rule.target);
        diagnostic.related = self.causes(causes, node);
        self.push(diagnostic);
    }

    /// Checks the condition under which a member is required, and has an effect.
    pub(super) fn requirement(
        &mut self,
        ty: &'static Type,
        index: usize,
        field: &'static Field,
        node: &'t Node<'t>,
    ) {
        let info = ty.member(index);
        let Some(requirement) = &info.required_if else { return };
        let Some(inputs) = self.fetch_all(ty, requirement.inputs, node) else { return };
        let severity = match (requirement.holds(&inputs), node.get(field.name)) {
            (Some(true), None) if self.demands(field, info) => Severity::Error,
            (Some(false), Some(value)) if !self.broken.contains(&value.span.start) => {
                Severity::Warning
            }
            _ => return,
        };
        let Requirement { words: condition, undo, .. } = *requirement;
        let name = field.name;
        let finding = if severity == Severity::Error {
            Finding::MissingIf { name, expected: field.kind.into(), condition, undo }
        } else {
            Finding::IgnoredKey { name, condition }
        };
        let span = node.get(name).map_or_else(|| first_byte(node), |value| value.span);
        let pointer = format!("{}/{}", self.pointer, json::escape_pointer_segment(name));
        let mut diagnostic = Diagnostic::new(finding, severity, pointer, span);
        diagnostic.related = self.causes(requirement.inputs.iter(), node);
        self.push(diagnostic);
    }

    /// The inputs that are there, as places that explain a diagnostic.
    fn causes<'p>(
        &self,
        inputs: impl Iterator<Item = &'p Path>,
        node: &'t Node<'t>,
    ) -> Vec<Related> {
        let related = |input: &Path| {
            let place = self.place(input, node);
            Some(Related::new(place.pointer, place.value?.span, "because of this"))
        };
        inputs.filter_map(related).collect()
    }

    /// Fetches all inputs; nothing if one is broken.
    fn fetch_all(
        &self,
        ty: &'static Type,
        paths: &[Path],
        node: &'t Node<'t>,
    ) -> Option<[Input<'t>; MAX_INPUTS]> {
        let mut inputs = [Input::Absent; MAX_INPUTS];
        for (input, path) in inputs.iter_mut().zip(paths) {
            *input = self.fetch(Kind::Named(ty), path, node)?;
        }
        Some(inputs)
    }

    /// Follows a path below `node`.
    fn place(&self, path: Path, node: &'t Node<'t>) -> Place<'t> {
        let mut place = Place { pointer: self.pointer.clone(), parent: node, value: Some(node) };
        for segment in path {
            place.pointer.push('/');
            place.pointer.push_str(&json::escape_pointer_segment(segment));
            place.parent = place.value.unwrap_or(place.parent);
            place.value = place.value.and_then(|value| value.get(segment));
        }
        place
    }

    /// Fetches the input at `path` below `node`; nothing if something on the way is broken.
    fn fetch(&self, kind: Kind, path: Path, node: &'t Node<'t>) -> Option<Input<'t>> {
        if self.broken.contains(&node.span.start) {
            return None;
        }
        let kind = kind.peeled();
        let Some((segment, rest)) = path.split_first() else { return self.input(kind, node) };
        let Kind::Named(ty) = kind else { return None };
        if matches!(node.value, Value::Null) {
            return Some(Input::Absent);
        }
        let next = match ty.shape {
            Shape::Struct { fields, .. } => {
                fields.iter().find(|field| field.name == *segment)?.kind
            }
            Shape::Union { tag, content, .. } if [tag, content].contains(segment) => Kind::String,
            Shape::Union { .. } | Shape::Enum { .. } => return None,
        };
        match node.get(segment) {
            Some(member) => self.fetch(next, rest, member),
            None if rest.is_empty() && !next.is_optional() => None,
            None => Some(Input::Absent),
        }
    }

    fn input(&self, kind: Kind, node: &'t Node<'t>) -> Option<Input<'t>> {
        Some(match (&node.value, kind) {
            (Value::Null, _) => Input::Null,
            (Value::Bool(value), _) => Input::Bool(*value),
            (Value::Number(token), _) => match json::int(token) {
                Int::Value(value) => Input::Int(value),
                Int::TooLarge | Int::NotInteger => return None,
            },
            (Value::String(value), Kind::Named(Type { shape: Shape::Enum { values, .. }, .. })) => {
                Input::Str(values.iter().find(|known| known.matches(value))?.value)
            }
            (Value::String(text), _) => Input::Str(text),
            (Value::Object(_), Kind::Reference(_)) => {
                Input::Str(reference_key(node).filter(|_| self.is_response())?)
            }
            (Value::Object(_) | Value::Array(_), _) => Input::Present,
        })
    }
}

/// The end of a path in the document.
struct Place<'t> {
    pointer: String,
    /// The innermost value around it.
    parent: &'t Node<'t>,
    /// The value, if there is one.
    value: Option<&'t Node<'t>>,
}

/// The place of something that is missing in a value: its first byte.
fn first_byte(node: &Node<'_>) -> Span {
    Span { start: node.span.start, end: node.span.start + 1 }
}
