//! Jobs: when each one starts and ends, and how long its result is kept.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::clock::date_time;

/// Shortest time that a job waits.
const WAIT: Duration = Duration::from_secs(1);

/// Time that a job runs.
const RUN: Duration = Duration::from_secs(2);

/// Time that a result is kept.
const RETENTION: Duration = Duration::from_secs(24 * 60 * 60);

/// All jobs, in the order in which they were started.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Vec<Job>);

/// One job and its times.
#[derive(Debug)]
pub(crate) struct Job {
    /// Path of the endpoint that started it.
    pub(crate) endpoint: String,
    pub(crate) key: String,
    pub(crate) start: SystemTime,
    end: SystemTime,
    fails: bool,
}

impl Jobs {
    /// Removes jobs whose results are too old.
    pub(crate) fn expire(&mut self, now: SystemTime) {
        self.0.retain(|job| now.duration_since(job.end).unwrap_or_default() < RETENTION);
    }

    /// Queues a job behind all others.
    pub(crate) fn start(&mut self, endpoint: &str, key: String, now: SystemTime, fails: bool) {
        let later = |time: SystemTime, by| time.checked_add(by).unwrap_or(time);
        let start = self.0.iter().map(|it| it.end).fold(later(now, WAIT), SystemTime::max);
        let end = later(start, RUN);
        self.0.push(Job { endpoint: endpoint.to_owned(), key, start, end, fails });
    }

    /// Cancels a job, or deletes its result.
    pub(crate) fn remove(&mut self, endpoint: &str, key: &str) {
        self.0.retain(|it| it.endpoint != endpoint || it.key != key);
    }

    pub(crate) fn find(&self, endpoint: &str, key: &str) -> Option<&Job> {
        self.of(endpoint).find(|it| it.key == key)
    }

    /// Returns all jobs.
    #[cfg(feature = "page")]
    pub(crate) fn all(&self) -> &[Job] {
        &self.0
    }

    /// The jobs of one endpoint.
    pub(crate) fn of(&self, endpoint: &str) -> impl Iterator<Item = &Job> {
        self.0.iter().filter(move |it| it.endpoint == endpoint)
    }
}

impl Job {
    pub(crate) fn body(&self, now: SystemTime) -> Value {
        let status = match () {
            () if now < self.start => "queued",
            () if now < self.end => "in-progress",
            () if self.fails => "failed",
            () => "finished",
        };
        let error = "Timeout expired while waiting for creation of support-bundle.";
        json!({
            "error": (status == "failed").then_some(error),
            "file_name": self.is_finished(now).then(|| self.file_name()),
            "info": null,
            "start_time": (status != "queued").then(|| date_time(self.start)),
            "status": status,
        })
    }

    pub(crate) fn is_finished(&self, now: SystemTime) -> bool {
        now >= self.end && !self.fails
    }

    pub(crate) fn file_name(&self) -> String {
        let name = self.endpoint.rsplit('/').next().unwrap_or_default();
        format!("{name}-{}.tar.gz", self.key)
    }
}
