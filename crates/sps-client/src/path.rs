//! Paths of the API.

use std::fmt::Write as _;

use serde_json::Value;
use sps_model::{Method, validate::is_like_a_key};

use crate::error::{Argument, Error};

/// Encodes one segment, so that a key with a slash or a question mark stays one segment.
pub(crate) fn encoded(segment: &str) -> String {
    let mut text = String::new();
    for byte in segment.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'@' | b':' => {
                text.push(char::from(byte));
            }
            // Writing to a String cannot fail.
            _ => drop(write!(text, "%{byte:02X}")),
        }
    }
    text
}

/// The path of the object with this key.
pub(crate) fn of_object(collection: &str, key: &str) -> Result<String, Error> {
    // These would leave the collection.
    if matches!(key, "" | "." | "..") {
        let reason = "expected neither an empty key nor `.` or `..`";
        return Err(Error::argument(Argument::Key, reason).at(Method::Get, collection));
    }
    Ok(format!("{collection}/{}", encoded(key)))
}

/// The path of an endpoint, with a key for each of its placeholders.
pub(crate) fn filled(template: &str, keys: &[&str]) -> Result<String, Error> {
    let mut left = keys.iter();
    let mut path = String::new();
    for segment in template.split('/').skip(1) {
        if segment.starts_with('{') {
            let Some(key) = left.next() else {
                let reason = "expected a key for each placeholder of the path";
                return Err(Error::argument(Argument::Key, reason).at(Method::Get, template));
            };
            path = of_object(&path, key)?;
        } else {
            path.push('/');
            path.push_str(segment);
        }
    }
    if left.next().is_some() {
        let reason = "expected no more keys than the path has placeholders";
        return Err(Error::argument(Argument::Key, reason).at(Method::Get, template));
    }
    Ok(path)
}

/// Checks that a path may be requested.
pub(crate) fn check(path: &str) -> Result<(), Error> {
    let plain = path.split('?').next().unwrap_or_default();
    let is_api = plain == "/api" || plain.starts_with("/api/");
    let leaves_api = plain
        .split('/')
        .any(|it| matches!(it.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."));
    let is_clean = path.bytes().all(|it| it.is_ascii_graphic() && !matches!(it, b'#' | b'\\'));
    if is_api && !leaves_api && is_clean {
        return Ok(());
    }
    Err(Error::argument(Argument::Path, "expected `/api/…` without `..`, spaces and `#`"))
}

/// The nodes of a cluster, which change with a commit like the configuration.
const NODES: &str = "/api/cluster/nodes";
/// Work beside them that takes effect with a commit.
const ACTIONS: [&str; 3] =
    ["/api/cluster/promote", "/api/cluster/join_request", "/api/cluster/configuration_sync_plugin"];

/// Whether a change at this path belongs into a transaction: everything below `/api/configuration`, plugins, and the nodes
/// of a cluster with the ways into it.
///
/// ```
/// use sps_client::needs_transaction;
/// assert!(needs_transaction("/api/configuration/management/email"));
/// assert!(needs_transaction("/api/cluster/promote"));
/// assert!(!needs_transaction("/api/firmware/upgrade"));
/// ```
pub fn needs_transaction(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    path == "/api/configuration"
        || path.starts_with("/api/configuration/")
        || path.starts_with("/api/upload/plugins")
        || is_node(path)
        || is_action(path)
}

/// Whether this is the collection of the nodes, or one of them.
pub(crate) fn is_node(path: &str) -> bool {
    path.strip_prefix(NODES).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a POST at this path does work that takes effect with the commit, and creates no object.
pub(crate) fn is_action(path: &str) -> bool {
    ACTIONS.contains(&path)
}

/// The paths below `path` that its response links to, without the objects of a collection.
///
/// ```
/// use serde_json::json;
/// let href = "/api/configuration/datetime";
/// let response = json!({"items": [{"key": "datetime", "meta": {"href": href}}]});
/// assert_eq!(sps_client::links("/api/configuration", &response), [href]);
/// ```
pub fn links(path: &str, response: &Value) -> Vec<String> {
    let items = response.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is_object = |item: &Value| {
        item.get("body").is_some_and(|body| !body.is_null())
            || item.get("key").and_then(Value::as_str).is_some_and(is_like_a_key)
    };
    if items.iter().any(is_object) {
        return Vec::new();
    }
    let below = |href: &&str| {
        href.strip_prefix(path).and_then(|it| it.strip_prefix('/')).is_some_and(|rest| {
            !rest.is_empty()
                && rest.bytes().all(|it| it.is_ascii_alphanumeric() || b"/_-.@".contains(&it))
        })
    };
    let hrefs = items.iter().filter_map(|item| item.pointer("/meta/href")?.as_str());
    hrefs.map(|href| href.trim_end_matches('/')).filter(below).map(str::to_owned).collect()
}

/// Whether this is the path of the transaction itself.
pub(crate) fn is_transaction(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    path == "/api/transaction" || path.starts_with("/api/transaction/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_one_segment() {
        assert_eq!(encoded("-100"), "-100");
        assert_eq!(encoded("a/b?c d#e"), "a%2Fb%3Fc%20d%23e");
        assert!(of_object("/api/x", "..").is_err());
    }

    #[test]
    fn keys_fill_placeholders_one_by_one() {
        let template = "/api/audit/sessions/{id}/channels";
        assert_eq!(filled(template, &["a/b"]).unwrap(), "/api/audit/sessions/a%2Fb/channels");
        assert_eq!(filled("/api/info", &[]).unwrap(), "/api/info");
        for keys in [&[][..], &[".."], &["a", "b"]] {
            assert!(filled(template, keys).is_err(), "{keys:?}");
        }
    }

    #[test]
    fn rejects_paths_that_leave_the_api() {
        for path in ["/api/../x", "/api/%2e%2E/x", "api/x", "/x", "/api/a b", "/api/a#b", "/apix"] {
            assert!(check(path).is_err(), "{path}");
        }
        for path in ["/api", "/api/info", "/api/audit/sessions?limit=1", "/api/x/..y"] {
            assert!(check(path).is_ok(), "{path}");
        }
    }
}
