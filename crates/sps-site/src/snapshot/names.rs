//! The labels of an appliance's objects.

use std::collections::{HashMap, HashSet};

use super::{Raw, below_configuration};
use crate::{
    label::{Label, composed},
    naming::label_member,
    place::short_path,
};

/// The label of each object by its path.
pub(super) struct Names(HashMap<String, Label>);

impl Names {
    pub(super) fn new(objects: &[Raw]) -> Self {
        // Names that differ in the case of their letters would be one file on some systems.
        let folded = |raw: &Raw, name: &str| (raw.path.clone(), composed(name).to_lowercase());
        let mut count: HashMap<_, usize> = HashMap::new();
        for raw in objects {
            if let Some(name) = name(raw) {
                *count.entry(folded(raw, name)).or_default() += 1;
            }
        }
        let plain = objects.iter().filter_map(|raw| {
            let key = raw.key.as_deref()?;
            let label = match name(raw) {
                Some(name) if count.get(&folded(raw, name)).is_some_and(|it| *it > 1) => {
                    format!("{name}~{key}")
                }
                Some(name) => name.to_owned(),
                None => key.to_owned(),
            };
            Some((raw, key, label))
        });
        // An object may be called as another one is with its key.
        let mut taken: HashSet<(String, String)> = HashSet::new();
        let labels = plain.map(|(raw, key, mut label)| {
            if !taken.insert(folded(raw, &label)) {
                label = format!("{label}~{key}");
                taken.insert(folded(raw, &label));
            }
            (format!("{}/{key}", raw.path), Label::of_object(below_configuration(raw), &label))
        });
        Self(labels.collect())
    }

    pub(super) fn label(&self, raw: &Raw) -> Label {
        let path = raw.key.as_deref().map(|key| format!("{}/{key}", raw.path));
        path.and_then(|path| self.0.get(&path).cloned())
            .unwrap_or_else(|| Label::of_singleton(below_configuration(raw)))
    }

    /// The label of the object that a reference leads to. An object that was not read has its key as its name.
    pub(super) fn of_reference(&self, collection: &str, key: &str) -> Label {
        self.0
            .get(&format!("{collection}/{key}"))
            .cloned()
            .unwrap_or_else(|| Label::of_object(short_path(collection), key))
    }
}

/// The name that an object gives itself.
fn name(raw: &Raw) -> Option<&str> {
    let member = label_member(raw.endpoint).unwrap_or("name");
    raw.body.get(member)?.as_str().filter(|name| !name.is_empty())
}
