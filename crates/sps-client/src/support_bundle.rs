//! Support bundles: jobs of the appliance that collect logs and settings.

use std::{fmt, path::Path, time::Instant};

use serde_json::Value;
use sps_model::{Endpoint as _, Method, SupportBundle, SupportBundleStatus};

use crate::{
    client::Client,
    error::{Error, ErrorKind},
    hide,
    http::Call,
    json, path,
    received::Received,
    session::Scope,
    transfer::Progress,
};

/// The jobs that collect support bundles; made by [`Client::support_bundles`].
pub struct SupportBundles<'a> {
    client: &'a Client,
}

impl fmt::Debug for SupportBundles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SupportBundles").finish_non_exhaustive()
    }
}

impl Client {
    /// The jobs that collect support bundles.
    pub fn support_bundles(&self) -> SupportBundles<'_> {
        SupportBundles { client: self }
    }
}

impl SupportBundles<'_> {
    /// Starts a job, waits until it is finished, and gives its key. `progress` is called with every state.
    ///
    /// The client does not repeat it: every call starts a job. If the future is dropped, the job goes on; the appliance
    /// removes it and its bundle after 24 hours.
    ///
    /// # Errors
    /// [`ErrorKind::JobFailed`], [`ErrorKind::Timeout`] if the job takes too long, and the errors of the
    /// appliance.
    pub async fn create(
        &self,
        progress: impl FnMut(&SupportBundle) + Send,
    ) -> Result<String, Error> {
        let key = self.start().await?;
        self.wait(&key, progress).await?;
        Ok(key)
    }

    /// Starts a job and gives its key at once; [`Self::wait`] waits until it is finished.
    ///
    /// The client does not repeat it: every call starts a job.
    ///
    /// # Errors
    /// The errors of the appliance.
    pub async fn start(&self) -> Result<String, Error> {
        let call = Call::new(Method::Post, SupportBundle::PATH);
        let response = self.client.shared.send(&call, &Scope::Any).await?.json(&call)?;
        started(&response).ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedResponse)
                .at(call.method, call.path)
                .note("the response has no key for the job; the list of jobs has it")
        })
    }

    /// Waits until a job is finished. `progress` is called with every state. If the future is dropped, the job goes on.
    ///
    /// # Errors
    /// [`ErrorKind::JobFailed`] with the appliance's reason as [`Error::message`], [`ErrorKind::Timeout`]
    /// if the job takes too long, and the errors of the appliance.
    pub async fn wait(
        &self,
        key: &str,
        mut progress: impl FnMut(&SupportBundle) + Send,
    ) -> Result<(), Error> {
        let start = Instant::now();
        loop {
            let bundle = self.get(key).await;
            let bundle =
                bundle.map_err(|error| error.note(format!("waiting for job `{key}`")))?.body;
            progress(&bundle);
            let failed = |kind| Error::new(kind).at(Method::Post, SupportBundle::PATH);
            match bundle.status {
                SupportBundleStatus::Finished => return Ok(()),
                SupportBundleStatus::Failed => {
                    let failed = failed(ErrorKind::JobFailed);
                    return Err(match bundle.error {
                        Some(mut reason) => {
                            hide::strike_text(&mut reason, &self.client.shared.secrets());
                            failed.with_message(reason)
                        }
                        None => failed.note("the appliance gives no reason"),
                    });
                }
                _ if start.elapsed() > self.client.shared.settings.job_timeout => {
                    return Err(
                        failed(ErrorKind::Timeout).note(format!("job `{key}` is still running"))
                    );
                }
                _ => tokio::time::sleep(self.client.shared.settings.poll).await,
            }
        }
    }

    /// Reads one job.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]: the appliance removes every job after 24 hours.
    pub async fn get(&self, key: &str) -> Result<Received<SupportBundle>, Error> {
        self.client.shared.get(&path::of_object(SupportBundle::PATH, key)?, &Scope::Any).await
    }

    /// Lists all jobs.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`] that concern reading.
    pub async fn list(&self) -> Result<Vec<Received<SupportBundle>>, Error> {
        self.client.list::<SupportBundle>().await?.all().await
    }

    /// Downloads a bundle into a file, as [`Client::download_to_file`] does.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], also for a finished job without a file; [`ErrorKind::File`].
    pub async fn download(
        &self,
        key: &str,
        target: impl AsRef<Path> + Send,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<u64, Error> {
        self.client.download_to_file(&self.download_path(key)?, target, progress).await
    }

    /// The path of a bundle, for [`Client::download`].
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for an invalid key.
    pub fn download_path(&self, key: &str) -> Result<String, Error> {
        Ok(format!("{}/download", path::of_object(SupportBundle::PATH, key)?))
    }

    /// Removes a bundle, or cancels its job while it runs.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], and the other errors of the appliance.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        let path = path::of_object(SupportBundle::PATH, key)?;
        self.client.shared.send(&Call::new(Method::Delete, &path), &Scope::Any).await.map(drop)
    }
}

/// The key of the job that was just started. The guide's sample is a list with one item without a key: then the last
/// segment of its link is the key. In a longer list, the status shows which job is new.
fn started(response: &Value) -> Option<String> {
    let is_queued = |it: &&Value| it["body"]["status"] == "queued";
    match response["items"].as_array().map(Vec::as_slice) {
        Some([only]) => json::key_of(only),
        Some(items) => json::key_of(items.iter().rfind(is_queued)?),
        None => json::key_of(response),
    }
    .filter(|key| key != "support-bundle")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn finds_the_key_of_a_new_job() {
        let href = "/api/troubleshooting/support-bundle/7a";
        // The form of the guide's sample: a list of one queued job without a key.
        let body = json!({"status": "queued", "start_time": null});
        let list = json!({"items": [{"body": body, "meta": {"href": href}}], "meta": {}});
        assert_eq!(started(&list).as_deref(), Some("7a"));
        assert_eq!(started(&json!({"key": "7a", "meta": {}})).as_deref(), Some("7a"));
        assert_eq!(started(&json!({"meta": {"href": href}})).as_deref(), Some("7a"));
        let container = json!({"meta": {"href": "/api/troubleshooting/support-bundle"}});
        assert_eq!(started(&container), None);
        let old = json!({"key": "6f", "body": {"status": "finished"}});
        let new = json!({"key": "7a", "body": {"status": "queued"}});
        assert_eq!(started(&json!({"items": [old, new]})).as_deref(), Some("7a"));
    }
}
