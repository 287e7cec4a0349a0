//! `sps endpoints`: the list of endpoints.

use std::io::Write as _;

use anyhow::Result;

use crate::{output::Stdout, spec::spec, status::Status};

/// List the endpoints
///
/// The columns are name, kind, methods, how much of the body is known, and title.
#[derive(Debug, clap::Args)]
pub(crate) struct Args;

/// Runs the command.
pub(crate) fn run(_: &Args, out: &mut Stdout) -> Result<Status> {
    out.write_all(sps_codegen::endpoints(spec()).as_bytes())?;
    out.flush()?;
    Ok(Status::Done)
}
