//! A tree while it is edited: texts that are not saved yet take the place of files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use sps_model::{
    EndpointInfo,
    validate::{Span, is_like_a_key},
};

use crate::{
    check::{self, CheckOptions, Checker},
    code, file_name,
    label::Label,
    load::{Found, LoadError, LoadOptions, Part, SiteFile, Tree, Walk},
    repair::{self, Repair},
    report::{FileReport, Remark, SiteReport, Unreadable},
    resolve::{Spot, What},
    settings::{self, SETTINGS_FILE, Settings},
};

/// A tree while it is edited, as an editor holds it in memory.
///
/// [`Self::set`] takes the text of a file that is not saved yet, [`Self::refresh`] the file on the disk again. Both read
/// that one file anew and return the files whose reports may differ now; [`Self::report`] checks one of them. The reports
/// are those that [`Site::check`](crate::Site::check) has of the same files.
///
/// ```
/// use std::fs;
///
/// use sps_site::{CheckOptions, Draft};
///
/// let root = tempfile::tempdir()?;
/// fs::create_dir_all(root.path().join("policies/user_databases"))?;
/// let file = "policies/user_databases/staff.yaml";
/// fs::write(root.path().join(file), "name: staff\nusers: []\n")?;
///
/// let mut draft = Draft::open(root.path())?;
/// let changed = draft.set(file, "name: staf\nusers: []\n")?;
/// assert_eq!(changed, [std::path::Path::new(file)]);
/// let report = draft.report(file, &CheckOptions::default()).ok_or("the file is in the tree")?;
/// assert_eq!(report.report.errors().next().map(|it| it.code), Some("label-mismatch"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Draft {
    tree: Tree,
    options: LoadOptions,
    /// Every file, read by itself. The bodies of the objects are left out: no report needs them.
    parts: BTreeMap<PathBuf, Part>,
    /// What the walk over the folders has left out.
    unreadable: Vec<Unreadable>,
    notes: Vec<Remark>,
    /// What the files on the disk were like when they were read.
    stamps: Stamps,
}

/// The size of a file, and when it was changed.
type Stamp = (u64, Option<SystemTime>);

type Stamps = BTreeMap<PathBuf, Stamp>;

/// So many changed files are read one by one; with more, reading the whole tree is faster.
const MAX_SINGLE: usize = 20;

/// A reference by a label.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Reference<'d> {
    /// The file, relative to the root.
    pub file: &'d Path,
    /// The text of the file. It may have secrets.
    pub text: &'d str,
    /// The notation, or the bare key.
    pub span: Span,
    /// What it refers to.
    pub label: &'d Label,
}

impl fmt::Debug for Reference<'_> {
    /// Leaves the text out, which may have secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reference")
            .field("file", &self.file)
            .field("span", &self.span)
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

impl Draft {
    /// Reads a tree.
    ///
    /// # Errors
    /// As [`Site::load`](crate::Site::load).
    pub fn open(root: impl AsRef<Path>) -> Result<Self, LoadError> {
        Self::open_with(root, LoadOptions::default())
    }

