//! Bodies that break exactly one rule.

use std::collections::BTreeMap;

use proptest::sample::Index;
use serde_json::{Value, json};
use sps_validate::{Constraint, FieldForm, Kind, ORDER, Resolver, Shape, Type, code};

use crate::strategy::{
    edit::{Edit, apply, walk},
    repair::{Intended, below, repair},
    value::integer,
    ways,
};

/// A body with exactly one error.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NearMiss {
    /// The code of the error.
    pub code: &'static str,
    /// Where it is reported.
    pub pointer: String,
    /// The body.
    pub body: Value,
    /// What the objects it refers to hold; the resolver to check it with.
    pub passwords: Passwords,
}

/// A resolver that knows every object; each password is a good one unless it is listed.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Passwords {
    /// Path of a password to its plain text.
    pub plain: BTreeMap<String, String>,
}

impl Resolver for Passwords {
    fn exists(&self, _: &str) -> Option<bool> {
        Some(true)
    }

    fn plain(&self, path: &str) -> Option<&str> {
        Some(self.plain.get(path).map_or("long enough", String::as_str))
    }

    fn used_by(&self, _: &str) -> Option<&str> {
        None
    }
}

/// One thing that can be broken in a body.
struct Chance {
    code: &'static str,
    /// Where the error will be.
    pointer: String,
    change: Change,
}

