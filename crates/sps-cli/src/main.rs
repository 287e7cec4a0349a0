//! The binary `sps`: checks, rewrites and explains configuration bodies of Safeguard for Privileged Sessions.

mod bulk;
mod cli;
mod command;
mod document;
mod endpoint;
mod fix;
mod input;
mod interrupt;
mod objects;
mod output;
mod progress;
mod spec;
mod status;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::output::Stdout;
use crate::status::Status;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = Stdout::default();
    let status = cli.run(&mut out).unwrap_or_else(|error| {
        output::complain(&format!("error: {error:#}"));
        Status::Unreadable
    });
    status.into()
}
