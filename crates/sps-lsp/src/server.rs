//! The loop of messages.

use std::{
    collections::{BTreeSet, VecDeque},
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crossbeam_channel::{RecvTimeoutError, TryRecvError};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CancelParams, ClientCapabilities, CreateFilesParams, DeleteFilesParams,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, FileSystemWatcher, GlobPattern,
    InitializeParams, InitializeResult, NumberOrString, PublishDiagnosticsParams, Registration,
    RegistrationParams, RenameFilesParams, ServerInfo,
    notification::{
        Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders,
        DidCloseTextDocument, DidCreateFiles, DidDeleteFiles, DidOpenTextDocument, DidRenameFiles,
        Exit, Notification as _, PublishDiagnostics,
    },
    request::{Initialize, RegisterCapability, Request as _, Shutdown},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    ServeError, Settings, features,
    state::State,
    text::Text,
    uri::{Spellings, path_of, uri},
    workspace::Due,
};

/// How long the editor has to be silent before problems are shown.
const PAUSE: Duration = Duration::from_millis(40);
/// The longest time for which typing puts problems off.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// How long files are checked before messages are looked at again.
const SLICE: Duration = Duration::from_millis(8);
/// How often files are looked at for an editor that does not watch them; more seldom where that takes long.
const RESCAN: Duration = Duration::from_secs(1);
/// The part of the time that looking at files may take: one of so many.
const RESCAN_SHARE: u32 = 30;

/// A server for one editor.
pub(crate) struct Server<'c> {
    connection: &'c Connection,
    state: State,
    spellings: Spellings,
    /// Messages that have come and wait.
    queue: VecDeque<Message>,
    /// The files of which the editor shows problems.
    shown: BTreeSet<PathBuf>,
    /// Since when reports are due.
    due: Option<Instant>,
    /// Whether some of the reports have been made, and nothing was typed since.
    is_publishing: bool,
    /// When files are looked at again, for an editor that does not watch them.
    rescan: Option<Instant>,
}

impl<'c> Server<'c> {
    /// Answers the first message of the editor.
    pub(crate) fn start(
        connection: &'c Connection,
        settings: Settings,
    ) -> Result<Self, ServeError> {
        let (id, mut params) = first_request(connection)?;
        let mut spellings = Spellings::default();
        spellings.read(&mut params);
        let params: InitializeParams = serde_json::from_value(params).unwrap_or_default();
        let name = "sps".to_owned();
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        let result = InitializeResult {
            capabilities: features::capabilities(),
            server_info: Some(ServerInfo { name, version }),
        };
        let mut server = Self {
            connection,
            state: State::new(settings),
            spellings,
            queue: VecDeque::new(),
            shown: BTreeSet::new(),
            due: None,
            is_publishing: false,
            rescan: None,
        };
        server.answer(Response::new_ok(id, result));
        let folders = folders(&params);
        for folder in &folders {
            server.add_folder(folder);
        }
        if watches_files(&params.capabilities) {
            server.watch_files();
        } else {
            server.rescan = Some(Instant::now() + RESCAN);
        }
        Ok(server)
    }

