//! Names of files: standard input, JSON, JSON Lines and YAML.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// Whether the name means standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Whether the file may hold documents.
pub(crate) fn is_document(path: &Path) -> bool {
    has_extension(path, &["json", "jsonl", "ndjson", "yaml", "yml"])
}

/// Whether the file holds a document of YAML.
pub(crate) fn is_yaml(path: &Path) -> bool {
    has_extension(path, &["yaml", "yml"])
}

/// Whether every line of the file is a document.
pub(crate) fn is_json_lines(path: &Path) -> bool {
    has_extension(path, &["jsonl", "ndjson"])
}

/// The path without the extension of a file with documents.
pub(crate) fn without_extension(path: &Path) -> PathBuf {
    if is_document(path) { path.with_extension("") } else { path.to_owned() }
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    extensions.iter().any(|expected| extension.eq_ignore_ascii_case(expected))
}
