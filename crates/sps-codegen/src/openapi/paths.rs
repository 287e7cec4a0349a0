//! Paths and their operations.

use sps_spec::{Endpoint, EndpointKind, Method, Part, Spec};

use super::{
    LOGIN,
    messages::{error_name, json_response, reference},
    schemas::Schemas,
};
use crate::{
    json::Json,
    page::prose,
    schema::{
        SchemaForm,
        object::{Object, strings},
    },
    template::template_value,
};

/// Every path, sorted.
pub(super) fn paths<'s>(spec: &'s Spec, schemas: &mut Schemas<'s>) -> Object {
    let mut paths: Vec<(String, Object)> = Vec::new();
    for endpoint in &spec.endpoints {
        let mut page = Page { spec, schemas: &mut *schemas, endpoint };
        paths.push((endpoint.path.clone(), page.own()));
        if endpoint.object_methods.is_empty() {
            continue;
        }
        let object = format!("{}/{{key}}", endpoint.path);
        paths.push((object.clone(), page.object()));
        for part in &endpoint.parts {
            paths.push((format!("{object}/{}", part.name), page.part(part)));
        }
    }
    paths.sort_by(|(one, _), (other, _)| one.cmp(other));
    paths.into_iter().fold(Object::new(), |all, (path, item)| all.with(&path, item))
}

/// First segment of the path below `/api/configuration` or `/api`.
pub(super) fn tag(endpoint: &Endpoint) -> &str {
    endpoint.short_path().split('/').next().unwrap_or_default()
}

struct Page<'p, 's> {
    spec: &'s Spec,
    schemas: &'p mut Schemas<'s>,
    endpoint: &'s Endpoint,
}

impl Page<'_, '_> {
    /// The path of the endpoint.
    fn own(&mut self) -> Object {
        let endpoint = self.endpoint;
        endpoint.methods.iter().fold(Object::new(), |all, method| {
            let operation = match (endpoint.kind, method) {
                (EndpointKind::Collection | EndpointKind::Job, Method::Get) => {
                    let schema = self.listing();
                    self.reads("List", schema)
                }
                (EndpointKind::Container, Method::Get) => self.reads("List", reference("Links")),
                (_, Method::Get) => {
                    let schema = self.single();
                    self.reads("Get", schema)
                }
                (EndpointKind::Job, Method::Post) => self.changes("Start", method, true),
                (EndpointKind::Collection, Method::Post) => self.changes("Create", method, true),
                (_, Method::Post) => self.changes("Open", method, false),
                (_, Method::Put) => self.changes("Replace", method, true),
                (_, Method::Delete) => self.changes("Delete", method, false),
            };
            all.with(&method.name().to_lowercase(), operation)
        })
    }

    /// The path of one object below it.
    fn object(&mut self) -> Object {
        let methods = &self.endpoint.object_methods;
        let item = Object::new().with("parameters", vec![Json::from(key(&self.endpoint.title))]);
        methods.iter().fold(item, |all, method| {
            let operation = match method {
                Method::Get => {
                    let schema = self.single();
                    self.reads("GetOne", schema)
                }
                Method::Put => self.changes("ReplaceOne", method, true),
                Method::Delete => self.changes("DeleteOne", method, false),
                Method::Post => self.changes("CreateOne", method, true),
            };
            all.with(&method.name().to_lowercase(), operation)
        })
    }

    /// A file below one object.
    fn part(&mut self, part: &Part) -> Object {
        let item = Object::new().with("parameters", vec![Json::from(key(&self.endpoint.title))]);
        let file = Object::new().with("type", "string").with("format", "binary");
        let content =
            Object::new().with("application/octet-stream", Object::new().with("schema", file));
        let done = Object::new().with("description", part.doc.as_str()).with("content", content);
        part.methods.iter().fold(item, |all, method| {
            let name = format!("{}{}", verb(*method), camel(&part.name));
            let operation = self
                .operation(&name, &part.doc)
                .with("responses", self.errors(Object::new().with("200", done.clone())));
            all.with(&method.name().to_lowercase(), operation)
        })
    }

    fn reads(&self, verb: &str, schema: Object) -> Object {
        let responses =
            Object::new().with("200", json_response("The state of the appliance.", schema));
        self.operation(verb, &self.endpoint.doc)
            .and(self.security())
            .with("responses", self.errors(responses))
    }

