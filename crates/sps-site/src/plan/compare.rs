//! The comparison of a whole tree with an appliance, without any request.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use serde_json::Value;
use sps_model::Method;

use super::{
    Action, Change, Note, Op, Plan, PlannedObject, Problem, Problems, Scope, Values,
    kinds::{Place, body_kind, tag_of},
    mask,
    matching::Matches,
    order::{Operation, OperationKind, Ordered, Reference, Task, order},
    pointer::{push_index, push_member},
    secret::{Origin, visit_sources},
    walk::{self, Compared, RawChange},
    world::{Resolved, World},
};
use crate::{
    Notation, State,
    found::{Appliance, Found},
    label::Label,
    object::Object,
    place::plain,
};

/// Everything that a plan is made of.
#[derive(Debug)]
#[non_exhaustive]
pub struct Inputs<'a> {
    /// The appliance.
    pub appliance: Appliance,
    /// The objects of the tree.
    pub objects: &'a [Object],
    /// The objects of the appliance: at least those of every endpoint that the tree names or refers to.
    pub found: &'a [Found],
    /// What the plan may touch.
    pub scope: Scope,
    /// The values of the tree's secrets.
    pub values: Values,
    /// What was applied before.
    pub state: &'a State,
    /// The secrets that change in any case, each as the label and the pointer in one text:
    /// `management/snmp/trap/version/value/auth_password`.
    pub rotate: Vec<String>,
    /// The objects of the tree, if they are shared; otherwise the plan copies them.
    pub(super) shared: Option<Arc<[Object]>>,
}

impl<'a> Inputs<'a> {
    /// A tree beside an appliance, without any settings.
    pub fn new(
        appliance: Appliance,
        objects: &'a [Object],
        found: &'a [Found],
        state: &'a State,
    ) -> Self {
        Self {
            appliance,
            objects,
            found,
            scope: Scope::default(),
            values: Values::default(),
            state,
            rotate: Vec::new(),
            shared: None,
        }
    }
}

impl Plan {
    /// Compares a tree with an appliance.
    ///
    /// # Errors
    /// Every [`Problem`] at once.
    pub fn compare(inputs: Inputs<'_>) -> Result<Self, Problems> {
        let Inputs { appliance, objects, found, scope, values, state, rotate, shared } = inputs;
        let matches = Matches::find(objects, found, &scope);
        let world = World::new(&matches, found);
        let mut problems = Vec::new();
        let rotate = places(&matches, &rotate, &mut problems);
        let walk = walk::Inputs { world: &world, values: &values, state, rotate: &rotate };
        let needs_base = appliance.config_hash.is_none();
        let mut draft = Draft { needs_base, ..Draft::default() };
        for (label, (object, partner)) in &matches.pairs {
            draft.compare(&walk, object, *partner);
            let notes = matches.notes.get(label).into_iter().flatten().cloned();
            if let Some(object) = draft.objects.last_mut() {
                object.notes.extend(notes);
            }
        }
        let deleted: BTreeSet<String> =
            matches.surplus.iter().map(|it| it.label.to_string()).collect();
        for object in &matches.surplus {
            draft.delete(object);
        }
        for object in &matches.undeletable {
            draft.objects.push(PlannedObject {
                label: object.label.clone(),
                renamed_from: None,
                action: Action::None,
                changes: Vec::new(),
                notes: vec![Note::BuiltIn],
            });
        }
        problems.extend(matches.problems.iter().cloned());
        problems.append(&mut draft.problems);
        problems.extend(still_referenced(&matches, &draft, found, &deleted));
        let Ordered { operations, broken, problems: circles } =
            order(std::mem::take(&mut draft.tasks));
        problems.extend(circles);
        if !problems.is_empty() {
            return Err(Problems::new(problems));
        }
        for object in &mut draft.objects {
            if let Some(pointers) = broken.get(&object.label) {
                let pointers = pointers.clone();
                object.notes.push(match object.action {
                    Action::Delete => Note::ClearedFirst { pointers },
                    _ => Note::SetLater { pointers },
                });
            }
        }
        draft.objects.sort_by(|one, other| one.label.cmp(&other.label));
        let keys = draft.references_of_new(&world);
        Ok(Self {
            appliance,
            objects: draft.objects,
            operations,
            notes: Vec::new(),
            emptied: emptied(&matches),
            slots: draft.slots,
            keys,
            values,
            kept: draft.kept,
            tree: shared.unwrap_or_else(|| objects.into()),
            scope,
            root: PathBuf::new(),
        })
    }
}

