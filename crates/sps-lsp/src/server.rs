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
    CancelParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    InitializeParams, InitializeResult, NumberOrString, PublishDiagnosticsParams, ServerInfo,
    notification::{
        Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders,
        DidCloseTextDocument, DidOpenTextDocument, Notification as _, PublishDiagnostics,
    },
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sps_site::{CheckOptions, SETTINGS_FILE};

use crate::{
    ServeError, Settings,
    document::Documents,
    features,
    text::Text,
    uri::{Spellings, path_of, uri},
    workspace::{Due, Workspace},
};

/// How long the editor has to be silent before problems are shown.
const PAUSE: Duration = Duration::from_millis(40);
/// The longest time for which typing puts problems off.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// How long files are checked before messages are looked at again.
const SLICE: Duration = Duration::from_millis(8);

/// A server for one editor.
pub(crate) struct Server<'c> {
    connection: &'c Connection,
    pub(crate) settings: Settings,
    spellings: Spellings,
    pub(crate) documents: Documents,
    pub(crate) workspace: Workspace,
    /// Messages that have come and wait.
    queue: VecDeque<Message>,
    /// The files of which the editor shows problems.
    shown: BTreeSet<PathBuf>,
    /// Since when reports are due.
    due: Option<Instant>,
    /// Whether some of the reports have been made, and nothing was typed since.
    is_publishing: bool,
}

impl<'c> Server<'c> {
    /// Answers the first message of the editor.
    pub(crate) fn start(
        connection: &'c Connection,
        settings: Settings,
    ) -> Result<Self, ServeError> {
        let (id, mut params) = connection.initialize_start()?;
        let mut spellings = Spellings::default();
        spellings.read(&mut params);
        let params: InitializeParams = serde_json::from_value(params).unwrap_or_default();
        let name = "sps".to_owned();
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        let result = InitializeResult {
            capabilities: features::capabilities(),
            server_info: Some(ServerInfo { name, version }),
        };
        connection.initialize_finish(id, value(result))?;
        let mut server = Self {
            connection,
            workspace: Workspace::new(settings.load.clone()),
            settings,
            spellings,
            documents: Documents::default(),
            queue: VecDeque::new(),
            shown: BTreeSet::new(),
            due: None,
            is_publishing: false,
        };
        for folder in params.workspace_folders.unwrap_or_default() {
            server.add_folder(folder.uri.as_str());
        }
        Ok(server)
    }

