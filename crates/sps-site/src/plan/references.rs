//! Which objects of a plan refer to which others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Plan;
use crate::{Notation, object::Object};

/// A reference of an object of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct PlannedReference {
    /// The label of the object that refers.
    pub from: String,
    /// The label that it refers to. The plan need not have an object of this name.
    pub to: String,
    /// Whether it is gone afterwards, with its object or alone.
    pub is_dropped: bool,
}

impl Plan {
    /// The references of the objects of the plan, each once, sorted.
    ///
    /// Those of the files come first for each object, then those that the appliance has and the plan drops.
    pub fn references(&self) -> Vec<PlannedReference> {
        let files: BTreeMap<String, &Object> =
            self.tree.iter().map(|it| (it.label.to_string(), it)).collect();
        let mut references = BTreeSet::new();
        for object in &self.objects {
            let from = object.label.to_string();
            let mut wanted = BTreeSet::new();
            if let Some(file) = files.get(&from) {
                collect(&file.body, &mut wanted);
            }
            let mut found = BTreeSet::new();
            for before in object.changes.iter().filter_map(|it| it.before.as_ref()) {
                collect(before, &mut found);
            }
            let mut add = |to: &str, is_dropped| {
                let (from, to) = (from.clone(), to.to_owned());
                references.insert(PlannedReference { from, to, is_dropped });
            };
            for to in &wanted {
                add(to, false);
            }
            for to in found.difference(&wanted) {
                add(to, true);
            }
        }
        references.into_iter().collect()
    }
}

/// The labels to which a value refers, also inside of `$new`.
fn collect<'v>(value: &'v Value, labels: &mut BTreeSet<&'v str>) {
    match Notation::read(value) {
        Some(Notation::Ref(label)) => drop(labels.insert(label)),
        Some(Notation::New(body)) => collect(body, labels),
        Some(_) => {}
        None => match value {
            Value::Object(members) => members.values().for_each(|it| collect(it, labels)),
            Value::Array(elements) => elements.iter().for_each(|it| collect(it, labels)),
            _ => {}
        },
    }
}
