//! The trees that the editor works on, and the files outside of trees.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use lsp_types::Diagnostic;
use sps_site::{Draft, LoadError, LoadOptions, SETTINGS_FILE};

use crate::{Settings, diagnostic, document::Documents, text::Text};

/// How deep below a folder of the editor trees are looked for.
const MAX_DEPTH: usize = 4;
/// In how many folders trees are looked for.
const MAX_FOLDERS: usize = 2_000;

/// One tree.
pub(crate) struct Tree {
    /// The folder, as [`Spellings`](crate::uri::Spellings) makes paths.
    root: PathBuf,
    draft: Draft,
    /// Files whose reports have to be made again, relative to the root.
    stale: BTreeSet<PathBuf>,
}

impl Tree {
    fn open(root: &Path, options: &LoadOptions, documents: &Documents) -> Result<Self, LoadError> {
        let draft = Draft::open_with(root, options.clone())?;
        let mut stale: BTreeSet<_> = draft.files().map(Path::to_owned).collect();
        stale.insert(SETTINGS_FILE.into());
        stale.extend(draft.unreadable().map(|it| it.file.clone()));
        let mut tree = Self { root: root.to_owned(), draft, stale };
        for (path, document) in documents.below(root) {
            if let Some(file) = tree.inside(path) {
                tree.set(&file, document.text.content());
            }
        }
        Ok(tree)
    }

