//! The comparison of one object, member by member, and the request that brings it about.

mod canon;
mod list;
mod secrets;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::{Map, Value};
use sps_model::validate::json::escape_pointer_segment;

use super::{
    Change, Note, Op, Problem,
    kinds::{Place, body_kind, is_number_as_text, tag_of},
    secret::{Fate, Slot, Values},
    world::{Resolved, World},
};
use crate::{Notation, State, found::Found, label::Label, object::Object};

/// What the comparison of every object needs to know.
pub(crate) struct Inputs<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) values: &'a Values,
    pub(crate) state: &'a State,
    /// The places of secrets that are changed in any case.
    pub(crate) rotate: &'a BTreeSet<(Label, String)>,
}

/// The result of comparing one object.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) changes: Vec<RawChange>,
    pub(crate) notes: Vec<Note>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) slots: Vec<Slot>,
    /// Every reference of the file: its place, and its label.
    pub(crate) references: Vec<(String, String)>,
    /// The whole body of a request; null in the places of `fills`.
    pub(crate) body: Value,
    pub(crate) fills: Vec<Fill>,
    /// The values that the appliance keeps, by their places on the appliance.
    pub(crate) kept: BTreeMap<String, Kept>,
}

/// A change with values that may have to be hidden. Its `Debug` shows none.
pub(crate) struct RawChange {
    pub(crate) change: Change,
    /// The place on the appliance, which differs inside of lists.
    pub(crate) found_at: String,
}

impl fmt::Debug for RawChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.change.pointer)
    }
}

/// A value of the appliance that is sent back as it is. It may be a secret.
#[derive(Clone, PartialEq)]
pub(crate) struct Kept(pub(crate) Value);

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

/// A value that is put into a body only while a plan is applied: because it is not known before, or because a saved plan
/// must not have it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Fill {
    /// The place in the body.
    pub(crate) pointer: String,
    pub(crate) with: FillWith,
}

/// What a place is filled with.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FillWith {
    /// The key of a new object.
    Object {
        label: String,
        /// Whether null may be here instead.
        is_nullable: bool,
        /// Whether the member may be left out instead.
        is_optional: bool,
    },
    /// The secret of the slot at this place.
    Secret,
    /// What the appliance has at this place of the object.
    Kept { pointer: String },
}

/// The values of one place.
#[derive(Clone, Copy)]
struct Sides<'v> {
    /// The value of the file.
    wanted: Option<&'v Value>,
    /// The value of the appliance in site form.
    found: Option<&'v Value>,
    /// The value of the appliance in the form of requests.
    base: Option<&'v Value>,
}

struct Walk<'a> {
    inputs: &'a Inputs<'a>,
    object: &'a Object,
    found: Option<&'a Found>,
    result: Compared,
    /// The place in the file, and the one on the appliance, which differs inside of lists.
    wanted_at: String,
    found_at: String,
    /// Whether a change that is recorded already explains everything here.
    is_explained: bool,
}

/// Compares an object of the tree with the one of the appliance.
pub(crate) fn compare(inputs: &Inputs<'_>, object: &Object, found: Option<&Found>) -> Compared {
    let mut walk = Walk {
        inputs,
        object,
        found,
        result: Compared::default(),
        wanted_at: String::new(),
        found_at: String::new(),
        is_explained: false,
    };
    let nothing = Value::Object(Map::new());
    let sides = match found {
        Some(found) => Sides {
            wanted: Some(&object.body),
            found: Some(&found.body),
            base: Some(&found.request),
        },
        // A new object shows each of its members.
        None if object.body.is_object() && Notation::read(&object.body).is_none() => {
            Sides { wanted: Some(&object.body), found: Some(&nothing), base: Some(&nothing) }
        }
        None => Sides { wanted: Some(&object.body), found: None, base: None },
    };
    let body = walk.value(Place::root(body_kind(object.endpoint)), sides);
    walk.result.body = body.unwrap_or_default();
    walk.finish()
}

