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
mod context;
mod custom;
mod descriptor;
mod explain;
mod fix;
mod report;
mod rewrite;
mod rule;
mod version;

pub use crate::accept::accept;
pub use crate::context::Context;
pub use crate::context::Resolver;
pub use crate::context::Timestamp;
pub use crate::context::UnknownKeys;
pub use crate::custom::certificate_not_expired;
pub use crate::custom::certificate_strong_key;
pub use crate::custom::certificate_strong_signature;
pub use crate::custom::engine_id_rfc3411;
pub use crate::descriptor::Breach;
pub use crate::descriptor::Constraint;
pub use crate::descriptor::Constraints;
pub use crate::descriptor::EnumValue;
pub use crate::descriptor::Field;
pub use crate::descriptor::FieldForm;
pub use crate::descriptor::Kind;
pub use crate::descriptor::Member;
pub use crate::descriptor::Shape;
pub use crate::descriptor::Target;
pub use crate::descriptor::Type;
pub use crate::descriptor::Variant;
pub use crate::explain::Form;
pub use crate::explain::MAX_INPUTS;
pub use crate::explain::Subject;
pub use crate::explain::explain;
pub use crate::explain::explain_scanned;
pub use crate::fix::Copied;
pub use crate::fix::Fix;
pub use crate::fix::Fixed;
pub use crate::fix::fix;
pub use crate::limits::Limits;
pub use crate::report::Diagnostic;
pub use crate::report::Param;
pub use crate::report::Related;
pub use crate::report::Report;
pub use crate::report::Severity;
pub use crate::report::Unchecked;
pub use crate::report::Use;
pub use crate::rewrite::rewrite;
pub use crate::rule::Check;
pub use crate::rule::Edit;
pub use crate::rule::Leaf;
pub use crate::rule::Outcome;
pub use crate::rule::Path;
pub use crate::rule::Rule;
pub use crate::rule::ignored;
pub use crate::rule::required;
pub use crate::span::Span;
pub use crate::version::ParseVersionError;
pub use crate::version::Version;
pub use crate::version::Versions;
