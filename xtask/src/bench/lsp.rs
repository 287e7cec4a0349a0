//! `cargo xtask bench --lsp`: what an editor waits for while `sps lsp` serves a large tree, and what that takes.

use std::{
    collections::BTreeSet,
    env::consts::EXE_SUFFIX,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::{
    kibibytes, publish,
    tree::{self, OBJECTS},
};
use crate::workspace;

/// One file of so many has a problem when the tree is opened; no multiple of the number of collections, so that each has some.
const SPOILED: usize = 49;
/// How often each edit and each question is repeated.
const ROUNDS: usize = 200;
/// How often the server is started; the median counts.
const STARTS: usize = 9;
/// How long the server waits after an edit for the next one, on purpose, before it shows problems.
const PAUSE: Duration = Duration::from_millis(40);
/// What is aimed at: the start, and the 99th percentile of an edit without the pause. Unit: milliseconds.
const START: f64 = 300.0;
const EDIT: f64 = 30.0;
/// Unit: mebibytes.
const MEMORY: f64 = 150.0;
/// When a server that does not answer is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Measures, and writes the figures into the page.
pub(super) fn lsp() -> anyhow::Result<()> {
    let mut build =
        workspace::cargo(&["build", "--quiet", "--release", "--locked", "--package", "sps-cli"]);
    workspace::run(&mut build, "building `sps`")?;
    let sps = workspace::target()?.join("release").join(format!("sps{EXE_SUFFIX}"));
    let folder = workspace::scratch("lsp")?;
    let (text, missed) = measure(&sps, &folder.join("tree"))?;
    fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    publish("cargo xtask bench --lsp", &text)?;
    if missed.is_empty() { Ok(()) } else { bail!("missed: {}", missed.join("; ")) }
}

/// Measures a binary that is there, such as one of another commit, and only prints the figures.
pub(super) fn lsp_of(binary: &str) -> anyhow::Result<()> {
    let sps = fs::canonicalize(binary).with_context(|| format!("there is no {binary}"))?;
    let folder = workspace::scratch("lsp")?;
    let (text, missed) = measure(&sps, &folder.join("tree"))?;
    fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    print!("{text}");
    if missed.is_empty() { Ok(()) } else { bail!("missed: {}", missed.join("; ")) }
}

/// The table, and the aims that were missed.
fn measure(sps: &Path, root: &Path) -> anyhow::Result<(String, Vec<String>)> {
    let mut files = tree::files(OBJECTS, 0);
    let spoiled = tree::spoil(&mut files, SPOILED);
    tree::write(root, &files)?;
    // One that others refer to, one that refers to others, and one of the longest, in both notations.
    let with = |part: &str| {
        let of = |ending: &str| {
            let fits =
                |it: &String| it.starts_with(part) && it.ends_with(ending) && !spoiled.contains(it);
            files
                .iter()
                .map(tree::File::path)
                .filter(fits)
                .nth(80)
                .context("the tree has such a file")
        };
        anyhow::Ok([of(".json")?, of(".yaml")?])
    };
    let edited = [
        with("policies/time_policies/")?,
        with("ssh/channel_policies/")?,
        with("policies/user_databases/")?,
    ]
    .concat();

    let mut starts = Figures::new("start, until the server has answered `initialize`", Some(START));
    let mut reads = Figures::new("start, until it has read the tree and answers about it", None);
    let mut shown = Figures::new("start, until all problems of the tree are shown", None);
    for _ in 0..STARTS - 1 {
        let mut editor = Editor::start(sps, root)?;
        editor.greet(&mut starts, &mut reads)?;
        editor.wait_for_problems(&spoiled, &mut shown)?;
        editor.end()?;
    }
    let mut editor = Editor::start(sps, root)?;
    editor.greet(&mut starts, &mut reads)?;
    editor.wait_for_problems(&spoiled, &mut shown)?;
    let fresh = editor.mebibytes("VmRSS:");

    let mut edits = Figures::new("an edit, until its problems are shown", None);
    let mut work = Figures::new("the same without the pause of 40 ms", Some(EDIT));
    let mut answers =
        Figures::new("an edit with a completion right behind it, until the answer", Some(EDIT));
    let mut labels = Figures::new("completion of `$ref`", Some(EDIT));
    let mut hovers = Figures::new("documentation of a member", None);
    let mut renames = Figures::new("rename of an object that four files refer to", None);
    for path in &edited {
        editor.open(path)?;
        let mut time_of = |editor: &mut Editor, text: &str| {
            let time = editor.edit(path, text)?;
            edits.add(time);
            work.add(time.saturating_sub(PAUSE));
            anyhow::Ok(())
        };
        for _ in 0..ROUNDS / 2 {
            // A letter in the first key: a member that is missing, and one that no page knows.
            time_of(&mut editor, "x")?;
            time_of(&mut editor, "")?;
        }
        for _ in 0..ROUNDS / 2 {
            for text in ["x", ""] {
                let start = Instant::now();
                editor.change(path, text)?;
                editor.ask("textDocument/completion", &editor.place(path, editor.first_key))?;
                answers.add(start.elapsed());
            }
        }
    }
    let (policy, times) = (&edited[3], &edited[1]);
    let reference = editor.find(policy, "$ref")?;
    let name = editor.find(times, "time-policies-")?;
    for _ in 0..ROUNDS {
        let answer = editor.timed("textDocument/completion", policy, reference, &mut labels)?;
        let count = answer.as_array().map_or(0, Vec::len);
        if count < OBJECTS / tree::COLLECTIONS.len() * 9 / 10 {
            bail!("the completion of a reference has {count} items");
        }
        editor.timed("textDocument/hover", policy, editor.first_key, &mut hovers)?;
    }
    for _ in 0..ROUNDS / 10 {
        let start = Instant::now();
        let mut params = editor.place(times, name);
        params["newName"] = json!("always");
        let answer = editor.ask("textDocument/rename", &params)?;
        renames.add(start.elapsed());
        let changes = answer["documentChanges"].as_array().map_or(0, Vec::len);
        if changes < 5 {
            bail!("the rename changes {changes} files: {answer}");
        }
    }
    let (held, peak) = (editor.mebibytes("VmRSS:"), editor.mebibytes("VmHWM:"));
    editor.end()?;

    let all = [starts, reads, shown, edits, work, answers, labels, hovers, renames];
    let mut missed: Vec<_> = all.iter().filter_map(Figures::missed).collect();
    if held > MEMORY {
        missed.push(format!("the server holds {held:.0} MiB, {MEMORY} are allowed"));
    }
    let heads = ["waiting for", "times", "median, ms", "p99, ms", "longest, ms", "aim, ms"];
    let table =
        super::table(heads.map(str::to_owned).to_vec(), all.iter().map(Figures::line).collect());
    let text = format!(
        "{OBJECTS} files, {} of them with a problem when they are opened.\n\n{table}\nMemory: {fresh:.0} MiB after the start, \
         {held:.0} MiB at the end, at most {peak:.0} MiB; the aim is {MEMORY} MiB.\n",
        spoiled.len(),
    );
    Ok((text, missed))
}

/// How long something took, each time.
struct Figures {
    what: &'static str,
    aim: Option<f64>,
    milliseconds: Vec<f64>,
}

impl Figures {
    fn new(what: &'static str, aim: Option<f64>) -> Self {
        Self { what, aim, milliseconds: Vec::new() }
    }

    fn add(&mut self, time: Duration) {
        self.milliseconds.push(time.as_secs_f64() * 1000.0);
    }

    /// The figure below which so many percent lie.
    fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.milliseconds.clone();
        sorted.sort_by(f64::total_cmp);
        let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(index).copied().unwrap_or_default()
    }

    /// The figure that the aim is about: a start has too few for more than the median.
    fn decisive(&self) -> f64 {
        self.percentile(if self.milliseconds.len() < 100 { 50 } else { 99 })
    }

    fn missed(&self) -> Option<String> {
        let aim = self.aim.filter(|aim| self.decisive() > *aim)?;
        Some(format!("{}: {:.1} ms, {aim} are allowed", self.what, self.decisive()))
    }

    fn line(&self) -> Vec<String> {
        let aim = self.aim.map_or_else(|| "–".to_owned(), |it| it.to_string());
        let figure = |percent| format!("{:.1}", self.percentile(percent));
        vec![
            self.what.to_owned(),
            self.milliseconds.len().to_string(),
            figure(50),
            figure(99),
            figure(100),
            aim,
        ]
    }
}

