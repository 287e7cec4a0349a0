//! Stored bodies as responses show them, and the references in them.

use serde_json::{Map, Value, json};
use sps_spec::{
    Body, Endpoint, Field, FieldType, ORDER, Spec, Struct, TypeDef, Union, Version, collection,
};

use super::{Reference, initial, is_in, part, push_segment};

/// Returns the body as a response shows it.
pub(super) fn show(
    spec: &Spec,
    target: Option<&Version>,
    endpoint: &Endpoint,
    stored: &Value,
    authenticated: bool,
) -> Value {
    let renderer = Renderer { spec, target, authenticated };
    match body_of(endpoint) {
        Some(body) => renderer.value(&body.ty, stored),
        None => stored.clone(),
    }
}

/// Returns every reference in a stored body.
pub(super) fn references(spec: &Spec, endpoint: &Endpoint, stored: &Value) -> Vec<Reference> {
    let mut finder = ReferenceFinder { spec, pointer: String::new(), found: Vec::new() };
    if let Some(body) = body_of(endpoint) {
        finder.value(&body.ty, stored);
    }
    finder.found
}

/// Returns the form of the stored body.
fn body_of(endpoint: &Endpoint) -> Option<&Body> {
    endpoint.response.as_ref().or(endpoint.request.as_ref())
}

/// Turns a stored body into the body of a response. A value of an unexpected type is shown unchanged.
struct Renderer<'s> {
    spec: &'s Spec,
    target: Option<&'s Version>,
    authenticated: bool,
}

impl Renderer<'_> {
    fn def(&self, def: &TypeDef, stored: &Value) -> Value {
        let Value::Object(members) = stored else { return stored.clone() };
        match def {
            TypeDef::Struct(def) => Value::Object(self.object(def, members)),
            TypeDef::Union(def) => Value::Object(self.union(def, members)),
            TypeDef::Enum(_) => stored.clone(),
        }
    }

    fn object(&self, def: &Struct, members: &Map<String, Value>) -> Map<String, Value> {
        let mut shown = Map::new();
        for (key, value) in members {
            let value = match def.field(key) {
                Some(field) if self.shows(field) => self.value(&field.ty, value),
                Some(_) => continue,
                None => value.clone(),
            };
            shown.insert(key.clone(), value);
        }
        let only_shown = def.fields.iter().filter(|field| field.response_only && self.shows(field));
        for field in only_shown.filter(|field| !members.contains_key(&field.name)) {
            if let Some(made_up) = initial::member(self.spec, self.target, field) {
                shown.insert(field.name.clone(), self.value(&field.ty, &made_up));
            }
        }
        shown
    }

    fn union(&self, def: &Union, members: &Map<String, Value>) -> Map<String, Value> {
        let tag = members.get(&def.tag).and_then(Value::as_str);
        let payload = tag.and_then(|tag| def.variant(tag)?.payload.as_ref());
        let mut shown = members.clone();
        match (payload, members.get(&def.content)) {
            (Some(payload), Some(_)) if payload.sensitive => {
                shown.remove(&def.content);
            }
            (Some(payload), Some(content)) => {
                shown.insert(def.content.clone(), self.value(&payload.ty, content));
            }
            _ => {}
        }
        shown
    }

    /// Whether a response shows a member. Some endpoints send a secret back; one that is not is for requests only.
    fn shows(&self, field: &Field) -> bool {
        !field.request_only
            && (self.authenticated || !field.authenticated)
            && is_in(&field.versions, self.target)
    }

    fn value(&self, ty: &FieldType, stored: &Value) -> Value {
        match (ty, stored) {
            (FieldType::Ref(to), Value::String(key)) => {
                json!({ "key": key, "meta": { "href": part::href(to, key) } })
            }
            (FieldType::List(inner) | FieldType::Array(inner, _), Value::Array(items)) => {
                items.iter().map(|item| self.value(inner, item)).collect()
            }
            (FieldType::Map(inner), Value::Object(members)) => {
                let shown =
                    members.iter().map(|(key, value)| (key.clone(), self.value(inner, value)));
                Value::Object(shown.collect())
            }
            (FieldType::Ordered(inner), Value::Object(members)) => {
                let shown = members.iter().map(|(key, value)| {
                    let value = if key == ORDER { value.clone() } else { self.value(inner, value) };
                    (key.clone(), value)
                });
                Value::Object(shown.collect())
            }
            (FieldType::Named(name), _) => match self.spec.type_def(name) {
                Some(def) => self.def(def, stored),
                None => stored.clone(),
            },
            _ => stored.clone(),
        }
    }
}

/// Collects the references of a stored body.
struct ReferenceFinder<'s> {
    spec: &'s Spec,
    pointer: String,
    found: Vec<Reference>,
}

impl ReferenceFinder<'_> {
    fn def(&mut self, def: &TypeDef, stored: &Value) {
        match def {
            TypeDef::Struct(def) => {
                for field in &def.fields {
                    self.member(&field.name, &field.ty, stored.get(&field.name));
                }
            }
            TypeDef::Union(def) => {
                let tag = stored.get(&def.tag).and_then(Value::as_str);
                if let Some(payload) = tag.and_then(|tag| def.variant(tag)?.payload.as_ref()) {
                    self.member(&def.content, &payload.ty, stored.get(&def.content));
                }
            }
            TypeDef::Enum(_) => {}
        }
    }

    fn member(&mut self, segment: &str, ty: &FieldType, stored: Option<&Value>) {
        let Some(stored) = stored else { return };
        let length = self.pointer.len();
        push_segment(&mut self.pointer, segment);
        self.value(ty, stored);
        self.pointer.truncate(length);
    }

    fn value(&mut self, ty: &FieldType, stored: &Value) {
        match (ty, stored) {
            (FieldType::Ref(to), Value::String(key)) => {
                let collection = collection(to);
                let single_use = self.spec.endpoint(collection).is_some_and(|it| it.single_use);
                self.found.push(Reference {
                    collection: collection.to_owned(),
                    key: key.clone(),
                    object: part::object(to, key).to_owned(),
                    single_use,
                    pointer: self.pointer.clone(),
                });
            }
            (FieldType::List(inner) | FieldType::Array(inner, _), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.member(&index.to_string(), inner, Some(item));
                }
            }
            (FieldType::Map(inner) | FieldType::Ordered(inner), Value::Object(members)) => {
                for (key, value) in members {
                    self.member(key, inner, Some(value));
                }
            }
            (FieldType::Named(name), _) => {
                if let Some(def) = self.spec.type_def(name) {
                    self.def(def, stored);
                }
            }
            _ => {}
        }
    }
}
