//! The REST API of Safeguard for Privileged Sessions as data.
//!
//! One TOML file under `spec/endpoints/` describes one endpoint: its types, references, rules, contradictions and
//! the guide page behind each fact. This crate is the vocabulary of those files, their loader and their lints. What is
//! derived from them – Rust models, JSON Schema, a simulator – lives elsewhere and only reads a [`Spec`].
//!
//! [`Spec::from_dir`] reads a checkout; `Spec::embedded` (feature `embedded`) needs none. Both report every mistake
//! at once, with file, line, column and a caret, see [`Errors`].

mod code;
mod condition;
mod endpoint;
mod error;
mod lint;
mod listing;

#[cfg(feature = "embedded")]
mod embedded;
mod load;
pub mod prose;
mod protocol;
mod rule;
mod types;
mod version;

pub use crate::{
    code::Code,
    condition::{End, Fact, Resolved, Use},
    endpoint::{
        Completeness, Endpoint, EndpointKind, Method, Part, Quirk, Source, SourceTag, Spec,
        TypeFile,
    },
    error::{Error, Errors},
    listing::{embedded_listing, spec_files},
    protocol::{ErrorType, Header, Limit, Member, Protocol, Status},
    rule::{Condition, Literal, Path, Rule, Severity},
    types::{
        Constraint, Enum, EnumValue, Field, FieldType, Form, Format, Payload, Presence, Struct,
        TypeDef, Union, Variant,
    },
    version::{Version, Versions},
};
