//! What is answered: JSON with its status code, a file, or an error in the form of the guide.

use serde_json::{Map, Value, json};

/// An answer, before faults take it apart.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// JSON with a status code.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self { status, content_type: "application/json", headers: Vec::new(), body }
    }

    /// A file to keep.
    pub(crate) fn file(content_type: &'static str, name: &str, body: Vec<u8>) -> Self {
        let disposition = format!("attachment; filename=\"{name}\"");
        let headers = vec![("content-disposition", disposition)];
        Self { status: 200, content_type, headers, body }
    }

    /// A page as a proxy makes it.
    pub(crate) fn page(status: u16) -> Self {
        let body = format!("<html><body><h1>{status}</h1></body></html>\n").into_bytes();
        Self { status, content_type: "text/html", headers: Vec::new(), body }
    }

    /// The same with a header field.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// An error, before it is known where it happened.
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

    pub(crate) fn unauthorized(path: &str) -> Self {
        let message = "The user has no right to do this";
        Self::new(403, "Unauthorized", message).details(json!(path))
    }

    /// A path that leads nowhere: what exists of it, and the rest.
    pub(crate) fn resource_not_found(known: &str, rest: &str) -> Self {
        let mount_point = known.strip_prefix("/api").unwrap_or(known);
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

    /// The answer at the path that was asked for.
    pub(crate) fn into_answer(self, path: &str) -> Answer {
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
        let mut answer = Answer::json(self.status, &json!({"error": error, "meta": meta}));
        answer.headers.extend(self.header);
        answer
    }
}
