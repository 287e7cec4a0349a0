//! The configuration of a new appliance.

use crate::{
    body::Bodies,
    store::Configuration,
    tree::{Node, Tree},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Defaults {
    singletons: BTreeMap<String, Value>,
    collections: BTreeMap<String, BTreeMap<String, Value>>,
}

/// Puts what a new appliance has into a configuration, where nothing stands yet.
///
/// So a state from an earlier run gets what the target version has beyond it.
pub(crate) fn fill(configuration: &mut Configuration, tree: &Tree, bodies: &Bodies<'static>) {
    let mut defaults = load();
    for (path, node) in tree.nodes() {
        match node {
            Node::Singleton(endpoint) if !configuration.singletons.contains_key(path) => {
                let body = defaults.singletons.remove(path);
                let body = body.or_else(|| bodies.initial(endpoint)).unwrap_or_else(|| json!({}));
                configuration.singletons.insert(path.to_owned(), body);
            }
            Node::Collection(_) if !configuration.collections.contains_key(path) => {
                let objects = defaults.collections.remove(path).unwrap_or_default();
                for (key, body) in objects {
                    configuration.set_object(path, &key, body, std::collections::BTreeSet::new());
                }
            }
            _ => {}
        }
    }
    index(configuration, tree, bodies);
}

/// Finds out anew who refers to whom.
fn index(configuration: &mut Configuration, tree: &Tree, bodies: &Bodies<'static>) {
    let targets = |endpoint, body: &Value| {
        let references = bodies.references(endpoint, body);
        references.into_iter().map(|it| format!("{}/{}", it.collection, it.key)).collect()
    };
    for (path, node) in tree.nodes() {
        match node {
            Node::Singleton(endpoint) => {
                if let Some(body) = configuration.singletons.get(path).cloned() {
                    let targets = targets(endpoint, &body);
                    configuration.set_singleton(path, body, targets);
                }
            }
            Node::Collection(endpoint) => {
                for object in configuration.objects(path).to_vec() {
                    let targets = targets(endpoint, &object.body);
                    configuration.set_object(path, &object.key, object.body, targets);
                }
            }
            _ => {}
        }
    }
}

fn load() -> Defaults {
    serde_json::from_str(include_str!("defaults.json")).expect("a test reads this very file")
}
