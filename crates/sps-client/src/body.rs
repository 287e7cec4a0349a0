//! Bodies of requests: checked before they are sent, with their secrets known.

use serde_json::Value;
use sps_model::{Any, Endpoint, EndpointInfo, Method, Secret};
use sps_validate::{Context, Form, Kind, Subject, UnknownKeys};

use crate::{
    error::{Error, ErrorKind},
    hide,
    http::Call,
    settings::Settings,
};

/// A body that was checked.
pub(crate) struct Outgoing {
    pub(crate) text: String,
    /// The body with null in place of its secrets.
    pub(crate) masked: Value,
    pub(crate) secrets: Vec<Secret>,
    /// The subject that a response about the same object is read as.
    pub(crate) subject: Subject,
}

impl Outgoing {
    /// The request that sends the body.
    pub(crate) fn call<'a>(&'a self, method: Method, path: &'a str) -> Call<'a> {
        Call { method, path, body: Some(&self.text), secrets: &self.secrets }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.text);
    }
}

/// Checks a typed body. What no source shows in it came with a response, so it is sent back.
pub(crate) fn typed<E: Endpoint>(
    request: &E::Request,
    method: Method,
    settings: &Settings,
) -> Result<Outgoing, Error> {
    let text = serde_json::to_string(request)
        .map_err(|error| Error::new(ErrorKind::InvalidBody).at(method, E::PATH).because(error))?;
    let info = const { &EndpointInfo::of::<E>() };
    check(info, &text, UnknownKeys::Carry, method, E::PATH, settings)?;
    let kind = info.subject(Form::Request).map_or(Kind::Any, |it| it.body);
    Ok(outgoing(text, kind, info.subject(Form::Response)))
}

/// Checks a body without a type if the endpoint is known.
pub(crate) fn raw(
    body: &Any,
    method: Method,
    path: &str,
    unknown_keys: UnknownKeys,
    settings: &Settings,
) -> Result<Outgoing, Error> {
    let text = body.as_value().to_string();
    let Some(located) = sps_model::locate_in(settings.endpoints, path) else {
        return Ok(outgoing(text, Kind::Any, None));
    };
    let Some(subject) = located.endpoint.subject(Form::Request) else {
        return Ok(outgoing(text, Kind::Any, None));
    };
    check(located.endpoint, &text, unknown_keys, method, path, settings)?;
    Ok(outgoing(text, subject.body, located.endpoint.subject(Form::Response)))
}

fn check(
    info: &EndpointInfo,
    text: &str,
    unknown_keys: UnknownKeys,
    method: Method,
    path: &str,
    settings: &Settings,
) -> Result<(), Error> {
    let waived: Vec<&str> = settings.waived.iter().map(String::as_str).collect();
    let mut context = Context::default().with_unknown_keys(unknown_keys).with_waived(&waived);
    if let Some(target) = settings.target {
        context = context.with_target(target);
    }
    if info.accept(text, &context) {
        return Ok(());
    }
    let report = info.explain(text, Form::Request, &context).unwrap_or_default();
    Err(Error::new(ErrorKind::Invalid(report)).at(method, path))
}

fn outgoing(text: String, kind: Kind, response: Option<Subject>) -> Outgoing {
    let mut masked = serde_json::from_str(&text).unwrap_or_default();
    let secrets = hide::take_secrets(kind, &mut masked);
    let mut subject = response.unwrap_or_else(|| Subject::new(kind, Form::Response));
    subject.body = kind;
    Outgoing { text, masked, secrets, subject }
}
