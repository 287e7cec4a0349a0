//! Chromium without a window, driven over two pipes by its own protocol.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::client::unbase64;

/// Time that the browser has for anything.
const PATIENCE: Duration = Duration::from_secs(12);

/// The browser. It ends when it is dropped.
pub(crate) struct Chromium {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    last_id: u64,
    /// Events that arrived so far.
    events: Vec<Value>,
    profile: PathBuf,
}

/// A tab, by its session.
#[derive(Debug, Clone)]
pub(crate) struct Tab(String);

impl Chromium {
    /// Starts the browser, or says that it is not there.
    #[expect(clippy::print_stdout, reason = "a test says what it does without")]
    pub(crate) fn start(name: &str) -> Option<Self> {
        let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
        let Some(program) = program.iter().find(|it| Path::new(it).exists()) else {
            println!("not run: Chromium is not installed");
            return None;
        };
        let profile = std::env::temp_dir().join(format!("sps-page-{name}-{}", std::process::id()));
        // The browser takes its commands from the file 3 and writes to the file 4.
        let mut child = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#, program])
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--no-first-run", "--disable-extensions", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        thread::spawn(move || {
            for message in output.split(0) {
                let Ok(message) = message else { return };
                let Ok(message) = serde_json::from_slice(&message) else { return };
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Some(Self { child, input, messages, last_id: 0, events: Vec::new(), profile })
    }

    /// Opens a tab.
    pub(crate) fn tab(&mut self) -> Tab {
        let target = self.call(None, "Target.createTarget", &json!({"url": "about:blank"}));
        let parameters = json!({"targetId": target["targetId"], "flatten": true});
        let session = self.call(None, "Target.attachToTarget", &parameters);
        let tab = Tab(session["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Log", "Network", "DOM", "CSS"] {
            self.on(&tab, &format!("{domain}.enable"), json!({}));
        }
        tab
    }

    /// Calls a command of a tab.
    #[expect(clippy::needless_pass_by_value, reason = "calls read better")]
    pub(crate) fn on(&mut self, tab: &Tab, method: &str, parameters: Value) -> Value {
        self.call(Some(&tab.0), method, &parameters)
    }

    fn call(&mut self, session: Option<&str>, method: &str, parameters: &Value) -> Value {
        self.last_id += 1;
        let mut message = json!({"id": self.last_id, "method": method, "params": parameters});
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input.write_all(&bytes).unwrap();
        let end = Instant::now() + PATIENCE;
        loop {
            let message = self.receive(end, method);
            if message["id"] == self.last_id {
                let why = message["error"]["message"].as_str().unwrap_or_default();
                // A page that goes away answers nothing.
                let has_left = why.contains("navigated or closed");
                assert!(why.is_empty() || has_left, "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    #[track_caller]
    fn receive(&self, end: Instant, what: &str) -> Value {
        let left = end.saturating_duration_since(Instant::now());
        match self.messages.recv_timeout(left) {
            Ok(message) => message,
            Err(error) => panic!("{what}: {error}"),
        }
    }

    /// Waits for an event of a tab that comes after those before `from`.
    #[track_caller]
    fn wait(&mut self, tab: &Tab, method: &str, from: usize) {
        let is_it = |it: &Value| it["method"] == method && it["sessionId"] == tab.0.as_str();
        let end = Instant::now() + PATIENCE;
        while !self.events[from..].iter().any(is_it) {
            let message = self.receive(end, method);
            self.events.push(message);
        }
    }

    /// Opens an address, and waits until it is loaded.
    pub(crate) fn open(&mut self, tab: &Tab, url: &str) {
        let from = self.events.len();
        let result = self.on(tab, "Page.navigate", json!({"url": url}));
        assert!(result["errorText"].is_null(), "{url}: {result}");
        self.wait(tab, "Page.loadEventFired", from);
    }

    /// Runs something that loads another page, and waits until it is there.
    #[track_caller]
    pub(crate) fn load(&mut self, tab: &Tab, act: impl FnOnce(&mut Self)) {
        let from = self.events.len();
        act(self);
        self.wait(tab, "Page.loadEventFired", from);
    }

    /// Evaluates an expression.
    pub(crate) fn eval(&mut self, tab: &Tab, expression: &str) -> Value {
        let parameters = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true,
            "userGesture": true,
        });
        let result = self.on(tab, "Runtime.evaluate", parameters);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// Evaluates an expression again and again, until it is true. While a page loads, parts of it may be missing.
    #[track_caller]
    pub(crate) fn until(&mut self, tab: &Tab, expression: &str) {
        let end = Instant::now() + PATIENCE;
        let expression =
            format!("(() => {{ try {{ return {expression} }} catch {{ return false }} }})()");
        while self.eval(tab, &expression) != true {
            if Instant::now() > end {
                let page = self.eval(tab, "document.body?.innerText");
                panic!("never true: {expression}: {page}");
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sets the size of the window, and the theme.
    pub(crate) fn look(&mut self, tab: &Tab, width: u32, theme: &str) {
        let size =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600});
        self.on(tab, "Emulation.setDeviceMetricsOverride", size);
        let features = json!([{"name": "prefers-color-scheme", "value": theme}]);
        self.on(tab, "Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// Writes a picture of the whole page.
    pub(crate) fn picture(&mut self, tab: &Tab, file: &Path) {
        let parameters = json!({"format": "png", "captureBeyondViewport": true});
        let data = self.on(tab, "Page.captureScreenshot", parameters);
        fs::write(file, unbase64(data["data"].as_str().unwrap())).unwrap();
    }

    /// Returns what the console complained about, in all tabs: exceptions, errors, warnings, what the content security
    /// policy refused.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        while let Ok(message) = self.messages.try_recv() {
            self.events.push(message);
        }
        let is_complaint = |it: &&Value| match it["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Page.javascriptDialogOpening") => true,
            Some("Runtime.consoleAPICalled") => it["params"]["type"] != "log",
            Some("Log.entryAdded") => it["params"]["entry"]["level"] != "verbose",
            _ => false,
        };
        self.events.iter().filter(is_complaint).map(ToString::to_string).collect()
    }

    /// Returns the events of this name.
    pub(crate) fn events(&self, method: &str) -> usize {
        self.events.iter().filter(|it| it["method"] == method).count()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Helpers of the browser may still write for a moment.
        for _ in 0..20 {
            if fs::remove_dir_all(&self.profile).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}
