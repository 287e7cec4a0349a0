//! `sps openapi`: the API as an OpenAPI document.

use std::io::Write as _;

use anyhow::Result;
use sps_spec::Version;

use crate::{
    output::Stdout,
    spec::{spec_at, version},
    status::Status,
};

/// Print the whole API as an OpenAPI 3.1 document
///
/// For programs that make clients, documentation or tests. It has every path with its methods, bodies, errors and
/// examples. Rules between members are in the descriptions; `sps schema` has them as conditions.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  sps openapi > sps.openapi.json
  sps openapi --target 7.0 > sps-7.0.openapi.json")]
pub(crate) struct Args {
    /// Version of the appliance; what other versions have is left out
    #[arg(long, value_name = "VERSION", value_parser = version)]
    target: Option<Version>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let spec = spec_at(args.target.as_ref());
    out.write_all(sps_codegen::openapi(&spec, args.target.as_ref()).as_bytes())?;
    out.flush()?;
    Ok(Status::Done)
}
