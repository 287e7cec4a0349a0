//! Diagnostics that are to be repaired.

use std::collections::HashSet;

use crate::{json::Node, report::Diagnostic};

/// A diagnostic that is to be repaired, and what other diagnostics say about its object.
pub(super) struct Wanted<'w, 'd> {
    pub(super) it: &'w Diagnostic,
    pub(super) renames: &'w [Rename<'d>],
    /// The objects with an unknown key that may be any missing one.
    pub(super) unplaced: &'w HashSet<usize>,
}

impl Wanted<'_, '_> {
    /// The only name that the unknown key was meant to be. If two keys are similar to the missing one, either may be meant.
    pub(super) fn name(&self) -> Option<&'static str> {
        let rename = self.renames.iter().find(|rename| std::ptr::eq(rename.key, self.it))?;
        let is_sole = self.renames.iter().filter(|other| other.is_of(rename)).count() == 1;
        is_sole.then_some(rename.name)
    }

    /// Whether a key of the object may be the missing one.
    pub(super) fn may_be_there(&self, parent: &Node<'_>, name: &str) -> bool {
        let is_there = |it: &Rename<'_>| it.parent == parent.span.start && it.name == name;
        self.unplaced.contains(&parent.span.start) || self.renames.iter().any(is_there)
    }
}

/// A key that was meant to be another one.
pub(super) struct Rename<'d> {
    /// The diagnostic of the unknown key.
    pub(super) key: &'d Diagnostic,
    /// The first byte of the object around it.
    pub(super) parent: usize,
    /// The missing key.
    pub(super) name: &'static str,
}

impl Rename<'_> {
    /// Whether both name the same missing key.
    pub(super) fn is_of(&self, other: &Rename<'_>) -> bool {
        (self.parent, self.name) == (other.parent, other.name)
    }
}
