//! Members of responses that may have any form.

use serde_json::Value;

/// Takes a member out of a response; null if it is absent. Indexing for writing would panic on anything but an object.
pub(crate) fn take(response: &mut Value, key: &str) -> Value {
    response.get_mut(key).map(Value::take).unwrap_or_default()
}

/// The key of a response, or the last segment of its `href`.
pub(crate) fn key_of(response: &Value) -> Option<String> {
    let href = || response["meta"]["href"].as_str()?.rsplit('/').next();
    response["key"].as_str().or_else(href).filter(|it| !it.is_empty()).map(str::to_owned)
}
