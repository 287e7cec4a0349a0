//! `sps endpoints`: the list of endpoints.

use std::io::Write as _;

use anyhow::Result;
use serde_json::Value;
use sps_codegen::Change;
use sps_spec::{Completeness, Endpoint, Spec, Version};

use crate::{
    command::{facts, live},
    connection::{self, runtime},
    output::{ListFormat, Stdout, count, html, markdown, print, print_json, remark},
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
  sps endpoints --format html
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

    /// Format of the result on standard output
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Human)]
    #[arg(help_heading = "Output")]
    format: ListFormat,
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
            live::run(client, args.format, out).await
        });
    }
    let spec = args.target.spec();
    match &args.changed_since {
        None => list(&spec, args, out)?,
        Some(version) => changes(&spec, version, args.format, out)?,
    }
    out.flush()?;
    Ok(Status::Done)
}

fn list(spec: &Spec, args: &Args, out: &mut Stdout) -> Result<()> {
    match args.format {
        ListFormat::Human => {
            out.write_all(sps_codegen::endpoints(spec).as_bytes())?;
            out.flush()?;
            if !out.is_closed() {
                remark(&totals(spec));
            }
            Ok(())
        }
        ListFormat::Json => {
            let endpoints: Vec<Value> = spec.endpoints.iter().map(facts::endpoint).collect();
            print_json(out, &endpoints)
        }
        ListFormat::Markdown => {
            let rows = spec.endpoints.iter().map(|it| {
                vec![
                    it.short_path().to_owned(),
                    sps_codegen::endpoint_kind(it.kind).to_owned(),
                    sps_codegen::endpoint_methods(it),
                    sps_codegen::endpoint_completeness(it.completeness).to_owned(),
                    it.title.clone(),
                ]
            });
            let heads = ["Endpoint", "Kind", "Methods", "Body", "Title"];
            let table = markdown::table(&heads, &rows.collect::<Vec<_>>());
            print(out, &format!("{}\n\n{table}", totals(spec)))
        }
        ListFormat::Html => print(out, &html::endpoints::list(spec, args.target.target.as_ref())),
    }
}

fn changes(spec: &Spec, version: &Version, format: ListFormat, out: &mut Stdout) -> Result<()> {
    if format == ListFormat::Human {
        return Ok(out.write_all(sps_codegen::changes(spec, version).as_bytes())?);
    }
    let changed: Vec<(&Endpoint, Vec<Change>)> = spec
        .endpoints
        .iter()
        .map(|it| (it, sps_codegen::changes_since(spec, it, version)))
        .filter(|(_, changes)| !changes.is_empty())
        .collect();
    match format {
        ListFormat::Html => print(out, &html::endpoints::changes(&changed, version)),
        ListFormat::Markdown => {
            let rows = changed.iter().flat_map(|(endpoint, changes)| {
                changes.iter().map(|it| {
                    let word = if it.added_after(version).is_some() { "added" } else { "removed" };
                    let path = endpoint.short_path().to_owned();
                    vec![path, word.to_owned(), it.what(), it.when()]
                })
            });
            let heads = ["Endpoint", "Change", "What", "Versions"];
            print(out, &markdown::table(&heads, &rows.collect::<Vec<_>>()))
        }
        _ => {
            let facts = changed
                .iter()
                .map(|(it, changes)| facts::endpoint_with_changes(it, changes, version));
            print_json(out, &facts.collect::<Vec<_>>())
        }
    }
}
