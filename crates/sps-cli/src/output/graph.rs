//! Graphs of objects as SVG, drawn without another program.

mod layout;
mod svg;

use std::collections::{BTreeMap, BTreeSet};

use sps_site::{
    Plan,
    plan::{Action, OperationKind},
};

use crate::output::count;

pub(crate) use self::svg::{drawing, file};

/// Above this number of boxes, those of one collection to which the same happens become one.
const MAX_BOXES: usize = 80;
/// How many of a kind become one box.
const MIN_GROUP: usize = 4;
/// How many arrows are drawn.
const MAX_ARROWS: usize = 600;

/// A graph to draw.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    boxes: Vec<Box>,
    arrows: Vec<Arrow>,
    /// What the drawing leaves out, in words.
    pub(crate) left_out: Vec<String>,
}

/// An object, or several of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Box {
    fate: Fate,
    label: String,
    count: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Arrow {
    from: usize,
    to: usize,
    /// Whether it is a reference that goes away.
    is_dropped: bool,
}

/// What happens to an object. It is shown by a word and a shape besides the color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Create,
    Change,
    /// A second request for a new object.
    Complete,
    /// A request before a deletion.
    Clear,
    Delete,
    Unchanged,
    /// The tree does not have it.
    Outside,
}

impl Fate {
    const fn word(self) -> &'static str {
        match self {
            Self::Create => "+ create",
            Self::Change => "~ change",
            Self::Complete => "~ complete",
            Self::Clear => "~ clear",
            Self::Delete => "- delete",
            Self::Unchanged => "= unchanged",
            Self::Outside => "not in the tree",
        }
    }

    /// The class of its color and shape.
    const fn class(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change | Self::Complete | Self::Clear => "change",
            Self::Delete => "delete",
            Self::Unchanged => "unchanged",
            Self::Outside => "outside",
        }
    }
}

impl Graph {
    /// The requests of a plan. An arrow leads from a request to one that has to come before it.
    pub(crate) fn of_steps(plan: &Plan) -> Self {
        let step = |(kind, label): (OperationKind, &sps_site::Label)| Box {
            fate: match kind {
                OperationKind::Create => Fate::Create,
                OperationKind::Complete => Fate::Complete,
                OperationKind::Clear => Fate::Clear,
                OperationKind::Delete => Fate::Delete,
                _ => Fate::Change,
            },
            label: label.to_string(),
            count: 1,
        };
        let arrows = plan.dependencies().map(|(from, to)| Arrow { from, to, is_dropped: false });
        Self {
            boxes: plan.steps().map(step).collect(),
            arrows: arrows.collect(),
            ..Self::default()
        }
        .reduced("requests")
    }

    /// The objects of a plan that do not stay as they are, and their neighbors. An arrow leads from an object to one that it
    /// refers to.
    pub(crate) fn of_references(plan: &Plan) -> Self {
        let fates: BTreeMap<String, Fate> = plan
            .objects()
            .iter()
            .map(|it| {
                let fate = match it.action {
                    Action::Create => Fate::Create,
                    Action::Change => Fate::Change,
                    Action::Delete => Fate::Delete,
                    _ => Fate::Unchanged,
                };
                (it.label.to_string(), fate)
            })
            .collect();
        let fate = |label: &str| fates.get(label).copied().unwrap_or(Fate::Outside);
        let is_still = |label: &str| matches!(fate(label), Fate::Unchanged | Fate::Outside);
        let mut references = plan.references();
        references.retain(|it| !(is_still(&it.from) && is_still(&it.to)));
        let ends = references.iter().flat_map(|it| [it.from.as_str(), it.to.as_str()]);
        let different = fates.keys().map(String::as_str).filter(|it| !is_still(it));
        let labels: BTreeSet<&str> = different.chain(ends).collect();
        let places: BTreeMap<&str, usize> =
            labels.iter().enumerate().map(|(at, label)| (*label, at)).collect();
        let arrows = references.iter().map(|it| Arrow {
            from: places[it.from.as_str()],
            to: places[it.to.as_str()],
            is_dropped: it.is_dropped,
        });
        let boxes =
            labels.iter().map(|it| Box { fate: fate(it), label: (*it).to_owned(), count: 1 });
        Self { boxes: boxes.collect(), arrows: arrows.collect(), ..Self::default() }
            .reduced("objects")
    }

    /// Whether there is nothing to draw.
    pub(crate) fn is_empty(&self) -> bool {
        self.boxes.is_empty()
    }

    /// The arrows in words.
    pub(crate) fn sentences(&self, verb: &str, dropped: &str) -> Vec<String> {
        let sentence = |it: &Arrow| {
            let verb = if it.is_dropped { dropped } else { verb };
            format!("{} {verb} {}", self.boxes[it.from].name(), self.boxes[it.to].name())
        };
        self.arrows.iter().map(sentence).collect()
    }