impl Plan {
    /// Compares the same tree again, after the plan was applied: what is left is what the appliance did not take.
    ///
    /// # Errors
    /// Every [`Problem`] at once.
    pub fn again(
        &self,
        appliance: Appliance,
        found: &[Found],
        state: &State,
    ) -> Result<Self, Problems> {
        let mut inputs = Inputs::new(appliance, &self.tree, found, state);
        inputs.scope = self.scope.clone();
        inputs.values = self.values.clone();
        inputs.shared = Some(Arc::clone(&self.tree));
        Self::compare(inputs)
    }

    /// The endpoints that have to be read for a comparison, as paths below `/api/configuration/`: those of the tree, those
    /// to which it refers, and those that it owns.
    pub fn endpoints_of(objects: &[Object], scope: &Scope) -> BTreeSet<String> {
        let mut endpoints: BTreeSet<String> = scope.owned.iter().cloned().collect();
        for object in objects.iter().filter(|it| !scope.is_ignored(&it.label)) {
            endpoints.insert(object.label.endpoint().to_owned());
            let mut references = Vec::new();
            let place = Place::root(body_kind(object.endpoint));
            collect(place, &object.body, &mut String::new(), &mut references);
            for reference in references {
                if let Some((collection, _)) = reference.label.rsplit_once('/') {
                    endpoints.insert(collection.to_owned());
                }
            }
        }
        endpoints
    }
}

/// A plan in the making.
#[derive(Debug, Default)]
struct Draft {
    /// Whether nothing but an object itself tells that it was changed after the plan was made.
    needs_base: bool,
    objects: Vec<PlannedObject>,
    tasks: Vec<Task>,
    slots: BTreeMap<Label, Vec<super::Slot>>,
    kept: BTreeMap<Label, BTreeMap<String, super::Kept>>,
    /// The references of each object of the tree.
    references: BTreeMap<Label, Vec<(String, String)>>,
    problems: Vec<Problem>,
}

impl Draft {
    fn compare(&mut self, inputs: &walk::Inputs<'_>, object: &Object, found: Option<&Found>) {
        let label = object.label.clone();
        let Compared { changes, notes, problems, slots, references, body, fills, mut kept } =
            walk::compare(inputs, object, found);
        self.problems.extend(problems);
        let action = match found {
            None => Action::Create,
            Some(_) if changes.is_empty() => Action::None,
            Some(_) => Action::Change,
        };
        let methods = object.endpoint.methods;
        let is_singleton = label.name().is_none();
        match action {
            Action::Create if is_singleton => {
                self.problems.push(Problem::NotOnAppliance { label: label.clone() });
            }
            Action::Create if !methods.contains(&Method::Post) => {
                self.problems.push(Problem::NotCreatable { label: label.clone() });
            }
            Action::Change if is_singleton && !methods.contains(&Method::Put) => {
                self.problems.push(Problem::NotChangeable { label: label.clone() });
            }
            _ => {}
        }
        if action != Action::None {
            let path = match found {
                Some(found) => found.path.clone(),
                None => format!("/api/configuration/{}", label.endpoint()),
            };
            let kind = match found {
                Some(_) => OperationKind::Replace,
                None => OperationKind::Create,
            };
            let (clears, after) = (Vec::new(), Vec::new());
            let operation =
                Operation { label: label.clone(), kind, path, body, fills, clears, after };
            let old_label = found.map(|it| it.label.clone());
            let is_new = |it: &super::Slot| {
                matches!(it.origin, Origin::New(_)) && it.fate == super::Fate::Sent
            };
            let sent: BTreeSet<&str> =
                slots.iter().filter(|it| is_new(it)).map(|it| it.pointer.as_str()).collect();
            let needs = references
                .iter()
                .filter(|(pointer, _)| sent.contains(pointer.as_str()))
                .map(|(_, reference)| reference.clone())
                .collect();
            self.tasks.push(Task { operation, old_label, refers_to: Vec::new(), needs });
            if let Some(found) = found.filter(|_| self.needs_base) {
                kept.insert(String::new(), super::Kept(found.request.clone()));
            }
            if !kept.is_empty() {
                self.kept.insert(label.clone(), kept);
            }
        }
        let kind = body_kind(object.endpoint);
        let changes = mask::hide_in(changes, kind, found.map(|it| &it.body), Some(&object.body));
        let renamed_from = found.map(|it| &it.label).filter(|it| **it != label).cloned();
        if !slots.is_empty() {
            self.slots.insert(label.clone(), slots);
        }
        if !references.is_empty() {
            self.references.insert(label.clone(), references);
        }
        self.objects.push(PlannedObject { label, renamed_from, action, changes, notes });
    }

