//! `sps endpoints`: the list of endpoints.

use std::io::Write as _;

use anyhow::Result;
use serde_json::Value;
use sps_spec::{Completeness, Spec, Version};

use crate::{
    command::{facts, live},
    connection::{self, runtime},
    output::{Stdout, count, print_json, remark},
    spec::{TargetArgs, version},
    status::Status,
};

/// List the endpoints
///
/// The columns are name, kind, methods, how much of the body is known, and title.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  sps endpoints --target 6.0
  sps endpoints --changed-since 6.9
  sps endpoints --live --sim")]
pub(crate) struct Args {
    #[command(flatten)]
    target: TargetArgs,

    /// List what was added (+) or removed (-) after this version, member by member
    #[arg(long, value_name = "VERSION", value_parser = version, conflicts_with = "target")]
    changed_since: Option<Version>,

    /// Follow the links of an appliance; list what it has and the spec has not, and the reverse
    #[arg(long, conflicts_with_all = ["target", "changed_since"])]
    live: bool,

    #[command(flatten)]
    connection: connection::Args,
}

/// How many endpoints there are, and of how many the body is known.
fn totals(spec: &Spec) -> String {
    let states = [Completeness::Complete, Completeness::Open, Completeness::NameOnly];
    let states = states.map(|state| {
        let number = spec.endpoints.iter().filter(|it| it.completeness == state).count();
        format!("{number} {}", sps_codegen::endpoint_completeness(state))
    });
    format!("{}: {}", count(spec.endpoints.len(), "endpoint"), states.join(", "))
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    if args.live {
        return runtime::with_appliance(&args.connection, async |client| {
            live::run(client, out).await
        });
    }
    let spec = args.target.spec();
    match &args.changed_since {
        None if out.is_json() => {
            let endpoints: Vec<Value> = spec.endpoints.iter().map(facts::endpoint).collect();
            print_json(out, &endpoints)?;
        }
        None => {
            out.write_all(sps_codegen::endpoints(&spec).as_bytes())?;
            out.flush()?;
            if !out.is_closed() {
                remark(&totals(&spec));
            }
        }
        Some(version) if out.is_json() => {
            let changed = spec.endpoints.iter().filter_map(|it| {
                let changes = sps_codegen::changes_since(&spec, it, version);
                (!changes.is_empty()).then(|| facts::endpoint_with_changes(it, &changes, version))
            });
            print_json(out, &changed.collect::<Vec<_>>())?;
        }
        Some(version) => out.write_all(sps_codegen::changes(&spec, version).as_bytes())?,
    }
    out.flush()?;
    Ok(Status::Done)
}
