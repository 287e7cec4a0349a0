//! The files of a tree: found, told apart from what does not belong to it, and read.

mod files;
mod kind;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sps_model::{
    EndpointInfo, EndpointKind,
    validate::{
        Diagnostic, Limits, OtherFile, Related, Report, Severity, Span, json::Node, span::Position,
        yaml::Marks,
    },
};

use self::{
    files::{Found, Walk},
    kind::{Kind, Sorter},
};
use crate::{
    code,
    label::Label,
    naming,
    object::Object,
    place::{Places, short},
    problem::{error, warning},
    read::{self, Format},
    report::{FileReport, Remark, Unreadable},
    resolve::{Resolved, Spot, Surroundings, TextFiles, resolve},
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
    pub(crate) files: Vec<SiteFile>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) notes: Vec<Remark>,
    pub(crate) objects: Vec<Object>,
    pub(crate) limits: Limits,
    /// The root, without links.
    pub(crate) root: PathBuf,
}

/// One file with an object.
pub(crate) struct SiteFile {
    pub(crate) path: PathBuf,
    pub(crate) text: Arc<str>,
    /// The format, if the text could be read in it.
    pub(crate) format: Option<Format>,
    pub(crate) endpoint: Option<&'static EndpointInfo>,
    pub(crate) label: Option<Label>,
    pub(crate) spots: Vec<Spot>,
    /// Spans of secrets in the text.
    pub(crate) sensitive: Vec<Span>,
    pub(crate) problems: Vec<Diagnostic>,
}

/// The longest path of a file that Windows can check out.
const MAX_PATH: usize = 260;

impl Tree {
    /// Reads a tree.
    pub(crate) fn load(root: &Path, options: &LoadOptions) -> Result<Self, LoadError> {
        let refuse = |error: &io::Error| LoadError::Root {
            folder: root.to_owned(),
            reason: read::reason(error),
        };
        let canonical = fs::canonicalize(root).map_err(|error| refuse(&error))?;
        if !canonical.is_dir() {
            return Err(refuse(&io::ErrorKind::NotADirectory.into()));
        }
        let mut places = Places::new(options.endpoints.iter().copied());
        let (settings, settings_file) = settings(&canonical, options, &mut places)?;
        let Walk { found, unreadable, notes, .. } =
            Walk::read(&canonical).map_err(|error| refuse(&error))?;
        let mut loader = Loader {
            texts: TextFiles::new(canonical.clone(), options.limits.bytes),
            root: canonical,
            limits: options.limits,
            places: &places,
            files: Vec::new(),
            objects: Vec::new(),
            unreadable,
            notes,
            others: Vec::new(),
        };
        for it in &found {
            loader.file(it);
        }
        loader.finish();
        let Loader { root, files, objects, unreadable, notes, .. } = loader;
        let limits = options.limits;
        Ok(Self {
            places,
            settings,
            settings_file,
            files,
            unreadable,
            notes,
            objects,
            limits,
            root,
        })
    }
}

type SettingsFile = Option<(Arc<str>, Vec<Diagnostic>)>;

fn settings(
    root: &Path,
    options: &LoadOptions,
    places: &mut Places,
) -> Result<(Settings, SettingsFile), LoadError> {
    let file = root.join(SETTINGS_FILE);
    if fs::symlink_metadata(&file).is_err() {
        return Ok((Settings::default(), None));
    }
    let read = match fs::canonicalize(&file) {
        Ok(target) if !target.starts_with(root) => {
            Err("the link leads out of the tree; copy the file into the tree".to_owned())
        }
        // Reading a pipe or a device may never end.
        Ok(target) if !target.is_file() => Err("it is no file".to_owned()),
        Ok(target) => read::text(&target, &options.limits),
        Err(error) => Err(read::reason(&error)),
    };
    let text = read.map_err(|reason| LoadError::Settings { file, reason })?;
    let (settings, problems) = Settings::read(&text, places);
    Ok((settings, Some((text.into(), problems))))
}

struct Loader<'p> {
    root: PathBuf,
    limits: Limits,
    places: &'p Places,
    texts: TextFiles,
    files: Vec<SiteFile>,
    objects: Vec<Object>,
    unreadable: Vec<Unreadable>,
    notes: Vec<Remark>,
    /// Files with another ending in a folder of objects: mistakes, unless a `$file` reads them.
    others: Vec<SiteFile>,
}

