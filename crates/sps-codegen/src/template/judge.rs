//! Whether a filled-in body keeps the rules, as far as the body alone tells.

use sps_spec::{Condition, FieldType, Literal, Severity, Spec, Struct, TypeDef};

use crate::json::Json;

/// How many rules a body breaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Broken {
    pub(super) errors: usize,
    pub(super) warnings: usize,
}

/// The rules that `body` of the named type breaks.
///
/// Rules on referenced objects and hand-written checks are left out: nothing here can decide them.
pub(super) fn broken(spec: &Spec, name: &str, body: &Json) -> Broken {
    let mut broken = Broken::default();
    named(spec, name, body, &mut broken);
    broken
}

/// Whether the condition holds for this object; `None` when that cannot be said.
pub(super) fn holds(condition: &Condition, object: &Json) -> Option<bool> {
    let text = |path: &[String]| object.at(path).and_then(Json::as_str);
    let within = |count: usize, min: Option<u64>, max: Option<u64>| {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        min.is_none_or(|min| min <= count) && max.is_none_or(|max| count <= max)
    };
    match condition {
        Condition::Equals(path, value) => object.at(path).map(|it| is(it, value)),
        Condition::In(path, values) => {
            object.at(path).map(|it| values.iter().any(|value| is(it, value)))
        }
        Condition::Present(path) => Some(object.at(path).is_some()),
        Condition::Absent(path) => Some(object.at(path).is_none()),
        Condition::Null(path) => object.at(path).map(|it| *it == Json::Null),
        Condition::All(parts) => every(parts.iter().map(|part| holds(part, object))),
        Condition::Any(parts) => {
            every(parts.iter().map(|part| holds(part, object).map(|it| !it))).map(|none| !none)
        }
        Condition::Not(inner) => holds(inner, object).map(|it| !it),
        Condition::Length { path, min, max } => {
            text(path).map(|it| within(it.chars().count(), *min, *max))
        }
        Condition::Charset { path, chars } => {
            text(path).map(|it| it.chars().all(|c| c.is_ascii_alphanumeric() || chars.contains(c)))
        }
        Condition::Hex(path) => text(path).map(|it| digits(it).is_some()),
        Condition::HexLength { path, min, max } => {
            text(path).map(|it| digits(it).is_none_or(|digits| within(digits.len(), *min, *max)))
        }
        Condition::Range { path, min, max } => match object.at(path) {
            Some(Json::Int(it)) => {
                Some(min.is_none_or(|min| min <= *it) && max.is_none_or(|max| *it <= max))
            }
            _ => None,
        },
        Condition::Format { .. } | Condition::Referent(..) | Condition::Custom { .. } => None,
    }
}

/// Whether all hold: one that does not decides, else one that is unknown.
fn every(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

fn is(json: &Json, value: &Literal) -> bool {
    match (json, value) {
        (Json::Bool(it), Literal::Bool(value)) => it == value,
        (Json::Int(it), Literal::Int(value)) => it == value,
        (Json::Str(it), Literal::Str(value)) => it == value,
        _ => false,
    }
}

fn digits(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    digits.bytes().all(|it| it.is_ascii_hexdigit()).then_some(digits)
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
        let applies = rule.when.as_ref().is_none_or(|when| holds(when, json) == Some(true));
        // A rule that lacks one of its members is skipped, whatever the others say.
        let paths = rule.holds.inputs();
        let decides = |path: &[String]| json.at(path).is_some();
        let presence = asks_presence(&rule.holds);
        if applies
            && (presence || paths.into_iter().all(|path| decides(path)))
            && holds(&rule.holds, json) == Some(false)
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

fn asks_presence(condition: &Condition) -> bool {
    match condition {
        Condition::Present(_) | Condition::Absent(_) => true,
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(asks_presence),
        Condition::Not(inner) => asks_presence(inner),
        _ => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn decides_what_the_body_alone_tells() {
        use Condition as P;
        let object = Json::Object(vec![
            ("on".to_owned(), Json::Bool(true)),
            ("id".to_owned(), Json::Str("0X0aF".to_owned())),
            ("count".to_owned(), Json::Int(4)),
            ("none".to_owned(), Json::Null),
        ]);
        let on = || P::Equals(path("on"), Literal::Bool(true));
        let off = || P::Equals(path("on"), Literal::Bool(false));
        let unknown = || P::Equals(path("absent"), Literal::Bool(true));
        let digits = |min| P::HexLength { path: path("id"), min: Some(min), max: None };
        let range = |max| P::Range { path: path("count"), min: Some(0), max: Some(max) };
        let chars = |chars: &str| P::Charset { path: path("id"), chars: chars.to_owned() };
        let length = |max| P::Length { path: path("id"), min: None, max: Some(max) };
        for (condition, expected) in [
            (on(), Some(true)),
            (P::In(path("count"), vec![Literal::Int(3), Literal::Int(4)]), Some(true)),
            (P::Present(path("none")), Some(true)),
            (P::Absent(path("none")), Some(false)),
            (P::Null(path("none")), Some(true)),
            (P::Null(path("on")), Some(false)),
            (P::All(vec![on(), unknown()]), None),
            (P::All(vec![unknown(), off()]), Some(false)),
            (P::Any(vec![unknown(), on()]), Some(true)),
            (P::Any(vec![unknown(), off()]), None),
            (P::Not(Box::new(unknown())), None),
            (P::Not(Box::new(off())), Some(true)),
            (P::Hex(path("id")), Some(true)),
            (digits(3), Some(true)),
            (digits(4), Some(false)),
            (length(5), Some(true)),
            (length(4), Some(false)),
            (range(4), Some(true)),
            (range(3), Some(false)),
            (chars(""), Some(true)),
            (P::Custom { name: "check".to_owned(), inputs: vec![path("id")] }, None),
        ] {
            assert_eq!(holds(&condition, &object), expected, "{condition:?}");
        }
    }
}
