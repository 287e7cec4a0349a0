//! Lints on rules, conditions and codes.

use std::{collections::HashSet, ops::Range};

use super::Lint;
use crate::{
    code::Origin,
    condition::End,
    error::did_you_mean,
    format::Format,
    load::RulePlace,
    rule::{Condition, Path, Rule},
    syntax::Marks,
    types::{FieldType, Presence, Struct, TypeDef},
};

impl<'a> Lint<'a> {
    pub(super) fn rule(&mut self, place: &RulePlace, rule: &Rule) {
        let RulePlace { file, place, at } = place;
        match self.spec.code(&rule.code) {
            None => {
                let codes = self.spec.codes.iter().filter(|it| it.origin == Origin::Rule);
                let near = did_you_mean(&rule.code, codes.map(|it| it.code.as_str()));
                let message = format!("the code `{}` is not in `codes.toml`{near}", rule.code);
                self.error(file, place, message);
            }
            Some(code) if code.origin != Origin::Rule => {
                let what = match code.origin {
                    Origin::Tree => "the check of a tree",
                    _ => "reading a document",
                };
                let message =
                    format!("the code `{}` is raised by {what}, not by a rule", rule.code);
                self.error(file, place, message);
            }
            Some(_) => {}
        }
        let on = match self.type_def(&rule.on) {
            Some(TypeDef::Struct(on)) => on,
            Some(_) => {
                let message = format!(
                    "a rule is on a type with fields: put it on the type that holds `{}`",
                    rule.on
                );
                return self.error_at(file, at, message);
            }
            None => {
                let near = self.near_type(&rule.on);
                return self.error_at(file, at, format!("unknown type `{}`{near}", rule.on));
            }
        };
        if let Err(message) = self.resolve(on, &rule.target) {
            self.error_at(file, at, message);
        }
        if let Some(when) = &rule.when {
            self.condition_at(file, &format!("{place}.if"), on, when);
        }
        self.condition_at(file, &format!("{place}.check"), on, &rule.holds);
    }

    fn error_at(&mut self, file: &str, span: &Range<usize>, message: impl Into<String>) {
        self.found.errors.push(self.places.error_at(file, span, message));
    }

    /// Checks the condition that is written at this place, if one is.
    pub(super) fn condition_at(
        &mut self,
        file: &str,
        place: &str,
        on: &'a Struct,
        condition: &Condition,
    ) {
        if let Some(marks) = self.places.marks(file, place) {
            self.condition(&Asked { file, on }, marks, condition);
        }
    }

    /// Checks that every member of a condition exists, and fits what the condition asks about it.
    fn condition(&mut self, asked: &Asked<'a, '_>, marks: &Marks, condition: &Condition) {
        match condition {
            Condition::Equals(path, value) => match self.resolve(asked.on, path) {
                Ok(end) => {
                    let checked = self.end_literal(end, value);
                    self.report(asked, &marks.values[0], checked);
                }
                Err(message) => self.error_at(asked.file, &marks.path, message),
            },
            Condition::In(path, values) => match self.resolve(asked.on, path) {
                Ok(end) => {
                    for (at, value) in values.iter().enumerate() {
                        let mut checked = self.end_literal(end, value);
                        if values[..at].contains(value) {
                            checked = Err("this list has the value twice".to_owned());
                        }
                        self.report(asked, &marks.values[at], checked);
                    }
                }
                Err(message) => self.error_at(asked.file, &marks.path, message),
            },
            Condition::Present(path) | Condition::Absent(path) => {
                let optional = |end: &End<'_>| matches!(end, End::Field(field) if field.presence != Presence::Required);
                self.asks(asked, marks, path, optional, "is always there");
            }
            Condition::Null(path) => {
                let nullable = |end: &End<'_>| matches!(end, End::Field(field) if field.nullable);
                self.asks(asked, marks, path, nullable, "is never null");
            }
            Condition::All(parts) | Condition::Any(parts) => {
                for (part, marks) in parts.iter().zip(&marks.parts) {
                    self.condition(asked, marks, part);
                }
            }
            Condition::Not(inner) => self.condition(asked, &marks.parts[0], inner),
            Condition::Length { path, min, max } | Condition::HexLength { path, min, max } => {
                self.string(asked, marks, path);
                self.bounds(asked, marks, *min, *max);
            }
            Condition::Charset { path, .. }
            | Condition::Hex(path)
            | Condition::Format { path, .. } => self.string(asked, marks, path),
            Condition::Range { path, min, max } => {
                let int =
                    |end: &End<'_>| matches!(end, End::Field(field) if field.ty == FieldType::Int);
                self.asks(asked, marks, path, int, "is not a number");
                self.bounds(asked, marks, *min, *max);
            }
            Condition::Referent(path, inner) => {
                let reference = |end: &End<'_>| matches!(end, End::Field(field) if matches!(field.ty, FieldType::Ref(_)));
                self.asks(asked, marks, path, reference, "is not a reference");
                if let Condition::Length { min, max, .. } = &**inner {
                    self.bounds(asked, marks, *min, *max);
                }
            }
            Condition::Custom { inputs, .. } => {
                for (path, place) in inputs.iter().zip(&marks.values) {
                    let checked = self.resolve(asked.on, path).map(drop);
                    self.report(asked, place, checked);
                }
            }
        }
    }

    fn string(&mut self, asked: &Asked<'a, '_>, marks: &Marks, path: &Path) {
        let string = |end: &End<'_>| match end {
            End::Field(field) => field.ty == FieldType::String,
            End::Text(_) => true,
            End::Tag(_) => false,
        };
        self.asks(asked, marks, path, string, "is not a string");
    }

    fn bounds<T: PartialOrd>(
        &mut self,
        asked: &Asked<'a, '_>,
        marks: &Marks,
        min: Option<T>,
        max: Option<T>,
    ) {
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            let message = "the upper bound lies below the lower one";
            self.error_at(asked.file, &marks.whole, message);
        }
    }

    fn asks(
        &mut self,
        asked: &Asked<'a, '_>,
        marks: &Marks,
        path: &Path,
        fits: impl Fn(&End<'_>) -> bool,
        otherwise: &str,
    ) {
        let checked = self.resolve(asked.on, path).and_then(|end| {
            if fits(&end) { Ok(()) } else { Err(format!("`{}` {otherwise}", path.join("."))) }
        });
        self.report(asked, &marks.path, checked);
    }

    fn report(&mut self, asked: &Asked<'a, '_>, span: &Range<usize>, checked: Result<(), String>) {
        if let Err(message) = checked {
            self.error_at(asked.file, span, message);
        }
    }

    pub(super) fn codes(&mut self) {
        let raised: HashSet<_> = self.spec.rules().map(|rule| rule.code.as_str()).collect();
        for (at, it) in self.spec.codes.iter().enumerate() {
            let place = format!("{}.{}", it.origin.table(), it.code);
            if self.spec.codes[..at].iter().any(|other| other.code == it.code) {
                let message = format!("the code `{}` is defined twice", it.code);
                self.error(self.places.common_file("codes.toml", &place), &place, message);
            } else if it.origin == Origin::Rule && !raised.contains(it.code.as_str()) {
                let format = Format::ALL.iter().any(|format| format.name() == it.code);
                let hint = if format { ": the code of a format is `structural`" } else { "" };
                let message = format!("no rule raises the code `{}`{hint}", it.code);
                let file = self.places.common_file("codes.toml", &place);
                self.leftover(file, &place, message);
            }
        }
    }
}

/// The file of a condition, and the type whose members it names.
struct Asked<'a, 'f> {
    file: &'f str,
    on: &'a Struct,
}
