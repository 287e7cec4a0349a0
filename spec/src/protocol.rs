//! Facts about every message of the API: envelope, links, errors, status codes, cookie and headers.

use crate::{
    source::{Quirk, Source},
    version::Versions,
};

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
    /// Quirks that concern many endpoints: all with a method, or all with a body.
    pub quirks: Vec<Quirk>,
    /// Sources of all of these.
    pub sources: Vec<Source>,
}

impl Protocol {
    /// Every id of a source that something here names, with the path of that in `protocol.toml`.
    pub(crate) fn named_sources(&self) -> Vec<(String, &str)> {
        let mut named: Vec<(&str, String, &str)> = Vec::new();
        for (table, members) in [
            ("envelope", &self.envelope),
            ("meta", &self.meta),
            ("reference", &self.reference),
            ("error", &self.error),
            ("details", &self.details),
        ] {
            named.extend(members.iter().map(|it| (table, it.name.clone(), &it.source[..])));
        }
        for (table, headers) in [("cookie", &self.cookies), ("header", &self.headers)] {
            named.extend(headers.iter().map(|it| (table, it.name.clone(), &it.source[..])));
        }
        let types = self.error_types.iter();
        named.extend(types.map(|it| ("error_type", it.name.clone(), &it.source[..])));
        let statuses = self.statuses.iter();
        named.extend(statuses.map(|it| ("status", it.code.to_string(), &it.source[..])));
        let limits = self.limits.iter();
        named.extend(limits.map(|it| ("limit", it.name.clone(), &it.source[..])));
        let quirks = self.quirks.iter();
        named.extend(quirks.map(|it| ("quirk", it.id.clone(), &it.source[..])));
        let place = |(table, name, id)| (format!("{table}.{name}.source"), id);
        named.into_iter().map(place).collect()
    }
}

/// One member of an object that every endpoint shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Name on the wire.
    pub name: String,
    /// Its JSON type: `string`, `int`, `object`, `list`, `any`; `string?` where null is a value.
    pub ty: String,
    /// When it is present, in words; `always` for most.
    pub presence: String,
    /// Its meaning.
    pub doc: String,
    /// Id of the source that shows it.
    pub source: String,
    /// Versions that have it.
    pub versions: Versions,
}

/// One value of `error.type`.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorType {
    /// The value on the wire.
    pub name: String,
    /// Status code of the response that carries it.
    pub status: u16,
    /// When it occurs.
    pub doc: String,
    /// Facts about it that no source states, and why we assume them.
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
    /// Its purpose and the form of its value.
    pub doc: String,
    /// Facts about it that no source states, and why we assume them.
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
    /// Its meaning.
    pub doc: String,
    /// Facts about it that no source states, and why we assume them.
    pub inferred: Option<String>,
    /// Id of the source that shows it.
    pub source: String,
}
