//! Differences between two bodies, member by member, without their secrets.

use std::fmt;

use serde_json::Value;
use sps_validate::{
    Context, Form, Kind, Span, Subject, explain_scanned,
    json::{self, Node},
};

use crate::{
    shape::{self, Place},
    unknown::Any,
};

/// One place where two bodies differ.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The place, as an RFC 6901 pointer.
    pub pointer: String,
    /// The value before.
    pub before: Side,
    /// The value after.
    pub after: Side,
}

impl Difference {
    /// Creates the difference between two values at one place.
    pub fn new(pointer: impl Into<String>, before: Side, after: Side) -> Self {
        Self { pointer: pointer.into(), before, after }
    }

    /// The name that a JSON patch has for the change: `add`, `remove` or `replace`.
    pub fn op(&self) -> &'static str {
        match (&self.before, &self.after) {
            (Side::Absent, _) => "add",
            (_, Side::Absent) => "remove",
            _ => "replace",
        }
    }
}

impl fmt::Display for Difference {
    /// Writes `POINTER: BEFORE -> AFTER`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} -> {}", self.pointer, self.before, self.after)
    }
}

/// One side of a difference.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Side {
    /// This value; no part of it is a secret.
    Value(Any),
    /// No value.
    Absent,
    /// A value that must not be shown: a secret, or the value of a key that no source shows.
    Hidden,
}

impl fmt::Display for Side {
    /// Writes the value as JSON, `(absent)` or `(hidden)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{}", value.as_value()),
            Self::Absent => f.write_str("(absent)"),
            Self::Hidden => f.write_str("(hidden)"),
        }
    }
}

/// Lists the differences between two bodies of one kind, in the order of `after`, removed members last.
///
/// Values are compared in [normal form](Place::normal); of a list whose order has no meaning, elements are added and
/// removed. A member that is null on one side and absent on the other is no
/// difference: older appliances leave out what newer ones show as null.
///
/// ```
/// use sps_model::{differences, management::HealthMonitoring, Describe as _};
/// let before = serde_json::json!({"maximum_load1": null, "maximum_load5": 5}).into();
/// let after = serde_json::json!({"maximum_load1": 8, "maximum_load5": 5}).into();
/// let found = differences(HealthMonitoring::KIND, &before, &after);
/// assert_eq!(found[0].to_string(), "/maximum_load1: null -> 8");
/// assert_eq!(found.len(), 1);
/// ```
pub fn differences(kind: Kind, before: &Any, after: &Any) -> Vec<Difference> {
    let mut walk = Walk { found: Vec::new(), pointer: String::new() };
    walk.value(Place::new(kind), Some(before.as_value()), Some(after.as_value()));
    let mut found = walk.found;
    if !found.is_empty() {
        hide(kind, before, found.iter_mut().map(|it| (&*it.pointer, &mut it.before)));
        hide(kind, after, found.iter_mut().map(|it| (&*it.pointer, &mut it.after)));
    }
    found
}

/// Hides what a check of the body would not print: secrets, also those in a wrong place, and what no source shows. A
/// value with such a part is hidden as a whole.
fn hide<'d>(kind: Kind, body: &Any, sides: impl Iterator<Item = (&'d str, &'d mut Side)>) {
    let (text, context) = (body.as_value().to_string(), Context::default());
    let root = json::scan(&text, &context.limits).ok();
    let subject = Subject::new(kind, Form::Request);
    let report = root.as_ref().map(|root| explain_scanned(&text, root, &subject, &context));
    let sensitive = report.map(|report| report.sensitive).unwrap_or_default();
    for (pointer, side) in sides {
        let Side::Value(value) = side else { continue };
        // These are no secrets, wherever they are.
        if matches!(value.as_value(), Value::Null | Value::Bool(_)) {
            continue;
        }
        let node = root.as_ref().and_then(|root| node_at(root, pointer));
        let is_inside =
            |at: Span| sensitive.iter().any(|it| it.start < at.end && at.start < it.end);
        // What is too large to be checked may hold anything.
        if node.is_none_or(|node| is_inside(node.span)) {
            *side = Side::Hidden;
        }
    }
}

/// The value at an RFC 6901 pointer.
fn node_at<'n, 't>(root: &'n Node<'t>, pointer: &str) -> Option<&'n Node<'t>> {
    pointer.split('/').skip(1).try_fold(root, |node, segment| {
        let key = json::unescape_pointer_segment(segment);
        match node.as_array() {
            Some(items) => items.get(key.parse::<usize>().ok()?),
            None => node.get(&key),
        }
    })
}

struct Walk {
    found: Vec<Difference>,
    pointer: String,
}

