//! What becomes of a configuration that was read from a file: judged, and brought to the target version.

use std::collections::BTreeSet;

use serde_json::Value;
use sps_spec::{Endpoint, Spec, Version};

use crate::{
    body::Bodies,
    configuration::{
        defaults,
        store::{Configuration, Object, targets},
        tree::{Node, Tree},
    },
};

/// A configuration in which everything is of the target version.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) configuration: Configuration,
    /// What the file has and the target version has not: paths, with the pointer of a member behind them.
    pub(crate) left_out: Vec<String>,
}

/// The version that something is of.
struct Of<'a> {
    version: &'a Version,
    bodies: &'a Bodies<'static>,
    /// The configuration of a new appliance.
    fresh: Configuration,
}

impl<'a> Of<'a> {
    fn new(version: &'a Version, tree: &'a Tree, bodies: &'a Bodies<'static>) -> Self {
        let mut fresh = Configuration::default();
        defaults::fill(&mut fresh, tree, bodies);
        Self { version, bodies, fresh }
    }
}

/// Judges what a file holds, and takes over what the target version has of it.
///
/// A body that a new appliance of the old version has becomes that of a new one of the target version: nobody made it,
/// and nothing of it is missed. Members that the target version wants and the file has not come from there too. A
/// member that is missing all the same is no mistake, because the fault `lose-key` makes bodies without it.
///
/// # Errors
///
/// With the path and the reason, when a body is none of the target version.
pub(crate) fn restore(
    read: Configuration,
    from: &Version,
    spec: &'static Spec,
    target: &Version,
    tree: &Tree,
    bodies: &Bodies<'static>,
) -> Result<Restored, String> {
    let (old_tree, old_bodies) = (Tree::new(spec, from), Bodies::new(spec, Some(from.clone())));
    let old = Of::new(from, &old_tree, &old_bodies);
    let new = Of::new(target, tree, bodies);
    let mut left_out = Vec::new();
    let mut next = Configuration::default();
    next.revision = read.revision;
    for (path, body) in read.singletons {
        let untouched = from != target && old.fresh.singletons.get(&path) == Some(&body);
        match tree.node(&path) {
            Some(Node::Singleton(_)) => {
                let fresh = new.fresh.singletons.get(&path).filter(|_| untouched);
                next.singletons.insert(path, fresh.cloned().unwrap_or(body));
            }
            _ if untouched => {}
            _ => left_out.push(escaped(&path)),
        }
    }
    for (path, mut objects) in read.collections {
        let untouched = |it: &Object| {
            from != target && old.fresh.find(&path, &it.key).is_some_and(|fresh| fresh == it)
        };
        match tree.node(&path) {
            Some(Node::Collection(_) | Node::Plugins) => {
                check_keys(&path, &objects)?;
                for object in objects.iter_mut().filter(|it| untouched(it)) {
                    if let Some(fresh) = new.fresh.find(&path, &object.key) {
                        object.body = fresh.body.clone();
                    }
                }
                next.collections.insert(path, objects);
            }
            _ if objects.iter().all(untouched) => {}
            _ => left_out.push(escaped(&path)),
        }
    }
    // What the file says nothing of is that of a new appliance. It is also known now who refers to whom.
    defaults::fill(&mut next, tree, bodies);
    let world = next.clone();
    let mut judge = Judge { old: &old, new: &new, world: &world, left_out: &mut left_out };
    for (path, node) in tree.nodes() {
        match node {
            Node::Singleton(endpoint) => {
                let Some(body) = world.singletons.get(path) else { continue };
                let fresh = |it: &Of<'_>| it.fresh.singletons.get(path).cloned();
                let (body, targets) = judge.body(endpoint, path, body, fresh)?;
                next.set_singleton(path, body, targets);
            }
            Node::Collection(endpoint) => {
                for object in world.objects(path) {
                    let own = format!("{path}/{}", object.key);
                    let fresh = |it: &Of<'_>| {
                        let built_in = it.fresh.find(path, &object.key);
                        built_in.map(|it| it.body.clone()).or_else(|| it.bodies.initial(endpoint))
                    };
                    let (body, targets) = judge.body(endpoint, &own, &object.body, fresh)?;
                    next.set_object(path, &object.key, body, targets);
                }
            }
            Node::Plugins => {
                if let Some(object) = world.objects(path).iter().find(|it| !it.body.is_object()) {
                    return Err(format!("{path}/{}: a plugin is an object", object.key));
                }
            }
            _ => {}
        }
    }
    Ok(Restored { configuration: next, left_out })
}

