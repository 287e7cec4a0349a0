//! `sps get`, `put`, `post` and `delete`: one object of one appliance, by hand.

use std::{
    io::{IsTerminal as _, Write as _},
    path::PathBuf,
};

use anyhow::{Result, bail};
use sps_client::{Client, Error, ErrorKind, Outcome, RawResponse, Transaction};
use sps_model::{Any, EndpointInfo, Method, locate};
use sps_validate::{Context, Form, UnknownKeys};

use crate::{
    check::{
        input,
        validate::{self, Wanted},
    },
    cli,
    connection::{self, runtime},
    endpoint,
    output::{
        self, Render as _, Stdout, count,
        human::{Amount, Show},
        one_line,
    },
    status::Status,
};

/// Read an endpoint or an object.
///
/// Prints the whole response as JSON, or with --request the body that may be sent back.
///
/// Exit status: 0 done, 2 it could not be read, 130 interrupted.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  sps get management/email
  sps get policies/time_policies/-100 --request
  sps get /api/audit/sessions"
)]
pub(crate) struct GetArgs {
    #[command(flatten)]
    place: Place,

    /// Print the body that could be PUT: unwrapped, references as bare keys.
    #[arg(long)]
    request: bool,

    #[command(flatten)]
    connection: connection::Args,
}

/// Replace what an endpoint or an object holds.
///
/// The body is checked, put into a transaction, reviewed, committed and read back. A failure or Ctrl-C on the way
/// cancels the transaction, but a commit that has begun is waited for; what a crash leaves open, the next run on this
/// machine ends.
///
/// Exit status: 0 done, 1 the body is not valid or a value was not taken, 2 it could not be done, 130 interrupted.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  sps put management/health_monitoring health.json
  sps get management/email --request | sps put management/email -
  sps put management/health_monitoring health.json --sim"
)]
pub(crate) struct PutArgs {
    #[command(flatten)]
    place: Place,

    /// The body; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    change: Change,
}

/// Create an object in a collection, or start a job.
///
/// Prints the key of what is new. An object is created in a transaction, as `sps put` does it.
///
/// Exit status: 0 done, 1 the body is not valid or a value was not taken, 2 it could not be done, 130 interrupted.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  sps post passwords password.json
  sps post policies/time_policies office-hours.json --message 'office hours for the auditors'"
)]
pub(crate) struct PostArgs {
    #[command(flatten)]
    place: Place,

    /// The body; `-` is standard input. Jobs need none.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    change: Change,
}

/// Delete an object.
///
/// Exit status: 0 done, 2 it could not be done, 130 interrupted.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  sps delete policies/time_policies/1234567890abcdef"
)]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    change: Change,
}

#[derive(Debug, clap::Args)]
struct Place {
    /// An endpoint, such as management/email or policies/time_policies/-100, or any path below /api.
    #[arg(value_name = "ENDPOINT")]
    endpoint: String,
}

/// How a change is made.
#[derive(Debug, clap::Args)]
struct Change {
    /// Why, for the appliance's log of changes.
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,

    /// Stop after the review, and discard everything.
    #[arg(long)]
    dry_run: bool,

    /// Send keys that no source shows: the appliance may know them, or ignore them silently.
    #[arg(long)]
    allow_unknown: bool,

    #[command(flatten)]
    connection: connection::Args,
}

/// Runs `sps get`.
pub(crate) fn get(args: &GetArgs, out: &mut Stdout) -> Result<Status> {
    let place = args.place.locate()?;
    runtime::with_appliance(&args.connection, async |client| {
        let response = client.get_raw(&place.path).await?;
        let text = if args.request { place.request(&response)? } else { pretty(&response)? };
        output::said(out, &text)?;
        Ok(Status::Valid)
    })
}

/// Runs `sps put`.
pub(crate) fn put(args: &PutArgs, out: &mut Stdout) -> Result<Status> {
    let place = args.place.locate()?;
    let Some(body) = args.change.body(&args.file, &place, "put")? else {
        return Ok(Status::Invalid);
    };
    let unknown = args.change.unknown_keys();
    args.change.make(out, Step { method: Method::Put, place, body: Some(body), unknown })
}

