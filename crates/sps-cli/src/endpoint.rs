//! Endpoints that a name, a path or a document leads to.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, OnceLock, PoisonError},
};

use sps_model::{EndpointInfo, EndpointKind};
use sps_spec::{Endpoint, Spec};
use sps_validate::{
    Form, Kind, Limits, Shape,
    json::{self, Node},
};

use crate::{
    file_name::without_extension,
    spec::{endpoints, locate, spec},
};

/// The endings of files with schemas, before `.json`.
pub(crate) const SCHEMA_ENDINGS: [&str; 4] = [".request", ".response", ".document", ".site"];

/// Finds the endpoint with this name.
///
/// # Errors
/// The name is unknown; suggests the nearest one.
pub(crate) fn named(name: &str) -> Result<&'static EndpointInfo, String> {
    let known = locate(name).map(|located| located.endpoint);
    known.or_else(|| outside_spec(name)).ok_or_else(|| unknown(name))
}

/// Most endpoints outside the spec that have an entry of their own, which stays in memory.
const MAX_OUTSIDE: usize = 10_000;

/// Prints a note. The output needs this module, so it cannot be called from here by its name.
static REPORT: OnceLock<fn(&str)> = OnceLock::new();

/// Sets the function that prints notes.
pub(crate) fn report_with(report: fn(&str)) {
    let _ = REPORT.set(report);
}

/// Prints a note.
pub(crate) fn report(note: &str) {
    if let Some(report) = REPORT.get() {
        report(note);
    }
}

/// The endpoint at a path of the configuration that the spec does not have. The first use of a path prints a note.
pub(crate) fn outside_spec(path: &str) -> Option<&'static EndpointInfo> {
    static REST: EndpointInfo = EndpointInfo::unknown("/api/configuration");
    static ENDPOINTS: Mutex<BTreeMap<String, &'static EndpointInfo>> = Mutex::new(BTreeMap::new());
    let path = path.trim_end_matches('/');
    let below = path.strip_prefix("/api/configuration/")?;
    if below.is_empty() || !is_plain(path) || locate(path).is_some() {
        return None;
    }
    let mut endpoints = ENDPOINTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(endpoint) = endpoints.get(path) {
        return Some(endpoint);
    }
    if endpoints.len() == MAX_OUTSIDE {
        return Some(&REST);
    }
    let endpoint = EndpointInfo::unknown(path.to_owned().leak());
    let endpoint: &'static EndpointInfo = Box::leak(Box::new(endpoint));
    endpoints.insert(path.to_owned(), endpoint);
    if let Some(report) = REPORT.get() {
        report(&format!("note: {path} is not in the spec, so nothing in its body can be checked"));
    }
    Some(endpoint)
}

/// Whether the spec does not have the endpoint.
pub(crate) fn is_outside_spec(endpoint: &EndpointInfo) -> bool {
    endpoint.kind == EndpointKind::Unknown
}

/// Finds the page of the endpoint with this name in the spec.
///
/// # Errors
/// The name is unknown; suggests the nearest one.
pub(crate) fn spec_page(name: &str) -> Result<&'static Endpoint, String> {
    let path = locate(name).ok_or_else(|| unknown(name))?.endpoint.path;
    spec().endpoint(path).ok_or_else(|| unknown(name))
}

/// The path of a part of an object, such as a download: `audit/sessions/KEY/audit_trail`.
pub(crate) fn part(name: &str) -> Option<String> {
    let (object, part) = name.trim_end_matches('/').rsplit_once('/')?;
    let located = locate(object)?;
    let page = spec().endpoint(located.endpoint.path)?;
    let part = page.parts.iter().find(|it| it.name == part)?;
    located.key?;
    Some(format!("{}/{}", located.path(), part.name))
}

/// Finds the page of the endpoint with this name in the spec of a version.
///
/// # Errors
/// The name is unknown, or the version does not have the endpoint.
pub(crate) fn page_at<'s>(spec: &'s Spec, name: &str) -> Result<&'s Endpoint, String> {
    let page = spec_page(name)?;
    spec.endpoint(&page.path).ok_or_else(|| {
        let versions = match (&page.versions.since, &page.versions.until) {
            (Some(since), None) => format!("it has been there since {since}"),
            (None, Some(until)) => format!("{until} was the last"),
            (Some(since), Some(until)) => format!("it was there from {since} to {until}"),
            (None, None) => "it has been there always".to_owned(),
        };
        format!("the target version has no `{}`: {versions}", page.short_path())
    })
}

/// Error message for a name that no endpoint has.
pub(crate) fn unknown(name: &str) -> String {
    let near = match sps_codegen::nearest_endpoint(spec(), name) {
        Some(near) => format!("did you mean `{near}`? "),
        None => String::new(),
    };
    format!("unknown endpoint `{name}`; {near}`sps endpoints` lists all")
}

/// Finds the endpoint of a document without `--endpoint`: the one in `meta.href` of a response, or else the one of
/// its path.
///
/// # Errors
/// Neither leads to an endpoint; suggests some that fit.
pub(crate) fn of_document(
    root: Option<&Node<'_>>,
    by_path: Option<&'static EndpointInfo>,
    path: Option<&Path>,
) -> Result<&'static EndpointInfo, String> {
    if let Some(href) = root.and_then(href) {
        return named(without_fragment(href)).map_err(|_| {
            let shown = if is_plain(href) { format!(" {href}") } else { String::new() };
            format!(
                "unknown endpoint{shown} in `meta.href`; pass a known one with `--endpoint` (`sps endpoints` lists all)"
            )
        });
    }
    if let Some(endpoint) = by_path {
        return Ok(endpoint);
    }
    let likely = match likely(root, path).as_slice() {
        [] => String::new(),
        likely => format!(", perhaps {}", quoted(likely)),
    };
    Err(format!(
        "cannot tell which endpoint this is for; pass `--endpoint`{likely} (`sps endpoints` lists all)"
    ))
}

