//! Twins: simulators with the settings, the certificate and the configuration of one that runs.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Value};
use sps_spec::{Spec, Version};

use crate::{
    appliance::{Appliance, State},
    audit::Audit,
    body::Bodies,
    configuration::{Configuration, Object, Tree},
    random::{KEY_DIGITS, Random},
    server::{Identity, Tls},
};

/// What a twin takes over, as it was when its settings were made.
pub(crate) struct Original {
    pub(crate) tls: Option<(Tls, Identity)>,
    pub(crate) takes_certificates: bool,
    name: Option<String>,
    spec: &'static Spec,
    target: Version,
    tree: Arc<Tree>,
    bodies: Bodies<'static>,
    configuration: Configuration,
    audit: Audit,
}

impl Original {
    pub(crate) fn of(appliance: &Appliance, state: &State, tls: Option<(Tls, Identity)>) -> Self {
        Self {
            tls,
            takes_certificates: appliance.logins.certificate,
            name: appliance.name.clone(),
            spec: appliance.spec,
            target: appliance.target.clone(),
            tree: Arc::clone(&appliance.tree),
            bodies: appliance.bodies.clone(),
            configuration: state.committed.clone(),
            audit: state.audit.twin(None),
        }
    }

    /// Returns the paths of the version, and how its bodies are read, unless the twin has another version or spec.
    pub(crate) fn parts(
        &self,
        spec: &'static Spec,
        target: &Version,
    ) -> Option<(Arc<Tree>, Bodies<'static>)> {
        let is_same = std::ptr::eq(spec, self.spec) && *target == self.target;
        is_same.then(|| (Arc::clone(&self.tree), self.bodies.clone()))
    }

    /// Copies the configuration, with new keys. The index of references is missing.
    pub(crate) fn configuration(&self, random: &mut Random) -> Configuration {
        let old = &self.configuration;
        let made = old.collections.values().flatten().filter(|it| is_made_up(&it.key));
        let keys: HashMap<&str, String> =
            made.map(|it| (it.key.as_str(), new_key(&it.key, random))).collect();
        let renamed = |key: &str| keys.get(key).cloned().unwrap_or_else(|| key.to_owned());
        let mut new = Configuration::default();
        new.revision = old.revision;
        new.membership.clone_from(&old.membership);
        for (path, body) in &old.singletons {
            new.singletons.insert(path.clone(), rename(body, &renamed));
        }
        for (path, objects) in &old.collections {
            let copy =
                |it: &Object| Object { key: renamed(&it.key), body: rename(&it.body, &renamed) };
            new.collections.insert(path.clone(), objects.iter().map(copy).collect());
        }
        new
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn audit(&self, quota: Option<usize>) -> Audit {
        self.audit.twin(quota)
    }
}

/// Whether the simulator made the key up, and not a guide, a file or the name of an object.
fn is_made_up(key: &str) -> bool {
    let is_digit = |it: char| it.is_ascii_hexdigit() || it == '-';
    (key.len() == KEY_DIGITS || key.len() == 36)
        && !key.starts_with('-')
        && key.chars().all(is_digit)
}

/// Makes a key of the same form.
fn new_key(old: &str, random: &mut Random) -> String {
    if old.len() == KEY_DIGITS { random.hex(KEY_DIGITS) } else { random.uuid() }
}

/// Copies a body, with other keys. A key is a random text, so an equal text is a reference.
fn rename(value: &Value, renamed: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(renamed(text)),
        Value::Array(elements) => elements.iter().map(|it| rename(it, renamed)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (renamed(name), rename(value, renamed)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
