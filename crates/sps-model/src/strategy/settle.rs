//! Mends every rule that a body of the right structure still breaks.

use serde_json::Value;
use sps_validate::{Context, Edit, Kind, Outcome, Rule, Type};

use crate::strategy::edit::{apply, outcome, peeled, place, walk};

/// Mending one rule may break another; more rounds than this never help.
const ROUNDS: u64 = 24;

/// What must stay as it is while the rest is mended.
#[derive(Default)]
pub(super) struct Intended {
    /// The code and the place of the one rule that shall stay broken.
    pub(super) broken: Option<(&'static str, String)>,
    /// Pointers of the members that break it.
    pub(super) untouched: Vec<String>,
}

impl Intended {
    /// Whether an edit leaves alone what breaks the rule; filling what is filled changes nothing.
    fn allows(&self, body: &Value, parent: &str, edit: &Edit) -> bool {
        let at = below(parent, place(edit));
        let is_filled = || body.pointer(&at).is_some_and(|value| !value.is_null());
        !self.untouched.contains(&at) || (matches!(edit, Edit::Fill(_)) && is_filled())
    }
}

/// Mends the body; `dice` chooses among the ways.
pub(super) fn settle(kind: Kind, body: &mut Value, dice: u64, intended: &Intended) {
    let mut fresh = dice;
    for round in 0..ROUNDS {
        let Some((pointer, ty, rule)) = broken(kind, body, intended) else { return };
        let keeps = |way: &&&[Edit]| way.iter().all(|edit| intended.allows(body, &pointer, edit));
        let ways: Vec<&&[Edit]> = rule.mends.iter().filter(keeps).collect();
        if ways.is_empty() {
            return;
        }
        let choice = usize::try_from((dice >> (round % 32)) % ways.len() as u64).unwrap_or(0);
        let Some(object) = body.pointer_mut(&pointer) else { return };
        for edit in *ways[choice] {
            apply(ty, object, edit, &mut fresh);
        }
    }
}

/// The first rule that is broken, outside of what must stay broken.
fn broken(
    kind: Kind,
    body: &Value,
    intended: &Intended,
) -> Option<(String, &'static Type, &'static Rule)> {
    let mut found = None;
    let context = Context::default();
    walk(kind, body, "", &mut |pointer, kind, value| {
        let Kind::Named(ty) = peeled(kind) else { return };
        if found.is_some() || !value.is_object() {
            return;
        }
        let is_broken = |rule: &&'static Rule| {
            let is_intended = intended
                .broken
                .as_ref()
                .is_some_and(|(code, at)| *code == rule.code && *at == below(pointer, rule.target));
            !is_intended && outcome(ty, rule, value, &context) == Some(Outcome::Broken)
        };
        found = ty.constraints.errors().find(is_broken).map(|rule| (pointer.to_owned(), ty, rule));
    });
    found
}

/// The pointer of a member below an object.
pub(super) fn below(pointer: &str, path: &[&str]) -> String {
    path.iter().fold(pointer.to_owned(), |pointer, segment| {
        format!("{pointer}/{}", sps_validate::json::escape_pointer_segment(segment))
    })
}
