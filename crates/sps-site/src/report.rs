//! The result of checking a tree.

use std::{fmt, path::PathBuf, sync::Arc};

use sps_model::{
    EndpointInfo,
    validate::{Diagnostic, Report},
};

use crate::label::Label;

/// Everything that the check of a tree found, file by file.
///
/// `Display` has one line for each problem and note, without any value of a secret.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SiteReport {
    /// Every file that was read as an object, and `sps.toml` if something is wrong with it; sorted by path.
    pub files: Vec<FileReport>,
    /// Files that belong to the tree and could not be read. Nothing is known about their objects.
    pub unreadable: Vec<Unreadable>,
    /// Files that were left alone.
    pub notes: Vec<Remark>,
}

/// What the check of one file found.
#[derive(Clone)]
#[non_exhaustive]
pub struct FileReport {
    /// The file, relative to the root of the tree.
    pub file: PathBuf,
    /// What its object is called, if that is known.
    pub label: Option<Label>,
    /// Where it belongs, if that is known.
    pub endpoint: Option<&'static EndpointInfo>,
    /// The text of the file, to which the spans of the report belong. It may have secrets.
    pub text: Arc<str>,
    /// The problems, as the check of one document reports them.
    pub report: Report,
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unreadable {
    /// The file, relative to the root of the tree.
    pub file: PathBuf,
    /// Why.
    pub reason: String,
}

/// A file that was left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remark {
    /// The file, relative to the root of the tree.
    pub file: PathBuf,
    /// Why.
    pub reason: String,
}

impl SiteReport {
    /// Whether the tree may be planned: there is no error, and every file was read.
    pub fn is_valid(&self) -> bool {
        self.unreadable.is_empty() && self.errors().next().is_none()
    }

    /// The errors of all files. Files that could not be read are no less an error: see [`Self::is_valid`].
    pub fn errors(&self) -> impl Iterator<Item = (&FileReport, &Diagnostic)> {
        self.files.iter().flat_map(|file| file.report.errors().map(move |it| (file, it)))
    }

    /// The warnings of all files.
    pub fn warnings(&self) -> impl Iterator<Item = (&FileReport, &Diagnostic)> {
        self.files.iter().flat_map(|file| file.report.warnings().map(move |it| (file, it)))
    }
}

impl fmt::Display for SiteReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems = self.files.iter().flat_map(|file| {
            let name = file.file.display();
            file.report.diagnostics.iter().map(move |it| format!("{name}: {it}"))
        });
        let unreadable =
            self.unreadable.iter().map(|it| format!("{}: error: {}", it.file.display(), it.reason));
        let notes =
            self.notes.iter().map(|it| format!("{}: note: {}", it.file.display(), it.reason));
        for (index, line) in problems.chain(unreadable).chain(notes).enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&line)?;
        }
        Ok(())
    }
}

impl fmt::Debug for FileReport {
    /// Leaves the text out, which may have secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileReport")
            .field("file", &self.file)
            .field("label", &self.label)
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}
