//! Options of the output that every command has, as the command line sets them for the whole process.

use std::{
    io::{self, IsTerminal as _},
    sync::OnceLock,
};

use clap::{ArgAction, ValueEnum};

use crate::output::events;

/// Options of every command.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Print only results and errors
    #[arg(long, short, global = true)]
    quiet: bool,

    /// Print details to standard error: requests, retries, rules that were not checked; -vv prints more
    #[arg(long, short, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,

    /// When to print in color
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, global = true)]
    color: Color,
}

/// When to print in color.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    #[expect(clippy::doc_markdown, reason = "clap prints the text as it is")]
    Auto,
    /// Always, also into files and pipes
    Always,
    /// Never
    Never,
}

impl Color {
    fn is_enabled(self, is_terminal: bool) -> bool {
        // See https://no-color.org; TERM is `dumb` for a terminal without color.
        let is_refused = || {
            std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
                || std::env::var_os("TERM").is_some_and(|value| value == "dumb")
        };
        match self {
            Self::Auto => is_terminal && !is_refused(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The options of this process. Text is printed in many places, and all of them follow the same options.
static OPTIONS: OnceLock<OutputArgs> = OnceLock::new();

impl OutputArgs {
    /// Applies the options to this process; the first call decides.
    pub(crate) fn apply(self) {
        let verbose = self.verbose;
        if OPTIONS.set(self).is_ok() {
            events::print(verbose);
        }
    }
}

/// Whether only results and errors are printed.
pub(crate) fn is_quiet() -> bool {
    OPTIONS.get().is_some_and(|it| it.quiet)
}

/// Whether details are printed.
pub(crate) fn is_verbose() -> bool {
    OPTIONS.get().is_some_and(|it| it.verbose > 0)
}

/// Whether standard output is colored.
pub(crate) fn is_stdout_colored() -> bool {
    OPTIONS.get().is_some_and(|it| it.color.is_enabled(io::stdout().is_terminal()))
}

/// Whether standard error is colored.
pub(crate) fn is_stderr_colored() -> bool {
    OPTIONS.get().is_some_and(|it| it.color.is_enabled(io::stderr().is_terminal()))
}
