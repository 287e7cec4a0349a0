//! JSON files below a directory, each of them once.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    check::{document::SourceError, exclude::Pattern, read},
    endpoint,
    file_name::is_json,
};

/// The JSON files below a directory.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: BTreeSet<PathBuf>,
    pub(super) errors: Vec<SourceError>,
}

impl Tree {
    /// Walks a directory, and leaves out what matches a pattern.
    pub(super) fn read(directory: &Path, exclude: &[Pattern]) -> Self {
        let mut walk =
            Walk { root: directory, exclude, tree: Self::default(), links: BTreeMap::new() };
        walk.directory(directory);
        walk.finish()
    }
}

struct Walk<'w> {
    root: &'w Path,
    exclude: &'w [Pattern],
    tree: Tree,
    /// Links to files, with their targets.
    links: BTreeMap<PathBuf, PathBuf>,
}

impl Walk<'_> {
    fn directory(&mut self, directory: &Path) {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return self.error(directory, &error),
        };
        for entry in entries {
            match entry {
                Ok(entry) => self.entry(&entry),
                Err(error) => self.error(directory, &error),
            }
        }
    }

    fn entry(&mut self, entry: &fs::DirEntry) {
        let path = entry.path();
        if self.is_excluded(&path) {
            return;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => self.directory(&path),
            Ok(_) if !is_json(&path) => {}
            Ok(kind) if kind.is_symlink() => self.link(path),
            // Pipes and devices are left alone, because reading them may never end.
            Ok(kind) if !kind.is_file() => {}
            Ok(_) => {
                self.tree.files.insert(path);
            }
            Err(error) => self.error(&path, &error),
        }
    }

    /// A link to a file is followed, one to a directory is not: it may lead back up.
    fn link(&mut self, path: PathBuf) {
        match fs::canonicalize(&path).and_then(|target| Ok((fs::metadata(&target)?, target))) {
            Ok((kind, target)) if kind.is_file() => {
                self.links.insert(path, target);
            }
            Ok(_) => {}
            Err(error) => self.error(&path, &error),
        }
    }

    fn is_excluded(&self, path: &Path) -> bool {
        let path = path.strip_prefix(self.root).unwrap_or(path);
        self.exclude.iter().any(|pattern| pattern.matches(path))
    }

    /// Adds the links that lead to a file, or an endpoint of it, that no other name leads to.
    fn finish(self) -> Tree {
        let Self { root, mut tree, links, .. } = self;
        let endpoint = |path: &Path| endpoint::of_path(path).map(|endpoint| endpoint.path);
        let canonical_root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let mut seen = BTreeSet::new();
        for (link, target) in links {
            let expected = endpoint(&link);
            let file = target.strip_prefix(&canonical_root).map(|path| root.join(path));
            let is_file =
                file.is_ok_and(|file| tree.files.contains(&file) && endpoint(&file) == expected);
            if !is_file && seen.insert((target, expected)) {
                tree.files.insert(link);
            }
        }
        tree
    }

    fn error(&mut self, path: &Path, error: &io::Error) {
        self.tree.errors.push(SourceError::new(path.display().to_string(), read::reason(error)));
    }
}
