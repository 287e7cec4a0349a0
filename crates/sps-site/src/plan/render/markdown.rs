//! A plan as Markdown, for a comment on a request to merge.

use std::fmt::Write as _;

use super::value::{Line, Sign, Tag, lines};
use crate::plan::{Action, Plan, PlannedObject, change::counted};

/// The longest text, in bytes. Code hosts take 65 536 characters.
const MAX_BYTES: usize = 60_000;
/// What stays free for the lines at the end.
const RESERVE: usize = 1_000;
/// The part of the text that a list of deletions may take.
const MAX_DELETIONS: usize = 20_000;

/// How a plan looks as Markdown.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct MarkdownOptions {
    /// Where the rest is, if not everything fits: a sentence for the reader.
    pub rest: Option<String>,
}

impl Plan {
    /// The plan as Markdown of less than 60 kB: the numbers, then what is deleted, then the changes.
    ///
    /// If not everything fits, the text says how many objects it leaves out.
    pub fn to_markdown(&self, options: &MarkdownOptions) -> String {
        let appliance = self.appliance();
        let mut text = format!("### Plan for {}\n\n", code(&appliance.describe()));
        let _ = write!(text, "**{}**\n\n", self.summary());
        let _ = write!(text, "Plan {}\n\n", code(&self.id()));
        for note in self.notes() {
            let _ = writeln!(text, "- Note: {}", code(note));
        }
        deletions(&mut text, self);
        let rest = options.rest.as_deref().unwrap_or_default();
        let limit = MAX_BYTES.saturating_sub(RESERVE + rest.len());
        let mut left_out = 0;
        for object in self.objects() {
            if object.action == Action::Delete
                || (object.action == Action::None && object.notes.is_empty())
            {
                continue;
            }
            let block = block(object);
            if left_out == 0 && text.len() + block.len() <= limit {
                text.push_str(&block);
            } else {
                left_out += 1;
            }
        }
        if left_out > 0 {
            let left_out = counted(left_out, "more object");
            let _ = write!(text, "\nNot shown: {left_out}. {rest}");
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        text
    }
}

fn deletions(text: &mut String, plan: &Plan) {
    for (collection, count) in plan.emptied() {
        let (collection, count) = (code(collection), counted(count, "object"));
        let _ = write!(text, "**The tree has none of {collection}: {count} will be deleted.**\n\n");
    }
    let mut deleted = plan.objects().iter().filter(|it| it.action == Action::Delete);
    let start = text.len();
    for object in deleted.by_ref() {
        let _ = writeln!(text, "- delete {}", code(&object.label.to_string()));
        if text.len() - start > MAX_DELETIONS {
            break;
        }
    }
    if let more @ 1.. = deleted.count() {
        let _ = writeln!(text, "- and {}", counted(more, "more deletion"));
    }
    if text.len() > start {
        text.push('\n');
    }
}

fn block(object: &PlannedObject) -> String {
    let mut content = String::new();
    for line in object.changes.iter().flat_map(lines) {
        line_text(&mut content, &line);
    }
    let mut text = format!("#### {} ({})\n\n", code(&object.label.to_string()), object.action);
    if let Some(from) = &object.renamed_from {
        let _ = write!(text, "Was {}\n\n", code(&from.to_string()));
    }
    if !content.is_empty() {
        let fence = "`".repeat(longest_run(&content).max(2) + 1);
        let _ = write!(text, "{fence}diff\n{content}{fence}\n\n");
    }
    for note in &object.notes {
        let _ = writeln!(text, "- Note: {}", code(&note.to_string()));
    }
    if !object.notes.is_empty() {
        text.push('\n');
    }
    text
}

fn line_text(text: &mut String, line: &Line) {
    // The first character of a line decides its color.
    let prefix = match line.tag {
        Tag::Head(Sign::Add) => "+ ",
        Tag::Head(Sign::Replace) => "! ",
        Tag::Head(Sign::Remove) => "- ",
        Tag::Equal => "      ",
        Tag::Removed => "-     ",
        Tag::Added => "+     ",
    };
    let _ = writeln!(text, "{prefix}{}", line.text);
}

/// A text in which nothing is Markdown.
fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let text = text.replace('\n', " ");
    // A space inside keeps backticks apart; one on both sides is not shown.
    if text.starts_with('`') || text.ends_with('`') || text.is_empty() {
        return format!("{fence} {text} {fence}");
    }
    format!("{fence}{text}{fence}")
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|it| it != '`').map(str::len).max().unwrap_or(0)
}
