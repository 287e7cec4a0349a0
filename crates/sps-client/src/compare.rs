//! Comparing what was sent or read before with what the appliance has now.

use serde_json::Value;
use sps_model::{
    Difference, Side, differences,
    shape::{self, Place},
};
use sps_validate::{
    Kind, Limits, Subject, is_like_a_key,
    json::{escape_pointer_segment, scan},
};

use crate::hide;

/// The result of comparing one body.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// The values that differ, before and after: sent and found.
    pub(crate) differences: Vec<Difference>,
    /// Pointers to values that no response shows.
    pub(crate) unseen: Vec<String>,
}

/// Compares a body without its secrets with one that was read back.
///
/// Members that were not sent do not count, because a response may have more. Null and absent are equal: older
/// appliances leave out what newer ones show as null.
pub(crate) fn compare(kind: Kind, sent: &Value, found: &Value) -> Comparison {
    let mut comparison = Comparison::default();
    comparison.walk(Place::new(kind), false, sent, Some(found), &mut String::new());
    comparison
}

impl Comparison {
    fn walk(
        &mut self,
        place: Place,
        has_secret_name: bool,
        sent: &Value,
        found: Option<&Value>,
        pointer: &mut String,
    ) {
        let kind = place.kind.peeled();
        match (kind, sent, found) {
            (Kind::Secret, _, _) => self.unseen.push(pointer.clone()),
            (Kind::Any, Value::Null, _) if has_secret_name => self.unseen.push(pointer.clone()),
            (_, Value::Null, None | Some(Value::Null)) => {}
            (_, Value::Object(sent), Some(Value::Object(found))) => {
                let tag = shape::tag_of(kind, sent);
                for (key, value) in sent {
                    let inner = place.member(tag, key).unwrap_or(const { Place::new(Kind::Any) });
                    let length = pointer.len();
                    pointer.push('/');
                    pointer.push_str(&escape_pointer_segment(key));
                    let has_secret_name = shape::is_secret_name(key);
                    self.walk(inner, has_secret_name, value, found.get(key), pointer);
                    pointer.truncate(length);
                }
            }
            (_, Value::Array(_), Some(found @ Value::Array(_)))
                if place.is_unordered && place.is_same(sent, found) => {}
            (_, Value::Array(list), Some(Value::Array(others))) if list.len() == others.len() => {
                let inner = place.element();
                for (index, (value, other)) in list.iter().zip(others).enumerate() {
                    let length = pointer.len();
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    self.walk(inner, has_secret_name, value, Some(other), pointer);
                    pointer.truncate(length);
                }
            }
            (_, _, Some(found)) if place.is_same(sent, found) => {}
            _ => self.differences.push(Difference::new(
                pointer.clone(),
                side(kind, has_secret_name, Some(sent)),
                side(kind, has_secret_name, found),
            )),
        }
    }
}

/// One side of a comparison, without what must not be shown.
fn side(kind: Kind, has_secret_name: bool, value: Option<&Value>) -> Side {
    match value {
        None => Side::Absent,
        Some(value @ (Value::Null | Value::Bool(_))) => Side::Value(value.clone().into()),
        Some(value) => match kind {
            // No type describes the value, or it may hold a secret deeper down.
            Kind::Any | Kind::Secret => Side::Hidden,
            Kind::String if has_secret_name => Side::Hidden,
            // It may be the secret itself instead of its key.
            Kind::Reference(_) if !value.as_str().is_some_and(is_like_a_key) => Side::Hidden,
            _ if value.is_object() || value.is_array() => Side::Hidden,
            _ => Side::Value(value.clone().into()),
        },
    }
}

/// A response, or a body in either form, as the body of a request; `None` if it cannot be read.
pub(crate) fn request_form(text: &str, subject: &Subject) -> Option<Value> {
    let root = scan(text, &Limits::default()).ok()?;
    serde_json::from_str(&sps_validate::rewrite(&root, subject)).ok()
}

