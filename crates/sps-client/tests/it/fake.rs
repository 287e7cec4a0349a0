//! A scripted server: one closure responds to every request.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use sps_client::{Client, ClientBuilder, Login};
use sps_model::{Password, Secret};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

pub(crate) const SESSION: &str = "0123456789abcdef0123456789abcdef01234567";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A request as it was received.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A reply of the script.
pub(crate) enum Reply {
    Json(u16, Value),
    Bytes(Vec<u8>),
    /// The connection ends without a response.
    Lost,
    /// No response.
    Silence,
    /// The head of a response without its body.
    Stalled(u16),
}

pub(crate) struct Fake {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Fake {
    /// Starts a server that passes `METHOD PATH` to the script, and responds to logins itself.
    pub(crate) async fn start(
        script: impl Fn(&str, &Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        let script = Arc::new(script);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                tokio::spawn(async move {
                    let _ = serve(stream, &*script, &log).await;
                });
            }
        });
        Self { url, requests, task }
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder(&self.url)
            .unwrap()
            .danger_allow_http()
            .login(Login::password("admin", PASSWORD))
            .timeout(Duration::from_secs(2))
            .lock_wait(Duration::from_millis(300))
            .jobs(Duration::from_millis(1), Duration::from_secs(2))
            .retries(3, Duration::from_millis(2))
    }

    pub(crate) async fn client(&self) -> Client {
        self.builder().connect().await.unwrap()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The lines of all requests except logins.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.requests().into_iter().map(|it| it.line);
        lines.filter(|it| !it.starts_with("GET /api/authentication")).collect()
    }

    pub(crate) fn count(&self, line: &str) -> usize {
        self.requests().iter().filter(|it| it.line == line).count()
    }
}

async fn serve(
    mut stream: TcpStream,
    script: &(impl Fn(&str, &Request) -> Reply + Sync),
    log: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
                break end;
            }
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let header = |name: &str| {
            head.lines().find_map(|it| {
                let (key, value) = it.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let length = header("content-length").map_or(0, |it| it.parse().unwrap());
        while bytes.len() < end + 4 + length {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
        }
        let body = String::from_utf8_lossy(&bytes[end + 4..end + 4 + length]).into_owned();
        bytes.drain(..end + 4 + length);
        let line = head.lines().next().unwrap_or_default().replace(" HTTP/1.1", "");
        let request = Request { line: line.clone(), head, body };
        log.lock().unwrap().push(request.clone());
        let mut cookie = String::new();
        let reply = if line.starts_with("GET /api/authentication") {
            cookie = format!("Set-Cookie: session_id={SESSION}; Path=/; HttpOnly\r\n");
            Reply::Json(200, json!({"meta": {"href": "/api/authentication", "parent": "/api"}}))
        } else {
            script(&line, &request)
        };
        let (status, content) = match reply {
            Reply::Json(status, value) => (status, value.to_string().into_bytes()),
            Reply::Bytes(content) => (200, content),
            Reply::Lost => return Ok(()),
            Reply::Silence => {
                std::future::pending::<()>().await;
                return Ok(());
            }
            Reply::Stalled(status) => {
                let head = format!("HTTP/1.1 {status} X\r\nContent-Length: 9\r\n\r\n");
                stream.write_all(head.as_bytes()).await?;
                std::future::pending::<()>().await;
                return Ok(());
            }
        };
        let length = content.len();
        let head = format!("HTTP/1.1 {status} X\r\n{cookie}Content-Length: {length}\r\n\r\n");
        // In one write: a second one would wait until the first is acknowledged.
        stream.write_all(&[head.into_bytes(), content].concat()).await?;
    }
}

pub(crate) fn ok(value: Value) -> Reply {
    Reply::Json(200, value)
}

pub(crate) fn error(status: u16, kind: &str, details: Value) -> Reply {
    let error = json!({"type": kind, "message": "No.", "details": details});
    Reply::Json(status, json!({"error": error, "meta": {}}))
}

/// An appliance with one object, `health_monitoring`, and enough state for a transaction.
pub(crate) struct Appliance {
    pub(crate) state: Mutex<State>,
}

#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) open: bool,
    pub(crate) ratio: u64,
    pub(crate) pending: Option<u64>,
    pub(crate) foreign: Vec<Value>,
    pub(crate) wrapper: &'static str,
    pub(crate) message: Option<&'static str>,
}

