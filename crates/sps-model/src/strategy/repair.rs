//! Repairs every rule and requirement that a body of the right structure still breaks.

use serde_json::Value;
use sps_validate::{Context, Kind, Type, code};

use crate::strategy::{
    edit::{Edit, apply, inputs, walk},
    ways::{self, Ways},
};

/// Repairing one rule may break another; more rounds than this never help.
const MAX_ROUNDS: u64 = 24;

/// What the repair must leave as it is.
#[derive(Default)]
pub(super) struct Intended {
    /// The code and the place of the one rule that stays broken.
    pub(super) broken: Option<(&'static str, String)>,
    /// Pointers of the members that break it.
    pub(super) untouched: Vec<String>,
}

impl Intended {
    /// Whether an edit leaves alone what breaks the rule; filling a filled member changes nothing.
    fn allows(&self, body: &Value, parent: &str, edit: &Edit) -> bool {
        let at = below(parent, edit.path());
        let is_filled = || body.pointer(&at).is_some_and(|value| !value.is_null());
        !self.untouched.contains(&at) || (matches!(edit, Edit::Fill(_)) && is_filled())
    }

    fn is_broken(&self, code: &str, pointer: &str) -> bool {
        self.broken.as_ref().is_some_and(|(broken, at)| *broken == code && *at == pointer)
    }
}

/// Repairs the body; `dice` chooses among the ways.
pub(super) fn repair(kind: Kind, body: &mut Value, dice: u64, intended: &Intended) {
    let mut fresh = dice;
    for round in 0..MAX_ROUNDS {
        let Some(flaw) = first_flaw(kind, body, intended) else { return };
        let keeps =
            |way: &&Vec<Edit>| way.iter().all(|edit| intended.allows(body, &flaw.pointer, edit));
        let ways: Vec<&Vec<Edit>> = flaw.repairs.iter().filter(keeps).collect();
        if ways.is_empty() {
            return;
        }
        let choice = usize::try_from((dice >> (round % 32)) % ways.len() as u64).unwrap_or(0);
        let Some(object) = body.pointer_mut(&flaw.pointer) else { return };
        for edit in ways[choice] {
            apply(flaw.ty, object, edit, &mut fresh);
        }
    }
}

/// A broken rule or requirement of one object.
struct Flaw {
    /// The object.
    pointer: String,
    ty: &'static Type,
    repairs: Ways,
}

/// Finds the first flaw, other than the intended one.
fn first_flaw(kind: Kind, body: &Value, intended: &Intended) -> Option<Flaw> {
    let mut found = None;
    walk(kind, body, "", &mut |pointer, kind, value| {
        if let Kind::Named(ty) = kind.peeled()
            && found.is_none()
            && value.is_object()
        {
            let repairs = missing(ty, pointer, value, intended)
                .or_else(|| broken(ty, pointer, value, intended));
            found = repairs.map(|repairs| Flaw { pointer: pointer.to_owned(), ty, repairs });
        }
    });
    found
}

/// Ways to add the first member that is required and missing.
fn missing(ty: &'static Type, pointer: &str, value: &Value, intended: &Intended) -> Option<Ways> {
    let member = ty.constraints.members.iter().find(|member| {
        member.required_if.as_ref().is_some_and(|requirement| {
            value.get(member.name).is_none()
                && !intended.is_broken(code::MISSING_KEY, &below(pointer, &[member.name]))
                && inputs(ty, requirement.inputs, value)
                    .is_some_and(|inputs| requirement.holds(&inputs) == Some(true))
        })
    })?;
    let own: &'static [&'static str] = std::slice::from_ref(&member.name);
    Some(vec![vec![Edit::Fill(own)]])
}

/// Ways to repair the first broken rule.
fn broken(ty: &'static Type, pointer: &str, value: &Value, intended: &Intended) -> Option<Ways> {
    let context = Context::default();
    let rule = ty.constraints.errors().find(|rule| {
        !intended.is_broken(rule.code, &below(pointer, rule.target))
            && inputs(ty, rule.inputs, value)
                .is_some_and(|inputs| !rule.check(&inputs, &context).accepts())
    })?;
    Some(ways::repairing(ty, rule))
}

/// The pointer of a member below an object.
pub(super) fn below(pointer: &str, path: &[&str]) -> String {
    path.iter().fold(pointer.to_owned(), |pointer, segment| {
        format!("{pointer}/{}", sps_validate::json::escape_pointer_segment(segment))
    })
}
