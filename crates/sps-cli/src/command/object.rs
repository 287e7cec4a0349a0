//! `sps get`, `put`, `post`, `delete`, `edit`, `patch` and `diff`: one object of one appliance.

mod change;
mod diff;
mod draft;
mod edit;
mod outcome;
mod patch;
mod patch_document;
mod target;

use std::path::PathBuf;

use anyhow::{Result, bail};
use sps_client::ErrorKind;
use sps_model::Method;

use crate::{
    command::{
        download,
        object::{
            change::{Action, Base, Change, ChangeOptions, version},
            target::{Target, TargetArg, pretty},
        },
    },
    connection::{self, runtime},
    failure::NotShown,
    output::{self, Stdout},
    status::Status,
    usage::MissingArgument,
};

pub(in crate::command) use crate::command::object::change::{Turns, report};
pub(crate) use crate::command::object::{
    diff::{DiffArgs, diff},
    edit::{EditArgs, edit},
    patch::{PatchArgs, patch},
};

/// Read an endpoint or an object
///
/// Prints the whole response as JSON, or with --request only the body that can be sent back. With --output, saves the
/// response as it comes, such as a recording. A query may follow the endpoint; what an address cannot hold is encoded.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    done
  2    it could not be read
  130  interrupted

Examples:
  sps get management/email
  sps get policies/time_policies/-100 --request
  sps get 'audit/sessions?q=protocol:SSH AND active:true&sort=-start_time&limit=5'
  sps get audit/sessions/KEY/audit_trail --output session.zat")]
pub(crate) struct GetArgs {
    #[command(flatten)]
    target: TargetArg,

    /// Print the body for a PUT: unwrapped, with references as bare keys
    #[arg(long)]
    request: bool,

    /// Save the response to this file; it appears when it is complete, readable by its owner only
    #[arg(long, short, value_name = "FILE", conflicts_with = "request")]
    output: Option<PathBuf>,

    #[command(flatten)]
    connection: connection::Args,
}

/// Replace an object
///
/// Checks the body, opens a transaction, lists what differs from the current object, sends the body, reviews the
/// changes, commits them, and reads the object back. Reports the steps to standard error. A failure or Ctrl-C cancels
/// the transaction, except that a commit that has begun is finished. After a crash, the next command on this machine
/// that connects cancels the transaction.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    done, or nothing to change
  1    the body is invalid, or a value that was read back differs
  2    it could not be done
  3    with --dry-run: the body would change something
  4    the object has changed since --base was read, or another session committed first; nothing
       took effect
  130  interrupted

Examples:
  sps get management/email --request > email.json
  cp email.json new.json    # and edit it
  sps put management/email new.json --base email.json
  sps put management/health_monitoring health.json --sim")]
pub(crate) struct PutArgs {
    #[command(flatten)]
    target: TargetArg,

    /// File with the body, or `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    base: BaseArg,

    #[command(flatten)]
    change: ChangeOptions,
}

/// The object as it was read before.
#[derive(Debug, clap::Args)]
struct BaseArg {
    /// File with the object as you read it; if the object has changed since, nothing is sent
    #[arg(long, value_name = "FILE")]
    base: Option<PathBuf>,
}

impl BaseArg {
    fn read(&self, target: &Target) -> Result<Option<Base>> {
        self.base.as_deref().map(|file| Base::read(file, target)).transpose()
    }
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
  3    with --dry-run: the object would be created
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
  3    with --dry-run: the object would be deleted
  4    the object has changed since --base was read, or another session committed first; nothing
       took effect
  130  interrupted

Examples:
  sps delete policies/time_policies/1234567890abcdef")]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    target: TargetArg,

    #[command(flatten)]
    base: BaseArg,

    #[command(flatten)]
    change: ChangeOptions,
}

/// Runs `sps get`.
pub(crate) fn get(args: &GetArgs, out: &mut Stdout) -> Result<Status> {
    let target = args.target.locate()?;
    if let Some(file) = &args.output {
        download::try_target(file, "a file")?;
    }
    runtime::with_appliance(&args.connection, async |client| {
        target.require_version(version(client).await?)?;
        if let Some(file) = &args.output {
            let bytes = download::save(client, &target.address(), file).await?;
            if out.is_json() {
                output::print_json(out, &serde_json::json!({"file": file, "bytes": bytes}))?;
            }
            return Ok(Status::Done);
        }
        let response = client.get_raw(&target.address()).await.map_err(|error| {
            // Without a status, the appliance did not refuse the request.
            let is_file =
                *error.kind() == ErrorKind::UnexpectedResponse && error.status().is_none();
            let error = anyhow::Error::new(error);
            if is_file { error.context(NotShown) } else { error }
        })?;
        let text = if args.request { target.request(&response)? } else { pretty(&response)? };
        output::print(out, &text)?;
        Ok(Status::Done)
    })
}

/// Runs `sps put`.
pub(crate) fn put(args: &PutArgs, out: &mut Stdout) -> Result<Status> {
    let target = args.target.locate_for(Method::Put)?;
    let draft = args.change.draft(&args.file, &target, "put")?;
    let base = args.base.read(&target)?;
    args.change.make(out, Change { target, action: Action::Replace(draft), base })
}

/// Runs `sps post`.
pub(crate) fn post(args: &PostArgs, out: &mut Stdout) -> Result<Status> {
    let target = args.target.locate_for(Method::Post)?;
    let draft = match &args.file {
        None => None,
        Some(file) => Some(args.change.draft(file, &target, "post")?),
    };
    if target.is_configuration() && target.is_action() {
        return args.change.make(out, Change { target, action: Action::Act(draft), base: None });
    }
    if target.is_configuration() {
        let Some(draft) = draft else {
            let message = "no body: pass a file, or `-` for standard input";
            return Err(MissingArgument { command: "post", message }.into());
        };
        return args.change.make(out, Change { target, action: Action::Create(draft), base: None });
    }
    if args.change.dry_run {
        bail!("--dry-run needs a transaction, but {} is changed without one", target.path);
    }
    if let Some(draft) = &draft
        && !draft.check_new(None)?
    {
        return Ok(Status::Invalid);
    }
    let body = draft.map(|draft| draft.value()).transpose()?.map(Into::into);
    runtime::with_appliance(&args.change.connection, async |client| {
        target.require_version(version(client).await?)?;
        let response = client.send_raw(Method::Post, &target.path, body.as_ref()).await?;
        output::print(out, &pretty(&response)?)?;
        Ok(Status::Done)
    })
}

/// Runs `sps delete`.
pub(crate) fn delete(args: &DeleteArgs, out: &mut Stdout) -> Result<Status> {
    let target = args.target.locate_for(Method::Delete)?;
    let base = args.base.read(&target)?;
    if target.is_configuration() {
        return args.change.make(out, Change { target, action: Action::Delete, base });
    }
    if args.change.dry_run || base.is_some() {
        let option = if args.change.dry_run { "--dry-run" } else { "--base" };
        bail!("{option} needs a transaction, but {} is deleted without one", target.path);
    }
    runtime::with_appliance(&args.change.connection, async |client| {
        client.send_raw(Method::Delete, &target.path, None).await?;
        change::report("deleted", &target.path);
        if out.is_json() {
            let result = serde_json::json!({"deleted": target.path});
            output::print_result(out, result, Status::Done)?;
        }
        Ok(Status::Done)
    })
}
