//! Paths and their operations.

use sps_spec::{Endpoint, EndpointKind, Method, Part, Spec};

use super::{
    LOGIN,
    messages::{error_name, json_content, json_response, reference, string},
    schemas::Schemas,
};
use crate::{
    json::Json,
    page::prose,
    schema::{
        SchemaForm,
        object::{Object, strings},
        value::Leaf,
    },
    template::template_value,
    words::camel,
};

/// Every path, sorted.
pub(super) fn paths<'s>(spec: &'s Spec, schemas: &mut Schemas<'s>) -> Object {
    let mut paths: Vec<(String, Object)> = Vec::new();
    for endpoint in &spec.endpoints {
        let mut page = Page { spec, schemas: &mut *schemas, endpoint };
        paths.push((endpoint.path.clone(), page.own()));
        if endpoint.ordered {
            paths.push((format!("{}/@order", endpoint.path), page.order()));
        }
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

struct Page<'p, 's> {
    spec: &'s Spec,
    schemas: &'p mut Schemas<'s>,
    endpoint: &'s Endpoint,
}

impl Page<'_, '_> {
    /// The path of the endpoint.
    fn own(&mut self) -> Object {
        let endpoint = self.endpoint;
        let item = self.item();
        // Of some endpoints nothing is known but the path.
        let item = if endpoint.methods.is_empty() {
            item.with("summary", endpoint.title.as_str()).with("description", endpoint.doc.as_str())
        } else {
            item
        };
        endpoint.methods.iter().fold(item, |all, method| {
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
                (EndpointKind::Job, Method::Post) => self.changes("Start", *method, true),
                (EndpointKind::Collection, Method::Post) => self.changes("Create", *method, true),
                (EndpointKind::Action, Method::Post) => self.changes("Run", *method, true),
                (_, Method::Post) => self.changes("Open", *method, false),
                (_, Method::Put) => self.changes("Replace", *method, true),
                (_, Method::Delete) => self.changes("Delete", *method, false),
            };
            all.with(&method.name().to_lowercase(), operation)
        })
    }

    /// The path of one object below it.
    fn object(&mut self) -> Object {
        let methods = &self.endpoint.object_methods;
        let item = self.item_of_object();
        methods.iter().fold(item, |all, method| {
            let operation = match method {
                Method::Get => {
                    let schema = self.single();
                    self.reads("GetOne", schema)
                }
                Method::Put => self.changes("ReplaceOne", *method, true),
                Method::Delete => self.changes("DeleteOne", *method, false),
                Method::Post => self.changes("CreateOne", *method, true),
            };
            all.with(&method.name().to_lowercase(), operation)
        })
    }

    /// The order of the objects: a list of their keys.
    fn order(&mut self) -> Object {
        let keys = || {
            Object::new()
                .with("type", "array")
                .with("items", Object::new().with("type", "string"))
                .with("description", "The keys of all objects in their order.")
        };
        let members = Object::new().with("body", keys()).with("meta", reference("Meta"));
        let shown = Object::new().with("type", "object").with("properties", members);
        let done = Object::new().with("200", json_response("Done.", reference("Done")));
        let body = Object::new().with("required", true).with("content", json_content(keys()));
        let doc = "The order of the objects: the first that fits is used.";
        let get = self.operation("GetOrderOf", doc).with(
            "responses",
            self.errors(Object::new().with("200", json_response("The order.", shown))),
        );
        let put = self
            .operation("ReplaceOrderOf", doc)
            .with("requestBody", body)
            .with("responses", self.errors(done));
        self.item().with("get", get).with("put", put)
    }

    /// The placeholders of the path.
    fn item(&self) -> Object {
        let names =
            self.endpoint.path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'));
        let all: Vec<Json> =
            names.map(|name| path_parameter(name, "Key of the object above.").into()).collect();
        Object::new().with_some("parameters", Some(all).filter(|all| !all.is_empty()))
    }

    /// The placeholders of the path of an object.
    fn item_of_object(&self) -> Object {
        let text = format!("{}: key of the object.", self.endpoint.title);
        Object::new().with("parameters", vec![Json::from(path_parameter("key", &text))])
    }

    /// A file below one object.
    fn part(&mut self, part: &Part) -> Object {
        let item = self.item_of_object();
        let content = file(&part.download);
        let done = Object::new().with("description", part.doc.as_str()).with("content", content);
        part.methods.iter().fold(item, |all, method| {
            let name = format!("{}{}", verb(*method), camel(&part.name));
            let operation = self
                .operation(&name, &part.doc)
                .with("responses", self.errors(Object::new().with("200", done.clone())));
            all.with(&method.name().to_lowercase(), operation)
        })
    }

    fn reads(&mut self, verb: &str, schema: Object) -> Object {
        let done = match &self.endpoint.download {
            Some(media) => {
                Object::new().with("description", "The file.").with("content", file(media))
            }
            None => json_response("The state of the appliance.", schema),
        };
        let responses = Object::new().with("200", done);
        let query = self.query();
        self.operation(verb, &self.endpoint.doc)
            .and(self.security())
            .with_some(
                "parameters",
                Some(query).filter(|it| !it.is_empty() && !verb.ends_with("One")),
            )
            .with("responses", self.errors(responses))
    }

    /// The parameters of the query.
    fn query(&mut self) -> Vec<Json> {
        let endpoint = self.endpoint;
        let parameter = |it: &'_ sps_spec::Parameter, schema: Object| {
            Object::new()
                .with("name", it.name.as_str())
                .with("in", "query")
                .with("description", prose::with_versions(&it.doc, &it.versions))
                .with("schema", schema)
                .into()
        };
        let schemas = &mut *self.schemas;
        let all = endpoint.query.iter().map(|it| {
            let leaf =
                Leaf { constraint: &it.constraint, example: None, name: "", is_sensitive: false };
            parameter(it, schemas.value(&it.ty, leaf, false, SchemaForm::Request))
        });
        all.collect()
    }

    fn changes(&mut self, verb: &str, method: Method, has_body: bool) -> Object {
        let schema = match (self.endpoint.kind, method) {
            (EndpointKind::Status | EndpointKind::Action, Method::Post) => self.single(),
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
        let uploads = has_body && method == Method::Post && !self.endpoint.upload.is_empty();
        let body = body.or_else(|| {
            // In a form, the part is called like what it uploads.
            let name = self.endpoint.path.rsplit('/').next().unwrap_or_default();
            let media = self.endpoint.upload.iter().fold(Object::new(), |all, media| {
                all.and(if media == "multipart/form-data" { form(name) } else { file(media) })
            });
            uploads.then(|| Object::new().with("required", true).with("content", media))
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
        let title = format!("{}: {}", endpoint.title, words(verb));
        Object::new()
            .with("operationId", self.operation_id(verb))
            .with("summary", title)
            .with("description", prose::with_versions(doc, &endpoint.versions))
            .with("tags", strings([endpoint.area()]))
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
        if wrappers.is_empty() {
            return beside(body);
        }
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
        let item = match body {
            Some(body) if self.endpoint.wrappers.is_empty() => beside(body),
            body => Object::new()
                .with("type", "object")
                .with("properties", links().with_some("body", body)),
        };
        let items = Object::new()
            .with("type", "array")
            .with("items", item)
            .with("description", "The objects, with their bodies from 6.1.0 on.");
        Object::new()
            .with("type", "object")
            .with("properties", Object::new().with("items", items).with("meta", reference("Meta")))
    }
}

fn path_parameter(name: &str, text: &str) -> Object {
    Object::new()
        .with("name", name)
        .with("in", "path")
        .with("required", true)
        .with("description", text)
        .with("schema", Object::new().with("type", "string"))
}

/// The content of a message that is a file.
fn file(media: &str) -> Object {
    let schema = Object::new().with("type", "string").with("format", "binary");
    Object::new().with(media, Object::new().with("schema", schema))
}

/// The content of a form with one part, which is a file.
fn form(name: &str) -> Object {
    let part = Object::new().with("type", "string").with("format", "binary");
    let schema = Object::new()
        .with("type", "object")
        .with("properties", Object::new().with(name, part))
        .with("required", strings([name]));
    Object::new().with("multipart/form-data", Object::new().with("schema", schema))
}

/// What every object has beside its body.
fn links() -> Object {
    Object::new().with("key", string("Key of the object.")).with("meta", reference("Meta"))
}

/// A body whose members are beside the key and the links.
fn beside(body: Object) -> Object {
    let links = Object::new().with("type", "object").with("properties", links());
    Object::new().with("allOf", vec![Json::from(body), links.into()])
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
