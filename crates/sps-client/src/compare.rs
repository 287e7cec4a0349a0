//! What was sent against what is there.

use std::fmt;

use serde_json::Value;
use sps_model::Any;
use sps_validate::{Kind, Shape};

use crate::hide;

/// One side of a difference.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Seen {
    /// This value.
    Value(Any),
    /// Nothing.
    Absent,
    /// Something that must not be shown: a secret, or a value of a key that no source shows.
    Hidden,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{}", value.as_value()),
            Self::Absent => f.write_str("(absent)"),
            Self::Hidden => f.write_str("(hidden)"),
        }
    }
}

/// A place where what is there is not what was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) pointer: String,
    pub(crate) sent: Seen,
    pub(crate) found: Seen,
}

/// What comparing one body gave.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    pub(crate) differences: Vec<Difference>,
    /// Places that no response shows.
    pub(crate) unseen: Vec<String>,
}

/// Compares a body, its secrets taken out, with one that was read back.
///
/// What was not sent does not count: a response may hold more. Null and absent are the same here, for
/// an older appliance leaves out what a newer one shows as null.
pub(crate) fn compare(kind: Kind, sent: &Value, found: &Value) -> Comparison {
    let mut comparison = Comparison::default();
    comparison.walk(kind, false, sent, Some(found), &mut String::new());
    comparison
}

impl Comparison {
    fn walk(
        &mut self,
        kind: Kind,
        named_so: bool,
        sent: &Value,
        found: Option<&Value>,
        pointer: &mut String,
    ) {
        match (kind, sent, found) {
            (Kind::Optional(inner) | Kind::Nullable(inner), _, _) => {
                self.walk(*inner, named_so, sent, found, pointer);
            }
            (Kind::Secret, _, _) => self.unseen.push(pointer.clone()),
            (Kind::Any, Value::Null, _) if named_so => self.unseen.push(pointer.clone()),
            (_, Value::Null, None | Some(Value::Null)) => {}
            (_, Value::Object(sent), Some(Value::Object(found))) => {
                let word = hide::tag_of(kind, sent);
                for (key, value) in sent {
                    let (inner, _) = hide::member(kind, word.as_deref(), key);
                    let length = pointer.len();
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    let named_so = hide::is_secret_name(key);
                    self.walk(inner, named_so, value, found.get(key), pointer);
                    pointer.truncate(length);
                }
            }
            (_, Value::Array(list), Some(Value::Array(others))) if list.len() == others.len() => {
                let inner = match kind {
                    Kind::List(inner) | Kind::Array(inner, _) => *inner,
                    _ => Kind::Any,
                };
                for (index, (value, other)) in list.iter().zip(others).enumerate() {
                    let length = pointer.len();
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    self.walk(inner, named_so, value, Some(other), pointer);
                    pointer.truncate(length);
                }
            }
            (_, _, Some(found)) if is_same(kind, sent, found) => {}
            _ => self.differences.push(Difference {
                pointer: pointer.clone(),
                sent: seen(kind, Some(sent)),
                found: seen(kind, found),
            }),
        }
    }
}

/// Whether two leaves mean the same.
fn is_same(kind: Kind, sent: &Value, found: &Value) -> bool {
    match (sent, found) {
        (Value::Number(sent), Value::Number(found)) => {
            sent == found || sent.as_f64() == found.as_f64()
        }
        (Value::String(sent), Value::String(found)) => {
            // A line break at the end of a certificate is nobody's intention.
            sent.trim_end() == found.trim_end() || canonical(kind, sent) == canonical(kind, found)
        }
        _ => sent == found,
    }
}

/// The written spelling of a word that has several.
fn canonical(kind: Kind, word: &str) -> &str {
    let Kind::Named(ty) = kind else { return word };
    let Shape::Enum { values } = ty.shape else { return word };
    values.iter().find(|it| it.aliases.contains(&word)).map_or(word, |it| it.value)
}

/// A side of a difference, without what must not be shown.
fn seen(kind: Kind, value: Option<&Value>) -> Seen {
    match value {
        None => Seen::Absent,
        Some(value @ (Value::Null | Value::Bool(_))) => Seen::Value(value.clone().into()),
        Some(value) => match kind {
            // What no type describes, and whatever may hold a secret deeper down.
            Kind::Any | Kind::Secret => Seen::Hidden,
            _ if value.is_object() || value.is_array() => Seen::Hidden,
            _ => Seen::Value(value.clone().into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sps_model::{Describe as _, HealthMonitoring, Password, SnmpTrap};

    use super::*;

    #[test]
    fn names_each_value_that_differs() {
        let sent = json!({"maximum_disk_utilization_ratio": 80, "maximum_load1": null, "new": "x"});
        let found = json!({"maximum_disk_utilization_ratio": 70, "more": 1, "new": "y"});
        let found = compare(HealthMonitoring::KIND, &sent, &found).differences;
        let words: Vec<_> =
            found.iter().map(|it| format!("{} {} {}", it.pointer, it.sent, it.found)).collect();
        assert_eq!(words, ["/maximum_disk_utilization_ratio 80 70", "/new (hidden) (hidden)"]);
    }

    #[test]
    fn never_looks_for_a_secret() {
        let sent = json!({"plain": null});
        let comparison = compare(Password::KIND, &sent, &json!({}));
        assert!(comparison.differences.is_empty());
        assert_eq!(comparison.unseen, ["/plain"]);
    }

    #[test]
    fn two_spellings_of_a_word_are_one() {
        let trap = |method: &str| json!({"enabled": true, "version": {"selection": "3", "value": {"auth_method": method}}});
        assert_eq!(compare(SnmpTrap::KIND, &trap("sha"), &trap("sha1")).differences, []);
        let found = compare(SnmpTrap::KIND, &trap("sha"), &trap("md5")).differences;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].pointer, "/version/value/auth_method");
    }
}
