//! The check of a whole tree: every file as the request that it becomes, and what only the whole tree shows.

mod file;
mod objects;
mod request;

use std::fmt;

use sps_model::validate::{Context, Report, Timestamp, UnknownKeys, Version, code as body_code};

pub(crate) use self::objects::label_of_path;
use self::{file::FileCheck, objects::Index};
use crate::{
    code,
    load::{SiteFile, Tree},
    report::{FileReport, SiteReport},
    secret::Secrets,
    settings::SETTINGS_FILE,
};

/// What the check of a tree takes into account besides its files.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct CheckOptions<'a> {
    /// The version that the files are for, in place of the one in `sps.toml`.
    pub target: Option<Version>,
    /// The time at which certificates are checked.
    pub now: Option<Timestamp>,
    /// Codes of rules that the files may break, besides those in `sps.toml`.
    pub allow: &'a [&'a str],
    /// Where the values of secrets come from. Without it they are not read, and rules about them are not decided.
    pub secrets: Option<&'a dyn Secrets>,
    /// The treatment of keys that no source shows.
    pub unknown_keys: UnknownKeys,
}

impl<'a> CheckOptions<'a> {
    /// Sets the version that the files are for.
    #[must_use]
    pub fn with_target(mut self, target: Version) -> Self {
        self.target = Some(target);
        self
    }

    /// Sets the time at which certificates are checked.
    #[must_use]
    pub fn with_now(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// Waives the rules with these codes.
    #[must_use]
    pub fn with_allowed(mut self, codes: &'a [&'a str]) -> Self {
        self.allow = codes;
        self
    }

    /// Reads the values of secrets, and checks them as well. No value is in the report.
    #[must_use]
    pub fn with_secrets(mut self, secrets: &'a dyn Secrets) -> Self {
        self.secrets = Some(secrets);
        self
    }

    /// Sets the treatment of keys that no source shows.
    #[must_use]
    pub fn with_unknown_keys(mut self, unknown_keys: UnknownKeys) -> Self {
        self.unknown_keys = unknown_keys;
        self
    }
}

impl fmt::Debug for CheckOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckOptions")
            .field("target", &self.target)
            .field("now", &self.now)
            .field("allow", &self.allow)
            .field("secrets", &self.secrets.map(|_| "…"))
            .field("unknown_keys", &self.unknown_keys)
            .finish()
    }
}

/// The check of the files of a tree, one by one.
pub(crate) struct Checker<'t> {
    tree: &'t Tree,
    index: Index<'t>,
    secrets: Option<&'t dyn Secrets>,
    context: Context<'t>,
}

/// The codes of the rules that the files of a tree may break.
pub(crate) fn waived<'t>(tree: &'t Tree, options: &CheckOptions<'t>) -> Vec<&'t str> {
    let codes = options.allow.iter().copied();
    let codes = codes.filter(|it| *it == body_code::UNKNOWN_KEY || code::is_waivable(it));
    tree.settings.allow.iter().map(String::as_str).chain(codes).collect()
}

impl<'t> Checker<'t> {
    /// Prepares the check. `waived` is what [`waived`] returned.
    pub(crate) fn new(tree: &'t Tree, options: &CheckOptions<'t>, waived: &'t [&'t str]) -> Self {
        let mut context = Context::default()
            .with_limits(tree.limits)
            .with_waived(waived)
            .with_unknown_keys(if waived.contains(&body_code::UNKNOWN_KEY) {
                UnknownKeys::Carry
            } else {
                options.unknown_keys
            });
        context.target = options.target.or(tree.settings.target);
        context.now = options.now;
        Self { tree, index: Index::new(tree), secrets: options.secrets, context }
    }

    /// Checks a file in place of the one with this number.
    pub(crate) fn file(&self, number: usize, file: &SiteFile) -> Report {
        self.file_in(number, file, self.context)
    }

    /// Checks a file, and leaves no error out.
    pub(crate) fn whole_file(&self, number: usize, file: &SiteFile) -> Report {
        let limits = self.context.limits.with_diagnostics(usize::MAX);
        self.file_in(number, file, self.context.with_limits(limits))
    }

    fn file_in(&self, number: usize, file: &SiteFile, context: Context<'_>) -> Report {
        let (index, places, secrets) = (&self.index, &self.tree.places, self.secrets);
        FileCheck { file, number, index, places, context, secrets }.run()
    }
}

/// Checks every file of a tree.
pub(crate) fn check(tree: &Tree, options: &CheckOptions<'_>) -> SiteReport {
    let waived = waived(tree, options);
    let checker = Checker::new(tree, options, &waived);
    let mut files = Vec::with_capacity(tree.files.len() + 1);
    files.extend(settings_report(tree));
    files.extend(
        tree.files.iter().enumerate().map(|(number, it)| it.reported(checker.file(number, it))),
    );
    files.sort_by(|one, other| one.file.cmp(&other.file));
    SiteReport { files, unreadable: tree.unreadable.clone(), notes: tree.notes.clone() }
}

/// What is wrong with `sps.toml`, if anything is.
pub(crate) fn settings_report(tree: &Tree) -> Option<FileReport> {
    let (text, problems) = tree.settings_file.as_ref().filter(|(_, it)| !it.is_empty())?;
    let mut report = Report::default();
    report.diagnostics.clone_from(problems);
    let (file, text) = (SETTINGS_FILE.into(), text.clone());
    Some(FileReport { file, label: None, endpoint: None, text, report })
}
