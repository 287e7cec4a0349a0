//! Validators that the macro of the `jsonschema` crate writes at compile time, from our exported schemas.
//!
//! It reads files only, so the schemas lie in `schemas/`; `cargo xtask codegen` writes those that are there.

use jsonschema::validator;

#[validator(
    path = "bench/schemas/management/health_monitoring.request.json",
    validate_formats = true,
    methods = { validate = false, iter_errors = false }
)]
pub(crate) struct Health;

#[validator(
    path = "bench/schemas/management/snmp/trap.request.json",
    validate_formats = true,
    methods = { validate = false, iter_errors = false }
)]
pub(crate) struct Trap;

#[validator(
    path = "bench/schemas/management/email.request.json",
    validate_formats = true,
    methods = { validate = false, iter_errors = false }
)]
pub(crate) struct Mail;

#[validator(
    path = "bench/schemas/policies/time_policies.request.json",
    validate_formats = true,
    methods = { validate = false, iter_errors = false }
)]
pub(crate) struct TimePolicy;

#[validator(
    path = "bench/schemas/rdp/channel_policies.request.json",
    validate_formats = true,
    methods = { validate = false, iter_errors = false }
)]
pub(crate) struct ChannelPolicy;