enum Change {
    /// Put a value there.
    Put(Value),
    /// Take the member out.
    Remove,
    /// Break a rule of the object at the pointer.
    Rule(String, &'static Type, Vec<Edit>),
}

/// Breaks one thing, where one can be broken.
pub(super) fn break_one(kind: Kind, mut body: Value, index: Index, dice: u64) -> Option<NearMiss> {
    let mut chances = Vec::new();
    walk(kind, &body, "", &mut |pointer, kind, value| {
        structural(kind, pointer, value, &mut chances);
        if let Kind::Named(ty) = kind.peeled() {
            constraints(ty, pointer, value, &mut chances);
            rules(ty, pointer, value, &mut chances);
        }
    });
    if chances.is_empty() {
        return None;
    }
    let Chance { code, pointer, change } = chances.swap_remove(index.index(chances.len()));
    let mut passwords = Passwords::default();
    let mut untouched = vec![pointer.clone()];
    match change {
        Change::Put(value) => put(&mut body, &pointer, Some(value)),
        Change::Remove => put(&mut body, &pointer, None),
        Change::Rule(parent, ty, edits) => {
            let mut fresh = dice;
            for edit in edits {
                let object = body.pointer_mut(&parent)?;
                if !apply(ty, object, &edit, &mut fresh) {
                    return None;
                }
                let at = below(&parent, edit.path());
                if let Edit::Plain(_, plain) = edit {
                    let key = body.pointer(&at)?.as_str()?;
                    passwords.plain.insert(format!("/api/configuration/passwords/{key}"), plain);
                }
                untouched.push(at);
            }
        }
    }
    let intended = Intended { broken: Some((code, pointer.clone())), untouched };
    repair(kind, &mut body, dice, &intended);
    Some(NearMiss { code, pointer, body, passwords })
}

fn put(body: &mut Value, pointer: &str, value: Option<Value>) {
    let Some((parent, segment)) = pointer.rsplit_once('/') else {
        *body = value.unwrap_or_default();
        return;
    };
    let segment = sps_validate::json::unescape_pointer_segment(segment).into_owned();
    match (body.pointer_mut(parent), value) {
        (Some(Value::Object(object)), Some(value)) => {
            object.insert(segment, value);
        }
        (Some(Value::Object(object)), None) => {
            object.remove(&segment);
        }
        (Some(Value::Array(items)), Some(value)) => {
            if let Some(item) = segment.parse::<usize>().ok().and_then(|index| items.get_mut(index))
            {
                *item = value;
            }
        }
        _ => {}
    }
}

/// Mistakes of structure at one value.
fn structural(kind: Kind, pointer: &str, value: &Value, chances: &mut Vec<Chance>) {
    let mut put = |code, value| {
        chances.push(Chance { code, pointer: pointer.to_owned(), change: Change::Put(value) });
    };
    let plain = kind.peeled();
    if matches!(plain, Kind::Any | Kind::Foreign(_)) {
        return;
    }
    if !kind.is_nullable() {
        put(code::NULL_NOT_ALLOWED, Value::Null);
    }
    // A number fits no string, a boolean fits nothing but a boolean.
    let wrong = match plain {
        Kind::Bool => json!("true"),
        Kind::Int { .. } => json!(1.5),
        Kind::Number => json!("1"),
        Kind::List(_) | Kind::Array(..) => json!({}),
        Kind::Map(_) | Kind::Ordered(_) => json!([]),
        _ => json!(true),
    };
    put(code::WRONG_TYPE, wrong);
    match (plain, value) {
        (Kind::Reference(target), Value::String(key)) => {
            put(
                code::REFERENCE_OBJECT,
                json!({ "key": key, "meta": { "href": format!("{}/{key}", target.path) } }),
            );
        }
        (Kind::Ordered(_), Value::Object(_)) => {
            let order = below(pointer, &[ORDER]);
            let wrong = Change::Put(json!(["no such key"]));
            chances.push(Chance { code: code::WRONG_ORDER, pointer: order.clone(), change: wrong });
            chances.push(Chance {
                code: code::MISSING_KEY,
                pointer: order,
                change: Change::Remove,
            });
        }
        (Kind::Array(_, length), Value::Array(items)) if length > 0 && items.len() == length => {
            put(code::TOO_SHORT, Value::from(&items[1..]));
            put(code::TOO_LONG, Value::Array([&items[..], &items[..1]].concat()));
        }
        _ => {}
    }
}

/// Keys, enum values, tags, bounds and formats of the members of an object.
fn constraints(ty: &'static Type, pointer: &str, value: &Value, chances: &mut Vec<Chance>) {
    let mut chance = |code, segment: &str, change| {
        chances.push(Chance { code, pointer: below(pointer, &[segment]), change });
    };
    let Value::Object(object) = value else { return };
    match ty.shape {
        Shape::Struct { fields, open } => {
            if !open {
                chance(code::UNKNOWN_KEY, "no/such~key", Change::Put(json!("value")));
            }
            for (index, field) in
                fields.iter().enumerate().filter(|(_, field)| field.form != FieldForm::Response)
            {
                if !object.contains_key(field.name) {
                    continue;
                }
                if !field.kind.is_optional() {
                    chance(code::MISSING_KEY, field.name, Change::Remove);
                }
                if let Kind::Named(Type { shape: Shape::Enum { open: false, .. }, .. }) =
                    field.kind.peeled()
                {
                    let code = if field.tag { code::UNKNOWN_SELECTION } else { code::NOT_IN_ENUM };
                    chance(code, field.name, Change::Put(json!("no-such-word")));
                }
                for (code, value) in breaches(field.kind.peeled(), &ty.member(index).constraint) {
                    chance(code, field.name, Change::Put(value));
                }
            }
        }
        Shape::Union { tag, content, variants, open } => {
            if !open {
                chance(code::UNKNOWN_SELECTION, tag, Change::Put(json!("no-such-word")));
            }
            chance(code::MISSING_KEY, tag, Change::Remove);
            chance(code::UNKNOWN_KEY, "no-such-key", Change::Put(json!(1)));
            let index =
                variants.iter().position(|variant| object.get(tag) == Some(&json!(variant.value)));
            if let Some((index, kind)) =
                index.and_then(|index| Some((index, variants[index].content?)))
            {
                chance(code::MISSING_KEY, content, Change::Remove);
                for (code, value) in breaches(kind.peeled(), &ty.member(index).constraint) {
                    chance(code, content, Change::Put(value));
                }
            }
        }
        _ => {}
    }
}

/// Values just outside of a constraint.
fn breaches(kind: Kind, constraint: &Constraint) -> Vec<(&'static str, Value)> {
    let mut breaches = Vec::new();
    match kind {
        Kind::Int { minimum, maximum } => {
            let low = constraint.minimum.unwrap_or(minimum) - 1;
            let high = constraint.maximum.unwrap_or(maximum) + 1;
            for outside in [low, high] {
                if i64::try_from(outside).is_ok() || u64::try_from(outside).is_ok() {
                    breaches.push((code::OUT_OF_RANGE, integer(outside)));
                }
            }
        }
        Kind::String | Kind::Secret => {
            if let Some(least) = constraint.min_length.filter(|least| *least > 0) {
                breaches.push((code::TOO_SHORT, json!("x".repeat(least - 1))));
            }
            if let Some(most) = constraint.max_length {
                breaches.push((code::TOO_LONG, json!("x".repeat(most + 1))));
            }
            if let Some(format) = constraint.format {
                breaches.push((format.code(), json!("- not . of @ that : format -")));
            }
        }
        _ => {}
    }
    breaches
}

/// Rules across members, each in every way it can be broken.
fn rules(ty: &'static Type, pointer: &str, value: &Value, chances: &mut Vec<Chance>) {
    if !value.is_object() {
        return;
    }
    let mut add = |code, target: &[&str], ways: ways::Ways| {
        for edits in ways {
            let change = Change::Rule(pointer.to_owned(), ty, edits);
            chances.push(Chance { code, pointer: below(pointer, target), change });
        }
    };
    for member in ty.constraints.members {
        if let Some(requirement) = &member.required_if {
            let own: &'static [&'static str] = std::slice::from_ref(&member.name);
            add(code::MISSING_KEY, own, ways::lacking(ty, requirement, own));
        }
    }
    // Without a target, a broken rule of some versions is undecided.
    for rule in ty.constraints.errors().filter(|rule| !rule.versions.is_bounded()) {
        add(rule.code, rule.target, ways::breaking(ty, rule));
    }
}
