//! One recorded session, as a test describes it, and as a response shows it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{
    audit::{SESSIONS, query::set},
    clock::{date_time, utc},
};

/// A session that went through the appliance. [`Builder::recorded_sessions`](crate::Builder::recorded_sessions) takes
/// them.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use sps_sim::RecordedSession;
///
/// let session = RecordedSession::new("SSH", SystemTime::UNIX_EPOCH, Duration::from_secs(60))
///     .user("alice")
///     .server("198.51.100.7", 22, "root")
///     .command(Duration::from_secs(5), "uptime")
///     .recording("the whole session");
/// ```
#[derive(Debug, Clone)]
#[must_use = "a session is recorded by a simulator"]
pub struct RecordedSession {
    pub(crate) key: Option<String>,
    pub(crate) protocol: String,
    pub(crate) start: SystemTime,
    /// `None` while the session runs.
    pub(crate) duration: Option<Duration>,
    pub(crate) user: String,
    pub(crate) score: Option<f64>,
    pub(crate) recording: Option<Vec<u8>>,
    pub(crate) channels: Vec<Channel>,
    client: String,
    server: String,
    server_port: u16,
    server_user: String,
    connection_policy: String,
    deny_reason: Option<String>,
    is_indexed: bool,
    events: Vec<Event>,
    alerts: Vec<Alert>,
    members: Vec<(String, Value)>,
}

/// A channel of a session.
#[derive(Debug, Clone)]
pub(crate) struct Channel {
    pub(crate) kind: String,
    pub(crate) authorizer: Option<(String, String)>,
}

#[derive(Debug, Clone)]
struct Event {
    after: Duration,
    content: String,
}

#[derive(Debug, Clone)]
struct Alert {
    after: Duration,
    rule: String,
    pattern: String,
    content: String,
}

impl RecordedSession {
    /// Creates a session of a protocol, such as `SSH`, that was allowed and is over.
    pub fn new(protocol: impl Into<String>, start: SystemTime, duration: Duration) -> Self {
        Self {
            key: None,
            protocol: protocol.into(),
            start,
            duration: Some(duration),
            user: "alice".to_owned(),
            score: None,
            recording: None,
            channels: Vec::new(),
            client: "192.0.2.10".to_owned(),
            server: "198.51.100.7".to_owned(),
            server_port: 22,
            server_user: "root".to_owned(),
            connection_policy: "linux-admins".to_owned(),
            deny_reason: None,
            is_indexed: false,
            events: Vec::new(),
            alerts: Vec::new(),
            members: Vec::new(),
        }
    }

    /// Sets the key. Default: 22 random letters and digits.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Lets the session still run: it has no end and no recording.
    pub fn active(mut self) -> Self {
        self.duration = None;
        self
    }

    /// Sets the user who logged in to the appliance. Default: `alice`.
    pub fn user(mut self, name: impl Into<String>) -> Self {
        self.user = name.into();
        self
    }

    /// Sets the address of the user's host. Default: 192.0.2.10.
    pub fn client(mut self, ip: impl Into<String>) -> Self {
        self.client = ip.into();
        self
    }

    /// Sets address and port of the server, and the user there. Default: `root` at port 22 of 198.51.100.7.
    pub fn server(mut self, ip: impl Into<String>, port: u16, user: impl Into<String>) -> Self {
        (self.server, self.server_port, self.server_user) = (ip.into(), port, user.into());
        self
    }

    /// Sets the name of the connection policy. Default: `linux-admins`.
    pub fn connection_policy(mut self, name: impl Into<String>) -> Self {
        self.connection_policy = name.into();
        self
    }

    /// Lets the login fail, for this reason.
    pub fn denied(mut self, reason: impl Into<String>) -> Self {
        self.deny_reason = Some(reason.into());
        self
    }

    /// Marks the session as indexed. Only then its commands are found.
    pub fn indexed(mut self) -> Self {
        self.is_indexed = true;
        self
    }

    /// Adds a command, this long after the start, and marks the session as indexed.
    pub fn command(mut self, after: Duration, content: impl Into<String>) -> Self {
        self.events.push(Event { after, content: content.into() });
        self.indexed()
    }

    /// Adds an alert, this long after the start: `content` matched the pattern of a rule.
    pub fn alert(
        mut self,
        after: Duration,
        rule: impl Into<String>,
        pattern: impl Into<String>,
        content: impl Into<String>,
    ) -> Self {
        let (rule, pattern, content) = (rule.into(), pattern.into(), content.into());
        self.alerts.push(Alert { after, rule, pattern, content });
        self
    }

    /// Adds a channel of this type, such as `session shell`.
    pub fn channel(mut self, kind: impl Into<String>) -> Self {
        self.channels.push(Channel { kind: kind.into(), authorizer: None });
        self
    }

    /// Adds a channel that another user authorized, with a remark.
    pub fn authorized_channel(
        mut self,
        kind: impl Into<String>,
        authorizer: impl Into<String>,
        remark: impl Into<String>,
    ) -> Self {
        let authorizer = Some((authorizer.into(), remark.into()));
        self.channels.push(Channel { kind: kind.into(), authorizer });
        self
    }

    /// Sets the score of the session.
    pub fn score(mut self, score: f64) -> Self {
        self.score = Some(score);
        self
    }

    /// Sets the recording. Without one, a download gets 404.
    pub fn recording(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.recording = Some(content.into());
        self
    }

    /// Sets any other member of the body, such as `vault.account_name`.
    pub fn member(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.members.push((name.into(), value.into()));
        self
    }

