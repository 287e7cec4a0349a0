//! Types that the bodies of endpoints hold, and those that wait for an endpoint.

use std::collections::HashSet;

use crate::{
    endpoint::{Body, Spec},
    types::{Field, FieldType, TypeDef},
};

/// Names of the types that requests and responses hold.
#[derive(Debug)]
pub(crate) struct Reached<'a> {
    pub(crate) requests: HashSet<&'a str>,
    pub(crate) responses: HashSet<&'a str>,
}

/// Follows the bodies of all endpoints, and the types whose endpoint has no known path.
pub(crate) fn reached(spec: &Spec) -> Reached<'_> {
    let (mut requests, mut responses) = (HashSet::new(), HashSet::new());
    for it in &spec.endpoints {
        if let Some(name) = it.request.as_ref().and_then(Body::leaf_name) {
            visit(spec, name, |field| !field.response_only, &mut requests);
        }
        if let Some(name) = it.response.as_ref().and_then(Body::leaf_name) {
            visit(spec, name, |field| !field.request_only, &mut responses);
        }
    }
    for it in spec.shared.iter().filter(|it| it.unplaced).flat_map(|it| &it.types) {
        visit(spec, it.name(), |field| !field.response_only, &mut requests);
        visit(spec, it.name(), |field| !field.request_only, &mut responses);
    }
    Reached { requests, responses }
}

/// Adds a type and all that it holds, through the fields that `passes` lets through.
fn visit<'a>(spec: &'a Spec, name: &str, passes: fn(&Field) -> bool, seen: &mut HashSet<&'a str>) {
    let Some(def) = spec.type_def(name) else { return };
    if !seen.insert(def.name()) {
        return;
    }
    let types: Vec<&FieldType> = match def {
        TypeDef::Struct(it) => {
            it.fields.iter().filter(|field| passes(field)).map(|field| &field.ty).collect()
        }
        TypeDef::Union(it) => it
            .variants
            .iter()
            .filter_map(|variant| variant.payload.as_ref())
            .map(|payload| &payload.ty)
            .collect(),
        TypeDef::Enum(_) => Vec::new(),
    };
    for ty in types {
        if let FieldType::Named(name) = ty.leaf() {
            visit(spec, name, passes, seen);
        }
    }
}
