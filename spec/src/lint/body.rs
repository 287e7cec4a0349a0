//! Lints on types: names, bounds, formats, defaults, references.

use std::collections::HashMap;

use super::Lint;
use crate::{
    condition::End,
    endpoint::EndpointKind,
    error::did_you_mean,
    load::place_of,
    rule::Literal,
    types::{Constraint, Enum, Field, FieldType, Presence, Struct, TypeDef, Union, collection},
};

impl<'a> Lint<'a> {
    pub(super) fn body(&mut self, file: &'a str, def: &'a TypeDef) {
        let place = place_of(def);
        match def {
            TypeDef::Struct(it) => self.structure(file, &place, it),
            TypeDef::Union(it) => self.union(file, &place, it),
            TypeDef::Enum(it) => self.enumeration(file, &place, it),
        }
    }

    fn structure(&mut self, file: &'a str, place: &str, it: &'a Struct) {
        let names = it.fields.iter().map(|field| (field.name.as_str(), field.rust.as_str()));
        self.rust_names(file, place, names);
        self.label(file, place, it);
        for field in &it.fields {
            let place = format!("{place}.{}", field.name);
            self.field_type(file, &place, &field.ty);
            self.format(file, &place, &field.constraint);
            self.value(
                file,
                &place,
                "default",
                &field.ty,
                &field.constraint,
                field.default.as_ref(),
            );
            self.value(
                file,
                &place,
                "example",
                &field.ty,
                &field.constraint,
                field.example.as_ref(),
            );
            self.field(file, &place, field);
            if let Presence::When(condition) = &field.presence {
                self.condition_at(file, &format!("{place}.if"), it, condition);
            }
        }
    }

    fn field(&mut self, file: &str, place: &str, field: &Field) {
        let bounded = field.constraint.minimum.or(field.constraint.maximum).is_some();
        let int = *field.ty.leaf() == FieldType::Int;
        if bounded && int && field.unit.is_none() {
            let message =
                format!("`{}` has bounds but no unit: `int(0..=100) percent`", field.name);
            self.error(file, &format!("{place}.type"), message);
        }
        let is_enum = matches!(&field.ty, FieldType::Named(name) if matches!(self.type_def(name), Some(TypeDef::Enum(_))));
        if field.tag && (!is_enum || field.presence != Presence::Required || field.nullable) {
            self.error(
                file,
                &format!("{place}.tag"),
                "a tag is a required enum that is never null",
            );
        }
        if field.default.is_some() && field.presence == Presence::Required {
            let message = "a required member has no `default`: no client could use it";
            self.error(file, &format!("{place}.default"), message);
        }
        if field.sensitive && field.example.is_some() {
            self.error(file, &format!("{place}.example"), "a sensitive member has no example");
        }
        if field.unordered && !matches!(field.ty, FieldType::List(_)) {
            let message = "only a list of any length can be `unordered`";
            self.error(file, &format!("{place}.unordered"), message);
        }
    }

    /// Checks the member that names an object in files.
    fn label(&mut self, file: &str, place: &str, it: &Struct) {
        let is_object = self.spec.endpoints.iter().any(|endpoint| {
            let mut bodies = endpoint.request.iter().chain(&endpoint.response);
            endpoint.kind == EndpointKind::Collection
                && bodies.any(|body| body.name() == Some(&it.name))
        });
        for (at, field) in it.fields.iter().filter(|field| field.label).enumerate() {
            let is_text = field.ty == FieldType::String && !field.nullable && !field.sensitive;
            let message = match () {
                () if !is_object => "only the object of a collection has a label",
                () if !is_text => "a label is a string that is never null and no secret",
                () if at > 0 => "a type has one label",
                () => continue,
            };
            self.error(file, &format!("{place}.{}.label", field.name), message);
        }
    }

    fn union(&mut self, file: &str, place: &str, it: &Union) {
        let names =
            it.variants.iter().map(|variant| (variant.value.as_str(), variant.rust.as_str()));
        self.rust_names(file, place, names);
        for variant in &it.variants {
            let Some(payload) = &variant.payload else { continue };
            let place = format!("{place}.{}", variant.value);
            self.field_type(file, &place, &payload.ty);
            self.format(file, &place, &payload.constraint);
            self.value(
                file,
                &place,
                "example",
                &payload.ty,
                &payload.constraint,
                payload.example.as_ref(),
            );
        }
    }

    fn enumeration(&mut self, file: &str, place: &str, it: &Enum) {
        let names = it.values.iter().map(|value| (value.value.as_str(), value.rust.as_str()));
        self.rust_names(file, place, names);
        let mut seen = Vec::new();
        for value in &it.values {
            let aliases = value.aliases.iter().enumerate();
            let aliases = aliases.map(|(at, alias)| (alias.as_str(), format!(".aliases.{at}")));
            for (text, inner) in
                std::iter::once((value.value.as_str(), String::new())).chain(aliases)
            {
                if seen.contains(&text) {
                    let place = format!("{place}.{}{inner}", value.value);
                    self.error(file, &place, format!("this enum has `{text}` twice"));
                }
                seen.push(text);
            }
        }
    }

