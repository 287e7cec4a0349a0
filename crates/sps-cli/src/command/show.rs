//! `sps show`: everything about one endpoint.

use std::io::Write as _;

use anyhow::{Result, anyhow};

use crate::{output::Stdout, spec, status::Status};

/// Show one endpoint: its fields, rules, quirks and sources.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its whole path, or the part after `/api/configuration/` or `/api/`.
    #[arg(value_name = "ENDPOINT")]
    endpoint: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let endpoint = spec::named(&args.endpoint).map_err(|reason| anyhow!(reason))?;
    out.write_all(sps_codegen::show(spec::spec(), endpoint).as_bytes())?;
    out.flush()?;
    Ok(Status::Valid)
}
