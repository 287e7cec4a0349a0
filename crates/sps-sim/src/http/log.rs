//! The log of requests and failed handshakes, for tests.

use std::{
    collections::VecDeque,
    fs::File,
    io::Write as _,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use serde_json::{Value, json};

use crate::{clock::date_time, error::Error};

/// Longest method that is kept.
const MAX_METHOD_BYTES: usize = 32;

/// Longest path that is kept.
const MAX_PATH_BYTES: usize = 512;

/// Query parameters whose values are no secrets.
const HARMLESS: [&str; 8] =
    ["type", "login_method", "limit", "offset", "fields", "sort", "start", "end"];

/// One request, without its body and without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Time of the request, by the clock of the simulator.
    pub at: SystemTime,
    /// Method as it was sent. A long method is cut.
    pub method: String,
    /// Path as it was sent, without the query. A long path is cut.
    pub path: String,
    /// Query as it was sent, without the values of unknown parameters.
    pub query: Option<String>,
    /// Status code of the response; `None` if the connection was dropped instead.
    pub status: Option<u16>,
    /// First four digits of the session token, if the session is alive.
    pub session: Option<String>,
    /// User of that session, or the user who logged in.
    pub user: Option<String>,
}

/// A TLS handshake that failed, so that no request followed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedHandshake {
    /// Time of the failure, by the clock of the simulator.
    pub at: SystemTime,
    /// Reason, such as an invalid certificate of the client.
    pub reason: String,
}

/// The last requests and failed handshakes, oldest first.
#[derive(Debug)]
pub(crate) struct Log {
    requests: VecDeque<RequestRecord>,
    handshakes: VecDeque<FailedHandshake>,
    /// Number of requests so far, which is the number of the last one.
    count: u64,
    /// Number of records of each kind that are kept.
    kept: usize,
    /// Name of the appliance, for the lines of a file that several share.
    name: Option<String>,
    file: Option<Arc<LogFile>>,
}

/// A file that one log appends to, or several.
#[derive(Debug)]
pub(crate) struct LogFile(Mutex<Result<File, String>>);

impl Log {
    /// Number of requests that are kept by default, and of failed handshakes.
    pub(crate) const MAX_RECORDS: usize = 10_000;

    /// Creates a log that keeps this number of records, and has no file.
    pub(crate) fn new(name: Option<String>, kept: usize) -> Self {
        Self {
            requests: VecDeque::new(),
            handshakes: VecDeque::new(),
            count: 0,
            kept,
            name,
            file: None,
        }
    }

    /// Begins again, with this file, if there is one.
    pub(crate) fn restart(&mut self, file: Option<Arc<LogFile>>) {
        *self = Self { file, ..Self::new(self.name.take(), self.kept) };
    }

    /// Returns the number of records of each kind that are kept.
    pub(crate) fn kept(&self) -> usize {
        self.kept
    }

    /// Returns the file, for another log to share.
    pub(crate) fn file(&self) -> Option<Arc<LogFile>> {
        self.file.clone()
    }

    pub(crate) fn add(&mut self, mut record: RequestRecord) {
        record.method = cut(record.method, MAX_METHOD_BYTES);
        record.path = cut(record.path, MAX_PATH_BYTES);
        record.query = record.query.as_deref().map(redacted);
        let RequestRecord { at, method, path, query, status, session, user } = &record;
        self.write(json!({
            "at": date_time(*at), "method": method, "path": path, "query": query,
            "session": session, "status": status, "user": user,
        }));
        push(&mut self.requests, record, self.kept);
        self.count += 1;
    }

    pub(crate) fn add_handshake(&mut self, handshake: FailedHandshake) {
        let FailedHandshake { at, reason } = &handshake;
        self.write(json!({"at": date_time(*at), "failed_handshake": reason}));
        push(&mut self.handshakes, handshake, self.kept);
    }

    fn write(&self, mut line: Value) {
        let Some(file) = &self.file else { return };
        if let Some(name) = &self.name {
            line["appliance"] = json!(name);
        }
        file.append(&line);
    }

