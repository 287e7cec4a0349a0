//! One request and its response; nothing here repeats anything.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::header;
use serde_json::Value;
use sps_model::{Any, Method, Secret};
use tracing::Instrument as _;

use crate::{
    error::{Error, ErrorKind},
    hide, received, tls,
};

/// More than this in one response of JSON is a mistake or an attack.
const MAX_RESPONSE: usize = 64 << 20;

/// A request, but for the session.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    /// The JSON that is sent.
    pub(crate) body: Option<&'a str>,
    /// What in the body must not come back in an error.
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
pub(crate) struct Reply {
    pub(crate) text: String,
    pub(crate) cookie: Option<Secret>,
}

impl Reply {
    pub(crate) fn json(&self, call: &Call<'_>) -> Result<Value, Error> {
        serde_json::from_str(&self.text).map_err(|error| {
            // Only the place: serde repeats values in its words.
            let note = format!("not JSON at line {} column {}", error.line(), error.column());
            Error::new(ErrorKind::UnexpectedResponse).at(call.method, call.path).note(note)
        })
    }
}

/// How the client proves who it is.
pub(crate) enum Proof<'a> {
    Nothing,
    /// With what must not come back in an error besides.
    Session(&'a Secret, Option<&'a Secret>),
    Basic {
        user: &'a str,
        password: &'a Secret,
    },
}

/// Puts method, address and proof together.
pub(crate) fn request(
    http: &reqwest::Client,
    base: &str,
    method: Method,
    path: &str,
    proof: &Proof<'_>,
) -> Result<reqwest::RequestBuilder, Error> {
    let word = match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
        _ => return Err(Error::new(ErrorKind::Settings).note("an unknown method")),
    };
    let request = http.request(word, format!("{base}{path}"));
    Ok(match proof {
        Proof::Nothing => request,
        Proof::Basic { user, password } => request.basic_auth(user, Some(password.expose())),
        Proof::Session(session, _) => {
            let cookie = format!("session_id={}", session.expose());
            let mut value = header::HeaderValue::from_str(&cookie).map_err(|_| {
                Error::new(ErrorKind::UnexpectedResponse).note("the session is not a cookie")
            })?;
            value.set_sensitive(true);
            request.header(header::COOKIE, value)
        }
    })
}

/// Sends one request and reads its response. A response of an error is an error.
pub(crate) async fn exchange(
    http: &reqwest::Client,
    base: &str,
    call: &Call<'_>,
    proof: &Proof<'_>,
    timeout: Duration,
) -> Result<Reply, Error> {
    let path = call.path.split('?').next().unwrap_or_default();
    let span = tracing::debug_span!("request", method = call.method.as_str(), path);
    async {
        let mut request = request(http, base, call.method, call.path, proof)?.timeout(timeout);
        if let Some(body) = call.body {
            request =
                request.header(header::CONTENT_TYPE, "application/json").body(body.to_owned());
        } else if call.method == Method::Post || call.method == Method::Put {
            // Without it the appliance answers 411.
            request = request.header(header::CONTENT_LENGTH, 0);
        }
        let response = request.send().await.map_err(|error| transport(error, call))?;
        let result = read(response, call, proof).await;
        match &result {
            Ok(_) => tracing::debug!("answered"),
            Err(error) => {
                tracing::debug!(status = error.status(), kind = kind_name(error), "failed");
            }
        }
        result
    }
    .instrument(span)
    .await
}

fn kind_name(error: &Error) -> String {
    // The variant alone: what it holds may be long.
    let name = format!("{:?}", error.kind());
    name.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
}

/// Reads a response to its end.
async fn read(
    response: reqwest::Response,
    call: &Call<'_>,
    proof: &Proof<'_>,
) -> Result<Reply, Error> {
    let status = response.status().as_u16();
    let cookie = session_cookie(response.headers());
    let text = read_text(response, call).await?;
    if (200..300).contains(&status) {
        return Ok(Reply { text, cookie });
    }
    Err(failure(status, &text, call, proof))
}

