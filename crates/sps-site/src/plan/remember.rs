//! What the state remembers of a plan that was applied.

use std::collections::BTreeMap;

use super::{Fate, OperationKind, Plan};
use crate::{State, label::Label};

/// The keys of the objects that hold secrets, by the place of the secret.
pub(crate) type SecretKeys = BTreeMap<(Label, String), String>;

impl Plan {
    /// Remembers the secrets that the appliance has now.
    pub(crate) fn remember(&self, state: &mut State, keys: &SecretKeys) {
        for object in &self.objects {
            if let Some(old) = &object.renamed_from {
                state.forget(old, []);
            }
        }
        for operation in &self.operations {
            if operation.kind == OperationKind::Delete {
                state.forget(&operation.label, []);
            }
        }
        for (label, slots) in &self.slots {
            let unknown = slots.iter().filter(|it| it.fate == Fate::Unknown);
            state.forget(label, unknown.map(|it| (it.pointer.as_str(), it.key.as_deref())));
            for slot in slots {
                let content = slot.origin.content(label, &slot.pointer, &self.values);
                let Some(content) = content.filter(|_| slot.fate != Fate::Unknown) else {
                    continue;
                };
                let place = (label.clone(), slot.pointer.clone());
                match (&slot.collection, keys.get(&place).or(slot.key.as_ref())) {
                    (Some(_), Some(key)) => state.remember_key(label, &slot.pointer, key, &content),
                    (None, _) => state.remember_place(label, &slot.pointer, &content),
                    (Some(_), None) => {}
                }
            }
        }
    }
}