    /// Reads a tree with other endpoints or limits than the default ones.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(root: impl AsRef<Path>, options: LoadOptions) -> Result<Self, LoadError> {
        let tree = Tree::open(root.as_ref(), &options)?;
        let (parts, unreadable, notes) = (BTreeMap::new(), Vec::new(), Vec::new());
        let stamps = Stamps::new();
        let mut draft = Self { tree, options, parts, unreadable, notes, stamps };
        draft.reload()?;
        Ok(draft)
    }

    /// Takes a text in place of the one of a file, which may not exist yet. Returns the files whose reports may differ now.
    ///
    /// # Errors
    /// As [`Self::open`]: the text is that of `sps.toml`, and the tree cannot be read again.
    pub fn set(
        &mut self,
        file: impl AsRef<Path>,
        text: impl Into<Arc<str>>,
    ) -> Result<Vec<PathBuf>, LoadError> {
        let file = file.as_ref();
        self.tree.texts.set(file, Some(text.into()));
        self.read(file)
    }

    /// Forgets the text that [`Self::set`] took and reads the file on the disk again, if it is still there. Returns the
    /// files whose reports may differ now.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn refresh(&mut self, file: impl AsRef<Path>) -> Result<Vec<PathBuf>, LoadError> {
        let file = file.as_ref();
        self.tree.texts.set(file, None);
        self.read(file)
    }

    /// Looks for files that other programs have changed since they were read, and reads those again. A change counts if the
    /// size of a file or its time differs. Texts that are not saved stay. Returns the files whose reports may differ now.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn rescan(&mut self) -> Result<Vec<PathBuf>, LoadError> {
        let walk = self.tree.walk()?;
        let stamps = stamps(self.root(), &walk);
        let before = std::mem::replace(&mut self.stamps, stamps);
        let differs = |path: &&PathBuf| before.get(*path) != self.stamps.get(*path);
        let changed = before.keys().chain(self.stamps.keys()).filter(differs);
        let changed: BTreeSet<PathBuf> = changed.cloned().collect();
        let is_walk_same = walk.unreadable == self.unreadable && walk.notes == self.notes;
        if changed.len() <= MAX_SINGLE
            && is_walk_same
            && !changed.contains(Path::new(SETTINGS_FILE))
        {
            let mut reports = BTreeSet::new();
            for path in changed {
                reports.extend(self.read(&path)?);
            }
            return Ok(reports.into_iter().collect());
        }
        let mut reports: BTreeSet<_> = self.all().into_iter().collect();
        self.reload()?;
        reports.extend(self.all());
        Ok(reports.into_iter().collect())
    }

    /// Reads every file again, such as after changes that other programs have made. Texts that are not saved stay.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn reload(&mut self) -> Result<(), LoadError> {
        self.tree.read_settings(&self.options)?;
        let walk = self.tree.walk()?;
        self.stamps = stamps(self.root(), &walk);
        (self.unreadable, self.notes) = (walk.unreadable, walk.notes);
        let unsaved = self.tree.texts.unsaved().filter_map(|path| Found::new(path.to_owned()));
        let reader = self.tree.reader();
        let found = walk.found.into_iter().chain(unsaved);
        self.parts = found
            .map(|found| {
                let part = reader.read(&found).without_object();
                (found.path, part)
            })
            .collect();
        self.fill();
        Ok(())
    }

    /// The folder of the tree, without links.
    pub fn root(&self) -> &Path {
        self.tree.texts.root()
    }

    /// The settings of `sps.toml`; the default ones if there is no such file.
    pub fn settings(&self) -> &Settings {
        &self.tree.settings
    }

    /// The files of objects, and others with a mistake, relative to the root and sorted.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.tree.files.iter().map(|it| it.path.as_path())
    }

    /// The endpoint of a file, if it is that of an object, whatever its text is.
    pub fn endpoint(&self, file: impl AsRef<Path>) -> Option<&'static EndpointInfo> {
        self.find(file.as_ref())?.1.endpoint
    }

    /// The files that belong to the tree and could not be read.
    pub fn unreadable(&self) -> impl Iterator<Item = &Unreadable> {
        self.tree.unreadable.iter()
    }

    /// What the objects are called, with their files.
    pub fn labels(&self) -> impl Iterator<Item = (&Label, &Path)> {
        self.tree.files.iter().filter_map(|it| Some((it.label.as_ref()?, it.path.as_path())))
    }

    /// The name of the file of an object without the ending; nothing if the object is alone at its endpoint.
    pub fn file_stem(label: &Label) -> Option<String> {
        label.name().map(file_name::stem)
    }

    /// The text of the file of an object, as it was read last. It may have secrets.
    pub fn text(&self, file: impl AsRef<Path>) -> Option<&str> {
        Some(&*self.find(file.as_ref())?.1.text)
    }

    /// What the object of a file is called, if that is known.
    pub fn label(&self, file: impl AsRef<Path>) -> Option<&Label> {
        self.find(file.as_ref())?.1.label.as_ref()
    }

    /// Every reference by a label, in the files that could be read. One behind an anchor counts once, whatever its aliases.
    pub fn references(&self) -> impl Iterator<Item = Reference<'_>> {
        self.tree.files.iter().flat_map(|file| {
            let mut seen = BTreeSet::new();
            let places = references(file).filter(move |(_, spot)| seen.insert(spot.span));
            places.map(|(label, spot)| Reference {
                file: &file.path,
                text: &file.text,
                span: spot.span,
                label,
            })
        })
    }

    /// The files of objects whose texts cannot be read now, with the texts: what they refer to is not known.
    pub fn unread(&self) -> impl Iterator<Item = (&Path, &str)> {
        let files = self.tree.files.iter();
        let unread = files.filter(|it| it.endpoint.is_some() && it.format.is_none());
        unread.map(|it| (it.path.as_path(), &*it.text))
    }

    /// The text of `sps.toml`, and the edit that lets the files break the rule with this code: new text in place of some
    /// bytes. `None`: the rule cannot be waived or is so already, or the file is broken.
    pub fn settings_allowing(&self, code: &str) -> Option<(&str, (Span, String))> {
        let (text, problems) = match &self.tree.settings_file {
            Some((text, problems)) => (&**text, problems.as_slice()),
            None => ("", [].as_slice()),
        };
        if !problems.is_empty() || self.tree.settings.allow.iter().any(|it| it == code) {
            return None;
        }
        Some((text, settings::allowing(text, code, &self.tree.places)?))
    }

    /// Checks a file. `None`: it is no file of an object and has no mistake.
    pub fn report(&self, file: impl AsRef<Path>, options: &CheckOptions<'_>) -> Option<FileReport> {
        self.reports([file.as_ref()], options).pop()
    }

    /// Checks some files. Those that are no files of objects and have no mistake are left out.
    pub fn reports<'f>(
        &self,
        files: impl IntoIterator<Item = &'f Path>,
        options: &CheckOptions<'_>,
    ) -> Vec<FileReport> {
        self.with_checks(options, |report| files.into_iter().filter_map(report).collect())
    }

    /// Hands on what checks one file, for callers that decide after each file whether to go on.
    pub fn with_checks<R>(
        &self,
        options: &CheckOptions<'_>,
        work: impl FnOnce(&dyn Fn(&Path) -> Option<FileReport>) -> R,
    ) -> R {
        let waived = check::waived(&self.tree, options);
        let checker = Checker::new(&self.tree, options, &waived);
        work(&|path| {
            if path == Path::new(SETTINGS_FILE) {
                return check::settings_report(&self.tree);
            }
            let (number, file) = self.find(path)?;
            Some(file.reported(checker.file(number, file)))
        })
    }

    /// Checks every file.
    pub fn check(&self, options: &CheckOptions<'_>) -> SiteReport {
        check::check(&self.tree, options)
    }

    /// Finds the repairs of a file that leave no choice: all of them, or only that of the problem with this code and
    /// pointer. Nothing is written.
    pub fn repair(
        &self,
        file: impl AsRef<Path>,
        only: Option<(&str, &str)>,
        options: &CheckOptions<'_>,
    ) -> Option<Repair> {
        let (number, _) = self.find(file.as_ref())?;
        repair::repair_of(&self.tree, options, number, only)
    }

    fn find(&self, path: &Path) -> Option<(usize, &SiteFile)> {
        let number = self.tree.files.binary_search_by(|it| it.path.as_path().cmp(path)).ok()?;
        Some((number, &self.tree.files[number]))
    }

    /// Reads a file again.
    fn read(&mut self, file: &Path) -> Result<Vec<PathBuf>, LoadError> {
        if file == Path::new(SETTINGS_FILE) {
            self.reload()?;
            return Ok(self.all());
        }
        let mut read_again = self.tree.texts.readers(file).unwrap_or_default();
        if !self.parts.contains_key(file) {
            // Another file may wait for it.
            let waits =
                |it: &&Arc<SiteFile>| it.problems.iter().any(|it| it.code == code::UNREADABLE_FILE);
            read_again.extend(self.tree.files.iter().filter(waits).map(|it| it.path.clone()));
        }
        read_again.insert(file.to_owned());
        let before = Shown::of(self, &read_again);
        let mut is_same_tree = true;
        for path in &read_again {
            match stamp(&self.root().join(path)) {
                Some(stamp) => self.stamps.insert(path.clone(), stamp),
                None => self.stamps.remove(path),
            };
            self.tree.texts.forget(path);
            let found = Found::new(path.clone()).filter(|_| self.tree.texts.exists(path));
            let part = found.map(|it| self.tree.reader().read(&it).without_object());
            is_same_tree &= part.as_ref().is_some_and(|it| self.replace(path, it));
            match part {
                Some(part) => self.parts.insert(path.clone(), part),
                None => self.parts.remove(path),
            };
        }
        if !is_same_tree || before.texts != self.tree.texts.read_files() {
            self.fill();
        }
        let after = Shown::of(self, &read_again);
        let mut changed = read_again;
        changed.extend(before.others(&after, &self.tree));
        Ok(changed.into_iter().collect())
    }

    /// Puts a file that was read again in its place, if all other files stay as they are: it has the only label that it had
    /// before. Every edit but one of a name is such a case.
    fn replace(&mut self, path: &Path, part: &Part) -> bool {
        let Part::File(file, _) = part else { return false };
        let Some((number, old)) = self.find(path) else { return false };
        let is_twice = || old.problems.iter().any(|it| it.code == code::DUPLICATE_LABEL);
        if file.label.is_none() || file.label != old.label || is_twice() {
            return false;
        }
        self.tree.files[number] = Arc::clone(file);
        true
    }

    fn fill(&mut self) {
        let parts = self.parts.values().cloned();
        self.tree.fill(self.unreadable.clone(), self.notes.clone(), parts);
    }

    fn all(&self) -> Vec<PathBuf> {
        let files = self.tree.files.iter().map(|it| it.path.clone());
        files.chain([PathBuf::from(SETTINGS_FILE)]).collect()
    }
}

