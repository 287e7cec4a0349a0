//! Leaves of a JSON value for the rules, and edits made to it.

use serde_json::Value;
use sps_validate::{Context, Edit, Kind, Leaf, Outcome, Path, Rule, Shape, Type};

use crate::strategy::value::simplest;

/// What a rule says of an object; nothing if it does not apply.
pub(super) fn outcome(
    ty: &'static Type,
    rule: &Rule,
    object: &Value,
    context: &Context<'_>,
) -> Option<Outcome> {
    let leaves: Option<Vec<Leaf<'_>>> =
        rule.inputs.iter().map(|path| leaf(Kind::Named(ty), path, object)).collect();
    (rule.check)(&leaves?, context)
}

/// The leaf at a path; nothing if the way there is broken.
fn leaf(kind: Kind, path: Path, value: &Value) -> Option<Leaf<'_>> {
    let kind = peeled(kind);
    let Some((segment, rest)) = path.split_first() else {
        return Some(match (value, kind) {
            (Value::Null, _) => Leaf::Null,
            (Value::Bool(value), _) => Leaf::Bool(*value),
            (Value::Number(number), _) => Leaf::Int(
                number.as_u64().map(i128::from).or_else(|| number.as_i64().map(i128::from))?,
            ),
            (Value::String(word), Kind::Named(Type { shape: Shape::Enum { values }, .. })) => {
                Leaf::Str(values.iter().find(|value| value.matches(word))?.value)
            }
            (Value::String(text), _) => Leaf::Str(text),
            (Value::Array(_) | Value::Object(_), _) => Leaf::Present,
        });
    };
    let next = member_kind(kind, segment)?;
    match value.get(segment) {
        Some(member) => leaf(next, rest, member),
        None => Some(Leaf::Absent),
    }
}

fn member_kind(kind: Kind, segment: &str) -> Option<Kind> {
    let Kind::Named(ty) = peeled(kind) else { return None };
    match ty.shape {
        Shape::Struct { fields, .. } => {
            Some(fields.iter().find(|field| field.name == segment)?.kind)
        }
        Shape::Union { tag, .. } if tag == segment => Some(Kind::String),
        _ => None,
    }
}

/// Makes one edit; false if the place is not there.
pub(super) fn apply(ty: &'static Type, object: &mut Value, edit: &Edit, fresh: &mut u64) -> bool {
    match *edit {
        Edit::Bool(path, value) => set(ty, object, path, Some(Value::from(value)), fresh),
        Edit::Int(path, value) => set(ty, object, path, Some(Value::from(value)), fresh),
        Edit::Str(path, value) => set(ty, object, path, Some(Value::from(value)), fresh),
        Edit::Null(path) => set(ty, object, path, Some(Value::Null), fresh),
        Edit::Fill(path) => {
            let there = path
                .iter()
                .try_fold(&*object, |at, segment| at.get(segment))
                .is_some_and(|value| !value.is_null());
            there || fill(ty, object, path, fresh)
        }
        Edit::Remove(path) => set(ty, object, path, None, fresh),
        // What stands behind a reference is not part of the body.
        _ => true,
    }
}

fn fill(ty: &'static Type, object: &mut Value, path: Path, fresh: &mut u64) -> bool {
    let Some(value) = simplest_at(ty, path, fresh) else { return false };
    set(ty, object, path, Some(value), fresh)
}

/// The simplest value of the member at a path.
fn simplest_at(ty: &'static Type, path: Path, fresh: &mut u64) -> Option<Value> {
    let (segment, rest) = path.split_first()?;
    let Shape::Struct { fields, .. } = ty.shape else { return None };
    let index = fields.iter().position(|field| field.name == *segment)?;
    match (rest.is_empty(), peeled(fields[index].kind)) {
        (true, kind) => Some(simplest(kind, &ty.member(index).constraint, fresh)),
        (false, Kind::Named(inner)) => simplest_at(inner, rest, fresh),
        (false, _) => None,
    }
}

/// Sets or removes a member; objects on the way that are not there are filled in.
fn set(
    ty: &'static Type,
    object: &mut Value,
    path: Path,
    value: Option<Value>,
    fresh: &mut u64,
) -> bool {
    let Some((last, way)) = path.split_last() else { return false };
    let mut at = object;
    for (depth, segment) in way.iter().enumerate() {
        if at.get(segment).is_none_or(Value::is_null) {
            let Some(filled) = simplest_at(ty, &path[..=depth], fresh) else { return false };
            at[*segment] = filled;
        }
        let Some(next) = at.get_mut(segment) else { return false };
        at = next;
    }
    let Some(members) = at.as_object_mut() else { return false };
    match value {
        Some(value) => {
            members.insert((*last).to_owned(), value);
        }
        None => {
            members.remove(*last);
        }
    }
    true
}

/// The place that an edit changes.
pub(super) fn place(edit: &Edit) -> Path {
    match *edit {
        Edit::Bool(path, _)
        | Edit::Int(path, _)
        | Edit::Str(path, _)
        | Edit::Null(path)
        | Edit::Fill(path)
        | Edit::Remove(path)
        | Edit::Plain(path, _) => path,
        _ => &[],
    }
}

/// The kind without `Optional` and `Nullable` around it.
pub(super) fn peeled(mut kind: Kind) -> Kind {
    while let Kind::Optional(inner) | Kind::Nullable(inner) = kind {
        kind = *inner;
    }
    kind
}

/// Shows every value of a body with its pointer and what it should be, parents first.
pub(super) fn walk<'v>(
    kind: Kind,
    value: &'v Value,
    pointer: &str,
    visit: &mut dyn FnMut(&str, Kind, &'v Value),
) {
    visit(pointer, kind, value);
    let mut below = |kind, segment: &str, value| {
        let segment = sps_validate::json::escape_pointer_segment(segment);
        walk(kind, value, &format!("{pointer}/{segment}"), visit);
    };
    match (peeled(kind), value) {
        (Kind::List(inner) | Kind::Array(inner, _), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                below(*inner, &index.to_string(), item);
            }
        }
        (Kind::Map(inner), Value::Object(entries)) => {
            for (key, entry) in entries {
                below(*inner, key, entry);
            }
        }
        (Kind::Named(ty), Value::Object(object)) => match ty.shape {
            Shape::Struct { fields, .. } => {
                for field in fields {
                    if let Some(member) = object.get(field.name) {
                        below(field.kind, field.name, member);
                    }
                }
            }
            Shape::Union { tag, content, variants } => {
                let word = object.get(tag).and_then(Value::as_str);
                let variant = variants.iter().find(|variant| Some(variant.value) == word);
                if let (Some(kind), Some(value)) =
                    (variant.and_then(|variant| variant.content), object.get(content))
                {
                    below(kind, content, value);
                }
            }
            _ => {}
        },
        _ => {}
    }
}
