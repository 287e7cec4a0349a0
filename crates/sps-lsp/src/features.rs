//! What the server answers.

mod actions;
mod completion;
mod edits;
mod hover;
mod navigation;
mod outline;
mod rename;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use lsp_server::ErrorCode;
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability,
    CompletionItem, CompletionOptions, CompletionParams, DocumentChangeOperation, DocumentChanges,
    DocumentSymbol, DocumentSymbolParams, FileOperationFilter, FileOperationPattern,
    FileOperationRegistrationOptions, FoldingRange, FoldingRangeParams,
    FoldingRangeProviderCapability, GotoDefinitionParams, HoverParams, HoverProviderCapability,
    Location, OneOf, PrepareRenameResponse, ReferenceParams, RenameFile, RenameOptions,
    RenameParams, ResourceOp, ServerCapabilities, SymbolInformation, SymbolKind,
    TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextEdit, Uri, WorkspaceEdit,
    WorkspaceFileOperationsServerCapabilities, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities, WorkspaceSymbolParams,
    request::{
        CodeActionRequest, Completion, DocumentSymbolRequest, FoldingRangeRequest, GotoDefinition,
        HoverRequest, PrepareRenameRequest, References, Rename, Request as _, WillRenameFiles,
        WorkspaceSymbolRequest,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sps_model::{
    EndpointInfo,
    validate::{Span, Version, suggest},
};
use sps_site::Draft;

use self::{
    completion::Named,
    rename::{is_yaml, written_name},
};
use crate::{
    Settings,
    document::Documents,
    loose,
    state::State,
    text::Text,
    uri::{path_of, uri},
    workspace::{Tree, Workspace},
};

/// A request of ours: where in the body a place is, for the status line of an editor.
const POINTER: &str = "sps/pointer";

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
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: lsp_types::WorkDoneProgressOptions::default(),
        })),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL]),
            ..CodeActionOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: Some(WorkspaceFileOperationsServerCapabilities {
                did_create: Some(every_file()),
                did_rename: Some(every_file()),
                did_delete: Some(every_file()),
                ..WorkspaceFileOperationsServerCapabilities::default()
            }),
        }),
        ..ServerCapabilities::default()
    }
}

/// Files and folders: a folder brings its files along.
fn every_file() -> FileOperationRegistrationOptions {
    let pattern = FileOperationPattern { glob: "**/*".to_owned(), matches: None, options: None };
    let filter = FileOperationFilter { scheme: Some("file".to_owned()), pattern };
    FileOperationRegistrationOptions { filters: vec![filter] }
}

