//! JSON Schema 2020-12 of the bodies that an endpoint takes and shows.

mod condition;
mod format;
mod object;
mod types;

use sps_spec::{Endpoint, EndpointKind, Spec, TypeDef};

use self::{
    object::{Object, strings},
    types::Types,
};
use crate::{json::Json, page::prose};

/// Where schemas would be, if they were on a server. They are not: the name only has to be their own.
const BASE: &str = "https://sps.invalid/schema/";

/// Which way a body travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum SchemaForm {
    /// To the appliance.
    Request,
    /// From the appliance.
    Response,
}

impl SchemaForm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Request, Self::Response];

    /// The word for it in names of files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }

    /// Name of the type of the body, if the endpoint has one in this form.
    fn body(self, endpoint: &Endpoint) -> Option<&str> {
        match self {
            Self::Request => endpoint.request.as_deref(),
            Self::Response => endpoint.response.as_deref(),
        }
    }
}

/// The JSON Schema of an endpoint's bodies as pretty JSON with a final newline; nothing if it has no known body in this form.
///
/// It accepts what `sps check` accepts, as far as a schema can tell: conditions between members become `if` and `then`,
/// formats patterns. Warnings are no part of it. A rule that no schema can say is named in a `$comment` of its type. A
/// response may be under its wrapper or be a list of them, its references are objects or keys, and it may have members
/// and words that no source shows.
pub fn schema(spec: &Spec, endpoint: &Endpoint, form: SchemaForm) -> Option<String> {
    let name = form.body(endpoint)?;
    let mut types = Types::new(spec, form);
    let body = types.named(name);
    let body = match form {
        SchemaForm::Request => bare(spec, endpoint, name, body),
        SchemaForm::Response => wrapped(spec, endpoint, name, body),
    };
    let mut comment = "A schema cannot say that a key must not appear twice, that an object must exist, or how often \
                       it may be referred to; `sps check` does."
        .to_owned();
    if let Some(versions) = prose::versions(&endpoint.versions) {
        comment = format!("Only {versions}. {comment}");
    }
    let what = match form {
        SchemaForm::Request => "what is sent",
        SchemaForm::Response => "what is answered",
    };
    let schema = Object::new()
        .with("$schema", "https://json-schema.org/draft/2020-12/schema")
        .with("$id", schema_id(endpoint, form))
        .with("title", format!("{}: {what}", endpoint.title))
        .with("description", format!("{} Path: `{}`.", endpoint.doc, endpoint.path))
        .with("$comment", comment)
        .and(body)
        .with("$defs", types.definitions());
    Some(format!("{}\n", Json::from(schema)))
}

/// The `$id` of a schema: a name of its own, at which nothing is served.
pub fn schema_id(endpoint: &Endpoint, form: SchemaForm) -> String {
    format!("{BASE}{}", schema_file(endpoint, form))
}

/// The file of a schema in a folder of all of them, with `/` between folders.
pub fn schema_file(endpoint: &Endpoint, form: SchemaForm) -> String {
    format!("{}.{}.json", endpoint.short_path(), form.name())
}

/// The index of all schemas: a line for each endpoint that has one, with its forms.
pub fn schemas(spec: &Spec) -> String {
    let endpoints = spec.endpoints.iter().filter(|it| !forms(it).is_empty());
    let width = endpoints.clone().map(|it| it.short_path().len()).max().unwrap_or(0);
    let lines = endpoints.map(|it| {
        let names: Vec<_> = forms(it).into_iter().map(SchemaForm::name).collect();
        format!("{:width$}  {}\n", it.short_path(), names.join(", "))
    });
    lines.collect()
}

