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
//!
//! If you check bodies of Safeguard for Privileged Sessions, start with the crate `sps-model`: it has the tables of every
//! endpoint, and asks these questions by type.
//!
//! # Tour
//!
//! * [`accept()`] answers whether a text may be sent, in one pass. [`explain()`] lists everything that is wrong with it;
//!   the two always agree.
//! * A [`Subject`] is what a text is checked against: a [`Kind`], a [`Form`], and the [`Versions`] that have it. A
//!   [`Type`] has a [`Shape`] and [`Constraints`]: a [`Constraint`] for each member, and [`Rule`]s with a [`Condition`].
//! * A [`Context`] has the facts besides the text: a [`Resolver`] of references, the target [`Version`], the time,
//!   [`Limits`], and whether [`UnknownKeys`] are mistakes.
//! * A [`Report`] has every [`Diagnostic`], and as [`Unchecked`] what could not be decided, with the [`Reason`]. It can be
//!   printed, returned as an error, and serialized. What is wrong is also data: a [`Finding`].
//! * [`fix()`] repairs what has only one repair. [`rewrite()`] turns the text of a response into that of a request.
//! * [`mod@yaml`] reads YAML into the same nodes as [`json`], and writes it.
//! * [`json`] is the scanner with byte spans and limits, [`span`] turns them into lines and columns, [`mod@format`] and [`pem`]
//!   check texts.
//!
//! # Features
//!
//! | Feature | Default | Adds |
//! |---|---|---|
//! | `render` | no | `Report::render` and the module `render`: diagnostics with the lines that they are about, as compilers print them |
//! | `yaml` | no | [`yaml`]: reading, checking and repairing YAML; writing it needs no feature |
//!
//! # What it does not do
//!
//! It reads no files and no clock, and it knows no endpoint. The values of secrets and of unknown keys are in no message.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod code;
pub mod format;
pub mod json;
pub mod limits;
pub mod pem;
#[cfg(feature = "render")]
pub mod render;
pub mod span;
pub mod suggest;
pub mod text;
pub mod yaml;

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
        hand_written, local_group_name, not_ipv6, snmp_user_name,
    },
    descriptor::{
        Breach, Constraint, Constraints, EnumValue, Field, FieldForm, Kind, Member, ORDER, Shape,
        Target, Type, Variant,
    },
    explain::{explain, explain_scanned},
    finding::{Choice, Expected, Finding, Home, Item, Meant},
    fix::{Copied, Fix, Fixed, fix, fix_with},
    input::{Cause, Input, Outcome},
    limits::Limits,
    param::Param,
    reason::Reason,
    reference::is_like_a_key,
    report::{Diagnostic, OtherFile, Related, Report, Unchecked, Use},
    rewrite::rewrite,
    rule::{Check, MAX_INPUTS, Path, Requirement, Rule},
    secret_name::is_secret_name,
    severity::Severity,
    span::Span,
    subject::{Form, Subject},
    version::{ParseVersionError, Version, Versions},
};
#[cfg(feature = "yaml")]
pub use crate::{
    explain::explain_yaml,
    fix::{fix_yaml, fix_yaml_with},
};

/// The program of the front page on crates.io runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
