//! The new name of an object: in its file, in the name of that file, and everywhere it is referred to.

use std::path::{Path, PathBuf};

use sps_model::{
    shape,
    validate::{Form, Span},
};
use sps_site::{Draft, Label};

use crate::{
    loose::{self, Node},
    skeleton::{quoted, word},
};

/// What a rename changes.
#[derive(Debug)]
pub(crate) struct Rename {
    /// New texts at places of files, relative to the root.
    pub(crate) edits: Vec<(PathBuf, Span, String)>,
    /// The file of the object.
    pub(crate) from: PathBuf,
    /// What it is called afterwards.
    pub(crate) to: PathBuf,
}

/// Whether a file is read as YAML.
pub(crate) fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "yaml" || it == "yml")
}

/// The name of an object as a reference writes it in short: the last `/` of a label ends its endpoint.
pub(super) fn written_name(label: &Label) -> Option<String> {
    label.name()?;
    label.to_string().rsplit('/').next().map(str::to_owned)
}

/// Gives an object another name.
///
/// # Errors
/// There is no such object here, the name is taken, or a place of the old name is not known for certain.
pub(crate) fn rename(draft: &Draft, label: &Label, name: &str) -> Result<Rename, String> {
    let old = label
        .name()
        .ok_or_else(|| format!("`{label}` is alone at its endpoint and has no name"))?;
    if name.is_empty() {
        return Err("a name has at least one character".to_owned());
    }
    let new = Label::of_object(label.endpoint(), name);
    if let Some((_, taken)) = draft.labels().find(|(it, _)| **it == new) {
        return Err(format!("`{new}` is described by {} already", taken.display()));
    }
    let Some((_, file)) = draft.labels().find(|(it, _)| *it == label) else {
        return Err(format!("no file describes `{label}`"));
    };
    // What cannot be read may refer to it.
    let encoded = written_name(label).unwrap_or_default();
    let may_name = |text: &str| text.contains(old) || text.contains(&encoded);
    if let Some((unread, _)) = draft.unread().find(|(path, text)| *path == file || may_name(text)) {
        return Err(format!(
            "{} cannot be read now, and may name `{old}`; correct it first",
            unread.display()
        ));
    }
    let mut edits = vec![name_in_file(draft, file, old, name)?];
    for it in draft.references().filter(|it| it.label == label) {
        let refuse = || {
            format!(
                "{} refers to `{label}` in a way that is not changed here; change it by hand",
                it.file.display()
            )
        };
        let part = it.span.of(it.text).ok_or_else(refuse)?;
        let node = loose::read(part, is_yaml(it.file));
        let value = node.get("$ref").ok_or_else(refuse)?;
        let old_text =
            value.text().filter(|it| it.contains(old) || it.contains('%')).ok_or_else(refuse)?;
        let span = Span::new(it.span.start + value.span.start, it.span.start + value.span.end);
        let is_whole = old_text.contains('/');
        let short = written_name(&new).filter(|_| !is_whole);
        let text = short.unwrap_or_else(|| new.to_string());
        edits.push((it.file.to_owned(), span, written(value, &text)));
    }
    let mut to = file.to_owned();
    let ending = file.extension().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    to.set_file_name(format!("{}.{ending}", Draft::file_stem(&new).unwrap_or_default()));
    Ok(Rename { edits, from: file.to_owned(), to })
}

/// The name in the body of the object itself.
fn name_in_file(
    draft: &Draft,
    file: &Path,
    old: &str,
    new: &str,
) -> Result<(PathBuf, Span, String), String> {
    let refuse =
        || format!("{} does not show its name in a way that is changed here", file.display());
    let endpoint = draft.endpoint(file).ok_or_else(refuse)?;
    let member = endpoint
        .subject(Form::Request)
        .and_then(|it| shape::label_member(it.body))
        .unwrap_or("name");
    let text = draft.text(file).ok_or_else(refuse)?;
    let root = loose::read(text, is_yaml(file));
    let value = root.get(member).ok_or_else(refuse)?;
    if value.text() != Some(old) {
        return Err(refuse());
    }
    Ok((file.to_owned(), value.span, written(value, new)))
}

/// A text in the notation of the one in its place.
fn written(place: &Node, text: &str) -> String {
    if place.is_flow { quoted(text) } else { word(text) }
}
