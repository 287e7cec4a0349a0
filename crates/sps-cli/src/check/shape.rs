//! Shapes of documents: a bare body, or what an appliance wraps around one.

use sps_model::{EndpointInfo, EndpointKind};
use sps_validate::{Form, Kind, Subject, json::Node};

use crate::endpoint;

/// Shape of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseShape {
    /// The body of a request, or one taken out of a response.
    Bare,
    /// A response with one body.
    Wrapped,
    /// A response with a list of objects.
    Listing,
    /// The response to a change: `meta` alone, perhaps with a `key`.
    Bodiless,
}

impl ResponseShape {
    /// Determines the shape of a document for an endpoint.
    pub(crate) fn of(root: &Node<'_>, endpoint: &EndpointInfo) -> Self {
        let subject = endpoint
            .subject(Form::Response)
            .or_else(|| endpoint.subject(Form::Request))
            .unwrap_or_else(|| any_body(Form::Response));
        if subject.is_wrapped(root) {
            return if root.get("items").is_some() { Self::Listing } else { Self::Wrapped };
        }
        let only_meta = root.members().is_some_and(|members| {
            members.iter().all(|member| matches!(&*member.key, "key" | "meta"))
        });
        if only_meta && endpoint::href(root).is_some() { Self::Bodiless } else { Self::Bare }
    }
}

/// A body about which nothing is known.
pub(crate) fn any_body(form: Form) -> Subject {
    Subject::new(Kind::Any, form)
}

/// Refuses the response to a request that failed.
///
/// # Errors
/// The document is one; names the type of its error.
pub(crate) fn refuse_error_response(root: &Node<'_>) -> Result<(), String> {
    let is_whole = root.members().is_some_and(|members| {
        members.iter().all(|member| matches!(&*member.key, "error" | "meta"))
    });
    let Some(kind) = root.get("error").and_then(|error| error.get("type")).and_then(Node::as_str)
    else {
        return Ok(());
    };
    if !is_whole {
        return Ok(());
    }
    let is_name = !kind.is_empty()
        && kind.len() <= 64
        && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let kind = if is_name { format!(" ({kind})") } else { String::new() };
    Err(format!(
        "expected a body, found an error response{kind}; repeat the request that caused it"
    ))
}

/// Explains why a document for this endpoint cannot be checked in this form.
pub(crate) fn no_body(endpoint: &EndpointInfo, form: Form) -> String {
    let path = endpoint.path;
    match (endpoint.kind, form) {
        (EndpointKind::Container, _) => format!(
            "{path} has no body, it only holds other endpoints; pass one of those with `--endpoint`"
        ),
        (_, Form::Response) => {
            format!("no guide shows the response of {path}; it cannot be checked")
        }
        _ if endpoint.subject(Form::Response).is_some() => {
            format!("{path} takes no request body")
        }
        _ => format!("no guide shows a request body for {path}"),
    }
}
