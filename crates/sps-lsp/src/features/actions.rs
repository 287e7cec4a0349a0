//! What repairs the problems, or waives their rules.

use std::{cell::LazyCell, path::Path};

use lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Diagnostic,
    DocumentChanges, TextDocumentEdit, TextEdit, WorkspaceEdit,
};
use sps_model::validate::Finding;
use sps_site::{FileReport, SETTINGS_FILE};

use crate::{
    features::{File, edits, rename::is_yaml},
    skeleton::{quoted, word},
    text::Text,
    uri::uri,
};

impl File<'_> {
    /// The actions of the kinds that the editor asks for.
    pub(super) fn actions(&self, context: &CodeActionContext) -> Vec<CodeActionOrCommand> {
        let is_wanted = |kind: &CodeActionKind| {
            context.only.as_ref().is_none_or(|only| only.iter().any(|it| includes(it, kind)))
        };
        let (Some(home), Some(address)) = (&self.home, uri(&self.path)) else { return Vec::new() };
        let draft = home.tree.draft();
        let repair = |only: Option<(&str, &str)>| {
            self.settings.with_options(|options| draft.repair(&home.inside, only, options))
        };
        let version = self.version(&self.path);
        let mut actions = Vec::new();
        let problems = context.diagnostics.iter().filter(|_| is_wanted(&CodeActionKind::QUICKFIX));
        // The problems of the text as it is: what the editor shows may be about an older one.
        let report = LazyCell::new(|| {
            self.settings.with_options(|options| draft.report(&home.inside, options))
        });
        for problem in problems {
            let Some(data) = &problem.data else { continue };
            let (Some(code), Some(pointer)) = (data["code"].as_str(), data["pointer"].as_str())
            else {
                continue;
            };
            if let Some(repair) = repair(Some((code, pointer))) {
                let edit = edits::of_file(address.clone(), version, edits::of_repair(&repair));
                let place =
                    if pointer.is_empty() { "here".to_owned() } else { format!("at {pointer}") };
                let title = format!("Repair `{code}` {place}");
                let action = action(title, CodeActionKind::QUICKFIX, edit, Some(problem));
                actions.push(CodeAction { is_preferred: Some(true), ..action });
            } else if let Some(report) = &*report {
                // More than one word is possible.
                for (title, edit) in suggestions(report, code, pointer, self.text, &self.path) {
                    let edit = edits::of_file(address.clone(), version, [edit]);
                    actions.push(action(title, CodeActionKind::QUICKFIX, edit, Some(problem)));
                }
            }
            let settings = home.tree.outside(Path::new(SETTINGS_FILE));
            if let Some((text, new)) = draft.settings_allowing(code)
                && let Some(address) = uri(&settings)
            {
                let text = Text::new(text);
                let edit = TextEdit { range: text.range(new.0), new_text: new.1 };
                let edit = edits::of_file(address, self.version(&settings), [edit]);
                let title = format!("Waive `{code}` for this tree, in sps.toml");
                actions.push(action(title, CodeActionKind::QUICKFIX, edit, Some(problem)));
            }
        }
        let is_whole_file = is_wanted(&CodeActionKind::SOURCE_FIX_ALL);
        if let Some(repair) = is_whole_file.then(|| repair(None)).flatten() {
            let edit = edits::of_file(address, version, edits::of_repair(&repair));
            let title = "Repair everything in this file that leaves no choice".to_owned();
            actions.push(action(title, CodeActionKind::SOURCE_FIX_ALL, edit, None));
        }
        actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
    }
}

/// What a problem suggests in place of a key or a word, each with the title of its action, best first.
fn suggestions(
    report: &FileReport,
    code: &str,
    pointer: &str,
    text: &Text,
    path: &Path,
) -> Vec<(String, TextEdit)> {
    let mut problems = report.report.diagnostics.iter();
    let problem = problems.find(|it| it.code == code && it.pointer == pointer);
    let Some(problem) = problem else { return Vec::new() };
    let verb = match &problem.finding {
        Finding::UnknownKey { home: None, is_taken: false, .. } => "Rename to",
        Finding::UnknownSelection { .. } | Finding::NotInEnum { .. } => "Replace with",
        _ => return Vec::new(),
    };
    let old = problem.span.of(&report.text).unwrap_or_default();
    let is_quoted = old.starts_with(['"', '\'']);
    // An anchor, an alias or a text of several lines is more than the word.
    if !is_quoted && (old.starts_with(['&', '*', '!', '|', '>']) || old.contains('\n')) {
        return Vec::new();
    }
    let edit = |new: &String| TextEdit {
        range: text.range(problem.span),
        new_text: if is_yaml(path) && !is_quoted { word(new) } else { quoted(new) },
    };
    problem.suggestions.iter().map(|it| (format!("{verb} `{it}`"), edit(it))).collect()
}

/// Whether a kind of actions has the other one in it: `source` has `source.fixAll`.
fn includes(kind: &CodeActionKind, other: &CodeActionKind) -> bool {
    let rest = other.as_str().strip_prefix(kind.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn action(
    title: String,
    kind: CodeActionKind,
    edit: TextDocumentEdit,
    problem: Option<&Diagnostic>,
) -> CodeAction {
    let document_changes = Some(DocumentChanges::Edits(vec![edit]));
    let edit = WorkspaceEdit { document_changes, ..WorkspaceEdit::default() };
    CodeAction {
        title,
        kind: Some(kind),
        diagnostics: problem.map(|it| vec![it.clone()]),
        edit: Some(edit),
        ..CodeAction::default()
    }
}
