//! What every message has in common: login, links, references, errors.

use std::collections::BTreeMap;

use sps_spec::{ErrorType, Spec};

use super::LOGIN;
use crate::{
    json::Json,
    schema::object::{Object, strings},
};

/// Makes the components that every operation uses.
pub(super) struct Messages<'s> {
    spec: &'s Spec,
}

impl<'s> Messages<'s> {
    pub(super) fn new(spec: &'s Spec) -> Self {
        Self { spec }
    }

    /// The cookie of a session, and the login that gives it.
    pub(super) fn security(&self) -> Object {
        let cookie = self.spec.protocol.cookies.iter().find(|it| it.name == "session_id");
        let doc = cookie.map(|it| it.doc.clone()).unwrap_or_default();
        let session = Object::new()
            .with("type", "apiKey")
            .with("in", "cookie")
            .with("name", "session_id")
            .with("description", doc);
        let login = self.spec.protocol.headers.iter().find(|it| it.name == "Authorization");
        let doc = login.map(|it| it.doc.clone()).unwrap_or_default();
        let login =
            Object::new().with("type", "http").with("scheme", "basic").with("description", doc);
        let login = self.spec.endpoint(LOGIN).map(|_| login);
        Object::new().with("session", session).with_some("login", login)
    }

    /// One response for each status code of an error.
    pub(super) fn errors(&self) -> Object {
        let mut by_status: BTreeMap<u16, Vec<&ErrorType>> = BTreeMap::new();
        for it in &self.spec.protocol.error_types {
            by_status.entry(it.status).or_default().push(it);
        }
        by_status.into_iter().fold(Object::new(), |all, (status, types)| {
            let text = types.iter().map(|it| format!("`{}`: {}", it.name, it.doc));
            let text = text.collect::<Vec<_>>().join(" ");
            all.with(&error_name(status), json_response(&text, reference("Error")))
        })
    }

    /// `Meta`, `Reference`, `Error`, and the responses that carry no body.
    pub(super) fn schemas(&self) -> Object {
        let protocol = &self.spec.protocol;
        let members = |members: &[sps_spec::Member]| {
            members.iter().fold(Object::new(), |all, it| {
                let text = match it.presence.as_str() {
                    "always" => it.doc.clone(),
                    presence => format!("{} Present {presence}.", it.doc),
                };
                let schema = Object::new().with("description", text).and(simple(&it.ty));
                all.with(&it.name, schema)
            })
        };
        let meta = Object::new()
            .with("type", "object")
            .with("description", "Links to a resource and its neighbors.")
            .with("properties", members(&protocol.meta));
        let of_reference =
            Object::new().with("key", string("Key of the object.")).with("meta", reference("Meta"));
        let of_reference = Object::new()
            .with("type", "object")
            .with("description", "An object elsewhere. A request has its key instead.")
            .with("properties", of_reference)
            .with("required", strings(["key"]));
        let error = Object::new()
            .with("type", "object")
            .with("properties", members(&protocol.error))
            .with("required", strings(["type", "message"]));
        let error = Object::new()
            .with("type", "object")
            .with("description", "The response to a request that failed.")
            .with("properties", Object::new().with("error", error).with("meta", reference("Meta")))
            .with("required", strings(["error"]));
        let done = Object::new()
            .with("type", "object")
            .with(
                "description",
                "The response to a change: links, and the key of what was created.",
            )
            .with(
                "properties",
                Object::new()
                    .with("key", string("Key of a new object."))
                    .with("meta", reference("Meta")),
            );
        let item = Object::new()
            .with("key", string("Key of the resource."))
            .with("meta", reference("Meta"));
        let item = Object::new().with("type", "object").with("properties", item);
        let links = Object::new()
            .with("type", "object")
            .with("description", "Links to the resources below.")
            .with(
                "properties",
                Object::new()
                    .with("items", Object::new().with("type", "array").with("items", item))
                    .with("meta", reference("Meta")),
            );
        Object::new()
            .with("Meta", meta)
            .with("Reference", of_reference)
            .with("Error", error)
            .with("Done", done)
            .with("Links", links)
    }
}

/// Name of the response of an error.
pub(super) fn error_name(status: u16) -> String {
    format!("Error{status}")
}

/// A string with this meaning.
pub(super) fn string(text: &str) -> Object {
    Object::new().with("type", "string").with("description", text)
}

/// A reference to a component.
pub(super) fn reference(name: &str) -> Object {
    Object::new().with("$ref", format!("#/components/schemas/{name}"))
}

/// A response with this JSON.
pub(super) fn json_response(text: &str, schema: Object) -> Object {
    Object::new().with("description", text).with("content", json_content(schema))
}

/// JSON with this schema.
pub(super) fn json_content(schema: Object) -> Object {
    Object::new().with("application/json", Object::new().with("schema", schema))
}

/// The schema of a type of `protocol.toml`.
fn simple(ty: &str) -> Object {
    let (name, nullable) = ty.strip_suffix('?').map_or((ty, false), |name| (name, true));
    let name = match name {
        "int" => "integer",
        "list" => "array",
        "string" | "object" => name,
        _ => return Object::new(),
    };
    let list = (name == "array").then(Object::new);
    let ty = if nullable { strings([name, "null"]) } else { Json::from(name) };
    Object::new().with("type", ty).with_some("items", list)
}
