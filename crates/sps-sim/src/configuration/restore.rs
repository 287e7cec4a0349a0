//! Restoring a configuration from a file: it is checked, and converted to the target version.

use std::collections::BTreeSet;

use serde_json::Value;
use sps_spec::{Endpoint, ORDER, Spec, Version};

use crate::{
    body::Bodies,
    configuration::{
        defaults,
        store::{Configuration, Object, targets},
        tree::{Node, Tree, parts},
    },
};

/// A configuration that fits the target version.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) configuration: Configuration,
    /// What the file has and the target version lacks: paths, followed by the pointer of a member.
    pub(crate) left_out: Vec<String>,
}

/// A version, with its bodies and defaults.
struct Release<'a> {
    version: &'a Version,
    bodies: &'a Bodies<'static>,
    /// Configuration of a new appliance.
    defaults: Configuration,
}

impl<'a> Release<'a> {
    fn new(version: &'a Version, tree: &'a Tree, bodies: &'a Bodies<'static>) -> Self {
        let mut new = Configuration::default();
        defaults::fill(&mut new, tree, bodies);
        Self { version, bodies, defaults: new }
    }
}

/// Checks the configuration of a file, and takes over what the target version has.
///
/// A body that is a default of the old version becomes the default of the target version. Members that the target
/// version requires and the file lacks come from the defaults too. A member that is still missing is accepted, because
/// the fault `lose-key` makes bodies without it.
///
/// # Errors
///
/// Returns the path and the reason if a body does not fit the target version.
pub(crate) fn restore(
    read: Configuration,
    from: &Version,
    spec: &'static Spec,
    target: &Version,
    tree: &Tree,
    bodies: &Bodies<'static>,
) -> Result<Restored, String> {
    let (old_tree, old_bodies) = parts(spec, from);
    let old = Release::new(from, &old_tree, &old_bodies);
    let new = Release::new(target, tree, bodies);
    let mut left_out = Vec::new();
    let mut next = Configuration::default();
    next.revision = read.revision;
    next.membership = read.membership;
    for (path, body) in read.singletons {
        let is_default = from != target && old.defaults.singletons.get(&path) == Some(&body);
        match tree.node(&path) {
            Some(Node::Singleton(_)) => {
                let default = new.defaults.singletons.get(&path).filter(|_| is_default);
                next.singletons.insert(path, default.cloned().unwrap_or(body));
            }
            _ if is_default => {}
            _ => left_out.push(escaped(&path)),
        }
    }
    for (path, mut objects) in read.collections {
        let is_default = |it: &Object| {
            from != target && old.defaults.find(&path, &it.key).is_some_and(|default| default == it)
        };
        match tree.node(&path) {
            Some(Node::Collection(_) | Node::Plugins) => {
                check_keys(&path, &objects)?;
                for object in objects.iter_mut().filter(|it| is_default(it)) {
                    if let Some(default) = new.defaults.find(&path, &object.key) {
                        object.body = default.body.clone();
                    }
                }
                next.collections.insert(path, objects);
            }
            _ if objects.iter().all(is_default) => {}
            _ => left_out.push(escaped(&path)),
        }
    }
    // Adds what the file lacks, and indexes the references.
    defaults::fill(&mut next, tree, bodies);
    let world = next.clone();
    let mut restorer =
        BodyRestorer { old: &old, new: &new, world: &world, left_out: &mut left_out };
    for (path, node) in tree.nodes() {
        match node {
            Node::Singleton(endpoint) => {
                let Some(body) = world.singletons.get(path) else { continue };
                let default = |it: &Release<'_>| it.defaults.singletons.get(path).cloned();
                let (body, targets) = restorer.restore(endpoint, path, body, default)?;
                next.set_singleton(path, body, targets);
            }
            Node::Collection(endpoint) => {
                for object in world.objects(path) {
                    let own = format!("{path}/{}", object.key);
                    let default = |it: &Release<'_>| {
                        let built_in = it.defaults.find(path, &object.key);
                        built_in.map(|it| it.body.clone()).or_else(|| it.bodies.initial(endpoint))
                    };
                    let (body, targets) =
                        restorer.restore(endpoint, &own, &object.body, default)?;
                    next.set_object(path, &object.key, body, targets);
                }
            }
            Node::Plugins => {
                if let Some(object) = world.objects(path).iter().find(|it| !it.body.is_object()) {
                    return Err(format!("{path}/{}: a plugin must be an object", object.key));
                }
            }
            _ => {}
        }
    }
    Ok(Restored { configuration: next, left_out })
}

