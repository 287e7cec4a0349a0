//! Secrets of an object: whether the appliance has them, and what is sent.

use serde_json::Value;
use sps_model::Secret;

use super::{Fill, FillWith, RawChange, Sides, Walk};
use crate::{
    Notation,
    place::short_path,
    plan::{
        Note, Problem, Reason,
        kinds::Place,
        secret::{Fate, Origin, Slot},
    },
    state::Remembered,
};

/// The collection of passwords, below `/api/configuration/`.
const PASSWORDS: &str = "passwords";

/// What the appliance has at the place of a secret.
#[derive(Debug, Clone, Copy)]
enum Have<'v> {
    /// Nothing.
    Nothing,
    /// A reference to the object with this key.
    Reference(&'v str),
    /// The secret itself.
    Plain(&'v str),
    /// Something that it does not show.
    Unseen,
}

/// Whether the appliance has the secret.
enum Verdict {
    Same,
    Unknown,
    Changed(Reason),
}

impl Walk<'_> {
    pub(super) fn secret(&mut self, place: Place, sides: Sides<'_>) -> Option<Value> {
        let have = self.have(place, sides);
        match sides.wanted.and_then(Notation::read) {
            Some(Notation::Secret("keep")) => self.kept(place, have),
            Some(Notation::Secret(source)) => {
                self.sent(place, sides, have, Origin::Source(source.to_owned()))
            }
            Some(Notation::New(body)) => {
                self.references_in(body);
                self.sent(place, sides, have, Origin::New(body.clone()))
            }
            _ => None,
        }
    }

    fn have<'v>(&self, place: Place, sides: Sides<'v>) -> Have<'v> {
        let base = sides.base.and_then(Value::as_str);
        let is_reference = place.target().is_some()
            || matches!(sides.found.and_then(Notation::read), Some(Notation::Ref(_)))
            || self.found.is_some_and(|found| {
                found.secrets.get(&self.found_at).is_some_and(Option::is_some)
            });
        match (is_reference, base) {
            (true, Some(key)) => Have::Reference(key),
            (true, None) => Have::Nothing,
            (false, Some(text)) if !is_mask(text) => Have::Plain(text),
            (false, None) if self.is_new() || self.is_explained => Have::Nothing,
            // A secret that no response shows may be there.
            (false, _) => Have::Unseen,
        }
    }

    /// Leaves a secret as it is.
    fn kept(&mut self, place: Place, have: Have<'_>) -> Option<Value> {
        let (label, pointer) = (self.object.label.clone(), self.wanted_at.clone());
        match have {
            Have::Reference(key) => Some(Value::from(key)),
            Have::Plain(text) => {
                self.keep_here(&Value::from(text));
                Some(Value::Null)
            }
            Have::Nothing => {
                self.result.problems.push(Problem::NothingToKeep { label, pointer });
                None
            }
            Have::Unseen if place.is_optional() => {
                self.note(Note::NotSent { pointer });
                None
            }
            Have::Unseen => {
                self.result.problems.push(Problem::CannotKeep { label, pointer });
                None
            }
        }
    }

    fn sent(
        &mut self,
        place: Place,
        sides: Sides<'_>,
        have: Have<'_>,
        origin: Origin,
    ) -> Option<Value> {
        let (label, pointer) = (&self.object.label, self.wanted_at.clone());
        let content = origin.content(label, &pointer, self.inputs.values);
        let collection = match (place.target(), have, &origin) {
            (Some(target), ..) => Some(short_path(target.path).to_owned()),
            (None, Have::Reference(_), _) => Some(collection_of(sides)),
            (None, _, Origin::Source(_)) => None,
            (None, _, Origin::New(_)) => {
                let label = label.clone();
                self.result.problems.push(Problem::NewWithoutCollection { label, pointer });
                return None;
            }
        };
        if let (Some(collection), Origin::Source(_)) = (&collection, &origin)
            && collection != PASSWORDS
        {
            let (label, collection) = (label.clone(), collection.clone());
            self.result.problems.push(Problem::NoPassword { label, pointer, collection });
            return None;
        }
        let verdict = match (&content, have) {
            (_, Have::Nothing) => Verdict::Changed(Reason::NotSet),
            (Some(content), _) => self.verdict(have, content, &origin),
            (None, _) => Verdict::Unknown,
        };
        let mut slot =
            Slot { pointer: pointer.clone(), origin, collection, key: None, fate: Fate::Unknown };
        match verdict {
            Verdict::Same => slot.fate = Fate::Same,
            Verdict::Unknown => self.note(Note::NotCompared { pointer: pointer.clone() }),
            Verdict::Changed(reason) => {
                slot.fate = Fate::Sent;
                let is_new = self.is_new();
                let before = self.result.changes.len();
                self.change(sides);
                if let Some(RawChange { change, .. }) = self.result.changes.get_mut(before) {
                    change.after = Some(slot.origin.shown());
                    change.reason = Some(reason).filter(|_| !is_new);
                }
            }
        }
        let value = match (slot.fate, have) {
            (Fate::Same | Fate::Unknown, Have::Reference(key)) => {
                slot.key = Some(key.to_owned());
                Some(Value::from(key))
            }
            // Only the value itself leaves a secret in a body as it is.
            _ => {
                if content.is_none() {
                    let (label, pointer) = (self.object.label.clone(), pointer.clone());
                    self.result.problems.push(Problem::NoValue { label, pointer });
                }
                self.result.fills.push(Fill { pointer, with: FillWith::Secret });
                Some(Value::Null)
            }
        };
        self.result.slots.push(slot);
        value
    }

    fn verdict(&self, have: Have<'_>, content: &Secret, origin: &Origin) -> Verdict {
        let place = (self.object.label.clone(), self.wanted_at.clone());
        if self.inputs.rotate.contains(&place) {
            return Verdict::Changed(Reason::Asked);
        }
        let state = self.inputs.state;
        let label = self.found.map_or(&self.object.label, |found| &found.label);
        let new_value = || Reason::NewValue { source: origin.name().to_owned() };
        let remembered = match have {
            Have::Nothing => return Verdict::Changed(Reason::NotSet),
            Have::Plain(text) if text == content.expose() => return Verdict::Same,
            Have::Plain(_) => return Verdict::Changed(new_value()),
            Have::Reference(key) => {
                let is_elsewhere = |key: &str| {
                    self.found.is_some_and(|found| {
                        found.secrets.values().any(|it| it.as_deref() == Some(key))
                    })
                };
                state.compare_key(label, &self.found_at, key, content, is_elsewhere)
            }
            Have::Unseen => state.compare_place(label, &self.found_at, content),
        };
        match remembered {
            Remembered::Same => Verdict::Same,
            Remembered::OtherValue => Verdict::Changed(new_value()),
            Remembered::OtherKey => Verdict::Changed(Reason::OtherReference),
            Remembered::Nothing => Verdict::Unknown,
        }
    }

    /// Notes the references in the body of a `$new`.
    fn references_in(&mut self, body: &Value) {
        match Notation::read(body) {
            Some(Notation::Ref(reference)) => {
                let (pointer, reference) = (self.wanted_at.clone(), reference.to_owned());
                self.result.references.push((pointer, reference));
            }
            Some(Notation::Secret(_)) => {}
            _ => match body {
                Value::Object(members) => members.values().for_each(|it| self.references_in(it)),
                Value::Array(elements) => elements.iter().for_each(|it| self.references_in(it)),
                _ => {}
            },
        }
    }
}

/// The collection that a reference of the appliance leads to, where the spec does not say it.
fn collection_of(sides: Sides<'_>) -> String {
    match sides.found.and_then(Notation::read) {
        Some(Notation::Ref(reference)) => {
            reference.rsplit_once('/').map_or(reference, |(collection, _)| collection).to_owned()
        }
        _ => PASSWORDS.to_owned(),
    }
}

/// Whether a text is a mask in place of a secret.
fn is_mask(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| it == '*')
}
