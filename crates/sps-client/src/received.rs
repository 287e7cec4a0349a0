//! Responses, typed by their endpoint or raw.

use std::fmt;

use serde::Deserialize as _;
use serde_json::{Value, json};
use sps_model::{Any, Endpoint, EndpointInfo, Exchange, Meta, Reader, Wire as _};
use sps_validate::{Context, Form, Kind, Limits, Subject, UnknownKeys, json::scan, rewrite};

use crate::{
    error::{Error, ErrorKind},
    http::{Call, Response},
    json,
};

/// One object as the appliance sent it.
#[non_exhaustive]
pub struct Received<E: Endpoint> {
    /// The ID of the endpoint or object; the response of a job may lack it.
    pub key: Option<String>,
    /// The links of the object.
    pub meta: Meta,
    /// The value. Its references are objects, and it keeps unknown keys.
    pub body: E::Response,
}

impl<E: Endpoint> Received<E>
where
    E::Request: Exchange<Response = E::Response>,
{
    /// Makes the request that would leave the object unchanged: references become bare keys, and unknown keys stay.
    /// Change it and send it with [`Transaction::replace`](crate::Transaction::replace).
    pub fn into_request(self) -> E::Request {
        E::Request::from_response(self.body)
    }
}

impl<E: Endpoint> fmt::Debug for Received<E>
where
    E::Response: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("key", &self.key)
            .field("meta", &self.meta)
            .field("body", &self.body)
            .finish()
    }
}

/// A whole response whose endpoint has no type.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RawResponse {
    /// The key of the object, if the response has one.
    pub key: Option<String>,
    /// The whole response with `body` and `meta`; null if it was empty.
    pub content: Any,
}

impl RawResponse {
    /// Makes the body that would leave the object unchanged, without knowing its endpoint: references are recognized by
    /// their shape and become bare keys, and every other member stays. `None` if the response has no body.
    ///
    /// Change it and send it with [`Transaction::replace_raw`](crate::Transaction::replace_raw).
    pub fn to_request(&self) -> Option<Any> {
        let body = self.content.as_value().get("body")?.to_string();
        let root = scan(&body, &Limits::default()).ok()?;
        let body = rewrite(&root, &Subject::new(Kind::Any, Form::Request));
        serde_json::from_str::<Value>(&body).ok().map(Into::into)
    }

    pub(crate) fn empty() -> Self {
        Self { key: None, content: Value::Null.into() }
    }
}

/// Reads the response about one object.
pub(crate) fn read<E: Endpoint>(
    mut response: Value,
    call: &Call<'_>,
) -> Result<Received<E>, Error> {
    let unexpected = |note: String| {
        Error::new(ErrorKind::UnexpectedResponse).at(call.method, call.path).note(note)
    };
    let body = take_body::<E>(&mut response);
    let body = body.ok_or_else(|| unexpected("the response has no body".to_owned()))?;
    let body = E::Response::read(&body, &Reader::response())
        .map_err(|_| unexpected(mismatch::<E>(&body)))?;
    let key = response["key"].as_str().map(str::to_owned);
    Ok(Received { key, meta: meta(&response), body })
}

/// Takes the body out of a response. Without wrappers, it is everything but `key` and `meta`.
fn take_body<E: Endpoint>(response: &mut Value) -> Option<Value> {
    if E::WRAPPERS.is_empty() {
        let mut body = response.take();
        let members = body.as_object_mut()?;
        *response = json!({"key": members.remove("key"), "meta": members.remove("meta")});
        return Some(body);
    }
    let wrapper = E::WRAPPERS.iter().find(|it| response.get(**it).is_some())?;
    response.get_mut(*wrapper).map(Value::take)
}

/// Says where a body differs from its type. The error of serde may repeat a secret, and it names no place.
fn mismatch<E: Endpoint>(body: &Value) -> String {
    const STRUCTURAL: [&str; 3] = ["wrong-type", "null-not-allowed", "missing-key"];
    let info = const { &EndpointInfo::of::<E>() };
    let context = Context::default().with_unknown_keys(UnknownKeys::Allow);
    let report = info.explain(&body.to_string(), Form::Response, &context).unwrap_or_default();
    let first = report.errors().find(|it| STRUCTURAL.contains(&it.code));
    first.map_or_else(|| "the body does not have the expected form".to_owned(), ToString::to_string)
}

fn meta(response: &Value) -> Meta {
    // Links of an unexpected form are no reason to reject the body.
    response.get("meta").and_then(|it| Meta::deserialize(it).ok()).unwrap_or_default()
}

/// Reads a response whose endpoint has no type.
pub(crate) fn read_raw(response: &Response, call: &Call<'_>) -> Result<RawResponse, Error> {
    let content = match response.text.trim() {
        "" => return Ok(RawResponse::empty()),
        _ => response.json(call)?,
    };
    Ok(RawResponse { key: json::key_of(&content), content: content.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_response_becomes_a_request() {
        let content = json!({"key": "x", "meta": {"href": "/api/configuration/x"}, "body": {
            "password": {"key": "aaaa-1", "meta": {"href": "/api/configuration/passwords/aaaa-1"}}, "new": [1]}});
        let response = RawResponse { key: None, content: content.into() };
        let request = response.to_request().unwrap();
        assert_eq!(*request.as_value(), json!({"password": "aaaa-1", "new": [1]}));
        assert_eq!(RawResponse::empty().to_request(), None);
    }
}
