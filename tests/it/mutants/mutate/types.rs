//! Changes of types: members, variants and enum values.

use sps_spec::{
    Endpoint, EndpointKind, Enum, Field, FieldType, Form, Presence, Struct, TypeDef, Union,
};

use super::{
    Change, Mutants, Place, Variation,
    facts::{constraint_variations, version_variations},
    text::{in_words, show, type_name},
};

impl Mutants<'_> {
    pub(super) fn object(&mut self, place: Place, index: usize, def: &Struct) {
        let name = &def.name;
        // Responses keep unknown keys anyway.
        if def.form != Form::Response {
            let open = !def.open;
            let changed = TypeDef::Struct(Struct { open, ..def.clone() });
            let change = Change::Type(place, index, changed);
            self.push(&format!("{name}.open"), &show(&def.open), &show(&open), change);
        }
        for (before, after, versions) in version_variations(&def.versions) {
            let changed = TypeDef::Struct(Struct { versions, ..def.clone() });
            let change = Change::Type(place, index, changed);
            self.push(&format!("{name}.versions"), &before, &after, change);
        }
        for (at, field) in def.fields.iter().enumerate() {
            let fact = format!("{name}.{}", field.name);
            let mut without = def.clone();
            without.fields.remove(at);
            let change = Change::Type(place, index, TypeDef::Struct(without));
            self.push(&fact, "there", "dropped", change);
            self.rename(name, &field.name);
            for (word, before, after, changed) in self.fields(def, field) {
                let mut def = def.clone();
                def.fields[at] = changed;
                let change = Change::Type(place, index, TypeDef::Struct(def));
                self.push(&format!("{fact}.{word}"), &before, &after, change);
            }
        }
    }

    fn rename(&mut self, on: &str, from: &str) {
        let to = format!("{from}x");
        let change = Change::Rename { on: on.to_owned(), from: from.to_owned(), to: to.clone() };
        self.push(&format!("{on}.{from} key"), from, &to, change);
    }

    /// Everything that can be wrong with one field: which word of it, before, after.
    fn fields(&self, def: &Struct, field: &Field) -> Vec<(&'static str, String, String, Field)> {
        let mut all = Vec::new();
        let mut flag = |word, before: bool, changed: Field| {
            all.push((word, show(&before), show(&!before), changed));
        };
        let nullable = !field.nullable;
        // Anything includes null.
        if field.ty != FieldType::Any {
            flag("nullable", field.nullable, Field { nullable, ..field.clone() });
        }
        let is_enum = matches!(&field.ty, FieldType::Named(name) if matches!(self.spec.type_def(name), Some(TypeDef::Enum(_))));
        // Only a member that is always there can be a tag, says a lint.
        if is_enum && field.presence == Presence::Required && !field.nullable {
            flag("tag", field.tag, Field { tag: !field.tag, ..field.clone() });
        }
        // Where there is no label, which text would be one is not known.
        if field.label {
            flag("label", true, Field { label: false, ..field.clone() });
        }
        // Only a list can be one, says a lint, and files hold no responses.
        if matches!(field.ty, FieldType::List(_)) && def.form != Form::Response {
            let unordered = !field.unordered;
            flag("unordered", field.unordered, Field { unordered, ..field.clone() });
        }
        if def.form == Form::Both {
            let toggled =
                Field { response_only: !field.response_only, request_only: false, ..field.clone() };
            flag("response_only", field.response_only, toggled);
            // A member of requests alone is one that a response need not have: no other if it is optional anyway.
            if field.presence != Presence::Optional {
                let request_only = !field.request_only;
                let toggled = Field { request_only, response_only: false, ..field.clone() };
                flag("request_only", field.request_only, toggled);
            }
        }
        for (before, after, ty) in self.type_variations(&field.ty) {
            all.push(("type", before, after, Field { ty, ..field.clone() }));
        }
        for (before, after, constraint) in constraint_variations(&field.constraint) {
            all.push(("constraint", before, after, Field { constraint, ..field.clone() }));
        }
        for (before, after, presence) in self.presences(&def.name, &field.presence) {
            all.push(("presence", before, after, Field { presence, ..field.clone() }));
        }
        for (before, after, versions) in version_variations(&field.versions) {
            all.push(("versions", before, after, Field { versions, ..field.clone() }));
        }
        all
    }

    fn presences(&self, on: &str, presence: &Presence) -> Vec<Variation<Presence>> {
        let words = |presence: &Presence| match presence {
            Presence::Required => "required".to_owned(),
            Presence::Optional => "optional".to_owned(),
            Presence::When(condition) => format!("when {}", in_words(condition)),
        };
        let plain =
            [Presence::Required, Presence::Optional].into_iter().filter(|it| it != presence);
        let mut all: Vec<_> = plain.map(|it| (words(presence), words(&it), it)).collect();
        if let Presence::When(condition) = presence {
            let changed = self.variations(on, condition, true).into_iter();
            all.extend(changed.map(|(before, after, it)| (before, after, Presence::When(it))));
        }
        all
    }

    pub(super) fn type_variations(&self, ty: &FieldType) -> Vec<Variation<FieldType>> {
        use FieldType as T;
        let mut all = Vec::new();
        let mut to = |it: FieldType| all.push((type_name(ty), type_name(&it), it));
        match ty {
            T::Bool | T::Int | T::Number => {
                to(T::Any);
                to(T::String);
            }
            T::String => {
                to(T::Any);
                to(T::Int);
            }
            T::Named(_) => to(T::Any),
            T::Any => to(T::String),
            T::Ref(path) => {
                to(T::String);
                to(T::Any);
                let is_other =
                    |it: &&Endpoint| it.kind == EndpointKind::Collection && it.path != *path;
                let other = self.spec.endpoints.iter().find(is_other);
                if let Some(other) = other {
                    to(T::Ref(other.path.clone()));
                }
            }
            T::List(inner) => {
                to((**inner).clone());
                to(T::Array(inner.clone(), 1));
            }
            T::Array(inner, length) => {
                to(T::Array(inner.clone(), length + 1));
                to(T::Array(inner.clone(), length.saturating_sub(1)));
                to(T::List(inner.clone()));
            }
            T::Map(inner) => to((**inner).clone()),
            T::Ordered(inner) => to(T::Map(inner.clone())),
        }
        let inside: fn(Box<FieldType>, &FieldType) -> FieldType = match ty {
            T::List(_) => |inner, _| T::List(inner),
            T::Array(..) => |inner, ty| match ty {
                T::Array(_, length) => T::Array(inner, *length),
                _ => T::List(inner),
            },
            T::Map(_) => |inner, _| T::Map(inner),
            T::Ordered(_) => |inner, _| T::Ordered(inner),
            _ => return all,
        };
        if let T::List(inner) | T::Array(inner, _) | T::Map(inner) | T::Ordered(inner) = ty {
            let inner = self.type_variations(inner).into_iter().map(|(_, _, it)| it);
            all.extend(
                inner
                    .map(|it| inside(Box::new(it), ty))
                    .map(|it| (type_name(ty), type_name(&it), it)),
            );
        }
        all
    }

    pub(super) fn union(&mut self, place: Place, index: usize, def: &Union) {
        let name = &def.name;
        self.rename(name, &def.tag);
        self.rename(name, &def.content);
        let mut all: Vec<(String, String, String, Union)> = Vec::new();
        let changed = |at: usize, variant: sps_spec::Variant| {
            let mut changed = def.clone();
            changed.variants[at] = variant;
            changed
        };
        for (at, variant) in def.variants.iter().enumerate() {
            let fact = format!("{name}.{}", variant.value);
            let mut without = def.clone();
            without.variants.remove(at);
            all.push((fact.clone(), "there".to_owned(), "dropped".to_owned(), without));
            let value = format!("{}x", variant.value);
            let renamed = sps_spec::Variant { value: value.clone(), ..variant.clone() };
            all.push((format!("{fact} word"), variant.value.clone(), value, changed(at, renamed)));
            for (before, after, versions) in version_variations(&variant.versions) {
                let it = sps_spec::Variant { versions, ..variant.clone() };
                all.push((format!("{fact}.versions"), before, after, changed(at, it)));
            }
            for (other, second) in def.variants.iter().enumerate().skip(at + 1) {
                let mut swapped = def.clone();
                swapped.variants[at].value.clone_from(&second.value);
                swapped.variants[other].value.clone_from(&variant.value);
                let (before, after) = (variant.value.clone(), second.value.clone());
                all.push((
                    format!("{fact} and {after}"),
                    before,
                    format!("{after}, swapped"),
                    swapped,
                ));
            }
            let Some(payload) = &variant.payload else { continue };
            let mut push =
                |word: &str, before: String, after: String, payload: Option<sps_spec::Payload>| {
                    let it = sps_spec::Variant { payload, ..variant.clone() };
                    all.push((format!("{fact}.{word}"), before, after, changed(at, it)));
                };
            push("content", type_name(&payload.ty), "none".to_owned(), None);
            for (before, after, ty) in self.type_variations(&payload.ty) {
                push("type", before, after, Some(sps_spec::Payload { ty, ..payload.clone() }));
            }
            for (before, after, constraint) in constraint_variations(&payload.constraint) {
                push(
                    "constraint",
                    before,
                    after,
                    Some(sps_spec::Payload { constraint, ..payload.clone() }),
                );
            }
        }
        for (fact, before, after, changed) in all {
            let change = Change::Type(place, index, TypeDef::Union(changed));
            self.push(&fact, &before, &after, change);
        }
    }

    pub(super) fn words(&mut self, place: Place, index: usize, def: &Enum) {
        let mut push = |fact: &str, before: &str, after: &str, changed: Enum| {
            self.push(fact, before, after, Change::Type(place, index, TypeDef::Enum(changed)));
        };
        for (at, value) in def.values.iter().enumerate() {
            let fact = format!("{}.{}", def.name, value.value);
            let mut without = def.clone();
            without.values.remove(at);
            push(&fact, "there", "dropped", without);
            let mut renamed = def.clone();
            renamed.values[at].value.push('x');
            push(&format!("{fact} word"), &value.value, &renamed.values[at].value.clone(), renamed);
            for (alias, word) in value.aliases.iter().enumerate() {
                let mut without = def.clone();
                without.values[at].aliases.remove(alias);
                push(&format!("{fact}.aliases"), word, "dropped", without);
                let mut renamed = def.clone();
                renamed.values[at].aliases[alias].push('x');
                push(&format!("{fact}.aliases"), word, &format!("{word}x"), renamed);
            }
            for (before, after, versions) in version_variations(&value.versions) {
                let mut changed = def.clone();
                changed.values[at].versions = versions;
                push(&format!("{fact}.versions"), &before, &after, changed);
            }
        }
    }
}
