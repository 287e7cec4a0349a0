//! Endpoints as constants of a trait, and the table of all of them.

use std::{convert::Infallible, fmt, marker::PhantomData};

use serde::{Deserializer, Serialize, Serializer, de};
use sps_validate::{Constraint, Context, Form, Kind, ORDER, Report, Subject, Versions};

use crate::{
    generated::ENDPOINTS,
    reader::Reader,
    wire::{Describe, Wire},
};

/// One address of the API and what travels there. Behavior is written once, generic over it.
///
/// ```
/// use sps_model::{management::SnmpTrap, Endpoint};
/// assert_eq!(SnmpTrap::PATH, "/api/configuration/management/snmp/trap");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an endpoint",
    label = "needs `impl Endpoint`",
    note = "name the type of a whole body, such as `sps_model::SnmpTrap`; for an address of your own, implement `sps_model::Endpoint`"
)]
pub trait Endpoint {
    /// What is sent; [`NoBody`] if nothing is.
    type Request: Body;
    /// What a response carries; [`NoBody`] if nothing but `meta`.
    type Response: Body;

    /// The absolute path. A segment such as `{id}` is a placeholder for a key.
    const PATH: &'static str;
    /// What is there.
    const KIND: EndpointKind;
    /// What can be done there.
    const METHODS: &'static [Method];
    /// Its name in words.
    const TITLE: &'static str;
    /// What it is for.
    const DOC: &'static str;
    /// The keys under which responses carry the body.
    const WRAPPERS: &'static [&'static str] = &["body"];
    /// Bounds and format of a body that is no object, or of its elements.
    const CONSTRAINT: Constraint = Constraint::NONE;
    /// The versions that have it.
    const VERSIONS: Versions = Versions::ALL;
    /// Whether the order of its objects can be read and changed, at `@order` below the path.
    const ORDERED: bool = false;
}

/// What is at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndpointKind {
    /// One object that is always there.
    Singleton,
    /// Objects with keys.
    Collection,
    /// Nothing but other endpoints.
    Container,
    /// Work that the appliance does for a while.
    Job,
    /// Facts about the appliance.
    Status,
    /// No source shows it.
    Unknown,
    /// Work that the appliance does at once.
    Action,
}

impl EndpointKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Singleton => "singleton",
            Self::Collection => "collection",
            Self::Container => "container",
            Self::Job => "job",
            Self::Status => "status",
            Self::Unknown => "unknown",
            Self::Action => "action",
        }
    }
}

impl fmt::Display for EndpointKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Read.
    Get,
    /// Create.
    Post,
    /// Replace.
    Put,
    /// Remove.
    Delete,
}

impl Method {
    /// The word of RFC 9110.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A body, or none.
pub trait Body: Wire {
    /// What the body is made of.
    const BODY: Option<Kind>;
}

impl<T: Describe> Body for T {
    const BODY: Option<Kind> = Some(T::KIND);
}

/// No body at all: no value of it exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoBody(Infallible);

impl Body for NoBody {
    const BODY: Option<Kind> = None;
}

impl Serialize for NoBody {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match self.0 {}
    }
}

impl Wire for NoBody {
    fn read<'de, D: Deserializer<'de>>(_: D, _: &Reader) -> Result<Self, D::Error> {
        Err(de::Error::custom("no body belongs here"))
    }
}

/// Finds out whether the type `T` is an [`Endpoint`]: the compiler prefers the constant of the type to that of
/// [`Anywhere`], and has it only if the bound holds. This works for a concrete type alone, as the derive knows it.
#[derive(Debug)]
pub struct SubjectOf<T>(PhantomData<T>);

impl<T: Describe + Endpoint> SubjectOf<T> {
    /// The body of the endpoint.
    pub const SUBJECT: Subject = subject::<T>(<T as Describe>::KIND, Form::Request);
}

/// The subject of a type that is not an endpoint.
pub trait Anywhere {
    /// A body that may be anywhere.
    const SUBJECT: Subject;
}

impl<T: Describe> Anywhere for SubjectOf<T> {
    const SUBJECT: Subject = Subject::new(T::KIND, Form::Request);
}

/// An [`Endpoint`] as a value.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct EndpointInfo {
    /// The absolute path.
    pub path: &'static str,
    /// What is there.
    pub kind: EndpointKind,
    /// What can be done there.
    pub methods: &'static [Method],
    /// Its name in words.
    pub title: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// The versions that have it.
    pub versions: Versions,
    /// Whether the order of its objects can be read and changed, at `@order` below the path.
    pub is_ordered: bool,
    request: Option<Subject>,
    response: Option<Subject>,
}

impl EndpointInfo {
    /// The endpoint `E` as a value.
    pub const fn of<E: Endpoint>() -> Self {
        Self {
            path: E::PATH,
            kind: E::KIND,
            methods: E::METHODS,
            title: E::TITLE,
            doc: E::DOC,
            versions: E::VERSIONS,
            is_ordered: E::ORDERED,
            request: subject_of::<E, E::Request>(Form::Request),
            response: subject_of::<E, E::Response>(Form::Response),
        }
    }

