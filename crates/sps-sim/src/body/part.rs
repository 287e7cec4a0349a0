//! References to a part of an object, such as an address of a network card: `nic1.interfaces.1.addresses.2`.

use serde_json::Value;
use sps_spec::ORDER;

/// Returns the key of the object out of a key that may have the path of a part behind it.
pub(super) fn object<'k>(to: &str, key: &'k str) -> &'k str {
    if to.contains('#') { key.split('.').next().unwrap_or_default() } else { key }
}

/// Returns the address that a response shows.
pub(super) fn href(to: &str, key: &str) -> String {
    match to.split_once('#').zip(key.split_once('.')) {
        Some(((collection, _), (object, part))) => {
            format!("{collection}/{object}#{}", part.replace('.', "/"))
        }
        None => format!("{to}/{key}"),
    }
}

/// Whether an object has the part that a key names. Without a part in the type, a key names the object; of an object
/// whose body is null, nothing is known.
///
/// The type names the ordered maps on the way: `interfaces/addresses` is an address of an interface.
pub(super) fn exists(to: &str, key: &str, body: &Value) -> bool {
    let Some((_, maps)) = to.split_once('#').filter(|_| !body.is_null()) else { return true };
    let mut segments = key.split('.').skip(1);
    let mut at = body;
    for map in maps.split('/') {
        if segments.next() != Some(map) {
            return false;
        }
        let Some(id) = segments.next().filter(|id| *id != ORDER) else { return false };
        let Some(inner) = at.get(map).and_then(|it| it.get(id)) else { return false };
        at = inner;
    }
    segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TO: &str = "/api/configuration/network/nics#interfaces/addresses";

    #[test]
    fn finds_only_parts_that_exist() {
        let nic = json!({"interfaces": {"@order": ["a"], "a": {
            "addresses": {"@order": ["1"], "1": "192.0.2.1/24"}
        }}});
        assert!(exists(TO, "nic1.interfaces.a.addresses.1", &nic));
        for key in [
            "nic1",
            "nic1.interfaces.a",
            "nic1.interfaces.b.addresses.1",
            "nic1.interfaces.a.addresses.2",
            "nic1.interfaces.a.addresses.@order",
            "nic1.interfaces.a.addresses.1.more",
            "nic1.other.a.addresses.1",
        ] {
            assert!(!exists(TO, key, &nic), "{key}");
        }
    }

    #[test]
    fn points_into_the_object() {
        let key = "nic1.interfaces.a.addresses.1";
        assert_eq!(object(TO, key), "nic1");
        assert_eq!(href(TO, key), "/api/configuration/network/nics/nic1#interfaces/a/addresses/1");
        assert_eq!(href("/api/configuration/x", "a.b"), "/api/configuration/x/a.b");
        assert_eq!(object("/api/configuration/x", "a.b"), "a.b");
    }
}
