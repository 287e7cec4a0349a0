//! What the server answers.

mod completion;

use std::path::Path;

use lsp_server::ErrorCode;
use lsp_types::{
    CompletionItem, CompletionOptions, CompletionParams, ServerCapabilities, TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities, OneOf,
};
use lsp_types::request::{Completion, Request as _};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use self::completion::Named;
use crate::{server::Server, uri::path_of};

/// Why a request has no answer.
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
}

/// What the editor may ask for.
pub(crate) fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            ..TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(["\"", "'", ":", "$", "/", " "].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

/// The answer to a request.
pub(crate) fn answer(server: &mut Server<'_>, method: &str, params: Value) -> Result<Value, Refusal> {
    match method {
        Completion::METHOD => {
            let params: CompletionParams = read(params)?;
            let place = params.text_document_position;
            value(&complete(server, &place))
        }
        _ => Err(Refusal {
            code: ErrorCode::MethodNotFound,
            message: format!("{method} is not supported"),
        }),
    }
}

fn read<P: DeserializeOwned>(params: Value) -> Result<P, Refusal> {
    serde_json::from_value(params)
        .map_err(|error| Refusal { code: ErrorCode::InvalidParams, message: error.to_string() })
}

fn value(it: &impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(it)
        .map_err(|error| Refusal { code: ErrorCode::InternalError, message: error.to_string() })
}

/// Whether a file is read as YAML.
fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "yaml" || it == "yml")
}

fn complete(server: &mut Server<'_>, place: &TextDocumentPositionParams) -> Option<Vec<CompletionItem>> {
    let path = path_of(place.text_document.uri.as_str())?;
    let Server { workspace, documents, settings, .. } = server;
    let tree = workspace.tree_of(&path, documents)?;
    let file = tree.inside(&path)?;
    let draft = tree.draft();
    let endpoint = draft.endpoint(&file)?;
    let text = &documents.get(&path)?.text;
    let labels = |path: &str| {
        let labels = draft.labels().filter(|(label, _)| path.ends_with(label.endpoint()));
        let named = labels.filter_map(|(label, _)| {
            let written = label.to_string();
            let written = written.strip_prefix(label.endpoint())?.strip_prefix('/')?.to_owned();
            Some(Named { name: label.name()?.to_owned(), written })
        });
        named.collect()
    };
    let endpoints = |path: &str| settings.load.endpoints.iter().copied().find(|it| it.path == path);
    let is_yaml = is_yaml(&path);
    let request = completion::Request {
        text,
        is_yaml,
        offset: text.offset(place.position),
        endpoint,
        endpoints: &endpoints,
        version: settings.target.or(draft.settings().target),
        labels: &labels,
        template: &|endpoint| settings.library.template(endpoint, is_yaml),
        docs: &|endpoint, pointer| settings.library.docs(endpoint, pointer),
    };
    Some(request.items())
}
