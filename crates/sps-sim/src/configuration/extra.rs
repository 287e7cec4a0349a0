//! Firmware that knows one key more than the spec, in every object.

use std::{
    collections::BTreeMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use serde_json::{Value, json};
use sps_spec::{Constraint, Endpoint, Field, FieldType, Form, Presence, Spec, TypeDef, Versions};

use crate::configuration::{
    store::Configuration,
    tree::{Node, Tree},
};

/// The value of the key in a new appliance.
const VALUE: &str = "kept by newer firmware";

/// Returns the spec with an optional key more in every object that is sent and received.
///
/// The specs stay for the rest of the process, one for each key.
pub(crate) fn with_key(spec: &'static Spec, key: &str) -> &'static Spec {
    static SPECS: OnceLock<Mutex<BTreeMap<(usize, String), &'static Spec>>> = OnceLock::new();
    let mut specs =
        SPECS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    // Its address identifies a spec that never moves.
    let id = (std::ptr::from_ref(spec).addr(), key.to_owned());
    if let Some(spec) = specs.get(&id) {
        return spec;
    }
    let mut spec = spec.clone();
    for def in spec.types_mut() {
        if let TypeDef::Struct(def) = def
            && def.form == Form::Both
            && def.field(key).is_none()
        {
            def.fields.push(field(key));
        }
    }
    let spec: &'static Spec = Box::leak(Box::new(spec));
    specs.insert(id, spec);
    spec
}

fn field(key: &str) -> Field {
    Field {
        name: key.to_owned(),
        rust: key.to_owned(),
        ty: FieldType::Any,
        presence: Presence::Optional,
        nullable: true,
        tag: false,
        sensitive: false,
        response_only: false,
        request_only: false,
        authenticated: false,
        label: false,
        unordered: false,
        constraint: Constraint::default(),
        unit: None,
        default: None,
        example: None,
        doc: String::new(),
        inferred: None,
        source: String::new(),
        versions: Versions::default(),
    }
}

/// Gives the key to every object of a configuration.
pub(crate) fn plant(configuration: &mut Configuration, tree: &Tree, spec: &Spec, key: &str) {
    for (path, node) in tree.nodes() {
        match node {
            Node::Singleton(endpoint) => {
                if let Some(body) = configuration.singletons.get_mut(path) {
                    plant_in_body(spec, endpoint, body, key);
                }
            }
            Node::Collection(endpoint) => {
                for object in configuration.collections.get_mut(path).into_iter().flatten() {
                    plant_in_body(spec, endpoint, &mut object.body, key);
                }
            }
            _ => {}
        }
    }
}

fn plant_in_body(spec: &Spec, endpoint: &Endpoint, body: &mut Value, key: &str) {
    if let Some(request) = &endpoint.request {
        plant_in(spec, &request.ty, body, key);
    }
}

fn plant_in(spec: &Spec, ty: &FieldType, value: &mut Value, key: &str) {
    match (ty, value) {
        (FieldType::List(inner) | FieldType::Array(inner, _), Value::Array(elements)) => {
            for element in elements {
                plant_in(spec, inner, element, key);
            }
        }
        (FieldType::Map(inner) | FieldType::Ordered(inner), Value::Object(members)) => {
            for member in members.values_mut() {
                plant_in(spec, inner, member, key);
            }
        }
        (FieldType::Named(name), Value::Object(members)) => match spec.type_def(name) {
            Some(TypeDef::Struct(def)) => {
                for field in &def.fields {
                    if let Some(member) = members.get_mut(&field.name) {
                        plant_in(spec, &field.ty, member, key);
                    }
                }
                if def.field(key).is_some_and(|it| it.source.is_empty()) {
                    members.entry(key.to_owned()).or_insert_with(|| json!(VALUE));
                }
            }
            Some(TypeDef::Union(def)) => {
                let tag = members.get(&def.tag).and_then(Value::as_str);
                let payload = tag.and_then(|tag| def.variant(tag)?.payload.as_ref());
                if let (Some(payload), Some(content)) = (payload, members.get_mut(&def.content)) {
                    plant_in(spec, &payload.ty, content, key);
                }
            }
            _ => {}
        },
        _ => {}
    }
}
