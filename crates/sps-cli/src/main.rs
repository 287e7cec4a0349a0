//! The binary `sps`: checks, rewrites, explains and changes the configuration of Safeguard for Privileged Sessions.

mod bulk;
mod cli;
mod command;
mod connection;
mod document;
mod endpoint;
mod failure;
mod fix;
mod input;
mod interrupt;
mod objects;
mod output;
mod profile;
mod progress;
mod runtime;
mod spec;
mod status;
mod tls_files;

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
