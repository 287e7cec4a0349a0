//! `sps support-bundle`: logs and settings for the vendor's support.

use std::{io::Write as _, path::PathBuf, time::Duration};

use anyhow::{Result, anyhow, bail};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use sps_client::{Client, ErrorKind, Progress};
use sps_model::SupportBundle;

use crate::{
    check::input,
    connection::{self, runtime},
    failure,
    output::{self, Stdout, one_line},
    status::Status,
};

/// Collect logs and settings for the vendor's support. No transaction is needed.
///
/// Exit status: 0 done, 2 it could not be done, 130 interrupted.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a job, wait for it, and print its key; with --download fetch the bundle too.
    Create {
        /// Where to put the bundle. It appears when it is whole; only its owner may read it.
        #[arg(long, short, value_name = "FILE")]
        download: Option<PathBuf>,
        #[command(flatten)]
        connection: connection::Args,
    },
    /// List the jobs: key, state, when it started, file name.
    List {
        #[command(flatten)]
        connection: connection::Args,
    },
    /// Fetch a finished bundle.
    Download {
        /// The key of the job.
        key: String,
        /// Where to put the bundle. It appears when it is whole; only its owner may read it.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        connection: connection::Args,
    },
    /// Remove a bundle, or cancel its job while it runs.
    Delete {
        /// The key of the job.
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
        && input::is_stdin(file)
    {
        bail!(
            "a bundle goes into a file, so that half of one is never taken for it: name the file"
        );
    }
    runtime::with_appliance(connection, async |client| {
        args.command.run(client, out).await?;
        out.flush()?;
        Ok(Status::Valid)
    })
}

impl Command {
    async fn run(&self, client: &Client, out: &mut Stdout) -> Result<()> {
        let bundles = client.support_bundles();
        match self {
            Self::Create { download, .. } => {
                let key = bundles.start().await?;
                // Said at once: the job goes on, whatever becomes of this run.
                output::complain(&format!(
                    "job {key} has started; `sps support-bundle download {key} FILE` fetches its bundle when it is \
                     finished, and `sps support-bundle delete {key}` ends it"
                ));
                finished(client, &key).await?;
                output::said(out, &one_line(&key))?;
                if let Some(file) = download {
                    fetch(client, &key, file, out).await?;
                }
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
                    output::said(out, &one_line(&columns.join("  ")))?;
                }
            }
            Self::Download { key, file, .. } => fetch(client, key, file, out).await?,
            Self::Delete { key, .. } => {
                bundles.delete(key).await?;
                writeln!(out, "deleted {key}")?;
            }
        }
        Ok(())
    }
}

/// Waits until the job is finished.
async fn finished(client: &Client, key: &str) -> Result<()> {
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(Duration::from_millis(100));
    let progress = |bundle: &SupportBundle| {
        spinner.set_message(one_line(bundle.status.as_str()).into_owned());
    };
    let result = client.support_bundles().wait(key, progress).await;
    spinner.finish_and_clear();
    result.map_err(|error| match (error.kind(), error.message()) {
        (ErrorKind::JobFailed, Some(reason)) => {
            anyhow!("the job failed: {}; start it again", failure::reason(reason))
        }
        _ => error.into(),
    })
}

async fn fetch(client: &Client, key: &str, file: &PathBuf, out: &mut Stdout) -> Result<()> {
    // Hides itself when standard error is no terminal.
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {eta} left") {
        bar.set_style(style);
    }
    let progress = |it: Progress| {
        bar.set_length(it.total.unwrap_or(it.bytes));
        bar.set_position(it.bytes);
    };
    let bytes = client.support_bundles().download(key, file, progress).await;
    bar.finish_and_clear();
    writeln!(out, "{} ({} bytes)", file.display(), bytes?)?;
    Ok(())
}