    /// An endpoint that was not compiled in, without bodies, title and doc.
    pub const fn new(
        path: &'static str,
        kind: EndpointKind,
        methods: &'static [Method],
        versions: Versions,
    ) -> Self {
        let (request, response) = (None, None);
        Self {
            path,
            kind,
            methods,
            title: "",
            doc: "",
            versions,
            is_ordered: false,
            request,
            response,
        }
    }

    /// An endpoint that no source shows. Nothing about its bodies can be checked; references in them are recognized by
    /// their shape.
    ///
    /// ```
    /// use sps_model::{EndpointInfo, validate::Context};
    /// let endpoint = EndpointInfo::unknown("/api/configuration/no/guide/shows/it");
    /// assert!(endpoint.accept(r#"{"anything": 1}"#, &Context::default()));
    /// ```
    pub const fn unknown(path: &'static str) -> Self {
        let methods = &[Method::Get, Method::Put, Method::Post, Method::Delete];
        let request = Some(Subject::new(Kind::Any, Form::Request));
        let response = Some(Subject::new(Kind::Any, Form::Response));
        Self::new(path, EndpointKind::Unknown, methods, Versions::ALL).bodies(request, response)
    }

    /// Sets title and doc.
    #[must_use]
    pub const fn described(mut self, title: &'static str, doc: &'static str) -> Self {
        self.title = title;
        self.doc = doc;
        self
    }

    /// Sets whether the order of its objects can be read and changed.
    #[must_use]
    pub const fn ordered(mut self, is_ordered: bool) -> Self {
        self.is_ordered = is_ordered;
        self
    }

    /// Sets what bodies are checked against.
    #[must_use]
    pub const fn bodies(mut self, request: Option<Subject>, response: Option<Subject>) -> Self {
        self.request = request;
        self.response = response;
        self
    }

    /// What a document in this form is checked against; `None` if the endpoint has no such body.
    pub fn subject(&self, form: Form) -> Option<Subject> {
        match form {
            Form::Response => self.response,
            _ => self.request,
        }
    }

    /// Whether `text` may be sent here: [`fn@crate::accept`], for an endpoint known only at run time.
    pub fn accept(&self, text: &str, context: &Context<'_>) -> bool {
        self.request.is_some_and(|subject| sps_validate::accept(text, &subject, context))
    }

    /// What is wrong with `text` in this form; `None` if the endpoint has no such body.
    pub fn explain(&self, text: &str, form: Form, context: &Context<'_>) -> Option<Report> {
        Some(sps_validate::explain(text, &self.subject(form)?, context))
    }
}

/// What a body of the endpoint in this form is checked against.
const fn subject<E: Endpoint>(kind: Kind, form: Form) -> Subject {
    Subject::new(kind, form).wrappers(E::WRAPPERS).constraint(E::CONSTRAINT).versions(E::VERSIONS)
}

const fn subject_of<E: Endpoint, B: Body>(form: Form) -> Option<Subject> {
    match B::BODY {
        Some(kind) => Some(subject::<E>(kind, form)),
        None => None,
    }
}

/// Every endpoint that was compiled in, sorted by path.
///
/// ```
/// use sps_model::{endpoints, EndpointKind};
/// let collections = endpoints().filter(|it| it.kind == EndpointKind::Collection);
/// assert!(collections.map(|it| it.path).any(|path| path == "/api/configuration/policies/time_policies"));
/// ```
pub fn endpoints() -> impl ExactSizeIterator<Item = &'static EndpointInfo> + Clone {
    ENDPOINTS.iter().copied()
}

/// The order of a collection: a list of the keys of its objects.
static ORDER_INFO: EndpointInfo = EndpointInfo {
    path: ORDER,
    kind: EndpointKind::Singleton,
    methods: &[Method::Get, Method::Put],
    title: "Order of a collection",
    doc: "The keys of all objects of the collection above it, in the order in which the appliance looks at them.",
    versions: Versions::ALL,
    is_ordered: false,
    request: Some(Subject::new(Kind::List(&Kind::String), Form::Request)),
    response: Some(Subject::new(Kind::List(&Kind::String), Form::Response)),
};

/// An endpoint found by a path, and the object below it that the path names.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Located<'a> {
    /// The endpoint.
    pub endpoint: &'static EndpointInfo,
    /// The object's key, if the path goes one segment further.
    pub key: Option<&'a str>,
    /// The endpoint with a path of its own: the collection, where the path names its order.
    base: &'static EndpointInfo,
    /// The path to the base, as it was given.
    given: &'a str,
}

impl Located<'_> {
    /// The absolute path, with its key and with keys for its placeholders.
    ///
    /// ```
    /// use sps_model::locate;
    /// let found = locate("policies/time_policies/-100").ok_or("no such endpoint")?;
    /// assert_eq!(found.path(), "/api/configuration/policies/time_policies/-100");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn path(&self) -> String {
        let template: Vec<&str> = self.base.path.split('/').collect();
        let given: Vec<&str> = self.given.split('/').collect();
        // A short path lacks the first segments, which are never placeholders.
        let missing = template.len().saturating_sub(given.len());
        let segments = template.iter().enumerate().map(|(at, segment)| {
            let key = at.checked_sub(missing).and_then(|at| given.get(at));
            if is_placeholder(segment) { *key.unwrap_or(segment) } else { segment }
        });
        let is_order = !std::ptr::eq(self.base, self.endpoint);
        let below = if is_order { Some(ORDER) } else { self.key };
        segments.chain(below).collect::<Vec<_>>().join("/")
    }
}

