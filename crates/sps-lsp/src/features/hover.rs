//! What the member under the cursor means.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};

use super::File;
use crate::loose::{Name, Step};

/// The documentation of the member at a place.
pub(super) fn hover(file: &File<'_>, offset: usize) -> Option<Hover> {
    let root = file.root();
    let way = root.way_to(offset);
    let Some(Step { name: Name::Key(member), .. }) =
        way.iter().rfind(|it| matches!(it.name, Name::Key(_)))
    else {
        return None;
    };
    let value = file.settings.library.docs(file.endpoint, &without_indexes(&way))?;
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(file.text.range(member.key_span)) })
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
