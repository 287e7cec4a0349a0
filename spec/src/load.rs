//! From files to a [`Spec`]: every file is read to its end, even after a mistake.

mod common;
mod complete;
mod endpoint;
mod names;
mod places;
mod signature;
mod table;
mod types;

use std::{cell::RefCell, fs, io, path::Path};

use toml::de::DeTable;

use self::{
    common::FormatCheck,
    table::{Context, Table},
};
use crate::{
    code::Code,
    endpoint::Spec,
    error::{Error, Errors},
    rule::Charset,
    source::Source,
    version::{Version, Versions},
    vocabulary,
};

pub use self::names::{TAKEN, object_name};
pub(crate) use self::{
    complete::place_of,
    places::{Places, RulePlace},
};

/// Files that all others may need, in the order in which they need each other.
const COMMON: [&str; 3] = ["sources.toml", "codes.toml", "protocol.toml"];

/// Names under which the common files of an overlay are read: they add to the others and do not replace them.
const OVERLAY: [&str; 2] = ["overlay/sources.toml", "overlay/codes.toml"];

/// Whether all others may need the file with this name.
#[cfg(feature = "embedded")]
pub(crate) fn is_common(name: &str) -> bool {
    COMMON.contains(&name)
}

/// The name under which a common file of an overlay is read.
pub(crate) fn overlaid(name: &'static str) -> &'static str {
    OVERLAY.into_iter().find(|it| it.strip_prefix("overlay/") == Some(name)).unwrap_or(name)
}

/// Definitions of these files for the pages.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    sources: Vec<Source>,
    codes: Vec<Code>,
    charsets: Vec<Charset>,
    predicates: Vec<String>,
    format_checks: Vec<FormatCheck>,
}

/// What was read of files that are well-formed.
pub(crate) struct Loaded {
    pub(crate) spec: Spec,
    pub(crate) places: Places,
    /// Mistakes that show when the definitions of all files are put together.
    pub(crate) errors: Vec<Error>,
}

/// Reads all files, given as name and text.
///
/// # Errors
///
/// Every mistake in the form of every file.
pub(crate) fn load(files: impl IntoIterator<Item = (String, String)>) -> Result<Loaded, Errors> {
    let mut spec = Spec::default();
    let mut errors = Vec::new();
    let mut places = Places::default();
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort();
    for pair in files.windows(2) {
        if pair[0].0 == pair[1].0 {
            errors.push(Error::of_file(&pair[0].0, "this file is given twice"));
        }
    }
    let is_common = |name: &str| {
        let name = name.strip_prefix("overlay/").unwrap_or(name);
        COMMON.iter().position(|it| *it == name)
    };
    // Those of an overlay add to the others, so they come second.
    files.sort_by_key(|(name, _)| {
        (is_common(name).unwrap_or(COMMON.len()), OVERLAY.contains(&name.as_str()))
    });
    let mut shared = Shared::default();
    for (name, text) in &files {
        read(name, text, &mut shared, &mut spec, &mut places, &mut errors);
    }
    if !errors.is_empty() {
        return Err(Errors::sorted(errors));
    }
    spec.endpoints.sort_by(|a, b| (&a.path, &a.file).cmp(&(&b.path, &b.file)));
    let errors = complete::complete(&mut spec, shared, &mut places);
    Ok(Loaded { spec, places, errors })
}

/// Name and text of every file of the spec in this folder, sorted by name.
pub(crate) fn files(dir: &Path) -> Result<Vec<(String, String)>, Errors> {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    for name in COMMON {
        read_file(&dir.join(name), name, &mut files, &mut errors);
    }
    for name in ["endpoints", "types"] {
        read_folder(&dir.join(name), name, &mut files, &mut errors);
    }
    files.sort();
    if errors.is_empty() { Ok(files) } else { Err(Errors::sorted(errors)) }
}

