//! How many rules a filled-in body breaks, as far as the body alone tells.

use sps_spec::{Fact, Facts, FieldType, Severity, Spec, Struct, TypeDef, Use};

use crate::json::Json;

/// How many rules a body breaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Broken {
    pub(super) errors: usize,
    pub(super) warnings: usize,
}

/// Counts the rules that `body` of the named type breaks.
///
/// Rules on referenced objects and checks written by hand are left out: nothing here can decide them.
pub(super) fn broken(spec: &Spec, name: &str, body: &Json) -> Broken {
    let mut broken = Broken::default();
    named(spec, name, body, &mut broken);
    broken
}

impl Facts for Json {
    fn fact(&self, path: &[String]) -> Option<Fact<'_>> {
        Some(match self.at(path)? {
            Self::Null => Fact::Null,
            Self::Bool(it) => Fact::Bool(*it),
            Self::Int(it) => Fact::Int((*it).into()),
            Self::Str(it) => Fact::Str(it),
            Self::List(_) | Self::Object(_) => Fact::Other,
        })
    }
}

fn named(spec: &Spec, name: &str, json: &Json, broken: &mut Broken) {
    match spec.type_def(name) {
        Some(TypeDef::Struct(it)) => structure(spec, it, json, broken),
        Some(TypeDef::Union(it)) => {
            let member = |name: &str| json.at(&[name.to_owned()]);
            let variant = member(&it.tag).and_then(Json::as_str).and_then(|tag| it.variant(tag));
            let payload = variant.and_then(|variant| variant.payload.as_ref());
            if let (Some(payload), Some(content)) = (payload, member(&it.content)) {
                value(spec, &payload.ty, content, broken);
            }
        }
        Some(TypeDef::Enum(_)) | None => {}
    }
}

fn structure(spec: &Spec, it: &Struct, json: &Json, broken: &mut Broken) {
    for rule in spec.rules_on(&it.name) {
        let applies = rule.when.as_ref().is_none_or(|when| when.decide(json) == Some(true));
        // A rule that lacks one of its inputs is skipped, whatever the others say.
        let is_met = |(path, usage): &(&Vec<String>, Use)| {
            *usage == Use::Presence || json.at(path).is_some()
        };
        if applies && rule.holds.uses().iter().all(is_met) && rule.holds.decide(json) == Some(false)
        {
            match rule.severity {
                Severity::Error => broken.errors += 1,
                Severity::Warning => broken.warnings += 1,
            }
        }
    }
    for field in &it.fields {
        if let Some(member) = json.at(std::slice::from_ref(&field.name)) {
            value(spec, &field.ty, member, broken);
        }
    }
}

fn value(spec: &Spec, ty: &FieldType, json: &Json, broken: &mut Broken) {
    match (ty, json) {
        (FieldType::Named(name), _) => named(spec, name, json, broken),
        (FieldType::List(inner) | FieldType::Array(inner, _), Json::List(elements)) => {
            for element in elements {
                value(spec, inner, element, broken);
            }
        }
        (FieldType::Map(inner), Json::Object(members)) => {
            for (_, member) in members {
                value(spec, inner, member, broken);
            }
        }
        _ => {}
    }
}
