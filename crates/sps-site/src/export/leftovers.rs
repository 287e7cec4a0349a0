//! Files and folders that an export writes before they take their place, and what an export that was killed has left of them.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::Path,
};

use tempfile::{Builder, NamedTempFile, TempDir};

use super::Export;

/// What their names begin with.
const PREFIX: &str = ".sps-export-";
/// The file in a folder that its export holds locked.
const LOCK: &str = "lock";

/// A folder that is removed once it is dropped.
#[derive(Debug)]
pub(super) struct StagedFolder {
    // Dropped first: Windows removes no file that is open.
    _lock: File,
    folder: TempDir,
}

impl StagedFolder {
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Makes a folder for a tree that moves to its place later.
pub(super) fn staged_folder(parent: &Path) -> io::Result<StagedFolder> {
    let folder = Builder::new().prefix(PREFIX).tempdir_in(parent)?;
    let lock = File::create(folder.path().join(LOCK))?;
    hold(&lock);
    Ok(StagedFolder { _lock: lock, folder })
}

/// Makes a file that is removed unless it takes its place, with the permissions of any new file.
pub(super) fn staged_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    hold(file.as_file());
    Ok(file)
}

/// Locks a file until its process ends, however that ends. Some network file systems have no locks: what a killed export leaves
/// there stays.
fn hold(file: &File) {
    let _ = file.try_lock();
}

/// Removes what exports have left that were killed, beside a tree and in its folders. What a running one holds stays.
pub(super) fn remove(export: &Export) {
    let root = &export.root;
    let files =
        export.files.iter().filter_map(|it| root.join(&it.file).parent().map(Path::to_owned));
    let mut folders: BTreeSet<_> = files.collect();
    folders.insert(root.clone());
    for folder in &folders {
        for_each(folder, |path| {
            if is_free(path) {
                let _ = fs::remove_file(path);
            }
        });
    }
    let Ok(absolute) = std::path::absolute(root) else { return };
    let Some(parent) = absolute.parent() else { return };
    for_each(parent, |path| {
        if is_free(&path.join(LOCK)) {
            let _ = fs::remove_dir_all(path);
        }
    });
}

fn for_each(folder: &Path, visit: impl Fn(&Path)) {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            visit(&entry.path());
        }
    }
}

/// Whether a file is there that no running export holds.
fn is_free(path: &Path) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|it| it.is_file());
    is_file && File::options().append(true).open(path).is_ok_and(|file| file.try_lock().is_ok())
}
