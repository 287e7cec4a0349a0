//! The whole spec, its endpoints, and where each fact comes from.

use crate::{
    code::Code,
    protocol::Protocol,
    rule::{Charset, Condition, Literal, Rule},
    source::{Quirk, Source},
    syntax,
    types::{Constraint, FieldType, TypeDef},
    version::Versions,
};

/// The whole API as data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spec {
    /// Endpoints, sorted by path.
    pub endpoints: Vec<Endpoint>,
    /// Types that several endpoints use, from `types/*.toml`, sorted by file.
    pub shared: Vec<TypeFile>,
    /// Diagnostic codes, in file order.
    pub codes: Vec<Code>,
    /// Sets of characters that conditions call by name, in file order.
    pub charsets: Vec<Charset>,
    /// Every source, from `sources.toml`, in file order.
    pub sources: Vec<Source>,
    /// Facts about every message.
    pub protocol: Protocol,
}

impl Spec {
    /// The endpoint with this full path.
    pub fn endpoint(&self, path: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.path == path)
    }

    /// The type with this name.
    pub fn type_def(&self, name: &str) -> Option<&TypeDef> {
        self.types().find(|def| def.name() == name)
    }

    /// The code with this name.
    pub fn code(&self, code: &str) -> Option<&Code> {
        self.codes.iter().find(|it| it.code == code)
    }

    /// The source with this id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|it| it.id == id)
    }

    /// Every type: first those of the endpoints, then the shared ones.
    pub fn types(&self) -> impl Iterator<Item = &TypeDef> {
        let own = self.endpoints.iter().flat_map(|it| &it.types);
        own.chain(self.shared.iter().flat_map(|it| &it.types))
    }

    /// Every type in the order of [`Self::types`], to change it.
    pub fn types_mut(&mut self) -> impl Iterator<Item = &mut TypeDef> {
        self.type_lists_mut().flatten()
    }

    /// The types of each file, in the order of [`Self::types`].
    pub(crate) fn type_lists_mut(&mut self) -> impl Iterator<Item = &mut Vec<TypeDef>> {
        let own = self.endpoints.iter_mut().map(|it| &mut it.types);
        own.chain(self.shared.iter_mut().map(|it| &mut it.types))
    }

    /// Every rule: first those of the endpoints, then the shared ones.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let own = self.endpoints.iter().flat_map(|it| &it.rules);
        own.chain(self.shared.iter().flat_map(|it| &it.rules))
    }

    /// The rules on the members of this type.
    pub fn rules_on<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Rule> {
        self.rules().filter(move |rule| rule.on == name)
    }

    /// The condition as text, in the syntax of spec files.
    pub fn condition_text(&self, condition: &Condition) -> String {
        syntax::print(condition, &self.charsets)
    }

    /// The hand-written checks that rules call: each name once, sorted, with how often it is called.
    pub fn custom_predicates(&self) -> Vec<(&str, usize)> {
        let mut names = std::collections::BTreeMap::new();
        for rule in self.rules() {
            for condition in rule.when.iter().chain([&rule.holds]) {
                for name in condition.custom_names() {
                    *names.entry(name).or_insert(0) += 1;
                }
            }
        }
        names.into_iter().collect()
    }
}

/// One endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    /// Its file, relative to `spec/`, with `/` between folders.
    pub file: String,
    /// Full path, such as `/api/configuration/management/email`. For a collection, without an object id.
    pub path: String,
    /// Kind of resource.
    pub kind: EndpointKind,
    /// Methods of the path itself.
    pub methods: Vec<Method>,
    /// Methods of one object below it; empty unless it is a collection or a job.
    pub object_methods: Vec<Method>,
    /// The `key` of its response, where that is fixed.
    pub key: Option<String>,
    /// Its title, in a few words.
    pub title: String,
    /// Its purpose.
    pub doc: String,
    /// How much of its body is known.
    pub completeness: Completeness,
    /// Rust name of the endpoint's marker, and of the object that a reference to it names.
    pub object: String,
    /// The body of a request, if there is one.
    pub request: Option<Body>,
    /// The body of a response, if it is known. Usually the same.
    pub response: Option<Body>,
    /// Members of a response that may hold the body; `body` almost everywhere. Without any, the members of the body
    /// are beside `key` and `meta`.
    pub wrappers: Vec<String>,
    /// Whether the order of its objects is a resource of its own, `@order` below the path.
    pub ordered: bool,
    /// Objects that every appliance has, and that cannot be deleted.
    pub builtins: Vec<Builtin>,
    /// Parameters of the query of a GET.
    pub query: Vec<Parameter>,
    /// Media types of a request that is a file; empty where the request is JSON.
    pub upload: Vec<String>,
    /// Media type of a response that is a file, if it is one.
    pub download: Option<String>,
    /// Whether each of its objects may be referenced only once.
    pub single_use: bool,
    /// Whether a client that is not logged in may read it.
    pub anonymous: bool,
    /// Versions that have it.
    pub versions: Versions,
    /// Id of the source that shows it.
    pub source: String,
    /// Resources below each object that have no body of their own, such as a download.
    pub parts: Vec<Part>,
    /// Types, in file order.
    pub types: Vec<TypeDef>,
    /// Rules, in file order.
    pub rules: Vec<Rule>,
    /// Places where a source contradicts itself or is silent.
    pub quirks: Vec<Quirk>,
    /// Sources that the file names, in the order of `sources.toml`.
    pub sources: Vec<Source>,
}

