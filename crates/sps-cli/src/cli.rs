//! The command line.

use std::{env, ffi::OsStr, io::Write as _};

use anyhow::{Result, bail};
use clap::{CommandFactory as _, Parser, Subcommand, error::ErrorKind};
use serde_json::json;

use crate::{
    command, connection, endpoint,
    output::{Formatted, OutputArgs, Stdout, print_result, record, remark},
    spec::SpecArgs,
    status::Status,
    usage::MissingArgument,
};

/// Check, rewrite and change the configuration of Safeguard for Privileged Sessions (SPS)
///
/// Commands on files need no network. `get`, `put`, `post`, `delete`, `edit`, `patch`, `diff`, `export`, `plan`, `apply`,
/// `transaction`, `info`, `support-bundle`, and `endpoints` and `learn` with `--live` connect to an appliance, or to a built-in
/// simulator with `--sim`. `sim` runs that simulator alone.
#[derive(Debug, Parser)]
#[command(name = "sps", version, arg_required_else_help = true, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    spec: SpecArgs,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(command::check::Args),
    Request(Formatted<command::request::Args>),
    Template(Formatted<command::template::Args>),
    Pem(Formatted<command::pem::Args>),
    Explain(Formatted<command::explain::Args>),
    Endpoints(command::endpoints::Args),
    Learn(Formatted<command::learn::Args>),
    Show(Formatted<command::show::Args>),
    Schema(Formatted<command::schema::Args>),
    Openapi(Formatted<command::openapi::Args>),
    Get(Formatted<command::object::GetArgs>),
    Put(Formatted<command::object::PutArgs>),
    Post(Formatted<command::object::PostArgs>),
    Delete(Formatted<command::object::DeleteArgs>),
    Edit(Formatted<command::object::EditArgs>),
    Patch(Formatted<command::object::PatchArgs>),
    Diff(Formatted<command::object::DiffArgs>),
    Export(command::site::ExportArgs),
    Plan(command::site::PlanArgs),
    Apply(Formatted<command::site::ApplyArgs>),
    Transaction(Formatted<command::transaction::Args>),
    Info(Formatted<command::info::Args>),
    SupportBundle(Formatted<command::support_bundle::Args>),
    Sim(Formatted<command::sim::Args>),
    Lsp(command::lsp::Args),
    Completions(Formatted<command::completions::Args>),
    Man(Formatted<command::man::Args>),
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(self, out: &mut Stdout) -> Result<Status> {
        self.output.apply();
        if !self.spec.is_read() {
            bail!("write the option as `--spec DIR` or `--spec=DIR`");
        }
        endpoint::report_with(remark);
        connection::seed_with(command::site::read_seed);
        match self.command {
            Command::Check(args) => command::check::run(&args, out),
            Command::Request(it) => command::request::run(&it.args, out.with(it.format)),
            Command::Template(it) => command::template::run(&it.args, out.with(it.format)),
            Command::Pem(it) => command::pem::run(&it.args, out.with(it.format)),
            Command::Explain(it) => command::explain::run(&it.args, out.with(it.format)),
            Command::Endpoints(args) => command::endpoints::run(&args, out),
            Command::Learn(it) => command::learn::run(&it.args, out.with(it.format)),
            Command::Show(it) => command::show::run(&it.args, out.with(it.format)),
            Command::Schema(it) => command::schema::run(&it.args, out.with(it.format)),
            Command::Openapi(it) => command::openapi::run(&it.args, out.with(it.format)),
            Command::Get(it) => command::object::get(&it.args, out.with(it.format)),
            Command::Put(it) => command::object::put(&it.args, out.with(it.format)),
            Command::Post(it) => command::object::post(&it.args, out.with(it.format)),
            Command::Delete(it) => command::object::delete(&it.args, out.with(it.format)),
            Command::Edit(it) => command::object::edit(&it.args, out.with(it.format)),
            Command::Patch(it) => command::object::patch(&it.args, out.with(it.format)),
            Command::Diff(it) => command::diff::diff(&it.args, out.with(it.format)),
            Command::Export(args) => command::site::export(&args, out),
            Command::Plan(args) => command::site::plan(&args, out),
            Command::Apply(it) => command::site::apply(&it.args, out.with(it.format)),
            Command::Transaction(it) => command::transaction::run(&it.args, out.with(it.format)),
            Command::Info(it) => command::info::run(&it.args, out.with(it.format)),
            Command::SupportBundle(it) => {
                command::support_bundle::run(&it.args, out.with(it.format))
            }
            Command::Sim(it) => command::sim::run(&it.args, out.with(it.format)),
            Command::Completions(it) => command::completions::run(&it.args, out.with(it.format)),
            Command::Man(it) => command::man::run(Self::command(), &it.args, out.with(it.format)),
            Command::Lsp(args) => command::lsp::run(&args),
        }
    }

    /// A missing argument as the parser would report it: with the usage of the command.
    pub(crate) fn usage_error(missing: &MissingArgument) -> clap::Error {
        let mut cli = Self::command();
        // Gives the subcommands their full names.
        cli.build();
        let command = match cli.find_subcommand_mut(missing.command) {
            Some(command) => command,
            None => &mut cli,
        };
        command.error(ErrorKind::MissingRequiredArgument, missing.message)
    }
}

/// Prints what the parser says: the usage of a command that was misused, its help, or the version. Other results pass.
pub(crate) fn explain(result: Result<Status>, out: &mut Stdout) -> Result<Status> {
    let error = match result {
        Ok(status) => return Ok(status),
        Err(error) => error,
    };
    let error = match error.downcast_ref::<MissingArgument>() {
        Some(missing) => Cli::usage_error(missing),
        None => error.downcast::<clap::Error>()?,
    };
    if error.kind() == ErrorKind::DisplayVersion && record::is_on() {
        let version = json!({"name": "sps", "version": env!("CARGO_PKG_VERSION")});
        print_result(out, version, Status::Done)?;
        return Ok(Status::Done);
    }
    if error.kind() == ErrorKind::DisplayVersion && env::args_os().any(|it| is_verbose(&it)) {
        // One machine may have several, and a program that calls one can say which.
        // Linux says so in /proc, which a small container may lack.
        match env::current_exe() {
            Ok(path) => writeln!(out, "{error}path {}", path.display())?,
            Err(reason) => writeln!(out, "{error}path unknown: {reason}")?,
        }
        return Ok(Status::Done);
    }
    record::usage(&error.render().to_string());
    // A reader that went away needs no help.
    let _ = error.print();
    Ok(if error.use_stderr() { Status::Failed } else { Status::Done })
}

/// The parser stops at `--version`, before it has read the options after that.
fn is_verbose(argument: &OsStr) -> bool {
    argument == "-v" || argument == "-vv" || argument == "--verbose"
}
