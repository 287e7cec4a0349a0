//! `sps endpoints`: the list of endpoints.

use std::io::Write as _;

use anyhow::Result;

use serde_json::Value;

use crate::{
    command::facts,
    output::{Stdout, print_json},
    spec::spec,
    status::Status,
};

/// List the endpoints
///
/// The columns are name, kind, methods, how much of the body is known, and title.
#[derive(Debug, clap::Args)]
pub(crate) struct Args;

/// Runs the command.
pub(crate) fn run(_: &Args, out: &mut Stdout) -> Result<Status> {
    if out.is_json() {
        let endpoints: Vec<Value> = spec().endpoints.iter().map(facts::endpoint).collect();
        print_json(out, &endpoints)?;
        return Ok(Status::Done);
    }
    out.write_all(sps_codegen::endpoints(spec()).as_bytes())?;
    out.flush()?;
    Ok(Status::Done)
}
