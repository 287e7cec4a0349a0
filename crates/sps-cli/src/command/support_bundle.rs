//! `sps support-bundle`: logs and settings for the vendor's support.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Result, anyhow};
use clap::Subcommand;
use indicatif::ProgressBar;
use serde_json::json;
use sps_client::{Client, ErrorKind};
use sps_model::{Endpoint as _, Method, SupportBundle};

use crate::{
    command::download,
    connection::{self, runtime},
    failure,
    output::{Stdout, count, is_quiet, one_line, print, print_json, remark},
    status::Status,
};

/// Collect logs and settings for the vendor's support
///
/// A job on the appliance collects them. It needs no transaction.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    done
  2    it could not be done
  130  interrupted")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a job, wait for it, and print its key
    Create {
        /// Download the bundle to this file; it appears when it is complete, readable by its owner only
        #[arg(long, short, value_name = "FILE")]
        download: Option<PathBuf>,
        /// Seconds to wait for the job; it continues when the time is up
        #[arg(long, value_name = "SECONDS", default_value = "3600")]
        wait: u64,
        #[command(flatten)]
        connection: connection::Args,
    },
    /// List the jobs: key, state, start time, file name
    List {
        #[command(flatten)]
        connection: connection::Args,
    },
    /// Download a finished bundle
    Download {
        /// Key of the job
        key: String,
        /// Destination; it appears when it is complete, readable by its owner only
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        connection: connection::Args,
    },
    /// Delete a bundle, or cancel a job that is running
    Delete {
        /// Key of the job
        key: String,
        #[command(flatten)]
        connection: connection::Args,
    },
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let (Command::Create { connection, .. }
    | Command::List { connection }
    | Command::Download { connection, .. }
    | Command::Delete { connection, .. }) = &args.command;
    if let Command::Create { download: Some(file), .. } | Command::Download { file, .. } =
        &args.command
    {
        download::try_target(file, "a bundle")?;
    }
    let work = async |client: &Client| {
        args.command.run(client, out).await?;
        out.flush()?;
        Ok(Status::Done)
    };
    match &args.command {
        // The limit of the client has no help for the user, so it is never the first.
        Command::Create { wait, .. } => {
            let limit = Duration::from_secs(wait.saturating_mul(2));
            runtime::with_configured(connection, &|builder| builder.job_limit(limit), work)
        }
        _ => runtime::with_appliance(connection, work),
    }
}

impl Command {
    async fn run(&self, client: &Client, out: &mut Stdout) -> Result<()> {
        let bundles = client.support_bundles();
        match self {
            Self::Create { download, wait, .. } => {
                let key = bundles.start().await?;
                // Printed at once: the job goes on even if this run ends.
                remark(&format!(
                    "started job {key}; `sps support-bundle download {key} FILE` downloads its bundle when it is \
                     finished, `sps support-bundle delete {key}` cancels it"
                ));
                finished(client, &key, *wait).await?;
                if !out.is_json() {
                    print(out, &one_line(&key))?;
                }
                let bytes = match download {
                    Some(file) => Some(fetch(client, &key, file).await?),
                    None => None,
                };
                if out.is_json() {
                    print_json(out, &json!({"key": key, "file": download, "bytes": bytes}))?;
                }
            }
            Self::List { .. } if out.is_json() => {
                let response = client.get_raw(SupportBundle::PATH).await?;
                print_json(out, &response.content.as_value()["items"])?;
            }
            Self::List { .. } => {
                for bundle in bundles.list().await? {
                    let body = &bundle.body;
                    let columns = [
                        bundle.key.as_deref().unwrap_or("-"),
                        body.status.as_str(),
                        body.start_time.as_deref().unwrap_or("-"),
                        body.file_name.as_deref().unwrap_or("-"),
                    ];
                    print(out, &one_line(&columns.join("  ")))?;
                }
            }
            Self::Download { key, file, .. } => {
                let bytes = fetch(client, key, file).await?;
                if out.is_json() {
                    print_json(out, &json!({"key": key, "file": file, "bytes": bytes}))?;
                }
            }
            Self::Delete { key, .. } => {
                bundles.delete(key).await?;
                remark(&format!("deleted {}", one_line(key)));
                if out.is_json() {
                    print_json(out, &json!({"deleted": key}))?;
                }
            }
        }
        Ok(())
    }
}

/// Waits until the job is finished, for so many seconds at most.
async fn finished(client: &Client, key: &str, wait: u64) -> Result<()> {
    let spinner = if is_quiet() { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    spinner.enable_steady_tick(Duration::from_millis(100));
    let progress = |bundle: &SupportBundle| {
        spinner.set_message(one_line(bundle.status.as_str()).into_owned());
    };
    let bundles = client.support_bundles();
    let result = tokio::time::timeout(Duration::from_secs(wait), bundles.wait(key, progress)).await;
    spinner.finish_and_clear();
    let still_runs = || {
        let wait = count(usize::try_from(wait).unwrap_or(usize::MAX), "second");
        anyhow!(
            "job {key} still runs after {wait}; `sps support-bundle list` shows when it is finished"
        )
    };
    let result = result.map_err(|_| still_runs())?;
    result.map_err(|error| match (error.kind(), error.message()) {
        // The client gave up first: a lost request names its own path, which is that of the job.
        (ErrorKind::Timeout, _) if error.request() == Some((Method::Post, SupportBundle::PATH)) => {
            still_runs()
        }
        (ErrorKind::JobFailed, Some(reason)) => {
            anyhow!("the job failed: {}; start it again", failure::reason(reason))
        }
        _ => error.into(),
    })
}

async fn fetch(client: &Client, key: &str, file: &Path) -> Result<u64> {
    let path = client.support_bundles().download_path(key)?;
    download::save(client, &path, file).await
}
