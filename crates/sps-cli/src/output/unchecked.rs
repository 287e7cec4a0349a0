//! Rules that were left unchecked, grouped by reason.

use std::collections::BTreeSet;

use crate::output::{advice, count, report::Rendered};

/// Places that are listed; the others are counted.
const LISTED_PLACES: usize = 3;

/// Rules that were left unchecked for the same reason, in all documents.
#[derive(Debug)]
pub(crate) struct UncheckedGroup {
    pub(super) reason: String,
    /// The option that lets them be checked.
    option: Option<&'static str>,
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
    fn new(reason: String, option: Option<&'static str>) -> Self {
        Self { reason, option, codes: BTreeSet::new(), places: Vec::new(), place_count: 0 }
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

/// All groups on one line: how many rules were left unchecked, and the options that let them be checked.
pub(super) fn line(groups: &[UncheckedGroup], number: usize) -> String {
    let options: BTreeSet<&str> = groups.iter().filter_map(|group| group.option).collect();
    let options: Vec<String> = options.into_iter().map(|option| format!("`{option}`")).collect();
    let options = match options.split_last() {
        None => String::new(),
        Some((last, [])) => format!("; pass {last} to check more"),
        Some((last, others)) => format!("; pass {} and {last} to check more", others.join(", ")),
    };
    format!("note: {number} not checked{options}; `-v` lists them")
}

/// Each group in one sentence, with its first places.
pub(crate) fn sentences(groups: &[UncheckedGroup]) -> Vec<String> {
    let sentence = |group: &UncheckedGroup| {
        let places = group.places.iter().map(|it| {
            let space = if it.pointer.is_empty() { "" } else { " " };
            format!("{}{space}{}", it.source, it.pointer)
        });
        let mut places: Vec<String> = places.collect();
        let others = group.other_places();
        if others > 0 {
            places.push(count(others, "more place"));
        }
        format!("{} ({})", group.message(), places.join(", "))
    };
    groups.iter().map(sentence).collect()
}

/// Adds the unchecked rules of a document.
pub(crate) fn group(groups: &mut Vec<UncheckedGroup>, rendered: &Rendered) {
    // Several rules may be unchecked at one place for the same reason.
    let mut seen = BTreeSet::new();
    for unchecked in &rendered.unchecked {
        let reason = advice::reason(unchecked, rendered.is_in_tree);
        let known = groups.iter().position(|known| known.reason == reason);
        let at = known.unwrap_or(groups.len());
        if known.is_none() {
            groups.push({
                let option = advice::option(unchecked, rendered.is_in_tree);
                UncheckedGroup::new(reason, option)
            });
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