    /// Returns the end of the session, if it is over.
    pub(crate) fn end(&self) -> Option<SystemTime> {
        self.start.checked_add(self.duration?)
    }

    /// Whether there is a recording to download.
    pub(crate) fn has_recording(&self) -> bool {
        self.recording.is_some() && self.duration.is_some()
    }

    /// Returns the body that responses show.
    pub(crate) fn body(&self, key: &str, number: usize) -> Value {
        let path = format!("{SESSIONS}/{key}");
        let link = |part: &str| json!({"href": format!("{path}/{part}")});
        let verdict = if self.deny_reason.is_some() { "AUTH_FAIL" } else { "ACCEPT" };
        let download = self.has_recording().then(|| link("audit_trail"));
        let protocol = self.protocol.to_ascii_lowercase();
        let server = json!({"ip": self.server, "name": self.server, "port": self.server_port});
        let mut body = json!({
            "active": self.duration.is_none(),
            "alerts": link("alerts"),
            "analytics": {
                "interesting_events": [], "scripted": false, "similar_sessions": [], "tags": [],
            },
            "channels": link("channels"),
            "client": {"ip": self.client, "name": self.client, "port": 50_000 + number},
            "creation_time": utc(self.start),
            "events": link("events"),
            "hidden": false,
            "indexing": link("indexing"),
            "log": {
                "adapter_name": protocol, "auth_method": "password", "syslog_time": utc(self.start),
            },
            "node_id": "11111111-2222-4333-8444-555555555555",
            "origin": "RECORDING",
            "phantom": false,
            "protocol": self.protocol,
            "recording": {
                "archived": false,
                "audit_trail": {"archive": null, "download": download},
                "auth_method": "password",
                "channel_policy": format!("{protocol}-all"),
                "command_extracted": !self.events.is_empty(),
                "connection_policy": self.connection_policy,
                "connection_policy_id": "1a2b3c4d5e6f708192a3b4",
                "network_id": "default",
                "server_local": {"ip": "203.0.113.5", "name": "sps", "port": 40_000 + number},
                "session_id": format!("svc/{}/{}:{number}/{protocol}", &key[..key.len().min(8)], self.connection_policy),
                "target": server,
                "verdict": verdict,
                "window_title_extracted": false,
            },
            "server": {
                "address": self.server, "id": self.server, "ip": self.server,
                "name": self.server, "port": self.server_port,
            },
            "start_time": utc(self.start),
            "trail_download_link": self.has_recording().then(|| format!("{path}/audit_trail")),
            "user": {
                "gateway_username": self.user, "id": self.user, "name": self.user,
                "server_username": [self.server_user],
            },
            "verdict": verdict,
        });
        if let (Some(duration), Some(end)) = (self.duration, self.end()) {
            body["duration"] = json!(duration.as_secs());
            body["end_time"] = json!(date_time(end));
        }
        if let Some(reason) = &self.deny_reason {
            body["recording"]["deny_reason"] = json!(reason);
        }
        if self.is_indexed {
            body["recording"]["index_status"] = json!("INDEXED");
            body["recording"]["content_reference_id"] = json!(number);
        }
        if let Some(score) = self.score {
            body["analytics"]["score"] = json!({"aggregated": score});
        }
        for (name, value) in &self.members {
            set(&mut body, name, value.clone());
        }
        body
    }

    /// Returns what the events hold.
    pub(crate) fn contents(&self) -> impl Iterator<Item = &str> {
        self.indexed_events().map(|it| it.content.as_str())
    }

    fn indexed_events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|_| self.is_indexed)
    }

    /// Returns the events, which only an indexed session has.
    pub(crate) fn events(&self) -> Vec<Value> {
        let event = |(record, event): (usize, &Event)| {
            json!({
                "action": "executed", "channels_id": "1", "content": event.content,
                "record_id": record + 1, "time": self.local(event.after), "type": "command",
            })
        };
        self.indexed_events().enumerate().map(event).collect()
    }

    pub(crate) fn alerts(&self) -> Vec<Value> {
        let alert = |(record, alert): (usize, &Alert)| {
            json!({
                "alert_type": "adp.event.command", "channel_id": "1", "matched_action": "log",
                "matched_content": alert.content, "matched_regexp": alert.pattern,
                "record_id": record + 1, "rule_name": alert.rule, "time": self.local(alert.after),
            })
        };
        self.alerts.iter().enumerate().map(alert).collect()
    }

    /// Returns the runs of the indexer: one, if the session is indexed.
    pub(crate) fn indexing(&self, version: &str) -> Vec<Value> {
        let Some(end) = self.end().filter(|_| self.is_indexed) else { return Vec::new() };
        let start = end.duration_since(UNIX_EPOCH).unwrap_or_default();
        let start = u64::try_from(start.as_millis()).unwrap_or_default();
        vec![json!({
            "config": {
                "command": {"enabled": true},
                "keyboard": {"buffer_interval": 1000, "enabled": true},
                "mouse": {"buffer_interval": 1000, "enabled": false},
                "near_realtime": false,
                "ocr_languages": ["English"],
                "screen": {"enabled": true, "omnipage_trade_off": "accurate"},
                "title": {"enabled": true},
            },
            "statistics": {"cpu_time": 900, "duration": 1200, "start_time": start},
            "status": "COMPLETED",
            "version": {"adp": version, "worker": version},
        })]
    }

    /// Formats a time after the start without a zone.
    fn local(&self, after: Duration) -> String {
        let time = self.start.checked_add(after).unwrap_or(self.start);
        date_time(time).trim_end_matches("+00:00").to_owned()
    }
}
