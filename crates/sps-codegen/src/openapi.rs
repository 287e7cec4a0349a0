//! The whole API as one OpenAPI 3.1 document.

mod messages;
mod paths;
mod schemas;

use sps_spec::{Spec, Version};

use self::{messages::Messages, paths::paths, schemas::Schemas};
use crate::{
    json::Json,
    schema::object::{Object, strings},
};

/// The OpenAPI 3.1 description of the API, as pretty JSON with a final newline.
///
/// It has every path, what each method takes and returns, the errors, and examples. Requests and responses have schemas of
/// their own: a reference is a key in the one and an object in the other, and a response may hold what no source shows.
/// The schemas say types, words, ranges and formats. Rules that tie members to each other are in descriptions: programs
/// that make clients do not understand them. For the whole check there is [`schema`](crate::schema()).
///
/// `version` is the version of the appliance that `spec` is of; see [`Spec::at`].
pub fn openapi(spec: &Spec, version: Option<&Version>) -> String {
    let mut schemas = Schemas::new(spec);
    let messages = Messages::new(spec);
    let paths = paths(spec, &mut schemas);
    let (title, version) = match version {
        Some(version) => (format!("SPS {version} REST API"), version.to_string()),
        None => ("SPS REST API".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    };
    let info = Object::new()
        .with("title", title)
        .with("version", version)
        .with("summary", "REST API of One Identity Safeguard for Privileged Sessions.")
        .with("description", DESCRIPTION)
        .with(
            "license",
            Object::new().with("name", "MIT or Apache-2.0").with("identifier", "MIT OR Apache-2.0"),
        );
    let address = Object::new()
        .with("default", "localhost")
        .with("description", "Name or address of the appliance, with the port if it is not 443.");
    let server = Object::new()
        .with("url", "https://{appliance}")
        .with("description", "The appliance.")
        .with("variables", Object::new().with("appliance", address));
    let document = Object::new()
        .with("openapi", "3.1.0")
        .with("info", info)
        .with("servers", vec![Json::from(server)])
        .with("security", vec![Json::from(Object::new().with("session", strings::<&str>([])))])
        .with("tags", tags(spec))
        .with("paths", paths)
        .with(
            "components",
            Object::new()
                .with("securitySchemes", messages.security())
                .with("responses", messages.errors())
                .with("schemas", messages.schemas().and(schemas.into_components())),
        );
    format!("{}\n", Json::from(document))
}

/// The path that takes a user and a password, and gives the cookie of a session: the one that never moves.
const LOGIN: &str = "/api/authentication";

const DESCRIPTION: &str = "\
Log in with GET /api/authentication; its cookie belongs into every other request. A change opens a transaction, and takes \
effect when PUT /api/transaction commits it. A PUT replaces the whole object: send all its members. The appliance silently \
ignores unknown members of a request. This description is derived from public documentation; the vendor has not written or \
approved it.";

/// One tag for each area.
fn tags(spec: &Spec) -> Vec<Json> {
    let mut names: Vec<&str> = Vec::new();
    for endpoint in &spec.endpoints {
        let name = endpoint.area();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    let tag = |name: &str| {
        let description = format!("Endpoints of `{name}`.");
        Object::new().with("name", name).with("description", description).into()
    };
    names.into_iter().map(tag).collect()
}
