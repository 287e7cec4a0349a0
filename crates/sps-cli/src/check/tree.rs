//! Files with documents below a directory, each of them once.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use ignore::{DirEntry, WalkBuilder};
use sps_validate::render::one_line;

use crate::{
    check::{document::SourceError, read, selection::Selection, site::is_root},
    endpoint,
    file_name::is_document,
};

/// The files with documents below a directory.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: BTreeSet<PathBuf>,
    pub(super) errors: Vec<SourceError>,
    /// The roots of trees, whose files are not among the others.
    pub(super) sites: BTreeSet<PathBuf>,
}

impl Tree {
    /// Walks a directory, and leaves out what git ignores and what a pattern excludes.
    pub(super) fn read(directory: &Path, selection: &Selection) -> Self {
        let mut walk = Walk { root: directory, tree: Self::default(), links: BTreeMap::new() };
        let (root, exclude) = (directory.to_owned(), selection.exclude.clone());
        let with_trees = selection.with_trees;
        let sites = Arc::new(Mutex::new(BTreeSet::new()));
        let found = Arc::clone(&sites);
        let entries = WalkBuilder::new(directory)
            // Hidden files are documents too; those of git itself are not.
            .standard_filters(false)
            .git_ignore(!selection.with_ignored)
            .git_exclude(!selection.with_ignored)
            .parents(!selection.with_ignored)
            .require_git(false)
            .filter_entry(move |entry| {
                let path = entry.path().strip_prefix(&root).unwrap_or_else(|_| entry.path());
                if entry.file_name() == ".git" || exclude.iter().any(|it| it.matches(path)) {
                    return false;
                }
                let is_folder = entry.file_type().is_some_and(|it| it.is_dir());
                if !(entry.depth() > 0 && is_folder && is_root(entry.path())) {
                    return true;
                }
                // Its files have notations that only the whole tree resolves.
                if with_trees {
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    found.insert(entry.path().to_owned());
                } else {
                    let folder = entry.path().display().to_string();
                    endpoint::report(&format!(
                        "note: left out {}, a tree, which is checked without `--endpoint` and `--as`",
                        one_line(&folder)
                    ));
                }
                false
            })
            .build();
        for entry in entries {
            match entry {
                Ok(entry) => walk.entry(&entry),
                Err(error) => walk.failed(&error),
            }
        }
        let mut tree = walk.finish();
        tree.sites = std::mem::take(&mut *sites.lock().unwrap_or_else(PoisonError::into_inner));
        tree
    }
}

struct Walk<'w> {
    root: &'w Path,
    tree: Tree,
    /// Links to files, with their targets.
    links: BTreeMap<PathBuf, PathBuf>,
}

impl Walk<'_> {
    fn entry(&mut self, entry: &DirEntry) {
        let path = entry.path();
        match entry.file_type() {
            _ if entry.depth() == 0 || !is_document(path) => {}
            Some(kind) if kind.is_symlink() => self.link(path.to_owned()),
            // Pipes and devices are left alone, because reading them may never end.
            Some(kind) if kind.is_file() => {
                self.tree.files.insert(path.to_owned());
            }
            _ => {}
        }
    }

    /// A directory cannot be read, or a line of a `.gitignore` is no pattern, which git ignores too.
    fn failed(&mut self, error: &ignore::Error) {
        let (path, reason) = match error {
            ignore::Error::WithPath { path, err } => (path.clone(), &**err),
            ignore::Error::WithDepth { err, .. } => return self.failed(err),
            error => (self.root.to_owned(), error),
        };
        let reason = match reason.io_error() {
            Some(error) => read::reason(error),
            None => reason.to_string(),
        };
        self.tree.errors.push(SourceError::new(path.display().to_string(), reason));
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
