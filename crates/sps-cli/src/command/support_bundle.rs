//! `sps support-bundle`: logs and settings for the vendor's support.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context as _;
use anyhow::Result;
use anyhow::anyhow;
use anyhow::bail;
use clap::Subcommand;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use serde_json::Value;
use sps_client::Client;
use sps_client::Progress;
use sps_client::RawAnswer;
use sps_model::Endpoint as _;
use sps_model::Method;
use sps_model::SupportBundle;
use sps_model::SupportBundleStatus;

use crate::connection;
use crate::failure;
use crate::input;
use crate::output;
use crate::output::Stdout;
use crate::output::one_line;
use crate::runtime;
use crate::status::Status;

/// How often to ask how far a job is.
const POLL: Duration = Duration::from_secs(3);
/// How long a job may take.
const LIMIT: Duration = Duration::from_secs(3600);

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
                let key = start(client).await?;
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

/// Starts a job, and tells its key. The client's own `create` tells it only when the job is finished.
async fn start(client: &Client) -> Result<String> {
    let answer = client.send_raw(Method::Post, SupportBundle::PATH, None).await?;
    key_of(&answer).context(
        "the answer does not tell the key of the job; `sps support-bundle list` shows all of them",
    )
}

/// The answer is the job, or as in the guide's sample a list: then the new one is queued, and the last.
fn key_of(answer: &RawAnswer) -> Option<String> {
    let of_item = |item: &Value| {
        let href = || item["meta"]["href"].as_str()?.rsplit('/').next();
        item["key"].as_str().or_else(href).map(str::to_owned)
    };
    let is_queued = |it: &&Value| it["body"]["status"] == "queued";
    match answer.content.as_value()["items"].as_array().map(Vec::as_slice) {
        Some([only]) => of_item(only),
        Some(items) => of_item(items.iter().rfind(is_queued)?),
        None => answer.key.clone(),
    }
    .filter(|key| !key.is_empty() && key != "support-bundle")
}

/// Waits until the job is finished.
async fn finished(client: &Client, key: &str) -> Result<()> {
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(Duration::from_millis(100));
    let start = Instant::now();
    let result = loop {
        let bundle = match client.support_bundles().get(key).await {
            Ok(bundle) => bundle.body,
            Err(error) => break Err(error.into()),
        };
        spinner.set_message(one_line(bundle.status.as_str()).into_owned());
        match bundle.status {
            SupportBundleStatus::Finished => break Ok(()),
            SupportBundleStatus::Failed => {
                let reason = bundle.error.unwrap_or_else(|| "no reason is given".to_owned());
                break Err(anyhow!("the job failed: {}; start it again", failure::reason(&reason)));
            }
            _ if start.elapsed() > LIMIT => break Err(anyhow!("job {key} still runs; look later")),
            _ => tokio::time::sleep(POLL).await,
        }
    };
    spinner.finish_and_clear();
    result
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
