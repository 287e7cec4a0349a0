//! Values of each kind, and the objects among them.

use std::collections::HashSet;

use super::{Walker, hints::Siblings};
use crate::{
    code,
    descriptor::{Constraint, Field, FieldForm, Kind, Member as MemberInfo, ORDER, Shape, Type},
    finding::{Finding, Item},
    format::{self, Format},
    json::{Member, Node, Value},
    reason::Reason,
    secret_name::is_secret_name,
};

impl<'t> Walker<'_, '_, 't> {
    /// Checks one value; `siblings` are the other variants when it is the content of a union.
    pub(super) fn value(
        &mut self,
        kind: Kind,
        constraint: &Constraint,
        node: &'t Node<'t>,
        siblings: Option<Siblings>,
    ) {
        if self.context.marks.is_some() && self.is_misread(kind, constraint, node) {
            return;
        }
        match (kind, &node.value) {
            (Kind::Nullable(_), Value::Null)
            | (Kind::Bool, Value::Bool(_))
            | (Kind::Number, Value::Number(_)) => {}
            (Kind::Optional(inner) | Kind::Nullable(inner), _) => {
                self.value(*inner, constraint, node, siblings);
            }
            (Kind::Any, _) => {
                self.unchecked(code::WRONG_TYPE, Reason::UnknownShape);
                self.unknown_value(node);
            }
            (Kind::Foreign(check), _) => {
                self.repeated(node);
                self.foreign(check, node);
            }
            (_, Value::Null) => self.error(node, Finding::Null { expected: kind.into() }),
            (Kind::Int { minimum, maximum }, Value::Number(token)) => {
                self.integer(node, token, minimum, maximum, constraint);
            }
            (Kind::String, Value::String(text)) => self.string(node, text, constraint, siblings),
            (Kind::Secret, _) => {
                self.report.sensitive.push(node.span);
                match &node.value {
                    Value::String(text) => self.string(node, text, constraint, siblings),
                    _ => self.wrong_type(node, kind.into()),
                }
            }
            (Kind::Reference(target), _) => self.reference(target, node),
            (Kind::List(inner), Value::Array(items)) => self.list(*inner, constraint, items),
            (Kind::Array(inner, length), Value::Array(items)) => {
                self.length(node, items.len(), length);
                self.list(*inner, constraint, items);
                if constraint.format == Some(Format::TimeOfDay) {
                    self.order_of_times(node, items);
                }
            }
            (Kind::Map(inner), Value::Object(members)) => {
                self.duplicates(node);
                for member in members {
                    self.below(&member.key, |walker| {
                        walker.value(*inner, constraint, &member.value, None);
                    });
                }
            }
            (Kind::Ordered(inner), Value::Object(members)) => {
                self.duplicates(node);
                self.ordered(*inner, constraint, members, node);
            }
            (Kind::Named(ty), _) => self.named(ty, node, siblings),
            _ => self.wrong_type(node, kind.into()),
        }
    }