    /// Asks the editor to tell of every file that changes: a `$file` may read any.
    fn watch_files(&self) {
        let watcher =
            FileSystemWatcher { glob_pattern: GlobPattern::String("**/*".into()), kind: None };
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: vec![watcher] };
        let registration = Registration {
            id: "files".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: Some(value(options)),
        };
        let params = RegistrationParams { registrations: vec![registration] };
        let method = RegisterCapability::METHOD.to_owned();
        let request = Request { id: "watch".to_owned().into(), method, params: value(params) };
        // An editor that is gone has no use for it.
        let _ = self.connection.sender.send(request.into());
    }

    /// Serves until the editor ends the connection.
    pub(crate) fn run(mut self) -> Result<(), ServeError> {
        loop {
            if self.state.workspace.is_stale() {
                self.due.get_or_insert_with(Instant::now);
            }
            match self.next() {
                Next::Message(Message::Request(request)) => {
                    if request.method == Shutdown::METHOD {
                        self.answer(Response::new_ok(request.id, ()));
                        self.wait_for_exit();
                        return Ok(());
                    }
                    self.request(request);
                }
                Next::Message(Message::Notification(it)) => self.notification(it),
                Next::Message(Message::Response(_)) => {}
                Next::Pause => self.publish(),
                Next::Rescan => self.look_at_files(),
                Next::End => return Ok(()),
            }
        }
    }

    /// Takes nothing more but the end. An editor may have sent other messages before it read the answer, or ask twice.
    fn wait_for_exit(&mut self) {
        let queue = std::mem::take(&mut self.queue);
        let later = std::iter::from_fn(|| self.connection.receiver.recv().ok());
        for message in queue.into_iter().chain(later) {
            match message {
                Message::Request(it) => {
                    let message = "the server is about to end".to_owned();
                    let code = ErrorCode::InvalidRequest as i32;
                    self.answer(Response::new_err(it.id, code, message));
                }
                Message::Notification(it) if it.method == Exit::METHOD => return,
                Message::Notification(_) | Message::Response(_) => {}
            }
        }
    }

    /// The next message, or a pause in which reports can be made.
    fn next(&mut self) -> Next {
        let receiver = &self.connection.receiver;
        loop {
            match receiver.try_recv() {
                Ok(message) => self.queue.push_back(message),
                Err(TryRecvError::Disconnected) if self.queue.is_empty() => return Next::End,
                Err(_) => break,
            }
        }
        let is_late = self.due.is_some_and(|since| since.elapsed() >= LONGEST_PAUSE);
        // A report of a text that has changed since would have the version of the new one.
        let is_change = |it: &Message| matches!(it, Message::Notification(it) if it.method == DidChangeTextDocument::METHOD);
        if is_late && !self.queue.iter().any(is_change) {
            return Next::Pause;
        }
        if let Some(message) = self.queue.pop_front() {
            return Next::Message(message);
        }
        match self.due {
            None => match self.rescan {
                None => receiver.recv().map_or(Next::End, Next::Message),
                Some(at) => match receiver.recv_deadline(at) {
                    Ok(message) => Next::Message(message),
                    Err(RecvTimeoutError::Timeout) => Next::Rescan,
                    Err(RecvTimeoutError::Disconnected) => Next::End,
                },
            },
            // Between two slices there is no need to wait.
            Some(_) if self.is_publishing => Next::Pause,
            Some(_) => match receiver.recv_timeout(PAUSE) {
                Ok(message) => Next::Message(message),
                Err(RecvTimeoutError::Timeout) => Next::Pause,
                Err(RecvTimeoutError::Disconnected) => Next::End,
            },
        }
    }

    /// Looks for changes that other programs have made.
    fn look_at_files(&mut self) {
        let start = Instant::now();
        let State { workspace, documents, .. } = &mut self.state;
        workspace.rescan(documents);
        let pause = RESCAN.max(start.elapsed() * RESCAN_SHARE);
        self.rescan = Some(Instant::now() + pause);
    }

    /// Shows the problems of some of the files whose reports are due.
    fn publish(&mut self) {
        let State { settings, documents, workspace } = &mut self.state;
        let until = Instant::now() + SLICE;
        for due in workspace.reports(documents, settings, until) {
            self.show(due);
        }
        // Messages that have come meanwhile go first, and put the next slice off.
        self.is_publishing = self.state.workspace.is_stale();
        self.due = self.is_publishing.then(Instant::now);
    }

    /// Shows the problems of a file, or that it has none any longer.
    fn show(&mut self, due: Due) {
        let Due { path, diagnostics } = due;
        if diagnostics.is_empty() && !self.shown.remove(&path) {
            // Of a file that is open, the editor learns that it is good.
            if self.state.documents.get(&path).is_none() {
                return;
            }
        }
        if !diagnostics.is_empty() {
            self.shown.insert(path.clone());
        }
        let Some(uri) = uri(&path) else { return };
        let version = self.state.documents.get(&path).map(|it| it.version);
        self.notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version });
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, mut params } = notification;
        self.spellings.read(&mut params);
        match method.as_str() {
            DidOpenTextDocument::METHOD => with(params, |it: DidOpenTextDocumentParams| {
                let it = it.text_document;
                let Some(path) = path_of(it.uri.as_str()) else { return };
                self.state.documents.open(path.clone(), it.version, Text::new(it.text));
                self.changed(&path);
            }),
            DidChangeTextDocument::METHOD => with(params, |it: DidChangeTextDocumentParams| {
                let Some(path) = path_of(it.text_document.uri.as_str()) else { return };
                let Some(document) = self.state.documents.get_mut(&path) else { return };
                document.text = document.text.changed(&it.content_changes);
                document.version = it.text_document.version;
                self.changed(&path);
            }),
            DidCloseTextDocument::METHOD => with(params, |it: DidCloseTextDocumentParams| {
                let Some(path) = path_of(it.text_document.uri.as_str()) else { return };
                self.state.documents.close(&path);
                self.state.workspace.refresh([path.as_path()], &self.state.documents);
            }),
            DidChangeWatchedFiles::METHOD => with(params, |it: DidChangeWatchedFilesParams| {
                self.look_at(it.changes.iter().map(|it| it.uri.as_str()));
            }),
            DidCreateFiles::METHOD => with(params, |it: CreateFilesParams| {
                self.look_at(it.files.iter().map(|it| it.uri.as_str()));
            }),
            DidRenameFiles::METHOD => with(params, |it: RenameFilesParams| {
                self.look_at(it.files.iter().flat_map(|it| [&*it.old_uri, &*it.new_uri]));
            }),
            DidDeleteFiles::METHOD => with(params, |it: DeleteFilesParams| {
                self.look_at(it.files.iter().map(|it| it.uri.as_str()));
            }),
            DidChangeWorkspaceFolders::METHOD => {
                with(params, |it: DidChangeWorkspaceFoldersParams| {
                    let State { workspace, documents, .. } = &mut self.state;
                    for folder in it.event.removed {
                        if let Some(path) = path_of(folder.uri.as_str()) {
                            workspace.close_below(&path, documents);
                        }
                    }
                    for folder in it.event.added {
                        self.add_folder(folder.uri.as_str());
                    }
                });
            }
            _ => {}
        }
    }

    /// Reads files again that were changed on the disk.
    fn look_at<'u>(&mut self, addresses: impl Iterator<Item = &'u str>) {
        let State { workspace, documents, .. } = &mut self.state;
        let paths: Vec<_> = addresses.filter_map(path_of).collect();
        // What the editor has open counts, whatever is saved.
        let paths = paths.iter().map(PathBuf::as_path);
        let closed: Vec<_> = paths.filter(|it| documents.get(it).is_none()).collect();
        workspace.refresh(closed, documents);
    }

    /// Opens the trees in a folder of the editor.
    fn add_folder(&mut self, address: &str) {
        let State { workspace, documents, .. } = &mut self.state;
        if let Some(path) = path_of(address) {
            workspace.open_below(&path, documents);
        }
    }

    /// Takes the text of an open file over.
    fn changed(&mut self, path: &Path) {
        self.is_publishing = false;
        if self.changes_later(path) {
            // The text is read when the last of its changes is there.
            return;
        }
        if let Some(document) = self.state.documents.get(path) {
            self.state.workspace.set(path, &document.text, &self.state.documents);
        }
    }

    /// Answers a request; always, also if a feature fails.
    fn request(&mut self, request: Request) {
        let Request { id, method, mut params } = request;
        if self.is_canceled(&id) {
            let message = "the editor has canceled the request".to_owned();
            return self.answer(Response::new_err(id, ErrorCode::RequestCanceled as i32, message));
        }
        if self.is_outdated(&params) {
            let message = "the text has changed since the request".to_owned();
            return self.answer(Response::new_err(id, ErrorCode::ContentModified as i32, message));
        }
        self.spellings.read(&mut params);
        let work = AssertUnwindSafe(|| features::answer(&mut self.state, &method, params));
        let response = match panic::catch_unwind(work) {
            Ok(Ok(result)) => Response::new_ok(id, result),
            Ok(Err(refusal)) => Response::new_err(id, refusal.code as i32, refusal.message),
            Err(_) => {
                let message = format!("{method} failed; this is a mistake of the server");
                Response::new_err(id, ErrorCode::InternalError as i32, message)
            }
        };
        self.answer(response);
    }

    /// Whether a later message cancels a request.
    fn is_canceled(&self, id: &RequestId) -> bool {
        self.queue.iter().any(|message| {
            let Message::Notification(it) = message else { return false };
            if it.method != Cancel::METHOD {
                return false;
            }
            let canceled = serde_json::from_value::<CancelParams>(it.params.clone());
            canceled.is_ok_and(|it| match it.id {
                NumberOrString::Number(number) => RequestId::from(number) == *id,
                NumberOrString::String(text) => RequestId::from(text) == *id,
            })
        })
    }

    /// Whether a later message changes the text that a request is about: positions of the old one are of no use.
    fn is_outdated(&self, params: &Value) -> bool {
        changed_file(params).is_some_and(|path| self.changes_later(&path))
    }

    /// Whether a message that waits changes the text of a file.
    fn changes_later(&self, path: &Path) -> bool {
        self.queue.iter().any(|message| {
            let Message::Notification(it) = message else { return false };
            it.method == DidChangeTextDocument::METHOD
                && changed_file(&it.params).as_deref() == Some(path)
        })
    }

    fn answer(&self, mut response: Response) {
        if let Ok(result) = &mut response.response_result {
            self.spellings.write(result);
        }
        // An editor that is gone has no use for it.
        let _ = self.connection.sender.send(response.into());
    }

    fn notify<N: lsp_types::notification::Notification>(&self, params: N::Params) {
        let mut params = value(params);
        self.spellings.write(&mut params);
        let notification = Notification { method: N::METHOD.to_owned(), params };
        let _ = self.connection.sender.send(notification.into());
    }
}

