//! The format of a result: for people, or for programs.

use clap::ValueEnum;

// The arguments of a command whose result has two formats. Not documentation, which would replace that of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Formatted<A: clap::Args> {
    #[command(flatten)]
    pub(crate) args: A,

    /// Format of the result on standard output
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human, global = true)]
    #[arg(help_heading = "Output")]
    pub(crate) format: Format,
}

/// The format of a result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, or one value for a script
    #[default]
    Human,
    /// JSON
    Json,
}

/// The format of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Human,
    /// JSON
    Json,
    /// Tables
    Markdown,
    /// A page in one file
    Html,
}
