//! Rules, formats, a JSON scanner with spans, and reports for configuration bodies.
//!
//! This crate checks bodies and names no endpoint. A table ([`Kind`], [`Type`]) describes a body, a [`Context`] holds
//! facts besides the document, and [`explain()`] returns a [`Report`] of every mistake: each a [`Finding`] with a
//! permanent code, a place and a help.
//!
//! ```
//! use sps_validate::{Constraints, Context, Field, Form, Kind, Shape, Subject, Type, explain};
//!
//! static SWITCH: Type = Type::new(
//!     "Switch",
//!     Shape::Struct { fields: &[Field::new("enabled", Kind::Bool)], open: false },
//!     Constraints::NONE,
//! );
//! let subject = Subject::new(Kind::Named(&SWITCH), Form::Request);
//! let report = explain(r#"{"enable": true}"#, &subject, &Context::default());
//! let codes: Vec<_> = report.errors().map(|d| (d.code, d.pointer.as_str())).collect();
//! assert_eq!(codes, [("missing-key", "/enabled"), ("unknown-key", "/enable")]);
//! assert_eq!(report.diagnostics[1].suggestions, ["enabled"]);
//! ```

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod code;
pub mod format;
pub mod json;
pub mod limits;
pub mod pem;
pub mod span;
pub mod suggest;

mod accept;
mod condition;
mod context;
mod custom;
mod descriptor;
mod english;
mod explain;
mod finding;
mod fix;
mod input;
mod param;
mod reason;
mod reference;
mod report;
mod rewrite;
mod rule;
mod secret_name;
mod severity;
mod subject;
mod version;

pub use crate::{
    accept::accept,
    condition::{Bounds, Condition, Literal},
    context::{Context, Resolver, Timestamp, UnknownKeys},
    custom::{
        certificate_already_valid, certificate_not_expired, certificate_of_authority,
        certificate_strong_key, certificate_strong_signature, engine_id_prefix, engine_id_rfc3411,
        hand_written, not_ipv6, snmp_user_name,
    },
    descriptor::{
        Breach, Constraint, Constraints, EnumValue, Field, FieldForm, Kind, Member, Shape, Target,
        Type, Variant,
    },
    explain::{explain, explain_scanned},
    finding::{Choice, Expected, Finding, Home, Item},
    fix::{Copied, Fix, Fixed, fix},
    input::{Cause, Input, Outcome},
    limits::Limits,
    param::Param,
    reason::Reason,
    report::{Diagnostic, Related, Report, Unchecked, Use},
    rewrite::rewrite,
    rule::{Check, MAX_INPUTS, Path, Requirement, Rule},
    secret_name::is_secret_name,
    severity::Severity,
    span::Span,
    subject::{Form, Subject},
    version::{ParseVersionError, Version, Versions},
};
