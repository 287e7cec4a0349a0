//! What a document is, and the check of it.

use sps_model::{EndpointInfo, EndpointKind};
use sps_validate::{
    Context, Fix, Form, Kind, Report, Subject, explain, explain_scanned,
    json::{self, Node},
};

use crate::{
    check::input::{Document, Failed, Places, Unreadable},
    endpoint,
};

/// A document that was read, and everything that is to say about it.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) source: String,
    /// The file alone, for places in it.
    pub(crate) file: String,
    /// The full path without an object's ID; `None` if the text is not JSON and its path tells nothing.
    pub(crate) endpoint: Option<&'static str>,
    pub(crate) form: Form,
    /// What a request was checked against.
    pub(crate) subject: Option<Subject>,
    pub(crate) report: Report,
    pub(crate) text: String,
    pub(crate) places: Places,
    /// Whether it was taken for a response by itself, and a part of it may be sent back.
    pub(crate) advice: Option<Advice>,
    /// What was repaired to make this text.
    pub(crate) fixes: Vec<Fix>,
}

/// What to do with a response that somebody may want to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Advice {
    /// It holds one body.
    Rewrite,
    /// It holds a list of objects.
    TakeOne,
}

/// What the user said about the documents.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    pub(crate) endpoint: Option<&'static EndpointInfo>,
    pub(crate) form: Option<Form>,
}

/// Checks one document.
///
/// # Errors
/// Nobody can tell what it should be, or it has no body to check.
pub(crate) fn check(
    document: Document,
    wanted: Wanted,
    context: &Context<'_>,
) -> Result<Checked, Unreadable> {
    let (endpoint, form, report, advice) = match judge(&document, wanted, context) {
        Ok(judged) => judged,
        Err(reason) => return Err(Unreadable::new(document.source, reason).failed(Failed::Check)),
    };
    let places = document.places();
    let Document { source, file, text, .. } = document;
    let subject = endpoint.and_then(|endpoint| endpoint.subject(form));
    let subject = subject.filter(|_| form == Form::Request);
    let endpoint = endpoint.map(|endpoint| endpoint.path);
    let fixes = Vec::new();
    Ok(Checked { source, file, endpoint, form, subject, report, text, places, advice, fixes })
}

/// Whether the document is a request that may be sent, found out without asking what else could be said of it.
/// No response is one, nor is what looks like one from afar.
pub(crate) fn is_accepted(
    text: &str,
    by_path: Option<&'static EndpointInfo>,
    wanted: Wanted,
    context: &Context<'_>,
) -> bool {
    // Keys that could make something else of it; an escape may hide one.
    let is_plain = || ["\"meta\"", "\"error\"", "\\u"].iter().all(|it| !text.contains(it));
    wanted.form != Some(Form::Response)
        && wanted
            .endpoint
            .or(by_path)
            .is_some_and(|endpoint| endpoint.accept(text, context) && is_plain())
}

type Judged = (Option<&'static EndpointInfo>, Form, Report, Option<Advice>);

fn judge(document: &Document, wanted: Wanted, context: &Context<'_>) -> Result<Judged, String> {
    let text = document.text.as_str();
    let path = document.path.as_deref();
    let Ok(root) = json::scan(text, &context.limits) else {
        let endpoint = wanted.endpoint.or_else(|| document.endpoint());
        let form = wanted.form.unwrap_or(Form::Request);
        return Ok((endpoint, form, explain(text, &anything(form), context), None));
    };
    refuse_error_response(&root)?;
    let endpoint = match wanted.endpoint {
        Some(endpoint) => endpoint,
        None => endpoint::of_document(Some(&root), document.endpoint(), path)?,
    };
    let shape = ResponseShape::of(&root, endpoint);
    let form = wanted.form.unwrap_or(if shape == ResponseShape::Bare {
        Form::Request
    } else {
        Form::Response
    });
    let report = match (form, shape, endpoint.subject(form)) {
        // The response to a PUT: nothing in it is a body.
        (Form::Response, ResponseShape::Bodiless, _) => Report::default(),
        (_, _, Some(subject)) => explain_scanned(text, &root, &subject, context),
        (Form::Response, ResponseShape::Listing, None) => {
            let subject = anything(form).versions(endpoint.versions);
            explain_scanned(text, &root, &subject, context)
        }
        (form, _, None) => return Err(no_body(endpoint, form)),
    };
    let advice = match shape {
        _ if wanted.form.is_some() || endpoint.subject(Form::Request).is_none() => None,
        ResponseShape::Wrapped => Some(Advice::Rewrite),
        ResponseShape::Listing => Some(Advice::TakeOne),
        ResponseShape::Bodiless | ResponseShape::Bare => None,
    };
    Ok((Some(endpoint), form, report, advice))
}

/// A body that nobody knows.
fn anything(form: Form) -> Subject {
    Subject::new(Kind::Any, form)
}

/// What surrounds the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseShape {
    /// Nothing: it is a request's body, or a response's that somebody took out.
    Bare,
    /// The wrapper of one body.
    Wrapped,
    /// A list of objects.
    Listing,
    /// `meta` alone, perhaps with a `key`: the response to a change.
    Bodiless,
}

impl ResponseShape {
    pub(crate) fn of(root: &Node<'_>, endpoint: &EndpointInfo) -> Self {
        let subject = endpoint
            .subject(Form::Response)
            .or_else(|| endpoint.subject(Form::Request))
            .unwrap_or_else(|| anything(Form::Response));
        if subject.is_wrapped(root) {
            return if root.get("items").is_some() { Self::Listing } else { Self::Wrapped };
        }
        let only_meta = root.members().is_some_and(|members| {
            members.iter().all(|member| matches!(&*member.key, "key" | "meta"))
        });
        if only_meta && endpoint::href(root).is_some() { Self::Bodiless } else { Self::Bare }
    }
}

/// Refuses the response to a request that failed.
///
/// # Errors
/// It is one; names its type.
pub(crate) fn refuse_error_response(root: &Node<'_>) -> Result<(), String> {
    let alone = root.members().is_some_and(|members| {
        members.iter().all(|member| matches!(&*member.key, "error" | "meta"))
    });
    let Some(kind) = root.get("error").and_then(|error| error.get("type")).and_then(Node::as_str)
    else {
        return Ok(());
    };
    if !alone {
        return Ok(());
    }
    let is_name = !kind.is_empty()
        && kind.len() <= 64
        && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let kind = if is_name { format!(" ({kind})") } else { String::new() };
    Err(format!(
        "this is an error response of the appliance{kind}, not a body: repeat the request that caused it"
    ))
}

/// Why a document for this endpoint cannot be checked in this form.
pub(crate) fn no_body(endpoint: &EndpointInfo, form: Form) -> String {
    let path = endpoint.path;
    let reads = endpoint.subject(Form::Response).is_some();
    match (endpoint.kind, form) {
        (EndpointKind::Container, _) => {
            format!(
                "{path} only holds other endpoints and has no body; name one of those with --endpoint"
            )
        }
        (_, Form::Response) => {
            format!("no source shows what a response of {path} holds, so there is nothing to check")
        }
        _ if reads => {
            format!(
                "nothing is sent to {path}: it has answers only; check a response of it with --as response"
            )
        }
        _ => format!("no source shows a body that can be sent to {path}"),
    }
}
