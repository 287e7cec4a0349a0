//! From a reference to its object, and back.

use std::path::Path;

use lsp_types::{Location, Range};
use sps_site::{Label, Reference};

use crate::{text::Text, uri::uri, workspace::Tree};

/// The label that is meant at a place: that of a reference there, or that of the object whose file it is.
pub(crate) fn label_at(tree: &Tree, file: &Path, offset: usize) -> Option<Label> {
    let here =
        |it: &Reference<'_>| it.file == file && it.span.start <= offset && offset <= it.span.end;
    match tree.draft().references().find(here) {
        Some(reference) => Some(reference.label.clone()),
        None => tree.draft().label(file).cloned(),
    }
}

/// The file of the object that is meant at a place, if it is a reference.
pub(crate) fn definition(tree: &Tree, file: &Path, offset: usize) -> Option<Location> {
    let here =
        |it: &Reference<'_>| it.file == file && it.span.start <= offset && offset <= it.span.end;
    let label = tree.draft().references().find(here)?.label;
    let (_, path) = tree.draft().labels().find(|(it, _)| *it == label)?;
    let start = Range::default();
    Some(Location { uri: uri(&tree.outside(path))?, range: start })
}

/// The places that refer to what is meant at a place, and its file if that is asked for.
pub(crate) fn references(
    tree: &Tree,
    file: &Path,
    offset: usize,
    with_declaration: bool,
) -> Vec<Location> {
    let Some(label) = label_at(tree, file, offset) else { return Vec::new() };
    let uses = tree.draft().references().filter(|it| *it.label == label);
    let uses = uses.filter_map(|it| {
        let range = Text::new(it.text).range(it.span);
        Some(Location { uri: uri(&tree.outside(it.file))?, range })
    });
    let declared = tree.draft().labels().filter(|(it, _)| with_declaration && **it == label);
    let declared = declared.filter_map(|(_, path)| {
        Some(Location { uri: uri(&tree.outside(path))?, range: Range::default() })
    });
    declared.chain(uses).collect()
}
