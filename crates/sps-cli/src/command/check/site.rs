//! Trees of files among what is checked: each as a whole, with the report of the files that are selected.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use sps_site::{
    CheckOptions, FileReport, LoadError, LoadOptions, Repair, SETTINGS_FILE, Secrets, Site,
    SiteReport, code,
};
use sps_validate::Copied;

use crate::{
    check::{
        document::{Positions, SourceError, Step},
        site::{SiteSelection, checked},
        validate::Checked,
    },
    command::check::result::Settings,
    output::one_line,
    spec::endpoints,
};

/// The result for the selected files of a tree.
#[derive(Default)]
pub(super) struct SiteResult {
    pub(super) documents: Vec<SiteDocument>,
    pub(super) errors: Vec<SourceError>,
    /// Lines about files that were left alone.
    pub(super) notes: Vec<String>,
    /// Files in the folders of the tree that were named, and that do not belong to it: documents by themselves.
    pub(super) others: Vec<PathBuf>,
}

/// A file of a tree.
pub(super) struct SiteDocument {
    pub(super) checked: Checked,
    /// Where it is.
    pub(super) path: PathBuf,
    /// The file before it was repaired, and the parts that stay.
    pub(super) before: Option<(Box<Checked>, Vec<Copied>)>,
}

/// Checks a tree, and finds repairs if they are wanted.
pub(super) fn check(
    selection: &SiteSelection,
    settings: &Settings,
    with_repairs: bool,
) -> SiteResult {
    let mut result = SiteResult::default();
    let options = LoadOptions::default()
        .with_endpoints(endpoints().iter().copied())
        .with_limits(settings.context.limits);
    let site = match Site::load_with(&selection.root, &options) {
        Ok(site) => site,
        Err(error) => {
            result.errors.push(not_loaded(error));
            return result;
        }
    };
    let reader = settings.secrets.as_ref().map(|it| it.reader(&selection.root));
    let mut options = CheckOptions::default()
        .with_allowed(&settings.allowed)
        .with_unknown_keys(settings.context.unknown_keys);
    options.target = settings.context.target;
    options.now = settings.context.now;
    options.secrets = reader.as_ref().map(|it| it as &dyn Secrets);
    let report = site.check(&options);
    let repairs = if with_repairs { site.repairs(&options) } else { Vec::new() };
    result.add(selection, settings, report, repairs);
    result
}

fn not_loaded(error: LoadError) -> SourceError {
    match error {
        LoadError::Root { folder, reason } => {
            SourceError::new(folder.display().to_string(), reason)
        }
        LoadError::Settings { file, reason } => {
            SourceError::new(file.display().to_string(), reason)
        }
        error => SourceError::new("", error.to_string()),
    }
}

impl SiteResult {
    /// Adds what a report says about the selected files.
    fn add(
        &mut self,
        selection: &SiteSelection,
        settings: &Settings,
        report: SiteReport,
        repairs: Vec<Repair>,
    ) {
        let mut repairs: BTreeMap<_, _> =
            repairs.into_iter().map(|it| (it.before.file.clone(), it)).collect();
        let named: BTreeSet<&Path> = selection.named_files().map(|(_, inside)| inside).collect();
        let mut known: BTreeSet<PathBuf> = BTreeSet::new();
        for file in report.files {
            known.insert(file.file.clone());
            let is_selected = selection.selected(&file.file).is_some();
            let repair = repairs.remove(&file.file).filter(|_| is_selected);
            let Some(file) = (if is_selected { Some(file) } else { about(file, &named) }) else {
                continue;
            };
            self.documents.push(SiteDocument::new(selection, &file, repair));
        }
        for it in report.unreadable {
            if let Some(source) = selection.selected(&it.file) {
                self.errors.push(SourceError::new(source, it.reason));
            }
            known.insert(it.file);
        }
        for it in report.notes {
            if let Some(source) = selection.selected(&it.file) {
                if named.contains(it.file.as_path()) && !settings.declared.ignore_foreign {
                    self.errors.push(SourceError::new(source, it.reason).at(Step::Check));
                } else {
                    self.notes.push(format!("note: {}: {}", one_line(&source), it.reason));
                }
            }
            known.insert(it.file);
        }
        for (name, inside) in selection.named_files() {
            if inside == Path::new(SETTINGS_FILE) && !known.contains(inside) {
                self.documents.push(SiteDocument::of_settings(name));
            } else if !known.contains(inside) {
                self.others.push(name.to_owned());
            }
        }
        for (name, inside) in selection.named_folders() {
            if !known.iter().any(|it| it.starts_with(inside)) {
                let reason = "no file of an object in this directory";
                self.errors.push(SourceError::new(name.display().to_string(), reason));
            }
        }
    }
}

/// What another file of the tree says about the named ones: that it has the same object.
fn about(mut file: FileReport, named: &BTreeSet<&Path>) -> Option<FileReport> {
    file.report.diagnostics.retain(|it| {
        let mut files = it.related.iter().filter_map(|it| it.file.as_ref());
        it.code == code::DUPLICATE_LABEL && files.any(|it| named.contains(Path::new(&it.name)))
    });
    file.report.unchecked.clear();
    (!file.report.diagnostics.is_empty()).then_some(file)
}

impl SiteDocument {
    fn new(selection: &SiteSelection, file: &FileReport, repair: Option<Repair>) -> Self {
        let checked = |file: &FileReport| checked(file, |it| selection.shown(it));
        let path = selection.root.join(&file.file);
        match repair {
            None => Self { checked: checked(file), path, before: None },
            Some(Repair { before, after, fixes, copied, .. }) => Self {
                checked: Checked { fixes, ..checked(&after) },
                path,
                before: Some((Box::new(checked(&before)), copied)),
            },
        }
    }

    /// Settings about which there is nothing to say.
    fn of_settings(name: &Path) -> Self {
        let source = name.display().to_string();
        let checked = Checked {
            file: source.clone(),
            source,
            endpoint: None,
            form: sps_validate::Form::Request,
            subject: None,
            report: sps_validate::Report::default(),
            text: String::new(),
            positions: Positions::of_file(""),
            resend: None,
            fixes: Vec::new(),
            is_in_tree: true,
        };
        Self { checked, path: name.to_owned(), before: None }
    }
}
