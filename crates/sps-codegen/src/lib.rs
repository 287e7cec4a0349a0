//! Text derived from the spec: Rust code, JSON Schema, reference pages and templates.
//!
//! Everything here is a pure function from a `Spec` to text. It writes no files; `cargo xtask codegen`
//! does that, and the binary prints what it needs.

#[cfg(feature = "rust")]
mod draft;
#[cfg(feature = "rust")]
mod every;
mod json;
mod openapi;
mod page;
mod reference;
#[cfg(feature = "rust")]
mod rust;
mod schema;
mod template;
mod words;

#[cfg(feature = "rust")]
pub use crate::{
    draft::{
        DraftCase, DraftDocument, DraftError, DraftPage, draft_cases, draft_cases_file, draft_page,
        draft_response,
    },
    every::every_endpoint,
    rust::{Error, rust},
};
pub use crate::{
    openapi::openapi,
    page::{
        Change, Changed, changes, changes_since, code, codes,
        completeness as endpoint_completeness, endpoints, kind as endpoint_kind,
        methods as endpoint_methods, nearest_endpoint, show,
    },
    reference::{member, reference},
    schema::{
        SchemaForm, SchemaMapping, schema, schema_file, schema_file_of_documents,
        schema_file_of_settings, schema_id, schema_of_documents, schema_of_settings,
        schema_settings, schemas,
    },
    template::{TemplateError, template},
};

/// The program of the front page on crates.io runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
