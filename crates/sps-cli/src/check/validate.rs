//! The check of one document.

use std::{path::Path, time::SystemTime};

use sps_model::EndpointInfo;
use sps_validate::{Context, Fix, Form, Report, Subject, Timestamp, explain, explain_scanned};

use crate::{
    check::{
        document::{Document, Parsed, Positions, SourceError, Step},
        shape::{ResponseShape, any_body, no_body, refuse_error_response},
    },
    endpoint,
};

/// A document and everything that the check found out about it.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) source: String,
    /// The file alone, for positions in it.
    pub(crate) file: String,
    /// The full path without the ID of an object; `None` if the text is not JSON and its path leads nowhere.
    pub(crate) endpoint: Option<&'static str>,
    pub(crate) form: Form,
    /// The description that a request was checked against.
    pub(crate) subject: Option<Subject>,
    pub(crate) report: Report,
    pub(crate) text: String,
    pub(crate) positions: Positions,
    /// How to send a part of it back, if it was recognized as a response.
    pub(crate) resend: Option<Resend>,
    /// The repairs that made this text.
    pub(crate) fixes: Vec<Fix>,
    /// Whether it is a file of a tree.
    pub(crate) is_in_tree: bool,
}

/// How to make a request of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resend {
    /// It holds one body.
    Rewrite,
    /// It holds a list of objects.
    TakeOne,
}

/// What the command line says about all documents.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Declared {
    pub(crate) endpoint: Option<&'static EndpointInfo>,
    pub(crate) form: Option<Form>,
    /// Files that belong to no endpoint are passed over, also where they were named.
    pub(crate) ignore_foreign: bool,
}

impl Declared {
    /// Whether an error is about a file that belongs to no endpoint and cannot be read, and that is passed over.
    pub(crate) fn passes_over(self, error: &SourceError) -> bool {
        let path = Path::new(&error.source);
        self.ignore_foreign
            && self.endpoint.is_none()
            && error.step == Step::Read
            && path.is_file()
            && endpoint::of_path(path).is_none()
    }
}

/// The time at which certificates are checked.
pub(crate) fn now() -> Option<Timestamp> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Timestamp(since.as_secs()))
}

/// Checks one document.
///
/// # Errors
/// Its endpoint is unknown, or has no body to check.
pub(crate) fn check(
    document: Document,
    declared: Declared,
    context: &Context<'_>,
) -> Result<Checked, SourceError> {
    let Analysis { endpoint, form, report, resend } = match analyze(&document, declared, context) {
        Ok(analysis) => analysis,
        Err(Refusal::Unplaced(_)) if document.is_found || declared.ignore_foreign => {
            return Err(SourceError::new(document.file, "").at(Step::Skip));
        }
        Err(Refusal::Unplaced(reason) | Refusal::Unsuitable(reason)) => {
            return Err(SourceError::new(document.source, reason).at(Step::Check));
        }
    };
    let positions = document.positions();
    let Document { source, file, text, .. } = document;
    let subject = endpoint.and_then(|endpoint| endpoint.subject(form));
    let subject = subject.filter(|_| form == Form::Request);
    let endpoint = endpoint.map(|endpoint| endpoint.path);
    let fixes = Vec::new();
    let is_in_tree = false;
    Ok(Checked {
        source,
        file,
        endpoint,
        form,
        subject,
        report,
        text,
        positions,
        resend,
        fixes,
        is_in_tree,
    })
}

/// Whether the document is a request that may be sent, without asking what else there is to report.
/// Responses are never accepted, nor is anything that resembles one.
pub(crate) fn is_accepted(
    text: &str,
    by_path: Option<&'static EndpointInfo>,
    declared: Declared,
    context: &Context<'_>,
) -> bool {
    // Keys that could make something else of it; an escape may hide one.
    let is_plain = || ["\"meta\"", "\"error\"", "\\u"].iter().all(|it| !text.contains(it));
    declared.form != Some(Form::Response)
        && declared.endpoint.or(by_path).is_some_and(|endpoint| {
            !endpoint::is_outside_spec(endpoint) && endpoint.accept(text, context) && is_plain()
        })
}

