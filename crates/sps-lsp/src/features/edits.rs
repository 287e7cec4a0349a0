//! Edits of files that are open or not: repairs, waivers and renames. The editor makes them; the server writes nothing.

use lsp_types::{OneOf, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, Uri};
use sps_model::validate::{Copied, Span};
use sps_site::Repair;

use crate::text::Text;

/// The edits that make the repaired text of the text as it is. Parts that stay are not touched.
pub(crate) fn of_repair(repair: &Repair) -> Vec<TextEdit> {
    let before = Text::new(repair.before.text.clone());
    let spans = gaps(before.content().len(), &repair.after.text, &repair.copied);
    let edit = |(span, new_text): (Span, &str)| TextEdit {
        range: before.range(span),
        new_text: new_text.to_owned(),
    };
    spans.into_iter().map(edit).collect()
}

/// What is between the parts of a text that stay: bytes of the old one, and what is there in the new one.
fn gaps<'n>(length: usize, new: &'n str, copied: &[Copied]) -> Vec<(Span, &'n str)> {
    let mut gaps = Vec::new();
    let (mut old_end, mut new_end) = (0, 0);
    let parts = copied.iter().map(|it| (it.from, it.to)).chain([(Span::at(length), new.len())]);
    for (from, to) in parts {
        if from.start > old_end || to > new_end {
            gaps.push((Span::new(old_end, from.start), new.get(new_end..to).unwrap_or_default()));
        }
        (old_end, new_end) = (from.end, to + from.len());
    }
    gaps
}

/// The edit of one file, of the version that the editor has of it now.
pub(crate) fn of_file(
    uri: Uri,
    version: Option<i32>,
    edits: impl IntoIterator<Item = TextEdit>,
) -> TextDocumentEdit {
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    }
}
