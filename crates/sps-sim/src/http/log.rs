//! What was asked of the simulator, for tests to look at.

use std::{collections::VecDeque, time::SystemTime};

/// How many requests are remembered.
const REMEMBERED: usize = 10_000;

/// How much of a path is remembered.
const PATH_LENGTH: usize = 512;

/// One request, without its body and without anything secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// When it came, by the clock of the simulator.
    pub at: SystemTime,
    /// Its method, in capitals.
    pub method: String,
    /// Its path as it was sent, without the query; a long one is cut.
    pub path: String,
    /// Its query as it was sent, with the values of unknown parameters left out.
    pub query: Option<String>,
    /// The status code of the answer; nothing when the connection was dropped instead.
    pub status: Option<u16>,
    /// The first four digits of the session's token, if it named one that lives.
    pub session: Option<String>,
    /// The user of that session, or the one who logged in.
    pub user: Option<String>,
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Log(VecDeque<RequestRecord>);

impl Log {
    pub(crate) fn add(&mut self, mut record: RequestRecord) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        if record.path.len() > PATH_LENGTH {
            record.path = record.path.chars().take(PATH_LENGTH).collect();
        }
        record.query = record.query.as_deref().map(redacted);
        self.0.push_back(record);
    }

    pub(crate) fn records(&self) -> Vec<RequestRecord> {
        self.0.iter().cloned().collect()
    }
}

/// The query without values that could be secret.
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
    fn keeps_no_unknown_values() {
        assert_eq!(redacted("type=x509&password=hush&hush"), "type=x509&password=…&…");
    }
}