/// Runs `sps post`.
pub(crate) fn post(args: &PostArgs, out: &mut Stdout) -> Result<Status> {
    let place = args.place.locate()?;
    let body = match &args.file {
        None => None,
        Some(file) => match args.change.body(file, &place, "post")? {
            Some(body) => Some(body),
            None => return Ok(Status::Invalid),
        },
    };
    if place.is_configuration() {
        if body.is_none() {
            cli::missing("post", "no body: name a file, or `-` for standard input");
        }
        let unknown = args.change.unknown_keys();
        return args.change.make(out, Step { method: Method::Post, place, body, unknown });
    }
    if args.change.dry_run {
        bail!("--dry-run needs a transaction, and {} is changed without one", place.path);
    }
    runtime::with_appliance(&args.change.connection, async |client| {
        let response = client.send_raw(Method::Post, &place.path, body.as_ref()).await?;
        output::said(out, &pretty(&response)?)?;
        Ok(Status::Valid)
    })
}

/// Runs `sps delete`.
pub(crate) fn delete(args: &DeleteArgs, out: &mut Stdout) -> Result<Status> {
    let place = args.place.locate()?;
    if place.is_configuration() {
        let unknown = UnknownKeys::Deny;
        let step = Step { method: Method::Delete, place, body: None, unknown };
        return args.change.make(out, step);
    }
    if args.change.dry_run {
        bail!("--dry-run needs a transaction, and {} is deleted without one", place.path);
    }
    runtime::with_appliance(&args.change.connection, async |client| {
        client.send_raw(Method::Delete, &place.path, None).await?;
        told(out, "deleted", &place.path)?;
        Ok(Status::Valid)
    })
}

/// What the user named.
#[derive(Debug)]
struct Located {
    path: String,
    endpoint: Option<&'static EndpointInfo>,
}

impl Place {
    fn locate(&self) -> Result<Located> {
        let name = self.endpoint.as_str();
        match locate(name) {
            Some(located) => {
                let path = match located.key {
                    Some(key) => format!("{}/{key}", located.endpoint.path),
                    None => located.endpoint.path.to_owned(),
                };
                Ok(Located { path, endpoint: Some(located.endpoint) })
            }
            None if name == "/api" || name.starts_with("/api/") => {
                Ok(Located { path: name.to_owned(), endpoint: None })
            }
            None => bail!(
                "{}; what is not listed can be named by its whole path, /api/…",
                endpoint::unknown(name)
            ),
        }
    }
}

impl Located {
    fn is_configuration(&self) -> bool {
        self.path.starts_with("/api/configuration/")
    }

    /// The body that would leave the object as the response shows it.
    fn request(&self, response: &RawResponse) -> Result<String> {
        let Some(endpoint) = self.endpoint else {
            bail!("--request needs an endpoint that is known here; `sps endpoints` lists them");
        };
        super::request::of_response(&response.content.as_value().to_string(), endpoint)
            .map_err(|reason| anyhow::anyhow!("{}: {reason}", self.path))
    }
}

fn pretty(response: &RawResponse) -> Result<String> {
    Ok(serde_json::to_string_pretty(response.content.as_value())?)
}

/// One change.
struct Step {
    method: Method,
    place: Located,
    body: Option<Any>,
    unknown: UnknownKeys,
}

impl Change {
    fn unknown_keys(&self) -> UnknownKeys {
        if self.allow_unknown { UnknownKeys::Allow } else { UnknownKeys::Deny }
    }

    /// Reads and checks a body; what is wrong with it goes to standard error.
    fn body(&self, file: &std::path::Path, place: &Located, command: &str) -> Result<Option<Any>> {
        if input::is_stdin(file) && std::io::stdin().is_terminal() {
            cli::missing(command, "no body: name a file, or pipe one in");
        }
        if input::is_stdin(file) && self.connection.takes_stdin() {
            bail!(
                "standard input cannot hold both the body and the password: name a file for one of them, or set \
                 SPS_PASSWORD"
            );
        }
        let context = Context::default().with_unknown_keys(self.unknown_keys());
        let document = match input::read(file, &context.limits) {
            Ok(document) => document,
            Err(it) => bail!("{}: {}", one_line(&it.source), it.reason),
        };
        let text = document.text.clone();
        if let Some(endpoint) = place.endpoint {
            let wanted = Wanted { endpoint: Some(endpoint), form: Some(Form::Request) };
            let checked = match validate::check(document, wanted, &context) {
                Ok(checked) => checked,
                Err(it) => bail!("{}: {}", one_line(&it.source), it.reason),
            };
            if !checked.report.is_valid() {
                let errors = checked.report.errors().count();
                let show = Show { color: false, amount: Amount::Errors, dry_run: false };
                for part in show.render(checked).parts {
                    output::complain(part.text.trim_end());
                }
                output::complain(&format!("{}; nothing was sent", count(errors, "error")));
                return Ok(None);
            }
        }
        let value: serde_json::Value = match serde_json::from_str(&text) {
            Ok(value) => value,
            // The text itself is not repeated: it may hold secrets.
            Err(error) => bail!(
                "{}:{}:{}: not JSON; nothing was sent",
                file.display(),
                error.line(),
                error.column()
            ),
        };
        Ok(Some(value.into()))
    }

