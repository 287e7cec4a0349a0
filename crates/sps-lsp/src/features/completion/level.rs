//! A line that is deeper than the line above it, which has a value already.

use lsp_types::{CompletionItem, CompletionTextEdit, TextEdit};
use sps_model::validate::Span;

use super::Request;
use crate::{loose, text::Text};

impl Request<'_> {
    /// The items for such a line, which gets the indentation of the line above with them: Vim makes every new line deeper, until
    /// a colon is typed.
    pub(super) fn items_of_level_above(&self) -> Option<Vec<CompletionItem>> {
        let content = self.text.content();
        let start = self.line_start(self.offset);
        let (above, line) = content.split_at(start);
        let line = line.split(['\r', '\n']).next()?;
        // A key in the making, and nothing else.
        let word = line.trim_start_matches(' ');
        let indent = line.len() - word.len();
        if !self.is_yaml
            || start + indent > self.offset
            || word.starts_with('-')
            || word.contains(':')
        {
            return None;
        }
        let is_content = |it: &&str| !it.trim().is_empty() && !it.trim_start().starts_with('#');
        let last = above.lines().rfind(is_content)?;
        if last.split(" #").next().is_some_and(|it| it.trim_end().ends_with(':')) {
            // The line is the value of that key.
            return None;
        }
        let level = last.len() - last.trim_start_matches([' ', '-']).len();
        let last_end = above.trim_end().len();
        if self.is_text_of_lines(last_end) {
            return None;
        }
        let surplus = indent.checked_sub(level).filter(|it| *it > 0)?;

        let text =
            Text::new(format!("{above}{}{}", &line[surplus..], &content[start + line.len()..]));
        let offset = self.offset - surplus;
        let mut items = Request { text: &text, offset, ..*self }.items_here();
        let width = u32::try_from(surplus).ok()?;
        let removal = TextEdit {
            range: self.text.range(Span::new(start, start + surplus)),
            new_text: String::new(),
        };
        for item in &mut items {
            let Some(CompletionTextEdit::Edit(edit)) = &mut item.text_edit else { return None };
            edit.range.start.character += width;
            edit.range.end.character += width;
            item.additional_text_edits.get_or_insert_default().push(removal.clone());
        }
        Some(items)
    }

    /// Whether a place is in a text below a bar, or behind the bar.
    fn is_text_of_lines(&self, offset: usize) -> bool {
        let root = loose::read(self.text.content(), true);
        let way = root.way_to(offset);
        let value = way.last().and_then(|it| it.node.span.of(self.text.content()));
        value.is_some_and(|it| it.starts_with(['|', '>']))
    }
}
