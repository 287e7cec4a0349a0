//! `sps get`, `put`, `post` and `delete`: one object of one appliance.

mod change;
mod target;

use std::path::PathBuf;

use anyhow::{Result, bail};
use sps_model::Method;
use sps_validate::UnknownKeys;

use crate::{
    command::object::{
        change::{Change, ChangeOptions},
        target::{TargetArg, pretty},
    },
    connection::{self, runtime},
    output::{self, Stdout},
    status::Status,
    usage::MissingArgument,
};

/// Read an endpoint or an object
///
/// Prints the whole response as JSON, or with --request only the body that can be sent back.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    done
  2    it could not be read
  130  interrupted

Examples:
  sps get management/email
  sps get policies/time_policies/-100 --request
  sps get /api/audit/sessions")]
pub(crate) struct GetArgs {
    #[command(flatten)]
    target: TargetArg,

    /// Print the body for a PUT: unwrapped, with references as bare keys
    #[arg(long)]
    request: bool,

    #[command(flatten)]
    connection: connection::Args,
}

/// Replace an object
///
/// Checks the body, sends it in a transaction, reviews the changes, commits them, and reads the object back. Reports the
/// steps to standard error. A failure or Ctrl-C cancels the transaction, except that a commit that has begun is
/// finished. After a crash, the next command on this machine that connects cancels the transaction.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    done
  1    the body is invalid, or a value that was read back differs
  2    it could not be done
  130  interrupted

Examples:
  sps put management/health_monitoring health.json
  sps get management/email --request | sps put management/email -
  sps put management/health_monitoring health.json --sim")]
pub(crate) struct PutArgs {
    #[command(flatten)]
    target: TargetArg,

    /// File with the body, or `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    change: ChangeOptions,
}

/// Create an object in a collection, or start a job
///
/// Creates an object in a transaction, as with `sps put`, and prints its key. For a job, prints the response.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    done
  1    the body is invalid, or a value that was read back differs
  2    it could not be done
  130  interrupted

Examples:
  KEY=$(sps post passwords password.json)
  sps post policies/time_policies office-hours.json --message 'office hours for the auditors'")]
pub(crate) struct PostArgs {
    #[command(flatten)]
    target: TargetArg,

    /// File with the body, or `-` for standard input; jobs need none
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    change: ChangeOptions,
}

/// Delete an object
///
/// Deletes it in a transaction, as with `sps put`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    done
  2    it could not be done
  130  interrupted

Examples:
  sps delete policies/time_policies/1234567890abcdef")]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    target: TargetArg,

    #[command(flatten)]
    change: ChangeOptions,
}

/// Runs `sps get`.
pub(crate) fn get(args: &GetArgs, out: &mut Stdout) -> Result<Status> {
    let target = args.target.locate()?;
    runtime::with_appliance(&args.connection, async |client| {
        let response = client.get_raw(&target.path).await?;
        let text = if args.request { target.request(&response)? } else { pretty(&response)? };
        output::print(out, &text)?;
        Ok(Status::Done)
    })
}

/// Runs `sps put`.
pub(crate) fn put(args: &PutArgs, out: &mut Stdout) -> Result<Status> {
    let target = args.target.locate()?;
    let Some(body) = args.change.body(&args.file, &target, "put")? else {
        return Ok(Status::Invalid);
    };
    let unknown_keys = args.change.unknown_keys();
    let change = Change { method: Method::Put, target, body: Some(body), unknown_keys };
    args.change.make(out, change)
}

/// Runs `sps post`.
pub(crate) fn post(args: &PostArgs, out: &mut Stdout) -> Result<Status> {
    let target = args.target.locate()?;
    let body = match &args.file {
        None => None,
        Some(file) => match args.change.body(file, &target, "post")? {
            Some(body) => Some(body),
            None => return Ok(Status::Invalid),
        },
    };
    if target.is_configuration() {
        if body.is_none() {
            let message = "no body: pass a file, or `-` for standard input";
            return Err(MissingArgument { command: "post", message }.into());
        }
        let unknown_keys = args.change.unknown_keys();
        let change = Change { method: Method::Post, target, body, unknown_keys };
        return args.change.make(out, change);
    }
    if args.change.dry_run {
        bail!("--dry-run needs a transaction, but {} is changed without one", target.path);
    }
    runtime::with_appliance(&args.change.connection, async |client| {
        let response = client.send_raw(Method::Post, &target.path, body.as_ref()).await?;
        output::print(out, &pretty(&response)?)?;
        Ok(Status::Done)
    })
}

/// Runs `sps delete`.
pub(crate) fn delete(args: &DeleteArgs, out: &mut Stdout) -> Result<Status> {
    let target = args.target.locate()?;
    if target.is_configuration() {
        let unknown_keys = UnknownKeys::Deny;
        let change = Change { method: Method::Delete, target, body: None, unknown_keys };
        return args.change.make(out, change);
    }
    if args.change.dry_run {
        bail!("--dry-run needs a transaction, but {} is deleted without one", target.path);
    }
    runtime::with_appliance(&args.change.connection, async |client| {
        client.send_raw(Method::Delete, &target.path, None).await?;
        change::report("deleted", &target.path);
        Ok(Status::Done)
    })
}