/// `meta.href` of a response.
pub(crate) fn href<'n>(root: &'n Node<'_>) -> Option<&'n str> {
    root.get("meta")?.get("href")?.as_str()
}

/// The path in `meta.href` of a response, if the text is one.
pub(crate) fn path_in_href(text: &str) -> Option<String> {
    let root = json::scan(text, &Limits::default()).ok()?;
    href(&root).map(|href| without_fragment(href).to_owned())
}

fn without_fragment(href: &str) -> &str {
    href.split(['#', '?']).next().unwrap_or_default()
}

/// Whether `meta.href` of a response points into the API.
pub(crate) fn has_api_href(root: &Node<'_>) -> bool {
    href(root).is_some_and(|href| href.starts_with("/api/"))
}

/// The path below `/api/configuration/`, or below `/api/`.
pub(crate) fn short(path: &str) -> &str {
    let path = path.strip_prefix("/api/").unwrap_or(path);
    path.strip_prefix("configuration/").unwrap_or(path)
}

/// The endpoint whose path is the longest tail of a file's path.
pub(crate) fn of_path(path: &Path) -> Option<&'static EndpointInfo> {
    // The current directory is a part of the path as well.
    let path = std::path::absolute(without_extension(path)).ok()?;
    let segments: Vec<&str> =
        path.components().filter_map(|part| part.as_os_str().to_str()).collect();
    let mut tails = (0..segments.len()).filter_map(|from| segments.get(from..));
    tails.find_map(|tail| {
        let path = tail.join("/");
        let located = locate(&path)?;
        // The schema of an endpoint below a collection, not an object of the collection.
        let is_schema = located.key.is_some() && is_schema_of_endpoint(&path);
        (!is_schema).then_some(located.endpoint)
    })
}

/// Whether this is the path of an endpoint with one of the endings that schemas have.
fn is_schema_of_endpoint(path: &str) -> bool {
    let plain = SCHEMA_ENDINGS.iter().find_map(|ending| path.strip_suffix(ending));
    plain.and_then(locate).is_some_and(|located| located.key.is_none())
}

/// Endpoints that a document could be for: its keys or its file name resemble theirs.
fn likely(root: Option<&Node<'_>>, path: Option<&Path>) -> Vec<&'static str> {
    let keys: Vec<&str> = root
        .and_then(Node::members)
        .map(|members| members.iter().map(|member| &*member.key).collect())
        .unwrap_or_default();
    let mut by_keys: Vec<(usize, &str)> = endpoints()
        .iter()
        .filter_map(|endpoint| {
            let known = fields(endpoint.subject(Form::Request)?.body);
            let shared = keys.iter().filter(|key| known.contains(key)).count();
            // Most of the keys: fewer are shared by chance.
            (shared > 0 && shared * 2 > known.len().max(keys.len()))
                .then_some((shared, short(endpoint.path)))
        })
        .collect();
    by_keys.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    let mut likely: Vec<&str> = by_keys.into_iter().map(|(_, path)| path).collect();
    let stem = path.map(without_extension);
    if let Some(stem) = stem.as_deref().and_then(Path::file_name).and_then(|name| name.to_str()) {
        likely.extend(sps_codegen::nearest_endpoint(spec(), stem));
    }
    without_repeats(likely)
}

/// The keys at the top of a body.
fn fields(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Optional(inner) | Kind::Nullable(inner) => fields(*inner),
        Kind::Named(ty) => match ty.shape {
            Shape::Struct { fields, .. } => fields.iter().map(|field| field.name).collect(),
            Shape::Union { tag, content, .. } => vec![tag, content],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The first three different names.
fn without_repeats(names: Vec<&'static str>) -> Vec<&'static str> {
    let mut unique = Vec::new();
    for name in names {
        if !unique.contains(&name) && unique.len() < 3 {
            unique.push(name);
        }
    }
    unique
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

/// Whether a text from a document is a path, so that it may be printed.
fn is_plain(href: &str) -> bool {
    href.starts_with("/api/")
        && href.len() <= 200
        && href.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_-.@:".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_the_longest_tail_of_the_path() {
        for (path, expected) in [
            ("/site/management/snmp/trap.json", Some("management/snmp/trap")),
            ("/site/configuration/management/email.json", Some("management/email")),
            ("/site/api/info.json", Some("info")),
            ("/site/rdp/channel_policies/drawing-only.json", Some("rdp/channel_policies")),
            ("/site/rdp/channel_policies.jsonl", Some("rdp/channel_policies")),
            ("/site/policies/time_policies/-100.json", Some("policies/time_policies")),
            ("/site/policies/time_policies/a.b.json", Some("policies/time_policies")),
            // A key may look like an endpoint: the longer tail wins.
            ("/site/passwords/info.json", Some("passwords")),
            ("/site/management/email/extra.json", None),
            ("/site/trap.json", None),
            ("/site/management/snmp/trap.txt", None),
            ("/schemas/audit/sessions/_count.response.json", None),
            ("/schemas/audit/sessions/1.response.json", Some("audit/sessions")),
        ] {
            let found = of_path(Path::new(path)).map(|endpoint| short(endpoint.path));
            assert_eq!(found, expected, "{path}");
        }
    }
}
