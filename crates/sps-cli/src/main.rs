//! The binary `sps`: checks, rewrites and changes the configuration of Safeguard for Privileged Sessions.

mod check;
mod cli;
mod command;
mod connection;
mod endpoint;
mod failure;
mod file_name;
mod output;
mod spec;
mod status;
mod usage;

use std::{env, process::ExitCode};

use clap::Parser as _;

use crate::{cli::Cli, usage::MissingArgument};

fn main() -> ExitCode {
    let status = spec::read_overlay(env::args_os()).and_then(|()| Cli::parse().run());
    let status = status.unwrap_or_else(|error| {
        if let Some(missing) = error.downcast_ref::<MissingArgument>() {
            Cli::exit_for(missing);
        }
        failure::complain_of(&error);
        failure::status(&error)
    });
    status.into()
}
