//! From files to a [`Spec`]: every file is read to its end, whatever is wrong in it.

mod common;
mod condition;
mod endpoint;
mod names;
mod places;
mod table;
mod types;

use std::{cell::RefCell, fs, io, path::Path};

use toml::de::DeTable;

use self::table::{Context, Table};
use crate::{
    endpoint::Spec,
    error::{Error, Errors},
    lint,
    version::{Version, Versions},
};

pub(crate) use self::places::Places;

impl Spec {
    /// Reads the spec from its folder: `endpoints/**/*.toml`, `types/*.toml`, `codes.toml` and `protocol.toml`.
    ///
    /// # Errors
    ///
    /// Every file that cannot be read, and what [`Self::from_files`] reports.
    pub fn from_dir(dir: &Path) -> Result<Self, Errors> {
        files(dir).and_then(Self::from_files)
    }

    /// Reads the spec from pairs of file name and text. Names are relative to `spec/`, with `/` between folders.
    ///
    /// A spec without `codes.toml` or `protocol.toml` is read as one with empty ones, which suits small tests.
    ///
    /// # Errors
    ///
    /// First every mistake in the form of every file, all at once; when there is none, everything the lints find.
    pub fn from_files(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Errors> {
        let mut spec = Self::default();
        let mut errors = Vec::new();
        let mut places = Places::default();
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort();
        for pair in files.windows(2) {
            if pair[0].0 == pair[1].0 {
                errors.push(Error::of_file(&pair[0].0, "this file is given twice"));
            }
        }
        for (name, text) in &files {
            read(name, text, &mut spec, &mut places, &mut errors);
        }
        spec.endpoints.sort_by(|a, b| (&a.path, &a.file).cmp(&(&b.path, &b.file)));
        if errors.is_empty() {
            errors = lint::lint(&spec, &places);
        }
        if errors.is_empty() { Ok(spec) } else { Err(Errors::sorted(errors)) }
    }

    /// The spec that travels inside this crate.
    ///
    /// # Panics
    ///
    /// Never in a crate that was built from a checked tree: a test loads these very files.
    #[cfg(feature = "embedded")]
    pub fn embedded() -> Self {
        let files = crate::embedded::FILES
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Self::from_files(files).expect("the embedded files are the ones that the tests load")
    }
}

/// Name and text of every file of the spec in this folder, sorted by name.
pub(crate) fn files(dir: &Path) -> Result<Vec<(String, String)>, Errors> {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    for name in ["codes.toml", "protocol.toml"] {
        read_file(&dir.join(name), name, &mut files, &mut errors);
    }
    for name in ["endpoints", "types"] {
        read_folder(&dir.join(name), name, &mut files, &mut errors);
    }
    files.sort();
    if errors.is_empty() { Ok(files) } else { Err(Errors::sorted(errors)) }
}

fn read_folder(dir: &Path, name: &str, files: &mut Vec<(String, String)>, errors: &mut Vec<Error>) {
    let entries = fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            return errors.push(Error::of_file(name, format!("cannot read this folder: {error}")));
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        // The type of the entry itself: following links could go round in circles.
        if entry.file_type().is_ok_and(|it| it.is_dir()) {
            read_folder(&entry.path(), &name, files, errors);
        } else if entry.path().extension().is_some_and(|it| it == "toml") {
            read_file(&entry.path(), &name, files, errors);
        }
    }
}

fn read_file(path: &Path, name: &str, files: &mut Vec<(String, String)>, errors: &mut Vec<Error>) {
    match fs::read_to_string(path) {
        Ok(text) => files.push((name.to_owned(), text)),
        Err(error) => errors.push(Error::of_file(name, format!("cannot read this file: {error}"))),
    }
}

fn read(name: &str, text: &str, spec: &mut Spec, places: &mut Places, errors: &mut Vec<Error>) {
    let cx = Context { file: name, text, errors: RefCell::default() };
    let (document, faults) = DeTable::parse_recoverable(text);
    for fault in faults {
        // The parser speaks in whole sentences; ours are lower case.
        cx.report(&fault.span().unwrap_or_default(), fault.message());
    }
    if cx.errors.borrow().is_empty() {
        places.add(name, text, document.get_ref());
        let root = Table::root(&cx, &document);
        match name.split_once('/') {
            Some(("endpoints", _)) => spec.endpoints.extend(endpoint::endpoint(name, root)),
            Some(("types", _)) => spec.shared.push(endpoint::type_file(name, root)),
            None if name == "codes.toml" => spec.codes = common::codes(root),
            None if name == "protocol.toml" => spec.protocol = common::protocol(root),
            _ => cx.report(&(0..0), "a spec has no such file: expected `endpoints/`, `types/`, `codes.toml` or `protocol.toml`"),
        }
    }
    errors.append(&mut cx.errors.borrow_mut());
}

/// Reads `since` and `until`.
fn versions(table: &Table<'_>) -> Versions {
    let version = |key| {
        let value: table::Value<'_> = table.get(key)?;
        let text = value.string()?;
        let version = text.parse::<Version>().ok();
        if version.is_none() {
            value.report(format!(
                "`{text}` is not a version: expected numbers with dots, such as `7.0.3`"
            ));
        }
        version
    };
    let it = Versions { since: version("since"), until: version("until") };
    if let (Some(since), Some(until)) = (&it.since, &it.until)
        && since > until
    {
        table.report(format!("`since` {since} is later than `until` {until}"));
    }
    it
}

#[cfg(test)]
mod tests;