impl Loader<'_> {
    fn file(&mut self, found: &Found) {
        match (Sorter { places: self.places, root: &self.root, limits: &self.limits }).sort(found) {
            Kind::Silent => {}
            Kind::Note(reason) => {
                self.notes.push(Remark { file: found.path.clone(), reason });
            }
            Kind::Other(problem) => {
                let file = SiteFile::empty(found.path.clone(), vec![problem]);
                self.others.push(file);
            }
            Kind::Misplaced(problem) => {
                self.files.push(SiteFile::empty(found.path.clone(), vec![problem]));
            }
            Kind::Object { endpoint, stem, format } => self.object(found, endpoint, stem, format),
        }
    }

    /// Reads the file of an object.
    fn object(
        &mut self,
        found: &Found,
        endpoint: &'static EndpointInfo,
        stem: Option<&str>,
        format: Format,
    ) {
        let path = self.root.join(&found.path);
        let text: Arc<str> = match read::text(&path, &self.limits) {
            Ok(text) => text.into(),
            Err(reason) => {
                return self.unreadable.push(Unreadable { file: found.path.clone(), reason });
            }
        };
        let mut file = SiteFile::empty(found.path.clone(), Vec::new());
        file.endpoint = Some(endpoint);
        file.text = Arc::clone(&text);
        let length = path.as_os_str().to_string_lossy().encode_utf16().count();
        if length > MAX_PATH {
            let message = format!("the path has {length} characters, and Windows takes {MAX_PATH}");
            let help = "shorten the name, or move the tree up";
            file.problems.push(warning(code::LONG_PATH, "", Span::at(0), message, help));
        }
        let surroundings =
            Surroundings { places: self.places, texts: &self.texts, file: &found.path };
        let scanned = read::with_root(format, &text, &self.limits, |root, marks| {
            if kind::is_report(root) {
                return None;
            }
            Some(read_object(root, marks, endpoint, stem, surroundings))
        });
        match scanned {
            Err(problems) => {
                file.label = match stem {
                    None => Some(Label::of_singleton(short(endpoint))),
                    Some(stem) => crate::file_name::name(stem)
                        .map(|name| Label::of_object(short(endpoint), &name)),
                };
                file.problems.extend(problems);
            }
            Ok(None) => {
                let reason = kind::REPORT.to_owned();
                return self.notes.push(Remark { file: found.path.clone(), reason });
            }
            Ok(Some((naming, resolved))) => {
                file.format = Some(format);
                match naming {
                    Ok(label) => file.label = Some(label),
                    Err(problem) => file.problems.push(*problem),
                }
                file.problems.extend(resolved.problems);
                file.spots = resolved.spots;
                file.sensitive = resolved.sensitive;
                if let Some(label) = file.label.clone().filter(|_| file.is_well_formed()) {
                    let (file, body) = (found.path.clone(), resolved.body);
                    self.objects.push(Object { label, endpoint, file, body });
                }
            }
        }
        self.files.push(file);
    }

    /// Reports what only the whole tree shows, and sorts everything.
    fn finish(&mut self) {
        let others = std::mem::take(&mut self.others);
        let is_read = |it: &SiteFile| self.texts.has_read(&self.root.join(&it.path));
        self.files.extend(others.into_iter().filter(|it| !is_read(it)));
        self.files.sort_by(|one, other| one.path.cmp(&other.path));
        let twice = duplicates(&mut self.files);
        self.objects.retain(|object| !twice.contains(&object.label));
        self.objects.sort_by(|one, other| one.label.cmp(&other.label));
        self.unreadable.sort_by(|one, other| one.file.cmp(&other.file));
        self.notes.sort_by(|one, other| one.file.cmp(&other.file));
    }
}

impl SiteFile {
    fn empty(path: PathBuf, problems: Vec<Diagnostic>) -> Self {
        Self {
            path,
            text: "".into(),
            format: None,
            endpoint: None,
            label: None,
            spots: Vec::new(),
            sensitive: Vec::new(),
            problems,
        }
    }

    /// The file with its report.
    pub(crate) fn reported(&self, report: Report) -> FileReport {
        let Self { path, text, endpoint, label, .. } = self;
        FileReport {
            file: path.clone(),
            label: label.clone(),
            endpoint: *endpoint,
            text: Arc::clone(text),
            report,
        }
    }

    pub(crate) fn is_well_formed(&self) -> bool {
        self.problems.iter().all(|it| it.severity != Severity::Error)
    }
}

/// Reports files of one object, and of objects whose labels differ in letter case only. Returns the labels of all of them.
fn duplicates(files: &mut [SiteFile]) -> Vec<Label> {
    let lower = |file: &SiteFile| file.path.to_string_lossy().to_lowercase();
    let with_label = files.iter().filter(|it| it.label.is_some());
    let paths: BTreeMap<_, _> = with_label.map(|it| (lower(it), it.path.clone())).collect();
    for file in files.iter_mut().filter(|it| it.label.is_none()) {
        if let (Some(other), Some(problem)) = (paths.get(&lower(file)), file.problems.first_mut()) {
            let other = other.display();
            // Writing to a String cannot fail.
            let _ = write!(problem.message, "; `{other}` has the same name in other letters");
        }
    }
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut twice = Vec::new();
    for index in 0..files.len() {
        let Some(label) = files[index].label.clone() else { continue };
        let Some(&other) = first.get(&label.to_string().to_lowercase()) else {
            first.insert(label.to_string().to_lowercase(), index);
            continue;
        };
        let path = files[other].path.display().to_string();
        let other_label = files[other].label.clone().unwrap_or_else(|| label.clone());
        let (message, help) = if other_label == label {
            let message = format!("`{label}` is described by `{path}` as well");
            (message, "keep one of the files")
        } else {
            let message =
                format!("`{label}` and `{other_label}` in `{path}` differ in letter case only");
            (message, "rename one of them: some systems take both files for one")
        };
        let span = Span::at(0);
        let mut problem = error(code::DUPLICATE_LABEL, "", span, message, help);
        let first = Related::new(String::new(), span, "the first file");
        problem.related.push(first.in_file(OtherFile::new(path, Position { line: 1, column: 1 })));
        files[index].problems.push(problem);
        twice.extend([label, other_label]);
    }
    twice
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