/// Finds the endpoint of a path: absolute, or the part after `/api/configuration/` or `/api/`.
///
/// The path may end in one object key where the endpoint holds objects. It has keys where the path of the endpoint has
/// placeholders. At `@order` below an ordered collection is the list of the keys of its objects.
///
/// ```
/// use sps_model::locate;
/// let found = locate("policies/time_policies/-100").ok_or("no such endpoint")?;
/// assert_eq!(found.endpoint.path, "/api/configuration/policies/time_policies");
/// assert_eq!(found.key, Some("-100"));
/// assert!(locate("policies/time_polices").is_none());
/// # Ok::<(), &str>(())
/// ```
pub fn locate(path: &str) -> Option<Located<'_>> {
    locate_in(ENDPOINTS, path)
}

/// Finds the endpoint of a path among these, as [`locate`] does.
pub fn locate_in<'p>(endpoints: &[&'static EndpointInfo], path: &'p str) -> Option<Located<'p>> {
    let path = path.trim_end_matches('/');
    let exact =
        |path: &str| endpoints.iter().copied().find(|endpoint| is_path_of(endpoint.path, path));
    if let Some(endpoint) = exact(path) {
        return Some(Located { endpoint, key: None, base: endpoint, given: path });
    }
    let (parent, key) = path.rsplit_once('/')?;
    let base = exact(parent)?;
    if base.is_ordered && key == ORDER {
        return Some(Located { endpoint: &ORDER_INFO, key: None, base, given: parent });
    }
    let holds_objects = matches!(base.kind, EndpointKind::Collection | EndpointKind::Job);
    let located = Located { endpoint: base, key: Some(key), base, given: parent };
    (holds_objects && !key.is_empty()).then_some(located)
}

fn is_path_of(full: &str, path: &str) -> bool {
    let short = full.strip_prefix("/api/configuration/").or_else(|| full.strip_prefix("/api/"));
    fits(full, path)
        || short.is_some_and(|it| fits(it, path))
        || full.strip_prefix('/').is_some_and(|it| fits(it, path))
}

/// Whether a path is this one, with keys where it has placeholders.
fn fits(template: &str, path: &str) -> bool {
    if !template.contains('{') {
        return template == path;
    }
    let mut segments = path.split('/');
    let fit = template.split('/').all(|expected| match segments.next() {
        Some(key) if is_placeholder(expected) => !key.is_empty(),
        segment => segment == Some(expected),
    });
    fit && segments.next().is_none()
}

fn is_placeholder(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn info(path: &'static str, kind: EndpointKind, is_ordered: bool) -> EndpointInfo {
        EndpointInfo { path, kind, is_ordered, ..NOTHING }
    }

    const NOTHING: EndpointInfo = EndpointInfo {
        path: "",
        kind: EndpointKind::Singleton,
        methods: &[],
        title: "",
        doc: "",
        versions: Versions::ALL,
        is_ordered: false,
        request: None,
        response: None,
    };

    static SESSIONS: EndpointInfo = info("/api/audit/sessions", EndpointKind::Collection, false);
    static CHANNELS: EndpointInfo =
        info("/api/audit/sessions/{id}/channels", EndpointKind::Status, false);
    static CONNECTIONS: EndpointInfo =
        info("/api/configuration/ssh/connections", EndpointKind::Collection, true);

    fn found(path: &str) -> Option<(&'static str, Option<&str>, String)> {
        let located = locate_in(&[&SESSIONS, &CHANNELS, &CONNECTIONS], path)?;
        Some((located.endpoint.path, located.key, located.path()))
    }

    #[test]
    fn keys_take_the_places_of_placeholders() {
        for path in [
            "audit/sessions/4xq/channels",
            "/api/audit/sessions/4xq/channels",
            "api/audit/sessions/4xq/channels/",
        ] {
            let full = "/api/audit/sessions/4xq/channels".to_owned();
            assert_eq!(found(path), Some((CHANNELS.path, None, full)), "{path}");
        }
        let object = "/api/audit/sessions/4xq".to_owned();
        assert_eq!(found("audit/sessions/4xq"), Some((SESSIONS.path, Some("4xq"), object)));
        for path in
            ["audit/sessions//channels", "audit/sessions/4xq/events", "audit/x/4xq/channels"]
        {
            assert_eq!(found(path), None, "{path}");
        }
    }

    #[test]
    fn only_an_ordered_collection_has_an_order() {
        let order = "/api/configuration/ssh/connections/@order".to_owned();
        assert_eq!(found("ssh/connections/@order"), Some((ORDER, None, order)));
        let (path, key, _) = found("audit/sessions/@order").unwrap();
        assert_eq!((path, key), (SESSIONS.path, Some("@order")));
    }
}
