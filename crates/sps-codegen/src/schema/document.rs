//! The schema of a file that may hold a request or a response.

use sps_spec::{Endpoint, Spec};

use super::{
    Carriers, SchemaForm, bare,
    object::{Object, strings},
    strict::strict,
    types::Types,
};
use crate::json::Json;

/// The schema of both forms, decided by the shape of the document as `sps check` does.
pub(super) fn schema(spec: &Spec, endpoint: &Endpoint) -> Option<String> {
    let mut requests = Types::new(spec, SchemaForm::Request);
    let mut responses = Types::new(spec, SchemaForm::Response);
    let (sent, received) = (endpoint.request.as_ref()?, endpoint.response.as_ref()?);
    let request = bare(spec, endpoint, sent, requests.body(sent));
    let response = responses.body(received);
    let carriers = Carriers::of(spec, endpoint, received);
    let body = if carriers.is_empty() {
        let forms = [(SchemaForm::Request, request), (SchemaForm::Response, response)];
        let forms = forms.map(|(form, schema)| renamed(schema.into(), form));
        Object::new().with("anyOf", forms.to_vec())
    } else {
        Object::new()
            .with("if", has_response_shape(&carriers))
            .with("then", renamed(carriers.members(&response).into(), SchemaForm::Response))
            .with("else", renamed(request.into(), SchemaForm::Request))
    };
    let definitions = [
        (SchemaForm::Request, requests.definitions()),
        (SchemaForm::Response, responses.definitions()),
    ];
    let definitions = definitions.into_iter().fold(Object::new(), |all, (form, definitions)| {
        definitions.members().fold(all, |all, (name, schema)| {
            all.with(&format!("{}.{name}", form.name()), renamed(schema.clone(), form))
        })
    });
    let schema = Object::new()
        .with("$schema", "https://json-schema.org/draft/2020-12/schema")
        .with("$id", super::id_of(&super::schema_file_of_documents(endpoint)))
        .with("title", format!("{}: a request or a response", endpoint.title))
        .with("description", format!("{} Path: `{}`.", endpoint.doc, endpoint.path))
        .and(body)
        .with("$defs", definitions);
    let mut schema = Json::from(schema);
    strict(&mut schema, false);
    Some(format!("{schema}\n"))
}

/// A wrapper, or the response to a change, which has no body.
fn has_response_shape(carriers: &Carriers<'_>) -> Object {
    let bodiless = Object::new()
        .with("type", "object")
        .with("propertyNames", Object::new().with("enum", strings(["key", "meta"])))
        .with("required", strings(["meta"]));
    Object::new().with("anyOf", vec![Json::from(carriers.is_wrapped()), bodiless.into()])
}

/// Names the definitions of one form in every reference.
fn renamed(schema: Json, form: SchemaForm) -> Json {
    match schema {
        Json::Object(members) => Json::Object(
            members
                .into_iter()
                .map(|(name, value)| match (name.as_str(), value) {
                    ("$ref", Json::Str(text)) => {
                        let definition = text.trim_start_matches("#/$defs/");
                        (name, Json::Str(format!("#/$defs/{}.{definition}", form.name())))
                    }
                    (_, value) => (name, renamed(value, form)),
                })
                .collect(),
        ),
        Json::List(elements) => {
            Json::List(elements.into_iter().map(|element| renamed(element, form)).collect())
        }
        value => value,
    }
}
