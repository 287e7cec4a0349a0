//! The command line.

use anyhow::Result;
use clap::{CommandFactory as _, Parser, Subcommand, error::ErrorKind};

use crate::{command, output::Stdout, status::Status, usage::MissingArgument};

/// Check, rewrite and change the configuration of Safeguard for Privileged Sessions (SPS)
///
/// Commands on files need no network. `get`, `put`, `post`, `delete`, `edit`, `patch`, `diff`, `transaction`, `info` and `support-bundle`
/// connect to an appliance, or to a built-in simulator with `--sim`. `sim` runs that simulator alone.
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
    Template(command::template::Args),
    Pem(command::pem::Args),
    Explain(command::explain::Args),
    Endpoints(command::endpoints::Args),
    Show(command::show::Args),
    Schema(command::schema::Args),
    Get(command::object::GetArgs),
    Put(command::object::PutArgs),
    Post(command::object::PostArgs),
    Delete(command::object::DeleteArgs),
    Edit(command::object::EditArgs),
    Patch(command::object::PatchArgs),
    Diff(command::object::DiffArgs),
    Transaction(command::transaction::Args),
    Info(command::info::Args),
    SupportBundle(command::support_bundle::Args),
    Sim(command::sim::Args),
}

impl Cli {
    pub(crate) fn run(self, out: &mut Stdout) -> Result<Status> {
        match self.command {
            Command::Check(args) => command::check::run(&args, out),
            Command::Request(args) => command::request::run(&args, out),
            Command::Template(args) => command::template::run(&args, out),
            Command::Pem(args) => command::pem::run(&args, out),
            Command::Explain(args) => command::explain::run(&args, out),
            Command::Endpoints(args) => command::endpoints::run(&args, out),
            Command::Show(args) => command::show::run(&args, out),
            Command::Schema(args) => command::schema::run(&args, out),
            Command::Get(args) => command::object::get(&args, out),
            Command::Put(args) => command::object::put(&args, out),
            Command::Post(args) => command::object::post(&args, out),
            Command::Delete(args) => command::object::delete(&args, out),
            Command::Edit(args) => command::object::edit(&args, out),
            Command::Patch(args) => command::object::patch(&args, out),
            Command::Diff(args) => command::object::diff(&args, out),
            Command::Transaction(args) => command::transaction::run(&args, out),
            Command::Info(args) => command::info::run(&args, out),
            Command::SupportBundle(args) => command::support_bundle::run(&args, out),
            Command::Sim(args) => command::sim::run(&args, out),
        }
    }

    /// Reports a missing argument as the parser would: with the usage of the command, and exit status 2.
    pub(crate) fn exit_for(missing: &MissingArgument) -> ! {
        let mut cli = Self::command();
        // Gives the subcommands their full names.
        cli.build();
        let command = match cli.find_subcommand_mut(missing.command) {
            Some(command) => command,
            None => &mut cli,
        };
        command.error(ErrorKind::MissingRequiredArgument, missing.message).exit()
    }
}
