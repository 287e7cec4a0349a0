//! A change of an object: checked, reviewed, committed and read back.

use std::{io::IsTerminal as _, path::Path};

use anyhow::{Context as _, Result, bail};
use sps_client::{Client, CommitReport, Error, ErrorKind, Transaction};
use sps_model::{Any, EndpointInfo, Method};
use sps_validate::{Context, Form, UnknownKeys};

use crate::{
    check::{
        document::Document,
        read,
        validate::{self, Declared},
    },
    command::object::target::Target,
    connection::{self, runtime},
    failure,
    file_name::is_stdin,
    output::{
        Stdout, complain, count,
        human::{Amount, Show},
        one_line, print,
        report::Render as _,
    },
    status::Status,
    usage::MissingArgument,
};

/// Options of every change.
#[derive(Debug, clap::Args)]
pub(super) struct ChangeOptions {
    /// Commit message for the appliance's change log
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,

    /// Stop after the review and cancel the transaction
    #[arg(long)]
    pub(super) dry_run: bool,

    /// Send unknown keys too; the appliance may ignore them silently
    #[arg(long)]
    allow_unknown: bool,

    #[command(flatten)]
    pub(super) connection: connection::Args,
}

/// One change.
pub(super) struct Change {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) body: Option<Any>,
    pub(super) unknown_keys: UnknownKeys,
}

impl ChangeOptions {
    pub(super) fn unknown_keys(&self) -> UnknownKeys {
        if self.allow_unknown { UnknownKeys::Allow } else { UnknownKeys::Deny }
    }

    /// Reads and checks a body; its errors go to standard error.
    pub(super) fn body(
        &self,
        file: &Path,
        target: &Target,
        command: &'static str,
    ) -> Result<Option<Any>> {
        if is_stdin(file) && std::io::stdin().is_terminal() {
            let message = "no body: pass a file, or pipe the body in";
            return Err(MissingArgument { command, message }.into());
        }
        if is_stdin(file) && self.connection.takes_stdin() {
            bail!(
                "standard input cannot hold both the body and the password; pass a file for one of them, or set \
                 SPS_PASSWORD"
            );
        }
        let context = Context::default().with_unknown_keys(self.unknown_keys());
        let document = match read::document(file, &context.limits) {
            Ok(document) => document,
            Err(it) => bail!("{}: {}", one_line(&it.source), it.reason),
        };
        let text = document.text.clone();
        if let Some(endpoint) = target.endpoint
            && !is_valid(document, endpoint, &context)?
        {
            return Ok(None);
        }
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(value) => Ok(Some(value.into())),
            // The text itself is not quoted: it may hold secrets.
            Err(error) => bail!(
                "{}:{}:{}: invalid JSON; nothing was sent",
                file.display(),
                error.line(),
                error.column()
            ),
        }
    }

    /// Opens a transaction, changes, reviews, commits and reads back. Reports each step to standard error, and prints
    /// the key of a new object.
    pub(super) fn make(&self, out: &mut Stdout, change: Change) -> Result<Status> {
        runtime::with_appliance(&self.connection, async |client| {
            self.steps(client, out, change).await
        })
    }

    async fn steps(&self, client: &Client, out: &mut Stdout, change: Change) -> Result<Status> {
        let mut transaction = client.transaction().await?;
        report("opened", &format!("a transaction at {}", self.connection.peer(client)));
        let sent = change.send(&mut transaction).await;
        if sent.is_err() || self.dry_run {
            // Canceled here, so that its own failure is reported besides the first one.
            let canceled = transaction.cancel().await;
            sent.map_err(anyhow::Error::from).inspect_err(|_| match &canceled {
                Ok(()) => report("canceled", "nothing was changed"),
                Err(error) if *error.kind() == ErrorKind::SessionEnded => {}
                Err(error) => failure::complain_of_client(error),
            })?;
            canceled?;
            report("canceled", "nothing was changed");
            return Ok(Status::Done);
        }
        let sent = sent?;
        let commit = async {
            match &self.message {
                Some(message) => transaction.commit_with_message(message).await,
                None => transaction.commit().await,
            }
        };
        let outcome = runtime::committing(commit).await?;
        report_outcome(&outcome, sent.listed);
        if let Some(key) = sent.key {
            print(out, &one_line(&key))
                .context("the change is committed, but the key could not be printed")?;
        }
        Ok(if outcome.is_complete() { Status::Done } else { Status::Invalid })
    }
}

/// Checks a body and prints its errors.
fn is_valid(
    document: Document,
    endpoint: &'static EndpointInfo,
    context: &Context<'_>,
) -> Result<bool> {
    let declared = Declared { endpoint: Some(endpoint), form: Some(Form::Request) };
    let checked = match validate::check(document, declared, context) {
        Ok(checked) => checked,
        Err(it) => bail!("{}: {}", one_line(&it.source), it.reason),
    };
    if checked.report.is_valid() {
        return Ok(true);
    }
    let errors = checked.report.errors().count();
    let show = Show { color: false, amount: Amount::Errors, dry_run: false };
    for part in show.render(checked).parts {
        complain(part.text.trim_end());
    }
    complain(&format!("{}; nothing was sent", count(errors, "error")));
    Ok(false)
}

impl Change {
    /// Sends the change and reviews it.
    async fn send(self, transaction: &mut Transaction) -> Result<Sent, Error> {
        let Self { method, target, body, unknown_keys } = self;
        let body = body.unwrap_or_else(|| serde_json::Value::Null.into());
        let mut key = None;
        match method {
            Method::Post => {
                let response = transaction.create_raw(&target.path, &body, unknown_keys).await?;
                let new = response.key.unwrap_or_default();
                report("created", &format!("{}/{new}", target.path));
                key = Some(new);
            }
            Method::Delete => {
                transaction.delete_raw(&target.path).await?;
                report("deleted", &target.path);
            }
            _ => {
                transaction.replace_raw(&target.path, &body, unknown_keys).await?;
                report("changed", &target.path);
            }
        }
        let changes = transaction.review().await?.changes;
        for change in &changes {
            let owner = if change.is_ours { "" } else { "  (foreign change)" };
            report("review", &format!("{change}{owner}"));
        }
        Ok(Sent { listed: changes.len(), key })
    }
}

/// A change that was sent and is not committed yet.
struct Sent {
    /// How many entries the appliance lists for it.
    listed: usize,
    /// The key of a new object.
    key: Option<String>,
}

/// Reports the outcome of a commit for which the appliance had listed this many entries.
fn report_outcome(outcome: &CommitReport, listed: usize) {
    let changes = match listed {
        0 => "no change: the appliance lists no difference".to_owned(),
        _ => count(outcome.changed, "change"),
    };
    report("committed", &changes);
    if outcome.was_ambiguous {
        report("", "the response was lost; a check showed that the commit took effect");
    }
    for it in &outcome.unverified {
        report("unverified", &it.to_string());
    }
    for it in &outcome.mismatches {
        report("MISMATCH", &it.to_string());
    }
    if outcome.is_complete() {
        let result = if outcome.unverified.is_empty() {
            "every value is as it was sent"
        } else {
            "every value that could be read back is as it was sent"
        };
        report("verified", result);
    }
}

/// Reports one step to standard error; standard output is for results.
pub(super) fn report(step: &str, text: &str) {
    complain(&format!("{step:<10} {}", one_line(text)));
}
