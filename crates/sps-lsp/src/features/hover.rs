//! What the member under the cursor means.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};
use sps_model::EndpointInfo;

use crate::{
    Library,
    loose::{Name, Node, Step},
    text::Text,
};

/// The documentation of the member at a place.
pub(crate) fn hover(
    text: &Text,
    root: &Node,
    offset: usize,
    endpoint: &'static EndpointInfo,
    library: &dyn Library,
) -> Option<Hover> {
    let way = root.way_to(offset);
    let Some(Step { name: Name::Key(member), .. }) =
        way.iter().rfind(|it| matches!(it.name, Name::Key(_)))
    else {
        return None;
    };
    let value = library.docs(endpoint, &without_indexes(&way))?;
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(text.range(member.key_span)) })
}

/// The keys of a way as a pointer.
pub(crate) fn without_indexes(way: &[Step<'_>]) -> String {
    let keys = way.iter().filter_map(|step| match step.name {
        Name::Key(member) if member.key.starts_with('$') => None,
        Name::Key(member) => Some(format!("/{}", member.key)),
        Name::Index(_) => None,
    });
    keys.collect()
}