    fn list(&mut self, inner: Kind, constraint: &Constraint, items: &'t [Node<'t>]) {
        for (index, item) in items.iter().enumerate() {
            self.below(&index.to_string(), |walker| walker.value(inner, constraint, item, None));
        }
    }

    /// Checks an ordered map: its values, and the list of its keys.
    fn ordered(
        &mut self,
        inner: Kind,
        constraint: &Constraint,
        members: &'t [Member<'t>],
        node: &'t Node<'t>,
    ) {
        for member in members {
            self.below(&member.key, |walker| {
                if member.key != ORDER {
                    return walker.value(inner, constraint, &member.value, None);
                }
                let Value::Array(items) = &member.value.value else {
                    return walker.wrong_type(&member.value, Kind::List(&Kind::String).into());
                };
                let named: HashSet<&str> = items.iter().filter_map(Node::as_str).collect();
                let keys = members.iter().map(|it| &*it.key).filter(|key| *key != ORDER).collect();
                if named.len() < items.len() || named != keys {
                    walker.error(&member.value, Finding::WrongOrder);
                }
            });
        }
        if node.get(ORDER).is_none() {
            self.missing(node, ORDER, Kind::List(&Kind::String));
        }
    }

    /// Warns of a pair of times of which the second is before the first.
    fn order_of_times(&mut self, node: &Node<'_>, items: &[Node<'_>]) {
        let [from, to] = items else { return };
        let minutes = |time: &Node<'_>| time.as_str().and_then(format::minutes_of_day);
        if minutes(from).zip(minutes(to)).is_some_and(|(from, to)| to < from) {
            self.warning(node, Finding::ReversedTimes);
        }
    }

    fn named(&mut self, ty: &'static Type, node: &'t Node<'t>, siblings: Option<Siblings>) {
        match ty.shape {
            Shape::Struct { fields, open } => self.object(ty, fields, open, node, siblings),
            Shape::Enum { .. } => self.enum_value(ty, node, false),
            Shape::Union { tag, content, variants, .. } => {
                self.union(ty, tag, content, variants, node);
            }
        }
    }

    fn object(
        &mut self,
        ty: &'static Type,
        fields: &'static [Field],
        open: bool,
        node: &'t Node<'t>,
        siblings: Option<Siblings>,
    ) {
        let Value::Object(members) = &node.value else {
            return self.wrong_type(node, Kind::Named(ty).into());
        };
        self.duplicates(node);
        let sent =
            fields.iter().filter(|field| field.form != FieldForm::Response).map(|it| it.name);
        for member in members {
            let found = fields.iter().position(|field| field.name == member.key);
            match found.map(|index| (&fields[index], ty.member(index))) {
                Some((field, _)) if field.form == FieldForm::Response && !self.is_response() => {
                    if open {
                        self.unknown_key(sent.clone(), open, node, member, siblings);
                    } else {
                        self.report.sensitive.push(member.value.span);
                        self.key_error(member, Finding::ResponseOnlyKey);
                    }
                }
                Some((field, info)) => self.below(&member.key, |walker| {
                    walker.versions(info.versions, member.value.span, Item::Key);
                    walker.member(field, info, &member.value);
                }),
                None => self.unknown_key(sent.clone(), open, node, member, siblings),
            }
        }
        for (index, field) in fields.iter().enumerate() {
            self.presence(field, ty.member(index), node);
        }
        for (index, field) in fields.iter().enumerate() {
            self.requirement(ty, index, field, node);
        }
        for rule in ty.constraints.rules {
            self.rule(ty, rule, node);
        }
    }

    /// Checks the value of a known member. A tag has its own code, null or not.
    fn member(&mut self, field: &Field, info: &MemberInfo, node: &'t Node<'t>) {
        match field.kind.peeled() {
            Kind::String if is_secret_name(field.name) => {
                self.report.sensitive.push(node.span);
                self.value(field.kind, &info.constraint, node, None);
            }
            Kind::Named(inner)
                if field.tag
                    && matches!(inner.shape, Shape::Enum { .. })
                    && !(node.is_null() && field.kind.is_nullable()) =>
            {
                if self.context.marks.is_none()
                    || !self.is_misread(field.kind, &info.constraint, node)
                {
                    self.enum_value(inner, node, true);
                }
            }
            _ => self.value(field.kind, &info.constraint, node, None),
        }
    }

    /// Reports a required member that is missing.
    fn presence(&mut self, field: &Field, info: &MemberInfo, node: &Node<'_>) {
        let is_required = !field.kind.is_optional() || info.required;
        if node.get(field.name).is_some() || !is_required {
            return;
        }
        if self.demands(field, info) {
            self.missing(node, field.name, field.kind);
        } else if self.has_now(field, info) {
            let reason = Reason::TargetUnknown(info.versions);
            self.below(field.name, |walker| walker.unchecked(code::MISSING_KEY, reason));
        }
    }

    /// Whether the form of the document has the field, and the target version certainly has.
    pub(super) fn demands(&self, field: &Field, info: &MemberInfo) -> bool {
        let is_sure = self.context.target.is_some() || !info.versions.is_bounded();
        is_sure && self.has_now(field, info)
    }

    /// Whether the form of the document and the target version have the field.
    pub(super) fn has_now(&self, field: &Field, info: &MemberInfo) -> bool {
        let in_form = match field.form {
            FieldForm::Both => true,
            FieldForm::Request => !self.is_response(),
            FieldForm::Response => self.is_response(),
        };
        in_form && self.context.target.is_none_or(|target| info.versions.contains(target))
    }
}
