//! Requests that start, show, cancel and download jobs.

use serde_json::json;

use crate::{
    appliance::Call,
    clock::date_time,
    fault::FaultKind,
    http::{Failure, Response},
    jobs::{gzip, tar},
};

impl Call<'_> {
    /// Starts a job, and returns a list that holds only this job.
    ///
    /// The table of the guide lists `key`, and its sample has none. Clients look for it at the top and in the item.
    pub(crate) fn start_job(&mut self) -> Response {
        let (now, path) = (self.appliance.clock.now(), self.path);
        let fails = self.faults.contains(&FaultKind::FailJob);
        let key = self.state.random.uuid();
        self.state.jobs.start(path, key.clone(), now, fails);
        let body = self.state.jobs.find(path, &key).map(|it| it.body(now));
        let parent = path.rsplit_once('/').map(|it| it.0);
        let meta = json!({"href": format!("{path}/{key}"), "parent": parent});
        let item = json!({"body": body, "key": key, "meta": meta});
        let meta = self.meta(self.view(), path);
        Response::json(201, &json!({"items": [item], "key": key, "meta": meta}))
    }

    pub(crate) fn list_jobs(&self) -> Response {
        let (now, path) = (self.appliance.clock.now(), self.path);
        let parent = path.rsplit_once('/').map(|it| it.0);
        let jobs = self.state.jobs.of(path);
        let items = jobs.map(|job| {
            let meta = json!({"href": format!("{path}/{}", job.key), "parent": parent});
            json!({"body": job.body(now), "key": job.key, "meta": meta})
        });
        let items: Vec<_> = items.collect();
        let meta = self.meta(self.view(), path);
        Response::json(200, &json!({"items": items, "meta": meta}))
    }

    /// Shows a job, or cancels it or deletes its result.
    pub(crate) fn job(&mut self, collection: &str, key: &str) -> Result<Response, Failure> {
        let now = self.appliance.clock.now();
        let Some(job) = self.state.jobs.find(collection, key) else {
            return Err(Failure::resource_not_found(collection, key));
        };
        let body = job.body(now);
        let mut meta = self.meta(self.view(), self.path);
        // The samples name the container of the endpoint as the parent of each job.
        meta["parent"] = json!(collection.rsplit_once('/').map(|it| it.0));
        if self.request.method == "DELETE" {
            self.state.jobs.remove(collection, key);
            return Ok(Response::json(200, &json!({"meta": meta})));
        }
        Ok(Response::json(200, &json!({"body": body, "key": key, "meta": meta})))
    }

    pub(crate) fn job_part(
        &self,
        collection: &str,
        key: &str,
        part: &str,
    ) -> Result<Response, Failure> {
        let now = self.appliance.clock.now();
        let job = self.state.jobs.find(collection, key);
        match job.filter(|it| part == "download" && it.is_finished(now)) {
            Some(job) => {
                let text = format!("bundle {key} of {}\n", date_time(job.start));
                let archive = gzip(&tar("sps/info.txt", text.as_bytes()));
                Ok(Response::file("application/gzip", &job.file_name(), archive))
            }
            None => Err(Failure::resource_not_found(collection, &format!("{key}/{part}"))),
        }
    }
}
