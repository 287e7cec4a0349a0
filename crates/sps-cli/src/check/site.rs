//! Trees of files: which paths of a command line are in one, and which of their files are meant.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use sps_site::{FileReport, SETTINGS_FILE};
use sps_validate::Form;

use crate::check::{document::Positions, exclude::Pattern, validate::Checked};

/// A tree, and what of it is selected.
#[derive(Debug, Clone)]
pub(crate) struct SiteSelection {
    /// Its root, as it is shown.
    pub(crate) root: PathBuf,
    parts: Vec<Part>,
    exclude: Vec<Pattern>,
}

/// A file or a folder of a tree.
#[derive(Debug, Clone)]
struct Part {
    /// As it was named.
    name: PathBuf,
    /// Relative to the root of the tree.
    inside: PathBuf,
    is_folder: bool,
    /// The folder relative to the one of the command line, for patterns.
    below: PathBuf,
}

impl SiteSelection {
    /// A whole tree that was found below a folder.
    pub(crate) fn found(root: PathBuf, below: PathBuf, exclude: &[Pattern]) -> Self {
        let part = Part { name: root.clone(), inside: PathBuf::new(), is_folder: true, below };
        Self { root, parts: vec![part], exclude: exclude.to_vec() }
    }

    /// The name of a file of the tree, relative to its root, as people know it; `None` if it is not selected.
    pub(crate) fn selected(&self, file: &Path) -> Option<String> {
        self.parts.iter().find_map(|part| {
            let rest = file.strip_prefix(&part.inside).ok()?;
            if !part.is_folder {
                return rest.as_os_str().is_empty().then(|| part.name.display().to_string());
            }
            let path = part.below.join(rest);
            let mut prefixes = path.ancestors().filter(|it| !it.as_os_str().is_empty());
            let is_excluded = prefixes.any(|path| self.exclude.iter().any(|it| it.matches(path)));
            (!is_excluded).then(|| part.name.join(rest).display().to_string())
        })
    }

    /// The name of any file of the tree.
    pub(crate) fn shown(&self, file: &Path) -> String {
        self.selected(file).unwrap_or_else(|| self.root.join(file).display().to_string())
    }

    /// The files that were named themselves: as they were, and relative to the root.
    pub(crate) fn named_files(&self) -> impl Iterator<Item = (&Path, &Path)> {
        let files = self.parts.iter().filter(|it| !it.is_folder);
        files.map(|it| (it.name.as_path(), it.inside.as_path()))
    }

    /// The folders that were named, but for the root.
    pub(crate) fn named_folders(&self) -> impl Iterator<Item = (&Path, &Path)> {
        let folders = self.parts.iter().filter(|it| it.is_folder);
        let folders = folders.map(|it| (it.name.as_path(), it.inside.as_path()));
        folders.filter(|(_, inside)| !inside.as_os_str().is_empty())
    }
}

/// The paths of a command line that are in trees.
#[derive(Debug, Default)]
pub(super) struct Sites {
    /// The trees that were not taken yet, by their roots without links.
    trees: BTreeMap<PathBuf, SiteSelection>,
    /// The root of each path.
    roots: BTreeMap<PathBuf, PathBuf>,
    /// What was found for each folder.
    known: BTreeMap<PathBuf, Option<PathBuf>>,
}

impl Sites {
    /// Sorts the paths by the trees that they are in.
    pub(super) fn of(paths: &[PathBuf], exclude: &[Pattern]) -> Self {
        let mut sites = Self::default();
        for path in paths {
            sites.add(path, exclude);
        }
        sites
    }

    /// The tree of a path: `None` if it is in none. Each tree is handed out once, for all paths in it.
    #[expect(clippy::option_option, reason = "in a tree or not, and handed out before or not")]
    pub(super) fn take(&mut self, path: &Path) -> Option<Option<SiteSelection>> {
        let root = self.roots.get(path)?;
        Some(self.trees.remove(root))
    }

    fn add(&mut self, path: &Path, exclude: &[Pattern]) {
        let is_folder = path.is_dir();
        let Some(real) = real(path, is_folder).filter(|it| it.exists()) else { return };
        let folder = if is_folder { Some(real.as_path()) } else { real.parent() };
        let Some(root) = folder.and_then(|it| self.root_of(it)) else { return };
        let Ok(inside) = real.strip_prefix(&root).map(Path::to_owned) else { return };
        let is_root = is_folder && inside.as_os_str().is_empty();
        let tree = self.trees.entry(root.clone()).or_insert_with(|| SiteSelection {
            root: shown_root(&root),
            parts: Vec::new(),
            exclude: exclude.to_vec(),
        });
        if is_root {
            path.clone_into(&mut tree.root);
        }
        let (name, below) = (path.to_owned(), PathBuf::new());
        tree.parts.push(Part { name, inside, is_folder, below });
        self.roots.insert(path.to_owned(), root);
    }

    /// The nearest folder with settings, from this one up.
    fn root_of(&mut self, folder: &Path) -> Option<PathBuf> {
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let root = folder.ancestors().find(|it| is_root(it)).map(Path::to_owned);
        self.known.insert(folder.to_owned(), root.clone());
        root
    }
}

/// Whether a folder is the root of a tree.
pub(super) fn is_root(folder: &Path) -> bool {
    // One that cannot be read makes a tree too, which says so.
    fs::symlink_metadata(folder.join(SETTINGS_FILE)).is_ok()
}

/// The path without links in its folders. A file that is a link keeps its own name, which says where it belongs.
fn real(path: &Path, is_folder: bool) -> Option<PathBuf> {
    if is_folder {
        return fs::canonicalize(path).ok();
    }
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
    Some(fs::canonicalize(parent.unwrap_or_else(|| Path::new("."))).ok()?.join(path.file_name()?))
}

/// A root as seen from the current directory, where that is in the tree or above it.
fn shown_root(root: &Path) -> PathBuf {
    let Ok(current) = env::current_dir().and_then(fs::canonicalize) else {
        return root.to_owned();
    };
    if let Ok(below) = root.strip_prefix(&current) {
        let is_here = below.as_os_str().is_empty();
        return if is_here { PathBuf::from(".") } else { below.to_owned() };
    }
    match current.strip_prefix(root) {
        Ok(inside) => inside.components().map(|_| "..").collect(),
        Err(_) => root.to_owned(),
    }
}

/// A file of a tree as a document, with a name for it and for other files of the tree.
pub(crate) fn checked(file: &FileReport, shown: impl Fn(&Path) -> String) -> Checked {
    let source = shown(&file.file);
    let mut report = file.report.clone();
    for related in report.diagnostics.iter_mut().flat_map(|it| &mut it.related) {
        if let Some(other) = &mut related.file {
            other.name = shown(Path::new(&other.name));
        }
    }
    Checked {
        file: source.clone(),
        source,
        endpoint: file.endpoint.map(|it| it.path),
        form: Form::Request,
        subject: file.endpoint.and_then(|it| it.subject(Form::Request)),
        report,
        text: file.text.to_string(),
        positions: Positions::of_file(&file.text),
        resend: None,
        fixes: Vec::new(),
        is_in_tree: true,
    }
}
