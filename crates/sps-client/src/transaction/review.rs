//! The appliance's own list of changes, and whether it is ours.

use std::fmt;

use serde_json::Value;
use sps_model::Any;

use crate::received;

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// An object is new.
    Create,
    /// An object has another value.
    Replace,
    /// An object is gone.
    Delete,
    /// A list has another order.
    Reorder,
    /// A word that no source shows.
    Other,
}

impl ChangeKind {
    /// The word of the change list.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Reorder => "reorder",
            Self::Other => "other",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
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

/// One entry of the appliance's list of changes. Its `Debug` shows no value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// What it does.
    pub kind: ChangeKind,
    /// Where.
    pub path: String,
    /// What was there before; it may hold secrets.
    pub old_value: Option<Any>,
    /// What will be there; it may hold secrets.
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
    /// The changes that this transaction did not make: a commit is refused while there is one.
    pub fn foreign(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|it| !it.is_ours)
    }

    pub(crate) fn find(&self, kind: ChangeKind, path: &str) -> Option<&Change> {
        self.changes.iter().find(|it| it.kind == kind && it.path == path)
    }
}

/// One thing that the transaction did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Done {
    pub(crate) kind: ChangeKind,
    /// The object; of a creation without a known key, the collection.
    pub(crate) path: String,
    /// Where the object was created.
    pub(crate) collection: Option<String>,
}

/// Reads the list and marks what is ours.
pub(crate) fn read(mut response: Value, done: &[Done]) -> Option<Review> {
    let list = if response["changes"].is_array() {
        received::take(&mut response, "changes")
    } else {
        received::take(&mut received::take(&mut response, "body"), "changes")
    };
    let Value::Array(list) = list else { return None };
    let mut changes = Vec::with_capacity(list.len());
    for mut entry in list {
        let kind = ChangeKind::from_word(entry["type"].as_str()?);
        let path = entry["path"].as_str()?.to_owned();
        let mut value = |key: &str| entry.get_mut(key).map(Value::take).map(Any::from);
        let old_value = value("old_value");
        let new_value = value("new_value");
        changes.push(Change { kind, path, old_value, new_value, is_ours: false });
    }
    mark(&mut changes, done);
    Some(Review { changes })
}

fn mark(changes: &mut [Change], done: &[Done]) {
    // An entry that names only the collection explains one creation there, not many.
    let mut unnamed: Vec<&str> = done.iter().filter_map(|it| it.collection.as_deref()).collect();
    for change in changes {
        let path = plain(&change.path);
        let did =
            |kind: ChangeKind| done.iter().any(|it| it.kind == kind && plain(&it.path) == path);
        change.is_ours = match change.kind {
            ChangeKind::Create => {
                let is_known = |it: &Done| {
                    it.kind == ChangeKind::Create
                        && plain(&it.path) == path
                        && it.collection.as_ref() != Some(&it.path)
                };
                done.iter().any(is_known)
                    || take(&mut unnamed, path)
                    || take_new(&mut unnamed, done, path)
            }
            // A new object that was replaced afterwards may show either way.
            ChangeKind::Replace => {
                did(ChangeKind::Replace)
                    || did(ChangeKind::Create)
                    || done.iter().any(|it| it.collection.as_deref().map(plain) == Some(path))
            }
            ChangeKind::Delete => did(ChangeKind::Delete),
            // The list names the place inside the object that was sent.
            ChangeKind::Reorder => done.iter().any(|it| {
                path.strip_prefix(plain(&it.path))
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                    || it.collection.as_deref().map(plain) == Some(path)
                    || (it.kind == ChangeKind::Delete && parent(plain(&it.path)) == path)
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

/// An object in a collection where something was created whose key the response did not tell.
fn take_new(unnamed: &mut Vec<&str>, done: &[Done], path: &str) -> bool {
    let collection = parent(path);
    let is_keyless = done.iter().any(|it| {
        it.kind == ChangeKind::Create
            && it.collection.as_deref() == Some(it.path.as_str())
            && plain(&it.path) == collection
    });
    is_keyless && take(unnamed, collection)
}

/// The path without what names a part of the object, and without a slash at the end.
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

    fn foreign(entries: &[(&str, &str)], done: &[(ChangeKind, &str, Option<&str>)]) -> Vec<String> {
        let list: Vec<_> =
            entries.iter().map(|(kind, path)| json!({"type": kind, "path": path})).collect();
        let done: Vec<_> = done
            .iter()
            .map(|(kind, path, collection)| Done {
                kind: *kind,
                path: (*path).to_owned(),
                collection: collection.map(str::to_owned),
            })
            .collect();
        let review = read(json!({"changes": list, "meta": {}}), &done).unwrap();
        review.foreign().map(ToString::to_string).collect()
    }

    #[test]
    fn knows_its_own_changes() {
        let key = "/api/configuration/passwords/aa";
        let done = [(ChangeKind::Replace, TRAP, None), (ChangeKind::Create, key, Some(PASSWORDS))];
        assert_eq!(foreign(&[("replace", TRAP), ("create", key)], &done), [""; 0]);
        // Some list the collection, and a part of an object.
        let part = "/api/configuration/management/snmp/trap#version";
        assert_eq!(foreign(&[("create", PASSWORDS), ("replace", part)], &done), [""; 0]);
        assert_eq!(foreign(&[("reorder", PASSWORDS)], &done), [""; 0]);
        assert_eq!(foreign(&[], &done), [""; 0]);
    }

    #[test]
    fn finds_foreign_changes() {
        let done = [(ChangeKind::Replace, TRAP, None)];
        let other = "/api/configuration/management/email";
        assert_eq!(
            foreign(&[("replace", TRAP), ("replace", other)], &done),
            ["replace /api/configuration/management/email"]
        );
        assert_eq!(foreign(&[("delete", TRAP)], &done).len(), 1);
        assert_eq!(foreign(&[("new word", TRAP)], &done).len(), 1);
        // One creation explains one entry.
        let done = [(ChangeKind::Create, PASSWORDS, Some(PASSWORDS))];
        assert_eq!(foreign(&[("create", PASSWORDS)], &done).len(), 0);
        assert_eq!(foreign(&[("create", PASSWORDS), ("create", PASSWORDS)], &done).len(), 1);
        let (one, two) = ("/api/configuration/passwords/aa", "/api/configuration/passwords/bb");
        assert_eq!(foreign(&[("create", one)], &done).len(), 0);
        assert_eq!(foreign(&[("create", one), ("create", two)], &done).len(), 1);
        let known = [(ChangeKind::Create, one, Some(PASSWORDS))];
        assert_eq!(foreign(&[("create", one), ("create", two)], &known).len(), 1);
    }

    #[test]
    fn a_response_of_another_form_is_no_list() {
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