/// Name and text of every file of an overlay in this folder: any part of what a spec has.
pub(crate) fn overlay_files(dir: &Path) -> Result<Vec<(String, String)>, Errors> {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    for name in COMMON {
        let path = dir.join(name);
        if path.exists() && overlaid(name) == name {
            errors.push(Error::of_file(
                name,
                "an overlay cannot change what all messages have in common",
            ));
        } else if path.exists() {
            read_file(&path, overlaid(name), &mut files, &mut errors);
        }
    }
    for name in ["endpoints", "types"] {
        if dir.join(name).exists() {
            read_folder(&dir.join(name), name, &mut files, &mut errors);
        }
    }
    if files.is_empty() && errors.is_empty() {
        let message = "no pages here: expected `endpoints/configuration/….toml` or `types/….toml`";
        errors.push(Error::of_file("", message));
    }
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

fn read(
    name: &str,
    text: &str,
    shared: &mut Shared,
    spec: &mut Spec,
    places: &mut Places,
    errors: &mut Vec<Error>,
) {
    let cx =
        Context { file: name, text, shared, errors: RefCell::default(), marks: RefCell::default() };
    let (document, faults) = DeTable::parse_recoverable(text);
    for fault in faults {
        // The parser speaks in whole sentences; ours are lower case.
        cx.report(&fault.span().unwrap_or_default(), fault.message());
    }
    if !cx.errors.borrow().is_empty() {
        return errors.append(&mut cx.errors.borrow_mut());
    }
    places.add(name, text, document.get_ref());
    let root = |vocabulary| Table::root(&cx, &document, vocabulary);
    let mut codes = None;
    let mut sources = None;
    match name.split_once('/') {
        Some(("endpoints", _)) => {
            let (endpoint, rules) = endpoint::endpoint(name, root(&vocabulary::PAGE));
            spec.endpoints.extend(endpoint);
            places.rules.insert(name.to_owned(), rules);
        }
        Some(("types", _)) => {
            let (file, rules) = endpoint::type_file(name, root(&vocabulary::TYPE_FILE));
            spec.shared.push(file);
            places.rules.insert(name.to_owned(), rules);
        }
        _ if name == COMMON[0] || name == OVERLAY[0] => {
            sources = Some(common::sources(&root(&vocabulary::SOURCES)));
        }
        _ if name == COMMON[1] || name == OVERLAY[1] => {
            codes = Some(common::codes(root(&vocabulary::CODES)));
        }
        _ if name == COMMON[2] => {
            spec.protocol = common::protocol(root(&vocabulary::PROTOCOL));
        }
        _ => {
            let common = COMMON.map(|it| format!("`{it}`")).join(", ");
            let message =
                format!("a spec has no such file: expected `endpoints/`, `types/`, {common}");
            cx.report(&(0..0), message);
        }
    }
    places.add_marks(name, cx.marks.take());
    errors.append(&mut cx.errors.borrow_mut());
    drop(cx);
    for it in sources.into_iter().flatten() {
        if shared.sources.iter().any(|other| other.id == it.id) {
            let message = format!("the source `{}` exists already; give yours another id", it.id);
            errors.push(places.error(name, &it.id, message));
        }
        shared.sources.push(it);
    }
    if let Some(codes) = codes {
        let common::Codes { list: codes, charsets, predicates, format_checks } = codes;
        shared.codes.extend(codes);
        shared.charsets.extend(charsets);
        shared.predicates.extend(predicates);
        shared.format_checks.extend(format_checks);
    }
}

/// Reads the version under a key, if there is one.
fn version(table: &Table<'_>, key: &'static str) -> Option<Version> {
    version_of(table.get(key)?)
}

fn version_of(value: table::Value<'_>) -> Option<Version> {
    let text = value.string()?;
    let version = text.parse::<Version>().ok();
    if version.is_none() {
        value.report(format!(
            "`{text}` is not a version: expected numbers with dots, such as `7.0.3`"
        ));
    }
    version
}

/// Reads `since` and `until`.
fn versions(table: &Table<'_>) -> Versions {
    let it = Versions { since: version(table, "since"), until: version(table, "until") };
    if let (Some(since), Some(until)) = (&it.since, &it.until)
        && since > until
    {
        table.report(format!("`since` {since} is later than `until` {until}"));
    }
    it
}

#[cfg(test)]
mod tests;
