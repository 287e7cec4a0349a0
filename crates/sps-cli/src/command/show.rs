//! `sps show`: the reference page of one endpoint.

use std::io::Write as _;

use anyhow::{Result, anyhow};

use crate::{
    command::facts,
    endpoint,
    output::{Stdout, print_json},
    spec::TargetArgs,
    status::Status,
};

/// Show the fields, rules, quirks and sources of an endpoint
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Full path, or the part after `/api/configuration/` or `/api/`
    #[arg(value_name = "ENDPOINT")]
    endpoint: String,

    #[command(flatten)]
    target: TargetArgs,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let spec = args.target.spec();
    let endpoint = endpoint::page_at(&spec, &args.endpoint).map_err(|reason| anyhow!(reason))?;
    if out.is_json() {
        print_json(out, &facts::endpoint_with_schemas(&spec, endpoint))?;
        return Ok(Status::Done);
    }
    out.write_all(sps_codegen::show(&spec, endpoint).as_bytes())?;
    out.flush()?;
    Ok(Status::Done)
}