    /// The path of a file in the tree.
    pub(crate) fn inside(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.root).ok().map(Path::to_owned)
    }

    /// The whole path of a file of the tree.
    pub(crate) fn outside(&self, file: &Path) -> PathBuf {
        self.root.join(file)
    }

    pub(crate) fn draft(&self) -> &Draft {
        &self.draft
    }

    fn set(&mut self, file: &Path, text: &Arc<str>) {
        let changed = self.draft.set(file, Arc::clone(text));
        self.touch(changed);
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
    pub(crate) path: PathBuf,
    /// Its problems.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Every tree of which a file is open, or that is in a folder of the editor.
pub(crate) struct Workspace {
    /// By their roots.
    trees: BTreeMap<PathBuf, Tree>,
    /// Open files outside of trees whose reports have to be made again.
    singles: BTreeSet<PathBuf>,
    options: LoadOptions,
}

impl Workspace {
    pub(crate) fn new(options: LoadOptions) -> Self {
        Self { trees: BTreeMap::new(), singles: BTreeSet::new(), options }
    }

    /// The trees that have been read.
    pub(crate) fn trees(&self) -> impl Iterator<Item = &Tree> {
        self.trees.values()
    }

    /// The tree of a file: the nearest folder above it with settings.
    pub(crate) fn tree_of(&mut self, path: &Path, documents: &Documents) -> Option<&mut Tree> {
        let root = Roots::new(documents).of(path)?;
        self.open(&root, documents)
    }

    fn open(&mut self, root: &Path, documents: &Documents) -> Option<&mut Tree> {
        if !self.trees.contains_key(root) {
            match Tree::open(root, &self.options, documents) {
                Ok(tree) => drop(self.trees.insert(root.to_owned(), tree)),
                Err(error) => {
                    tracing::warn!("{error}");
                    return None;
                }
            }
        }
        self.trees.get_mut(root)
    }

    /// Opens the trees at and below a folder of the editor.
    pub(crate) fn open_below(&mut self, folder: &Path, documents: &Documents) {
        let mut folders = vec![(folder.to_owned(), 0)];
        let mut next = 0;
        while let Some((folder, depth)) = folders.get(next).cloned() {
            next += 1;
            if folder.join(SETTINGS_FILE).is_file() {
                self.open(&folder, documents);
            }
            if depth == MAX_DEPTH {
                continue;
            }
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                // Links may lead anywhere, and hidden folders belong to other programs.
                let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
                let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
                if is_folder && !is_hidden && folders.len() < MAX_FOLDERS {
                    folders.push((entry.path(), depth + 1));
                }
            }
        }
    }

    /// Takes the text of a file that the editor has changed.
    pub(crate) fn set(&mut self, path: &Path, text: &Text, documents: &Documents) {
        let Some(tree) = self.tree_of(path, documents) else {
            self.singles.insert(path.to_owned());
            return;
        };
        if let Some(file) = tree.inside(path) {
            tree.set(&file, text.content());
        }
    }

    /// Reads files again that another program has changed, or that the editor has closed.
    pub(crate) fn refresh<'p>(
        &mut self,
        paths: impl IntoIterator<Item = &'p Path>,
        documents: &Documents,
    ) {
        self.drop_trees(documents);
        for path in paths {
            self.refresh_one(path, documents);
        }
    }

    fn refresh_one(&mut self, path: &Path, documents: &Documents) {
        match self.tree_of(path, documents) {
            Some(tree) => {
                let Some(file) = tree.inside(path) else { return };
                let is_folder = path.is_dir();
                let is_unknown = !path.exists() && tree.draft.endpoint(&file).is_none();
                let changed = if is_folder || is_unknown {
                    // A whole folder came or went.
                    tree.draft.rescan()
                } else {
                    tree.draft.refresh(file)
                };
                tree.touch(changed);
            }
            None => drop(self.singles.insert(path.to_owned())),
        }
    }

    /// Looks for changes of files that other programs have made.
    pub(crate) fn rescan(&mut self, documents: &Documents) {
        self.drop_trees(documents);
        for tree in self.trees.values_mut() {
            let changed = tree.draft.rescan();
            tree.touch(changed);
        }
    }

    /// Gives up trees whose settings are gone: their files belong to a tree above, or to none.
    fn drop_trees(&mut self, documents: &Documents) {
        let roots = Roots::new(documents);
        let gone: Vec<_> =
            self.trees.keys().filter(|it| !roots.has_settings(it)).cloned().collect();
        for root in gone {
            self.forget(&root);
        }
    }

    /// Whether reports have to be made.
    pub(crate) fn is_stale(&self) -> bool {
        !self.singles.is_empty() || self.trees.values().any(|it| !it.stale.is_empty())
    }

    /// Closes the trees in a folder that the editor has no longer, unless a file of them is open.
    pub(crate) fn close_below(&mut self, folder: &Path, documents: &Documents) {
        let is_idle = |root: &Path| documents.below(root).next().is_none();
        let roots = self.trees.keys().filter(|it| it.starts_with(folder) && is_idle(it));
        for root in roots.cloned().collect::<Vec<_>>() {
            self.forget(&root);
        }
    }

    /// Drops a tree; its files are looked at once more, since each may be in another tree or in none.
    fn forget(&mut self, root: &Path) {
        if let Some(tree) = self.trees.remove(root) {
            let files = tree.draft.files().chain([Path::new(SETTINGS_FILE)]);
            self.singles.extend(files.map(|file| tree.outside(file)));
        }
    }

    /// Makes reports that are due, those of open files first, until the time is up.
    pub(crate) fn reports(
        &mut self,
        documents: &Documents,
        settings: &Settings,
        until: Instant,
    ) -> Vec<Due> {
        if !self.singles.is_empty() {
            return self.singles_due(documents, settings);
        }
        let Some(tree) = self.trees.values_mut().find(|it| !it.stale.is_empty()) else {
            return Vec::new();
        };
        let roots = Roots::new(documents);
        let is_open = |file: &&PathBuf| documents.get(&tree.outside(file)).is_some();
        let (mut due, rest): (Vec<_>, Vec<_>) = tree.stale.iter().partition(is_open);
        due.extend(rest);
        let made = settings.with_options(|options| {
            tree.draft.with_checks(options, |check| {
                let mut made = Vec::new();
                for file in due {
                    let path = tree.outside(file);
                    // The files of a tree inside of this one are its own.
                    let is_own = roots.of(&path).as_deref() == Some(&*tree.root);
                    let report = is_own.then(|| checked(file, || check(file))).flatten();
                    let diagnostics = if let Some(report) = report {
                        let text = Text::new(Arc::clone(&report.text));
                        diagnostic::of_report(&report.report, &text, &path, |it| tree.outside(it))
                    } else {
                        let unreadable = tree.draft.unreadable().find(|it| it.file == *file);
                        unreadable
                            .map(|it| diagnostic::unreadable(&it.reason))
                            .into_iter()
                            .collect()
                    };
                    made.push((file.clone(), is_own.then_some(Due { path, diagnostics })));
                    if Instant::now() >= until {
                        break;
                    }
                }
                made
            })
        });
        for (file, _) in &made {
            tree.stale.remove(file);
        }
        made.into_iter().filter_map(|(_, due)| due).collect()
    }

    /// The reports of files outside of trees. One that is not open has no problems.
    fn singles_due(&mut self, documents: &Documents, settings: &Settings) -> Vec<Due> {
        let mut dues = Vec::new();
        for path in std::mem::take(&mut self.singles) {
            if let Some(tree) = self.tree_of(&path, documents) {
                // Settings appeared above it.
                let file = tree.inside(&path);
                tree.stale.extend(file);
                continue;
            }
            let text = documents.get(&path).map(|it| &it.text);
            let check = |text: &Text| {
                let check = || settings.library.check(&path, text.content(), settings);
                let report = checked(&path, check)?;
                Some(diagnostic::of_report(&report, text, &path, Path::to_owned))
            };
            let diagnostics = text.and_then(check).unwrap_or_default();
            dues.push(Due { path, diagnostics });
        }
        dues
    }
}

/// Runs a check of a file; a mistake of the check ends neither the server nor the checks of other files.
fn checked<R>(file: &Path, check: impl FnOnce() -> Option<R>) -> Option<R> {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| {
        tracing::error!("the check of {} failed; this is a mistake of the server", file.display());
        None
    })
}

/// Which folders are the roots of trees; each is looked at once.
struct Roots<'d> {
    documents: &'d Documents,
    known: RefCell<HashMap<PathBuf, bool>>,
}

impl<'d> Roots<'d> {
    fn new(documents: &'d Documents) -> Self {
        Self { documents, known: RefCell::default() }
    }

    /// The root of the tree of a file: the nearest folder above it with settings.
    fn of(&self, path: &Path) -> Option<PathBuf> {
        path.ancestors().skip(1).find(|folder| self.has_settings(folder)).map(Path::to_owned)
    }

    fn has_settings(&self, folder: &Path) -> bool {
        if let Some(known) = self.known.borrow().get(folder) {
            return *known;
        }
        let settings = folder.join(SETTINGS_FILE);
        let has = self.documents.get(&settings).is_some() || settings.is_file();
        self.known.borrow_mut().insert(folder.to_owned(), has);
        has
    }
}
