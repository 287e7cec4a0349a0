//! Environment variables of a connection.

use std::{env, ffi::OsString, path::PathBuf};

use anyhow::{Result, anyhow};

/// Whether a variable is set and not empty.
pub(super) fn is_set(name: &str) -> bool {
    get(name).is_some()
}

/// The value of an option, or else of a variable, as text.
pub(super) fn text(option: Option<&String>, name: &str) -> Result<Option<String>> {
    if option.is_some() {
        return Ok(option.cloned());
    }
    let text = get(name).map(OsString::into_string).transpose();
    text.map_err(|_| anyhow!("{name} is not UTF-8"))
}

/// The value of an option, or else of a variable, as a file.
pub(super) fn file(option: Option<&PathBuf>, name: &str) -> Option<PathBuf> {
    option.cloned().or_else(|| get(name).map(PathBuf::from))
}

/// The value of a variable; an empty one counts as unset.
fn get(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|it| !it.is_empty())
}
