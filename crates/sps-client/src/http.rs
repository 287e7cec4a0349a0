//! One request and its response, without repeating anything.

use std::time::{Duration, Instant};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::header;
use serde_json::Value;
use sps_model::{Any, Method, Secret};
use tracing::Instrument as _;

use crate::{
    error::{Argument, Error, ErrorKind},
    hide, json, tls,
};

/// A longer response of JSON is a mistake or an attack.
const MAX_RESPONSE_BYTES: usize = 64 << 20;

/// A request without its authentication.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    /// The JSON that is sent.
    pub(crate) body: Option<&'a str>,
    /// The secrets in the body, which must not appear in an error.
    pub(crate) secrets: &'a [Secret],
}

impl<'a> Call<'a> {
    pub(crate) fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, body: None, secrets: &[] }
    }

    pub(crate) fn get(path: &'a str) -> Self {
        Self::new(Method::Get, path)
    }
}

/// A whole response.
pub(crate) struct Response {
    pub(crate) text: String,
    pub(crate) cookie: Option<Secret>,
}

impl Response {
    pub(crate) fn json(&self, call: &Call<'_>) -> Result<Value, Error> {
        serde_json::from_str(&self.text).map_err(|error| {
            // Only the place: the message of serde repeats values.
            let note = format!(
                "the response is not JSON: line {}, column {}",
                error.line(),
                error.column()
            );
            Error::new(ErrorKind::UnexpectedResponse).at(call.method, call.path).note(note)
        })
    }
}

/// How a request proves its user.
pub(crate) enum Authentication<'a> {
    None,
    /// The session cookie, and the password, which must not appear in an error either.
    Session(&'a Secret, Option<&'a Secret>),
    Basic {
        user: &'a str,
        password: &'a Secret,
    },
}

/// Builds a request from method, address and authentication.
pub(crate) fn request(
    http: &reqwest::Client,
    base: &str,
    method: Method,
    path: &str,
    authentication: &Authentication<'_>,
) -> Result<reqwest::RequestBuilder, Error> {
    let method = match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
        _ => return Err(Error::argument(Argument::Method, "unknown")),
    };
    let request = http.request(method, format!("{base}{path}"));
    Ok(match authentication {
        Authentication::None => request,
        Authentication::Basic { user, password } => {
            request.basic_auth(user, Some(password.expose()))
        }
        Authentication::Session(session, _) => {
            let cookie = format!("session_id={}", session.expose());
            let mut value = header::HeaderValue::from_str(&cookie).map_err(|_| {
                Error::new(ErrorKind::UnexpectedResponse)
                    .note("the session has characters that a cookie cannot have")
            })?;
            value.set_sensitive(true);
            request.header(header::COOKIE, value)
        }
    })
}

/// Sends one request and reads its response. An error response is an error.
pub(crate) async fn exchange(
    http: &reqwest::Client,
    base: &str,
    call: &Call<'_>,
    authentication: &Authentication<'_>,
    timeout: Duration,
) -> Result<Response, Error> {
    let path = call.path.split('?').next().unwrap_or_default();
    let span = tracing::debug_span!("request", method = call.method.as_str(), path);
    async {
        let mut request =
            request(http, base, call.method, call.path, authentication)?.timeout(timeout);
        if let Some(body) = call.body {
            request =
                request.header(header::CONTENT_TYPE, "application/json").body(body.to_owned());
        } else if call.method == Method::Post || call.method == Method::Put {
            // Without it the appliance responds with 411.
            request = request.header(header::CONTENT_LENGTH, 0);
        }
        tracing::trace!(bytes = call.body.map_or(0, str::len), "sending");
        let start = Instant::now();
        let response = request.send().await.map_err(|error| transport(error, call))?;
        let result = read(response, call, authentication).await;
        let milliseconds = start.elapsed().as_millis();
        match &result {
            Ok(response) => {
                tracing::debug!(milliseconds, "response received");
                tracing::trace!(bytes = response.text.len(), "the whole response was read");
            }
            Err(error) => {
                let (status, kind) = (error.status(), error.kind().summary());
                tracing::debug!(milliseconds, status, kind, "failed");
            }
        }
        result
    }
    .instrument(span)
    .await
}

