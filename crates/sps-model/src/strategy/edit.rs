//! Inputs of rules in a JSON value, and edits made to it.

use serde_json::Value;
use sps_validate::{Input, Kind, ORDER, Path, Shape, Type};

use crate::strategy::value::simplest;

/// One change to a body.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Edit {
    /// Gives a member this value.
    Set(Path, Value),
    /// Gives a member any valid value that is not null, if it has none.
    Fill(Path),
    /// Removes a member.
    Remove(Path),
    /// Gives the password behind a reference this plain text.
    Plain(Path, String),
}

impl Edit {
    /// The member that it changes.
    pub(super) fn path(&self) -> Path {
        match self {
            Self::Set(path, _) | Self::Fill(path) | Self::Remove(path) | Self::Plain(path, _) => {
                path
            }
        }
    }
}

/// Fetches the inputs at these paths; nothing if the way to one is broken.
pub(super) fn inputs<'v>(
    ty: &'static Type,
    paths: &[Path],
    object: &'v Value,
) -> Option<Vec<Input<'v>>> {
    paths.iter().map(|path| input(Kind::Named(ty), path, object)).collect()
}

fn input(kind: Kind, path: Path, value: &Value) -> Option<Input<'_>> {
    let kind = kind.peeled();
    let Some((segment, rest)) = path.split_first() else {
        return Some(match (value, kind) {
            (Value::Null, _) => Input::Null,
            (Value::Bool(value), _) => Input::Bool(*value),
            (Value::Number(number), _) => Input::Int(
                number.as_u64().map(i128::from).or_else(|| number.as_i64().map(i128::from))?,
            ),
            (Value::String(word), Kind::Named(Type { shape: Shape::Enum { values, .. }, .. })) => {
                Input::Str(values.iter().find(|value| value.matches(word))?.value)
            }
            (Value::String(text), _) => Input::Str(text),
            (Value::Array(_) | Value::Object(_), _) => Input::Present,
        });
    };
    let next = member_kind(kind, segment)?;
    match value.get(segment) {
        Some(member) => input(next, rest, member),
        None => Some(Input::Absent),
    }
}

fn member_kind(kind: Kind, segment: &str) -> Option<Kind> {
    let Kind::Named(ty) = kind.peeled() else { return None };
    match ty.shape {
        Shape::Struct { fields, .. } => {
            Some(fields.iter().find(|field| field.name == segment)?.kind)
        }
        Shape::Union { tag, .. } if tag == segment => Some(Kind::String),
        _ => None,
    }
}

/// Makes one edit; false if there is no such place.
pub(super) fn apply(ty: &'static Type, object: &mut Value, edit: &Edit, fresh: &mut u64) -> bool {
    match edit {
        Edit::Set(path, value) => set(ty, object, path, Some(value.clone()), fresh),
        Edit::Fill(path) => {
            let is_filled = path
                .iter()
                .try_fold(&*object, |at, segment| at.get(segment))
                .is_some_and(|value| !value.is_null());
            is_filled || fill(ty, object, path, fresh)
        }
        Edit::Remove(path) => set(ty, object, path, None, fresh),
        // The object behind a reference is not part of the body.
        Edit::Plain(..) => true,
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
    match (rest.is_empty(), fields[index].kind.peeled()) {
        (true, kind) => Some(simplest(kind, &ty.member(index).constraint, fresh)),
        (false, Kind::Named(inner)) => simplest_at(inner, rest, fresh),
        (false, _) => None,
    }
}

/// Sets or removes a member; missing objects on the way are filled in.
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

/// Visits every value of a body with its pointer and kind, parents first.
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
    match (kind.peeled(), value) {
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
        (Kind::Ordered(inner), Value::Object(entries)) => {
            for (key, entry) in entries.iter().filter(|(key, _)| *key != ORDER) {
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
            Shape::Union { tag, content, variants, .. } => {
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
