//! `sps support-bundle`: logs and settings for the vendor's support.

use std::{io::Write as _, path::PathBuf, time::Duration};

use anyhow::{Result, anyhow, bail};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use sps_client::{Client, ErrorKind, Progress};
use sps_model::SupportBundle;

use crate::{
    connection::{self, runtime},
    failure,
    file_name::is_stdin,
    output::{Stdout, complain, one_line, print},
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
        && is_stdin(file)
    {
        bail!(
            "cannot write a bundle to standard output, where an incomplete one looks complete; pass a file"
        );
    }
    runtime::with_appliance(connection, async |client| {
        args.command.run(client, out).await?;
        out.flush()?;
        Ok(Status::Done)
    })
}

impl Command {
    async fn run(&self, client: &Client, out: &mut Stdout) -> Result<()> {
        let bundles = client.support_bundles();
        match self {
            Self::Create { download, .. } => {
                let key = bundles.start().await?;
                // Printed at once: the job goes on even if this run ends.
                complain(&format!(
                    "started job {key}; `sps support-bundle download {key} FILE` downloads its bundle when it is \
                     finished, `sps support-bundle delete {key}` cancels it"
                ));
                finished(client, &key).await?;
                print(out, &one_line(&key))?;
                if let Some(file) = download {
                    fetch(client, &key, file).await?;
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
                    print(out, &one_line(&columns.join("  ")))?;
                }
            }
            Self::Download { key, file, .. } => fetch(client, key, file).await?,
            Self::Delete { key, .. } => {
                bundles.delete(key).await?;
                complain(&format!("deleted {}", one_line(key)));
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

async fn fetch(client: &Client, key: &str, file: &PathBuf) -> Result<()> {
    // Hides itself when standard error is not a terminal.
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
    complain(&format!("saved {} ({} bytes)", one_line(&file.display().to_string()), bytes?));
    Ok(())
}
