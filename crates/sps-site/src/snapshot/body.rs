//! From the body of a response to site form and to the form of a request.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sps_model::{
    EndpointInfo, Method, locate, shape,
    validate::{FieldForm, Form, Kind, Shape, is_secret_name, json::escape_pointer_segment},
};

use super::{
    names::Names,
    references::{Reference, reference},
};
use crate::notation::Notation;

/// A body in both forms.
pub(super) struct Forms {
    /// In site form.
    pub(super) body: Value,
    /// As a request would hold it, with bare keys.
    pub(super) request: Value,
    /// The places of secrets, and the keys of the objects that hold them.
    pub(super) secrets: BTreeMap<String, Option<String>>,
}

impl Forms {
    pub(super) fn of(endpoint: &EndpointInfo, response: &Value, names: &Names) -> Self {
        let kind = endpoint.subject(Form::Response).map_or(Kind::Any, |it| it.body);
        let mut walk = Walk { names, pointer: String::new(), secrets: BTreeMap::new() };
        let (body, request) = walk.value(kind, response);
        Self { body, request, secrets: walk.secrets }
    }
}

struct Walk<'n> {
    names: &'n Names,
    pointer: String,
    secrets: BTreeMap<String, Option<String>>,
}

impl Walk<'_> {
    fn value(&mut self, kind: Kind, value: &Value) -> (Value, Value) {
        let kind = kind.peeled();
        if let Some(reference) = reference(kind, value) {
            return self.reference(&reference);
        }
        match (kind, value) {
            (_, Value::Null) => (Value::Null, Value::Null),
            (Kind::Secret, _) => self.secret(None, value.clone()),
            (_, Value::Object(members)) => self.object(kind, members),
            (_, Value::Array(elements)) => {
                let inner = shape::element(kind);
                let elements = elements.iter().enumerate();
                let (body, request): (Vec<_>, Vec<_>) = elements
                    .map(|(at, value)| self.below(&at.to_string(), |it| it.value(inner, value)))
                    .unzip();
                (body.into(), request.into())
            }
            _ => (value.clone(), value.clone()),
        }
    }

    fn object(&mut self, kind: Kind, members: &Map<String, Value>) -> (Value, Value) {
        let tag = shape::tag_of(kind, members);
        let (mut body, mut request) = (Map::new(), Map::new());
        for (key, value) in members {
            if is_shown_only(kind, key) {
                continue;
            }
            let inner = shape::member(kind, tag, key);
            let (one, other) = self.below(key, |it| match inner {
                // No source shows the member, but its name says what it is.
                None if is_secret_name(key) && value.is_string() => it.secret(None, value.clone()),
                inner => it.value(inner.unwrap_or(Kind::Any), value),
            });
            body.insert(key.clone(), one);
            request.insert(key.clone(), other);
        }
        (body.into(), request.into())
    }

    fn reference(&mut self, reference: &Reference<'_>) -> (Value, Value) {
        let key = Value::from(reference.key);
        // What cannot be listed has no name, and a file cannot say more of it than that it stays.
        let is_listed = locate(reference.collection)
            .is_none_or(|it| it.endpoint.methods.contains(&Method::Get));
        if !is_listed {
            return self.secret(Some(reference.key.to_owned()), key);
        }
        let label = self.names.of_reference(reference.collection, reference.key).to_string();
        (Notation::Ref(&label).to_value(), key)
    }

    fn secret(&mut self, key: Option<String>, request: Value) -> (Value, Value) {
        self.secrets.insert(self.pointer.clone(), key);
        (Notation::Secret("keep").to_value(), request)
    }

    fn below<T>(&mut self, key: &str, walk: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escape_pointer_segment(key));
        let result = walk(self);
        self.pointer.truncate(length);
        result
    }
}

/// Whether only responses have a member.
fn is_shown_only(kind: Kind, key: &str) -> bool {
    let Kind::Named(ty) = kind.peeled() else { return false };
    let Shape::Struct { fields, .. } = ty.shape else { return false };
    fields.iter().any(|field| field.name == key && field.form == FieldForm::Response)
}
