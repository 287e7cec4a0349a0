//! `sps patch`: a part of an object.

use std::{io::IsTerminal as _, path::PathBuf};

use anyhow::{Result, bail};
use sps_model::Method;
use sps_validate::Limits;

use crate::{
    check::read,
    command::object::{
        change::{Action, Change, ChangeOptions},
        patch_document::Patch,
        target::TargetArg,
    },
    file_name::is_stdin,
    output::{Stdout, one_line},
    status::Status,
    usage::MissingArgument,
};

/// Change a part of an object
///
/// Reads the object in a transaction, applies the patch, and goes on as `sps put` does. An object in the patch is a
/// merge patch (RFC 7396): null removes a member, or is the value of one that must be there. A list is a JSON
/// Patch (RFC 6902); if one of its `test` operations fails, nothing is sent.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    done, or nothing to change
  1    the patched body is invalid, or a value that was read back differs
  2    it could not be done
  3    with --dry-run: the patch would change something
  4    a `test` operation failed, or another session committed first; nothing took effect
  130  interrupted

Examples:
  echo '{\"maximum_load5\": 9}' | sps patch management/health_monitoring -
  sps patch management/email patch.json --dry-run")]
pub(crate) struct PatchArgs {
    #[command(flatten)]
    target: TargetArg,

    /// File with the merge patch or JSON Patch, or `-` for standard input
    #[arg(value_name = "PATCH")]
    file: PathBuf,

    #[command(flatten)]
    change: ChangeOptions,
}

/// Runs `sps patch`.
pub(crate) fn patch(args: &PatchArgs, out: &mut Stdout) -> Result<Status> {
    let target = args.target.locate()?;
    target.known("patch")?;
    target.require(Method::Put)?;
    if is_stdin(&args.file) && std::io::stdin().is_terminal() {
        let message = "no patch: pass a file, or pipe the patch in";
        return Err(MissingArgument { command: "patch", message }.into());
    }
    args.change.leave_stdin_to(&args.file)?;
    let document = match read::body(&args.file, &Limits::default()) {
        Ok(document) => document,
        Err(it) => bail!("{}: {}", one_line(&it.source), it.reason),
    };
    let source = one_line(&document.source).into_owned();
    let patch =
        Patch::parse(&document.text).map_err(|reason| anyhow::anyhow!("{source}: {reason}"))?;
    args.change.make(out, Change { target, action: Action::Patch { patch, source }, base: None })
}
