//! Long-running work: when it starts and ends, and the archive that it leaves.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::{
    answer::{Answer, Failure},
    appliance::Call,
    clock::date_time,
    fault::FaultKind,
};

/// How long a job waits at least.
const QUEUED: Duration = Duration::from_secs(1);

/// How long a job runs.
const RUNS: Duration = Duration::from_secs(2);

/// How long the result is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// All jobs, in the order in which they were started.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Vec<Job>);

#[derive(Debug)]
struct Job {
    /// Path of the endpoint that it belongs to.
    endpoint: String,
    key: String,
    start: SystemTime,
    end: SystemTime,
    fails: bool,
}

impl Jobs {
    /// Forgets jobs whose results are too old.
    pub(crate) fn expire(&mut self, now: SystemTime) {
        self.0.retain(|job| now.duration_since(job.end).unwrap_or_default() < KEPT);
    }

    /// One after the other: a job waits for those before it.
    fn start(&mut self, endpoint: &str, key: String, now: SystemTime, fails: bool) {
        let later = |time: SystemTime, by| time.checked_add(by).unwrap_or(time);
        let start = self.0.iter().map(|it| it.end).fold(later(now, QUEUED), SystemTime::max);
        let end = later(start, RUNS);
        self.0.push(Job { endpoint: endpoint.to_owned(), key, start, end, fails });
    }

    fn find(&self, endpoint: &str, key: &str) -> Option<&Job> {
        self.0.iter().find(|it| it.endpoint == endpoint && it.key == key)
    }
}

impl Job {
    fn body(&self, now: SystemTime) -> Value {
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

    fn is_finished(&self, now: SystemTime) -> bool {
        now >= self.end && !self.fails
    }

    fn file_name(&self) -> String {
        let name = self.endpoint.rsplit('/').next().unwrap_or_default();
        format!("{name}-{}.tar.gz", self.key)
    }
}

impl Call<'_> {
    /// Starts a job and answers with a list of it alone, which names its key only in the link.
    pub(crate) fn start_job(&mut self) -> Answer {
        let (now, path) = (self.appliance.clock.now(), self.path);
        let fails = self.faults.contains(&FaultKind::FailJob);
        let key = self.state.random.uuid();
        self.state.jobs.start(path, key.clone(), now, fails);
        let body = self.state.jobs.find(path, &key).map(|it| it.body(now));
        let parent = path.rsplit_once('/').map(|it| it.0);
        let meta = json!({"href": format!("{path}/{key}"), "parent": parent});
        let item = json!({"body": body, "meta": meta});
        let meta = self.meta(self.view(), path);
        Answer::json(201, &json!({"items": [item], "meta": meta}))
    }

    pub(crate) fn list_jobs(&self) -> Answer {
        let (now, path) = (self.appliance.clock.now(), self.path);
        let parent = path.rsplit_once('/').map(|it| it.0);
        let jobs = self.state.jobs.0.iter().filter(|it| it.endpoint == path);
        let items = jobs.map(|job| {
            let meta = json!({"href": format!("{path}/{}", job.key), "parent": parent});
            json!({"body": job.body(now), "key": job.key, "meta": meta})
        });
        let items: Vec<_> = items.collect();
        let meta = self.meta(self.view(), path);
        Answer::json(200, &json!({"items": items, "meta": meta}))
    }

    /// One job: shows it, or cancels or forgets it.
    pub(crate) fn job(&mut self, collection: &str, key: &str) -> Result<Answer, Failure> {
        let now = self.appliance.clock.now();
        let Some(job) = self.state.jobs.find(collection, key) else {
            return Err(Failure::resource_not_found(collection, key));
        };
        let body = job.body(now);
        let mut meta = self.meta(self.view(), self.path);
        // The samples name the container of the endpoint as the parent of each job.
        meta["parent"] = json!(collection.rsplit_once('/').map(|it| it.0));
        if self.request.method == "DELETE" {
            self.state.jobs.0.retain(|it| it.endpoint != collection || it.key != key);
            return Ok(Answer::json(200, &json!({"meta": meta})));
        }
        Ok(Answer::json(200, &json!({"body": body, "key": key, "meta": meta})))
    }

    pub(crate) fn job_part(
        &self,
        collection: &str,
        key: &str,
        part: &str,
    ) -> Result<Answer, Failure> {
        let now = self.appliance.clock.now();
        let job = self.state.jobs.find(collection, key);
        match job.filter(|it| part == "download" && it.is_finished(now)) {
            Some(job) => {
                let text = format!("bundle {key} of {}\n", date_time(job.start));
                let archive = gzip(&tar("sps/info.txt", text.as_bytes()));
                Ok(Answer::file("application/gzip", &job.file_name(), archive))
            }
            None => Err(Failure::resource_not_found(collection, &format!("{key}/{part}"))),
        }
    }
}

/// A tape archive with one file.
fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = [0_u8; 512];
    let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", content.len()).as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|it| u32::from(*it)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut archive = header.to_vec();
    archive.extend(content);
    // The content fills whole blocks, and two empty ones end the archive.
    archive.resize(archive.len().next_multiple_of(512) + 1_024, 0);
    archive
}

/// A compressed file.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    file.extend(miniz_oxide::deflate::compress_to_vec(content, 6));
    file.extend(crc32(content).to_le_bytes());
    file.extend(u32::try_from(content.len()).unwrap_or_default().to_le_bytes());
    file
}

fn crc32(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_as_everybody_does() {
        // The check value in every table of this checksum.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
