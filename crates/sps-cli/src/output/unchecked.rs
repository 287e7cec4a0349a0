//! Rules that were left unchecked, grouped by reason.

use std::collections::BTreeSet;

use crate::output::{advice, report::Rendered};

/// Places that are listed; the others are counted.
const LISTED_PLACES: usize = 3;

/// Rules that were left unchecked for the same reason, in all documents.
#[derive(Debug)]
pub(super) struct UncheckedGroup {
    pub(super) reason: String,
    pub(super) codes: BTreeSet<&'static str>,
    /// The first few places: file, source and pointer.
    pub(super) places: Vec<UncheckedPlace>,
    place_count: usize,
}

/// Place of a rule that was left unchecked.
#[derive(Debug)]
pub(super) struct UncheckedPlace {
    pub(super) file: String,
    pub(super) source: String,
    pub(super) pointer: String,
}

impl UncheckedGroup {
    fn new(reason: String) -> Self {
        Self { reason, codes: BTreeSet::new(), places: Vec::new(), place_count: 0 }
    }

    /// `CODE, CODE: REASON`.
    pub(super) fn message(&self) -> String {
        let codes: Vec<&str> = self.codes.iter().copied().collect();
        format!("not checked: {}: {}", codes.join(", "), self.reason)
    }

    /// How many places are not listed.
    pub(super) fn other_places(&self) -> usize {
        self.place_count - self.places.len()
    }
}

/// Adds the unchecked rules of a document.
pub(super) fn group(groups: &mut Vec<UncheckedGroup>, rendered: &Rendered) {
    // Several rules may be unchecked at one place for the same reason.
    let mut seen = BTreeSet::new();
    for unchecked in &rendered.unchecked {
        let reason = advice::reason(unchecked);
        let known = groups.iter().position(|known| known.reason == reason);
        let at = known.unwrap_or(groups.len());
        if known.is_none() {
            groups.push(UncheckedGroup::new(reason));
        }
        let Some(group) = groups.get_mut(at) else { continue };
        group.codes.insert(unchecked.code);
        if !seen.insert((at, &unchecked.pointer)) {
            continue;
        }
        group.place_count += 1;
        if group.places.len() < LISTED_PLACES {
            group.places.push(UncheckedPlace {
                file: rendered.file.clone(),
                source: rendered.source.clone(),
                pointer: unchecked.pointer.clone(),
            });
        }
    }
}
