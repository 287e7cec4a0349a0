//! Firmware of the appliance: its slots, uploads, tests and upgrades.

use std::{fmt, time::Instant};

use sps_model::{
    Endpoint as _, Method,
    firmware::{Slot, Test, Upgrade},
    upload::FirmwareUpload,
};

use crate::{
    body::{self, Outgoing},
    client::Client,
    error::{Error, ErrorKind},
    http::Call,
    path,
    received::{self, Received},
    session::Scope,
    transfer::{Progress, Source},
};

/// The firmware of the appliance; made by [`Client::firmware`].
///
/// ```no_run
/// # async fn example(client: sps_client::Client) -> Result<(), sps_client::Error> {
/// let firmware = client.firmware();
/// let image = sps_client::Source::File("sps-8.0.1.iso".into());
/// let slot = firmware.upload(&image, |_| ()).await?;
/// println!("{}", firmware.test(slot).await?);
/// firmware.upgrade(slot, Some("quarterly upgrade")).await?;
/// firmware.wait_for_version("8.0.1").await
/// # }
/// ```
pub struct Firmware<'a> {
    client: &'a Client,
}

impl fmt::Debug for Firmware<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Firmware").finish_non_exhaustive()
    }
}

impl Client {
    /// The firmware of the appliance.
    pub fn firmware(&self) -> Firmware<'_> {
        Firmware { client: self }
    }
}

impl Firmware<'_> {
    /// Lists the slots. The body of an empty one has no version.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`] that concern reading.
    pub async fn slots(&self) -> Result<Vec<Received<Slot>>, Error> {
        self.client.list::<Slot>().await?.all().await
    }

    /// Uploads an image into an empty slot, and gives the number of the slot.
    ///
    /// The client does not repeat it. A dropped future may leave a part of the file on the appliance.
    ///
    /// # Errors
    /// [`ErrorKind::File`], and the errors of the appliance: without an empty slot, it refuses the image.
    pub async fn upload(
        &self,
        image: &Source,
        progress: impl FnMut(Progress) + Clone + Send + 'static,
    ) -> Result<i64, Error> {
        const TYPE: &str = "application/x-iso9660-image";
        let response = self.client.upload(FirmwareUpload::PATH, TYPE, image, progress).await?;
        response.key.as_deref().and_then(|it| it.parse().ok()).ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedResponse)
                .at(Method::Post, FirmwareUpload::PATH)
                .note("the response does not name the slot of the image")
        })
    }

    /// Tests whether the appliance can be upgraded to the image in a slot, and gives its report of several lines.
    /// It changes nothing.
    ///
    /// # Errors
    /// [`ErrorKind::FirmwareTestFailed`] with the reasons as [`Error::message`]; [`ErrorKind::NotFound`] for an empty
    /// slot.
    pub async fn test(&self, slot: i64) -> Result<String, Error> {
        let settings = &self.client.shared.settings;
        let body = body::typed::<Test>(&Test::new(slot), Method::Post, settings)?;
        self.tested(&body, Test::PATH).await
    }

    /// Tests the image in a slot, and upgrades the appliance to it. Gives the report of the test.
    ///
    /// The appliance boots afterwards, which ends every session and discards open transactions:
    /// [`Self::wait_for_version`] waits for it. `message` is for the log of changes; the appliance may require one.
    ///
    /// The client does not repeat it. If the response is lost, [`Self::slots`] shows whether the slot was chosen.
    ///
    /// # Errors
    /// As [`Self::test`].
    pub async fn upgrade(&self, slot: i64, message: Option<&str>) -> Result<String, Error> {
        let request = Upgrade::new(slot).with_message(message.map(str::to_owned));
        let body = body::typed::<Upgrade>(&request, Method::Post, &self.client.shared.settings)?;
        self.tested(&body, Upgrade::PATH).await
    }

    async fn tested(&self, body: &Outgoing, path: &str) -> Result<String, Error> {
        let call = body.call(Method::Post, path);
        let response = self.client.shared.send(&call, &Scope::Any).await?.json(&call)?;
        Ok(received::read::<Test>(response, &call)?.body.test_summary)
    }

    /// Waits until the appliance runs this version, such as `8.0.1`.
    ///
    /// It repeats whatever fails because the appliance boots. Dropping the future leaves nothing behind.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`] if it takes longer than a job may
    /// ([`ClientBuilder::job_limit`](crate::ClientBuilder::job_limit)); a refused login, and other errors that do not
    /// pass.
    pub async fn wait_for_version(&self, version: &str) -> Result<(), Error> {
        let start = Instant::now();
        let settings = &self.client.shared.settings;
        loop {
            let found = match self.client.info().await {
                Ok(info) => info.body.firmware_version.into_option().unwrap_or_default(),
                Err(error) if error.is_retryable() => String::new(),
                Err(error) => return Err(error),
            };
            if found == version {
                return Ok(());
            }
            if start.elapsed() > settings.job_timeout {
                let note = match found.as_str() {
                    "" => "the appliance does not respond".to_owned(),
                    found => format!("the appliance runs version {found}"),
                };
                let error = Error::new(ErrorKind::Timeout).at(Method::Post, Upgrade::PATH);
                return Err(error.note(note));
            }
            tokio::time::sleep(settings.poll).await;
        }
    }

    /// Empties a slot.
    ///
    /// # Errors
    /// The errors of the appliance: it refuses for the running firmware, and for that of the next boot.
    pub async fn delete(&self, slot: i64) -> Result<(), Error> {
        let path = path::of_object(Slot::PATH, &slot.to_string())?;
        self.client.shared.send(&Call::new(Method::Delete, &path), &Scope::Any).await.map(drop)
    }
}
