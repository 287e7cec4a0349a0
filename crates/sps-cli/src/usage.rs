//! Misuse of a command that the parser of the command line cannot see.

use std::{error, fmt};

/// An argument that a command needs and did not get.
#[derive(Debug)]
pub(crate) struct MissingArgument {
    /// The command, such as `check`.
    pub(crate) command: &'static str,
    /// What is missing and how to give it.
    pub(crate) message: &'static str,
}

impl fmt::Display for MissingArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl error::Error for MissingArgument {}
