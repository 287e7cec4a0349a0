//! The appliance's list of changes, and which of them this transaction made.

use std::fmt;

use serde_json::Value;
use sps_model::Any;

use crate::json;

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// Creates an object.
    Create,
    /// Replaces the value of an object.
    Replace,
    /// Deletes an object.
    Delete,
    /// Changes the order of a list.
    Reorder,
    /// A kind that no source shows.
    Other,
}

impl ChangeKind {
    /// The name in the change list.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Reorder => "reorder",
            Self::Other => "other",
        }
    }

    fn from_name(name: &str) -> Self {
        match name {
            "create" => Self::Create,
            "replace" => Self::Replace,
            "delete" => Self::Delete,
            "reorder" => Self::Reorder,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One entry of the appliance's list of changes. Its `Debug` hides the values.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The kind of the change.
    pub kind: ChangeKind,
    /// The path of the object.
    pub path: String,
    /// The value before; it may hold secrets.
    pub old_value: Option<Any>,
    /// The value after the commit; it may hold secrets.
    pub new_value: Option<Any>,
    /// Whether this transaction made it.
    pub is_ours: bool,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.path)
    }
}

/// The appliance's list of everything that a commit would make effective.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Review {
    /// The changes, in the appliance's order.
    pub changes: Vec<Change>,
}

impl Review {
    /// The changes that this transaction did not make. While there is one, a commit is refused.
    pub fn foreign(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|it| !it.is_ours)
    }

    pub(crate) fn find(&self, kind: ChangeKind, path: &str) -> Option<&Change> {
        self.changes.iter().find(|it| it.kind == kind && it.path == path)
    }
}

/// A change that the transaction sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SentChange {
    pub(crate) kind: ChangeKind,
    /// The path of the object, or of the collection for a new object without a known key.
    pub(crate) path: String,
    /// The path of the collection in which the object was created.
    pub(crate) collection: Option<String>,
}

impl SentChange {
    pub(crate) fn new(kind: ChangeKind, path: &str) -> Self {
        Self { kind, path: path.to_owned(), collection: None }
    }
}

/// Reads the list, and marks the changes that this transaction made.
pub(crate) fn read(mut response: Value, sent: &[SentChange]) -> Option<Review> {
    let list = if response["changes"].is_array() {
        json::take(&mut response, "changes")
    } else {
        json::take(&mut json::take(&mut response, "body"), "changes")
    };
    let Value::Array(list) = list else { return None };
    let mut changes = Vec::with_capacity(list.len());
    for mut entry in list {
        let kind = ChangeKind::from_name(entry["type"].as_str()?);
        let path = entry["path"].as_str()?.to_owned();
        let mut value = |key: &str| entry.get_mut(key).map(Value::take).map(Any::from);
        let old_value = value("old_value");
        let new_value = value("new_value");
        changes.push(Change { kind, path, old_value, new_value, is_ours: false });
    }
    mark(&mut changes, sent);
    Some(Review { changes })
}

fn mark(changes: &mut [Change], sent: &[SentChange]) {
    // An entry that names only the collection accounts for one new object in it.
    let mut unnamed: Vec<&str> = sent.iter().filter_map(|it| it.collection.as_deref()).collect();
    for change in changes {
        let path = plain(&change.path);
        let was_sent =
            |kind: ChangeKind| sent.iter().any(|it| it.kind == kind && plain(&it.path) == path);
        change.is_ours = match change.kind {
            ChangeKind::Create => {
                let is_known = |it: &SentChange| {
                    it.kind == ChangeKind::Create
                        && plain(&it.path) == path
                        && it.collection.as_ref() != Some(&it.path)
                };
                sent.iter().any(is_known)
                    || take(&mut unnamed, path)
                    || take_new(&mut unnamed, sent, path)
            }
            // An object that was created and then replaced may have either kind.
            ChangeKind::Replace => {
                was_sent(ChangeKind::Replace)
                    || was_sent(ChangeKind::Create)
                    || sent.iter().any(|it| it.collection.as_deref().map(plain) == Some(path))
            }
            ChangeKind::Delete => was_sent(ChangeKind::Delete),
            // The entry names a place inside of the object that was sent.
            ChangeKind::Reorder => sent.iter().any(|it| {
                path.strip_prefix(plain(&it.path))
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                    || it.collection.as_deref().map(plain) == Some(path)
                    || (it.kind == ChangeKind::Delete && parent(plain(&it.path)) == path)
                    || plain(&it.path).strip_suffix("/@order") == Some(path)
            }),
            ChangeKind::Other => false,
        };
    }
}

