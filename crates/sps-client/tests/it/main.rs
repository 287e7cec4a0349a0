//! The client against a scripted server: what a line of responses makes it do.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(
    clippy::format_push_string,
    clippy::match_bool,
    clippy::needless_pass_by_value,
    reason = "a script reads best when it is short"
)]

mod changes;
mod commit;
mod fake;
mod opening;
mod reading;
mod secrets;
mod tls;
mod tls_openssl;
mod tls_server;
mod transfers;
