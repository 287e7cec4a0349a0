//! Changes of a repair as a unified diff.

use std::fmt::Write as _;

use annotate_snippets::renderer::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};
use sps_validate::{
    Context, Copied, Form, Span, code, explain,
    render::{Hidden, masked},
};

use crate::{
    check::validate::Checked,
    output::text::{one_line, start_of},
};

/// Lines shown around a change.
const CONTEXT_LINES: usize = 3;
/// Characters shown of a line: a document may be a single one.
const MAX_LINE_CHARS: usize = 1_000;

/// Compares two states of one document, with sensitive values masked in both.
pub(crate) fn unified(before: &Checked, after: &Checked, copied: &[Copied], color: bool) -> String {
    let hidden_after = Hidden::new(&after.report.sensitive);
    let old = masked(&before.text, &hidden_before(before, &hidden_after, copied));
    let new = masked(&after.text, &hidden_after);
    let diff = TextDiff::from_lines(&old, &new);
    let style = |tag| match tag {
        ChangeTag::Delete if color => Style::new().fg_color(Some(AnsiColor::Red.into())),
        ChangeTag::Insert if color => Style::new().fg_color(Some(AnsiColor::Green.into())),
        _ => Style::new(),
    };
    let name = one_line(&before.source);
    let mut text = format!("--- {name}\n+++ {name}\n");
    for hunk in diff.unified_diff().context_radius(CONTEXT_LINES).iter_hunks() {
        let _ = writeln!(text, "{}", hunk.header());
        for change in hunk.iter_changes() {
            let style = style(change.tag());
            let line = change.value().trim_end_matches(['\r', '\n']);
            let shown = start_of(line, MAX_LINE_CHARS);
            let _ = writeln!(text, "{style}{}{shown}{style:#}", change.tag());
        }
    }
    text
}

/// Sensitive spans of the first state. Parts that were copied take them from the second state, where a key that was
/// misspelled is known; the other parts keep their own.
fn hidden_before(before: &Checked, after: &Hidden, copied: &[Copied]) -> Hidden {
    let first = hidden_alone(before);
    let mut spans = Vec::new();
    let mut done = 0;
    for &Copied { from, to, .. } in copied {
        spans.extend(first.within(Span::new(done, from.start)));
        let now = Span::new(to, to + (from.end - from.start));
        spans.extend(
            after
                .within(now)
                .map(|span| Span::new(span.start - to + from.start, span.end - to + from.start)),
        );
        done = from.end;
    }
    spans.extend(first.within(Span::new(done, before.text.len())));
    Hidden::new(&spans)
}

/// Sensitive spans of the first state alone. A request check does not look into a wrapper, a response check does.
fn hidden_alone(before: &Checked) -> Hidden {
    let wrapped = before.report.errors().any(|it| it.code == code::RESPONSE_WRAPPER);
    match before.subject.filter(|_| wrapped) {
        Some(subject) => {
            let report = explain(&before.text, &subject.form(Form::Response), &Context::default());
            Hidden::new(&report.sensitive)
        }
        None => Hidden::new(&before.report.sensitive),
    }
}
