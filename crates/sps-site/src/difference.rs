//! Two configurations, compared object by object.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sps_model::{Difference, differences};

use crate::{Notation, label::Label, object::Object, plan::body_kind};

/// An object that two configurations do not have alike.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ObjectDifference {
    /// The object.
    pub label: Label,
    /// What happens to it from one configuration to the other.
    pub change: ObjectChange,
}

/// How an object differs.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ObjectChange {
    /// Only the second configuration has it.
    Added,
    /// Only the first configuration has it.
    Removed,
    /// Values in it differ.
    Changed(Vec<Difference>),
}

/// Lists how two configurations differ: those of two trees, of two appliances, or of one of each.
///
/// Bodies are compared in normal form. References are compared by label. Of secrets, only the sources are known: a secret that
/// one side keeps is no difference. Values that must not be shown are hidden.
///
/// ```
/// use serde_json::json;
/// use sps_model::locate;
/// use sps_site::{Label, Object, compare};
///
/// let label = Label::of_singleton("management/health_monitoring");
/// let endpoint = locate(label.endpoint()).ok_or("no such endpoint")?.endpoint;
/// let object =
///     |ratio: u8| Object::new(label.clone(), endpoint, json!({"maximum_disk_utilization_ratio": ratio}));
/// let found = compare(&[object(80)], &[object(70)]);
/// assert_eq!(found[0].label, label);
/// assert_eq!(compare(&[object(80)], &[object(80)]), []);
/// # Ok::<(), &str>(())
/// ```
pub fn compare(before: &[Object], after: &[Object]) -> Vec<ObjectDifference> {
    let by_label =
        |objects: &'_ [Object]| objects.iter().map(|it| (it.label.clone(), it.clone())).collect();
    let (before, after): (BTreeMap<Label, Object>, BTreeMap<Label, Object>) =
        (by_label(before), by_label(after));
    let labels: BTreeSet<&Label> = before.keys().chain(after.keys()).collect();
    let change = |label: &Label| match (before.get(label), after.get(label)) {
        (Some(before), Some(after)) => {
            let (mut one, mut other) = (before.body.clone(), after.body.clone());
            settle(&mut one, &mut other);
            let kind = body_kind(after.endpoint);
            let found = differences(kind, &one.into(), &other.into());
            (!found.is_empty()).then_some(ObjectChange::Changed(found))
        }
        (None, _) => Some(ObjectChange::Added),
        (_, None) => Some(ObjectChange::Removed),
    };
    let found = labels.into_iter().filter_map(|label| {
        Some(ObjectDifference { label: label.clone(), change: change(label)? })
    });
    found.collect()
}

/// Replaces notations with texts that can be compared.
fn settle(one: &mut Value, other: &mut Value) {
    let kept = |it: &Value| matches!(Notation::read(it), Some(Notation::Secret("keep")));
    let secret =
        |it: &Value| matches!(Notation::read(it), Some(Notation::Secret(_) | Notation::New(_)));
    if secret(one) && secret(other) && (kept(one) || kept(other)) {
        (*one, *other) = (Value::from("kept"), Value::from("kept"));
        return;
    }
    match (&mut *one, &mut *other) {
        (Value::Object(one), Value::Object(other)) if is_plain(one) && is_plain(other) => {
            for (key, value) in one.iter_mut() {
                match other.get_mut(key) {
                    Some(other) => settle(value, other),
                    None => settle_alone(value),
                }
            }
            for (key, value) in other.iter_mut() {
                if !one.contains_key(key) {
                    settle_alone(value);
                }
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            let length = one.len().min(other.len());
            for (one, other) in one.iter_mut().zip(other.iter_mut()) {
                settle(one, other);
            }
            one[length..].iter_mut().chain(&mut other[length..]).for_each(settle_alone);
        }
        _ => {
            settle_alone(one);
            settle_alone(other);
        }
    }
}

fn settle_alone(value: &mut Value) {
    let text = match Notation::read(value) {
        Some(Notation::Ref(label)) => Some(label.to_owned()),
        Some(Notation::Secret(source)) => Some(source.to_owned()),
        Some(Notation::New(body)) => Some(body.to_string()),
        Some(Notation::File(_)) | None => None,
    };
    match (text, value) {
        (Some(text), value) => *value = Value::from(text),
        (None, Value::Object(members)) => members.values_mut().for_each(settle_alone),
        (None, Value::Array(elements)) => elements.iter_mut().for_each(settle_alone),
        _ => {}
    }
}

fn is_plain(members: &serde_json::Map<String, Value>) -> bool {
    !(members.len() == 1 && members.keys().all(|key| Notation::KEYS.contains(&key.as_str())))
}
