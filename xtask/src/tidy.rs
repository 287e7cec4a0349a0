//! `cargo xtask tidy`: what compilers cannot test.

mod github;
mod libraries;
mod manifests;
mod packages;
mod readme;
mod structure;
mod texts;
mod words;

use std::fmt;

use anyhow::bail;

use crate::workspace::{self, TextFile};

/// Lists everything that is untidy, each with what to do about it.
pub(crate) fn tidy() -> anyhow::Result<()> {
    let findings = findings(&workspace::texts()?);
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => bail!("1 thing is untidy"),
        count => bail!("{count} things are untidy"),
    }
}

/// Something untidy.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    path: String,
    /// Counted from 1; 0 when the file as a whole is meant.
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

fn findings(files: &[TextFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let manifest = files.iter().find(|it| it.path == "Cargo.toml");
    let repository = manifest.and_then(|it| packages::repository(&it.text));
    for file in files {
        github::check(file, repository, &mut findings);
        texts::check(file, &mut findings);
        libraries::check(file, &mut findings);
        words::check(file, &mut findings);
    }
    structure::check(files, &mut findings);
    let members = manifests::members(files, &mut findings);
    manifests::check(&members, &mut findings);
    packages::check(files, &members, &mut findings);
    readme::check(files, &members, &mut findings);
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let findings: Vec<_> = findings(&workspace::texts().unwrap());
        let list: Vec<_> = findings.iter().map(ToString::to_string).collect();
        assert!(list.is_empty(), "{}\n`cargo xtask tidy` prints this list", list.join("\n"));
    }
}