    /// Returns the error that ended the file.
    pub(crate) fn error(&self) -> Option<String> {
        self.file.as_ref()?.lock().as_ref().err().cloned()
    }

    pub(crate) fn requests(&self) -> Vec<RequestRecord> {
        self.requests.iter().cloned().collect()
    }

    pub(crate) fn handshakes(&self) -> Vec<FailedHandshake> {
        self.handshakes.iter().cloned().collect()
    }
}

#[cfg(feature = "page")]
impl Log {
    /// Returns the number of the last request. The first request has the number 1.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Returns the kept requests with numbers from `first` to `last`, oldest first, each with its number.
    pub(crate) fn range(
        &self,
        first: u64,
        last: u64,
    ) -> impl Iterator<Item = (u64, &RequestRecord)> {
        let oldest = self.count - self.requests.len() as u64 + 1;
        let skipped = usize::try_from(first.saturating_sub(oldest)).unwrap_or(usize::MAX);
        let requests = self.requests.iter().enumerate().skip(skipped);
        requests.map(move |(at, it)| (oldest + at as u64, it)).take_while(move |it| it.0 <= last)
    }
}

impl LogFile {
    /// Opens a file for appending.
    pub(crate) fn open(path: &Path) -> Result<Arc<Self>, Error> {
        let file = File::options().create(true).append(true).open(path);
        let file =
            file.map_err(|source| Error::State { action: "open", path: path.to_owned(), source });
        Ok(Arc::new(Self(Mutex::new(Ok(file?)))))
    }

    /// Appends a line. After an error, the file stays as it is: a log with a gap would prove nothing.
    fn append(&self, line: &Value) {
        let mut state = self.lock();
        let Ok(file) = &mut *state else { return };
        if let Err(error) = file.write_all(format!("{line}\n").as_bytes()) {
            *state = Err(error.to_string());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Result<File, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a record, and removes the oldest one if there are too many.
fn push<T>(records: &mut VecDeque<T>, record: T, kept: usize) {
    if records.len() >= kept {
        records.pop_front();
    }
    if kept > 0 {
        records.push_back(record);
    }
}

/// Cuts a long text to this length, at most.
fn cut(mut text: String, bytes: usize) -> String {
    let end = (0..=bytes).rfind(|at| text.is_char_boundary(*at)).unwrap_or_default();
    if text.len() > bytes {
        text.truncate(end);
    }
    text
}

/// Returns the query without values that could be secret.
fn redacted(query: &str) -> String {
    let parameters = query.split('&').take(16).map(|parameter| match parameter.split_once('=') {
        Some((name, value)) if HARMLESS.contains(&name) && value.len() <= 64 => {
            format!("{name}={value}")
        }
        Some((name, _)) => format!("{}=…", name.chars().take(64).collect::<String>()),
        None => "…".to_owned(),
    });
    parameters.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_unknown_values() {
        assert_eq!(redacted("type=x509&password=hush&hush"), "type=x509&password=…&…");
        assert_eq!(redacted("q=hush&limit=5&sort=-start_time"), "q=…&limit=5&sort=-start_time");
    }

    #[test]
    fn is_limited() {
        const KEPT: usize = 100;
        let mut log = Log::new(None, KEPT);
        for number in 0..=KEPT {
            log.add(RequestRecord {
                at: SystemTime::UNIX_EPOCH,
                method: "X".repeat(1_000),
                path: format!("/{number}/{}", "x".repeat(1_000)),
                query: Some("x=y&".repeat(1_000)),
                status: None,
                session: None,
                user: None,
            });
        }
        let requests = log.requests();
        assert_eq!(requests.len(), KEPT);
        assert!(requests[0].path.starts_with("/1/"), "the oldest record is removed");
        let RequestRecord { method, path, query, .. } = &requests[0];
        assert_eq!((method.len(), path.len()), (32, 512));
        assert!(query.as_ref().unwrap().len() < 100);
    }
}