    /// Opens, changes, reviews, commits and reads back, and tells each step.
    fn make(&self, out: &mut Stdout, step: Step) -> Result<Status> {
        runtime::with_appliance(&self.connection, async |client| {
            self.steps(client, out, step).await
        })
    }

    async fn steps(&self, client: &Client, out: &mut Stdout, step: Step) -> Result<Status> {
        let mut transaction = client.transaction().await?;
        told(out, "opened", &format!("a transaction at {}", self.connection.peer(client)))?;
        let done = self.steps_within(&mut transaction, out, step).await;
        if done.is_err() || self.dry_run {
            // Cancelled here, so that a failure to do so is not lost behind the other one.
            let cancelled = transaction.cancel().await;
            done.map_err(anyhow::Error::from).inspect_err(|_| match &cancelled {
                Ok(()) => told_or_lost(out, "cancelled", "nothing has changed"),
                Err(error) if *error.kind() == ErrorKind::SessionEnded => {}
                Err(error) => output::complain(&format!("error: {error}")),
            })?;
            cancelled?;
            told(out, "cancelled", "nothing has changed")?;
            return Ok(Status::Valid);
        }
        let listed = done?;
        let commit = async {
            match &self.message {
                Some(message) => transaction.commit_with_message(message).await,
                None => transaction.commit().await,
            }
        };
        let outcome = runtime::committing(commit).await?;
        told_outcome(out, &outcome, listed).map_err(|error| {
            for it in &outcome.not_taken {
                output::complain(&format!("NOT TAKEN  {}", one_line(&it.to_string())));
            }
            error.context("the change is committed, but not all that came of it could be told")
        })?;
        Ok(if outcome.is_complete() { Status::Valid } else { Status::Invalid })
    }

    /// Makes the change, and tells how many entries the appliance lists for it.
    async fn steps_within(
        &self,
        transaction: &mut Transaction,
        out: &mut Stdout,
        step: Step,
    ) -> Result<usize, Error> {
        let Step { method, place, body, unknown } = step;
        let body = body.unwrap_or_else(|| serde_json::Value::Null.into());
        match method {
            Method::Post => {
                let response = transaction.create_raw(&place.path, &body, unknown).await?;
                let key = response.key.unwrap_or_default();
                told_or_lost(out, "created", &format!("{}/{key}", place.path));
            }
            Method::Delete => {
                transaction.delete_raw(&place.path).await?;
                told_or_lost(out, "deleted", &place.path);
            }
            _ => {
                transaction.replace_raw(&place.path, &body, unknown).await?;
                told_or_lost(out, "changed", &place.path);
            }
        }
        let changes = transaction.review().await?.changes;
        for change in &changes {
            let whose = if change.is_ours { "" } else { "  (not ours)" };
            told_or_lost(out, "review", &format!("{change}{whose}"));
        }
        Ok(changes.len())
    }
}

/// Tells what came of a commit for which the appliance had listed that many entries.
fn told_outcome(out: &mut Stdout, outcome: &Outcome, listed: usize) -> Result<()> {
    let words = match listed {
        0 => "nothing has changed: the appliance lists no difference".to_owned(),
        _ => count(outcome.changed, "change"),
    };
    told(out, "committed", &words)?;
    if outcome.was_ambiguous {
        told(out, "", "the connection broke meanwhile; a look showed that it went through")?;
    }
    for it in &outcome.unverified {
        told(out, "unverified", &it.to_string())?;
    }
    for it in &outcome.not_taken {
        told(out, "NOT TAKEN", &it.to_string())?;
    }
    if outcome.is_complete() {
        told(out, "read back", "everything is as it was sent")?;
    }
    Ok(())
}

/// Writes one step at once: whoever watches sees how far it is.
fn told(out: &mut Stdout, step: &str, words: &str) -> Result<()> {
    writeln!(out, "{step:<10} {}", one_line(words))?;
    out.flush()?;
    Ok(())
}

/// The same where nothing may stop what follows: if it cannot be written, the end of the run says so.
fn told_or_lost(out: &mut Stdout, step: &str, words: &str) {
    let _ = told(out, step, words);
}
