//! Paths of the API: what may stand in one.

use std::fmt::Write as _;

use sps_model::Method;

use crate::error::{Error, ErrorKind};

/// One segment, so that a key with a slash or a question mark in it stays one.
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
    // Either would climb out of the collection.
    if matches!(key, "" | "." | "..") {
        return Err(Error::new(ErrorKind::Settings)
            .at(Method::Get, collection)
            .note(format!("`{key}` is not the key of an object")));
    }
    Ok(format!("{collection}/{}", encoded(key)))
}

/// Whether this is a path that may be asked for.
pub(crate) fn check(path: &str) -> Result<(), Error> {
    let plain = path.split('?').next().unwrap_or_default();
    let is_api = plain == "/api" || plain.starts_with("/api/");
    let climbs = plain
        .split('/')
        .any(|it| matches!(it.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."));
    let is_clean = path.bytes().all(|it| it.is_ascii_graphic() && !matches!(it, b'#' | b'\\'));
    if is_api && !climbs && is_clean {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Settings)
        .note("a path starts with `/api/`, climbs nowhere, and has no space and no `#` in it"))
}

/// Whether a change of what stands here belongs into a transaction.
pub(crate) fn is_configuration(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    path == "/api/configuration"
        || path.starts_with("/api/configuration/")
        || path.starts_with("/api/upload/plugins")
}

/// Whether this is the transaction itself.
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
    fn refuses_paths_that_climb() {
        for path in ["/api/../x", "/api/%2e%2E/x", "api/x", "/x", "/api/a b", "/api/a#b", "/apix"] {
            assert!(check(path).is_err(), "{path}");
        }
        for path in ["/api", "/api/info", "/api/audit/sessions?limit=1", "/api/x/..y"] {
            assert!(check(path).is_ok(), "{path}");
        }
    }
}