/// The answer to a request.
pub(crate) fn answer(state: &mut State, method: &str, params: Value) -> Result<Value, Refusal> {
    match method {
        Completion::METHOD => {
            let it: CompletionParams = read(params)?;
            value(&at(state, &it.text_document_position, |it, at| Some(it.complete(at))))
        }
        HoverRequest::METHOD => {
            let it: HoverParams = read(params)?;
            value(&at(state, &it.text_document_position_params, hover::hover))
        }
        GotoDefinition::METHOD => {
            let it: GotoDefinitionParams = read(params)?;
            value(&at(state, &it.text_document_position_params, navigation::definition))
        }
        References::METHOD => {
            let it: ReferenceParams = read(params)?;
            let with_declaration = it.context.include_declaration;
            value(&at(state, &it.text_document_position, |it, at| {
                Some(navigation::references(it.home.as_ref()?, at, with_declaration))
            }))
        }
        PrepareRenameRequest::METHOD => {
            let it: TextDocumentPositionParams = read(params)?;
            value(&at(state, &it, prepare_rename))
        }
        Rename::METHOD => {
            let it: RenameParams = read(params)?;
            let edit = at(state, &it.text_document_position, |place, at| {
                Some(place.rename(at, &it.new_name))
            });
            let refuse = |message| Refusal { code: ErrorCode::RequestFailed, message };
            value(&edit.transpose().map_err(refuse)?)
        }
        DocumentSymbolRequest::METHOD => {
            let it: DocumentSymbolParams = read(params)?;
            value(&in_file(state, &it.text_document.uri, |it| Some(it.symbols())))
        }
        FoldingRangeRequest::METHOD => {
            let it: FoldingRangeParams = read(params)?;
            value(&in_file(state, &it.text_document.uri, |it| Some(it.folding())))
        }
        CodeActionRequest::METHOD => {
            let it: CodeActionParams = read(params)?;
            value(&in_file(state, &it.text_document.uri, |file| Some(file.actions(&it.context))))
        }
        WorkspaceSymbolRequest::METHOD => {
            let it: WorkspaceSymbolParams = read(params)?;
            value(&symbols(&state.workspace, &it.query))
        }
        POINTER => {
            let it: TextDocumentPositionParams = read(params)?;
            value(&at(state, &it, |it, at| Some(it.pointer(at))))
        }
        // A file that gets another name in the editor keeps its text: the name of its object may be meant to stay.
        WillRenameFiles::METHOD => Ok(Value::Null),
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

/// Runs `work` for a place in an open file of a tree.
fn at<R>(
    state: &mut State,
    place: &TextDocumentPositionParams,
    work: impl FnOnce(&File<'_>, usize) -> Option<R>,
) -> Option<R> {
    in_file(state, &place.text_document.uri, |it| work(it, it.text.offset(place.position)))
}

/// Runs `work` for an open file of a tree.
fn in_file<R>(
    state: &mut State,
    uri: &Uri,
    work: impl FnOnce(&File<'_>) -> Option<R>,
) -> Option<R> {
    let path = path_of(uri.as_str())?;
    let State { workspace, documents, settings } = state;
    let text = &documents.get(&path)?.text;
    let home = match workspace.tree_of(&path, documents) {
        Some(tree) => Some(Home { inside: tree.inside(&path)?, tree }),
        None => None,
    };
    let endpoint = match &home {
        Some(home) => home.tree.draft().endpoint(&home.inside)?,
        None => settings.library.endpoint(&path)?,
    };
    let documents = &*documents;
    work(&File { home, path, text, endpoint, settings, documents })
}

/// The place of a file in a tree.
struct Home<'s> {
    tree: &'s Tree,
    /// The path in the tree.
    inside: PathBuf,
}

/// An open file with an object.
struct File<'s> {
    /// Its place in a tree, if it is in one.
    home: Option<Home<'s>>,
    path: PathBuf,
    text: &'s Text,
    endpoint: &'static EndpointInfo,
    settings: &'s Settings,
    documents: &'s Documents,
}

impl File<'_> {
    /// The version of a file that is open.
    fn version(&self, path: &Path) -> Option<i32> {
        self.documents.get(path).map(|it| it.version)
    }

    /// The endpoint at a path.
    fn endpoint_of(&self, path: &str) -> Option<&'static EndpointInfo> {
        self.settings.load.endpoints.iter().copied().find(|it| it.path == path)
    }

    /// The version of the appliance that the file is for.
    fn version_of_tree(&self) -> Option<Version> {
        let of_tree = || self.home.as_ref()?.tree.draft().settings().target;
        self.settings.target.or_else(of_tree)
    }

    fn root(&self) -> loose::Node {
        loose::read(self.text.content(), is_yaml(&self.path))
    }

    fn complete(&self, offset: usize) -> Vec<CompletionItem> {
        let Self { endpoint, settings, text, .. } = *self;
        let draft = self.home.as_ref().map(|it| it.tree.draft());
        let labels = |path: &str| {
            let labels = draft.into_iter().flat_map(Draft::labels);
            let labels = labels.filter(|(label, _)| path.ends_with(label.endpoint()));
            let named = labels.filter_map(|(label, _)| {
                let (name, written) = (label.name()?.to_owned(), written_name(label)?);
                Some(Named { name, written })
            });
            named.collect()
        };
        let endpoints = |path: &str| self.endpoint_of(path);
        let is_yaml = is_yaml(&self.path);
        let request = completion::Request {
            text,
            is_yaml,
            offset,
            endpoint,
            endpoints: &endpoints,
            version: self.version_of_tree(),
            labels: &labels,
            name: self.home.as_ref().and_then(|it| draft?.label(&it.inside)?.name()),
            template: &|endpoint| settings.library.template(endpoint),
            docs: &|endpoint, pointer| settings.library.docs(endpoint, pointer),
        };
        request.items()
    }

    /// The endpoint and the pointer of a place.
    fn pointer(&self, offset: usize) -> Value {
        let root = self.root();
        let pointer = loose::pointer(&root.way_to(offset));
        serde_json::json!({ "endpoint": self.endpoint.path, "pointer": pointer })
    }

    fn symbols(&self) -> Vec<DocumentSymbol> {
        outline::symbols(self.text, &self.root())
    }

    fn folding(&self) -> Vec<FoldingRange> {
        outline::folding(self.text, &self.root())
    }

    fn rename(&self, offset: usize, name: &str) -> Result<WorkspaceEdit, String> {
        let home = self.home.as_ref().ok_or("this file is in no tree with references to it")?;
        let label =
            navigation::label_at(home, offset).ok_or("there is nothing here that has a name")?;
        let tree = home.tree;
        let draft = tree.draft();
        let rename = rename::rename(draft, label, name)?;
        let mut by_file: BTreeMap<PathBuf, Vec<(Span, String)>> = BTreeMap::new();
        for (file, span, new) in rename.edits {
            by_file.entry(file).or_default().push((span, new));
        }
        let mut operations = Vec::new();
        for (file, edits) in by_file {
            let path = tree.outside(&file);
            let text = Text::new(draft.text(&file).unwrap_or_default());
            let edits = edits
                .into_iter()
                .map(|(span, new_text)| TextEdit { range: text.range(span), new_text });
            let uri = uri(&path).ok_or("the path of a file has no address")?;
            let edit = edits::of_file(uri, self.version(&path), edits);
            operations.push(DocumentChangeOperation::Edit(edit));
        }
        let address = |file: &Path| uri(&tree.outside(file));
        if let (Some(old_uri), Some(new_uri)) = (address(&rename.from), address(&rename.to)) {
            let file = RenameFile { old_uri, new_uri, options: None, annotation_id: None };
            operations.push(DocumentChangeOperation::Op(ResourceOp::Rename(file)));
        }
        let document_changes = Some(DocumentChanges::Operations(operations));
        Ok(WorkspaceEdit { document_changes, ..WorkspaceEdit::default() })
    }
}

