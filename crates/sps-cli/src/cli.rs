//! The command line.

use anyhow::Result;
use clap::CommandFactory as _;
use clap::Parser;
use clap::Subcommand;
use clap::error::ErrorKind;

use crate::command;
use crate::output::Stdout;
use crate::status::Status;

/// Checks, rewrites and explains configuration bodies of One Identity Safeguard for Privileged Sessions (SPS).
///
/// Nothing is sent anywhere: every command works on files.
#[derive(Debug, Parser)]
#[command(name = "sps", version, arg_required_else_help = true, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(command::check::Args),
    Request(command::request::Args),
}

impl Cli {
    pub(crate) fn run(self, out: &mut Stdout) -> Result<Status> {
        match self.command {
            Command::Check(args) => command::check::run(&args, out),
            Command::Request(args) => command::request::run(&args, out),
        }
    }
}

/// Ends the process as for any other misuse of a command: says what is missing, shows its usage, exits with 2.
pub(crate) fn missing(command: &str, words: &str) -> ! {
    let mut cli = Cli::command();
    // Gives the subcommands their full names.
    cli.build();
    let command = match cli.find_subcommand_mut(command) {
        Some(command) => command,
        None => &mut cli,
    };
    command.error(ErrorKind::MissingRequiredArgument, words).exit()
}