/// Reads a response to its end.
async fn read(
    response: reqwest::Response,
    call: &Call<'_>,
    authentication: &Authentication<'_>,
) -> Result<Response, Error> {
    let status = response.status().as_u16();
    let cookie = session_cookie(response.headers());
    let wait = retry_after(response.headers());
    let text = read_text(response, call).await?;
    if (200..300).contains(&status) {
        return Ok(Response { text, cookie });
    }
    Err(failure(status, &text, call, authentication).with_retry_after(wait))
}

/// How long a response asks to wait, if it says that in seconds.
fn retry_after(headers: &header::HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Reads the text of a response up to the limit.
pub(crate) async fn read_text(
    mut response: reqwest::Response,
    call: &Call<'_>,
) -> Result<String, Error> {
    let unexpected = |note: &str| {
        Error::new(ErrorKind::UnexpectedResponse).at(call.method, call.path).note(note.to_owned())
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| transport(error, call))? {
        if bytes.len() + chunk.len() > MAX_RESPONSE_BYTES {
            return Err(unexpected("the response is longer than 64 MiB"));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| unexpected("the response is not UTF-8"))
}

fn session_cookie(headers: &header::HeaderMap) -> Option<Secret> {
    headers.get_all(header::SET_COOKIE).iter().find_map(|value| {
        let value = value.to_str().ok()?;
        let (name, value) = value.split(';').next()?.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim() == "session_id" && !value.is_empty()).then(|| Secret::new(value))
    })
}

/// The error of a request without a response.
pub(crate) fn transport(error: reqwest::Error, call: &Call<'_>) -> Error {
    let cause = tls::cause(&error);
    let kind = if error.is_connect() || cause.is_some_and(tls::is_about_client) {
        if cause.is_some() { ErrorKind::Tls } else { ErrorKind::Connect }
    } else if error.is_timeout() {
        ErrorKind::Timeout
    } else {
        ErrorKind::ConnectionLost
    };
    let mut failed = Error::new(kind).at(call.method, call.path);
    if let Some(note) = cause.and_then(tls::alert_note) {
        failed = failed.note(note);
    }
    match cause.and_then(tls::Refusal::inside) {
        Some(refusal) => failed.because(refusal.clone()),
        None => failed.because(error.without_url()),
    }
}

/// The error of an error response.
pub(crate) fn failure(
    status: u16,
    text: &str,
    call: &Call<'_>,
    authentication: &Authentication<'_>,
) -> Error {
    let mut secrets: Vec<Secret> = call.secrets.to_vec();
    match authentication {
        Authentication::None => {}
        Authentication::Session(session, other) => {
            secrets.push((*session).clone());
            secrets.extend(other.cloned());
        }
        Authentication::Basic { user, password } => {
            secrets.push((*password).clone());
            // As it is sent: a server may show the headers of the request.
            let pair = format!("{user}:{}", password.expose());
            secrets.push(Secret::new(BASE64_STANDARD.encode(pair)));
        }
    }
    let mut response: Value = serde_json::from_str(text).unwrap_or_default();
    // A name such as `SemanticError` is the appliance's own, whatever words the secrets are.
    let is_name = |it: &str| {
        it.bytes().all(|byte| byte.is_ascii_alphabetic())
            && !secrets.iter().any(|secret| secret.expose() == it)
    };
    let name = response["error"]["type"].as_str().filter(|it| is_name(it)).map(str::to_owned);
    hide::strike(&mut response, &secrets);
    let mut error = json::take(&mut response, "error");
    let details = Some(json::take(&mut error, "details")).filter(|it| !it.is_null());
    let server_type = name.or_else(|| error["type"].as_str().map(str::to_owned));
    // A proxy may send a string there.
    let message = error["message"].as_str().or(error.as_str()).map(str::to_owned);
    let kind = match kind_of(status, server_type.as_deref(), details.as_ref()) {
        // Without a body, the path and its query are all that can be invalid.
        ErrorKind::InvalidBody if call.method == Method::Get => ErrorKind::InvalidQuery,
        kind => kind,
    };
    Error::new(kind).at(call.method, call.path).with_response(
        status,
        server_type,
        message,
        details.map(Any::from),
    )
}

fn kind_of(status: u16, server_type: Option<&str>, details: Option<&Value>) -> ErrorKind {
    let name = server_type.unwrap_or_default();
    match status {
        _ if name == "FirmwareTestFailed" => ErrorKind::FirmwareTestFailed,
        _ if name == "IncompleteRequestBodyError" => ErrorKind::InvalidBody,
        401 if name == "AuthenticationFailure" => ErrorKind::AuthenticationFailure,
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::Unauthorized,
        404 => ErrorKind::NotFound,
        423 => ErrorKind::Locked { holder: holder(details) },
        409 if name.to_ascii_lowercase().contains("lock") || holder(details).is_some() => {
            ErrorKind::Locked { holder: holder(details) }
        }
        409 => ErrorKind::Conflict,
        400 if name == "SemanticError" => ErrorKind::Semantic,
        400 => ErrorKind::InvalidBody,
        429 | 502..=504 => ErrorKind::Unavailable,
        _ if name.contains("NotFound") => ErrorKind::NotFound,
        300..=399 => ErrorKind::UnexpectedResponse,
        _ => ErrorKind::Other,
    }
}

/// The user who holds the lock. No source shows the form of this response, so several likely ones are accepted.
fn holder(details: Option<&Value>) -> Option<String> {
    const KEYS: [&str; 6] = ["user", "username", "holder", "locked_by", "owner", "lock_holder"];
    KEYS.iter().find_map(|key| match details?.get(key)? {
        Value::String(name) => Some(name.clone()),
        object => {
            object.get("name").or_else(|| object.get("username"))?.as_str().map(str::to_owned)
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Advice;

    #[test]
    fn distinguishes_a_lock_from_other_conflicts() {
        let lock = json!({"user": "bob"});
        let locked = ErrorKind::Locked { holder: Some("bob".into()) };
        assert_eq!(kind_of(409, Some("Conflict"), Some(&lock)), locked);
        assert_eq!(kind_of(423, None, Some(&lock)), locked);
        assert_eq!(kind_of(423, None, None), ErrorKind::Locked { holder: None });
        assert_eq!(kind_of(409, Some("Conflict"), None), ErrorKind::Conflict);
        let path = json!("/api/x");
        assert_eq!(kind_of(409, Some("Conflict"), Some(&path)), ErrorKind::Conflict);
    }

    #[test]
    fn reads_the_error_of_a_proxy() {
        let call = Call::get("/api/x");
        for (text, message, advice) in [
            (r#"{"error": "out of order"}"#, Some("out of order"), Advice::ReadLog),
            (r#"{"error": {"message": "no", "details": 7}}"#, Some("no"), Advice::ReadDetails),
            (r#"{"error": ["no"]}"#, None, Advice::ReadLog),
            ("[]", None, Advice::ReadLog),
            ("<html>", None, Advice::ReadLog),
        ] {
            let error = failure(500, text, &call, &Authentication::None);
            assert_eq!(error.message(), message, "{text}");
            assert_eq!(error.advice(), Some(advice), "{error}");
        }
    }

    #[test]
    fn names_what_cannot_be_read() {
        for (method, kind) in
            [(Method::Get, ErrorKind::InvalidQuery), (Method::Put, ErrorKind::InvalidBody)]
        {
            let call = Call::new(method, "/api/x?q=secret");
            let error = failure(400, "{}", &call, &Authentication::None);
            assert_eq!(*error.kind(), kind);
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn hides_secrets_in_the_texts_of_the_appliance() {
        let secrets = [Secret::new("hunter22")];
        let call = Call { secrets: &secrets, ..Call::new(Method::Post, "/api/x?token=abc") };
        let session = Secret::new("0123456789abcdef");
        let text = r#"{"error": {"type": "SemanticError", "message": "hunter22 is too short",
            "details": {"session": "0123456789abcdef", "hunter22": ["a hunter22 b"]}}}"#;
        let error = failure(400, text, &call, &Authentication::Session(&session, None));
        let details = error.details().unwrap().as_value().to_string();
        let words = format!("{error} {error:?} {details}");
        for secret in ["hunter22", "0123456789abcdef", "token"] {
            assert!(!words.contains(secret), "{words}");
        }
        assert_eq!(error.message(), Some("*** is too short"));
    }

    #[test]
    fn keeps_the_name_of_an_error_whatever_the_secret_is() {
        let secrets = [Secret::new("Semantic1"), Secret::new("SemanticErr"), Secret::new("Error")];
        let call = Call { secrets: &secrets, ..Call::new(Method::Post, "/api/x") };
        let text = r#"{"error": {"type": "SemanticError", "message": "SemanticErr is wrong"}}"#;
        let error = failure(400, text, &call, &Authentication::None);
        assert_eq!(error.kind(), &ErrorKind::Semantic);
        assert_eq!(error.server_type(), Some("SemanticError"));
        assert_eq!(error.message(), Some("*** is wrong"));
    }
}