    fn delete(&mut self, found: &Found) {
        let label = found.label.clone();
        let kind = body_kind(found.endpoint);
        let change = Change {
            op: Op::Remove,
            pointer: String::new(),
            before: Some(found.body.clone()),
            after: None,
            reason: None,
        };
        let change = RawChange { change, found_at: String::new() };
        let changes = mask::hide_in(vec![change], kind, Some(&found.body), None);
        let operation = Operation {
            label: label.clone(),
            kind: OperationKind::Delete,
            path: found.path.clone(),
            body: Value::Null,
            fills: Vec::new(),
            clears: Vec::new(),
            after: Vec::new(),
        };
        let refers_to = references_of(found);
        let (old_label, needs) = (Some(label.clone()), Vec::new());
        self.tasks.push(Task { operation, old_label, refers_to, needs });
        let (action, notes) = (Action::Delete, Vec::new());
        self.objects.push(PlannedObject { label, renamed_from: None, action, changes, notes });
    }

    /// The keys of the objects to which the bodies of `$new` refer.
    fn references_of_new(&self, world: &World<'_>) -> BTreeMap<String, String> {
        let mut keys = BTreeMap::new();
        for slot in self.slots.values().flatten() {
            if !matches!(slot.origin, Origin::New(_)) {
                continue;
            }
            for (pointer, reference) in self.references.values().flatten() {
                if *pointer == slot.pointer
                    && let Resolved::Key(key) = world.resolve(reference)
                {
                    keys.insert(reference.clone(), key);
                }
            }
        }
        keys
    }
}

/// Finds the places of the secrets that are named by label and pointer in one text.
fn places(
    matches: &Matches<'_>,
    rotate: &[String],
    problems: &mut Vec<Problem>,
) -> BTreeSet<(Label, String)> {
    if rotate.is_empty() {
        return BTreeSet::new();
    }
    let mut all: BTreeMap<String, (Label, String)> = BTreeMap::new();
    let mut kept = BTreeSet::new();
    for (label, (object, _)) in &matches.pairs {
        visit_sources(&object.body, &mut |pointer, source| {
            if source == "keep" {
                kept.insert(format!("{label}{pointer}"));
            } else {
                // A secret inside of a `$new` changes with the whole object.
                let pointer = pointer.split("/$new").next().unwrap_or_default();
                all.insert(format!("{label}{pointer}"), ((*label).clone(), pointer.to_owned()));
            }
        });
        visit_new(&object.body, &mut String::new(), &mut |pointer| {
            all.insert(format!("{label}{pointer}"), ((*label).clone(), pointer.to_owned()));
        });
    }
    let mut places = BTreeSet::new();
    for place in rotate {
        let place = plain(place);
        if let Some(place) = all.get(place) {
            places.insert(place.clone());
            continue;
        }
        if kept.contains(place) {
            problems.push(Problem::KeptSecret { place: place.to_owned() });
            continue;
        }
        let candidates = all.keys().map(String::as_str);
        let nearest = sps_model::validate::suggest::nearest(place, candidates);
        let nearest = nearest.first().map(|it| (*it).to_owned());
        problems.push(Problem::UnknownSecret { place: place.to_owned(), nearest });
    }
    places
}