/// Reads the text of a response, and no more than fits.
pub(crate) async fn read_text(
    mut response: reqwest::Response,
    call: &Call<'_>,
) -> Result<String, Error> {
    let unexpected = |note: &str| {
        Error::new(ErrorKind::UnexpectedResponse).at(call.method, call.path).note(note.to_owned())
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| transport(error, call))? {
        if bytes.len() + chunk.len() > MAX_RESPONSE {
            return Err(unexpected("it is longer than 64 MiB"));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| unexpected("it is not UTF-8"))
}

fn session_cookie(headers: &header::HeaderMap) -> Option<Secret> {
    headers.get_all(header::SET_COOKIE).iter().find_map(|value| {
        let value = value.to_str().ok()?;
        let (name, value) = value.split(';').next()?.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim() == "session_id" && !value.is_empty()).then(|| Secret::new(value))
    })
}

/// What went wrong on the way.
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

/// What the appliance says went wrong.
pub(crate) fn failure(status: u16, text: &str, call: &Call<'_>, proof: &Proof<'_>) -> Error {
    let mut secrets: Vec<Secret> = call.secrets.to_vec();
    match proof {
        Proof::Nothing => {}
        Proof::Session(session, other) => {
            secrets.push((*session).clone());
            secrets.extend(other.cloned());
        }
        Proof::Basic { user, password } => {
            secrets.push((*password).clone());
            // As it travels: a server may show the head of the request.
            let pair = format!("{user}:{}", password.expose());
            secrets.push(Secret::new(BASE64_STANDARD.encode(pair)));
        }
    }
    let mut response: Value = serde_json::from_str(text).unwrap_or_default();
    hide::strike(&mut response, &secrets);
    let mut error = received::take(&mut response, "error");
    let details = Some(received::take(&mut error, "details")).filter(|it| !it.is_null());
    let server_type = error["type"].as_str().map(str::to_owned);
    // A proxy may have nothing but words there.
    let message = error["message"].as_str().or(error.as_str()).map(str::to_owned);
    let kind = kind_of(status, server_type.as_deref(), details.as_ref());
    Error::new(kind).at(call.method, call.path).answered(
        status,
        server_type,
        message,
        details.map(Any::from),
    )
}

fn kind_of(status: u16, server_type: Option<&str>, details: Option<&Value>) -> ErrorKind {
    let word = server_type.unwrap_or_default();
    match status {
        401 if word == "AuthenticationFailure" => ErrorKind::AuthenticationFailure,
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::Unauthorized,
        404 => ErrorKind::NotFound,
        423 => ErrorKind::Locked { holder: holder(details) },
        409 if word.to_ascii_lowercase().contains("lock") || holder(details).is_some() => {
            ErrorKind::Locked { holder: holder(details) }
        }
        409 => ErrorKind::Conflict,
        400 if word == "SemanticError" => ErrorKind::Semantic,
        400 => ErrorKind::InvalidBody,
        429 | 502..=504 => ErrorKind::Unavailable,
        _ if word.contains("NotFound") => ErrorKind::NotFound,
        300..=399 => ErrorKind::UnexpectedResponse,
        _ => ErrorKind::Other,
    }
}

/// Who holds the lock. No page shows the form of this response, so several likely ones are understood.
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

    #[test]
    fn tells_a_lock_from_other_conflicts() {
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
    fn takes_the_words_of_a_proxy() {
        let call = Call::get("/api/x");
        for (text, words, advice) in [
            (r#"{"error": "out of order"}"#, Some("out of order"), "log of the appliance"),
            (r#"{"error": {"message": "no", "details": 7}}"#, Some("no"), "read the details"),
            (r#"{"error": ["no"]}"#, None, "log of the appliance"),
            ("[]", None, "log of the appliance"),
            ("<html>", None, "log of the appliance"),
        ] {
            let error = failure(500, text, &call, &Proof::Nothing);
            assert_eq!(error.message(), words, "{text}");
            assert!(error.to_string().contains(advice), "{error}");
        }
    }

    #[test]
    fn strikes_secrets_from_the_words_of_the_appliance() {
        let secrets = [Secret::new("hunter22")];
        let call = Call { secrets: &secrets, ..Call::new(Method::Post, "/api/x?token=abc") };
        let session = Secret::new("0123456789abcdef");
        let text = r#"{"error": {"type": "SemanticError", "message": "hunter22 is too short",
            "details": {"session": "0123456789abcdef", "hunter22": ["a hunter22 b"]}}}"#;
        let error = failure(400, text, &call, &Proof::Session(&session, None));
        let details = error.details().unwrap().as_value().to_string();
        let words = format!("{error} {error:?} {details}");
        for secret in ["hunter22", "0123456789abcdef", "token"] {
            assert!(!words.contains(secret), "{words}");
        }
        assert_eq!(error.message(), Some("*** is too short"));
    }
}
