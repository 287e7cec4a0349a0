//! The references in what an appliance answered.

use serde_json::Value;
use sps_model::{
    shape,
    validate::{Form, Kind},
};

use super::Raw;

/// A reference in a response.
pub(super) struct Reference<'v> {
    pub(super) key: &'v str,
    /// The path of the collection that it leads into.
    pub(super) collection: &'v str,
}

/// The reference that a value of a response is.
pub(super) fn reference(kind: Kind, value: &Value) -> Option<Reference<'_>> {
    let key = value.get("key")?.as_str()?;
    let href = value.get("meta")?.get("href")?.as_str()?;
    if let Kind::Reference(target) = kind {
        return Some(Reference { key, collection: target.path });
    }
    let is_reference = matches!(kind, Kind::Any)
        && value.as_object()?.keys().all(|it| matches!(it.as_str(), "key" | "meta" | "body"));
    let (collection, _) = href.split('#').next()?.rsplit_once('/')?;
    is_reference.then_some(Reference { key, collection })
}

/// The paths of the collections to which an object refers.
pub(super) fn collections(raw: &Raw) -> Vec<String> {
    let kind = raw.endpoint.subject(Form::Response).map_or(Kind::Any, |it| it.body);
    let mut found = Vec::new();
    collect(kind, &raw.body, &mut found);
    found
}

fn collect(kind: Kind, value: &Value, found: &mut Vec<String>) {
    let kind = kind.peeled();
    if let Some(reference) = reference(kind, value) {
        return found.push(reference.collection.to_owned());
    }
    match value {
        Value::Object(members) => {
            let tag = shape::tag_of(kind, members);
            for (key, value) in members {
                collect(shape::member(kind, tag, key).unwrap_or(Kind::Any), value, found);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                collect(shape::element(kind), element, found);
            }
        }
        _ => {}
    }
}
