//! Endpoints known at run time: descriptor tables made from pages of the spec.
//!
//! The generated code of `sps-model` is Rust text that was compiled. This crate makes the same tables from a
//! [`Spec`](sps_spec::Spec) while the program runs, for pages that were not compiled in. The same walk of `sps-validate`
//! reads both.
//!
//! ```
//! use sps_catalog::Catalog;
//! use sps_model::validate::{Context, Form, explain};
//!
//! let catalog = Catalog::new(&sps_spec::Spec::embedded())?;
//! let path = "/api/configuration/management/disk_fillup_prevention";
//! let subject = catalog.subject(path, Form::Request).expect("the spec has this endpoint");
//! let report = explain(r#"{"used_space_ratio_limit": 101}"#, &subject, &Context::default());
//! assert!(report.errors().any(|it| it.code == "out-of-range"));
//! # Ok::<(), sps_catalog::Error>(())
//! ```
//!
//! Descriptor tables are `'static`. A catalog therefore leaks the memory of its tables, some 100 KiB for the whole spec:
//! make one catalog for a set of pages and keep it. Nothing is parsed or built before [`Catalog::new`].

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod catalog;
mod condition;
mod error;
mod leak;
mod learn;
mod tables;

pub use crate::{
    catalog::Catalog,
    error::Error,
    learn::{LearnError, LearnedFile, LearnedPage, Learner},
};

/// The program of the front page on crates.io runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