/// Restores bodies one by one.
struct BodyRestorer<'a> {
    old: &'a Release<'a>,
    new: &'a Release<'a>,
    world: &'a Configuration,
    left_out: &'a mut Vec<String>,
}

impl BodyRestorer<'_> {
    /// Returns the body as the target version stores it, and the paths that it refers to. `default` returns the default
    /// body of a version.
    fn restore(
        &mut self,
        endpoint: &'static Endpoint,
        own: &str,
        body: &Value,
        default: impl Fn(&Release<'_>) -> Option<Value>,
    ) -> Result<(Value, BTreeSet<String>), String> {
        let Self { old, new, world, .. } = *self;
        let converts = old.version != new.version;
        let mut whole = body.clone();
        let (mut stored, mut findings) = new.bodies.restore(endpoint, &whole, world, own);
        if converts
            && findings.iter().any(|it| it.code == "missing-key")
            && let Some(default) = default(new)
        {
            for missing in findings.iter().filter(|it| it.code == "missing-key") {
                add(&mut whole, &missing.pointer, &default);
            }
            (stored, findings) = new.bodies.restore(endpoint, &whole, world, own);
        }
        let version = new.version;
        if let Some(it) = findings.iter().find(|it| it.code != "missing-key") {
            let (pointer, message) = (escaped(&it.pointer), escaped(&it.message));
            return Err(format!("{own}{pointer}: {message}, in version {version}"));
        }
        if stored != whole {
            if stored.as_object().is_some_and(serde_json::Map::is_empty) {
                return Err(format!("{own}: version {version} knows no key of this body"));
            }
            let usual = if converts { default(old) } else { None };
            list_lost(&whole, &stored, usual.as_ref(), own, self.left_out);
        }
        let targets = targets(new.bodies, endpoint, &stored);
        Ok((stored, targets))
    }
}

/// Copies the value at a pointer of another document, if its parent exists here.
fn add(whole: &mut Value, pointer: &str, from: &Value) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(value) = from.pointer(pointer)
        && let Some(Value::Object(members)) = whole.pointer_mut(parent)
    {
        members.insert(name.replace("~1", "/").replace("~0", "~"), value.clone());
    }
}

/// Lists the members that are not stored, except those that are defaults.
fn list_lost(
    whole: &Value,
    stored: &Value,
    usual: Option<&Value>,
    at: &str,
    list: &mut Vec<String>,
) {
    match (whole, stored) {
        (Value::Object(whole), Value::Object(stored)) => {
            for (key, value) in whole {
                let usual = usual.and_then(|it| it.get(key));
                let at = format!("{at}/{}", escaped(key));
                match stored.get(key) {
                    Some(stored) => list_lost(value, stored, usual, &at, list),
                    None if usual == Some(value) => {}
                    None => list.push(at),
                }
            }
        }
        (Value::Array(whole), Value::Array(stored)) => {
            for (index, (value, stored)) in whole.iter().zip(stored).enumerate() {
                let usual = usual.and_then(|it| it.get(index));
                list_lost(value, stored, usual, &format!("{at}/{index}"), list);
            }
        }
        _ => {}
    }
}

/// Refuses keys that no path can name, and duplicate keys.
fn check_keys(path: &str, objects: &[Object]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for Object { key, .. } in objects {
        let is_invalid = |it: char| it == '/' || it.is_control();
        if ["", ".", "..", ORDER].contains(&key.as_str()) || key.contains(is_invalid) {
            return Err(format!("{path}: `{}` cannot be the key of an object", escaped(key)));
        }
        if !seen.insert(key) {
            return Err(format!("{path}: duplicate key `{key}`"));
        }
    }
    Ok(())
}

/// Escapes control characters, which a terminal would obey.
fn escaped(text: &str) -> String {
    text.escape_debug().to_string()
}
