//! An editor of few words.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
    time::Duration,
};

use lsp_server::{Connection, Message, Notification, Request, Response};
use serde_json::{Value, json};
use sps_lsp::{Library, Settings, serve};
use sps_model::{
    EndpointInfo,
    validate::{Context, Form, Report, explain},
};
use tempfile::TempDir;

/// An editor with a server of its own, and a folder with a tree.
pub(crate) struct Editor {
    connection: Connection,
    server: Option<JoinHandle<()>>,
    pub(crate) folder: TempDir,
    pub(crate) versions: BTreeMap<String, i32>,
    /// The last version of each file whose problems were shown.
    shown: BTreeMap<String, i64>,
    /// What the server has asked of the editor.
    pub(crate) asked: Vec<Request>,
    /// The problems that the editor shows, by address.
    pub(crate) problems: BTreeMap<String, Vec<Value>>,
    next: i32,
}

impl Editor {
    /// Opens a folder with these files.
    pub(crate) fn open(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let root = format!("file://{}", folder.path().display());
        let folders = json!([{"uri": root, "name": "site"}]);
        // It tells of files that change.
        let files = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
        let params = json!({"workspaceFolders": folders, "capabilities": files});
        Self::with(folder, &params, Settings::default())
    }

    /// Starts a server with these parameters.
    pub(crate) fn with(folder: TempDir, params: &Value, settings: Settings) -> Self {
        let (connection, server) = Connection::memory();
        let server = thread::spawn(move || serve(&server, settings).unwrap());
        let mut editor = Self {
            connection,
            server: Some(server),
            folder,
            versions: BTreeMap::new(),
            shown: BTreeMap::new(),
            asked: Vec::new(),
            problems: BTreeMap::new(),
            next: 0,
        };
        editor.ask("initialize", params).response_result.unwrap();
        editor.tell("initialized", json!({}));
        editor
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn uri(&self, file: &str) -> String {
        format!("file://{}", self.path(file).display()).replace('%', "%25")
    }

    pub(crate) fn tell(&self, method: &str, params: Value) {
        let notification = Notification { method: method.to_owned(), params };
        self.connection.sender.send(notification.into()).unwrap();
    }

    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Response {
        let id = self.send(method, params);
        self.answer(id)
    }

    /// Asks without waiting for the answer.
    pub(crate) fn send(&mut self, method: &str, params: &Value) -> i32 {
        self.next += 1;
        let id = self.next.into();
        let request = Request { id, method: method.to_owned(), params: params.clone() };
        self.connection.sender.send(request.into()).unwrap();
        self.next
    }

    pub(crate) fn answer(&mut self, id: i32) -> Response {
        loop {
            let message = self.connection.receiver.recv_timeout(Duration::from_secs(60)).unwrap();
            match message {
                Message::Response(response) if response.id == id.into() => return response,
                Message::Response(response) => panic!("an answer to no question: {response:?}"),
                other => self.take(other),
            }
        }
    }

    fn take(&mut self, message: Message) {
        let it = match message {
            Message::Notification(it) => it,
            Message::Request(it) => return self.asked.push(it),
            Message::Response(it) => panic!("{it:?}"),
        };
        assert_eq!(it.method, "textDocument/publishDiagnostics");
        let uri = it.params["uri"].as_str().unwrap().to_owned();
        let problems = it.params["diagnostics"].as_array().unwrap().clone();
        if let Some(version) = it.params["version"].as_i64() {
            assert!(version <= i64::from(self.versions[&uri]), "a version that never was");
            self.shown.insert(uri.clone(), version);
        }
        self.problems.insert(uri, problems);
    }

    /// Waits until the server has said everything.
    pub(crate) fn settle(&mut self) {
        // The answer comes when all messages before it have been read, however busy the machine is.
        self.ask("no/such/method", &json!({})).response_result.unwrap_err();
        self.wait_for(|it| {
            let shown = |uri| it.shown.get(uri).copied().unwrap_or(0);
            it.versions.iter().all(|(uri, version)| shown(uri) >= i64::from(*version))
        });
        while let Ok(message) = self.connection.receiver.recv_timeout(Duration::from_millis(500)) {
            self.take(message);
        }
    }

    /// Waits until what the editor shows is as it has to be.
    pub(crate) fn wait_for(&mut self, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            let message = self.connection.receiver.recv_timeout(Duration::from_secs(60)).unwrap();
            self.take(message);
        }
    }

    pub(crate) fn open_file(&mut self, file: &str, text: &str) {
        let uri = self.uri(file);
        self.versions.insert(uri.clone(), 1);
        let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Replaces a range, or the whole text.
    pub(crate) fn change(&mut self, file: &str, range: Option<[[u32; 2]; 2]>, text: &str) {
        let mut change = json!({"text": text});
        if let Some([start, end]) = range {
            let place = |[line, character]: [u32; 2]| json!({"line": line, "character": character});
            change["range"] = json!({"start": place(start), "end": place(end)});
        }
        self.change_all(file, &[change]);
    }

    /// Makes several changes in one message.
    pub(crate) fn change_all(&mut self, file: &str, changes: &[Value]) {
        let uri = self.uri(file);
        let version = self.versions.get_mut(&uri).unwrap();
        *version += 1;
        let document = json!({"uri": uri, "version": *version});
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.tell("textDocument/didChange", params);
    }

    pub(crate) fn close_file(&mut self, file: &str) {
        self.versions.remove(&self.uri(file));
        self.tell("textDocument/didClose", json!({"textDocument": {"uri": self.uri(file)}}));
    }

    /// The codes of the problems of a file with their first line, which counts from 0.
    pub(crate) fn codes(&self, file: &str) -> Vec<(String, u64)> {
        let problems = self.problems.get(&self.uri(file)).cloned().unwrap_or_default();
        let code = |it: &Value| {
            (
                it["code"].as_str().unwrap().to_owned(),
                it["range"]["start"]["line"].as_u64().unwrap(),
            )
        };
        problems.iter().map(code).collect()
    }

    /// Writes a file behind the editor's back, and lets it notice.
    pub(crate) fn write(&self, file: &str, text: Option<&str>) {
        let path: &Path = &self.path(file);
        match text {
            Some(text) => {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            None => fs::remove_file(path).unwrap(),
        }
        let change = json!({"uri": self.uri(file), "type": if text.is_some() { 2 } else { 3 }});
        self.tell("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        self.ask("shutdown", &Value::Null).response_result.unwrap();
        self.tell("exit", Value::Null);
        self.server.take().unwrap().join().unwrap();
    }
}

/// A library whose documentation fails, and which knows one endpoint.
#[derive(Debug)]
pub(crate) struct Surprising;

impl Library for Surprising {
    fn template(&self, _: &'static EndpointInfo) -> Option<String> {
        None
    }

    fn docs(&self, _: &'static EndpointInfo, pointer: &str) -> Option<String> {
        assert_ne!(pointer, "/name", "a mistake of the server, on purpose");
        None
    }

    fn endpoint(&self, path: &Path) -> Option<&'static EndpointInfo> {
        path.ends_with("management/email.json")
            .then(|| sps_model::endpoints().find(|it| it.path.ends_with("/management/email")))?
    }

    fn check(&self, path: &Path, text: &str, _: &Settings) -> Option<Report> {
        assert!(!path.ends_with("panic/email.json"), "a mistake of the server, on purpose");
        let subject = self.endpoint(path)?.subject(Form::Request)?;
        Some(explain(text, &subject, &Context::default()))
    }
}
