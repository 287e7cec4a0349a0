//! The binary `sps`: checks, rewrites and changes the configuration of Safeguard for Privileged Sessions.

mod check;
mod cli;
mod command;
mod completion;
mod connection;
mod endpoint;
mod failure;
mod file_name;
mod output;
mod spec;
mod status;
mod usage;

use std::{env, process::ExitCode};

use anyhow::Result;
use clap::{CommandFactory as _, Parser as _};

use crate::{
    cli::Cli,
    output::{Stdout, record},
    status::Status,
};

fn main() -> ExitCode {
    if let Some(code) = completion::answer(Cli::command) {
        return code;
    }
    record::start(env::args_os());
    let mut out = Stdout::default();
    let status = run(&mut out).unwrap_or_else(|error| {
        failure::complain_of(&error);
        failure::status(&error)
    });
    match output::conclude(&mut out, status) {
        Ok(()) => status.into(),
        Err(error) => {
            failure::complain_of(&error);
            failure::status(&error).max(status).into()
        }
    }
}

fn run(out: &mut Stdout) -> Result<Status> {
    spec::read_overlay(env::args_os())?;
    let result = Cli::try_parse().map_err(Into::into).and_then(|cli| cli.run(out));
    cli::explain(result, out)
}
