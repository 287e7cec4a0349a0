//! What a response carried, typed by its endpoint.

use std::fmt;

use serde_json::Value;
use sps_model::{Endpoint, Exchange, Meta, Reader, Wire as _};

use crate::{
    error::{Error, ErrorKind},
    http::Call,
};

/// One object as the appliance answered it.
#[non_exhaustive]
pub struct Received<E: Endpoint> {
    /// The ID of the endpoint or object; a job's response may lack it.
    pub key: Option<String>,
    /// Where it stands.
    pub meta: Meta,
    /// The value. References in it are objects, and it keeps keys that no source shows.
    pub body: E::Response,
}

impl<E: Endpoint> Received<E>
where
    E::Request: Exchange<Response = E::Response>,
{
    /// The body that would leave the object as it is: references become bare keys, and unknown keys
    /// stay. Change it and send it with [`Transaction::replace`](crate::Transaction::replace).
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

/// Reads the response about one object.
pub(crate) fn read<E: Endpoint>(
    mut response: Value,
    call: &Call<'_>,
) -> Result<Received<E>, Error> {
    let unexpected = |note: String| {
        Error::new(ErrorKind::UnexpectedResponse).at(call.method, call.path).note(note)
    };
    let wrapper = E::WRAPPERS.iter().find(|it| response.get(**it).is_some());
    let body = wrapper.and_then(|it| response.get_mut(*it)).map(Value::take);
    let body = body.ok_or_else(|| unexpected("it has no body".to_owned()))?;
    let body = E::Response::read(body, &Reader::response())
        .map_err(|error| unexpected(without_value(&error.to_string())))?;
    let key = response["key"].as_str().map(str::to_owned);
    Ok(Received { key, meta: meta(&response), body })
}

pub(crate) fn meta(response: &Value) -> Meta {
    // What is not as the guide shows it is no reason to lose the body.
    response.get("meta").and_then(|it| serde::Deserialize::deserialize(it).ok()).unwrap_or_default()
}

/// Takes the value out of serde's words about it: it may be a secret.
fn without_value(words: &str) -> String {
    match words.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => words.to_owned(),
    }
}

/// Takes a member out of a response; null if there is none. An index that writes would panic on what is no object.
pub(crate) fn take(response: &mut Value, key: &str) -> Value {
    response.get_mut(key).map(Value::take).unwrap_or_default()
}

/// The key of a response, or the last segment of its address.
pub(crate) fn key_of(response: &Value) -> Option<String> {
    let href = || response["meta"]["href"].as_str()?.rsplit('/').next();
    response["key"].as_str().or_else(href).filter(|it| !it.is_empty()).map(str::to_owned)
}