/// Where the name is that a rename would change.
fn prepare_rename(file: &File<'_>, offset: usize) -> Option<PrepareRenameResponse> {
    let label = navigation::label_at(file.home.as_ref()?, offset)?;
    let placeholder = label.name()?.to_owned();
    let root = file.root();
    let way = root.way_to(offset);
    let node = way.last()?.node;
    // Only where the name is, not on every line of the file.
    let is_name = node.text() == Some(&placeholder);
    let is_reference = matches!(way.last()?.name, loose::Name::Key(it) if it.key == "$ref");
    (is_name || is_reference).then(|| PrepareRenameResponse::RangeWithPlaceholder {
        range: file.text.range(node.span),
        placeholder,
    })
}

/// The most symbols of a whole workspace in one answer.
const MAX_SYMBOLS: usize = 500;

/// The objects whose labels have a text in them, or are near to it.
#[expect(
    deprecated,
    reason = "the type has a field that was replaced by tags, and no other way to be made"
)]
fn symbols(workspace: &Workspace, query: &str) -> Vec<SymbolInformation> {
    let query = query.to_lowercase();
    let labels = workspace.trees().flat_map(|tree| {
        tree.draft().labels().map(move |(label, file)| (label.to_string(), tree.outside(file)))
    });
    let fits = |text: &str| {
        text.to_lowercase().contains(&query)
            || text
                .rsplit('/')
                .next()
                .is_some_and(|name| !suggest::nearest(&query, [name]).is_empty())
    };
    let found = labels.filter(|(text, _)| query.is_empty() || fits(text)).take(MAX_SYMBOLS);
    let symbol = |(name, path): (String, PathBuf)| {
        let location = Location { uri: uri(&path)?, range: lsp_types::Range::default() };
        let (kind, tags) = (SymbolKind::OBJECT, None);
        Some(SymbolInformation {
            name,
            kind,
            tags,
            deprecated: None,
            location,
            container_name: None,
        })
    };
    found.filter_map(symbol).collect()
}