/// Lists the differences between a body that was read before and the body that is there now, both in request form.
///
/// A secret that is there before and not now is no difference: responses leave secrets out.
pub(crate) fn changed(kind: Kind, before: &Value, now: &Value) -> Vec<Difference> {
    let mut masked = before.clone();
    hide::take_secrets(kind, &mut masked);
    let now = now.clone().into();
    let without_secrets = differences(kind, &masked.into(), &now);
    let mut found = differences(kind, &before.clone().into(), &now);
    found.retain(|it| {
        !is_absent(&it.after) || without_secrets.iter().any(|other| other.pointer == it.pointer)
    });
    found
}

fn is_absent(side: &Side) -> bool {
    match side {
        Side::Absent => true,
        Side::Value(value) => value.as_value().is_null(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sps_model::{Describe as _, HealthMonitoring, Password, RdpChannelPolicy, SnmpTrap};

    use super::*;

    #[test]
    fn lists_each_difference() {
        let sent = json!({"maximum_disk_utilization_ratio": 80, "maximum_load1": null, "new": "x"});
        let found = json!({"maximum_disk_utilization_ratio": 70, "more": 1, "new": "y"});
        let found = compare(HealthMonitoring::KIND, &sent, &found).differences;
        let differences: Vec<_> =
            found.iter().map(|it| format!("{} {} {}", it.pointer, it.before, it.after)).collect();
        assert_eq!(
            differences,
            ["/maximum_disk_utilization_ratio 80 70", "/new (hidden) (hidden)"]
        );
    }

    #[test]
    fn does_not_compare_secrets() {
        let sent = json!({"plain": null});
        let comparison = compare(Password::KIND, &sent, &json!({}));
        assert!(comparison.differences.is_empty());
        assert_eq!(comparison.unseen, ["/plain"]);
    }

    #[test]
    fn spellings_of_an_enum_value_are_equal() {
        let trap = |method: &str| json!({"enabled": true, "version": {"selection": "3", "value": {"auth_method": method}}});
        assert_eq!(compare(SnmpTrap::KIND, &trap("sha"), &trap("sha1")).differences, []);
        let found = compare(SnmpTrap::KIND, &trap("sha"), &trap("md5")).differences;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].pointer, "/version/value/auth_method");
    }

    #[test]
    fn s001_lists_without_order_are_equal_in_any_order() {
        let policy = |clients: [&str; 2]| json!({"rules": [{"allowed_for": {"clients": clients}}]});
        let compare = |sent, found| {
            super::compare(RdpChannelPolicy::KIND, &policy(sent), &policy(found)).differences.len()
        };
        assert_eq!(compare(["a", "b"], ["b", "a"]), 0);
        assert_eq!(compare(["a", "b"], ["a", "c"]), 1);
    }

    #[test]
    fn a_secret_that_no_response_shows_has_not_changed() {
        let list = |before: &Value, now: &Value| {
            let found = changed(Password::KIND, before, now);
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let before = json!({"plain": "hunter2", "note": "x"});
        for unseen in [json!({"note": "x"}), json!({"plain": null, "note": "x"}), before.clone()] {
            assert_eq!(list(&before, &unseen), [""; 0]);
        }
        // Everything else counts, a secret in a response too.
        for now in [
            json!({"plain": "hunter3", "note": "x"}),
            json!({"plain": "hunter2"}),
            json!({"plain": null, "note": "y"}),
        ] {
            let found = list(&before, &now);
            assert_eq!(found.len(), 1, "{now}: {found:?}");
            assert!(!found[0].contains("hunter"), "{found:?}");
        }
        assert_eq!(list(&json!({"plain": null}), &json!({"plain": "hunter2"})).len(), 1);
    }

    #[test]
    fn large_integers_are_compared_exactly() {
        let [one, other] =
            [9_007_199_254_740_992_u64, 9_007_199_254_740_993].map(|it| json!({"n": it}));
        assert_eq!(compare(Kind::Any, &one, &other).differences.len(), 1);
        assert_eq!(compare(Kind::Any, &json!({"n": 1}), &json!({"n": 1.0})).differences, []);
    }
}
