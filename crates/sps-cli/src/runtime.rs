//! Where the commands that talk to an appliance run, and what Ctrl-C does to them.

use std::future::Future;

use anyhow::Context as _;
use anyhow::Result;
use anyhow::bail;
use sps_client::Client;

use crate::connection;
use crate::output;
use crate::status::Status;

/// Runs a future to its end on this thread.
pub(crate) fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?
        .block_on(work)
}

/// Prints what the appliance lists about an error, if it lists anything.
pub(crate) fn complain_of_details(error: &anyhow::Error) {
    let details = error.downcast_ref::<sps_client::Error>().and_then(sps_client::Error::details);
    // A path alone stands in the line above already.
    if let Some(details) = details
        && !details.as_value().is_string()
        && let Ok(text) = serde_json::to_string_pretty(details.as_value())
    {
        output::complain(&format!("details: {text}"));
    }
}

/// Waits for Ctrl-C.
pub(crate) async fn interrupted() {
    // Where nobody can be asked, the signal ends the process by itself.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Connects, and runs what talks to the appliance. On Ctrl-C that is dropped where it stands, and with it an open
/// transaction, whose cancellation is waited for; a second Ctrl-C does not wait.
pub(crate) fn with_appliance(
    connection: &connection::Args,
    work: impl AsyncFnOnce(&Client) -> Result<Status>,
) -> Result<Status> {
    run(async {
        // Holds the embedded simulator too, which has to live as long as the work.
        let connection = connection.connect().await?;
        unless_interrupted(&connection.client, work(&connection.client)).await
    })
}

async fn unless_interrupted(
    client: &Client,
    work: impl Future<Output = Result<Status>>,
) -> Result<Status> {
    let result = tokio::select! {
        result = work => result,
        () = interrupted() => {
            output::complain("interrupted: clearing up; press Ctrl-C again to leave at once");
            Ok(Status::Interrupted)
        }
    };
    tokio::select! {
        settled = client.settle() => settled?,
        () = interrupted() => {
            bail!("left at once: a transaction may still be open; `sps transaction cancel` ends it")
        }
    }
    result
}