/// Result of a check, before it is joined with its document.
struct Analysis {
    endpoint: Option<&'static EndpointInfo>,
    form: Form,
    report: Report,
    resend: Option<Resend>,
}

/// Explains why there is nothing to check, and what to do.
fn without_body(endpoint: &EndpointInfo, form: Form) -> String {
    let reason = no_body(endpoint, form);
    if form == Form::Request && endpoint.subject(Form::Response).is_some() {
        format!("{reason}; to check a response of it, pass `--as response`")
    } else {
        reason
    }
}

/// Why a document was not checked.
enum Refusal {
    /// Nothing leads to an endpoint.
    Unplaced(String),
    /// Its endpoint is unknown or takes no such body, or it reports an error.
    Unsuitable(String),
}

fn analyze(
    document: &Document,
    declared: Declared,
    context: &Context<'_>,
) -> Result<Analysis, Refusal> {
    let text = document.text.as_str();
    let path = document.path.as_deref();
    let Ok(Parsed { root, marks }) = document.parse(&context.limits) else {
        let endpoint = declared.endpoint.or_else(|| document.endpoint());
        let form = declared.form.unwrap_or(Form::Request);
        let (subject, is_yaml) = (any_body(form), document.is_yaml());
        let is_passed_over = declared.ignore_foreign || (is_yaml && document.is_found);
        if is_passed_over && endpoint.is_none() {
            // Most YAML is for other programs, and much of it has several documents or tags. Some JSON has comments.
            return Err(Refusal::Unplaced(String::new()));
        }
        let explain = if is_yaml { sps_validate::explain_yaml } else { explain };
        let report = explain(text, &subject, context);
        return Ok(Analysis { endpoint, form, report, resend: None });
    };
    let mut context = *context;
    context.marks = marks.as_ref();
    let context = &context;
    let is_error = refuse_error_response(&root);
    let is_known = declared.endpoint.is_some()
        || endpoint::has_api_href(&root)
        || document.endpoint().is_some();
    if declared.ignore_foreign && !is_known {
        return Err(Refusal::Unplaced(String::new()));
    }
    is_error.map_err(Refusal::Unsuitable)?;
    let endpoint = match declared.endpoint {
        Some(endpoint) => endpoint,
        None => {
            endpoint::of_document(Some(&root), document.endpoint(), path).map_err(|reason| {
                if endpoint::has_api_href(&root) {
                    Refusal::Unsuitable(reason)
                } else {
                    Refusal::Unplaced(reason)
                }
            })?
        }
    };
    let shape = ResponseShape::of(&root, endpoint);
    let form = declared.form.unwrap_or(if shape == ResponseShape::Bare {
        Form::Request
    } else {
        Form::Response
    });
    let report = match (form, shape, endpoint.subject(form)) {
        // The response to a PUT: nothing in it is a body.
        (Form::Response, ResponseShape::Bodiless, _) => Report::default(),
        (_, _, Some(subject)) => explain_scanned(text, &root, &subject, context),
        (Form::Response, ResponseShape::Listing, None) => {
            let subject = any_body(form).versions(endpoint.versions);
            explain_scanned(text, &root, &subject, context)
        }
        (form, _, None) => return Err(Refusal::Unsuitable(without_body(endpoint, form))),
    };
    let resend = match shape {
        _ if declared.form.is_some() || endpoint.subject(Form::Request).is_none() => None,
        ResponseShape::Wrapped => Some(Resend::Rewrite),
        ResponseShape::Listing => Some(Resend::TakeOne),
        ResponseShape::Bodiless | ResponseShape::Bare => None,
    };
    Ok(Analysis { endpoint: Some(endpoint), form, report, resend })
}