fn visit_new(body: &Value, pointer: &mut String, visit: &mut impl FnMut(&str)) {
    if let Some(Notation::New(_)) = Notation::read(body) {
        return visit(pointer);
    }
    let depth = pointer.len();
    match body {
        Value::Object(members) => {
            for (key, value) in members {
                push_member(pointer, key);
                visit_new(value, pointer, visit);
                pointer.truncate(depth);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                push_index(pointer, index);
                visit_new(value, pointer, visit);
                pointer.truncate(depth);
            }
        }
        _ => {}
    }
}

/// The objects that still refer to one that is deleted.
fn still_referenced(
    matches: &Matches<'_>,
    draft: &Draft,
    found: &[Found],
    deleted: &BTreeSet<String>,
) -> Vec<Problem> {
    if deleted.is_empty() {
        return Vec::new();
    }
    let labels: BTreeMap<String, &Label> =
        matches.surplus.iter().map(|it| (it.label.to_string(), &it.label)).collect();
    let mut problems = Vec::new();
    let mut report = |by: &Label, pointer: &str, reference: &str| {
        if let Some(label) = labels.get(reference) {
            let (label, by) = ((*label).clone(), by.clone());
            problems.push(Problem::StillReferenced { label, by, pointer: pointer.to_owned() });
        }
    };
    for (by, references) in &draft.references {
        for (pointer, reference) in references {
            report(by, pointer, reference);
        }
    }
    let described: BTreeSet<&Label> =
        matches.pairs.values().filter_map(|(_, found)| found.map(|it| &it.label)).collect();
    let stays =
        |it: &&Found| !described.contains(&it.label) && !deleted.contains(&it.label.to_string());
    for object in found.iter().filter(stays) {
        for reference in references_of(object) {
            report(&object.label, &reference.pointer, &reference.label);
        }
    }
    problems
}

/// The references of an object of the appliance.
fn references_of(found: &Found) -> Vec<Reference> {
    let mut references = Vec::new();
    let place = Place::root(body_kind(found.endpoint));
    collect(place, &found.body, &mut String::new(), &mut references);
    references
}

fn collect(place: Place, value: &Value, pointer: &mut String, all: &mut Vec<Reference>) {
    if let Some(notation) = Notation::read(value) {
        if let Notation::Ref(label) = notation {
            all.push(Reference {
                pointer: pointer.clone(),
                label: label.to_owned(),
                is_nullable: place.is_nullable(),
            });
        }
        return;
    }
    let depth = pointer.len();
    match value {
        Value::Object(members) => {
            let tag = tag_of(place.kind(), members);
            for (key, value) in members {
                push_member(pointer, key);
                collect(place.member(tag, key), value, pointer, all);
                pointer.truncate(depth);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                push_index(pointer, index);
                collect(place.element(), value, pointer, all);
                pointer.truncate(depth);
            }
        }
        _ => {}
    }
}

/// The collections of which the tree has no object and the appliance has some that are deleted.
fn emptied(matches: &Matches<'_>) -> BTreeMap<String, usize> {
    let described: BTreeSet<&str> = matches.pairs.keys().map(|it| it.endpoint()).collect();
    let mut emptied = BTreeMap::new();
    for object in &matches.surplus {
        if !described.contains(object.label.endpoint()) {
            *emptied.entry(object.label.endpoint().to_owned()).or_insert(0) += 1;
        }
    }
    emptied
}
