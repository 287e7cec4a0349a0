//! Steps from the kind of a value to the kind of a part of it, for code that walks a body without its type.

use serde_json::{Map, Value};
use sps_validate::{Kind, ORDER, Shape};

pub use sps_validate::is_secret_name;

/// Returns the value of the tag, if the object is a union of this kind.
pub fn tag_of(kind: Kind, object: &Map<String, Value>) -> Option<&str> {
    let Kind::Named(ty) = kind.peeled() else { return None };
    let Shape::Union { tag, .. } = ty.shape else { return None };
    object.get(tag)?.as_str()
}

/// Returns the kind under a key; `None` where no source shows the key.
///
/// `tag` is the value of the tag, where the object is a union.
pub fn member(kind: Kind, tag: Option<&str>, key: &str) -> Option<Kind> {
    match kind.peeled() {
        Kind::Ordered(_) if key == ORDER => Some(Kind::List(&Kind::String)),
        Kind::Map(inner) | Kind::Ordered(inner) => Some(*inner),
        Kind::Named(ty) => match ty.shape {
            Shape::Struct { fields, .. } => {
                fields.iter().find(|field| field.name == key).map(|field| field.kind)
            }
            Shape::Union { tag: name, .. } if key == name => Some(Kind::String),
            Shape::Union { content, variants, .. } if key == content => {
                variants.iter().find(|variant| Some(variant.value) == tag)?.content
            }
            _ => None,
        },
        _ => None,
    }
}

/// Returns the kind of the elements of a list; `Kind::Any` where no source shows it.
pub fn element(kind: Kind) -> Kind {
    match kind.peeled() {
        Kind::List(inner) | Kind::Array(inner, _) => *inner,
        _ => Kind::Any,
    }
}

/// Returns the spelling that we write of an enum value that has several.
pub fn canonical(kind: Kind, value: &str) -> &str {
    let Kind::Named(ty) = kind.peeled() else { return value };
    let Shape::Enum { values, .. } = ty.shape else { return value };
    values.iter().find(|it| it.aliases.contains(&value)).map_or(value, |it| it.value)
}

/// Whether two values that are not both objects or lists mean the same.
///
/// Numbers are compared by value, and the spellings of an enum value are one value. A line end at the end of a text
/// does not count, because it has no meaning in a certificate.
pub fn is_same(kind: Kind, one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            // As floats, two large integers may be equal that are not.
            one == other || (one.as_f64() == other.as_f64() && (one.is_f64() || other.is_f64()))
        }
        (Value::String(one), Value::String(other)) => {
            one.trim_end() == other.trim_end() || canonical(kind, one) == canonical(kind, other)
        }
        _ => one == other,
    }
}
