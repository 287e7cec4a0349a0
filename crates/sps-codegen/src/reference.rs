//! Reference pages in Markdown: one for each endpoint, and indexes by area, code, version, quirk and coverage.

mod fields;
mod index;
mod markdown;
mod member;
mod page;
mod sample;

use std::collections::BTreeMap;

use sps_spec::{Endpoint, Spec};

use self::markdown::code;
pub use self::member::member;
use crate::page::{Change, completeness};

/// The reference pages: path below the folder of the reference and text, sorted by path.
///
/// They are read on a code host and as an mdBook, whose `SUMMARY.md` is among them. Links between them are relative.
pub fn reference(spec: &Spec) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> =
        spec.endpoints.iter().map(|it| (file(it), page::page(spec, it))).collect();
    let indexes = [
        ("README.md", index::areas(spec)),
        ("SUMMARY.md", index::summary(spec)),
        ("codes.md", index::codes(spec)),
        ("versions.md", index::versions(spec)),
        ("quirks.md", index::quirks(spec)),
        ("coverage.md", index::coverage(spec)),
    ];
    for (name, text) in indexes {
        // A table and a list end with an empty line.
        files.insert(name.to_owned(), format!("{}\n", text.trim_end()));
    }
    files
}

/// The page of an endpoint, below the folder of the reference: `configuration/management/email.md`.
fn file(endpoint: &Endpoint) -> String {
    let place = endpoint.path.strip_prefix("/api/").unwrap_or("index");
    // Braces would have to be escaped in links.
    format!("{}.md", place.replace(['{', '}'], "_"))
}

/// What a change is about, if that is not the endpoint itself.
fn subject(it: &Change) -> Option<String> {
    match (it.pointer.as_str(), it.name.as_str()) {
        ("", "") => None,
        ("", name) => Some(code(name)),
        (pointer, "") => Some(code(pointer)),
        (pointer, name) => Some(format!("{} {}", code(pointer), code(name))),
    }
}

/// How much is known of an endpoint, in a word.
fn known(endpoint: &Endpoint) -> &'static str {
    completeness(endpoint.completeness)
}