    /// Makes a large graph readable: several boxes of one kind become one, and what is too much is left out.
    fn reduced(mut self, things: &str) -> Self {
        self.arrows.sort_unstable();
        self.arrows.dedup();
        if self.boxes.len() > MAX_BOXES {
            let all = self.boxes.len();
            self = self.grouped();
            let drawn = self.boxes.len();
            let boxes = if drawn == 1 { "box" } else { "boxes" };
            self.left_out.push(format!("{all} {things}, drawn as {drawn} {boxes}"));
        }
        if let more @ 1.. = self.boxes.len().saturating_sub(MAX_BOXES) {
            self.boxes.truncate(MAX_BOXES);
            self.arrows.retain(|it| it.from < MAX_BOXES && it.to < MAX_BOXES);
            self.left_out.push(format!("{more} more not drawn"));
        }
        if let more @ 1.. = self.arrows.len().saturating_sub(MAX_ARROWS) {
            self.arrows.truncate(MAX_ARROWS);
            self.left_out.push(format!("{} not drawn", count(more, "more arrow")));
        }
        self
    }

    fn grouped(self) -> Self {
        let kind = |it: &Box| {
            let collection = it.label.rsplit_once('/').map_or("", |(collection, _)| collection);
            (it.fate, collection.to_owned())
        };
        let mut sizes: BTreeMap<(Fate, String), usize> = BTreeMap::new();
        for it in &self.boxes {
            *sizes.entry(kind(it)).or_default() += 1;
        }
        let mut groups: BTreeMap<(Fate, String), usize> = BTreeMap::new();
        let mut boxes = Vec::new();
        let mut places = Vec::with_capacity(self.boxes.len());
        for it in self.boxes {
            let kind = kind(&it);
            let size = sizes[&kind];
            if size < MIN_GROUP {
                places.push(boxes.len());
                boxes.push(it);
                continue;
            }
            let label = format!("{}/", kind.1);
            let at = *groups.entry(kind).or_insert_with(|| {
                boxes.push(Box { fate: it.fate, label, count: size });
                boxes.len() - 1
            });
            places.push(at);
        }
        let moved = |it: Arrow| Arrow { from: places[it.from], to: places[it.to], ..it };
        let mut arrows: Vec<Arrow> = self.arrows.into_iter().map(moved).collect();
        arrows.sort_unstable();
        arrows.dedup();
        Self { boxes, arrows, left_out: self.left_out }
    }
}

impl Box {
    /// Its name in a sentence.
    fn name(&self) -> String {
        match self.count {
            1 => self.label.clone(),
            count => format!("{count} objects of {}", self.label),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(labels: &[String], arrows: &[(usize, usize)]) -> Graph {
        let boxes = labels.iter().map(|it| Box { fate: Fate::Create, label: it.clone(), count: 1 });
        let arrows =
            arrows.iter().map(|(from, to)| Arrow { from: *from, to: *to, is_dropped: false });
        Graph { boxes: boxes.collect(), arrows: arrows.collect(), left_out: Vec::new() }
    }

    #[test]
    fn a_small_graph_stays_as_it_is() {
        let labels: Vec<String> = (0..MAX_BOXES).map(|it| format!("x/{it}")).collect();
        let graph = graph(&labels, &[(0, 1), (0, 1), (2, 2)]).reduced("objects");
        assert_eq!(
            (graph.boxes.len(), graph.arrows.len(), graph.left_out.len()),
            (MAX_BOXES, 2, 0)
        );
    }

    #[test]
    fn a_large_graph_is_grouped_by_collection() {
        let mut labels: Vec<String> = (0..500).map(|it| format!("ssh/policies/{it}")).collect();
        labels.extend((0..3).map(|it| format!("policies/times/{it}")));
        let arrows: Vec<_> = (0..500).map(|it| (it, 500 + it % 3)).collect();
        let graph = graph(&labels, &arrows).reduced("objects");
        let names: Vec<String> = graph.boxes.iter().map(Box::name).collect();
        let expected = [
            "500 objects of ssh/policies/",
            "policies/times/0",
            "policies/times/1",
            "policies/times/2",
        ];
        assert_eq!(names, expected);
        assert_eq!(graph.arrows.len(), 3);
        assert_eq!(graph.left_out, ["503 objects, drawn as 4 boxes"]);
    }

    #[test]
    fn what_cannot_be_grouped_is_counted() {
        let labels: Vec<String> = (0..100).map(|it| format!("{it}/x")).collect();
        let graph = graph(&labels, &[(0, 99), (0, 1)]).reduced("objects");
        assert_eq!((graph.boxes.len(), graph.arrows.len()), (MAX_BOXES, 1));
        assert_eq!(graph.left_out, ["100 objects, drawn as 100 boxes", "20 more not drawn"]);
    }
}
