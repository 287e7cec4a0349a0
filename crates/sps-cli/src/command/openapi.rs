//! `sps openapi`: the API as an OpenAPI document.

use std::io::Write as _;

use anyhow::Result;

use crate::{output::Stdout, spec::TargetArgs, status::Status};

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
    #[command(flatten)]
    target: TargetArgs,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let spec = args.target.spec();
    out.write_all(sps_codegen::openapi(&spec, args.target.target.as_ref()).as_bytes())?;
    out.flush()?;
    Ok(Status::Done)
}