impl Walk {
    fn value(&mut self, place: Place, before: Option<&Value>, after: Option<&Value>) {
        let kind = place.kind;
        match (before, after) {
            (None | Some(Value::Null), None | Some(Value::Null)) => {}
            (Some(Value::Object(old)), Some(Value::Object(new)))
                if is_one_variant(kind, old, new) =>
            {
                let tag = shape::tag_of(kind, new);
                let member =
                    |key: &str| place.member(tag, key).unwrap_or(const { Place::new(Kind::Any) });
                for (key, value) in new {
                    self.below(key, |walk| walk.value(member(key), old.get(key), Some(value)));
                }
                for (key, value) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
                    self.below(key, |walk| walk.value(member(key), Some(value), None));
                }
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) if place.is_unordered => {
                let (added, removed) = unpaired(place.element(), old, new);
                for (at, value) in added {
                    self.below(&at.to_string(), |walk| walk.push(None, Some(value)));
                }
                for (at, value) in removed {
                    self.below(&at.to_string(), |walk| walk.push(Some(value), None));
                }
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => {
                for at in 0..old.len().max(new.len()) {
                    self.below(&at.to_string(), |walk| {
                        walk.value(place.element(), old.get(at), new.get(at));
                    });
                }
            }
            (Some(old), Some(new)) if place.is_same(old, new) => {}
            _ => self.push(before, after),
        }
    }

    fn push(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let side = |value: Option<&Value>| {
            value.map_or(Side::Absent, |value| Side::Value(value.clone().into()))
        };
        self.found.push(Difference::new(self.pointer.clone(), side(before), side(after)));
    }

    /// Runs `walk` one segment further down.
    fn below(&mut self, segment: &str, walk: impl FnOnce(&mut Self)) {
        let depth = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&json::escape_pointer_segment(segment));
        walk(self);
        self.pointer.truncate(depth);
    }
}

/// An element of a list with its index.
type Indexed<'v> = (usize, &'v Value);

/// The elements of two lists without order that the other one does not have: those of `new`, then those of `old`.
fn unpaired<'v>(
    place: Place,
    old: &'v [Value],
    new: &'v [Value],
) -> (Vec<Indexed<'v>>, Vec<Indexed<'v>>) {
    let mut rest: Vec<_> =
        old.iter().enumerate().map(|(at, value)| (at, value, place.normal(value))).collect();
    let mut added = Vec::new();
    for (at, value) in new.iter().enumerate() {
        let normal = place.normal(value);
        match rest.iter().position(|(_, _, other)| normal == *other) {
            Some(pair) => {
                rest.remove(pair);
            }
            None => added.push((at, value)),
        }
    }
    (added, rest.into_iter().map(|(at, value, _)| (at, value)).collect())
}

