//! Rules, formats, a JSON scanner with spans, and reports for configuration bodies.
//!
//! This crate knows how a body is judged, and names no endpoint. What a body looks like reaches it
//! as a table ([`Kind`], [`Type`]), what may be known besides as a [`Context`]; [`explain()`] returns a
//! [`Report`] of every mistake, each with a permanent code, a place and a way to mend it.
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
mod certificate;
mod context;
mod custom;
mod descriptor;
mod explain;
mod fix;
mod reason;
mod report;
mod rewrite;
mod rule;
mod version;

pub use crate::{
    accept::accept,
    certificate::{certificate_already_valid, certificate_of_authority, certificate_regular},
    context::{Context, Resolver, Timestamp, UnknownKeys},
    custom::{
        certificate_not_expired, certificate_strong_key, certificate_strong_signature,
        engine_id_rfc3411,
    },
    descriptor::{
        Breach, Constraint, Constraints, EnumValue, Field, FieldForm, Kind, Member, Shape, Target,
        Type, Variant,
    },
    explain::{Form, MAX_INPUTS, Subject, explain, explain_scanned},
    fix::{Copied, Fix, Fixed, fix},
    limits::Limits,
    reason::Reason,
    report::{Diagnostic, Param, Related, Report, Severity, Unchecked, Use},
    rewrite::rewrite,
    rule::{Check, Edit, Leaf, Outcome, Path, Rule, ignored, required},
    span::Span,
    version::{ParseVersionError, Version, Versions},
};
