//! `sps template`: a body to start from.

use std::io::Write as _;

use anyhow::{Result, anyhow};

use crate::{output::Stdout, spec, status::Status};

/// Print a filled-in request body to start from.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  sps template management/email --variant starttls > email.json
  sps template management/snmp/trap --variant 3 | sps check -e management/snmp/trap -")]
pub(crate) struct Args {
    /// Its whole path, or the part after `/api/configuration/` or `/api/`.
    #[arg(value_name = "ENDPOINT")]
    endpoint: String,

    /// The word of a selection that the body shall have, such as 2c or starttls.
    #[arg(long, value_name = "WORD")]
    variant: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let endpoint = spec::named(&args.endpoint).map_err(|reason| anyhow!(reason))?;
    let body = sps_codegen::template(spec::spec(), endpoint, args.variant.as_deref())
        .map_err(|error| anyhow!(error.to_string()))?;
    out.write_all(body.as_bytes())?;
    out.flush()?;
    Ok(Status::Valid)
}
