//! The files and directories that a user selects.

use std::path::PathBuf;

use crate::check::exclude::Pattern;

/// The files and directories to check.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    pub(crate) paths: Vec<PathBuf>,
    /// Files in directories to leave out.
    pub(crate) exclude: Vec<Pattern>,
    /// Whether files that `.gitignore` leaves out are checked too.
    pub(crate) with_ignored: bool,
    /// Whether files of a tree are members of it; else each is a document by itself.
    pub(crate) with_trees: bool,
}