impl fmt::Debug for Draft {
    /// Leaves the texts out, which may have secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("root", &self.root())
            .field("files", &self.tree.files.len())
            .field("settings", &self.tree.settings)
            .finish_non_exhaustive()
    }
}

/// The stamps of all files.
fn stamps(root: &Path, walk: &Walk) -> Stamps {
    let stamp = |found: &Found| Some((found.path.clone(), stamp(&root.join(&found.path))?));
    walk.found.iter().filter_map(stamp).collect()
}

/// What a file is like now, if it is there.
fn stamp(path: &Path) -> Option<Stamp> {
    let is = fs::metadata(path).ok()?;
    Some((is.len(), is.modified().ok()))
}

/// What the reports about other files take from some files.
#[derive(Default)]
struct Shown {
    /// The labels, by the files that have them: names that references may mean.
    labels: BTreeSet<(PathBuf, Label)>,
    /// The labels of files with an error that hides their names.
    hidden: BTreeSet<Label>,
    /// What references of these files lead to, with the place where that may be said: an object of a single user has its
    /// first use there.
    uses: BTreeSet<(Label, Option<usize>)>,
    /// The files that a `$file` reads.
    texts: BTreeSet<PathBuf>,
}

impl Shown {
    fn of(draft: &Draft, files: &BTreeSet<PathBuf>) -> Self {
        let tree = &draft.tree;
        let mut shown = Self { texts: tree.texts.read_files(), ..Self::default() };
        for path in files {
            let number = tree.files.binary_search_by(|it| it.path.cmp(path));
            let file = number.ok().map(|number| &tree.files[number]);
            match file.and_then(|it| it.label.clone()) {
                Some(label) => drop(shown.labels.insert((path.clone(), label))),
                None if draft.parts.contains_key(path) => {
                    shown.hidden.extend(check::label_of_path(path, &tree.places));
                }
                None => {}
            }
            shown.uses.extend(file.into_iter().flat_map(|it| references(it)).map(
                |(label, spot)| {
                    // Everything else has many users.
                    let is_single = label.name().is_some_and(is_like_a_key);
                    (label.clone(), is_single.then_some(spot.span.start))
                },
            ));
        }
        shown
    }

