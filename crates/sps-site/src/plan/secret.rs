//! Secrets of a plan: where they come from, what they are, and whether the appliance has them.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sps_model::Secret;

use super::pointer::{push_index, push_member};
use crate::{Notation, label::Label};

/// The values of the secrets of a tree, by object and place. Its `Debug` shows none.
///
/// The place of a secret inside of a `$new` goes on in it: `/x509_identity/$new/key`.
#[derive(Clone, Default)]
pub struct Values(BTreeMap<Label, BTreeMap<String, Secret>>);

impl Values {
    /// Adds the value of the secret at a place.
    pub fn insert(&mut self, label: Label, pointer: impl Into<String>, value: Secret) {
        self.0.entry(label).or_default().insert(pointer.into(), value);
    }

    /// The value of the secret at a place.
    pub fn get(&self, label: &Label, pointer: &str) -> Option<&Secret> {
        self.0.get(label)?.get(pointer)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Label, &str, &Secret)> {
        self.0.iter().flat_map(|(label, places)| {
            places.iter().map(move |(pointer, value)| (label, pointer.as_str(), value))
        })
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: usize = self.0.values().map(BTreeMap::len).sum();
        f.debug_struct("Values").field("places", &places).finish_non_exhaustive()
    }
}

/// A place in an object of the tree that holds a secret, or an object made with its user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Slot {
    pub(crate) pointer: String,
    pub(crate) origin: Origin,
    /// The collection in which an object with the secret is created; `None` if the member holds the secret itself.
    pub(crate) collection: Option<String>,
    /// The key of the object that has the secret already.
    pub(crate) key: Option<String>,
    pub(crate) fate: Fate,
}

/// Where the value of a slot comes from.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// A source, such as `env:NAME`.
    Source(String),
    /// The body of a `$new`, in site form.
    New(Value),
}

/// What happens to the value of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fate {
    /// The appliance has it.
    Same,
    /// It is unknown whether the appliance has it, and it is not sent.
    Unknown,
    /// It is sent, if the object is.
    Sent,
}

impl Origin {
    /// The source in words.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Source(source) => source,
            Self::New(_) => "$new",
        }
    }

    /// The value in site form, without what must not be shown.
    pub(crate) fn shown(&self) -> Value {
        match self {
            Self::Source(source) => Notation::Secret(source).to_value(),
            Self::New(_) => serde_json::json!({"$new": super::change::HIDDEN}),
        }
    }

    /// The secret: the value itself, or the text of the object with the values of its secrets. `None` if one is missing.
    pub(crate) fn content(&self, label: &Label, pointer: &str, values: &Values) -> Option<Secret> {
        match self {
            Self::Source(_) => values.get(label, pointer).cloned(),
            Self::New(body) => {
                let mut body = body.clone();
                let is_whole = fill(&mut body, &mut format!("{pointer}/$new"), &mut |at| {
                    values.get(label, at).map(|it| Value::from(it.expose()))
                });
                is_whole.then(|| Secret::new(body.to_string()))
            }
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Puts the values of secrets into a body; `false` if one is missing.
fn fill(
    body: &mut Value,
    pointer: &mut String,
    value_at: &mut impl FnMut(&str) -> Option<Value>,
) -> bool {
    match Notation::read(body) {
        Some(Notation::Secret(_)) => match value_at(pointer) {
            Some(value) => {
                *body = value;
                return true;
            }
            None => return false,
        },
        Some(Notation::Ref(_)) => return true,
        _ => {}
    }
    let depth = pointer.len();
    let mut is_whole = true;
    match body {
        Value::Object(members) => {
            for (key, value) in members {
                push_member(pointer, key);
                is_whole &= fill(value, pointer, value_at);
                pointer.truncate(depth);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter_mut().enumerate() {
                push_index(pointer, index);
                is_whole &= fill(value, pointer, value_at);
                pointer.truncate(depth);
            }
        }
        _ => {}
    }
    is_whole
}

/// Calls `visit` with the place and the source of each secret of a body, also inside of `$new`.
pub(crate) fn visit_sources(body: &Value, visit: &mut impl FnMut(&str, &str)) {
    walk(body, &mut String::new(), visit);
}

fn walk(body: &Value, pointer: &mut String, visit: &mut impl FnMut(&str, &str)) {
    if let Some(Notation::Secret(source)) = Notation::read(body) {
        return visit(pointer, source);
    }
    let depth = pointer.len();
    match body {
        Value::Object(members) => {
            for (key, value) in members {
                push_member(pointer, key);
                walk(value, pointer, visit);
                pointer.truncate(depth);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                push_index(pointer, index);
                walk(value, pointer, visit);
                pointer.truncate(depth);
            }
        }
        _ => {}
    }
}
