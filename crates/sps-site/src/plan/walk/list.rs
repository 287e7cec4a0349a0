//! Lists: which elements belong together, what is inserted, and what is removed.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use sps_model::validate::Kind;

use super::{Sides, Walk, canon::From};
use crate::{Notation, plan::kinds::Place};

/// What becomes of the elements of a list: `(index in the file, index on the appliance)`.
type Pairs = Vec<(Option<usize>, Option<usize>)>;

impl Walk<'_> {
    pub(super) fn list(
        &mut self,
        place: Place,
        wanted: &[Value],
        found: &[Value],
        base: Option<&Value>,
    ) -> Value {
        let element = place.element();
        let pairs = self.pairs(place, wanted, found);
        let base = |at: usize| base.and_then(|base| base.get(at));
        let mut body = vec![Value::Null; wanted.len()];
        for (new, old) in pairs {
            let sides = Sides {
                wanted: new.map(|at| &wanted[at]),
                found: old.map(|at| &found[at]),
                base: old.and_then(base),
            };
            let [new_at, old_at] = [new.or(old), old.or(new)].map(|at| at.unwrap_or(0).to_string());
            let value = self.at(&new_at, &old_at, |walk| match (sides.wanted, sides.found) {
                // An element that is not there has no default.
                (None, Some(_)) => {
                    walk.change(sides);
                    None
                }
                _ => walk.value(element, sides),
            });
            if let Some(at) = new {
                body[at] = value.unwrap_or_default();
            }
        }
        Value::Array(body)
    }

    /// Finds the elements that belong together, in the order in which they are shown.
    fn pairs(&self, place: Place, wanted: &[Value], found: &[Value]) -> Pairs {
        if wanted == found || matches!(place.kind().peeled(), Kind::Array(..)) {
            return by_place(0..wanted.len(), 0..found.len()).collect();
        }
        let element = place.element();
        let canonical = |list: &[Value], from| -> Vec<String> {
            list.iter().map(|value| self.canonical(element, value, from)).collect()
        };
        let new = canonical(wanted, From::File);
        let old = canonical(found, From::Appliance);
        if !place.is_unordered() {
            return in_order(&new, &old);
        }
        let is_object = |it: &Value| it.is_object() && Notation::read(it).is_none();
        as_sets(&new, &old, |at| is_object(&wanted[at]), |at| is_object(&found[at]))
    }
}

/// Pairs equal elements, wherever they are, and then the objects that are left, so that a change of one shows its members.
fn as_sets(
    new: &[String],
    old: &[String],
    is_new_object: impl Fn(usize) -> bool,
    is_old_object: impl Fn(usize) -> bool,
) -> Pairs {
    let mut places: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (at, text) in old.iter().enumerate() {
        places.entry(text).or_default().push_back(at);
    }
    let pairs = new.iter().enumerate();
    let mut pairs: Pairs = pairs
        .map(|(at, text)| (Some(at), places.get_mut(text.as_str()).and_then(VecDeque::pop_front)))
        .collect();
    let mut left: Vec<usize> = places.into_values().flatten().collect();
    left.sort_unstable();
    let (objects, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|at| is_old_object(*at));
    let mut objects = objects.into_iter();
    for (new, old) in pairs.iter_mut().filter(|(_, old)| old.is_none()) {
        if new.is_some_and(&is_new_object) {
            *old = objects.next();
        }
    }
    let mut left: Vec<_> = objects.chain(others).collect();
    left.sort_unstable();
    pairs.extend(left.into_iter().map(|at| (None, Some(at))));
    pairs
}

/// Pairs the elements of a longest common subsequence, and by their places what is between them.
fn in_order(new: &[String], old: &[String]) -> Pairs {
    let mut pairs = Pairs::new();
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                pairs.extend(by_place(new_index..new_index + len, old_index..old_index + len));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                pairs.extend((old_index..old_index + old_len).map(|at| (None, Some(at))));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                pairs.extend((new_index..new_index + new_len).map(|at| (Some(at), None)));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                pairs.extend(by_place(
                    new_index..new_index + new_len,
                    old_index..old_index + old_len,
                ));
            }
        }
    }
    pairs
}

/// Pairs elements by their places, and adds what one side has more.
fn by_place(
    mut new: std::ops::Range<usize>,
    mut old: std::ops::Range<usize>,
) -> impl Iterator<Item = (Option<usize>, Option<usize>)> {
    std::iter::from_fn(move || match (new.next(), old.next()) {
        (None, None) => None,
        pair => Some(pair),
    })
}
