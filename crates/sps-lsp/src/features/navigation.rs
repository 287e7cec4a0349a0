//! From a reference to its object, and back.

use std::path::{Component, PathBuf};

use lsp_types::{Location, Range};
use sps_site::{Label, Reference};

use super::{File, Home};
use crate::{
    loose::{Name, Step},
    text::Text,
    uri::uri,
};

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

/// The file of the object that is meant at a place, if it is a reference; or the file that is named there.
pub(super) fn definition(file: &File<'_>, offset: usize) -> Option<Location> {
    let home = file.home.as_ref()?;
    let path = match referred_at(home, offset) {
        Some(label) => {
            let (_, path) = home.tree.draft().labels().find(|(it, _)| *it == label)?;
            home.tree.outside(path)
        }
        None => file_at(file, home, offset)?,
    };
    Some(Location { uri: uri(&path)?, range: Range::default() })
}

/// The file that a `$file` at a place names.
fn file_at(file: &File<'_>, home: &Home<'_>, offset: usize) -> Option<PathBuf> {
    let root = file.root();
    let way = root.way_to(offset);
    let Step { name: Name::Key(member), .. } = way.last()? else { return None };
    let name = member.value.text().filter(|_| member.key == "$file")?;
    let folder = home.inside.parent()?;
    // A name that leads out of the tree is a mistake, and so is an absolute one.
    let is_inside = |it: &PathBuf| it.components().all(|it| matches!(it, Component::Normal(_)));
    let inside = [folder.join(name), PathBuf::from(name)].into_iter().filter(is_inside);
    inside.map(|it| home.tree.outside(&it)).find(|it| it.is_file())
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
