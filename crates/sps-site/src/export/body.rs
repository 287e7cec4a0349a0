//! The body of a file: what the appliance has, written as the file has it where both mean the same.

use serde_json::{Map, Value};
use sps_model::{
    shape::{self, Place},
    validate::{
        Kind, Shape, Span,
        json::{self, Member, Node},
    },
};

use crate::Notation;

/// Sorts the lists whose order has no meaning, so that the same configuration always has the same text.
pub(super) fn settled(place: Place, value: &Value) -> Value {
    match value {
        Value::Object(members) if Notation::read(value).is_none() => {
            let settle = |(key, value): (&String, &Value)| {
                (key.clone(), settled(below(place, members, key), value))
            };
            members.iter().map(settle).collect()
        }
        Value::Array(elements) => {
            let inner = place.element();
            let mut elements: Vec<Value> = elements.iter().map(|it| settled(inner, it)).collect();
            if place.is_unordered {
                elements.sort_by_cached_key(|it| inner.normal(it).to_string());
            }
            Value::Array(elements)
        }
        _ => value.clone(),
    }
}

/// What the appliance has, with the spellings and notations of the file where both mean the same.
pub(super) fn merged(place: Place, file: &Value, appliance: &Value) -> Value {
    match (Notation::read(file), Notation::read(appliance)) {
        (Some(Notation::Secret(_) | Notation::New(_)), Some(Notation::Secret(_))) => file.clone(),
        (None, None) => match (file, appliance) {
            (Value::Object(file), Value::Object(appliance)) => members(place, file, appliance),
            (Value::Array(file), Value::Array(appliance)) => elements(place, file, appliance),
            _ if place.is_same(file, appliance) => file.clone(),
            _ => appliance.clone(),
        },
        _ => appliance.clone(),
    }
}

fn members(place: Place, file: &Map<String, Value>, appliance: &Map<String, Value>) -> Value {
    let mut merged_members = Map::new();
    for (key, value) in appliance {
        let place = below(place, appliance, key);
        match file.get(key) {
            Some(old) => {
                merged_members.insert(key.clone(), merged(place, old, value));
            }
            None if is_as_absent(place, value) => {}
            None => {
                merged_members.insert(key.clone(), value.clone());
            }
        }
    }
    for (key, value) in file {
        let place = below(place, file, key);
        // The appliance may not show a secret at all.
        let is_secret = matches!(Notation::read(value), Some(Notation::Secret(_)));
        if !appliance.contains_key(key) && (is_secret || is_as_absent(place, value)) {
            merged_members.insert(key.clone(), value.clone());
        }
    }
    Value::Object(merged_members)
}

/// Whether a member that is not there means this value.
fn is_as_absent(place: Place, value: &Value) -> bool {
    let default = || serde_json::from_str::<Value>(place.default?).ok();
    value.is_null() || default().is_some_and(|it| place.is_same(&it, value))
}

fn elements(place: Place, file: &[Value], appliance: &[Value]) -> Value {
    let inner = place.element();
    let plain: Vec<Value> = file.iter().map(|it| inner.normal(&without_sources(it))).collect();
    let mut partner: Vec<Option<usize>> = vec![None; appliance.len()];
    let mut is_free = vec![true; file.len()];
    for (at, value) in appliance.iter().enumerate() {
        let normal = inner.normal(value);
        partner[at] = (0..file.len()).find(|it| is_free[*it] && plain[*it] == normal);
        if let Some(it) = partner[at] {
            is_free[it] = false;
        }
    }
    // An element that changed is where it was, if nothing else moved.
    if file.len() == appliance.len() {
        for at in 0..file.len() {
            if partner[at].is_none() && is_free[at] {
                partner[at] = Some(at);
            }
        }
    }
    let mut values: Vec<(Option<usize>, Value)> = appliance
        .iter()
        .zip(&partner)
        .map(|(value, partner)| match partner {
            Some(at) => (Some(*at), merged(inner, &file[*at], value)),
            None => (None, value.clone()),
        })
        .collect();
    if place.is_unordered {
        // The order of the file stays, and what is new comes last.
        values.sort_by_key(|(at, _)| at.unwrap_or(usize::MAX));
    }
    values.into_iter().map(|(_, value)| value).collect()
}

/// A value of a file as the appliance would answer it: it says of no secret where it comes from.
fn without_sources(value: &Value) -> Value {
    match (Notation::read(value), value) {
        (Some(Notation::Secret(_) | Notation::New(_)), _) => Notation::Secret("keep").to_value(),
        (None, Value::Object(members)) => {
            members.iter().map(|(key, value)| (key.clone(), without_sources(value))).collect()
        }
        (None, Value::Array(elements)) => elements.iter().map(without_sources).collect(),
        _ => value.clone(),
    }
}

/// The place of a member; of any value where no source shows the key.
fn below(place: Place, members: &Map<String, Value>, key: &str) -> Place {
    let tag = shape::tag_of(place.kind, members);
    place.member(tag, key).unwrap_or_else(|| Place::new(Kind::Any))
}

/// A value with its members in the order of the spec; those that it does not know follow, sorted.
pub(super) fn ordered(place: Place, value: &Value) -> Node<'_> {
    let value = match value {
        Value::Object(members) => {
            let known = known_keys(place.kind);
            let mut keys: Vec<&String> = members.keys().collect();
            let rank = |key: &str| known.iter().position(|it| *it == key).unwrap_or(known.len());
            keys.sort_by_key(|key| (rank(key), *key));
            let member = |key: &'_ String| (below(place, members, key), &members[key]);
            json::Value::Object(
                keys.into_iter()
                    .map(|key| {
                        let (place, value) = member(key);
                        Member {
                            key: key.clone().into(),
                            key_span: Span::at(0),
                            value: ordered(place, value),
                        }
                    })
                    .collect(),
            )
        }
        Value::Array(elements) => {
            let inner = place.element();
            json::Value::Array(elements.iter().map(|it| ordered(inner, it)).collect())
        }
        other => return Node::from(other),
    };
    Node { span: Span::at(0), value }
}

fn known_keys(kind: Kind) -> Vec<&'static str> {
    let Kind::Named(ty) = kind.peeled() else { return Vec::new() };
    match ty.shape {
        Shape::Struct { fields, .. } => fields.iter().map(|it| it.name).collect(),
        Shape::Union { tag, content, .. } => vec![tag, content],
        _ => Vec::new(),
    }
}

/// Puts a member in front of the others.
pub(super) fn put_first<'v>(node: &mut Node<'v>, key: &'v str, value: &'v Value) {
    if let json::Value::Object(members) = &mut node.value {
        let member = Member { key: key.into(), key_span: Span::at(0), value: Node::from(value) };
        members.insert(0, member);
    }
}