/// Whether two objects have the same members, because they are no union or the same variant of one.
fn is_one_variant(
    kind: Kind,
    before: &serde_json::Map<String, Value>,
    after: &serde_json::Map<String, Value>,
) -> bool {
    shape::tag_of(kind, before) == shape::tag_of(kind, after)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Describe as _, Email, HealthMonitoring, Password, RdpChannelPolicy, SnmpTrap};

    fn found(kind: Kind, before: Value, after: Value) -> Vec<String> {
        let found = differences(kind, &before.into(), &after.into());
        found.iter().map(|it| format!("{} {it}", it.op())).collect()
    }

    #[test]
    fn names_each_member_with_both_values() {
        let before = json!({"maximum_load1": null, "maximum_load5": 5, "maximum_load15": 1});
        let after = json!({"maximum_load5": 6.0, "maximum_load1": 8, "maximum_load15": 1.0});
        // Members are compared in the order of serde_json's map.
        let mut list = found(HealthMonitoring::KIND, before, after);
        list.sort();
        assert_eq!(list, ["replace /maximum_load1: null -> 8", "replace /maximum_load5: 5 -> 6.0"]);
    }

    #[test]
    fn ignores_spelling_and_null_against_absent() {
        let trap = |method: &str| json!({"version": {"selection": "3", "value": {"auth_method": method, "a": null}}});
        let without = json!({"version": {"selection": "3", "value": {"auth_method": "sha1"}}});
        assert_eq!(found(SnmpTrap::KIND, trap("sha"), without.clone()), [""; 0]);
        assert_eq!(found(SnmpTrap::KIND, without, trap("md5")).len(), 1);
    }

    #[test]
    fn s001_s207_lists_without_order_gain_and_lose_elements() {
        let policy = |clients: &[&str]| json!({"rules": [{"allowed_for": {"clients": clients}}]});
        let list = |before: &[&str], after: &[&str]| {
            found(RdpChannelPolicy::KIND, policy(before), policy(after))
        };
        assert_eq!(list(&["a", "b", "c"], &["c", "a", "b"]), [""; 0]);
        assert_eq!(
            list(&["a", "b", "a"], &["d", "a"]),
            [
                r#"add /rules/0/allowed_for/clients/0: (absent) -> "d""#,
                r#"remove /rules/0/allowed_for/clients/1: "b" -> (absent)"#,
                r#"remove /rules/0/allowed_for/clients/2: "a" -> (absent)"#,
            ]
        );
    }

    #[test]
    fn s005_s007_values_are_compared_in_normal_form() {
        let server =
            |kind: &str, value: &str| json!({"smtp_server": {"selection": kind, "value": value}});
        for (kind, one, other, count) in [
            ("ip", "2001:db8:0:0:0:0:0:1", "2001:db8::1", 0),
            ("ip", "2001:db8::2", "2001:db8::1", 1),
            ("fqdn", "Mail.Example.COM", "mail.example.com", 0),
            ("fqdn", "mail.example.org", "mail.example.com", 1),
        ] {
            let list = found(Email::KIND, server(kind, one), server(kind, other));
            assert_eq!(list.len(), count, "{one}: {list:?}");
        }
    }

    #[test]
    fn shows_another_variant_as_a_whole() {
        let ip = json!({"smtp_server": {"selection": "ip", "value": "192.0.2.1"}});
        let fqdn = json!({"smtp_server": {"selection": "fqdn", "value": "mail.example.com"}});
        assert_eq!(
            found(Email::KIND, ip, fqdn),
            [
                r#"replace /smtp_server: {"selection":"ip","value":"192.0.2.1"} -> {"selection":"fqdn","value":"mail.example.com"}"#
            ]
        );
    }

    #[test]
    fn hides_secrets_and_what_no_source_shows() {
        let list = found(
            Password::KIND,
            json!({"plain": "hunter2", "new": 1, "deep": {"token": "t0ken"}}),
            json!({"plain": "hunter3", "new": 2, "deep": {"token": "t1ken"}, "more": ["hunter4"]}),
        );
        let text = list.join("\n");
        assert_eq!(list.len(), 4, "{text}");
        assert!(!["hunter", "ken\"", "1 ->"].iter().any(|secret| text.contains(secret)), "{text}");
        assert!(text.contains("add /more: (absent) -> (hidden)"), "{text}");
    }

    #[test]
    fn hides_a_text_whose_name_says_that_it_is_a_secret() {
        let trap = |community: &str| json!({"version": {"selection": "2c", "value": {"community": community}}});
        let list = found(SnmpTrap::KIND, trap("noc-7"), trap("noc-8"));
        assert_eq!(list, ["replace /version/value/community: (hidden) -> (hidden)"]);
        // A reference is no secret, but a password in its place is.
        let trap =
            |key: &str| json!({"version": {"selection": "3", "value": {"auth_password": key}}});
        let list = found(SnmpTrap::KIND, trap("a1"), trap("b2"));
        assert_eq!(list, [r#"replace /version/value/auth_password: "a1" -> "b2""#]);
        let list = found(SnmpTrap::KIND, trap("a1"), trap("hunter2Secret!"));
        assert_eq!(list, [r#"replace /version/value/auth_password: "a1" -> (hidden)"#]);
        let list = found(SnmpTrap::KIND, json!({}), trap("hunter2Secret!"));
        assert_eq!(list, ["add /version: (absent) -> (hidden)"]);
        let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----\n";
        let mail = |text: &str| {
            json!({"smtp_encryption": {"selection": "starttls", "server_certificate_check": {
                "enabled": true, "server_certificate_ca": text}}})
        };
        for text in [key.to_owned(), format!("hunter2\n{key}"), "MC4CAQAw".to_owned()] {
            let list = found(Email::KIND, mail(""), mail(&text)).join("\n");
            assert!(
                list.contains("(hidden)") && !list.contains("MC4") && !list.contains("hunter"),
                "{list}"
            );
        }
    }

    #[test]
    fn compares_lists_element_by_element() {
        let kind = Kind::List(&Kind::Int { minimum: 0, maximum: 9 });
        assert_eq!(
            found(kind, json!([1, 2]), json!([1, 3, 4])),
            ["replace /1: 2 -> 3", "add /2: (absent) -> 4"]
        );
        assert_eq!(
            found(kind, json!([1, 2]), json!([])),
            ["remove /0: 1 -> (absent)", "remove /1: 2 -> (absent)"]
        );
    }
}