/// What judges the bodies one by one.
struct Judge<'a> {
    old: &'a Of<'a>,
    new: &'a Of<'a>,
    world: &'a Configuration,
    left_out: &'a mut Vec<String>,
}

impl Judge<'_> {
    /// The body as it is stored in the target version, and what it refers to. `fresh` is the body that a new appliance
    /// has in its place.
    fn body(
        &mut self,
        endpoint: &'static Endpoint,
        own: &str,
        body: &Value,
        fresh: impl Fn(&Of<'_>) -> Option<Value>,
    ) -> Result<(Value, BTreeSet<String>), String> {
        let Self { old, new, world, .. } = *self;
        let moves = old.version != new.version;
        let mut whole = body.clone();
        let (mut stored, mut findings) = new.bodies.restore(endpoint, &whole, world, own);
        if moves
            && findings.iter().any(|it| it.code == "missing-key")
            && let Some(fresh) = fresh(new)
        {
            for missing in findings.iter().filter(|it| it.code == "missing-key") {
                add(&mut whole, &missing.pointer, &fresh);
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
                return Err(format!("{own}: nothing in it belongs there, in version {version}"));
            }
            let usual = if moves { fresh(old) } else { None };
            lost(&whole, &stored, usual.as_ref(), own, self.left_out);
        }
        let targets = targets(new.bodies, endpoint, &stored);
        Ok((stored, targets))
    }
}

/// Puts the value at a pointer of another document at the same place, if its parent is there.
fn add(whole: &mut Value, pointer: &str, from: &Value) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(value) = from.pointer(pointer)
        && let Some(Value::Object(members)) = whole.pointer_mut(parent)
    {
        members.insert(name.replace("~1", "/").replace("~0", "~"), value.clone());
    }
}

/// Lists the members that are not stored, but for those that everybody has.
fn lost(whole: &Value, stored: &Value, usual: Option<&Value>, at: &str, list: &mut Vec<String>) {
    match (whole, stored) {
        (Value::Object(whole), Value::Object(stored)) => {
            for (key, value) in whole {
                let usual = usual.and_then(|it| it.get(key));
                let at = format!("{at}/{}", escaped(key));
                match stored.get(key) {
                    Some(stored) => lost(value, stored, usual, &at, list),
                    None if usual == Some(value) => {}
                    None => list.push(at),
                }
            }
        }
        (Value::Array(whole), Value::Array(stored)) => {
            for (index, (value, stored)) in whole.iter().zip(stored).enumerate() {
                let usual = usual.and_then(|it| it.get(index));
                lost(value, stored, usual, &format!("{at}/{index}"), list);
            }
        }
        _ => {}
    }
}

/// Refuses keys that no address can name, and two objects with one key.
fn check_keys(path: &str, objects: &[Object]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for Object { key, .. } in objects {
        let bad = |it: char| it == '/' || it.is_control();
        if key.is_empty() || key == "." || key == ".." || key == "@order" || key.contains(bad) {
            return Err(format!("{path}: `{}` cannot be the key of an object", escaped(key)));
        }
        if !seen.insert(key) {
            return Err(format!("{path}: the key `{key}` stands twice"));
        }
    }
    Ok(())
}

/// Without characters that a terminal would obey.
fn escaped(text: &str) -> String {
    text.escape_debug().to_string()
}