impl Walk<'_> {
    fn finish(mut self) -> Compared {
        let is_sent = self.found.is_none() || !self.result.changes.is_empty();
        if is_sent {
            // A secret that is sent with other members is not left alone.
            for fill in self.result.fills.iter().filter(|it| it.with == FillWith::Secret) {
                let pointer = &fill.pointer;
                self.result.notes.retain(
                    |it| !matches!(it, Note::NotCompared { pointer: other } if other == pointer),
                );
                for slot in self.result.slots.iter_mut().filter(|it| it.pointer == *pointer) {
                    slot.fate = Fate::Sent;
                }
            }
        } else {
            // What happens to a request does not matter without one.
            let is_of_request =
                |it: &Problem| matches!(it, Problem::CannotKeep { .. } | Problem::NoValue { .. });
            self.result.problems.retain(|it| !is_of_request(it));
            self.result.notes.retain(|it| !matches!(it, Note::NotSent { .. } | Note::Kept { .. }));
        }
        self.result
    }

    /// Compares the values of a place, and gives the one for the request.
    fn value(&mut self, place: Place, sides: Sides<'_>) -> Option<Value> {
        match sides.wanted.and_then(Notation::read) {
            Some(Notation::Secret(_) | Notation::New(_)) => return self.secret(place, sides),
            Some(Notation::Ref(reference)) => return Some(self.reference(place, reference, sides)),
            _ => {}
        }
        let is_there = |value: Option<&Value>| value.is_some_and(|it| !it.is_null());
        match (sides.wanted, sides.found) {
            (wanted, found) if !is_there(wanted) && !is_there(found) => wanted.cloned(),
            (None, Some(found)) if place.is_default(found) || is_empty(found) => None,
            (wanted, Some(_)) if !is_there(wanted) => {
                self.change(sides);
                wanted.cloned()
            }
            (Some(wanted), found) if !is_there(found) => {
                let is_left_out = found.is_none() && !self.is_new();
                if is_left_out && place.is_default(wanted) {
                    return Some(self.without_changes(|walk| walk.build(place, wanted)));
                }
                if is_left_out && is_empty(wanted) {
                    self.note(Note::LeftOut { pointer: self.wanted_at.clone() });
                    return Some(wanted.clone());
                }
                self.change(sides);
                Some(self.without_changes(|walk| walk.build(place, wanted)))
            }
            (Some(wanted), Some(found)) => Some(self.both(place, wanted, found, sides)),
            _ => None,
        }
    }

    fn both(&mut self, place: Place, wanted: &Value, found: &Value, sides: Sides<'_>) -> Value {
        match (wanted, found) {
            // Most of a configuration is as it was.
            _ if wanted == found && is_plain(wanted) => wanted.clone(),
            (Value::Object(members), Value::Object(others)) if Notation::read(found).is_none() => {
                if tag_of(place.kind(), members) == tag_of(place.kind(), others) {
                    return self.object(place, members, others, sides.base);
                }
                self.change(sides);
                let body = self.without_changes(|walk| walk.build(place, wanted));
                self.with_unknown(place, body, members, others, sides.base)
            }
            (Value::Array(elements), Value::Array(others)) => {
                self.list(place, elements, others, sides.base)
            }
            _ if is_leaf(wanted) && is_leaf(found) && place.is_same(wanted, found) => {
                wanted.clone()
            }
            // A file may have the key itself.
            _ if place.target().is_some() && sides.base == Some(wanted) => wanted.clone(),
            _ if is_number_as_text(place.kind(), wanted, found) => {
                self.note(Note::OtherType { pointer: self.wanted_at.clone() });
                wanted.clone()
            }
            _ => {
                self.change(sides);
                self.without_changes(|walk| walk.build(place, wanted))
            }
        }
    }

    fn object(
        &mut self,
        place: Place,
        wanted: &Map<String, Value>,
        found: &Map<String, Value>,
        base: Option<&Value>,
    ) -> Value {
        let tag = tag_of(place.kind(), wanted);
        let base = |key: &str| base.and_then(|base| base.get(key));
        let mut body = Map::new();
        for (key, value) in wanted {
            let place = place.member(tag, key);
            let sides = Sides { wanted: Some(value), found: found.get(key), base: base(key) };
            if let Some(value) = self.below(key, |walk| walk.value(place, sides)) {
                body.insert(key.clone(), value);
            }
        }
        for (key, value) in found.iter().filter(|(key, _)| !wanted.contains_key(*key)) {
            let place = place.member(tag, key);
            if place.is_response_only {
                continue;
            }
            if place.is_known {
                let sides = Sides { wanted: None, found: Some(value), base: base(key) };
                self.below(key, |walk| walk.value(place, sides));
            } else if let Some(value) = base(key) {
                self.keep(key, value, &mut body);
            }
        }
        Value::Object(body)
    }

    /// Adds the members that the spec does not know to a union that gets another tag.
    fn with_unknown(
        &mut self,
        place: Place,
        mut body: Value,
        wanted: &Map<String, Value>,
        found: &Map<String, Value>,
        base: Option<&Value>,
    ) -> Value {
        let tag = tag_of(place.kind(), found);
        if let Value::Object(body) = &mut body {
            for key in found.keys().filter(|key| !wanted.contains_key(*key)) {
                let value = base.and_then(|base| base.get(key));
                if let Some(value) = value.filter(|_| !place.member(tag, key).is_known) {
                    self.keep(key, value, body);
                }
            }
        }
        body
    }

    fn keep(&mut self, key: &str, value: &Value, body: &mut Map<String, Value>) {
        let pointer = self.below(key, |walk| {
            walk.keep_here(value);
            walk.wanted_at.clone()
        });
        self.note(Note::Kept { pointer });
        body.insert(key.to_owned(), Value::Null);
    }

    /// Sends the value of the appliance back.
    fn keep_here(&mut self, value: &Value) {
        let pointer = self.found_at.clone();
        self.result.kept.insert(pointer.clone(), Kept(value.clone()));
        let with = FillWith::Kept { pointer };
        self.result.fills.push(Fill { pointer: self.wanted_at.clone(), with });
    }

    /// Makes the value for the request where the appliance has none.
    fn build(&mut self, place: Place, wanted: &Value) -> Value {
        match wanted {
            Value::Object(members) => {
                let tag = tag_of(place.kind(), members);
                let mut body = Map::new();
                for (key, value) in members {
                    let place = place.member(tag, key);
                    let sides = Sides { wanted: Some(value), found: None, base: None };
                    if let Some(value) = self.below(key, |walk| walk.value(place, sides)) {
                        body.insert(key.clone(), value);
                    }
                }
                Value::Object(body)
            }
            Value::Array(elements) => {
                let mut body = Vec::with_capacity(elements.len());
                for (index, value) in elements.iter().enumerate() {
                    let sides = Sides { wanted: Some(value), found: None, base: None };
                    let key = index.to_string();
                    let value = self.below(&key, |walk| walk.value(place.element(), sides));
                    body.push(value.unwrap_or_default());
                }
                Value::Array(body)
            }
            _ => wanted.clone(),
        }
    }

    fn reference(&mut self, place: Place, reference: &str, sides: Sides<'_>) -> Value {
        let pointer = self.wanted_at.clone();
        self.result.references.push((pointer.clone(), reference.to_owned()));
        let world = self.inputs.world;
        let key = sides.base.and_then(Value::as_str);
        let resolved = world.resolve(reference);
        let is_same = match (sides.found.and_then(Notation::read), &resolved) {
            (_, Resolved::Key(new)) if key == Some(new) => true,
            (Some(Notation::Ref(found)), Resolved::Key(_)) => world.renamed(found) == reference,
            _ => false,
        };
        if is_same && let Some(key) = key {
            return Value::from(key);
        }
        self.change(sides);
        let label = self.object.label.clone();
        let reference = reference.to_owned();
        match resolved {
            Resolved::Key(key) => return Value::from(key),
            Resolved::New => {
                let (is_nullable, is_optional) = (place.is_nullable(), place.is_optional());
                let with = FillWith::Object { label: reference, is_nullable, is_optional };
                self.result.fills.push(Fill { pointer, with });
            }
            Resolved::Ambiguous(candidates) => {
                let problem = Problem::AmbiguousReference { label, pointer, reference, candidates };
                self.result.problems.push(problem);
            }
            Resolved::Nothing(nearest) => {
                let problem = Problem::UnknownReference { label, pointer, reference, nearest };
                self.result.problems.push(problem);
            }
        }
        Value::Null
    }

    /// Whether the object is created.
    fn is_new(&self) -> bool {
        self.found.is_none()
    }

    /// Records a change at the current place.
    fn change(&mut self, sides: Sides<'_>) {
        if self.is_explained {
            return;
        }
        let op = match (sides.wanted, sides.found) {
            (_, None) => Op::Add,
            (None, _) => Op::Remove,
            _ => Op::Replace,
        };
        let at = if op == Op::Remove { &self.found_at } else { &self.wanted_at };
        let change = Change {
            op,
            pointer: at.clone(),
            before: sides.found.cloned(),
            after: sides.wanted.cloned(),
            reason: None,
        };
        self.result.changes.push(RawChange { change, found_at: self.found_at.clone() });
    }

    fn note(&mut self, note: Note) {
        if !self.result.notes.contains(&note) {
            self.result.notes.push(note);
        }
    }

    /// Runs `walk` where a change that is recorded already explains all others.
    fn without_changes<T>(&mut self, walk: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.is_explained, true);
        let result = walk(self);
        self.is_explained = before;
        result
    }

    /// Runs `walk` at a member of the current place.
    fn below<T>(&mut self, key: &str, walk: impl FnOnce(&mut Self) -> T) -> T {
        let segment = escape_pointer_segment(key);
        self.at(&segment, &segment, walk)
    }

    /// Runs `walk` one segment further down on both sides.
    fn at<T>(&mut self, wanted: &str, found: &str, walk: impl FnOnce(&mut Self) -> T) -> T {
        let depths = (self.wanted_at.len(), self.found_at.len());
        for (pointer, segment) in [(&mut self.wanted_at, wanted), (&mut self.found_at, found)] {
            pointer.push('/');
            pointer.push_str(segment);
        }
        let result = walk(self);
        self.wanted_at.truncate(depths.0);
        self.found_at.truncate(depths.1);
        result
    }
}

/// Whether a value has no notation in it.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Object(members) => Notation::read(value).is_none() && members.values().all(is_plain),
        Value::Array(elements) => elements.iter().all(is_plain),
        _ => true,
    }
}

fn is_leaf(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