/// Settings of an editor that map files to schemas, as pretty JSON with a final newline.
///
/// Every file whose path ends as the endpoint's does gets the schema of a request, or of a response where nothing is sent:
/// `management/email.json` and, for a collection, `passwords/KEY.json`. `base` is where the folder of schemas is, such as
/// `./schemas`.
pub fn schema_settings(spec: &Spec, base: &str) -> String {
    let entries = spec.endpoints.iter().filter_map(|endpoint| {
        let form = forms(endpoint).into_iter().next()?;
        let short = endpoint.short_path();
        let mut globs = vec![format!("**/{short}.json")];
        if matches!(endpoint.kind, EndpointKind::Collection | EndpointKind::Job) {
            globs.push(format!("**/{short}/*.json"));
        }
        let entry = Object::new()
            .with("fileMatch", strings(globs))
            .with("url", format!("{base}/{}", schema_file(endpoint, form)));
        Some(Json::from(entry))
    });
    let settings = Object::new().with("json.schemas", entries.collect::<Vec<_>>());
    format!("{}\n", Json::from(settings))
}

/// The forms in which the endpoint has a known body.
fn forms(endpoint: &Endpoint) -> Vec<SchemaForm> {
    SchemaForm::ALL.into_iter().filter(|form| form.body(endpoint).is_some()).collect()
}

/// The body alone. Where any member may be, the wrapper of a response would pass for one.
fn bare(spec: &Spec, endpoint: &Endpoint, name: &str, body: Object) -> Object {
    let open = matches!(spec.type_def(name), Some(TypeDef::Struct(it)) if it.open);
    let carriers = Carriers::of(spec, endpoint, name);
    if open && !carriers.is_empty() { body.with("not", carriers.is_wrapped()) } else { body }
}

/// The body under one of its wrappers, a list of them, or the body alone.
fn wrapped(spec: &Spec, endpoint: &Endpoint, name: &str, body: Object) -> Object {
    let carriers = Carriers::of(spec, endpoint, name);
    if carriers.is_empty() {
        return body;
    }
    let about = || {
        let text = |text: &str| Object::new().with("description", text);
        let address = "The address of the object, and those of its neighbors.";
        Object::new().with("key", text("The key of the object.")).with("meta", text(address))
    };
    let mut members = about();
    for wrapper in &carriers.wrappers {
        members = members.with(wrapper, body.clone());
    }
    if let Some(listing) = carriers.listing {
        let members_of_item = about().with("body", body.clone());
        let item = Object::new().with("type", "object").with("properties", members_of_item);
        let items = Object::new().with("type", "array").with("items", item);
        members = members.with(listing, items);
    }
    Object::new()
        .with("if", carriers.is_wrapped())
        .with("then", Object::new().with("properties", members))
        .with("else", body)
}

/// Members of a response under which its body is, or the list of bodies; none that the body itself has.
struct Carriers<'a> {
    wrappers: Vec<&'a str>,
    listing: Option<&'static str>,
}

impl<'a> Carriers<'a> {
    fn of(spec: &'a Spec, endpoint: &'a Endpoint, name: &str) -> Self {
        let own: Vec<&str> = match spec.type_def(name) {
            Some(TypeDef::Struct(it)) => it.fields.iter().map(|it| it.name.as_str()).collect(),
            Some(TypeDef::Union(it)) => vec![&it.tag, &it.content],
            Some(TypeDef::Enum(_)) | None => Vec::new(),
        };
        let wrappers = endpoint.wrappers.iter().map(String::as_str);
        Self {
            wrappers: wrappers.filter(|it| !own.contains(it)).collect(),
            listing: Some("items").filter(|it| !own.contains(it)),
        }
    }

    fn is_empty(&self) -> bool {
        self.wrappers.is_empty() && self.listing.is_none()
    }

    /// What a document with a wrapper is like.
    fn is_wrapped(&self) -> Object {
        let names = || self.wrappers.iter().copied().chain(self.listing);
        let carries = names().map(|it| Json::from(Object::new().with("required", strings([it]))));
        Object::new()
            .with("type", "object")
            .with(
                "propertyNames",
                Object::new().with("enum", strings(names().chain(["key", "meta"]))),
            )
            .with("anyOf", carries.collect::<Vec<_>>())
    }
}
