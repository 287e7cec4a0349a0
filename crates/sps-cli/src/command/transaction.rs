//! `sps transaction`: the open transaction, and what an earlier run left behind.

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};
use sps_client::{Recovered, RecoveredOutcome};

use crate::{
    connection::{self, runtime},
    output::{Stdout, print, print_result, remark},
    status::Status,
};

/// Show or cancel an open transaction
///
/// A transaction belongs to the session that opened it. `sps` records its own transactions in a journal, and every
/// command that connects first cancels those that an earlier run on this machine left open. A transaction of another
/// user can only be closed by that user, by an administrator, or by the timeout of the session.
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
    /// Print the state of the transaction
    ///
    /// `left_open` lists what an earlier run left open, and whether it was canceled.
    Status(connection::Args),
    /// Cancel transactions that earlier runs left open
    Cancel(connection::Args),
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let (Command::Status(connection) | Command::Cancel(connection)) = &args.command;
    runtime::with_appliance(connection, async |client| {
        // Connecting has read the journal, and canceled what an earlier run left open.
        let recovered = !client.recovered().is_empty();
        match &args.command {
            Command::Status(_) => {
                let mut status = serde_json::to_value(client.transaction_status().await?.body)?;
                status["left_open"] = client.recovered().iter().map(left_open).collect();
                print(out, &serde_json::to_string_pretty(&status)?)?;
            }
            Command::Cancel(_) => {
                let canceled = client.cancel_transaction().await?;
                let message = match (canceled, recovered) {
                    (true, _) => "canceled; nothing was changed",
                    (false, true) => "no other transaction is open",
                    (false, false) => "this machine has no open transaction",
                };
                remark(message);
                if out.is_json() {
                    let left_open: Vec<Value> = client.recovered().iter().map(left_open).collect();
                    let result = json!({"canceled": canceled, "left_open": left_open});
                    print_result(out, result, Status::Done)?;
                }
            }
        }
        Ok(Status::Done)
    })
}

fn left_open(recovered: &Recovered) -> Value {
    let outcome = match &recovered.outcome {
        RecoveredOutcome::Canceled => "discarded",
        RecoveredOutcome::Gone => "gone",
        _ => "may still be open",
    };
    json!({"user": recovered.user, "opened": recovered.opened, "outcome": outcome})
}
