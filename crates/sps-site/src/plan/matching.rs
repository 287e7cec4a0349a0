//! Which object of the appliance is which object of the tree, also after a rename.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Note, Problem, Scope};
use crate::{found::Found, label::Label, object::Object};

/// The objects of a tree beside those of the appliance.
#[derive(Debug, Default)]
pub(crate) struct Matches<'a> {
    /// For each object of the tree, by label: the object of the appliance, if it has one.
    pub(crate) pairs: BTreeMap<&'a Label, (&'a Object, Option<&'a Found>)>,
    /// Objects that the tree lacks in collections that it owns.
    pub(crate) surplus: Vec<&'a Found>,
    /// Built-in objects among those, if the caller named them: they cannot be deleted.
    pub(crate) undeletable: Vec<&'a Found>,
    /// The new names of renamed objects, by their old ones, both as text.
    pub(crate) renames: HashMap<String, String>,
    /// Remarks, by object of the tree.
    pub(crate) notes: BTreeMap<&'a Label, Vec<Note>>,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Matches<'a> {
    /// Finds them. Objects of ignored endpoints take no part.
    pub(crate) fn find(objects: &'a [Object], found: &'a [Found], scope: &Scope) -> Self {
        let mut matches = Self::default();
        let objects: BTreeMap<&Label, &Object> = objects
            .iter()
            .filter(|it| !scope.is_ignored(&it.label))
            .map(|it| (&it.label, it))
            .collect();
        let found: BTreeMap<&Label, &Found> = found
            .iter()
            .filter(|it| !scope.is_ignored(&it.label))
            .map(|it| (&it.label, it))
            .collect();
        let moves: BTreeMap<&Label, &Label> =
            scope.moved.iter().map(|(from, to)| (from, to)).collect();
        if let Some(labels) = circle(&moves) {
            matches.problems.push(Problem::MovedInCircle { labels });
            return matches;
        }
        let moved = matches.moved(&objects, &found, &moves, scope);
        let gone: BTreeSet<&Label> = moved.values().map(|it| &it.label).collect();
        for (label, object) in &objects {
            let stays = found.get(label).copied().filter(|it| !gone.contains(&it.label));
            let partner = moved.get(label).copied().or(stays);
            matches.pairs.insert(&object.label, (object, partner));
        }
        matches.find_clashes(&found, &gone);
        let taken: BTreeSet<&Label> =
            matches.pairs.values().filter_map(|(_, found)| found.map(|it| &it.label)).collect();
        let lacking = found
            .values()
            .copied()
            .filter(|it| it.key.is_some() && !taken.contains(&it.label))
            .filter(|it| scope.is_owned(&it.label));
        let (built_in, surplus): (Vec<_>, Vec<_>) = lacking.partition(|it| it.is_builtin);
        matches.surplus = surplus;
        matches.undeletable = built_in.into_iter().filter(|it| scope.is_named(&it.label)).collect();
        matches
    }

    /// The objects that get another name, by that name.
    fn moved(
        &mut self,
        objects: &BTreeMap<&'a Label, &'a Object>,
        found: &BTreeMap<&'a Label, &'a Found>,
        moves: &BTreeMap<&Label, &Label>,
        scope: &Scope,
    ) -> BTreeMap<&'a Label, &'a Found> {
        // The name that each object would get.
        let mut goals: BTreeMap<&Label, &'a Label> = BTreeMap::new();
        for label in found.keys() {
            let mut goal = *label;
            while let Some(next) = moves.get(goal) {
                goal = next;
                if objects.contains_key(goal) {
                    break;
                }
            }
            if goal != *label
                && let Some((goal, _)) = objects.get_key_value(goal)
            {
                goals.insert(label, goal);
            }
        }
        let mut moved: BTreeMap<&Label, Vec<&'a Found>> = BTreeMap::new();
        for (label, goal) in &goals {
            // The new name may be taken by an object that is renamed too.
            let mut taken_by = found.get(goal);
            while let Some(next) = taken_by.and_then(|it| goals.get(&it.label)) {
                taken_by = found.get(next);
            }
            if taken_by.is_none() {
                moved.entry(goal).or_default().push(found[*label]);
            } else if scope.is_owned(label) && !objects.contains_key(*label) {
                let (from, to) = ((*label).clone(), (*goal).clone());
                self.problems.push(Problem::MoveBlocked { from, to });
            } else if !objects.contains_key(*label) {
                let note = Note::NotMoved { from: (*label).clone() };
                self.notes.entry(&objects[goal].label).or_default().push(note);
            }
        }
        let mut renamed = BTreeMap::new();
        for (goal, candidates) in moved {
            if let [only] = candidates[..] {
                self.renames.insert(only.label.to_string(), goal.to_string());
                renamed.insert(&objects[goal].label, only);
            } else {
                let from = candidates.iter().map(|it| it.label.clone()).collect();
                self.problems.push(Problem::MovedTogether { from, to: goal.clone() });
            }
        }
        renamed
    }

    /// Finds objects that would be created although the appliance has one of nearly the same name.
    fn find_clashes(&mut self, found: &BTreeMap<&'a Label, &'a Found>, gone: &BTreeSet<&Label>) {
        let new: Vec<&Label> = self
            .pairs
            .iter()
            .filter(|(label, (_, partner))| partner.is_none() && label.name().is_some())
            .map(|(label, _)| *label)
            .collect();
        if new.is_empty() {
            return;
        }
        let mut by_lower_case: HashMap<(&str, String), Vec<&Label>> = HashMap::new();
        let mut twins: HashMap<Label, Vec<String>> = HashMap::new();
        for (label, object) in found {
            let Some(name) = label.name() else { continue };
            if !gone.contains(*label) && !self.pairs.contains_key(*label) {
                let key = (label.endpoint(), name.to_lowercase());
                by_lower_case.entry(key).or_default().push(label);
            }
            if let Some(plain) = name_of_twin(name, object.key.as_deref()) {
                let plain = Label::of_object(label.endpoint(), plain);
                twins.entry(plain).or_default().push(label.to_string());
            }
        }
        for label in new {
            if let Some(candidates) = twins.get(label) {
                let candidates = candidates.clone();
                self.problems.push(Problem::AmbiguousLabel { label: label.clone(), candidates });
            }
            let name = label.name().unwrap_or_default().to_lowercase();
            if let Some(clashing) = by_lower_case.get(&(label.endpoint(), name)) {
                let found = clashing[0].clone();
                self.problems.push(Problem::CaseClash { label: label.clone(), found });
            }
        }
    }
}

/// The name without the key that tells objects of one name apart: `office` for `office~-200`.
pub(crate) fn name_of_twin<'n>(name: &'n str, key: Option<&str>) -> Option<&'n str> {
    name.strip_suffix(key?)?.strip_suffix('~')
}

/// A circle of renames.
fn circle(moves: &BTreeMap<&Label, &Label>) -> Option<Vec<Label>> {
    for start in moves.keys() {
        let mut labels = vec![(*start).clone()];
        let mut at = *start;
        while let Some(next) = moves.get(at) {
            if next == start {
                return Some(labels);
            }
            if labels.len() > moves.len() {
                break;
            }
            labels.push((*next).clone());
            at = next;
        }
    }
    None
}
