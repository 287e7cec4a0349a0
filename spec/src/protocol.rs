//! What every message of the API has in common: wrapper, links, errors, status codes, cookie and headers.

use crate::{endpoint::Source, version::Versions};

/// The protocol around the bodies, from `protocol.toml`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Protocol {
    /// Members at the top of a response.
    pub envelope: Vec<Member>,
    /// Members of `meta`.
    pub meta: Vec<Member>,
    /// Members of a reference in a response.
    pub reference: Vec<Member>,
    /// Members of the `error` object.
    pub error: Vec<Member>,
    /// Members of `details`.
    pub details: Vec<Member>,
    /// Known values of `type` in the error object.
    pub error_types: Vec<ErrorType>,
    /// Status codes that occur.
    pub statuses: Vec<Status>,
    /// Cookies.
    pub cookies: Vec<Header>,
    /// Header fields.
    pub headers: Vec<Header>,
    /// Numbers that a client must know.
    pub limits: Vec<Limit>,
    /// Sources of all of these.
    pub sources: Vec<Source>,
}

/// One member of an object that every endpoint shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Name on the wire.
    pub name: String,
    /// Its JSON type: `string`, `int`, `object`, `list`, `any`; `string?` where null is a value.
    pub ty: String,
    /// When it is there, in words; `always` for most.
    pub presence: String,
    /// What it means.
    pub doc: String,
    /// Id of the source that shows it.
    pub source: String,
    /// Versions that have it.
    pub versions: Versions,
}

/// One value of `error.type`.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorType {
    /// The word on the wire.
    pub name: String,
    /// Status code of the response that carries it.
    pub status: u16,
    /// When it occurs.
    pub doc: String,
    /// What no source says about it, and why we assume it.
    pub inferred: Option<String>,
    /// Id of the source that shows it.
    pub source: String,
    /// Versions that have it.
    pub versions: Versions,
}

/// One status code.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// The number.
    pub code: u16,
    /// Its name in the guide.
    pub name: String,
    /// When it occurs.
    pub doc: String,
    /// Id of the source that shows it.
    pub source: String,
    /// Versions that have it.
    pub versions: Versions,
}

/// One cookie or header field.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// The one value it takes, if there is one.
    pub value: Option<String>,
    /// Whether its value must never be shown.
    pub sensitive: bool,
    /// What it is for and what its value looks like.
    pub doc: String,
    /// What no source says about it, and why we assume it.
    pub inferred: Option<String>,
    /// Id of the source that shows it.
    pub source: String,
    /// Versions that have it.
    pub versions: Versions,
}

/// One number that a client must know.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// A name for it, in snake case, ending in its unit.
    pub name: String,
    /// The number.
    pub value: u64,
    /// Its unit.
    pub unit: String,
    /// What ends there.
    pub doc: String,
    /// What no source says about it, and why we assume it.
    pub inferred: Option<String>,
    /// Id of the source that shows it.
    pub source: String,
}