pub(crate) const HEALTH: &str = "/api/configuration/management/health_monitoring";

pub(crate) fn health(ratio: u64) -> Value {
    json!({"maximum_disk_utilization_ratio": ratio, "maximum_load1": null, "maximum_load15": null,
        "maximum_load5": null, "maximum_swap_utilization_ratio": null, "vendor_secret": "kept"})
}

impl Appliance {
    pub(crate) fn new() -> Arc<Self> {
        let state = State {
            open: false,
            ratio: 70,
            pending: None,
            foreign: Vec::new(),
            wrapper: "body",
            message: None,
        };
        Arc::new(Self { state: Mutex::new(state) })
    }

    pub(crate) fn state(&self) -> State {
        self.state.lock().unwrap().clone()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
    }

    pub(crate) fn response(&self, line: &str, request: &Request) -> Reply {
        let mut state = self.state.lock().unwrap();
        let meta = json!({"href": "/x", "parent": "/api", "remaining_seconds": 600});
        match line {
            "GET /api/transaction" => {
                let mut body = json!({"status": if state.open { "open" } else { "closed" }});
                if let Some(word) = state.message {
                    body["commit_message"] = word.into();
                }
                ok(json!({"key": "transaction", "meta": meta, state.wrapper: body}))
            }
            "GET /api/transaction/changes" => {
                let mut changes = state.foreign.clone();
                if let Some(pending) = state.pending {
                    changes.push(json!({"type": "replace", "path": HEALTH,
                        "old_value": health(state.ratio), "new_value": health(pending)}));
                }
                ok(json!({"changes": changes, "meta": meta}))
            }
            "POST /api/transaction" => {
                state.open = true;
                Reply::Json(201, json!({"meta": meta}))
            }
            "DELETE /api/transaction" | "PUT /api/transaction" if !state.open => {
                error(409, "Conflict", Value::Null)
            }
            "DELETE /api/transaction" => {
                state.open = false;
                state.pending = None;
                ok(json!({"meta": meta}))
            }
            "PUT /api/transaction" => {
                state.open = false;
                if let Some(pending) = state.pending.take() {
                    state.ratio = pending;
                }
                ok(json!({"meta": meta}))
            }
            _ if line == format!("GET {HEALTH}") => {
                let ratio = state.pending.unwrap_or(state.ratio);
                ok(json!({"key": "health_monitoring", "meta": meta, "body": health(ratio)}))
            }
            _ if line == format!("PUT {HEALTH}") => {
                let body: Value = serde_json::from_str(&request.body).unwrap();
                assert_eq!(body["vendor_secret"], "kept", "an unknown key was lost");
                state.pending = body["maximum_disk_utilization_ratio"].as_u64();
                ok(json!({"meta": meta}))
            }
            _ => error(404, "NotFound", Value::Null),
        }
    }
}

/// A server that responds as the appliance does, unless `first` gives a reply.
pub(crate) async fn appliance(
    first: impl Fn(&Appliance, &str, &Request) -> Option<Reply> + Send + Sync + 'static,
) -> (Fake, Arc<Appliance>) {
    let appliance = Appliance::new();
    let shared = Arc::clone(&appliance);
    let fake = Fake::start(move |line, request| {
        first(&shared, line, request).unwrap_or_else(|| shared.response(line, request))
    })
    .await;
    (fake, appliance)
}

/// Gives `true` for the first `count` calls.
pub(crate) fn times(count: usize) -> impl Fn() -> bool + Send + Sync {
    let left = Mutex::new(count);
    move || {
        let mut left = left.lock().unwrap();
        let any = *left > 0;
        *left = left.saturating_sub(1);
        any
    }
}

pub(crate) fn password(plain: &str) -> Password {
    Password::new().with_plain(Secret::new(plain))
}
