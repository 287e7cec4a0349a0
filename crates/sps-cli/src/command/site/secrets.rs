//! Which secrets a tree may read, and how a person is asked for one.

use std::{
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use anyhow::Result;
use sps_site::SecretReader;

use crate::{
    connection::{self, password::clean},
    output::one_line,
};

/// What a tree may read. A tree may come from a stranger, so the command line decides, and not the tree.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Secrets")]
#[group(skip)]
pub(super) struct SecretArgs {
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
    /// A reader of the secrets of a tree. The secrets of the login stay hidden from it.
    pub(super) fn reader(
        &self,
        root: &Path,
        connection: &connection::Args,
    ) -> Result<SecretReader> {
        let mut reader = SecretReader::new(root);
        for folder in &self.secret_dir {
            reader = reader.with_folder(folder);
        }
        for prefix in &self.secret_prefix {
            reader = reader.with_prefix(prefix);
        }
        if self.allow_commands {
            reader = reader.with_commands(None);
        }
        for file in connection.login_files()? {
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
        Ok(reader)
    }
}
