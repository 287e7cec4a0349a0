//! The model of the appliance: a page that keeps the committed configuration and the pending changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Idle minutes after which a session ends.
const IDLE_MINUTES: u64 = 10;

/// A configuration of the model: the differences from that of a new appliance.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Contents {
    pub(super) singletons: BTreeMap<&'static str, Value>,
    /// Collections, keys and bodies, in the order of creation.
    pub(super) objects: Vec<(&'static str, String, Value)>,
}

impl Contents {
    pub(super) fn of(&self, collection: &str) -> Vec<&String> {
        self.objects.iter().filter(|it| it.0 == collection).map(|it| &it.1).collect()
    }

    /// Returns the key of the object at this index, modulo the number of objects.
    pub(super) fn key(&self, collection: &str, at: usize) -> Option<String> {
        let all = self.of(collection);
        all.get(at % all.len().max(1)).map(|it| (*it).clone())
    }

    pub(super) fn is_used(&self, key: &str, but_at: &str) -> bool {
        let others = self.singletons.iter().filter(|it| *it.0 != but_at).map(|it| it.1);
        others.chain(self.objects.iter().map(|it| &it.2)).any(|it| mentions(it, key))
    }

    /// Returns the whole configuration, given that of a new appliance.
    pub(super) fn whole(&self, start: &Value) -> Value {
        let mut all = start.clone();
        for (path, body) in &self.singletons {
            all[*path] = body.clone();
        }
        for (collection, key, body) in &self.objects {
            if all[*collection].is_null() {
                all[*collection] = json!({"@order": []});
            }
            all[*collection]["@order"].as_array_mut().unwrap().push(json!(key));
            all[*collection][key] = body.clone();
        }
        all
    }
}

pub(super) fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(it) => it == text,
        Value::Array(all) => all.iter().any(|it| mentions(it, text)),
        Value::Object(all) => all.values().any(|it| mentions(it, text)),
        _ => false,
    }
}

/// Pending changes and their holder.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) who: usize,
    pub(super) contents: Contents,
    pub(super) changes: usize,
}

/// The appliance.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) now: u64,
    pub(super) committed: Contents,
    pub(super) pending: Option<Pending>,
    /// The minute of the last request of each open session.
    pub(super) sessions: [Option<u64>; 2],
    /// Number of commits that changed something.
    pub(super) revision: u32,
}

impl Model {
    /// Ends idle sessions, and discards their changes.
    pub(super) fn expire(&mut self) {
        for who in 0..2 {
            if self.sessions[who].is_some_and(|it| self.now - it >= IDLE_MINUTES) {
                self.sessions[who] = None;
                self.pending.take_if(|it| it.who == who);
            }
        }
    }

    pub(super) fn holds(&self, who: usize) -> bool {
        self.pending.as_ref().is_some_and(|it| it.who == who)
    }

    /// Returns the configuration that this client sees.
    pub(super) fn view(&self, who: usize) -> &Contents {
        match &self.pending {
            Some(pending) if pending.who == who => &pending.contents,
            _ => &self.committed,
        }
    }

    pub(super) fn put(&mut self, path: &'static str, body: Value, start: &Value) {
        let pending = self.pending.as_mut().unwrap();
        let old = pending.contents.singletons.get(path).unwrap_or_else(|| &start[path]);
        // The same body again is not a change.
        pending.changes += usize::from(*old != body);
        pending.contents.singletons.insert(path, body);
    }
}
