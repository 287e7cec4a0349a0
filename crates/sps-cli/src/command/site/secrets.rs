//! Which secrets a tree may read, and how a person is asked for one.

use std::{
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use anyhow::Result;
use sps_site::{MadeUpSecrets, SecretReader, Secrets};

use crate::{
    connection::{self, password::clean},
    output::one_line,
};

/// What a tree may read. A tree may come from a stranger, so the command line decides, and not the tree.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Secrets")]
#[group(skip)]
pub(crate) struct SecretArgs {
    /// Folder below which `file:` may read (repeatable) [default: every folder]
    #[arg(long, value_name = "DIR")]
    secret_dir: Vec<PathBuf>,

    /// Start of the names of variables that `env:` may read, such as `SITE_` (repeatable) [default: every variable]
    #[arg(long, value_name = "PREFIX")]
    secret_prefix: Vec<String>,

    /// Run the programs that `command:` names in the tree
    #[arg(long)]
    allow_commands: bool,
}

impl SecretArgs {
    /// The secrets that a tree may read besides those of this login, which stay hidden.
    pub(super) fn sources(&self, connection: &connection::Args) -> Result<SecretSources> {
        Ok(SecretSources { args: self.clone(), hidden: connection.login_files()? })
    }

    /// The secrets that a tree may read where there is no login. Those that one would use stay hidden.
    pub(crate) fn sources_without_login(&self) -> Result<SecretSources> {
        Ok(SecretSources { args: self.clone(), hidden: connection::usual_login_files()? })
    }

    /// The secrets of a tree: made up if the connection says so, which it does for simulators only.
    pub(super) fn of_tree(
        &self,
        root: &Path,
        connection: &connection::Args,
    ) -> Result<Box<dyn Secrets>> {
        Ok(if connection.makes_up_secrets() {
            Box::new(MadeUpSecrets)
        } else {
            Box::new(self.sources(connection)?.reader(root))
        })
    }

    /// Whether an option about secrets was passed.
    pub(crate) fn is_passed(&self) -> bool {
        self.allow_commands || !self.secret_dir.is_empty() || !self.secret_prefix.is_empty()
    }
}

/// Where the secrets of trees may come from.
#[derive(Debug, Clone)]
pub(crate) struct SecretSources {
    args: SecretArgs,
    hidden: Vec<PathBuf>,
}

impl SecretSources {
    /// Hides these files too.
    pub(crate) fn hiding<'f>(mut self, files: impl IntoIterator<Item = &'f PathBuf>) -> Self {
        self.hidden.extend(files.into_iter().cloned());
        self
    }

    /// A reader of the secrets of a tree.
    pub(crate) fn reader(&self, root: &Path) -> SecretReader {
        let Self { args, hidden } = self;
        let mut reader = SecretReader::new(root);
        for folder in &args.secret_dir {
            reader = reader.with_folder(folder);
        }
        for prefix in &args.secret_prefix {
            reader = reader.with_prefix(prefix);
        }
        if args.allow_commands {
            reader = reader.with_commands(None);
        }
        for file in hidden {
            reader = reader.without_file(file);
        }
        if io::stdin().is_terminal() {
            reader = reader.with_prompt(|text, label, pointer| {
                let label = label.to_string();
                let question =
                    format!("{} ({} {}): ", one_line(text), one_line(&label), one_line(pointer));
                let answer = rpassword::prompt_password(question)?;
                let answer = clean(&answer).map_err(io::Error::other)?;
                Ok(answer.as_str().into())
            });
        }
        reader
    }
}
