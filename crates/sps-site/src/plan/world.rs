//! What a `$ref` leads to.

use std::collections::{BTreeSet, HashMap};

use sps_model::{Method, locate, validate::suggest};

use super::matching::{Matches, name_of_twin};
use crate::{
    found::Found,
    label::{Label, composed, decode},
    place::CONFIGURATION,
};

/// Every object that a reference can lead to.
#[derive(Debug)]
pub(crate) struct World<'a> {
    /// The objects of the tree by label; the key of those that the appliance has.
    wanted: HashMap<String, Option<&'a str>>,
    /// The keys of the objects of the appliance by their labels.
    found: HashMap<String, &'a str>,
    /// The keys of the appliance's objects by collection.
    keys: HashMap<&'a str, BTreeSet<&'a str>>,
    /// The labels of objects of one name, by that name.
    twins: HashMap<String, Vec<String>>,
    renames: HashMap<String, String>,
}

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// The object with this key.
    Key(String),
    /// An object that is created.
    New,
    /// Several objects.
    Ambiguous(Vec<String>),
    /// Nothing; the nearest label.
    Nothing(Option<String>),
}

impl<'a> World<'a> {
    pub(crate) fn new(matches: &Matches<'a>, found: &'a [Found]) -> Self {
        let mut world = Self {
            wanted: HashMap::new(),
            found: HashMap::new(),
            keys: HashMap::new(),
            twins: HashMap::new(),
            renames: matches.renames.clone(),
        };
        for (label, (_, partner)) in &matches.pairs {
            world.wanted.insert(label.to_string(), partner.and_then(|it| it.key.as_deref()));
        }
        for object in found {
            let Some(key) = object.key.as_deref() else { continue };
            let label = &object.label;
            world.found.insert(label.to_string(), key);
            world.keys.entry(label.endpoint()).or_default().insert(key);
            if let Some(plain) = label.name().and_then(|name| name_of_twin(name, Some(key))) {
                let plain = Label::of_object(label.endpoint(), plain).to_string();
                world.twins.entry(plain).or_default().push(label.to_string());
            }
        }
        world
    }

    /// The label that a reference of the appliance has after all renames.
    pub(crate) fn renamed<'t>(&'t self, reference: &'t str) -> &'t str {
        self.renames.get(reference).map_or(reference, String::as_str)
    }

    /// What a reference leads to.
    pub(crate) fn resolve(&self, reference: &str) -> Resolved {
        let reference = composed(reference);
        if let Some(key) = self.wanted.get(&reference) {
            return key.map_or(Resolved::New, |key| Resolved::Key(key.to_owned()));
        }
        // The old name of a renamed object leads nowhere, unless another object gets it.
        if !self.renames.contains_key(&reference)
            && let Some(key) = self.found.get(&reference)
        {
            return Resolved::Key((*key).to_owned());
        }
        if let Some(labels) = self.twins.get(&reference) {
            return Resolved::Ambiguous(labels.clone());
        }
        let nearest = || {
            let (collection, _) = reference.rsplit_once('/')?;
            let labels = self.wanted.keys().chain(self.found.keys());
            let inside = labels
                .filter(|it| it.rsplit_once('/').is_some_and(|(other, _)| other == collection));
            let inside: BTreeSet<&str> = inside.map(String::as_str).collect();
            let nearest = suggest::nearest(&reference, inside);
            nearest.first().map(|it| (*it).to_owned())
        };
        let Some((collection, name)) = reference.rsplit_once('/') else {
            return Resolved::Nothing(None);
        };
        let Some(key) = decode(name) else { return Resolved::Nothing(nearest()) };
        let keys = self.keys.get(collection);
        if keys.is_some_and(|it| it.contains(key.as_str())) {
            return Resolved::Key(key);
        }
        // Objects that cannot be listed, and parts of objects, have no other name than their key.
        let path = format!("{CONFIGURATION}{collection}");
        let is_listed = locate(&path).is_none_or(|it| it.endpoint.methods.contains(&Method::Get));
        let is_part = keys.is_some_and(|keys| {
            key.split_once('.').is_some_and(|(object, _)| keys.contains(object))
        });
        if !is_listed || is_part { Resolved::Key(key) } else { Resolved::Nothing(nearest()) }
    }
}
