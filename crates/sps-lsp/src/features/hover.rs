//! What the member under the cursor means.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};
use sps_model::{EndpointInfo, validate::suggest};

use super::File;
use crate::{
    loose::{Name, Step},
    place::{Endpoints, Place},
};

/// The documentation of the member at a place.
pub(super) fn hover(file: &File<'_>, offset: usize) -> Option<Hover> {
    let root = file.root();
    let way = root.way_to(offset);
    let at = way.iter().rposition(|it| matches!(it.name, Name::Key(_)))?;
    let Name::Key(member) = way[at].name else { return None };
    let endpoints = |path: &str| file.endpoint_of(path);
    let (endpoint, pointer) = documented(file.endpoint, &way, &endpoints);
    let docs = file.settings.library.docs(endpoint, &pointer);
    let value = docs.or_else(|| unknown(file, &way[..=at], &endpoints))?;
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(file.text.range(member.key_span)) })
}

/// What is said of a key that no source shows.
fn unknown(file: &File<'_>, way: &[Step<'_>], endpoints: Endpoints<'_>) -> Option<String> {
    let (Step { name: Name::Key(member), owner, .. }, above) = way.split_last()? else {
        return None;
    };
    let keys = Place::of(file.endpoint).at(above, endpoints).keys(owner, file.version_of_tree());
    let names: Vec<_> = keys.iter().map(|it| it.name).collect();
    if names.is_empty() || names.contains(&&*member.key) || member.key.starts_with('$') {
        return None;
    }
    let near = suggest::nearest(&member.key, names);
    let near = near.first().map(|it| format!(" Did you mean `{it}`?")).unwrap_or_default();
    Some(format!("**{}**: no source shows this member here.{near}", member.key))
}

/// The endpoint that documents a place, and the keys that lead to it there as a pointer: the body of an object behind `$new`
/// is that of another endpoint.
pub(super) fn documented(
    endpoint: &'static EndpointInfo,
    way: &[Step<'_>],
    endpoints: Endpoints<'_>,
) -> (&'static EndpointInfo, String) {
    let is_new = |it: &Step<'_>| matches!(it.name, Name::Key(member) if member.key == "$new");
    if let Some(at) = way.iter().rposition(is_new)
        && let Some(target) = Place::of(endpoint).at(&way[..at], endpoints).target()
        && let Some(endpoint) = endpoints(target.path)
    {
        return (endpoint, without_indexes(&way[at + 1..]));
    }
    (endpoint, without_indexes(way))
}

/// The keys of a way as a pointer.
fn without_indexes(way: &[Step<'_>]) -> String {
    let keys = way.iter().filter_map(|step| match step.name {
        Name::Key(member) if member.key.starts_with('$') => None,
        Name::Key(member) => Some(format!("/{}", member.key)),
        Name::Index(_) => None,
    });
    keys.collect()
}
