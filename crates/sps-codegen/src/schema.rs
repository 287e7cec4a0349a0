//! JSON Schema 2020-12 of the bodies that an endpoint takes and shows.

pub(crate) mod condition;
mod document;
mod editor;
pub(crate) mod format;
pub(crate) mod object;
mod settings;
mod site;
mod strict;
pub(crate) mod types;
pub(crate) mod value;

use sps_spec::{Body, Endpoint, FieldType, Spec, TypeDef};

pub use self::{
    editor::{SchemaMapping, schema_settings},
    settings::{schema_file_of_settings, schema_of_settings},
};
use self::{
    object::{Object, strings},
    strict::strict,
    types::Types,
};
use crate::{json::Json, page::prose};

/// Where schemas would be, if they were on a server. They are not: the name only has to be their own.
const BASE: &str = "https://sps.invalid/schema/";
/// The dialect of all schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Where a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "whoever has a form for each has to know of one more")]
pub enum SchemaForm {
    /// On its way to the appliance.
    Request,
    /// On its way from the appliance.
    Response,
    /// In a file of a tree of configuration, where notations such as `{"$ref": …}` may replace values.
    Site,
}

impl SchemaForm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Request, Self::Response, Self::Site];

    /// The word for it in names of files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Site => "site",
        }
    }

    /// Whether it is, or becomes, what the appliance gets: it may have only what the spec knows.
    pub(crate) const fn is_sent(self) -> bool {
        !matches!(self, Self::Response)
    }

    /// The body, if the endpoint has one in this form.
    fn body(self, endpoint: &Endpoint) -> Option<&Body> {
        match self {
            Self::Request => endpoint.request.as_ref(),
            Self::Response => endpoint.response.as_ref(),
            Self::Site => endpoint.request.as_ref().filter(|_| site::has_files(endpoint)),
        }
    }
}

/// The JSON Schema of an endpoint's bodies as pretty JSON with a final newline; nothing if it has no known body in this form.
///
/// It accepts what `sps check` accepts, as far as a schema can tell: conditions between members become `if` and `then`,
/// formats patterns. Warnings are no part of it. A rule that no schema can say is named in a `$comment` of its type. A
/// response may be under its wrapper or be a list of them, its references are objects or keys, and it may have members
/// and words that no source shows. A file of a tree may have notations in place of values; conditions on a text that may be
/// elsewhere hold where it is in the file.
pub fn schema(spec: &Spec, endpoint: &Endpoint, form: SchemaForm) -> Option<String> {
    let of = form.body(endpoint)?;
    let mut types = Types::new(spec, form);
    let body = types.body(of);
    let body = match form {
        SchemaForm::Request | SchemaForm::Site => bare(spec, endpoint, of, body),
        SchemaForm::Response => wrapped(spec, endpoint, of, body),
    };
    let mut comment = match form {
        SchemaForm::Request | SchemaForm::Response => {
            "A schema cannot say that a key must not appear twice, that an object must exist, or how often it may be \
             referred to; `sps check` does."
        }
        SchemaForm::Site => {
            "A schema cannot say that a key must not appear twice, that a label must exist, or how often an object may be \
             referred to; the check of the whole tree does."
        }
    }
    .to_owned();
    if let Some(versions) = prose::versions(&endpoint.versions) {
        comment = format!("Only {versions}. {comment}");
    }
    let what = match form {
        SchemaForm::Request => "what is sent",
        SchemaForm::Response => "what is answered",
        SchemaForm::Site => "a file of a tree",
    };
    let place = match form {
        SchemaForm::Site => format!(" File: {}.", site::files(endpoint)),
        _ => String::new(),
    };
    let schema = Object::new()
        .with("$schema", DIALECT)
        .with("$id", schema_id(endpoint, form))
        .with("title", format!("{}: {what}", endpoint.title))
        .with("description", format!("{} Path: `{}`.{place}", endpoint.doc, endpoint.path))
        .with("$comment", comment)
        .and(body)
        .with("$defs", types.definitions());
    let mut schema = Json::from(schema);
    strict(&mut schema, false);
    Some(format!("{schema}\n"))
}

/// The `$id` of a schema: a name of its own, at which nothing is served.
pub fn schema_id(endpoint: &Endpoint, form: SchemaForm) -> String {
    id_of(&schema_file(endpoint, form))
}

