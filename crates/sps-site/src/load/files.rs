//! The files below a folder, in a fixed order, each of them once.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    read::{Format, reason},
    report::{Remark, Unreadable},
};

/// Folders may nest so deep.
const MAX_DEPTH: usize = 32;

/// One file.
#[derive(Debug)]
pub(crate) struct Found {
    /// The path relative to the root.
    pub(crate) path: PathBuf,
    /// The folders and the file name.
    pub(crate) segments: Vec<String>,
}

impl Found {
    /// The file with this path relative to the root; nothing if it cannot belong to a tree.
    pub(crate) fn new(path: PathBuf) -> Option<Self> {
        let segments: Option<Vec<_>> =
            path.iter().map(|it| it.to_str().map(str::to_owned)).collect();
        let segments = segments?;
        let (_, folders) = segments.split_last()?;
        let is_hidden = folders.iter().any(|it| it.starts_with('.'));
        (!is_hidden && folders.len() <= MAX_DEPTH).then_some(Self { path, segments })
    }
}

/// A walk over a folder.
#[derive(Debug)]
pub(crate) struct Walk {
    root: PathBuf,
    pub(crate) found: Vec<Found>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) notes: Vec<Remark>,
    /// The path in the tree of each file, by its path without links; empty until there is a link.
    seen: HashMap<PathBuf, PathBuf>,
    /// Whether links are followed now.
    is_linking: bool,
}

impl Walk {
    /// Walks a folder without links in its path. No folder stays open while those in it are read.
    ///
    /// # Errors
    /// The folder itself cannot be read.
    pub(crate) fn read(root: &Path) -> io::Result<Self> {
        let mut walk = Self {
            root: root.to_owned(),
            found: Vec::new(),
            unreadable: Vec::new(),
            notes: Vec::new(),
            seen: HashMap::new(),
            is_linking: false,
        };
        let mut links = Vec::new();
        walk.folder(root, &[], &mut links)?;
        // Links come last, so that a file is known by its own name.
        if !links.is_empty() {
            walk.is_linking = true;
            let objects = walk.found.iter().filter(|it| has_known_ending(&it.path));
            walk.seen = objects.map(|it| (root.join(&it.path), it.path.clone())).collect();
        }
        while let Some(path) = links.pop() {
            walk.link(&path, &mut links);
        }
        walk.found.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(walk)
    }

    fn folder(
        &mut self,
        folder: &Path,
        segments: &[String],
        links: &mut Vec<Vec<String>>,
    ) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            entries.push((entry.file_name(), entry.file_type()?));
        }
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (name, kind) in entries {
            let Some(name) = name.to_str() else {
                let file = segments.iter().collect::<PathBuf>().join(&name);
                let reason = "its name is not UTF-8; rename it".to_owned();
                // A folder may have objects.
                if has_known_ending(&file) || kind.is_dir() {
                    self.unreadable.push(Unreadable { file, reason });
                } else {
                    self.notes.push(Remark { file, reason });
                }
                continue;
            };
            let mut segments = segments.to_vec();
            segments.push(name.to_owned());
            if kind.is_symlink() {
                links.push(segments);
            } else if kind.is_dir() {
                self.below(&folder.join(name), &segments, links);
            } else if kind.is_file() {
                self.add(segments, folder.join(name));
            } else if has_known_ending(Path::new(name)) {
                // Reading a pipe or a device may never end.
                let reason = "it is neither a file nor a folder".to_owned();
                let file = segments.iter().collect();
                self.unreadable.push(Unreadable { file, reason });
            }
        }
        Ok(())
    }

    /// Walks a folder in the tree. Hidden ones belong to other programs.
    fn below(&mut self, folder: &Path, segments: &[String], links: &mut Vec<Vec<String>>) {
        if segments.last().is_some_and(|name| name.starts_with('.')) {
            return;
        }
        let path: PathBuf = segments.iter().collect();
        if segments.len() > MAX_DEPTH {
            let reason = format!("folders nest deeper than {MAX_DEPTH}");
            return self.unreadable.push(Unreadable { file: path, reason });
        }
        if let Err(error) = self.folder(folder, segments, links) {
            self.unreadable.push(Unreadable { file: path, reason: reason(&error) });
        }
    }

    fn add(&mut self, segments: Vec<String>, real: PathBuf) {
        let path: PathBuf = segments.iter().collect();
        if !self.is_linking || !has_known_ending(&path) {
            return self.found.push(Found { path, segments });
        }
        match self.seen.get(&real) {
            Some(other) => {
                let reason = format!("it is the same file as {}", other.display());
                self.unreadable.push(Unreadable { file: path, reason });
            }
            None => {
                self.seen.insert(real, path.clone());
                self.found.push(Found { path, segments });
            }
        }
    }

    /// Follows a link, but not out of the tree, not back up, and not to a file that is known already.
    fn link(&mut self, segments: &[String], links: &mut Vec<Vec<String>>) {
        let path: PathBuf = segments.iter().collect();
        // Locks of editors among them lead nowhere.
        if segments.last().is_some_and(|name| name.starts_with('.')) {
            return;
        }
        let is_relevant = || has_known_ending(&path);
        let target = match fs::canonicalize(self.root.join(&path)) {
            Ok(target) => target,
            Err(error) => {
                let reason = match error.kind() {
                    io::ErrorKind::NotFound => "the link leads nowhere".to_owned(),
                    _ => format!("the link cannot be followed: {error}"),
                };
                if is_relevant() || error.kind() != io::ErrorKind::NotFound {
                    self.unreadable.push(Unreadable { file: path, reason });
                }
                return;
            }
        };
        let refuse = |reason: String| Unreadable { file: path.clone(), reason };
        let is_folder = target.is_dir();
        if !target.starts_with(&self.root) {
            if is_folder || is_relevant() {
                let reason =
                    "the link leads out of the tree; copy the file into the tree".to_owned();
                self.unreadable.push(refuse(reason));
            }
        } else if is_folder {
            let link = self.root.join(&path);
            let above = link.parent().and_then(|it| fs::canonicalize(it).ok());
            if above.is_none_or(|above| above.starts_with(&target)) {
                let reason = "the link leads back to a folder above it".to_owned();
                return self.unreadable.push(refuse(reason));
            }
            self.below(&target, segments, links);
        } else if is_relevant() {
            self.add(segments.to_vec(), target);
        }
    }
}

/// Whether a file may have an object.
fn has_known_ending(path: &Path) -> bool {
    path.extension().is_some_and(|it| Format::is_ending(&it.to_string_lossy()))
}
