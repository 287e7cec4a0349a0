//! Bodies of requests, as they arrive.

use std::{future::poll_fn, pin::Pin, time::Duration};

use axum::body::Body;
use hyper::body::Body as _;
use tokio::time::timeout;

use crate::{
    device::HEAD_BYTES,
    http::{Failure, Request, Response},
};

/// Longest body that is read.
const MAX_BODY_BYTES: u64 = 10 << 20;

/// Length up to which a body that is too long is still read, so that the client sees the refusal.
const MAX_DRAINED_BYTES: u64 = 64 << 20;

/// Longest firmware. Only its start and its length are kept.
const MAX_FIRMWARE_BYTES: u64 = 4 << 30;

/// Time that a client has for the handshake, for the head and for the body of a request.
pub(crate) const CLIENT_TIMEOUT: Duration = Duration::from_secs(60);

/// Reads the body into the request. Returns the response to a request that is refused before its body is looked at.
pub(crate) async fn receive(request: &mut Request, body: &mut Body) -> Option<Response> {
    let refuse = |request: &Request, status, kind, message: &str| {
        Some(Failure::new(status, kind, message).into_response(&request.raw_path))
    };
    if request.expect {
        // The body must not be asked for.
        let message = "The header field Expect is not understood";
        return refuse(request, 417, "ExpectationFailed", message);
    }
    let is_kept = request.path.as_deref() != Some("/api/upload/firmware");
    let limit = if is_kept { MAX_BODY_BYTES } else { MAX_FIRMWARE_BYTES };
    let too_long = format!("The body is longer than {limit} bytes");
    if request.content_length.is_some_and(|it| it > limit.max(MAX_DRAINED_BYTES)) {
        return refuse(request, 413, "ContentTooLarge", &too_long);
    }
    let (mut content, mut length) = (Vec::new(), 0_u64);
    let read = timeout(CLIENT_TIMEOUT, async {
        while let Some(frame) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            let Ok(frame) = frame else { return false };
            let Some(data) = frame.data_ref() else { continue };
            length = length.saturating_add(data.len() as u64);
            if length > limit.max(MAX_DRAINED_BYTES) {
                return true;
            }
            if is_kept && length <= limit {
                content.extend_from_slice(data);
            } else if !is_kept {
                let room = HEAD_BYTES.saturating_sub(content.len());
                content.extend_from_slice(&data[..room.min(data.len())]);
            }
        }
        true
    });
    match read.await {
        Ok(true) if length > limit => refuse(request, 413, "ContentTooLarge", &too_long),
        Ok(true) => {
            request.body = content;
            request.body_length = length;
            None
        }
        // The client has probably hung up.
        Ok(false) => refuse(request, 400, "BadRequest", "The body ended too early"),
        Err(_) => refuse(request, 408, "RequestTimeout", "The body did not arrive in time"),
    }
}
