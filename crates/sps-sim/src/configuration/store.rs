//! The stored configuration: bodies of singletons, objects of collections in their order, and references.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sps_spec::Endpoint;

use crate::{
    body::{Bodies, World},
    configuration::membership::Membership,
};

/// The stored content of `/api/configuration`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Configuration {
    /// Bodies by path.
    pub(crate) singletons: BTreeMap<String, Value>,
    /// Objects by the path of their collection, in their order.
    pub(crate) collections: BTreeMap<String, Vec<Object>>,
    /// Number of commits, which changes the hash even if a commit undoes the one before.
    #[serde(default)]
    pub(crate) revision: u64,
    /// Place in a cluster.
    #[serde(default, skip_serializing_if = "Membership::is_none")]
    pub(crate) membership: Membership,
    /// Paths that refer to an object, by the path of the object.
    #[serde(skip)]
    referrers: BTreeMap<String, BTreeSet<String>>,
    /// Paths of referenced objects, by the path of what refers to them.
    #[serde(skip)]
    references: BTreeMap<String, BTreeSet<String>>,
}

/// One object of a collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Object {
    pub(crate) key: String,
    pub(crate) body: Value,
}

impl Object {
    /// Whether the object is built in. Built-in objects have negative keys.
    pub(crate) fn is_built_in(&self) -> bool {
        self.key.starts_with('-')
    }
}

impl Configuration {
    /// Stores the body of a singleton.
    pub(crate) fn set_singleton(&mut self, path: &str, body: Value, refers_to: BTreeSet<String>) {
        self.singletons.insert(path.to_owned(), body);
        self.set_references(path, refers_to);
    }

    /// Stores an object: at its old position, or behind all others.
    pub(crate) fn set_object(
        &mut self,
        collection: &str,
        key: &str,
        body: Value,
        refers_to: BTreeSet<String>,
    ) {
        let objects = self.collections.entry(collection.to_owned()).or_default();
        match objects.iter_mut().find(|it| it.key == key) {
            Some(object) => object.body = body,
            None => objects.push(Object { key: key.to_owned(), body }),
        }
        self.set_references(&format!("{collection}/{key}"), refers_to);
    }

    /// Removes an object, and returns its body.
    pub(crate) fn remove_object(&mut self, collection: &str, key: &str) -> Option<Value> {
        let objects = self.collections.get_mut(collection)?;
        let at = objects.iter().position(|it| it.key == key)?;
        let removed = objects.remove(at);
        self.set_references(&format!("{collection}/{key}"), BTreeSet::new());
        Some(removed.body)
    }

    /// Sorts the objects of a collection, if `order` names each of them once.
    pub(crate) fn reorder(&mut self, collection: &str, order: &[&str]) -> bool {
        let Some(objects) = self.collections.get_mut(collection) else { return order.is_empty() };
        let positions: BTreeMap<_, _> =
            order.iter().enumerate().map(|(at, key)| (*key, at)).collect();
        let complete = positions.len() == order.len()
            && order.len() == objects.len()
            && objects.iter().all(|it| positions.contains_key(it.key.as_str()));
        if complete {
            objects.sort_by_key(|it| positions.get(it.key.as_str()).copied());
        }
        complete
    }

    /// Returns the objects of a collection in their order.
    pub(crate) fn objects(&self, collection: &str) -> &[Object] {
        self.collections.get(collection).map_or(&[], Vec::as_slice)
    }

    /// Returns one object.
    pub(crate) fn find(&self, collection: &str, key: &str) -> Option<&Object> {
        self.objects(collection).iter().find(|it| it.key == key)
    }

    fn set_references(&mut self, path: &str, refers_to: BTreeSet<String>) {
        let old = if refers_to.is_empty() {
            self.references.remove(path)
        } else {
            self.references.insert(path.to_owned(), refers_to.clone())
        };
        for target in old.into_iter().flatten() {
            if let Some(referrers) = self.referrers.get_mut(&target) {
                referrers.remove(path);
                if referrers.is_empty() {
                    self.referrers.remove(&target);
                }
            }
        }
        for target in refers_to {
            self.referrers.entry(target).or_default().insert(path.to_owned());
        }
    }
}

impl World for Configuration {
    fn object(&self, collection: &str, key: &str) -> Option<Value> {
        self.find(collection, key).map(|it| it.body.clone())
    }

    fn referrers(&self, collection: &str, key: &str) -> Vec<String> {
        let referrers = self.referrers.get(&format!("{collection}/{key}"));
        referrers.into_iter().flatten().cloned().collect()
    }
}

/// Returns the paths of the objects that a body refers to.
pub(crate) fn targets(
    bodies: &Bodies<'static>,
    endpoint: &'static Endpoint,
    body: &Value,
) -> BTreeSet<String> {
    let references = bodies.references(endpoint, body);
    references.into_iter().map(|it| format!("{}/{}", it.collection, it.object)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tracks_references() {
        let mut store = Configuration::default();
        let to = |it: &str| BTreeSet::from([it.to_owned()]);
        store.set_object("/a", "1", json!({}), BTreeSet::new());
        store.set_object("/b", "2", json!({}), to("/a/1"));
        store.set_singleton("/s", json!({}), to("/a/1"));
        assert_eq!(store.referrers("/a", "1"), ["/b/2", "/s"]);
        store.set_singleton("/s", json!({}), BTreeSet::new());
        assert_eq!(store.referrers("/a", "1"), ["/b/2"]);
        store.remove_object("/b", "2");
        assert!(store.referrers("/a", "1").is_empty());
    }

    #[test]
    fn accepts_only_a_complete_order() {
        let mut store = Configuration::default();
        for key in ["1", "2", "3"] {
            store.set_object("/a", key, json!({}), BTreeSet::new());
        }
        for order in [&["3", "1"][..], &["3", "1", "1"], &["3", "1", "4"], &["3", "1", "2", "2"]] {
            assert!(!store.reorder("/a", order), "{order:?}");
        }
        assert!(store.reorder("/a", &["3", "1", "2"]));
        assert_eq!(store.objects("/a").iter().map(|it| &*it.key).collect::<String>(), "312");
    }
}