    /// The files whose reports differ when this becomes that.
    fn others(&self, that: &Self, tree: &Tree) -> Vec<PathBuf> {
        let labels = self.labels.symmetric_difference(&that.labels).map(|(_, label)| label);
        let hidden = self.hidden.symmetric_difference(&that.hidden);
        let collections: BTreeSet<_> = labels.chain(hidden).map(Label::endpoint).collect();
        let uses: BTreeSet<_> =
            self.uses.symmetric_difference(&that.uses).map(|(label, _)| label).collect();
        let texts: BTreeSet<_> = self.texts.symmetric_difference(&that.texts).collect();
        let is_other = |file: &SiteFile| {
            // A name that is gone or new may be near to any other of its collection, or the same in other letters.
            match &file.label {
                Some(label) if collections.contains(label.endpoint()) => return true,
                None if !collections.is_empty() => return true,
                _ => {}
            }
            let is_text = || texts.contains(&tree.texts.root().join(&file.path));
            references(file).any(|(it, _)| collections.contains(it.endpoint()) || uses.contains(it))
                || (!texts.is_empty() && is_text())
        };
        // A text that was read is no file of the tree, and it is one when it is read no longer.
        let texts = texts.iter().filter_map(|it| it.strip_prefix(tree.texts.root()).ok());
        let texts = texts.map(Path::to_owned);
        tree.files.iter().filter(|it| is_other(it)).map(|it| it.path.clone()).chain(texts).collect()
    }
}

/// The labels that a file refers to, and where.
fn references(file: &SiteFile) -> impl Iterator<Item = (&Label, &Spot)> {
    file.spots.iter().filter_map(|spot| match &spot.what {
        What::Ref { label, .. } => Some((label, spot)),
        _ => None,
    })
}
