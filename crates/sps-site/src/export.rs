//! The configuration of an appliance written as a tree of files.
//!
//! [`Export::new`] compares what an appliance has with the files of a tree, if there is one, and [`Export::write`] changes the
//! files. A file whose object means the same stays as it is, byte for byte; in one that changes, only the changed values do,
//! so comments, notations and spellings stay. The same configuration always gives the same bytes.
//!
//! Secrets are written as `{"$secret": "keep"}`. References are labels. Lists whose order has no meaning are sorted.

mod body;
mod edit;
mod leftovers;
mod text;
mod write;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
};

use serde_json::Value;
use sps_model::{
    EndpointInfo, Method,
    shape::Place,
    validate::{Severity, code as body_code, json::Node},
};

use crate::{
    CheckOptions, LoadOptions, SETTINGS_FILE, Site, Snapshot,
    codes::is_waivable,
    file_name,
    found::Found,
    label::Label,
    load::{SiteFile, has_no_body},
    object::Object,
    place::{Places, has_names},
    plan::{Plan, body_kind},
    read::{self, Format},
    report::SiteReport,
    resolve::{SCHEMA_KEY, Surroundings, TextFiles, resolve},
};

/// How an appliance is exported.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ExportOptions {
    /// The format of new files.
    pub format: ExportFormat,
    /// The folder that remembers what was exported, so that a file that was edited since is not overwritten. Without it,
    /// every file that differs counts as edited.
    pub record: Option<PathBuf>,
    /// Whether edited files are overwritten, and those of another appliance.
    pub force: bool,
    /// How the tree was read, and is read again.
    pub load: LoadOptions,
}

/// The format of a file with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExportFormat {
    /// YAML.
    #[default]
    Yaml,
    /// JSON.
    Json,
}

/// What an appliance has, beside the files of a tree. Its `Debug` hides the texts.
#[derive(Clone)]
pub struct Export {
    root: PathBuf,
    files: Vec<ExportedFile>,
    texts: BTreeMap<PathBuf, String>,
    /// The digests of the files that are in the tree already.
    digests: BTreeMap<PathBuf, String>,
    missing_settings: Vec<String>,
    record: Option<PathBuf>,
    /// The appliances that have the files once they are written: the address of each, by what tells them apart.
    appliances: BTreeMap<String, String>,
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportedFile {
    /// The file, relative to the root of the tree.
    pub file: PathBuf,
    /// Its object; `None` for `sps.toml`.
    pub label: Option<Label>,
    /// What happens to it.
    pub action: FileAction,
    /// Whether it is written anew as a whole, so that its comments are lost.
    pub is_rewritten: bool,
}

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileAction {
    /// It is new.
    Add,
    /// Values in it change.
    Change,
    /// The appliance does not have its object any more.
    Remove,
    /// It stays as it is.
    Keep,
}

/// Why an export was refused, or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Files of the tree are invalid, so that it is unknown what they describe. Nothing was written.
    #[error("the tree is invalid, and nothing was written: {} errors", report.errors().count() + report.unreadable.len())]
    Invalid {
        /// What is wrong.
        report: Box<SiteReport>,
    },
    /// The tree has the configuration of other appliances: it was exported from them, or applied to them. Nothing was written.
    #[error(
        "the tree has the configuration of {}, and not of {url}; nothing was written",
        known.join(", ")
    )]
    OtherAppliance {
        /// The addresses of those appliances.
        known: Vec<String>,
        /// The address of the appliance that was read.
        url: String,
    },
    /// Files were edited after the last export. Nothing was written.
    #[error("files were edited after the last export, and nothing was written: {}", list(files))]
    Edited {
        /// The files, relative to the root of the tree.
        files: Vec<PathBuf>,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {reason}; {}", file.display(), outcome(*written))]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
        /// How many files were changed before.
        written: usize,
    },
}

