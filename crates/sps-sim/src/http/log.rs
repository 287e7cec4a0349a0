//! The log of requests, for tests.

use std::{collections::VecDeque, time::SystemTime};

/// Number of requests that are kept.
const MAX_RECORDS: usize = 10_000;

/// Longest path that is kept.
const MAX_PATH_BYTES: usize = 512;

/// One request, without its body and without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Time of the request, by the clock of the simulator.
    pub at: SystemTime,
    /// Method, in capitals.
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

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Log(VecDeque<RequestRecord>);

impl Log {
    pub(crate) fn add(&mut self, mut record: RequestRecord) {
        if self.0.len() == MAX_RECORDS {
            self.0.pop_front();
        }
        if record.path.len() > MAX_PATH_BYTES {
            record.path = record.path.chars().take(MAX_PATH_BYTES).collect();
        }
        record.query = record.query.as_deref().map(redacted);
        self.0.push_back(record);
    }

    pub(crate) fn records(&self) -> Vec<RequestRecord> {
        self.0.iter().cloned().collect()
    }
}

/// Returns the query without values that could be secret.
fn redacted(query: &str) -> String {
    let parameters = query.split('&').take(16).map(|parameter| match parameter.split_once('=') {
        Some((name @ ("type" | "login_method"), value)) if value.len() <= 64 => {
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
    }
}
