//! Repaired documents in transit back into their files.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, IntoInnerError, Read, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::check::{
    document::{SourceError, Step},
    read,
};

/// The changes of one file, in the order of its documents.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    path: PathBuf,
    changes: Vec<Change>,
}

/// New text for a document.
#[derive(Debug)]
struct Change {
    /// Where it starts in the file, in bytes.
    at: usize,
    before: String,
    after: String,
}

impl Pending {
    /// Adds a change; writes those of another file first.
    ///
    /// # Errors
    /// That file could not be written.
    pub(crate) fn add(
        &mut self,
        path: &Path,
        at: usize,
        before: String,
        after: String,
    ) -> Result<(), SourceError> {
        let result = if self.path == path { Ok(()) } else { self.write() };
        path.clone_into(&mut self.path);
        self.changes.push(Change { at, before, after });
        result
    }

    /// Writes the changes that are pending.
    ///
    /// # Errors
    /// The file could not be written, or has changed since it was checked. It is left as it was.
    pub(crate) fn write(&mut self) -> Result<(), SourceError> {
        let changes = std::mem::take(&mut self.changes);
        if changes.is_empty() {
            return Ok(());
        }
        replace(&self.path, &changes).map_err(|error| {
            let reason = format!("cannot repair: {}", read::reason(&error));
            SourceError::new(self.path.display().to_string(), reason).at(Step::Repair)
        })
    }
}

/// Replaces a file by a changed copy in one step: no reader ever sees half of it.
fn replace(path: &Path, changes: &[Change]) -> io::Result<()> {
    // A link stays a link.
    let path = fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(&path);
    let mut copy = NamedTempFile::new_in(folder)?;
    copy_changed(&path, copy.as_file_mut(), changes)?;
    copy.persist(&path)?;
    // The new name is on the disk when the directory is; not every system can open a directory.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn copy_changed(path: &Path, copy: &mut File, changes: &[Change]) -> io::Result<()> {
    let original = File::open(path)?;
    // Before anything is written: a private file must not be readable by others for a moment either.
    copy.set_permissions(original.metadata()?.permissions())?;
    let mut original = BufReader::new(original);
    let mut writer = BufWriter::new(copy);
    let mut done = 0;
    for change in changes {
        let distance = change.at.saturating_sub(done) as u64;
        if io::copy(&mut original.by_ref().take(distance), &mut writer)? != distance {
            return Err(changed());
        }
        let mut bytes = vec![0; change.before.len()];
        original.read_exact(&mut bytes)?;
        if bytes != change.before.as_bytes() {
            return Err(changed());
        }
        writer.write_all(change.after.as_bytes())?;
        done = change.at + change.before.len();
    }
    io::copy(&mut original, &mut writer)?;
    writer.into_inner().map_err(IntoInnerError::into_error)?.sync_all()
}

fn changed() -> io::Error {
    io::Error::other("the file has changed since it was read; try again")
}