fn list(files: &[PathBuf]) -> String {
    files.iter().map(|it| it.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn outcome(written: usize) -> String {
    match written {
        0 => "nothing was changed".to_owned(),
        1 => "one file was changed before".to_owned(),
        many => format!("{many} files were changed before"),
    }
}

impl Export {
    /// Compares what an appliance has with the tree in a folder. Nothing is written.
    ///
    /// ```no_run
    /// # async fn example(client: sps_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use sps_site::{Export, ExportOptions, Snapshot, Wanted};
    ///
    /// let snapshot = Snapshot::read(&client, &Wanted::Everything).await?;
    /// let export = Export::new(&snapshot, "config", None, &ExportOptions::default())?;
    /// export.write()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ExportError::Invalid`], [`ExportError::OtherAppliance`], [`ExportError::Edited`].
    pub fn new(
        snapshot: &Snapshot,
        root: impl AsRef<Path>,
        site: Option<&Site>,
        options: &ExportOptions,
    ) -> Result<Self, ExportError> {
        let root = root.as_ref();
        if let Some(site) = site {
            let tree = site.tree();
            if !tree.unreadable.is_empty() || !tree.files.iter().all(|it| it.is_well_formed()) {
                let report = Box::new(site.check(&CheckOptions::default()));
                return Err(ExportError::Invalid { report });
            }
        }
        let appliances = appliances(snapshot, root, site, options)?;
        let mut draft = Draft::new(root, site, options);
        let places = site.map_or_else(
            || Places::new(options.load.endpoints.iter().copied()),
            |it| it.tree().places.clone(),
        );
        let found: Vec<&Found> = snapshot
            .objects()
            .iter()
            .filter(|it| can_be_described(it.endpoint))
            .filter(|it| site.is_none_or(|site| !site.settings().is_ignored(&it.label)))
            .collect();
        let unknown: BTreeSet<&str> = found
            .iter()
            .map(|it| it.label.endpoint())
            .filter(|it| places.endpoint(it).is_none())
            .collect();
        for object in &found {
            draft.object(object);
        }
        if let Some(site) = site {
            let here: BTreeSet<&Label> = found.iter().map(|it| &it.label).collect();
            for object in site.objects() {
                let is_gone = !here.contains(&object.label)
                    && snapshot.covers(&object.label)
                    && !site.settings().is_ignored(&object.label);
                if is_gone {
                    draft.add(object.file.clone(), &object.label, FileAction::Remove, false);
                }
            }
        }
        draft.settings(snapshot, &unknown);
        draft.finish(options, appliances)
    }

    /// Every file of an object, sorted by path, and `sps.toml` if it is new.
    pub fn files(&self) -> &[ExportedFile] {
        &self.files
    }

    /// The text that a file gets; `None` if it stays as it is, or is removed.
    pub fn text(&self, file: &Path) -> Option<&str> {
        self.texts.get(file).map(String::as_str)
    }

    /// Lines that `sps.toml` lacks: without them, the tree would not be valid.
    pub fn missing_settings(&self) -> &[String] {
        &self.missing_settings
    }

    /// Whether no file changes.
    pub fn is_empty(&self) -> bool {
        self.files.iter().all(|it| it.action == FileAction::Keep)
    }

    /// Writes the files. A new tree appears as a whole; in one that is there, every text is on the disk before the first file
    /// changes.
    ///
    /// # Errors
    /// [`ExportError::Write`], which says whether anything was changed.
    pub fn write(&self) -> Result<(), ExportError> {
        write::write(self)
    }
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export")
            .field("root", &self.root)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl Plan {
    /// Remembers that the appliance has what the files of this tree say, once the plan was applied, or had nothing to change:
    /// an export may change these files as if it had written them. A file that has another body than the plan is left out.
    ///
    /// The folder is the one of [`ExportOptions::record`]. Without a record that can be written, the files count as edited.
    pub fn remember_files(&self, site: &Site, folder: &Path) {
        let bodies: BTreeMap<&Label, &Value> = self
            .tree
            .iter()
            .filter(|it| !self.scope.is_ignored(&it.label))
            .map(|it| (&it.label, &it.body))
            .collect();
        let files: BTreeMap<&Path, &SiteFile> =
            site.tree().files.iter().map(|it| (it.path.as_path(), &**it)).collect();
        let same = site.objects().iter().filter(|it| bodies.get(&it.label) == Some(&&it.body));
        let applied = same.filter_map(|it| {
            let file = files.get(it.file.as_path())?;
            Some((it.file.clone(), write::digest(&file.text)))
        });
        write::remember_applied(folder, site.root(), &self.appliance, applied);
    }
}

/// The appliances that have the files of a tree after an export, unless it would mix two of them.
fn appliances(
    snapshot: &Snapshot,
    root: &Path,
    site: Option<&Site>,
    options: &ExportOptions,
) -> Result<BTreeMap<String, String>, ExportError> {
    let record = options.record.as_deref().map(|folder| write::record_of(folder, root));
    let known = record.as_deref().map(write::read_record).unwrap_or_default().appliances;
    let (url, identity) = (&snapshot.appliance.url, write::identity(&snapshot.appliance));
    let is_new = site.is_none_or(|site| site.objects().is_empty());
    if is_new || known.is_empty() || (options.force && !known.contains_key(&identity)) {
        return Ok(BTreeMap::from([(identity, url.clone())]));
    }
    if known.contains_key(&identity) {
        return Ok(known);
    }
    let known = known.into_values().collect();
    Err(ExportError::OtherAppliance { known, url: url.clone() })
}

/// An export in the making.
struct Draft<'a> {
    root: &'a Path,
    site: Option<&'a Site>,
    options: &'a ExportOptions,
    objects: BTreeMap<&'a Label, (&'a Object, &'a SiteFile)>,
    texts_of_tree: TextFiles,
    files: Vec<ExportedFile>,
    texts: BTreeMap<PathBuf, String>,
    missing_settings: Vec<String>,
}

impl<'a> Draft<'a> {
    fn new(root: &'a Path, site: Option<&'a Site>, options: &'a ExportOptions) -> Self {
        let mut objects = BTreeMap::new();
        if let Some(site) = site {
            let files: BTreeMap<&Path, &SiteFile> =
                site.tree().files.iter().map(|it| (it.path.as_path(), &**it)).collect();
            for object in site.objects() {
                if let Some(file) = files.get(object.file.as_path()) {
                    objects.insert(&object.label, (object, *file));
                }
            }
        }
        let canonical = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let texts_of_tree = TextFiles::new(canonical, options.load.limits.bytes);
        let (files, texts, missing_settings) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { root, site, options, objects, texts_of_tree, files, texts, missing_settings }
    }

    fn format(&self) -> (Format, &'static str) {
        match self.options.format {
            ExportFormat::Yaml => (Format::Yaml, "yaml"),
            ExportFormat::Json => (Format::Json, "json"),
        }
    }

    /// Adds the file of an object of the appliance.
    fn object(&mut self, found: &Found) {
        let place = Place::new(body_kind(found.endpoint));
        let appliance = body::settled(place, &found.body);
        let Some((object, file)) = self.objects.get(&found.label).copied() else {
            let (format, ending) = self.format();
            let path = path_of(&found.label, ending);
            let text = text::write(format, &body::ordered(place, &appliance));
            self.texts.insert(path.clone(), text);
            return self.add(path, &found.label, FileAction::Add, false);
        };
        let merged = body::merged(place, &object.body, &appliance);
        if merged == object.body {
            return self.add(object.file.clone(), &found.label, FileAction::Keep, false);
        }
        let (text, is_rewritten) = self.changed(place, object, file, &merged);
        self.texts.insert(object.file.clone(), text);
        self.add(object.file.clone(), &found.label, FileAction::Change, is_rewritten);
    }

    fn add(&mut self, file: PathBuf, label: &Label, action: FileAction, is_rewritten: bool) {
        self.files.push(ExportedFile { file, label: Some(label.clone()), action, is_rewritten });
    }

    /// The new text of a file, and whether it was written anew as a whole.
    fn changed(
        &self,
        place: Place,
        object: &Object,
        file: &SiteFile,
        merged: &Value,
    ) -> (String, bool) {
        let format = file.format.unwrap_or(Format::Json);
        let limits = &self.options.load.limits;
        let edited = read::with_root(format, &file.text, limits, |root, _| {
            edit::edited(format, &file.text, root, &object.body, merged)
        });
        if let Ok(Some(text)) = edited
            && self.body_of(format, &text, object).as_ref() == Some(merged)
        {
            return (text, false);
        }
        let mut node = body::ordered(place, merged);
        let schema = read::with_root(format, &file.text, limits, |root, _| {
            root.get(SCHEMA_KEY).and_then(Node::as_str).map(Value::from)
        });
        if let Ok(Some(schema)) = &schema {
            body::put_first(&mut node, SCHEMA_KEY, schema);
        }
        (text::write(format, &node), true)
    }

    /// The body in a text, in site form.
    fn body_of(&self, format: Format, text: &str, object: &Object) -> Option<Value> {
        let places = &self.site?.tree().places;
        let file = &object.file;
        let surroundings = Surroundings { places, texts: &self.texts_of_tree, file };
        let limits = &self.options.load.limits;
        read::with_root(format, text, limits, |root, _| {
            let resolved = resolve(root, object.endpoint, surroundings);
            let is_right = resolved.problems.iter().all(|it| it.severity != Severity::Error);
            is_right.then_some(resolved.body)
        })
        .ok()
        .flatten()
    }

    /// Writes `sps.toml`, or finds out what it lacks.
    fn settings(&mut self, snapshot: &Snapshot, unknown: &BTreeSet<&str>) {
        let codes = self.codes(unknown);
        let quoted = |words: &mut dyn Iterator<Item = &str>| {
            words.map(|it| format!("\"{it}\"")).collect::<Vec<_>>().join(", ")
        };
        let unknown_line = (!unknown.is_empty())
            .then(|| format!("unknown = [{}]", quoted(&mut unknown.iter().copied())));
        let allow = |codes: &BTreeSet<String>| {
            format!("allow = [{}]", quoted(&mut codes.iter().map(String::as_str)))
        };
        if let Some(site) = self.site
            && site.tree().settings_file.is_some()
        {
            self.missing_settings.extend(unknown_line);
            let allowed = &site.settings().allow;
            let missing: BTreeSet<String> =
                codes.into_iter().filter(|it| !allowed.contains(it)).collect();
            if !missing.is_empty() {
                self.missing_settings.push(format!("[check] {}", allow(&missing)));
            }
            return;
        }
        let mut text = String::new();
        if let Some(version) = snapshot.appliance.release() {
            let version = version.to_string();
            let version = version.strip_suffix(".0").unwrap_or(&version);
            text.extend(["target = \"", version, "\"\n"]);
        }
        if let Some(line) = unknown_line {
            text.push_str(
                "# No source shows these endpoints, so nothing in their files is checked.\n",
            );
            text.push_str(&line);
            text.push('\n');
        }
        if !codes.is_empty() {
            text.push_str("\n[check]\n# What the appliance has breaks these rules.\n");
            text.push_str(&allow(&codes));
            text.push('\n');
        }
        let file = PathBuf::from(SETTINGS_FILE);
        self.texts.insert(file.clone(), text);
        let (label, action) = (None, FileAction::Add);
        self.files.push(ExportedFile { file, label, action, is_rewritten: false });
    }

    /// The codes of rules that the new and changed files break and a user may waive.
    fn codes(&self, unknown: &BTreeSet<&str>) -> BTreeSet<String> {
        let mut codes = BTreeSet::new();
        let Ok(folder) = tempfile::tempdir() else { return codes };
        let mut texts = self.texts.clone();
        let quoted: Vec<String> = unknown.iter().map(|it| format!("\"{it}\"")).collect();
        texts.insert(SETTINGS_FILE.into(), format!("unknown = [{}]\n", quoted.join(", ")));
        if write::write_all(folder.path(), &texts).is_err() {
            return codes;
        }
        let Ok(site) = Site::load_with(folder.path(), &self.options.load) else { return codes };
        let report = site.check(&CheckOptions::default());
        let places = &site.tree().places;
        for (_, error) in report.errors() {
            let code = error.code;
            if code == body_code::UNKNOWN_KEY || is_waivable(code, places) {
                codes.insert(code.to_owned());
            }
        }
        codes
    }

    fn finish(
        self,
        options: &ExportOptions,
        appliances: BTreeMap<String, String>,
    ) -> Result<Export, ExportError> {
        let Self { root, objects, mut files, texts, missing_settings, .. } = self;
        files.sort_by(|one, other| one.file.cmp(&other.file));
        let digests = objects
            .values()
            .map(|(object, file)| (object.file.clone(), write::digest(&file.text)))
            .collect();
        let record = options.record.as_deref().map(|folder| write::record_of(folder, root));
        let known = record.as_deref().map(write::read_record).unwrap_or_default().files;
        let root = root.to_owned();
        let export = Export { root, files, texts, digests, missing_settings, record, appliances };
        let edited: Vec<PathBuf> = export
            .files
            .iter()
            .filter(|it| matches!(it.action, FileAction::Change | FileAction::Remove))
            .map(|it| &it.file)
            .filter(|it| export.digests.get(*it) != known.get(*it))
            .cloned()
            .collect();
        if edited.is_empty() || options.force {
            return Ok(export);
        }
        Err(ExportError::Edited { files: edited })
    }
}

/// Whether a file can say more of an object than that it is there.
fn can_be_described(endpoint: &EndpointInfo) -> bool {
    let is_changed = endpoint.methods.iter().any(|it| *it != Method::Get);
    is_changed && has_names(endpoint) && !has_no_body(endpoint)
}

/// The file of a label in a new tree.
fn path_of(label: &Label, ending: &str) -> PathBuf {
    match label.name() {
        None => PathBuf::from(format!("{}.{ending}", label.endpoint())),
        Some(name) => {
            PathBuf::from(label.endpoint()).join(format!("{}.{ending}", file_name::stem(name)))
        }
    }
}
