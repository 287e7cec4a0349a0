//! Comparing what was sent with what was read back.

use serde_json::Value;
use sps_model::{Side, shape};
use sps_validate::Kind;

/// A value that differs from what was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) pointer: String,
    pub(crate) sent: Side,
    pub(crate) found: Side,
}

/// The result of comparing one body.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
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
    comparison.walk(kind, false, sent, Some(found), &mut String::new());
    comparison
}

impl Comparison {
    fn walk(
        &mut self,
        kind: Kind,
        has_secret_name: bool,
        sent: &Value,
        found: Option<&Value>,
        pointer: &mut String,
    ) {
        match (kind, sent, found) {
            (Kind::Optional(inner) | Kind::Nullable(inner), _, _) => {
                self.walk(*inner, has_secret_name, sent, found, pointer);
            }
            (Kind::Secret, _, _) => self.unseen.push(pointer.clone()),
            (Kind::Any, Value::Null, _) if has_secret_name => self.unseen.push(pointer.clone()),
            (_, Value::Null, None | Some(Value::Null)) => {}
            (_, Value::Object(sent), Some(Value::Object(found))) => {
                let tag = shape::tag_of(kind, sent);
                for (key, value) in sent {
                    let inner = shape::member(kind, tag, key).unwrap_or(Kind::Any);
                    let length = pointer.len();
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    let has_secret_name = shape::is_secret_name(key);
                    self.walk(inner, has_secret_name, value, found.get(key), pointer);
                    pointer.truncate(length);
                }
            }
            (_, Value::Array(list), Some(Value::Array(others))) if list.len() == others.len() => {
                let inner = shape::element(kind);
                for (index, (value, other)) in list.iter().zip(others).enumerate() {
                    let length = pointer.len();
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    self.walk(inner, has_secret_name, value, Some(other), pointer);
                    pointer.truncate(length);
                }
            }
            (_, _, Some(found)) if is_same(kind, sent, found) => {}
            _ => self.differences.push(Difference {
                pointer: pointer.clone(),
                sent: side(kind, Some(sent)),
                found: side(kind, found),
            }),
        }
    }
}

/// Whether two scalars have the same meaning.
fn is_same(kind: Kind, sent: &Value, found: &Value) -> bool {
    match (sent, found) {
        (Value::Number(sent), Value::Number(found)) => {
            sent == found || sent.as_f64() == found.as_f64()
        }
        (Value::String(sent), Value::String(found)) => {
            // A line break at the end of a certificate has no meaning.
            sent.trim_end() == found.trim_end()
                || shape::canonical(kind, sent) == shape::canonical(kind, found)
        }
        _ => sent == found,
    }
}

/// One side of a comparison, without what must not be shown.
fn side(kind: Kind, value: Option<&Value>) -> Side {
    match value {
        None => Side::Absent,
        Some(value @ (Value::Null | Value::Bool(_))) => Side::Value(value.clone().into()),
        Some(value) => match kind {
            // No type describes the value, or it may hold a secret deeper down.
            Kind::Any | Kind::Secret => Side::Hidden,
            _ if value.is_object() || value.is_array() => Side::Hidden,
            _ => Side::Value(value.clone().into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sps_model::{Describe as _, HealthMonitoring, Password, SnmpTrap};

    use super::*;

    #[test]
    fn lists_each_difference() {
        let sent = json!({"maximum_disk_utilization_ratio": 80, "maximum_load1": null, "new": "x"});
        let found = json!({"maximum_disk_utilization_ratio": 70, "more": 1, "new": "y"});
        let found = compare(HealthMonitoring::KIND, &sent, &found).differences;
        let differences: Vec<_> =
            found.iter().map(|it| format!("{} {} {}", it.pointer, it.sent, it.found)).collect();
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
}
