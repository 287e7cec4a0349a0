//! Stored bodies as answers show them, and the references in them.

use serde_json::{Map, Value, json};
use sps_spec::{Endpoint, Field, FieldType, Spec, TypeDef, Version};

use super::{Reference, initial, is_in, push_segment};

/// The body as an answer shows it.
pub(super) fn show(
    spec: &Spec,
    target: Option<&Version>,
    endpoint: &Endpoint,
    stored: &Value,
    authenticated: bool,
) -> Value {
    let painter = Painter { spec, target, authenticated };
    match body_of(spec, endpoint) {
        Some(def) => painter.def(def, stored),
        None => stored.clone(),
    }
}

/// Every reference in a stored body.
pub(super) fn references(spec: &Spec, endpoint: &Endpoint, stored: &Value) -> Vec<Reference> {
    let mut finder = Finder { spec, pointer: String::new(), found: Vec::new() };
    if let Some(def) = body_of(spec, endpoint) {
        finder.def(def, stored);
    }
    finder.found
}

/// The type of what is stored.
fn body_of<'s>(spec: &'s Spec, endpoint: &Endpoint) -> Option<&'s TypeDef> {
    spec.type_def(endpoint.response.as_deref().or(endpoint.request.as_deref())?)
}

/// Turns what is stored into what is shown. What does not have its type is shown as it is.
struct Painter<'s> {
    spec: &'s Spec,
    target: Option<&'s Version>,
    authenticated: bool,
}

impl Painter<'_> {
    fn def(&self, def: &TypeDef, stored: &Value) -> Value {
        let Value::Object(members) = stored else { return stored.clone() };
        match def {
            TypeDef::Struct(def) => {
                let mut shown = Map::new();
                for (key, value) in members {
                    match def.field(key) {
                        Some(field) if self.shows(field) => {
                            shown.insert(key.clone(), self.value(&field.ty, value));
                        }
                        Some(_) => {}
                        None => {
                            shown.insert(key.clone(), value.clone());
                        }
                    }
                }
                for field in
                    def.fields.iter().filter(|field| field.response_only && self.shows(field))
                {
                    if !members.contains_key(&field.name)
                        && let Some(made_up) = initial::member(self.spec, self.target, field)
                    {
                        shown.insert(field.name.clone(), self.value(&field.ty, &made_up));
                    }
                }
                Value::Object(shown)
            }
            TypeDef::Union(def) => {
                let word = members.get(&def.tag).and_then(Value::as_str);
                let payload = word.and_then(|word| def.variant(word)?.payload.as_ref());
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
                Value::Object(shown)
            }
            TypeDef::Enum(_) => stored.clone(),
        }
    }

    fn shows(&self, field: &Field) -> bool {
        !field.sensitive
            && !field.request_only
            && (self.authenticated || !field.authenticated)
            && is_in(&field.versions, self.target)
    }

    fn value(&self, ty: &FieldType, stored: &Value) -> Value {
        match (ty, stored) {
            (FieldType::Ref(collection), Value::String(key)) => {
                json!({ "key": key, "meta": { "href": format!("{collection}/{key}") } })
            }
            (FieldType::List(inner) | FieldType::Array(inner, _), Value::Array(items)) => {
                items.iter().map(|item| self.value(inner, item)).collect()
            }
            (FieldType::Map(inner), Value::Object(members)) => {
                let shown =
                    members.iter().map(|(key, value)| (key.clone(), self.value(inner, value)));
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

/// Gathers references on a walk over a stored body.
struct Finder<'s> {
    spec: &'s Spec,
    pointer: String,
    found: Vec<Reference>,
}

impl Finder<'_> {
    fn def(&mut self, def: &TypeDef, stored: &Value) {
        match def {
            TypeDef::Struct(def) => {
                for field in &def.fields {
                    self.member(&field.name, &field.ty, stored.get(&field.name));
                }
            }
            TypeDef::Union(def) => {
                let word = stored.get(&def.tag).and_then(Value::as_str);
                if let Some(payload) = word.and_then(|word| def.variant(word)?.payload.as_ref()) {
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
            (FieldType::Ref(collection), Value::String(key)) => self.found.push(Reference {
                collection: collection.clone(),
                key: key.clone(),
                single_use: self
                    .spec
                    .endpoint(collection)
                    .is_some_and(|endpoint| endpoint.single_use),
                pointer: self.pointer.clone(),
            }),
            (FieldType::List(inner) | FieldType::Array(inner, _), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.member(&index.to_string(), inner, Some(item));
                }
            }
            (FieldType::Map(inner), Value::Object(members)) => {
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