    /// No two members of one type may have the same Rust name.
    fn rust_names<'n>(
        &mut self,
        file: &str,
        place: &str,
        names: impl Iterator<Item = (&'n str, &'n str)>,
    ) {
        let mut seen = HashMap::new();
        for (wire, rust) in names {
            if let Some(other) = seen.insert(rust, wire) {
                let message = format!("`{wire}` and `{other}` have the same Rust name `{rust}`");
                self.error(file, &format!("{place}.{wire}"), message);
            }
        }
    }

    fn field_type(&mut self, file: &str, place: &str, ty: &FieldType) {
        match ty.leaf() {
            FieldType::Named(name) if self.type_def(name).is_none() => {
                let near = self.near_type(name);
                self.error(file, &format!("{place}.type"), format!("unknown type `{name}`{near}"));
            }
            FieldType::Ref(to) if self.spec.endpoint(collection(to)).is_none() => {
                let near = did_you_mean(to, self.spec.endpoints.iter().map(|it| it.path.as_str()));
                self.error(
                    file,
                    &format!("{place}.type"),
                    format!("no endpoint has the path `{to}`{near}"),
                );
            }
            // The generated key of another kind would not compile: only a collection has objects.
            FieldType::Ref(to)
                if self
                    .spec
                    .endpoint(collection(to))
                    .is_some_and(|it| it.kind != EndpointKind::Collection) =>
            {
                let message = format!(
                    "a reference leads to a collection, and `{to}` is another kind: write `kind = \"collection\"` there, \
                     with `completeness = \"name-only\"` if no body is known"
                );
                self.error(file, &format!("{place}.type"), message);
            }
            _ => {}
        }
    }

    fn format(&mut self, file: &str, place: &str, it: &Constraint) {
        if let Some(format) = it.format
            && self.spec.code(format.name()).is_none()
        {
            let message = format!("the format `{}` has no entry in `codes.toml`", format.name());
            self.error(file, &format!("{place}.type"), message);
        }
    }

    /// Checks a default or an example against the innermost type.
    fn value(
        &mut self,
        file: &str,
        place: &str,
        key: &str,
        ty: &FieldType,
        it: &Constraint,
        value: Option<&Literal>,
    ) {
        let Some(value) = value else { return };
        let place = format!("{place}.{key}");
        if let Err(message) = self.literal(ty.leaf(), value) {
            return self.error(file, &place, message);
        }
        let outside = match value {
            Literal::Int(number) => {
                it.minimum.is_some_and(|least| *number < least)
                    || it.maximum.is_some_and(|most| *number > most)
            }
            Literal::Str(text) => {
                let length = text.chars().count() as u64;
                it.min_length.is_some_and(|least| length < least)
                    || it.max_length.is_some_and(|most| length > most)
            }
            Literal::Bool(_) => false,
        };
        if outside {
            self.error(file, &place, format!("this {key} lies outside the bounds of its member"));
        }
    }

    /// Checks that a value of this type can be this one.
    pub(super) fn literal(&self, ty: &FieldType, value: &Literal) -> Result<(), String> {
        match (ty, value) {
            (FieldType::Bool, Literal::Bool(_))
            | (FieldType::Int | FieldType::Number, Literal::Int(_))
            | (FieldType::String | FieldType::Ref(_), Literal::Str(_)) => Ok(()),
            (FieldType::Bool, _) => Err("expected true or false".to_owned()),
            (FieldType::Int | FieldType::Number, _) => Err("expected a whole number".to_owned()),
            (FieldType::String | FieldType::Ref(_), _) => Err("expected a string".to_owned()),
            (FieldType::Named(name), value) => match (self.type_def(name), value) {
                (Some(TypeDef::Enum(it)), Literal::Str(text)) => {
                    let known = it.values.iter().map(|it| it.value.as_str());
                    match it.value(text) {
                        Some(found) if found.value == *text => Ok(()),
                        Some(found) => {
                            Err(format!("`{text}` is only an alias: write `{}`", found.value))
                        }
                        None => Err(format!(
                            "`{name}` has no value `{text}`{}",
                            did_you_mean(text, known)
                        )),
                    }
                }
                (Some(TypeDef::Enum(_)), _) => Err(format!("expected a value of `{name}`")),
                (Some(_), _) => Err(format!("`{name}` is an object: compare one of its members")),
                // The unknown type has its own error.
                (None, _) => Ok(()),
            },
            (
                FieldType::Any
                | FieldType::List(_)
                | FieldType::Array(..)
                | FieldType::Map(_)
                | FieldType::Ordered(_),
                _,
            ) => Err("no value can be written for this type".to_owned()),
        }
    }

    /// Checks that the member or tag can have this value.
    pub(super) fn end_literal(&self, end: End<'_>, value: &Literal) -> Result<(), String> {
        match (end, value) {
            (End::Field(field), _) => self.literal(&field.ty, value),
            (End::Tag(union), Literal::Str(text)) if union.variant(text).is_some() => Ok(()),
            (End::Tag(union), Literal::Str(text)) => {
                let near = did_you_mean(text, union.variants.iter().map(|it| it.value.as_str()));
                Err(format!("`{}` has no variant `{text}`{near}", union.name))
            }
            (End::Text(_), Literal::Str(_)) => Ok(()),
            (End::Tag(_) | End::Text(_), _) => Err("expected a string".to_owned()),
        }
    }
}