    /// Serves until the editor ends the connection.
    pub(crate) fn run(mut self) -> Result<(), ServeError> {
        loop {
            if self.workspace.is_stale() {
                self.due.get_or_insert_with(Instant::now);
            }
            match self.next() {
                Next::Message(Message::Request(request)) => {
                    if self.connection.handle_shutdown(&request)? {
                        return Ok(());
                    }
                    self.request(request);
                }
                Next::Message(Message::Notification(it)) => self.notification(it),
                Next::Message(Message::Response(_)) => {}
                Next::Pause => self.publish(),
                Next::End => return Ok(()),
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
        if is_late {
            return Next::Pause;
        }
        if let Some(message) = self.queue.pop_front() {
            return Next::Message(message);
        }
        match self.due {
            None => receiver.recv().map_or(Next::End, Next::Message),
            // Between two slices there is no need to wait.
            Some(_) if self.is_publishing => Next::Pause,
            Some(_) => match receiver.recv_timeout(PAUSE) {
                Ok(message) => Next::Message(message),
                Err(RecvTimeoutError::Timeout) => Next::Pause,
                Err(RecvTimeoutError::Disconnected) => Next::End,
            },
        }
    }

    /// Shows the problems of some of the files whose reports are due.
    fn publish(&mut self) {
        let codes: Vec<_> = self.settings.allow.iter().map(String::as_str).collect();
        let mut options = CheckOptions::default().with_allowed(&codes);
        options.target = self.settings.target;
        options.now = self.settings.now;
        let until = Instant::now() + SLICE;
        for due in self.workspace.reports(&self.documents, &options, until) {
            self.show(due);
        }
        // Messages that have come meanwhile go first, and put the next slice off.
        self.is_publishing = self.workspace.is_stale();
        self.due = self.is_publishing.then(Instant::now);
    }

    /// Shows the problems of a file, or that it has none any longer.
    fn show(&mut self, due: Due) {
        let Due { path, diagnostics } = due;
        if diagnostics.is_empty() && !self.shown.remove(&path) {
            // A file that is open and was never reported is told to be good.
            if self.documents.get(&path).is_none() {
                return;
            }
        }
        if !diagnostics.is_empty() {
            self.shown.insert(path.clone());
        }
        let Some(uri) = uri(&path) else { return };
        let version = self.documents.get(&path).map(|it| it.version);
        self.notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version });
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, mut params } = notification;
        self.spellings.read(&mut params);
        match method.as_str() {
            DidOpenTextDocument::METHOD => with(params, |it: DidOpenTextDocumentParams| {
                let it = it.text_document;
                let Some(path) = path_of(it.uri.as_str()) else { return };
                self.documents.open(path.clone(), it.version, Text::new(it.text));
                self.changed(&path);
            }),
            DidChangeTextDocument::METHOD => with(params, |it: DidChangeTextDocumentParams| {
                let Some(path) = path_of(it.text_document.uri.as_str()) else { return };
                let Some(document) = self.documents.get_mut(&path) else { return };
                document.text = document.text.changed(&it.content_changes);
                document.version = it.text_document.version;
                self.changed(&path);
            }),
            DidCloseTextDocument::METHOD => with(params, |it: DidCloseTextDocumentParams| {
                let Some(path) = path_of(it.text_document.uri.as_str()) else { return };
                self.documents.close(&path);
                self.workspace.refresh(&path, &self.documents);
            }),
            DidChangeWatchedFiles::METHOD => with(params, |it: DidChangeWatchedFilesParams| {
                for change in it.changes {
                    let Some(path) = path_of(change.uri.as_str()) else { continue };
                    if self.documents.get(&path).is_none() {
                        self.workspace.refresh(&path, &self.documents);
                    }
                }
            }),
            DidChangeWorkspaceFolders::METHOD => {
                with(params, |it: DidChangeWorkspaceFoldersParams| {
                    for folder in it.event.removed {
                        let Some(path) = path_of(folder.uri.as_str()) else { continue };
                        for due in self.workspace.close(&path, &self.documents) {
                            self.show(due);
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

    /// Opens the tree of a folder of the editor.
    fn add_folder(&mut self, address: &str) {
        let Some(path) = path_of(address) else { return };
        if path.join(SETTINGS_FILE).is_file() {
            self.workspace.open(&path, &self.documents);
        }
    }

    /// Takes the text of an open file over.
    fn changed(&mut self, path: &Path) {
        self.is_publishing = false;
        if let Some(document) = self.documents.get(path) {
            self.workspace.set(path, &document.text, &self.documents);
        }
    }

    /// Answers a request; always, also if a feature fails.
    fn request(&mut self, request: Request) {
        let Request { id, method, mut params } = request;
        if self.is_canceled(&id) {
            let message = "the editor has canceled the request".to_owned();
            return self.answer(Response::new_err(id, ErrorCode::RequestCanceled as i32, message));
        }
        self.spellings.read(&mut params);
        let work = AssertUnwindSafe(|| features::answer(self, &method, params));
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

/// What the loop does next.
enum Next {
    Message(Message),
    /// Some reports.
    Pause,
    End,
}

/// Runs `work` with the parameters of a notification; a message that cannot be read is left out.
fn with<P: DeserializeOwned>(params: Value, work: impl FnOnce(P)) {
    match serde_json::from_value(params) {
        Ok(params) => work(params),
        Err(error) => tracing::warn!("a notification cannot be read: {error}"),
    }
}

/// A message as JSON.
fn value(it: impl serde::Serialize) -> Value {
    serde_json::to_value(it).unwrap_or_default()
}
