//! Downloads of firmware from other servers: queued one after the other, checked, and put into a slot.

use std::time::{Duration, SystemTime};

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::{
    clock::date_time,
    device::firmware::{Slots, image_version},
    random::hex,
};

/// Shortest time that a download waits.
const WAIT: Duration = Duration::from_secs(1);

/// Time that a download takes.
const RUN: Duration = Duration::from_secs(2);

/// All downloads, in the order in which they were started.
#[derive(Debug, Default)]
pub(crate) struct Downloads(Vec<Download>);

/// One download. Its entry stays until it is removed.
#[derive(Debug)]
pub(crate) struct Download {
    pub(crate) key: String,
    pub(crate) url: String,
    sha256: String,
    /// Version of the image, if its name has none.
    version: String,
    start: SystemTime,
    end: SystemTime,
    fails: bool,
    end_state: Option<EndState>,
}

/// How a download ended.
#[derive(Debug)]
enum EndState {
    Finished { slot: usize },
    Failed(&'static str),
    Canceled,
}

/// A request for a download.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) url: String,
    pub(crate) sha256: String,
    /// Version of the image, if its name has none.
    pub(crate) version: String,
    pub(crate) fails: bool,
}

impl Downloads {
    /// Queues a download behind all others.
    pub(crate) fn start(&mut self, key: String, order: Order, now: SystemTime) {
        let later = |time: SystemTime, by| time.checked_add(by).unwrap_or(time);
        let running = self.0.iter().filter(|it| it.end_state.is_none()).map(|it| it.end);
        let start = running.fold(later(now, WAIT), SystemTime::max);
        let end = later(start, RUN);
        let Order { url, sha256, version, fails } = order;
        let download = Download { key, url, sha256, version, start, end, fails, end_state: None };
        self.0.push(download);
    }

    /// Ends the downloads whose time is over. A good image fills a slot.
    pub(crate) fn settle(&mut self, now: SystemTime, slots: &mut Slots) {
        for it in self.0.iter_mut().filter(|it| it.end_state.is_none() && now >= it.end) {
            it.end_state = Some(it.arrive(slots));
        }
    }

    pub(crate) fn find(&self, key: &str) -> Option<&Download> {
        self.0.iter().find(|it| it.key == key)
    }

    pub(crate) fn all(&self) -> &[Download] {
        &self.0
    }

    /// Cancels a download and keeps its entry; removes the entry of one that has ended.
    pub(crate) fn delete(&mut self, key: &str) {
        let Some(at) = self.0.iter().position(|it| it.key == key) else { return };
        if self.0[at].end_state.is_some() {
            self.0.remove(at);
        } else {
            self.0[at].end_state = Some(EndState::Canceled);
        }
    }
}

impl Download {
    /// Checks the file behind the URL. Nothing is fetched: its content is the URL itself.
    fn arrive(&self, slots: &mut Slots) -> EndState {
        if self.fails {
            return EndState::Failed("The server cannot be reached.");
        }
        if !hex(digest(&SHA256, self.url.as_bytes()).as_ref()).eq_ignore_ascii_case(&self.sha256) {
            return EndState::Failed("The checksum does not match.");
        }
        let name = self.url.split(['?', '#']).next().and_then(|it| it.rsplit('/').next());
        let version = image_version(name, b"").unwrap_or_else(|| self.version.clone());
        match slots.fill(version) {
            Some(slot) => EndState::Finished { slot },
            None => EndState::Failed("There is no empty slot."),
        }
    }

    pub(crate) fn body(&self, now: SystemTime) -> Value {
        let status = match self.end_state {
            Some(EndState::Finished { .. }) => "finished",
            Some(EndState::Failed(_)) => "failed",
            Some(EndState::Canceled) => "canceled",
            None if now < self.start => "queued",
            None => "in-progress",
        };
        let error = match self.end_state {
            Some(EndState::Failed(why)) => Some(why),
            _ => None,
        };
        let info = match self.end_state {
            Some(EndState::Finished { slot }) => Some(format!("The image is in slot {slot}.")),
            _ => None,
        };
        json!({
            "error": error,
            "info": info,
            "start_time": (now >= self.start).then(|| date_time(self.start)),
            "status": status,
        })
    }
}
