//! The configuration of a new appliance.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    body::Bodies,
    configuration::{
        store::{Configuration, targets},
        tree::{Node, Tree},
    },
};

#[derive(Deserialize)]
struct Defaults {
    singletons: BTreeMap<String, Value>,
    collections: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Defaults {
    /// Takes the objects of a collection that the configuration lacks as a whole.
    fn objects(
        &mut self,
        configuration: &Configuration,
        path: &str,
    ) -> impl Iterator<Item = (String, Value)> + use<> {
        let is_new = !configuration.collections.contains_key(path);
        let objects = self.collections.remove(path).filter(|_| is_new);
        objects.into_iter().flatten()
    }
}

/// Adds the defaults of a new appliance to a configuration, and keeps everything that it has already.
///
/// A state from an earlier run thus gets what the target version adds.
pub(crate) fn fill(configuration: &mut Configuration, tree: &Tree, bodies: &Bodies<'static>) {
    let mut defaults = load();
    for (path, node) in tree.nodes() {
        match node {
            Node::Singleton(endpoint) if !configuration.singletons.contains_key(path) => {
                let body = defaults.singletons.remove(path);
                let body = body.or_else(|| bodies.initial(endpoint)).unwrap_or_else(|| json!({}));
                configuration.singletons.insert(path.to_owned(), body);
            }
            Node::Collection(endpoint) => {
                for (key, body) in defaults.objects(configuration, path) {
                    configuration.set_object(path, &key, body, BTreeSet::new());
                }
                for (key, body) in bodies.built_in(endpoint) {
                    if configuration.find(path, key).is_none() {
                        configuration.set_object(path, key, body, BTreeSet::new());
                    }
                }
            }
            _ => {}
        }
    }
    index(configuration, tree, bodies);
}

/// Rebuilds the index of references.
fn index(configuration: &mut Configuration, tree: &Tree, bodies: &Bodies<'static>) {
    for (path, node) in tree.nodes() {
        match node {
            Node::Singleton(endpoint) => {
                if let Some(body) = configuration.singletons.get(path).cloned() {
                    let targets = targets(bodies, endpoint, &body);
                    configuration.set_singleton(path, body, targets);
                }
            }
            Node::Collection(endpoint) => {
                for object in configuration.objects(path).to_vec() {
                    let targets = targets(bodies, endpoint, &object.body);
                    configuration.set_object(path, &object.key, object.body, targets);
                }
            }
            _ => {}
        }
    }
}

fn load() -> Defaults {
    serde_json::from_str(include_str!("defaults.json")).expect("a test reads this file")
}

#[cfg(test)]
mod tests {
    use sps_spec::{Spec, Version};

    use super::*;
    use crate::body::{Mode, World as _};

    /// In each version, the appliance accepts every body that it has by default.
    #[test]
    fn the_appliance_accepts_its_own_defaults() {
        let spec: &'static Spec = Box::leak(Box::new(Spec::embedded()));
        for target in [[5, 0], [6, 0], [6, 1], [6, 9], [7, 0], [7, 5], [8, 0]].map(Version::new) {
            let (tree, bodies) =
                (Tree::new(spec, &target), Bodies::new(spec, Some(target.clone())));
            let mut new = Configuration::default();
            fill(&mut new, &tree, &bodies);
            for (path, node) in tree.nodes() {
                let (endpoint, bodies_by_path): (_, Vec<_>) = match node {
                    Node::Singleton(endpoint) => {
                        (endpoint, vec![(path.to_owned(), new.singletons[path].clone())])
                    }
                    Node::Collection(endpoint) => {
                        let objects = new.objects(path).iter();
                        let named =
                            objects.map(|it| (format!("{path}/{}", it.key), it.body.clone()));
                        (endpoint, named.collect())
                    }
                    _ => continue,
                };
                for (own, body) in bodies_by_path {
                    let text = body.to_string();
                    let read = bodies.read(endpoint, text.as_bytes(), Mode::Strict, &new, &own);
                    assert_eq!(read.as_ref().ok(), Some(&body), "{own} in {target}: {read:?}");
                }
            }
        }
    }

    /// Every default is for an endpoint of the spec.
    #[test]
    fn every_default_has_an_endpoint() {
        let spec = Spec::embedded();
        let defaults = load();
        let paths = defaults.singletons.keys().chain(defaults.collections.keys());
        for path in paths {
            assert!(spec.endpoint(path).is_some(), "{path}");
        }
    }

    #[test]
    fn indexes_the_references_of_defaults() {
        let spec: &'static Spec = Box::leak(Box::new(Spec::embedded()));
        let target = Version::new([8]);
        let mut new = Configuration::default();
        let bodies = Bodies::new(spec, Some(target.clone()));
        fill(&mut new, &Tree::new(spec, &target), &bodies);
        let referrers = new.referrers("/api/configuration/policies/time_policies", "-100");
        assert_eq!(referrers, ["/api/configuration/rdp/channel_policies/-20100"]);
    }
}
