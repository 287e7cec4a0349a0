//! Configuration of Safeguard for Privileged Sessions as files.
//!
//! A [`Site`] is a tree of files, each with one object. [`Site::load`] reads it and [`Site::check`] lists every problem of
//! every file, with its place and without a connection. [`Site::repairs`] finds what can be repaired without a decision.
//!
//! ```
//! use std::fs;
//!
//! use sps_site::{CheckOptions, Site};
//!
//! let root = tempfile::tempdir()?;
//! fs::create_dir_all(root.path().join("policies/time_policies"))?;
//! fs::create_dir_all(root.path().join("ssh/channel_policies"))?;
//! fs::write(root.path().join("sps.toml"), "target = \"7.5\"\n")?;
//! fs::write(
//!     root.path().join("policies/time_policies/office.json"),
//!     r#"{"name": "office", "Mon": [["8:00", "18:00"]], "Tue": [], "Wed": [], "Thu": [], "Fri": [], "Sat": [], "Sun": []}"#,
//! )?;
//! fs::write(
//!     root.path().join("ssh/channel_policies/shell.json"),
//!     r#"{"name": "shell", "rules": [{
//!       "channel": "session-exec", "execs": ["uptime"],
//!       "actions": {"audit": true, "content_policy": null, "four_eyes": false},
//!       "allowed_for": {"clients": [], "gateway_groups": [], "remote_groups": [], "servers": [],
//!         "time_policy": {"$ref": "policies/time_policies/offcie"}}}]}"#,
//! )?;
//!
//! let report = Site::load(root.path())?.check(&CheckOptions::default());
//! let (file, error) = report.errors().next().ok_or("the label has a slip")?;
//! assert_eq!(error.message, "no file describes `policies/time_policies/offcie`");
//! assert!(error.help.starts_with("did you mean `policies/time_policies/office`?"));
//! assert_eq!(error.span.of(&file.text), Some(r#"{"$ref": "policies/time_policies/offcie"}"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The tree
//!
//! * A file is JSON (`.json`) or YAML (`.yaml`, or `.yml` of older tools). YAML is read by the core schema of version 1.2; a
//!   value without quotes that readers of YAML 1.1 take for another one is an error, so that every tool reads a tree alike.
//! * The folders are those of the URL below `/api/configuration`. In a collection, the name of a file is the name of its
//!   object, which the body has as well; `<`, `>`, `:`, `"`, `/`, `\`, `|`, `?`, `*`, `%`, control characters, a dot in front, a
//!   dot or space at the end, and device names of Windows are percent-encoded.
//! * What `.gitignore` says does not matter. Hidden folders are not read. Copies that editors leave, plans, reports and files
//!   that have nothing to do with the API get at most a note; a file in a folder that is almost the one of an endpoint is an
//!   error.
//! * Links are followed within the tree, but each file has one object at one path.
//! * `sps.toml` at the root has the [`Settings`].
//!
//! # Notations
//!
//! A [`Notation`] is an object with one key, in place of a value:
//!
//! | Notation | In place of | Is |
//! |---|---|---|
//! | `{"$ref": "policies/time_policies/office"}` | a reference | the object with this [`Label`]; `office` is enough where the reference says the collection. A key of the appliance, `-100`, is a name too |
//! | `{"$secret": "env:NAME"}` | a sensitive member or the reference of a password; `keep` also in place of a certificate or private key | the value of a [`SecretSource`], read by [`Secrets`]; `keep` leaves what the appliance has |
//! | `{"$new": {…}}` | the reference of a password, certificate or private key | an object made with its user, with this body |
//! | `{"$file": "ca.pem"}` | a text | the text of a file of the tree, looked up from the folder of the file that names it, then from the root. A certificate is tidied; other texts get the line ends of Unix |
//!
//! `$schema` at the top of a file is for editors, and is not sent.
//!
//! # What it does not do
//!
//! It prints nothing, and no message, `Debug` or report has the value of a secret.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod apply;
pub mod code;
pub mod export;
pub mod plan;

mod check;
mod codes;
mod difference;
mod draft;
mod file_name;
mod found;
mod label;
mod load;
mod naming;
mod notation;
mod object;
mod place;
mod problem;
mod read;
mod repair;
mod report;
mod resolve;
mod secret;
mod settings;
mod site;
mod snapshot;
mod state;

pub use crate::{
    apply::{Applied, ApplyError, ApplyOptions},
    check::CheckOptions,
    difference::{ObjectChange, ObjectDifference, compare},
    draft::{Draft, Reference},
    export::{Export, ExportError, ExportOptions},
    found::{Appliance, Found},
    label::Label,
    load::{LoadError, LoadOptions},
    notation::{Notation, SecretSource},
    object::Object,
    plan::{Plan, PlanError, PlanOptions},
    repair::Repair,
    report::{FileReport, Remark, SiteReport, Unreadable},
    secret::{Blemish, MadeUpSecrets, SecretError, SecretReader, Secrets, blemish},
    settings::{Moved, SETTINGS_FILE, Settings},
    site::Site,
    snapshot::{Snapshot, SnapshotError, Wanted},
    state::{State, StateError},
};

/// The program of the front page on crates.io runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
