//! Writing an export, and the record of what was written.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    io::Write as _,
    path::{Path, PathBuf},
};

use ring::digest::SHA256;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::{Export, ExportError, FileAction, leftovers};
use crate::{
    found::Appliance,
    read::reason,
    state::{self, create_folder, hex},
};

/// What was exported into a tree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    format: u32,
    root: PathBuf,
    /// The digests of the files as they were exported or applied.
    pub(super) files: BTreeMap<PathBuf, String>,
    /// The addresses of the appliances that have these files, by what tells them apart.
    #[serde(default)]
    pub(super) appliances: BTreeMap<String, String>,
}

/// The format that is written; another one counts as lost.
const FORMAT: u32 = 1;

pub(super) fn digest(text: &str) -> String {
    hex(ring::digest::digest(&SHA256, text.as_bytes()).as_ref())
}

/// The file of the record for this tree.
pub(super) fn record_of(folder: &Path, root: &Path) -> PathBuf {
    let root = fs::canonicalize(root).or_else(|_| std::path::absolute(root));
    let root = root.unwrap_or_default();
    folder.join(format!("export-{}.json", &digest(&root.to_string_lossy())[..16]))
}

/// What is known of a tree. What cannot be read counts as lost.
pub(super) fn read_record(record: &Path) -> Record {
    let read = fs::read_to_string(record).ok();
    let record = read.and_then(|text| serde_json::from_str::<Record>(&text).ok());
    record.filter(|it| it.format == FORMAT).unwrap_or_default()
}

/// What tells appliances apart: the host name may change with the configuration, and an address may have another appliance
/// later.
pub(super) fn identity(appliance: &Appliance) -> String {
    match &appliance.serial {
        Some(serial) => format!("serial {serial}"),
        None => appliance.url.clone(),
    }
}

/// Writes an export.
pub(super) fn write(export: &Export) -> Result<(), ExportError> {
    // A folder that is there stays, even an empty one: it may be a volume, have permissions of its own, or be in a folder
    // that the user cannot write to.
    leftovers::remove(export);
    match fs::metadata(&export.root) {
        Ok(_) => write_files(export)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => write_tree(export)?,
        Err(error) => return Err(failed(&export.root, &error, 0)),
    }
    remember(export);
    Ok(())
}

/// Writes a tree beside its place, and moves it there.
fn write_tree(export: &Export) -> Result<(), ExportError> {
    let root = &export.root;
    let root_failed = |error: &io::Error| failed(root, error, 0);
    let absolute = std::path::absolute(root).map_err(|error| root_failed(&error))?;
    let parent = absolute.parent().unwrap_or(&absolute);
    fs::create_dir_all(parent).map_err(|error| root_failed(&error))?;
    let staged = leftovers::staged_folder(parent).map_err(|error| root_failed(&error))?;
    let tree = staged.path().join("tree");
    fs::create_dir(&tree).map_err(|error| root_failed(&error))?;
    write_all(&tree, &export.texts).map_err(|(file, error)| failed(&file, &error, 0))?;
    fs::rename(&tree, &absolute).map_err(|error| root_failed(&error))
}

/// Writes texts into a folder that is not in use yet.
pub(super) fn write_all(
    root: &Path,
    texts: &BTreeMap<PathBuf, String>,
) -> Result<(), (PathBuf, io::Error)> {
    for (file, text) in texts {
        let path = root.join(file);
        let write = || {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, text)
        };
        write().map_err(|error| (file.clone(), error))?;
    }
    Ok(())
}

/// Changes files of a tree: first every text is on the disk, then each takes its place.
fn write_files(export: &Export) -> Result<(), ExportError> {
    let mut folders = NewFolders(Vec::new());
    let mut staged: Vec<(&Path, PathBuf, NamedTempFile)> = Vec::new();
    for (file, text) in &export.texts {
        let path = export.root.join(file);
        // The file that a link leads to, not the link.
        let path = fs::canonicalize(&path).unwrap_or(path);
        let stage = |folders: &mut NewFolders| {
            let folder = path.parent().unwrap_or(&export.root);
            folders.create(folder)?;
            let mut temporary = leftovers::staged_file(folder)?;
            temporary.write_all(text.as_bytes())?;
            if let Ok(metadata) = fs::metadata(&path) {
                temporary.as_file().set_permissions(metadata.permissions())?;
            }
            temporary.as_file().sync_all()?;
            Ok(temporary)
        };
        let temporary = stage(&mut folders).map_err(|error: io::Error| failed(file, &error, 0))?;
        staged.push((file, path, temporary));
    }
    folders.keep();
    let mut written = 0;
    for (file, path, temporary) in staged {
        temporary.persist(&path).map_err(|error| failed(file, &error.error, written))?;
        written += 1;
    }
    for removed in export.files.iter().filter(|it| it.action == FileAction::Remove) {
        let path = export.root.join(&removed.file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&removed.file, &error, written));
            }
            _ => written += 1,
        }
    }
    Ok(())
}

/// Folders that were made, removed again unless the export goes on.
struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    fn create(&mut self, folder: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = folder.ancestors().take_while(|it| !it.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.0.push(folder.to_owned());
        }
        Ok(())
    }

    fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // One that has something else now stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn failed(file: &Path, error: &io::Error, written: usize) -> ExportError {
    ExportError::Write { file: file.to_owned(), reason: reason(error), written }
}

/// Remembers the digests of all files, as far as that is possible: without them, an edited file counts as edited.
fn remember(export: &Export) {
    let Some(record) = &export.record else { return };
    change_record(record, &export.root, |known| {
        known.appliances.clone_from(&export.appliances);
        for file in &export.files {
            let digest = match file.action {
                FileAction::Add | FileAction::Change => {
                    export.texts.get(&file.file).map(|it| digest(it))
                }
                FileAction::Keep => export.digests.get(&file.file).cloned(),
                FileAction::Remove => None,
            };
            match digest {
                Some(digest) => known.files.insert(file.file.clone(), digest),
                None => known.files.remove(&file.file),
            };
        }
    });
}

/// Remembers that an appliance has what these files of a tree say, as an export does.
pub(super) fn remember_applied(
    folder: &Path,
    root: &Path,
    appliance: &Appliance,
    applied: impl Iterator<Item = (PathBuf, String)>,
) {
    change_record(&record_of(folder, root), root, |known| {
        known.appliances.insert(identity(appliance), appliance.url.clone());
        known.files.extend(applied);
    });
}

/// Changes what is known of a tree. Runs at once, on many appliances with one tree, lose nothing of each other.
fn change_record(record: &Path, root: &Path, change: impl FnOnce(&mut Record)) {
    let folder = record.parent().unwrap_or_else(|| Path::new("."));
    let write = || -> io::Result<()> {
        create_folder(folder)?;
        let lock = record.with_extension("lock");
        File::options().create(true).append(true).open(&lock)?;
        // Held until the file is written.
        let _lock = state::lock(&lock)?;
        let before = read_record(record);
        let mut known = before.clone();
        known.format = FORMAT;
        known.root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        change(&mut known);
        if known != before {
            state::write(folder, record, serde_json::to_string(&known)?.as_bytes())?;
        }
        Ok(())
    };
    // What was to be remembered is done itself.
    let _ = write();
}
