//! The files of a tree: found, told apart from what does not belong to it, and read.

mod duplicates;
mod files;
mod kind;
mod part;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sps_model::{
    EndpointInfo, EndpointKind,
    validate::{Diagnostic, Limits, json::Node, yaml::Marks},
};

pub(crate) use self::{
    files::{Found, Walk},
    part::{Part, Reader, SiteFile},
};
use crate::{
    label::Label,
    naming,
    object::Object,
    place::{Places, short},
    read,
    report::{Remark, Unreadable},
    resolve::{Resolved, Surroundings, TextFiles, resolve},
    settings::{SETTINGS_FILE, Settings},
};

/// Why a tree cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The root is no folder, or cannot be read.
    #[error("cannot read the folder {}: {reason}", folder.display())]
    Root {
        /// The root.
        folder: PathBuf,
        /// Why.
        reason: String,
    },
    /// `sps.toml` is there and cannot be read.
    #[error("cannot read {}: {reason}", file.display())]
    Settings {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
}

/// How a tree is read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoadOptions {
    /// The endpoints that are known; by default those that were compiled in.
    pub endpoints: Vec<&'static EndpointInfo>,
    /// Limits of one file.
    pub limits: Limits,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self { endpoints: sps_model::endpoints().collect(), limits: Limits::default() }
    }
}

impl LoadOptions {
    /// Sets the endpoints that are known, such as those of a spec that is read at run time.
    #[must_use]
    pub fn with_endpoints(
        mut self,
        endpoints: impl IntoIterator<Item = &'static EndpointInfo>,
    ) -> Self {
        self.endpoints = endpoints.into_iter().collect();
        self
    }

    /// Sets the limits of one file.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// Everything that is known about a tree before its bodies are checked.
pub(crate) struct Tree {
    pub(crate) places: Places,
    pub(crate) settings: Settings,
    /// The text of `sps.toml`, and what is wrong with it.
    pub(crate) settings_file: Option<(Arc<str>, Vec<Diagnostic>)>,
    pub(crate) files: Vec<Arc<SiteFile>>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) notes: Vec<Remark>,
    pub(crate) objects: Vec<Object>,
    pub(crate) limits: Limits,
    /// The texts of the files.
    pub(crate) texts: TextFiles,
}

impl Tree {
    /// Reads a tree.
    pub(crate) fn load(root: &Path, options: &LoadOptions) -> Result<Self, LoadError> {
        let mut tree = Self::open(root, options)?;
        let walk = tree.walk()?;
        let reader = tree.reader();
        let parts: Vec<_> = walk.found.iter().map(|it| reader.read(it)).collect();
        tree.fill(walk.unreadable, walk.notes, parts);
        Ok(tree)
    }

    /// Reads the settings of a tree, and no file yet.
    pub(crate) fn open(root: &Path, options: &LoadOptions) -> Result<Self, LoadError> {
        let refuse = |error: &io::Error| LoadError::Root {
            folder: root.to_owned(),
            reason: read::reason(error),
        };
        let canonical = fs::canonicalize(root).map_err(|error| refuse(&error))?;
        if !canonical.is_dir() {
            return Err(refuse(&io::ErrorKind::NotADirectory.into()));
        }
        let mut tree = Self {
            places: Places::default(),
            settings: Settings::default(),
            settings_file: None,
            files: Vec::new(),
            unreadable: Vec::new(),
            notes: Vec::new(),
            objects: Vec::new(),
            limits: options.limits,
            texts: TextFiles::new(canonical, options.limits.bytes),
        };
        tree.read_settings(options)?;
        Ok(tree)
    }

    /// Reads `sps.toml`, which decides which endpoints there are.
    pub(crate) fn read_settings(&mut self, options: &LoadOptions) -> Result<(), LoadError> {
        let mut places = Places::new(options.endpoints.iter().copied());
        let file = Path::new(SETTINGS_FILE);
        (self.settings, self.settings_file) = if self.texts.exists(file) {
            let text = self.texts.text_inside(file, &options.limits);
            let file = || self.texts.root().join(file);
            let text = text.map_err(|reason| LoadError::Settings { file: file(), reason })?;
            let (settings, problems) = Settings::read(&text, &mut places);
            (settings, Some((text, problems)))
        } else {
            (Settings::default(), None)
        };
        self.places = places;
        Ok(())
    }

    /// Finds the files of the tree on the disk.
    pub(crate) fn walk(&self) -> Result<Walk, LoadError> {
        let root = self.texts.root();
        Walk::read(root).map_err(|error| LoadError::Root {
            folder: root.to_owned(),
            reason: read::reason(&error),
        })
    }

    /// What reads the files.
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader { places: &self.places, texts: &self.texts, limits: &self.limits }
    }

    /// Takes the files over, with what the walk has left out, and finds what only all of them show.
    pub(crate) fn fill(
        &mut self,
        unreadable: Vec<Unreadable>,
        notes: Vec<Remark>,
        parts: impl IntoIterator<Item = Part>,
    ) {
        (self.unreadable, self.notes) = (unreadable, notes);
        (self.files, self.objects) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Part::File(file, object) => {
                    self.files.push(file);
                    self.objects.extend(object);
                }
                Part::Other(file) if self.texts.has_read(&file.path) => {}
                Part::Other(file) => self.files.push(file),
                Part::Unreadable(it) => self.unreadable.push(it),
                Part::Note(it) => self.notes.push(it),
                Part::Silent => {}
            }
        }
        self.files.sort_by(|one, other| one.path.cmp(&other.path));
        let twice = duplicates::duplicates(&mut self.files);
        self.objects.retain(|object| !twice.contains(&object.label));
        self.objects.sort_by(|one, other| one.label.cmp(&other.label));
        self.unreadable.sort_by(|one, other| one.file.cmp(&other.file));
        self.notes.sort_by(|one, other| one.file.cmp(&other.file));
    }
}

/// The label of the object in a file, and its notations; the stem is its name, if it is in a collection.
pub(crate) fn read_object(
    root: &Node<'_>,
    marks: Option<&Marks>,
    endpoint: &'static EndpointInfo,
    stem: Option<&str>,
    surroundings: Surroundings<'_>,
) -> (Result<Label, Box<Diagnostic>>, Resolved) {
    let naming = match stem {
        None => Ok(Label::of_singleton(short(endpoint))),
        Some(stem) => naming::of_object(endpoint, stem, &ending(surroundings.file), root),
    };
    let mut resolved = resolve(root, endpoint, surroundings);
    if let Some(marks) = marks {
        let hidden = &mut resolved.sensitive;
        let repeated: Vec<_> = hidden.iter().flat_map(|it| marks.targets(*it)).collect();
        hidden.extend(repeated);
    }
    (naming, resolved)
}

/// The ending of a file with its dot.
fn ending(path: &Path) -> String {
    path.extension().map(|it| format!(".{}", it.to_string_lossy())).unwrap_or_default()
}

/// Whether nothing can be configured at an endpoint.
pub(crate) fn has_no_body(endpoint: &EndpointInfo) -> bool {
    !matches!(
        endpoint.kind,
        EndpointKind::Singleton | EndpointKind::Collection | EndpointKind::Unknown
    )
}

/// The keys at the top of a body.
pub(crate) fn top_keys<'n>(root: &'n Node<'_>) -> Vec<&'n str> {
    root.members().unwrap_or_default().iter().map(|member| &*member.key).collect()
}
