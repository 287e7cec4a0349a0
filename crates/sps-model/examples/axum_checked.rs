//! An axum handler whose argument is proof that the body was checked.
//!
//! The extractor reads a request type strictly. It responds 422 with every mistake at once, each with its code and its
//! place in the names of the wire. A body that does not even fit the type gets the same list as one that breaks a rule.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use axum::{
    Router,
    body::Body,
    extract::{FromRequest, Request},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::put,
};
use sps_model::{
    Describe, Endpoint,
    management::SnmpTrap,
    read,
    validate::{Context, Report},
};

/// The application; a program gives it to `axum::serve`.
fn app() -> Router {
    Router::new().route(SnmpTrap::PATH, put(change_trap))
}

/// The handler cannot forget the check: an unchecked trap has another type.
async fn change_trap(Checked(trap): Checked<SnmpTrap>) -> String {
    format!("traps are sent with version {}\n", trap.version.tag())
}

/// A body that was read and checked.
struct Checked<T>(T);

impl<S: Send + Sync, T: Describe> FromRequest<S> for Checked<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        // A body that is too long, or not UTF-8.
        let text =
            String::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        read(&text, &Context::default()).map(Self).map_err(|report| refusal(&report))
    }
}

/// The whole report as JSON. No value that may be secret is in it.
fn refusal(report: &Report) -> Response {
    match serde_json::to_string(report) {
        Ok(json) => {
            let json_type = [(CONTENT_TYPE, "application/json")];
            (StatusCode::UNPROCESSABLE_ENTITY, json_type, json).into_response()
        }
        Err(_) => (StatusCode::UNPROCESSABLE_ENTITY, report.to_string()).into_response(),
    }
}

const GOOD: &str = r#"{"enabled": true, "version": {"selection": "3", "value": {
    "server": {"selection": "ip", "value": "192.0.2.25"}, "username": "trapper",
    "engine_id": "0x0123456789", "auth_method": "sha", "auth_password": "d21f3675",
    "encryption_method": "none", "encryption_password": null}}}"#;

fn main() {
    for body in [GOOD, &GOOD.replace("0x0123456789", "0x12G").replace("username", "user_name")] {
        let (status, text) = ask(body);
        println!("{status}\n{text}");
    }
}

/// Sends one request through the whole application; it waits for nothing, so it needs no runtime.
fn ask(body: &str) -> (StatusCode, String) {
    use std::{
        pin::pin,
        task::{Poll, Waker},
    };

    use tower::ServiceExt;

    let request = Request::put(SnmpTrap::PATH).body(Body::from(body.to_owned()));
    let request = request.expect("method, path and body are given");
    let mut response = pin!(async {
        let Ok(response) = app().oneshot(request).await;
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        (status, body.expect("the body is in memory"))
    });
    loop {
        let mut context = std::task::Context::from_waker(Waker::noop());
        if let Poll::Ready((status, body)) = response.as_mut().poll(&mut context) {
            return (status, String::from_utf8_lossy(&body).into_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code and pointer of each mistake in the response.
    fn mistakes(body: &str) -> Vec<String> {
        let (status, text) = ask(body);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let report: serde_json::Value = serde_json::from_str(&text).expect("the report is JSON");
        let diagnostics = report["diagnostics"].as_array().expect("a list").iter();
        let errors = diagnostics.filter(|it| it["severity"] == "error");
        let texts =
            errors.map(|it| [&it["code"], &it["pointer"]].map(|it| it.as_str().unwrap_or("")));
        texts.map(|it| it.join(" ").trim_end().to_owned()).collect()
    }

    #[test]
    fn a_good_body_is_taken() {
        let (status, text) = ask(GOOD);
        assert_eq!((status, &*text), (StatusCode::OK, "traps are sent with version 3\n"));
    }

    #[test]
    fn every_mistake_is_in_one_response() {
        let body = GOOD
            .replace("0x0123456789", "0x12G")
            .replace("2.25", "2.256")
            .replace("username", "user_name")
            .replace("\"d21f3675\"", r#"{"key": "d21f3675", "meta": {}}"#)
            .replace("true", "\"yes\"");
        let value = "/version/value";
        assert_eq!(
            mistakes(&body),
            [
                "wrong-type /enabled".to_owned(),
                format!("missing-key {value}/username"),
                format!("ip-address {value}/server/value"),
                format!("unknown-key {value}/user_name"),
                format!("engine-id-hex {value}/engine_id"),
                format!("reference-object {value}/auth_password"),
            ]
        );
    }

    #[test]
    fn a_body_that_is_not_json_gets_a_report_too() {
        assert_eq!(mistakes(""), ["invalid-json"]);
        assert_eq!(mistakes("{}"), ["missing-key /enabled", "missing-key /version"]);
    }
}
