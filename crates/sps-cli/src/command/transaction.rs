//! `sps transaction`: what is open, and an end to it.

use std::io::Write as _;

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};
use sps_client::{Recovered, RecoveredOutcome};

use crate::{
    connection::{self, runtime},
    output::{self, Stdout},
    status::Status,
};

/// See whether this user's session or an earlier crash left a transaction open, and end it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the state of the transaction, and what an earlier run had left open.
    ///
    /// Connecting discards that, with this command as with any other: `left_open` lists it, with what became of it.
    Status(connection::Args),
    /// Discard what an earlier run of this machine left open.
    ///
    /// A transaction belongs to the session that opened it, and `sps` remembers its own in a journal. What somebody
    /// else holds can only be ended by them, by an administrator, or by the time-out of their session.
    Cancel(connection::Args),
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let (Command::Status(connection) | Command::Cancel(connection)) = &args.command;
    runtime::with_appliance(connection, async |client| {
        // Connecting has looked into the journal, and ended what an earlier run left there.
        let recovered = !client.recovered().is_empty();
        match &args.command {
            Command::Status(_) => {
                let mut status = serde_json::to_value(client.transaction_status().await?.body)?;
                status["left_open"] = client.recovered().iter().map(left_open).collect();
                output::said(out, &serde_json::to_string_pretty(&status)?)?;
            }
            Command::Cancel(_) => {
                let cancelled = client.cancel_transaction().await?;
                let words = match (cancelled, recovered) {
                    (true, _) => "cancelled: nothing of it took effect",
                    (false, true) => "nothing else is open",
                    (false, false) => "nothing is open that this machine knows of",
                };
                writeln!(out, "{words}")?;
            }
        }
        out.flush()?;
        Ok(Status::Valid)
    })
}

fn left_open(found: &Recovered) -> Value {
    let outcome = match &found.outcome {
        RecoveredOutcome::Cancelled => "discarded",
        RecoveredOutcome::Gone => "gone",
        _ => "may still be open",
    };
    json!({"user": found.user, "opened": found.opened, "outcome": outcome})
}
