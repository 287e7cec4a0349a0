//! Responses: JSON, a file, or an error in the form of the guide.

use serde_json::{Map, Value, json};

/// A response, before faults are applied to it.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// Makes a response of JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self { status, content_type: "application/json", headers: Vec::new(), body }
    }

    /// Makes a download.
    pub(crate) fn file(content_type: &'static str, name: &str, body: Vec<u8>) -> Self {
        let disposition = format!("attachment; filename=\"{name}\"");
        let headers = vec![("content-disposition", disposition)];
        Self { status: 200, content_type, headers, body }
    }

    /// Makes a response without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, content_type: "application/json", headers: Vec::new(), body: Vec::new() }
    }

    /// Makes a page of HTML, as a proxy sends it.
    pub(crate) fn page(status: u16) -> Self {
        let body = format!("<html><body><h1>{status}</h1></body></html>\n").into_bytes();
        Self { status, content_type: "text/html", headers: Vec::new(), body }
    }

    /// Adds a header field.
    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// An error response, before its path is known.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    status: u16,
    kind: &'static str,
    message: String,
    details: Option<Value>,
    header: Option<(&'static str, String)>,
}

impl Failure {
    pub(crate) fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), details: None, header: None }
    }

    pub(crate) fn details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    pub(crate) fn unauthenticated(path: &str) -> Self {
        let message = "The requested resource needs a login";
        Self::new(401, "Unauthenticated", message).details(json!(path)).challenge()
    }

    pub(crate) fn authentication() -> Self {
        Self::new(401, "AuthenticationFailure", "The credentials are wrong").challenge()
    }

    pub(crate) fn too_many_sessions() -> Self {
        let mut failure = Self::new(429, "TooManyRequests", "Too many sessions are open");
        failure.header = Some(("retry-after", "1".to_owned()));
        failure
    }

    pub(crate) fn unauthorized(path: &str) -> Self {
        let message = "The user has no right to do this";
        Self::new(403, "Unauthorized", message).details(json!(path))
    }

    /// Makes the error for an unknown path: the part that exists, and the rest.
    pub(crate) fn resource_not_found(known: &str, rest: &str) -> Self {
        let mount_point = known.strip_prefix("/api").unwrap_or(known);
        let mount_point = if mount_point.is_empty() { "/" } else { mount_point };
        Self::new(404, "ResourceNotFound", "Resource was not found")
            .details(json!({"mount_point": mount_point, "resource": rest}))
    }

    pub(crate) fn not_found(path: &str) -> Self {
        Self::new(404, "NotFound", "The object does not exist").details(json!(path))
    }

    pub(crate) fn method_not_allowed(allowed: &[&str]) -> Self {
        let mut failure = Self::new(405, "MethodNotAllowed", "The resource has no such method");
        failure.header = Some(("allow", allowed.join(", ")));
        failure
    }

    pub(crate) fn semantic(errors: Vec<Value>) -> Self {
        let message = "The configuration would be inconsistent";
        Self::new(400, "SemanticError", message).details(Value::Array(errors))
    }

    fn challenge(mut self) -> Self {
        self.header = Some(("www-authenticate", "Basic realm=\"SPS\"".to_owned()));
        self
    }

    /// Makes the response for the requested path.
    pub(crate) fn into_response(self, path: &str) -> Response {
        let mut error = Map::new();
        error.insert("type".to_owned(), json!(self.kind));
        error.insert("message".to_owned(), json!(self.message));
        if let Some(details) = self.details {
            error.insert("details".to_owned(), details);
        }
        let mut meta = Map::new();
        meta.insert("href".to_owned(), json!(path));
        if let Some((parent, _)) = path.rsplit_once('/')
            && !parent.is_empty()
        {
            meta.insert("parent".to_owned(), json!(parent));
        }
        let mut response = Response::json(self.status, &json!({"error": error, "meta": meta}));
        response.headers.extend(self.header);
        response
    }
}