fn take(unnamed: &mut Vec<&str>, path: &str) -> bool {
    match unnamed.iter().position(|it| plain(it) == path) {
        Some(index) => {
            unnamed.swap_remove(index);
            true
        }
        None => false,
    }
}

/// Whether the path may be a new object whose key the response did not contain.
fn take_new(unnamed: &mut Vec<&str>, sent: &[SentChange], path: &str) -> bool {
    let collection = parent(path);
    let is_keyless = sent.iter().any(|it| {
        it.kind == ChangeKind::Create
            && it.collection.as_deref() == Some(it.path.as_str())
            && plain(&it.path) == collection
    });
    is_keyless && take(unnamed, collection)
}

/// The path of the object, without the fragment that names a part of it and without a final slash.
fn plain(path: &str) -> &str {
    path.split('#').next().unwrap_or_default().trim_end_matches('/')
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TRAP: &str = "/api/configuration/management/snmp/trap";
    const PASSWORDS: &str = "/api/configuration/passwords";

    fn foreign(entries: &[(&str, &str)], sent: &[(ChangeKind, &str, Option<&str>)]) -> Vec<String> {
        let list: Vec<_> =
            entries.iter().map(|(kind, path)| json!({"type": kind, "path": path})).collect();
        let sent: Vec<_> = sent
            .iter()
            .map(|(kind, path, collection)| SentChange {
                kind: *kind,
                path: (*path).to_owned(),
                collection: collection.map(str::to_owned),
            })
            .collect();
        let review = read(json!({"changes": list, "meta": {}}), &sent).unwrap();
        review.foreign().map(ToString::to_string).collect()
    }

    #[test]
    fn recognizes_its_own_changes() {
        let key = "/api/configuration/passwords/aa";
        let sent = [(ChangeKind::Replace, TRAP, None), (ChangeKind::Create, key, Some(PASSWORDS))];
        assert_eq!(foreign(&[("replace", TRAP), ("create", key)], &sent), [""; 0]);
        // Some appliances list the collection, and a part of an object.
        let part = "/api/configuration/management/snmp/trap#version";
        assert_eq!(foreign(&[("create", PASSWORDS), ("replace", part)], &sent), [""; 0]);
        assert_eq!(foreign(&[("reorder", PASSWORDS)], &sent), [""; 0]);
        assert_eq!(foreign(&[], &sent), [""; 0]);
    }

    #[test]
    fn finds_foreign_changes() {
        let sent = [(ChangeKind::Replace, TRAP, None)];
        let other = "/api/configuration/management/email";
        assert_eq!(
            foreign(&[("replace", TRAP), ("replace", other)], &sent),
            ["replace /api/configuration/management/email"]
        );
        assert_eq!(foreign(&[("delete", TRAP)], &sent).len(), 1);
        assert_eq!(foreign(&[("new word", TRAP)], &sent).len(), 1);
        // One new object accounts for one entry.
        let sent = [(ChangeKind::Create, PASSWORDS, Some(PASSWORDS))];
        assert_eq!(foreign(&[("create", PASSWORDS)], &sent).len(), 0);
        assert_eq!(foreign(&[("create", PASSWORDS), ("create", PASSWORDS)], &sent).len(), 1);
        let (one, two) = ("/api/configuration/passwords/aa", "/api/configuration/passwords/bb");
        assert_eq!(foreign(&[("create", one)], &sent).len(), 0);
        assert_eq!(foreign(&[("create", one), ("create", two)], &sent).len(), 1);
        let known = [(ChangeKind::Create, one, Some(PASSWORDS))];
        assert_eq!(foreign(&[("create", one), ("create", two)], &known).len(), 1);
    }

    #[test]
    fn rejects_a_response_of_another_form() {
        assert_eq!(read(json!({"items": []}), &[]), None);
        for odd in
            [json!([]), json!("changes"), json!({"body": []}), json!({"changes": {}}), json!(null)]
        {
            assert_eq!(read(odd, &[]), None);
        }
        assert_eq!(read(json!({"changes": ["x"]}), &[]), None);
        assert_eq!(read(json!({"changes": [{"path": "/api/x"}]}), &[]), None);
    }
}
