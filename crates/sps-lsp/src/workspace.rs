//! The trees that the editor works on.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use lsp_types::Diagnostic;
use sps_site::{CheckOptions, Draft, LoadError, LoadOptions, SETTINGS_FILE};

use crate::{diagnostic, document::Documents, text::Text};

/// One tree.
pub(crate) struct Tree {
    /// The folder as the editor names it, perhaps through links.
    root: PathBuf,
    draft: Draft,
    /// Files whose reports have to be made again, relative to the root.
    stale: BTreeSet<PathBuf>,
}

impl Tree {
    /// The path of a file in the tree.
    pub(crate) fn inside(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.root).ok().map(Path::to_owned)
    }

    /// The path of a file of the tree, as the editor names it.
    pub(crate) fn outside(&self, file: &Path) -> PathBuf {
        self.root.join(file)
    }

    pub(crate) fn draft(&self) -> &Draft {
        &self.draft
    }

    fn touch(&mut self, changed: Result<Vec<PathBuf>, LoadError>) {
        match changed {
            Ok(files) => self.stale.extend(files),
            // What was read before is still the best answer.
            Err(error) => tracing::warn!("{error}"),
        }
    }
}

/// What the editor is to show of a file.
pub(crate) struct Due {
    /// The file as the editor names it.
    pub(crate) path: PathBuf,
    /// Its problems.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Every tree of which a file is open, or that is in a folder of the editor.
pub(crate) struct Workspace {
    trees: BTreeMap<PathBuf, Tree>,
    options: LoadOptions,
}

impl Workspace {
    pub(crate) fn new(options: LoadOptions) -> Self {
        Self { trees: BTreeMap::new(), options }
    }

    /// The trees that have been read.
    pub(crate) fn trees(&self) -> impl Iterator<Item = &Tree> {
        self.trees.values()
    }

    /// The tree of a file: the nearest folder above it with settings.
    pub(crate) fn tree_of(&mut self, path: &Path, documents: &Documents) -> Option<&mut Tree> {
        let has_settings = |folder: &Path| {
            let settings = folder.join(SETTINGS_FILE);
            documents.get(&settings).is_some() || settings.is_file()
        };
        let root = path.ancestors().skip(1).find(|folder| has_settings(folder))?.to_owned();
        self.open(&root, documents)
    }

    /// The tree at a folder, read if it is new.
    pub(crate) fn open(&mut self, root: &Path, documents: &Documents) -> Option<&mut Tree> {
        if !self.trees.contains_key(root) {
            let draft = match Draft::open_with(root, self.options.clone()) {
                Ok(draft) => draft,
                Err(error) => {
                    tracing::warn!("{error}");
                    return None;
                }
            };
            let stale = draft.files().map(Path::to_owned).collect();
            let mut tree = Tree { root: root.to_owned(), draft, stale };
            for (path, document) in documents.below(root) {
                if let Some(file) = tree.inside(path) {
                    let changed = tree.draft.set(&file, Arc::clone(document.text.content()));
                    tree.touch(changed);
                }
            }
            self.trees.insert(root.to_owned(), tree);
        }
        self.trees.get_mut(root)
    }

    /// Takes the text of a file that the editor has changed.
    pub(crate) fn set(&mut self, path: &Path, text: &Text, documents: &Documents) {
        if let Some(tree) = self.tree_of(path, documents)
            && let Some(file) = tree.inside(path)
        {
            let changed = tree.draft.set(file, Arc::clone(text.content()));
            tree.touch(changed);
        }
    }

    /// Reads a file again that another program has changed, or that the editor has closed.
    pub(crate) fn refresh(&mut self, path: &Path, documents: &Documents) {
        if let Some(tree) = self.tree_of(path, documents)
            && let Some(file) = tree.inside(path)
        {
            let changed = tree.draft.refresh(file);
            tree.touch(changed);
        }
    }

    /// Whether reports have to be made.
    pub(crate) fn is_stale(&self) -> bool {
        self.trees.values().any(|it| !it.stale.is_empty())
    }

    /// Closes the tree at a folder of the editor, unless a file of it is open. Returns that its files have no problems.
    pub(crate) fn close(&mut self, root: &Path, documents: &Documents) -> Vec<Due> {
        if documents.below(root).next().is_some() {
            return Vec::new();
        }
        let Some(tree) = self.trees.remove(root) else { return Vec::new() };
        let files = tree.draft.files().map(|file| tree.outside(file));
        files.map(|path| Due { path, diagnostics: Vec::new() }).collect()
    }

    /// Makes reports that are due, those of open files first, until the time is up.
    pub(crate) fn reports(
        &mut self,
        documents: &Documents,
        options: &CheckOptions<'_>,
        until: Instant,
    ) -> Vec<Due> {
        let Some(tree) = self.trees.values_mut().find(|it| !it.stale.is_empty()) else {
            return Vec::new();
        };
        let is_open = |file: &&PathBuf| documents.get(&tree.root.join(file)).is_some();
        let (mut due, rest): (Vec<_>, Vec<_>) = tree.stale.iter().partition(is_open);
        due.extend(rest);
        let made = tree.draft.with_checks(options, |check| {
            let mut made = Vec::new();
            for file in due {
                let path = tree.outside(file);
                let diagnostics = match check(file) {
                    Some(report) => diagnostic::of_report(&report, &path, |it| tree.outside(it)),
                    None => Vec::new(),
                };
                made.push((file.clone(), Due { path, diagnostics }));
                if Instant::now() >= until {
                    break;
                }
            }
            made
        });
        made.into_iter()
            .map(|(file, due)| {
                tree.stale.remove(&file);
                due
            })
            .collect()
    }
}