impl Endpoint {
    /// The path below `/api/configuration/`, or below `/api/` for an endpoint that lies outside.
    pub fn short_path(&self) -> &str {
        let path = self.path.strip_prefix("/api/").unwrap_or(&self.path);
        path.strip_prefix("configuration/").unwrap_or(path)
    }

    /// The first segment of the short path; `api` for the entry point.
    pub fn area(&self) -> &str {
        self.short_path().trim_start_matches('/').split('/').next().unwrap_or_default()
    }

    /// Whether the path has placeholders, such as `{id}`.
    pub fn has_placeholders(&self) -> bool {
        self.path.contains('{')
    }

    /// Whether another endpoint lies directly below this one, or below each of its objects.
    pub fn is_above(&self, other: &Self) -> bool {
        let parent = other.parent();
        let of_object = parent.rsplit_once('/').filter(|(_, last)| last.starts_with('{'));
        parent == self.path || of_object.is_some_and(|(above, _)| above == self.path)
    }

    /// The path of the container it lies in.
    pub fn parent(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(parent, _)| parent)
    }
}

/// Kind of resource of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndpointKind {
    /// One object at a fixed path.
    Singleton,
    /// Many objects, each below the path under its own id.
    Collection,
    /// Only links to what lies below.
    Container,
    /// Long-running work: a POST starts a job, whose object shows the progress.
    Job,
    /// State of the appliance, not part of its configuration.
    Status,
    /// Work that is done at once: the response to a POST is its result.
    Action,
}

/// Whether a path is this one, with a key for each placeholder such as `{id}`.
pub fn fits(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let fit = template.split('/').all(|expected| match segments.next() {
        Some(key) if expected.starts_with('{') => !key.is_empty(),
        segment => segment == Some(expected),
    });
    fit && segments.next().is_none()
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or starts.
    Post,
    /// Replaces the whole object.
    Put,
    /// Removes or cancels.
    Delete,
}

impl Method {
    /// The method as a request line has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// How much of a body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completeness {
    /// Every member.
    Complete,
    /// Some members: unknown ones are kept and listed as unchecked.
    Open,
    /// Nothing but the path, as a target of references.
    NameOnly,
}

/// A resource below each object of an endpoint that has no JSON body of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Last segment of its path.
    pub name: String,
    /// Its methods.
    pub methods: Vec<Method>,
    /// Its purpose.
    pub doc: String,
    /// Id of the source that shows it.
    pub source: String,
    /// Versions that have it.
    pub versions: Versions,
    /// Media type of its response.
    pub download: String,
}

/// The body of a request or a response.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// Its type: nearly always a named one.
    pub ty: FieldType,
    /// Bounds and format of the value, or of the innermost value of a list or map.
    pub constraint: Constraint,
    /// A valid value of the innermost type.
    pub example: Option<Literal>,
}

impl Body {
    /// The name of its type, if it is a named one.
    pub fn name(&self) -> Option<&str> {
        self.ty.name()
    }

    /// The name of its innermost type, below all lists and maps, if that is a named one.
    pub fn leaf_name(&self) -> Option<&str> {
        self.ty.leaf().name()
    }
}

/// An object that every appliance has.
#[derive(Debug, Clone, PartialEq)]
pub struct Builtin {
    /// Its key.
    pub key: String,
    /// Versions that have it.
    pub versions: Versions,
    /// Its body as JSON text, in the form of a request.
    pub body: String,
}

/// A parameter of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Type of its value.
    pub ty: FieldType,
    /// Bounds and format of the value.
    pub constraint: Constraint,
    /// Its meaning.
    pub doc: String,
    /// Id of the source that shows it.
    pub source: String,
    /// Versions that have it.
    pub versions: Versions,
}

/// Types, rules and quirks that several endpoints share.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeFile {
    /// The file, relative to `spec/`, with `/` between folders.
    pub file: String,
    /// Whether no endpoint of the spec has the types, because no source shows its path.
    pub unplaced: bool,
    /// Types, in file order.
    pub types: Vec<TypeDef>,
    /// Rules, in file order.
    pub rules: Vec<Rule>,
    /// Places where a source contradicts itself or is silent.
    pub quirks: Vec<Quirk>,
    /// Sources that the file names, in the order of `sources.toml`.
    pub sources: Vec<Source>,
}
