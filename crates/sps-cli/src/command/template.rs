//! `sps template`: a request body to start from.

use std::io::Write as _;

use anyhow::{Result, anyhow};

use crate::{endpoint, output::Stdout, spec::TargetArgs, status::Status};

/// Print a filled-in request body to start from
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  sps template management/email --variant starttls > email.json
  sps template management/snmp/trap --variant 3 | sps check -e management/snmp/trap -")]
pub(crate) struct Args {
    /// Full path, or the part after `/api/configuration/` or `/api/`
    #[arg(value_name = "ENDPOINT")]
    endpoint: String,

    /// Value of a selection in the body, such as 2c or starttls
    #[arg(long, value_name = "VALUE")]
    variant: Option<String>,

    #[command(flatten)]
    target: TargetArgs,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let spec = args.target.spec();
    let endpoint = endpoint::page_at(&spec, &args.endpoint).map_err(|reason| anyhow!(reason))?;
    let body = sps_codegen::template(&spec, endpoint, args.variant.as_deref())
        .map_err(|error| anyhow!(error.to_string()))?;
    out.write_all(body.as_bytes())?;
    out.flush()?;
    Ok(Status::Done)
}
