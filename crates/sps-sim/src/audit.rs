//! Recorded sessions: what they hold, how they are searched, and who downloaded a recording.

mod query;
mod record;
mod samples;
mod time;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};

use crate::{clock::utc, random::Random};

pub use self::record::RecordedSession;
pub(crate) use self::{
    query::{Query, leaf, pointed, set},
    samples::samples,
    time::instant,
};

/// Number of snapshots that may be open at once. No source gives it.
const SNAPSHOTS: usize = 10;

/// Time after which a snapshot is closed. No source gives it.
const SNAPSHOT_LIFETIME: Duration = Duration::from_secs(600);

/// Number of downloads that are listed for a session. A simulator that runs for days must not grow with each.
const MAX_DOWNLOADS: usize = 1_000;

/// Path of the recorded sessions.
pub(crate) const SESSIONS: &str = "/api/audit/sessions";

/// Path of the users of recorded sessions.
const USERS: &str = "/api/audit/users";

/// A recorded session with its key and its body.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) key: String,
    pub(crate) body: Value,
    pub(crate) session: RecordedSession,
}

/// All recorded sessions, snapshots of them, and downloads.
#[derive(Debug)]
pub(crate) struct Audit {
    sessions: Vec<Arc<Stored>>,
    snapshots: Vec<Snapshot>,
    quota: usize,
    downloads: BTreeMap<String, Vec<Value>>,
}

/// The sessions of one moment.
#[derive(Debug)]
struct Snapshot {
    id: String,
    opened: SystemTime,
    sessions: Vec<Arc<Stored>>,
}

impl Audit {
    pub(crate) fn new(
        sessions: Vec<RecordedSession>,
        quota: Option<usize>,
        random: &mut Random,
    ) -> Self {
        let mut audit = Self {
            sessions: Vec::new(),
            snapshots: Vec::new(),
            quota: quota.unwrap_or(SNAPSHOTS),
            downloads: BTreeMap::new(),
        };
        for session in sessions {
            audit.add(session, random);
        }
        audit
    }

    /// Creates one with the same sessions, without snapshots and downloads.
    pub(crate) fn twin(&self, quota: Option<usize>) -> Self {
        Self {
            sessions: self.sessions.clone(),
            snapshots: Vec::new(),
            quota: quota.unwrap_or(self.quota),
            downloads: BTreeMap::new(),
        }
    }

    /// Adds a session, and returns its key. One with the same key is replaced.
    pub(crate) fn add(&mut self, session: RecordedSession, random: &mut Random) -> String {
        let key = session.key.clone().unwrap_or_else(|| random.letters(22));
        let body = session.body(&key, self.sessions.len() + 1);
        let stored = Arc::new(Stored { key: key.clone(), body, session });
        match self.sessions.iter_mut().find(|it| it.key == key) {
            Some(old) => *old = stored,
            None => self.sessions.push(stored),
        }
        key
    }

    pub(crate) fn all(&self) -> &[Arc<Stored>] {
        &self.sessions
    }

    pub(crate) fn find(&self, key: &str) -> Option<&Arc<Stored>> {
        self.sessions.iter().find(|it| it.key == key)
    }

    /// Closes snapshots that are too old.
    pub(crate) fn expire(&mut self, now: SystemTime) {
        let age = |it: &Snapshot| now.duration_since(it.opened).unwrap_or_default();
        self.snapshots.retain(|it| age(it) < SNAPSHOT_LIFETIME);
    }

    /// Opens a snapshot, and returns its ID; `None` if too many are open.
    pub(crate) fn open_snapshot(&mut self, now: SystemTime, random: &mut Random) -> Option<String> {
        if self.snapshots.len() >= self.quota {
            return None;
        }
        let id = random.hex(32);
        let sessions = self.sessions.clone();
        self.snapshots.push(Snapshot { id: id.clone(), opened: now, sessions });
        Some(id)
    }

    /// Returns the sessions of a snapshot.
    pub(crate) fn snapshot(&self, id: &str) -> Option<&[Arc<Stored>]> {
        self.snapshots.iter().find(|it| it.id == id).map(|it| it.sessions.as_slice())
    }

    /// Lists a download of a recording.
    pub(crate) fn downloaded(&mut self, key: &str, user: &str, address: &str, now: SystemTime) {
        let entry = json!({
            "from_api": true, "ip_address": address, "time": utc(now), "username": user,
        });
        let entries = self.downloads.entry(key.to_owned()).or_default();
        if entries.len() >= MAX_DOWNLOADS {
            entries.remove(0);
        }
        entries.push(entry);
    }

    pub(crate) fn downloads(&self, key: &str) -> &[Value] {
        self.downloads.get(key).map_or(&[], Vec::as_slice)
    }

    /// Returns the users of all sessions, by name: with their last session and their highest score.
    pub(crate) fn users(&self) -> Vec<Value> {
        let mut users = BTreeMap::<&str, (SystemTime, f64)>::new();
        for stored in &self.sessions {
            let session = &stored.session;
            let seen = session.end().unwrap_or(session.start);
            let user = users.entry(session.user.as_str()).or_insert((seen, 0.0));
            user.0 = user.0.max(seen);
            user.1 = user.1.max(session.score.unwrap_or_default());
        }
        let item = |(name, (seen, score)): (&str, (SystemTime, f64))| {
            json!({
                "key": name, "meta": {"href": format!("{USERS}/{name}")},
                "user_id": name, "last_seen": utc(seen), "score": score.to_string(),
                "score_timestamp": utc(seen),
            })
        };
        users.into_iter().map(item).collect()
    }

    /// Counts the active sessions of a protocol.
    pub(crate) fn active(&self, protocol: &str) -> usize {
        let is_active = |it: &&Arc<Stored>| {
            it.session.duration.is_none() && it.session.protocol.eq_ignore_ascii_case(protocol)
        };
        self.sessions.iter().filter(is_active).count()
    }
}
