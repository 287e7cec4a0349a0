//! An axum handler whose argument is proof that the body was checked.
//!
//! `garde::Valid<T>` can only be made by validating; the extractor reads a request type strictly,
//! validates it, and responses 422 with every mistake at its place, in the names of the wire.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use axum::{
    Router,
    body::Body,
    extract::{FromRequest, Request},
    http::StatusCode,
    routing::put,
};
use garde::{Unvalidated, Valid, Validate};
use serde::de::DeserializeOwned;
use sps_model::{Endpoint, SnmpTrap};

/// The application; a program gives it to `axum::serve`.
fn app() -> Router {
    Router::new().route(SnmpTrap::PATH, put(change_trap))
}

/// The handler cannot forget the check: an unchecked trap has another type.
async fn change_trap(Checked(trap): Checked<SnmpTrap>) -> String {
    let version = trap.version.tag().to_owned();
    format!("traps are sent with version {version}\n")
}

/// A body that was read and validated.
struct Checked<T>(Valid<T>);

impl<S, T> FromRequest<S> for Checked<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = (StatusCode, String);

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let body = String::from_request(request, state).await;
        let body = body.map_err(|error| (error.status(), error.body_text()))?;
        let body: Unvalidated<T> = serde_json::from_str(&body)
            .map_err(|error| (StatusCode::BAD_REQUEST, format!("{error}\n")))?;
        body.validate()
            .map(Self)
            .map_err(|report| (StatusCode::UNPROCESSABLE_ENTITY, report.to_string()))
    }
}

const GOOD: &str = r#"{"enabled": true, "version": {"selection": "3", "value": {
    "server": {"selection": "ip", "value": "192.0.2.25"}, "username": "trapper",
    "engine_id": "0x0123456789", "auth_method": "sha", "auth_password": "d21f3675",
    "encryption_method": "none", "encryption_password": null}}}"#;

fn main() {
    for body in [GOOD, &GOOD.replace("0x0123456789", "0x12G").replace("2.25", "2.256")] {
        let (status, text) = ask(body);
        println!("{status}\n{text}");
    }
}

/// Sends one request through the whole application; it waits for nothing, so it needs no runtime.
fn ask(body: &str) -> (StatusCode, String) {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
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
        if let Poll::Ready((status, body)) =
            response.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        {
            return (status, String::from_utf8_lossy(&body).into_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_body_is_taken() {
        let (status, text) = ask(GOOD);
        assert_eq!((status, &*text), (StatusCode::OK, "traps are sent with version 3\n"));
    }

    #[test]
    fn a_bad_body_is_refused_with_wire_paths() {
        let body = GOOD.replace("0x0123456789", "0x12G").replace("2.25", "2.256");
        let (status, text) = ask(&body);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let paths: Vec<_> = text.lines().filter_map(|line| Some(line.split_once(':')?.0)).collect();
        assert_eq!(paths, ["version.value.engine_id", "version.value.server.value"], "{text}");
        assert!(text.contains("engine-id-hex") && text.contains("ip-address"), "{text}");
    }

    #[test]
    fn a_body_of_another_shape_is_not_read_at_all() {
        for body in
            ["", "{}", &GOOD.replace("engine_id", "engineid"), &GOOD.replace("\"d21f3675\"", "{}")]
        {
            assert_eq!(ask(body).0, StatusCode::BAD_REQUEST, "{body}");
        }
    }
}
