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
use sps_lsp::{Settings, serve};
use tempfile::TempDir;

/// An editor with a server of its own, and a folder with a tree.
pub(crate) struct Editor {
    connection: Connection,
    server: Option<JoinHandle<()>>,
    pub(crate) folder: TempDir,
    versions: BTreeMap<String, i32>,
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
        Self::with(
            folder,
            &json!({"workspaceFolders": [{"uri": root, "name": "site"}], "capabilities": {}}),
        )
    }

    /// Starts a server with these parameters.
    pub(crate) fn with(folder: TempDir, params: &Value) -> Self {
        let (connection, server) = Connection::memory();
        let server = thread::spawn(move || serve(&server, Settings::default()).unwrap());
        let (versions, problems) = (BTreeMap::new(), BTreeMap::new());
        let mut editor =
            Self { connection, server: Some(server), folder, versions, problems, next: 0 };
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
        self.next += 1;
        let id = self.next.into();
        let request = Request { id, method: method.to_owned(), params: params.clone() };
        self.connection.sender.send(request.into()).unwrap();
        loop {
            let message = self.connection.receiver.recv_timeout(Duration::from_secs(60)).unwrap();
            match message {
                Message::Response(response) if response.id == self.next.into() => return response,
                Message::Response(response) => panic!("an answer to no question: {response:?}"),
                other => self.take(other),
            }
        }
    }

    fn take(&mut self, message: Message) {
        let Message::Notification(it) = message else { panic!("{message:?}") };
        assert_eq!(it.method, "textDocument/publishDiagnostics");
        let uri = it.params["uri"].as_str().unwrap().to_owned();
        let problems = it.params["diagnostics"].as_array().unwrap().clone();
        if let Some(version) = it.params["version"].as_i64() {
            assert!(version <= i64::from(self.versions[&uri]), "a version that never was");
        }
        self.problems.insert(uri, problems);
    }

    /// Waits until the server has said everything.
    pub(crate) fn settle(&mut self) {
        while let Ok(message) = self.connection.receiver.recv_timeout(Duration::from_millis(500)) {
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
        let uri = self.uri(file);
        let version = self.versions.get_mut(&uri).unwrap();
        *version += 1;
        let mut change = json!({"text": text});
        if let Some([start, end]) = range {
            let place = |[line, character]: [u32; 2]| json!({"line": line, "character": character});
            change["range"] = json!({"start": place(start), "end": place(end)});
        }
        let document = json!({"uri": uri, "version": *version});
        let params = json!({"textDocument": document, "contentChanges": [change]});
        self.tell("textDocument/didChange", params);
    }

    pub(crate) fn close_file(&self, file: &str) {
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
            Some(text) => fs::write(path, text).unwrap(),
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
