//! The REST API of Safeguard for Privileged Sessions as data.
//!
//! One TOML file under `spec/endpoints/` describes one endpoint: its types, references, rules, quirks and the guide page
//! behind each fact. `README.md` beside them describes the format. This crate is the vocabulary of those files, their
//! loader and their lints. What is derived from them – Rust models, JSON Schema, a simulator – lives elsewhere and only
//! reads a [`Spec`].
//!
//! [`Spec::from_dir`] reads a checkout; `Spec::embedded` (feature `embedded`) needs none. Both report every mistake
//! at once, with file, line, column and a caret, see [`Errors`].

mod at;
mod code;
mod condition;
mod endpoint;
mod error;
mod format;
mod lint;
mod listing;

#[cfg(feature = "embedded")]
mod embedded;
mod load;
mod page_schema;
pub mod prose;
mod protocol;
mod reach;
mod read;
mod rule;
mod source;
mod syntax;
mod types;
mod version;
mod vocabulary;

pub use crate::{
    code::{Code, Origin},
    condition::{End, Fact, Facts, Resolved, Use},
    endpoint::{
        Body, Builtin, Completeness, Endpoint, EndpointKind, Method, Parameter, Part, Spec,
        TypeFile, fits,
    },
    error::{Error, Errors},
    format::Format,
    listing::{embedded_listing, spec_files},
    load::{TAKEN as RUST_TYPES, object_name},
    page_schema::page_schema,
    protocol::{ErrorType, Header, Limit, Member, Protocol, Status},
    rule::{Charset, Condition, Literal, Path, Rule, Severity},
    source::{Quirk, Source, SourceTag},
    types::{
        Constraint, Enum, EnumValue, Field, FieldType, Form, ORDER, Payload, Presence, Struct,
        TypeDef, Union, Variant, collection,
    },
    version::{Version, Versions},
};

/// The program of the front page on crates.io runs as a test.
#[cfg(all(doctest, feature = "embedded"))]
#[doc = include_str!("../README.md")]
struct Readme;
