//! Which endpoint a path in the tree, a label or a setting leads to.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use sps_model::{EndpointInfo, EndpointKind, Method, validate::suggest};

use crate::label::{Label, composed, decode};

/// What the path of every endpoint of the configuration starts with.
pub(crate) const CONFIGURATION: &str = "/api/configuration/";

/// The path of an endpoint below `/api/configuration/`.
pub(crate) fn short(endpoint: &EndpointInfo) -> &str {
    short_path(endpoint.path)
}

/// An absolute path as one below `/api/configuration/`.
pub(crate) fn short_path(path: &str) -> &str {
    path.strip_prefix(CONFIGURATION).unwrap_or(path)
}

/// The endpoints of the configuration, and those that the settings add.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    endpoints: BTreeMap<&'static str, &'static EndpointInfo>,
}

impl Places {
    /// Takes those of these endpoints that are below `/api/configuration/`.
    pub(crate) fn new(endpoints: impl Iterator<Item = &'static EndpointInfo>) -> Self {
        let below = endpoints.filter_map(|it| Some((it.path.strip_prefix(CONFIGURATION)?, it)));
        Self { endpoints: below.collect() }
    }

    /// Adds an endpoint that no source shows.
    pub(crate) fn add_unknown(&mut self, path: &str) {
        let endpoint = unknown(path);
        self.endpoints.entry(short(endpoint)).or_insert(endpoint);
    }

    /// The endpoint at exactly this path below `/api/configuration/`.
    pub(crate) fn endpoint(&self, path: &str) -> Option<&'static EndpointInfo> {
        self.endpoints.get(path).copied()
    }

    /// The endpoint whose objects are files in this folder.
    pub(crate) fn collection(&self, path: &str) -> Option<&'static EndpointInfo> {
        self.endpoint(path).filter(|it| holds_objects(it))
    }

    /// Whether endpoints are below this path, or at it.
    pub(crate) fn is_area(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.endpoints.contains_key(path)
            || self
                .endpoints
                .range(below.as_str()..)
                .next()
                .is_some_and(|(it, _)| it.starts_with(&below))
    }

    /// The paths of all endpoints.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.endpoints.keys().copied()
    }

    /// All endpoints.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = &'static EndpointInfo> + '_ {
        self.endpoints.values().copied()
    }

    /// The endpoint that was probably meant by a path that leads nowhere: spelled almost so, or written without its first folders.
    pub(crate) fn nearest(&self, path: &str) -> Option<&'static str> {
        let segments = path.split('/').count();
        let alike = || self.paths().filter(|it| it.split('/').count() == segments);
        alike()
            .find(|it| it.eq_ignore_ascii_case(path))
            .or_else(|| suggest::nearest(path, alike()).first().copied())
            .or_else(|| self.with_tail(path))
            .or_else(|| {
                let (folder, last) = path.rsplit_once('/')?;
                let siblings: Vec<_> = self
                    .paths()
                    .filter(|it| it.rsplit_once('/').is_some_and(|(parent, _)| parent == folder))
                    .collect();
                let names = siblings.iter().filter_map(|it| it.rsplit('/').next());
                let near = *suggest::nearest(last, names).first()?;
                siblings.into_iter().find(|it| it.rsplit('/').next() == Some(near))
            })
    }

    /// The only endpoint whose path ends like this one.
    pub(crate) fn with_tail(&self, path: &str) -> Option<&'static str> {
        let tail = format!("/{path}");
        let mut found = self.paths().filter(|it| it.ends_with(&tail));
        found.next().filter(|_| found.next().is_none())
    }

    /// The label that a text such as `policies/time_policies/office` names, with its endpoint.
    pub(crate) fn label(&self, text: &str) -> Option<(Label, &'static EndpointInfo)> {
        if let Some(endpoint) = self.endpoint(text) {
            return (!is_collection(endpoint)).then(|| (Label::of_singleton(text), endpoint));
        }
        let (collection, name) = text.rsplit_once('/')?;
        let endpoint = self.collection(collection)?;
        let name = decode(name).filter(|it| !it.is_empty())?;
        Some((Label::of_object(collection, &composed(&name)), endpoint))
    }
}

/// Whether the endpoint is a collection for certain.
pub(crate) fn is_collection(endpoint: &EndpointInfo) -> bool {
    endpoint.kind == EndpointKind::Collection
}

/// Whether the objects of a collection can be found by their names: those that cannot be listed have none.
pub(crate) fn has_names(endpoint: &EndpointInfo) -> bool {
    !is_collection(endpoint) || endpoint.methods.contains(&Method::Get)
}

/// Whether objects may be below the endpoint.
fn holds_objects(endpoint: &EndpointInfo) -> bool {
    matches!(endpoint.kind, EndpointKind::Collection | EndpointKind::Unknown)
}

/// A path as people write it in settings: `/api/configuration/` before it and a slash behind it mean nothing.
pub(crate) fn plain(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_prefix("api/configuration/").unwrap_or(path)
}

/// Whether a path is at another one or below it.
pub(crate) fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a text may be the path of an endpoint: segments of letters, digits, `_`, `-` and `.`.
pub(crate) fn is_path(text: &str) -> bool {
    text.split('/').all(|segment| {
        !segment.is_empty()
            && !segment.starts_with('.')
            && segment.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-.".contains(&it))
    })
}

/// The endpoint at a path that no source shows; one for each path, for as long as the program runs.
pub(crate) fn unknown(path: &str) -> &'static EndpointInfo {
    static KNOWN: Mutex<BTreeMap<String, &'static EndpointInfo>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(endpoint) = known.get(path) {
        return endpoint;
    }
    let full: &'static str = format!("{CONFIGURATION}{path}").leak();
    let endpoint: &'static EndpointInfo = Box::leak(Box::new(EndpointInfo::unknown(full)));
    known.insert(path.to_owned(), endpoint);
    endpoint
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places::new(sps_model::endpoints())
    }

    #[test]
    fn a_path_has_the_nearest_endpoint() {
        for (path, expected) in [
            ("policies/time_polices", Some("policies/time_policies")),
            ("managment/email", Some("management/email")),
            ("Management/Email", Some("management/email")),
            ("email", Some("management/email")),
            ("time_policies", Some("policies/time_policies")),
            ("management/snmp/traps", Some("management/snmp/trap")),
            // Several areas have it.
            ("channel_policies", None),
            ("docs/readme", None),
        ] {
            assert_eq!(places().nearest(path), expected, "{path}");
        }
    }

    #[test]
    fn labels_are_read_as_they_are_written() {
        for (text, endpoint, name) in [
            ("management/email", "management/email", None),
            ("policies/time_policies/24%2F7", "policies/time_policies", Some("24/7")),
            ("policies/time_policies/bu\u{308}ro", "policies/time_policies", Some("büro")),
        ] {
            let (label, info) = places().label(text).unwrap();
            assert_eq!((label.endpoint(), label.name()), (endpoint, name), "{text}");
            assert_eq!(short(info), endpoint);
        }
        for text in
            ["policies/time_policies", "policies/time_policies/", "policies", "x/y", "", "%"]
        {
            let label = places().label(text);
            assert!(label.is_none_or(|(label, _)| label.name().is_none()), "{text}");
        }
    }

    #[test]
    fn an_unknown_endpoint_is_one_object_in_memory() {
        assert!(std::ptr::eq(unknown("new/things"), unknown("new/things")));
        assert_eq!(unknown("new/things").path, "/api/configuration/new/things");
    }
}