/// The request `initialize`, which comes first.
fn first_request(connection: &Connection) -> Result<(RequestId, Value), ServeError> {
    for message in &connection.receiver {
        match message {
            Message::Request(it) if it.method == Initialize::METHOD => {
                return Ok((it.id, it.params));
            }
            Message::Request(it) => {
                let message = "the first request is `initialize`".to_owned();
                let code = ErrorCode::ServerNotInitialized as i32;
                let _ = connection.sender.send(Response::new_err(it.id, code, message).into());
            }
            Message::Notification(it) if it.method == Exit::METHOD => break,
            Message::Notification(_) | Message::Response(_) => {}
        }
    }
    Err(ServeError::NotInitialized)
}

/// The file that a message is about.
fn changed_file(params: &Value) -> Option<PathBuf> {
    params["textDocument"]["uri"].as_str().and_then(path_of)
}

/// What the loop does next.
enum Next {
    Message(Message),
    /// Some reports.
    Pause,
    /// A look at the files.
    Rescan,
    End,
}

/// The folders that the editor has open, by their addresses.
#[expect(deprecated, reason = "editors without a list of folders name one in this way")]
fn folders(params: &InitializeParams) -> Vec<String> {
    match &params.workspace_folders {
        Some(folders) => folders.iter().map(|it| it.uri.as_str().to_owned()).collect(),
        None => params.root_uri.iter().map(|it| it.as_str().to_owned()).collect(),
    }
}

/// Whether the editor can tell of files that other programs change.
fn watches_files(capabilities: &ClientCapabilities) -> bool {
    let files = capabilities.workspace.as_ref().and_then(|it| it.did_change_watched_files);
    files.is_some_and(|it| it.dynamic_registration == Some(true))
}

/// Runs `work` with the parameters of a notification; a message that cannot be read is left out.
fn with<P: DeserializeOwned>(params: Value, work: impl FnOnce(P)) {
    match serde_json::from_value(params) {
        Ok(params) => work(params),
        // The error may repeat a part of a text.
        Err(_) => tracing::warn!("a notification has other parameters than the protocol says"),
    }
}

/// A message as JSON.
fn value(it: impl serde::Serialize) -> Value {
    serde_json::to_value(it).unwrap_or_default()
}