/// A place in a text, counted from 0 as the protocol does.
#[derive(Debug, Clone, Copy)]
struct Place {
    line: usize,
    character: usize,
}

/// An editor that only measures.
struct Editor {
    child: Child,
    stdin: ChildStdin,
    /// Messages, and when each has come.
    messages: Receiver<(Instant, Value)>,
    started: Instant,
    root: PathBuf,
    next: i32,
    version: i32,
    /// Files whose problems have come.
    shown: BTreeSet<String>,
    /// Where every edit is made: in the first key of the file.
    first_key: Place,
}

impl Editor {
    fn start(sps: &Path, root: &Path) -> anyhow::Result<Self> {
        let started = Instant::now();
        let mut child = workspace::command(sps)
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting `sps lsp`")?;
        let stdin = child.stdin.take().context("the input of `sps lsp`")?;
        let mut stdout = BufReader::new(child.stdout.take().context("the output of `sps lsp`")?);
        let (sender, messages) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if sender.send((Instant::now(), message)).is_err() {
                    break;
                }
            }
        });
        let (root, shown) = (root.to_owned(), BTreeSet::new());
        let first_key = Place { line: 1, character: 3 };
        Ok(Self { child, stdin, messages, started, root, next: 0, version: 0, shown, first_key })
    }

    /// Opens the folder.
    fn greet(&mut self, answered: &mut Figures, read: &mut Figures) -> anyhow::Result<()> {
        let folder = json!([{"uri": self.uri(""), "name": "tree"}]);
        // As an editor that watches files; otherwise the server looks at all of them each second.
        let watches =
            json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
        self.ask("initialize", &json!({"workspaceFolders": folder, "capabilities": watches}))?;
        answered.add(self.started.elapsed());
        self.tell("initialized", &json!({}))?;
        self.ask("workspace/symbol", &json!({"query": "time-policies-0001"}))?;
        read.add(self.started.elapsed());
        Ok(())
    }

    fn wait_for_problems(&mut self, files: &[String], time: &mut Figures) -> anyhow::Result<()> {
        let wanted: BTreeSet<_> = files.iter().map(|it| self.uri(it)).collect();
        while !wanted.is_subset(&self.shown) {
            self.message().with_context(|| {
                let missing: Vec<_> = wanted.difference(&self.shown).take(3).collect();
                format!("waiting for the problems of {missing:?}")
            })?;
        }
        time.add(self.started.elapsed());
        Ok(())
    }

    fn open(&mut self, path: &str) -> anyhow::Result<()> {
        let text = self.text(path)?;
        // Of JSON, the key is behind the brace and the indentation.
        self.first_key = if text.starts_with('{') {
            Place { line: 1, character: 3 }
        } else {
            Place { line: 0, character: 1 }
        };
        self.version += 1;
        let document = json!({"uri": self.uri(path), "languageId": "yaml", "version": self.version, "text": text});
        self.tell("textDocument/didOpen", &json!({"textDocument": document}))?;
        self.wait_for_version(path).map(drop)
    }

    /// Replaces the letter that an edit before has put into the first key.
    fn change(&mut self, path: &str, text: &str) -> anyhow::Result<()> {
        self.version += 1;
        let Place { line, character } = self.first_key;
        let end = character + usize::from(text.is_empty());
        let range = json!({"start": {"line": line, "character": character}, "end": {"line": line, "character": end}});
        let document = json!({"uri": self.uri(path), "version": self.version});
        let change = json!([{"range": range, "text": text}]);
        self.tell(
            "textDocument/didChange",
            &json!({"textDocument": document, "contentChanges": change}),
        )
    }

    /// The time from an edit until the problems of its text have come.
    fn edit(&mut self, path: &str, text: &str) -> anyhow::Result<Duration> {
        let start = Instant::now();
        self.change(path, text)?;
        let (at, problems) = self.wait_for_version(path)?;
        if text.is_empty() != (problems == 0) {
            bail!("{path} has {problems} problems after the edit {text:?}");
        }
        Ok(at.duration_since(start))
    }

    /// When the problems of the latest text came, and how many there are.
    fn wait_for_version(&mut self, path: &str) -> anyhow::Result<(Instant, usize)> {
        let uri = self.uri(path);
        loop {
            let (at, message) = self.message()?;
            let params = &message["params"];
            if params["uri"] == *uri && params["version"] == self.version {
                return Ok((at, params["diagnostics"].as_array().map_or(0, Vec::len)));
            }
        }
    }

    fn timed(
        &mut self,
        method: &str,
        path: &str,
        place: Place,
        figures: &mut Figures,
    ) -> anyhow::Result<Value> {
        let start = Instant::now();
        let answer = self.ask(method, &self.place(path, place))?;
        figures.add(start.elapsed());
        Ok(answer)
    }

    /// The place in the value of the first line that has a text.
    fn find(&self, path: &str, text: &str) -> anyhow::Result<Place> {
        let content = self.text(path)?;
        let found = content.lines().enumerate().find_map(|(number, it)| {
            // In the text behind the key and its quotation mark.
            let at = it.find(text)?;
            let from = if text.starts_with('$') { at + it[at..].find(": \"")? + 3 } else { at };
            Some(Place { line: number, character: from + 1 })
        });
        found.with_context(|| format!("{path} has {text}"))
    }

    fn place(&self, path: &str, Place { line, character }: Place) -> Value {
        json!({"textDocument": {"uri": self.uri(path)}, "position": {"line": line, "character": character}})
    }

    fn text(&self, path: &str) -> anyhow::Result<String> {
        fs::read_to_string(self.root.join(path)).with_context(|| format!("reading {path}"))
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}", self.root.join(path).display())
    }

    fn mebibytes(&self, name: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        f64::from(kibibytes(&status.unwrap_or_default(), name)) / 1024.0
    }

    fn end(mut self) -> anyhow::Result<()> {
        self.ask("shutdown", &Value::Null)?;
        self.tell("exit", &Value::Null)?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { bail!("`sps lsp` ended with {status}") }
    }

    fn ask(&mut self, method: &str, params: &Value) -> anyhow::Result<Value> {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        loop {
            let (_, mut message) = self.message()?;
            if message.get("method").is_none() && message["id"] == id {
                if let Some(error) = message.get("error") {
                    bail!("{method}: {error}");
                }
                return Ok(message["result"].take());
            }
        }
    }

    fn tell(&mut self, method: &str, params: &Value) -> anyhow::Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    fn send(&mut self, message: &Value) -> anyhow::Result<()> {
        let text = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        self.stdin.flush().context("writing to `sps lsp`")
    }

    /// The next message of the server.
    fn message(&mut self) -> anyhow::Result<(Instant, Value)> {
        let message =
            self.messages.recv_timeout(PATIENCE).context("`sps lsp` says nothing more")?;
        if message.1["method"] == "textDocument/publishDiagnostics"
            && let Some(uri) = message.1["params"]["uri"].as_str()
        {
            self.shown.insert(uri.to_owned());
        }
        Ok(message)
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // If it has ended, there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One message of the protocol; nothing at the end of the stream.
fn read(stream: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|it| *it > 0)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("Content-Length: ") {
            length = number.trim().parse().ok()?;
        }
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_of_a_hundred_may_miss_the_aim() {
        let mut edits = Figures::new("edits", Some(30.0));
        for time in (1..=99).map(|_| 20).chain([1000]) {
            edits.add(Duration::from_millis(time));
        }
        assert_eq!((edits.percentile(99), edits.percentile(100)), (20.0, 1000.0));
        assert_eq!(edits.missed(), None);
        edits.add(Duration::from_secs(1));
        assert!(edits.missed().is_some());
        let mut few = Figures::new("starts", Some(30.0));
        for time in [10, 20, 1000] {
            few.add(Duration::from_millis(time));
        }
        assert_eq!((few.percentile(50), few.percentile(100)), (20.0, 1000.0));
        assert_eq!(few.missed(), None);
        few.add(Duration::from_millis(40));
        few.add(Duration::from_millis(50));
        assert!(few.missed().is_some());
    }
}
