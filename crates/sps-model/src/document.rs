//! A body of an endpoint that is known only at run time.

use std::fmt;

use serde_json::Value;
use sps_validate::{Context, Form, Report, Subject, UnknownKeys, explain, json, rewrite};

use crate::EndpointInfo;

/// A body for an endpoint that is known only at run time, with the same checks as its type.
///
/// ```
/// use sps_model::{locate, validate::Context};
/// let endpoint = locate("management/health_monitoring").ok_or("no such endpoint")?.endpoint;
/// let response = r#"{"key": "health_monitoring", "meta": {"href": "/api/configuration/management/health_monitoring"},
///     "body": {"maximum_disk_utilization_ratio": 80, "maximum_load1": null, "maximum_load5": null,
///              "maximum_load15": null, "maximum_swap_utilization_ratio": 70}}"#;
/// let document = endpoint.read_response(response, &Context::default()).ok_or("it takes no body")?;
/// let mut document = document.map_err(|report| report.to_string())?;
/// document.body_mut()["maximum_disk_utilization_ratio"] = 101.into();
/// let report = document.write(&Context::default()).unwrap_err();
/// assert_eq!(report.diagnostics[0].pointer, "/maximum_disk_utilization_ratio");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Document {
    path: &'static str,
    subject: Subject,
    body: Value,
    /// Whether a response may have put unknown keys into the body.
    is_carried: bool,
}

impl Document {
    /// The path of the endpoint.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// The body, in the form that a request has.
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// The body, to change it.
    pub fn body_mut(&mut self) -> &mut Value {
        &mut self.body
    }

    /// The body.
    pub fn into_body(self) -> Value {
        self.body
    }

    /// Lists everything that is wrong with the body; [`fn@crate::check`] for a type.
    pub fn check(&self, context: &Context<'_>) -> Report {
        self.check_text(&self.body.to_string(), context)
    }

    /// Writes the body as JSON, if nothing is wrong with it; [`fn@crate::write`] for a type.
    ///
    /// # Errors
    /// The report of everything that is wrong.
    pub fn write(&self, context: &Context<'_>) -> Result<String, Report> {
        let text = self.body.to_string();
        let report = self.check_text(&text, context);
        if report.is_valid() { Ok(text) } else { Err(report) }
    }

    fn check_text(&self, text: &str, context: &Context<'_>) -> Report {
        if self.is_carried {
            explain(text, &self.subject, &context.with_unknown_keys(UnknownKeys::Carry))
        } else {
            explain(text, &self.subject, context)
        }
    }
}

/// Shows the path alone: the body may hold a secret.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("path", &self.path).finish_non_exhaustive()
    }
}

impl EndpointInfo {
    /// Reads the text of a request; [`fn@crate::read`] for a type. `None` if the endpoint takes no body.
    ///
    /// # Errors
    /// The report of everything that is wrong.
    pub fn read(&self, text: &str, context: &Context<'_>) -> Option<Result<Document, Report>> {
        let subject = self.subject(Form::Request)?;
        let report = explain(text, &subject, context);
        let body = serde_json::from_str(text).ok().filter(|_| report.is_valid());
        let document = |body| Document { path: self.path, subject, body, is_carried: false };
        Some(body.map(document).ok_or(report))
    }

    /// Reads the text of a response, and turns its body into that of a request: references become keys, and what no source
    /// shows is kept. `None` if the endpoint takes no body.
    ///
    /// # Errors
    /// The report of everything that is wrong.
    pub fn read_response(
        &self,
        text: &str,
        context: &Context<'_>,
    ) -> Option<Result<Document, Report>> {
        let (response, subject) = (self.subject(Form::Response)?, self.subject(Form::Request)?);
        let report = explain(text, &response, context);
        let root = json::scan(text, &context.limits).ok().filter(|_| report.is_valid());
        let body = root.and_then(|root| serde_json::from_str(&rewrite(&root, &response)).ok());
        let document = |body| Document { path: self.path, subject, body, is_carried: true };
        Some(body.map(document).ok_or(report))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locate;

    fn endpoint(path: &str) -> &'static EndpointInfo {
        locate(path).unwrap().endpoint
    }

    #[test]
    fn a_response_becomes_a_request_that_keeps_what_no_source_shows() {
        let response = r#"{"key": "1", "meta": {"href": "/api/configuration/rdp/channel_policies/1"}, "body": {
            "name": "a", "new": {"key": "9", "meta": {"href": "/api/x/9"}}, "rules": []}}"#;
        let read = endpoint("rdp/channel_policies").read_response(response, &Context::default());
        let document = read.unwrap().unwrap();
        assert_eq!(document.body().to_string(), r#"{"name":"a","new":"9","rules":[]}"#);
        let report = document.check(&Context::default());
        assert!(report.is_valid() && report.unchecked.len() == 1, "{report}");
        assert!(document.write(&Context::default()).is_ok());
    }

    #[test]
    fn a_request_may_not_have_unknown_keys() {
        let text = r#"{"timeout": 10, "tiemout": 5}"#;
        let read = endpoint("management/webinterface").read(text, &Context::default()).unwrap();
        let codes: Vec<_> = read.unwrap_err().errors().map(|it| it.code.to_string()).collect();
        assert_eq!(codes, ["unknown-key"]);
    }

    #[test]
    fn an_endpoint_without_a_request_has_no_document() {
        assert!(endpoint("/api/info").read("{}", &Context::default()).is_none());
        assert!(endpoint("/api/info").read_response("{}", &Context::default()).is_none());
    }

    #[test]
    fn debug_shows_no_value() {
        let read = endpoint("passwords").read(r#"{"plain": "hunter2"}"#, &Context::default());
        let text = format!("{:?}", read.unwrap().unwrap());
        assert!(
            text.contains("/api/configuration/passwords") && !text.contains("hunter2"),
            "{text}"
        );
    }
}
