//! Lints on rules, conditions and codes.

use std::collections::HashSet;

use super::{Lint, Target};
use crate::{
    error::did_you_mean,
    rule::{Condition, Path, Rule},
    types::{FieldType, Format, Presence, Struct, TypeDef},
};

impl<'a> Lint<'a> {
    pub(super) fn rule(&mut self, file: &str, at: usize, rule: &Rule) {
        let place = format!("rule.{at}");
        match self.spec.code(&rule.code) {
            None => {
                let near =
                    did_you_mean(&rule.code, self.spec.codes.iter().map(|it| it.code.as_str()));
                let message = format!("the code `{}` is not in `codes.toml`{near}", rule.code);
                self.error(file, &format!("{place}.code"), message);
            }
            Some(code) if code.severity != rule.severity => {
                let message =
                    format!("`codes.toml` gives the code `{}` another severity", rule.code);
                self.error(file, &format!("{place}.code"), message);
            }
            Some(code) if code.structural => {
                let message = format!(
                    "the code `{}` is raised by reading a document, not by a rule",
                    rule.code
                );
                self.error(file, &format!("{place}.code"), message);
            }
            Some(_) => {}
        }
        let on = match self.type_def(&rule.on) {
            Some(TypeDef::Struct(on)) => on,
            Some(_) => {
                let message = format!("a rule is on a struct, and `{}` is none", rule.on);
                return self.error(file, &format!("{place}.on"), message);
            }
            None => {
                let near = self.near_type(&rule.on);
                return self.error(
                    file,
                    &format!("{place}.on"),
                    format!("unknown type `{}`{near}", rule.on),
                );
            }
        };
        if let Err(message) = self.resolve(on, &rule.target) {
            self.error(file, &format!("{place}.target"), message);
        }
        if let Some(when) = &rule.when {
            self.condition(file, &format!("{place}.when"), on, when);
        }
        self.condition(file, &format!("{place}.holds"), on, &rule.holds);
    }

    /// Checks that every member of a condition exists and can be asked this.
    pub(super) fn condition(
        &mut self,
        file: &str,
        place: &str,
        on: &'a Struct,
        condition: &Condition,
    ) {
        match condition {
            Condition::Equals(path, value) => {
                let place = format!("{place}.equals.{}", path.join("."));
                let checked =
                    self.resolve(on, path).and_then(|target| self.target_literal(target, value));
                self.report(file, &place, checked);
            }
            Condition::In(path, values) => {
                let place = format!("{place}.in.{}", path.join("."));
                match self.resolve(on, path) {
                    Ok(target) => {
                        for (at, value) in values.iter().enumerate() {
                            let mut checked = self.target_literal(target, value);
                            if values[..at].contains(value) {
                                checked = Err("this value stands twice in the list".to_owned());
                            }
                            self.report(file, &format!("{place}.{at}"), checked);
                        }
                    }
                    Err(message) => self.error(file, &place, message),
                }
            }
            Condition::Present(path) => {
                self.may_be_absent(file, &format!("{place}.present"), on, path);
            }
            Condition::Absent(path) => {
                self.may_be_absent(file, &format!("{place}.absent"), on, path);
            }
            Condition::Null(path) => {
                let nullable =
                    |target: &Target<'_>| matches!(target, Target::Field(field) if field.nullable);
                self.asks(file, &format!("{place}.null"), on, path, nullable, "is never null");
            }
            Condition::All(parts) | Condition::Any(parts) => {
                let key = if matches!(condition, Condition::All(_)) { "all" } else { "any" };
                for (at, part) in parts.iter().enumerate() {
                    self.condition(file, &format!("{place}.{key}.{at}"), on, part);
                }
            }
            Condition::Not(inner) => self.condition(file, &format!("{place}.not"), on, inner),
            Condition::Length { path, .. } => {
                self.string(file, &format!("{place}.length.path"), on, path);
            }
            Condition::Charset { path, .. } => {
                self.string(file, &format!("{place}.charset.path"), on, path);
            }
            Condition::Hex(path) => self.string(file, &format!("{place}.hex"), on, path),
            Condition::HexLength { path, .. } => {
                self.string(file, &format!("{place}.hex_length.path"), on, path);
            }
            Condition::Format { path, .. } => {
                self.string(file, &format!("{place}.format.path"), on, path);
            }
            Condition::Range { path, .. } => {
                let int = |target: &Target<'_>| matches!(target, Target::Field(field) if field.ty == FieldType::Int);
                self.asks(file, &format!("{place}.range.path"), on, path, int, "is not a number");
            }
            Condition::Referent(path, _) => {
                let reference = |target: &Target<'_>| matches!(target, Target::Field(field) if matches!(field.ty, FieldType::Ref(_)));
                self.asks(
                    file,
                    &format!("{place}.referent.path"),
                    on,
                    path,
                    reference,
                    "is not a reference",
                );
            }
            Condition::Custom { inputs, .. } => {
                for (at, path) in inputs.iter().enumerate() {
                    let checked = self.resolve(on, path).map(drop);
                    self.report(file, &format!("{place}.custom.inputs.{at}"), checked);
                }
            }
        }
    }

    fn string(&mut self, file: &str, place: &str, on: &'a Struct, path: &Path) {
        let string = |target: &Target<'_>| matches!(target, Target::Field(field) if field.ty == FieldType::String);
        self.asks(file, place, on, path, string, "is not a string");
    }

    fn may_be_absent(&mut self, file: &str, place: &str, on: &'a Struct, path: &Path) {
        let optional = |target: &Target<'_>| matches!(target, Target::Field(field) if field.presence != Presence::Required);
        self.asks(file, place, on, path, optional, "is always there");
    }

    fn asks(
        &mut self,
        file: &str,
        place: &str,
        on: &'a Struct,
        path: &Path,
        fits: impl Fn(&Target<'_>) -> bool,
        otherwise: &str,
    ) {
        let checked = self.resolve(on, path).and_then(|target| {
            if fits(&target) { Ok(()) } else { Err(format!("`{}` {otherwise}", path.join("."))) }
        });
        self.report(file, place, checked);
    }

    fn report(&mut self, file: &str, place: &str, checked: Result<(), String>) {
        if let Err(message) = checked {
            self.error(file, place, message);
        }
    }

    pub(super) fn codes(&mut self) {
        let raised: HashSet<_> = self.spec.rules().map(|rule| rule.code.as_str()).collect();
        for (at, it) in self.spec.codes.iter().enumerate() {
            let place = format!("code.{at}.code");
            if self.spec.codes[..at].iter().any(|other| other.code == it.code) {
                self.error(
                    "codes.toml",
                    &place,
                    format!("the code `{}` is defined twice", it.code),
                );
            } else if !it.structural && !raised.contains(it.code.as_str()) {
                let format = Format::ALL.iter().any(|format| format.name() == it.code);
                let hint = if format { ": a format is `structural = true`" } else { "" };
                self.error(
                    "codes.toml",
                    &place,
                    format!("no rule raises the code `{}`{hint}", it.code),
                );
            }
        }
    }
}