/// The braces of a placeholder are not allowed in a URI.
fn id_of(file: &str) -> String {
    format!("{BASE}{}", file.replace('{', "%7B").replace('}', "%7D"))
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

/// The JSON Schema of a file that may hold a request or a response, for editors: pretty JSON with a final newline; nothing
/// if only one of the two has a known body.
pub fn schema_of_documents(spec: &Spec, endpoint: &Endpoint) -> Option<String> {
    document::schema(spec, endpoint)
}

/// The file of that schema in a folder of all schemas, with `/` between folders.
pub fn schema_file_of_documents(endpoint: &Endpoint) -> String {
    format!("{}.document.json", endpoint.short_path())
}

/// The forms in which the endpoint has a known body.
fn forms(endpoint: &Endpoint) -> Vec<SchemaForm> {
    SchemaForm::ALL.into_iter().filter(|form| form.body(endpoint).is_some()).collect()
}

/// The body alone. Where any member may be, the wrapper of a response would pass for one.
fn bare(spec: &Spec, endpoint: &Endpoint, of: &Body, body: Object) -> Object {
    let def = of.name().and_then(|name| spec.type_def(name));
    let open = matches!(def, Some(TypeDef::Struct(it)) if it.open)
        || matches!(of.ty, FieldType::Map(_) | FieldType::Ordered(_));
    let carriers = Carriers::of(spec, endpoint, of);
    if open && !carriers.is_empty() { body.with("not", carriers.is_wrapped()) } else { body }
}

/// The body under one of its wrappers, a list of them, or the body alone.
fn wrapped(spec: &Spec, endpoint: &Endpoint, of: &Body, body: Object) -> Object {
    let carriers = Carriers::of(spec, endpoint, of);
    if carriers.is_empty() {
        return body;
    }
    Object::new()
        .with("if", carriers.is_wrapped())
        .with("then", carriers.members(&body))
        .with("else", body)
}

/// Members of a response under which its body is, or the list of bodies; none that the body itself has.
struct Carriers<'a> {
    wrappers: Vec<&'a str>,
    listing: Option<&'static str>,
    /// Whether the items of the list are the bodies themselves, with `key` and `meta` beside their members.
    is_bare: bool,
    /// The links of a response, by which one with further members is recognized.
    links: Option<&'static str>,
}

impl<'a> Carriers<'a> {
    fn of(spec: &'a Spec, endpoint: &'a Endpoint, body: &Body) -> Self {
        let own: Vec<&str> = match body.name().and_then(|name| spec.type_def(name)) {
            Some(TypeDef::Struct(it)) => it.fields.iter().map(|it| it.name.as_str()).collect(),
            Some(TypeDef::Union(it)) => vec![&it.tag, &it.content],
            Some(TypeDef::Enum(_)) | None => Vec::new(),
        };
        let wrappers = endpoint.wrappers.iter().map(String::as_str);
        Self {
            wrappers: wrappers.filter(|it| !own.contains(it)).collect(),
            listing: Some("items").filter(|it| !own.contains(it)),
            is_bare: endpoint.wrappers.is_empty(),
            links: Some("meta").filter(|it| !own.contains(it)),
        }
    }

    fn is_empty(&self) -> bool {
        self.wrappers.is_empty() && self.listing.is_none()
    }

    /// What is in a document with a wrapper.
    fn members(&self, body: &Object) -> Object {
        let about = || {
            let text = |text: &str| Object::new().with("description", text);
            let address = "The address of the object, and those of its neighbors.";
            Object::new().with("key", text("The key of the object.")).with("meta", text(address))
        };
        let mut members = about();
        for wrapper in &self.wrappers {
            members = members.with(wrapper, body.clone());
        }
        if let Some(listing) = self.listing {
            let item = if self.is_bare {
                body.clone()
            } else {
                let members_of_item = about().with("body", body.clone());
                Object::new().with("type", "object").with("properties", members_of_item)
            };
            let items = Object::new().with("type", "array").with("items", item);
            members = members.with(listing, items);
        }
        Object::new().with("properties", members)
    }

    /// What a document with a wrapper is like.
    fn is_wrapped(&self) -> Object {
        let names = || self.wrappers.iter().copied().chain(self.listing);
        let carries = names().map(|it| Json::from(Object::new().with("required", strings([it]))));
        let carries = Object::new().with("anyOf", carries.collect::<Vec<_>>());
        let known = strings(names().chain(["key", "meta"]));
        let only_known = Object::new().with("propertyNames", Object::new().with("enum", known));
        let with_links = self.links.map(|links| {
            let object = Object::new().with(links, Object::new().with("type", "object"));
            Object::new().with("required", strings([links])).with("properties", object)
        });
        let forms: Vec<Json> =
            [Some(only_known), with_links].into_iter().flatten().map(Json::from).collect();
        let form = Object::new().with("anyOf", forms);
        Object::new()
            .with("type", "object")
            .with("allOf", vec![Json::from(carries), Json::from(form)])
    }
}