    fn changes(&mut self, verb: &str, method: &Method, has_body: bool) -> Object {
        let schema = match (self.endpoint.kind, method) {
            (EndpointKind::Status, Method::Post) => self.single(),
            _ => reference("Done"),
        };
        let done = json_response("Done.", schema);
        let responses = Object::new().with("200", done.clone());
        // Tables of the guide list 201 for changes too.
        let responses = match method {
            Method::Delete => responses,
            _ => responses.with("201", done),
        };
        let body = self.endpoint.request.as_ref().filter(|_| has_body).map(|body| {
            let mut media =
                Object::new().with("schema", self.schemas.body(body, SchemaForm::Request));
            if let Some(example) = template_value(self.spec, self.endpoint) {
                media = media.with("example", example);
            }
            Object::new()
                .with("required", true)
                .with("content", Object::new().with("application/json", media))
        });
        let doc = match method {
            Method::Put => format!(
                "{} A PUT replaces the whole object: a member that is left out is lost.",
                self.endpoint.doc
            ),
            _ => self.endpoint.doc.clone(),
        };
        self.operation(verb, &doc)
            .with_some("requestBody", body)
            .with("responses", self.errors(responses))
    }

    /// What every operation has.
    fn operation(&self, verb: &str, doc: &str) -> Object {
        let endpoint = self.endpoint;
        let mut text = doc.to_owned();
        if let Some(versions) = prose::versions(&endpoint.versions) {
            text = format!("{text} Only {versions}.");
        }
        let title = format!("{}: {}", endpoint.title, words(verb));
        Object::new()
            .with("operationId", self.operation_id(verb))
            .with("summary", title)
            .with("description", text)
            .with("tags", strings([tag(endpoint)]))
    }

    /// Such as `replaceManagementEmail`: the short path, unless two endpoints have it.
    fn operation_id(&self, verb: &str) -> String {
        let Endpoint { path, .. } = self.endpoint;
        let short = self.endpoint.short_path();
        let is_only = self.spec.endpoints.iter().filter(|it| it.short_path() == short).count() == 1;
        let place = if is_only { short } else { path.strip_prefix("/api/").unwrap_or(path) };
        let mut letters = verb.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
        format!("{first}{}{}", letters.as_str(), camel(place))
    }

    /// What a client shows instead of its session, or may leave out.
    fn security(&self) -> Object {
        let security = || {
            let session = Object::new().with("session", strings::<&str>([]));
            vec![Json::from(session), Json::from(Object::new())]
        };
        let login = || vec![Json::from(Object::new().with("login", strings::<&str>([])))];
        match self.endpoint.path.as_str() {
            LOGIN => Object::new().with("security", login()),
            _ => Object::new().with_some("security", self.endpoint.anonymous.then(security)),
        }
    }

    /// The responses with those of errors.
    fn errors(&self, responses: Object) -> Object {
        let mut statuses: Vec<u16> =
            self.spec.protocol.error_types.iter().map(|it| it.status).collect();
        statuses.sort_unstable();
        statuses.dedup();
        statuses.into_iter().fold(responses, |all, status| {
            let to = format!("#/components/responses/{}", error_name(status));
            all.with(&status.to_string(), Object::new().with("$ref", to))
        })
    }

    /// The response with one object.
    fn single(&mut self) -> Object {
        let Some(body) = &self.endpoint.response else { return reference("Done") };
        let body = self.schemas.body(body, SchemaForm::Response);
        let wrappers = &self.endpoint.wrappers;
        let members = Object::new().with("key", string("Key of the object."));
        let members = wrappers.iter().fold(members, |all, wrapper| all.with(wrapper, body.clone()));
        let required = (wrappers.len() == 1).then(|| strings(wrappers));
        Object::new()
            .with("type", "object")
            .with("properties", members.with("meta", reference("Meta")))
            .with_some("required", required)
    }

    /// The response with all objects.
    fn listing(&mut self) -> Object {
        let body = self
            .endpoint
            .response
            .as_ref()
            .map(|body| self.schemas.body(body, SchemaForm::Response));
        let item = Object::new()
            .with("key", string("Key of the object."))
            .with("meta", reference("Meta"))
            .with_some("body", body);
        let item = Object::new().with("type", "object").with("properties", item);
        let items = Object::new()
            .with("type", "array")
            .with("items", item)
            .with("description", "The objects, with their bodies from 6.1.0 on.");
        Object::new()
            .with("type", "object")
            .with("properties", Object::new().with("items", items).with("meta", reference("Meta")))
    }
}

fn key(title: &str) -> Object {
    Object::new()
        .with("name", "key")
        .with("in", "path")
        .with("required", true)
        .with("description", format!("{title}: key of the object."))
        .with("schema", Object::new().with("type", "string"))
}

fn string(text: &str) -> Object {
    Object::new().with("type", "string").with("description", text)
}

fn verb(method: Method) -> &'static str {
    match method {
        Method::Get => "Get",
        Method::Post => "Create",
        Method::Put => "Replace",
        Method::Delete => "Delete",
    }
}

/// `ReplaceOne` as `replace one`.
fn words(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

fn camel(path: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next()?;
        Some(first.to_uppercase().chain(letters).collect::<String>())
    };
    path.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(word).collect()
}
