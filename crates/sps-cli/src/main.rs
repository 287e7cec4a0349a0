//! The binary `sps`: checks, rewrites, explains and changes the configuration of Safeguard for Privileged Sessions.

mod check;
mod cli;
mod command;
mod connection;
mod endpoint;
mod failure;
mod output;
mod spec;
mod status;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{cli::Cli, output::Stdout, status::Status};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = Stdout::default();
    let status = cli.run(&mut out).unwrap_or_else(|error| {
        failure::complain_of(&error);
        Status::Unreadable
    });
    status.into()
}
