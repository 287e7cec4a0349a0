//! From a reference to its object, and back.

use lsp_types::{Location, Range};
use sps_site::{Label, Reference};

use super::Home;
use crate::{text::Text, uri::uri};

/// The label of the reference at a place.
fn referred_at<'h>(home: &'h Home<'_>, offset: usize) -> Option<&'h Label> {
    let mut references = home.tree.draft().references();
    let here = |it: &Reference<'_>| {
        it.file == home.inside && it.span.start <= offset && offset <= it.span.end
    };
    references.find(here).map(|it| it.label)
}

/// The label that is meant at a place: that of a reference there, or that of the object whose file it is.
pub(super) fn label_at<'h>(home: &'h Home<'_>, offset: usize) -> Option<&'h Label> {
    referred_at(home, offset).or_else(|| home.tree.draft().label(&home.inside))
}

/// The file of the object that is meant at a place, if it is a reference.
pub(super) fn definition(home: &Home<'_>, offset: usize) -> Option<Location> {
    let label = referred_at(home, offset)?;
    let (_, path) = home.tree.draft().labels().find(|(it, _)| *it == label)?;
    Some(Location { uri: uri(&home.tree.outside(path))?, range: Range::default() })
}

/// The places that refer to what is meant at a place, and its file if that is asked for.
pub(super) fn references(home: &Home<'_>, offset: usize, with_declaration: bool) -> Vec<Location> {
    let Some(label) = label_at(home, offset) else { return Vec::new() };
    let uses = home.tree.draft().references().filter(|it| it.label == label);
    let uses = uses.filter_map(|it| {
        let range = Text::new(it.text).range(it.span);
        Some(Location { uri: uri(&home.tree.outside(it.file))?, range })
    });
    let declared = home.tree.draft().labels().filter(|(it, _)| with_declaration && *it == label);
    let declared = declared.filter_map(|(_, path)| {
        Some(Location { uri: uri(&home.tree.outside(path))?, range: Range::default() })
    });
    declared.chain(uses).collect()
}
