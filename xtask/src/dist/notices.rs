//! The licenses of all code in the binary, with the texts that they ask to pass on.
//!
//! `cargo about` does this from a list of texts of its own where a crate has no text. Three of our crates have none, so
//! that list would be most of what we would install.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, bail};

use super::packages::Package;
use crate::workspace;

/// Crates that were published without a text, though they offer the Apache License 2.0, whose text is always the same.
const WITHOUT_TEXT: &[&str] = &["asn1-rs-impl", "garde", "garde_derive", "maud", "maud_macros"];

/// How the file of a license or a notice begins.
const BEGINNINGS: &[&str] = &["licen", "copying", "copyright", "notice", "unlicense"];

/// Writes the notices: every package with its license, then every text once, with the packages that it is of.
pub(super) fn notices(
    packages: &[Package],
    rust: &str,
    rust_notices: &str,
) -> anyhow::Result<String> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut missing = Vec::new();
    for package in packages.iter().filter(|it| !it.is_ours()) {
        let label = format!("{} {}", package.name, package.version);
        let mut found = texts_in(&package.folder)?;
        let is_listed = WITHOUT_TEXT.contains(&package.name.as_str());
        if found.is_empty() && is_listed && package.license.contains("Apache-2.0") {
            let text = fs::read_to_string(workspace::root().join("LICENSE-APACHE"))?;
            found.push(text);
        } else if is_listed {
            bail!(
                "{label} has a text of its license: take it from the list in xtask/src/dist/notices.rs"
            );
        }
        if found.is_empty() {
            missing.push(format!("{label} ({})", package.license));
        }
        for text in found {
            texts.entry(normal(&text)).or_default().push(label.clone());
        }
    }
    if !missing.is_empty() {
        bail!(
            "these crates have no text of their license: {}; read their repositories and extend xtask/src/dist/notices.rs",
            missing.join(", ")
        );
    }
    write(packages, rust, rust_notices, texts)
}

fn write(
    packages: &[Package],
    rust: &str,
    rust_notices: &str,
    texts: BTreeMap<String, Vec<String>>,
) -> anyhow::Result<String> {
    let mut out = format!(
        "The binary sps contains the code of others. Their licenses follow: first a list, then the texts.\n\n\
         The standard library of {rust}: {rust_notices} lists its licenses.\n"
    );
    for it in packages.iter().filter(|it| !it.is_ours()) {
        write!(out, "{} {}: {}", it.name, it.version, it.license)?;
        if !it.authors.is_empty() {
            write!(out, ", by {}", it.authors.join(", "))?;
        }
        out.push('\n');
    }
    // In the order of the first package that has it.
    let mut texts: Vec<_> = texts.into_iter().map(|(text, of)| (of, text)).collect();
    texts.sort();
    for (of, text) in texts {
        write!(out, "\n{}\n{}\n\n{text}", "-".repeat(80), of.join(", "))?;
    }
    Ok(out)
}

/// The texts of licenses and notices of a crate, from its folder and a folder of licenses in it.
fn texts_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut paths = Vec::new();
    let entries = fs::read_dir(folder)
        .with_context(|| format!("cannot read {}: run `cargo fetch --locked`", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if !BEGINNINGS.iter().any(|it| name.starts_with(it)) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            for inner in fs::read_dir(entry.path())? {
                paths.push(inner?.path());
            }
        } else if !Path::new(&name).extension().is_some_and(|it| it == "rs" || it == "toml") {
            paths.push(entry.path());
        }
    }
    paths.retain(|it| it.is_file());
    paths.sort();
    let read = |path: &Path| {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    paths
        .iter()
        .map(|it| read(it))
        .filter(|it| !matches!(it, Ok(text) if text.trim().is_empty()))
        .collect()
}

/// The text with line ends and empty lines that every copy has.
fn normal(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    let start = lines.iter().position(|it| !it.is_empty()).unwrap_or_default();
    let mut out = lines[start..].join("\n").trim_end().to_owned();
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, folder: &Path) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: "MIT".to_owned(),
            authors: vec!["A. Author".to_owned()],
            repository: None,
            folder: folder.to_owned(),
            checksum: Some("00".to_owned()),
            dependencies: Vec::new(),
        }
    }

    #[test]
    fn prints_a_text_once_and_fails_where_one_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for (name, text) in [("a", "Text\r\n"), ("b", "\nText  \n\n")] {
            fs::create_dir_all(folder.join(name)).unwrap();
            fs::write(folder.join(name).join("LICENSE-MIT"), text).unwrap();
        }
        let both = [package("a", &folder.join("a")), package("b", &folder.join("b"))];
        let text = notices(&both, "Rust 1.2.3", "RUST.html").unwrap();
        assert!(text.ends_with("\na 1.0.0, b 1.0.0\n\nText\n"), "{text}");
        assert!(text.contains("a 1.0.0: MIT, by A. Author\n"), "{text}");

        fs::create_dir_all(folder.join("c")).unwrap();
        let error = notices(&[package("c", &folder.join("c"))], "", "").unwrap_err().to_string();
        assert!(error.contains("c 1.0.0 (MIT)"), "{error}");
        let error =
            notices(&[package("garde", &folder.join("a"))], "", "").unwrap_err().to_string();
        assert!(error.contains("garde 1.0.0 has a text"), "{error}");
    }
}
