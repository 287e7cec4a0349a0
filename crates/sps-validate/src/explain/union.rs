//! Unions and enum values.

use super::{Walker, hints::Siblings};
use crate::{
    code,
    descriptor::{Constraint, Kind, Shape, Type, Variant},
    finding::{Expected, Finding, Item},
    json::{Node, Value},
    reason::Reason,
    suggest,
};

impl<'t> Walker<'_, '_, 't> {
    /// Checks a value of an enum; `is_tag` decides the code of an unknown one.
    pub(super) fn enum_value(&mut self, ty: &'static Type, node: &Node<'_>, is_tag: bool) {
        let Shape::Enum { values, open } = ty.shape else { return };
        let value = match &node.value {
            Value::String(value) => value,
            Value::Null => {
                return self.error(node, Finding::Null { expected: Kind::Named(ty).into() });
            }
            _ => return self.wrong_type(node, Kind::Named(ty).into()),
        };
        match values.iter().position(|known| known.matches(value)) {
            Some(index) => self.versions(ty.member(index).versions, node.span, Item::Value),
            None if open || self.keeps_unknown_values() => {
                self.broken.insert(node.span.start);
                let code = if is_tag { code::UNKNOWN_SELECTION } else { code::NOT_IN_ENUM };
                self.unchecked(code, Reason::UnknownValue);
            }
            None => {
                let known = values.iter().map(|it| (it.value, it.aliases));
                self.unknown_enum_value(node, value, known, is_tag);
            }
        }
    }

    fn unknown_enum_value(
        &mut self,
        node: &Node<'_>,
        value: &str,
        known: impl Iterator<Item = (&'static str, &'static [&'static str])> + Clone,
        is_tag: bool,
    ) {
        let suggestions = suggest::values(value, known.clone());
        let allowed = known.map(|(value, _)| value).collect();
        self.error(
            node,
            if is_tag {
                Finding::UnknownSelection { allowed, suggestions }
            } else {
                Finding::NotInEnum { allowed, suggestions }
            },
        );
    }

    pub(super) fn union(
        &mut self,
        ty: &'static Type,
        tag: &'static str,
        content: &'static str,
        variants: &'static [Variant],
        node: &'t Node<'t>,
    ) {
        let Value::Object(members) = &node.value else {
            return self.wrong_type(node, Kind::Named(ty).into());
        };
        self.duplicates(node);
        let Shape::Union { open, .. } = ty.shape else { return };
        let chosen = self.chosen(ty, tag, variants, node);
        // Of a variant that no source shows, other members may be there. A missing tag chooses none.
        let is_other = open && chosen.is_none() && node.get(tag).is_some();
        for member in members {
            if member.key == tag {
                continue;
            }
            if member.key != content {
                self.unknown_key([tag, content].into_iter(), is_other, node, member, None);
                continue;
            }
            let Some(index) = chosen else {
                self.below(content, |walker| walker.unknown_value(&member.value));
                continue;
            };
            let siblings = Siblings { ty, tag, chosen: variants[index].value, variants };
            match variants[index].content {
                Some(kind) => self.below(content, |walker| {
                    let constraint: &Constraint = &ty.member(index).constraint;
                    walker.value(kind, constraint, &member.value, Some(siblings));
                }),
                None => self.unknown_key([tag].into_iter(), false, node, member, Some(siblings)),
            }
        }
        if let Some(Variant { content: Some(kind), .. }) = chosen.map(|index| &variants[index])
            && node.get(content).is_none()
            && !kind.is_optional()
        {
            self.missing(node, content, *kind);
        }
        for rule in ty.constraints.rules {
            self.rule(ty, rule, node);
        }
    }

    /// Returns the index of the variant that the tag names, or reports why it names no variant.
    fn chosen(
        &mut self,
        ty: &'static Type,
        tag: &'static str,
        variants: &'static [Variant],
        node: &'t Node<'t>,
    ) -> Option<usize> {
        let values = variants.iter().map(|variant| variant.value);
        let Some(selected) = node.get(tag) else {
            self.missing(node, tag, Expected::OneOf(values.collect()));
            return None;
        };
        self.below(tag, |walker| {
            if walker.is_misread(Kind::String, &Constraint::NONE, selected) {
                return None;
            }
            let value = match &selected.value {
                Value::String(value) => value,
                Value::Null => {
                    let expected = Expected::OneOf(values.collect());
                    walker.error(selected, Finding::Null { expected });
                    return None;
                }
                _ => {
                    walker.wrong_type(selected, Expected::OneOf(values.collect()));
                    return None;
                }
            };
            let index = variants.iter().position(|variant| variant.value == *value);
            match index {
                Some(index) => {
                    walker.versions(ty.member(index).versions, selected.span, Item::Variant);
                }
                None if walker.keeps_unknown_values()
                    || matches!(ty.shape, Shape::Union { open: true, .. }) =>
                {
                    walker.broken.insert(selected.span.start);
                    walker.unchecked(code::UNKNOWN_SELECTION, Reason::UnknownVariant);
                }
                None => {
                    let known = values.map(|value| (value, &[][..]));
                    walker.unknown_enum_value(selected, value, known, true);
                }
            }
            index
        })
    }
}
