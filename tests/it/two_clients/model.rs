//! The model of the appliance: a page that keeps the committed configuration and the pending changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sps_sim::Locks;

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

/// Pending changes of one client.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) contents: Contents,
    pub(super) changes: usize,
    /// Number of commits at its opening.
    pub(super) base: u32,
    pub(super) is_written: bool,
}

/// The appliance.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) locks: Locks,
    pub(super) now: u64,
    pub(super) committed: Contents,
    pub(super) pending: [Option<Pending>; 2],
    /// The minute of the last request of each open session.
    pub(super) sessions: [Option<u64>; 2],
    /// Number of commits that changed something.
    pub(super) revision: u32,
    /// Number of commits that wrote something, even if it was there before.
    pub(super) commits: u32,
}

impl Model {
    pub(super) fn new(locks: Locks) -> Self {
        Self {
            locks,
            now: 0,
            committed: Contents::default(),
            pending: [None, None],
            sessions: [Some(0), Some(0)],
            revision: 0,
            commits: 0,
        }
    }

    /// Opens a transaction, unless the other client locks this one out.
    pub(super) fn open(&mut self, who: usize) -> bool {
        let is_locked = self.locks == Locks::Single && self.pending[1 - who].is_some();
        if !is_locked {
            let contents = self.committed.clone();
            let base = self.commits;
            self.pending[who] = Some(Pending { contents, changes: 0, base, is_written: false });
        }
        !is_locked
    }

    /// Commits, unless the other client committed first. Gives the number of changes.
    pub(super) fn commit(&mut self, who: usize) -> Option<usize> {
        let pending = self.pending[who].take().unwrap();
        if !pending.is_written {
            return Some(0);
        }
        if pending.base != self.commits {
            return None;
        }
        self.commits += 1;
        self.revision += u32::from(pending.changes > 0);
        self.committed = pending.contents;
        Some(pending.changes)
    }

    /// The pending changes of a client that writes.
    pub(super) fn write(&mut self, who: usize) -> &mut Pending {
        let pending = self.pending[who].as_mut().unwrap();
        pending.is_written = true;
        pending
    }

    /// Ends idle sessions, and discards their changes.
    pub(super) fn expire(&mut self) {
        for who in 0..2 {
            if self.sessions[who].is_some_and(|it| self.now - it >= IDLE_MINUTES) {
                self.sessions[who] = None;
                self.pending[who] = None;
            }
        }
    }

    pub(super) fn holds(&self, who: usize) -> bool {
        self.pending[who].is_some()
    }

    /// Returns the configuration that this client sees.
    pub(super) fn view(&self, who: usize) -> &Contents {
        self.pending[who].as_ref().map_or(&self.committed, |it| &it.contents)
    }

    pub(super) fn put(&mut self, who: usize, path: &'static str, body: Value, start: &Value) {
        let pending = self.write(who);
        let old = pending.contents.singletons.get(path).unwrap_or_else(|| &start[path]);
        // The same body again is not a change.
        pending.changes += usize::from(*old != body);
        pending.contents.singletons.insert(path, body);
    }
}
