//! The client against a scripted server.

#![expect(clippy::unwrap_used, reason = "a test fails at the first error")]
#![expect(
    clippy::format_push_string,
    clippy::match_bool,
    clippy::needless_pass_by_value,
    reason = "a script reads best when it is short"
)]

mod audit;
mod changes;
mod commit;
mod conflicts;
mod examples;
mod fake;
mod opening;
mod reading;
mod secrets;
mod settings;
mod texts;
mod tls;
mod tls_attacks;
mod tls_openssl;
mod tls_server;
mod transfers;
