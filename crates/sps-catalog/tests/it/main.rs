//! Pages learned from responses, against the pages that the responses are made from.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod learn;
mod overlay;
mod report;
mod response;
