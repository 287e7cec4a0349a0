//! What every published package must carry, and the order in which packages are published.

use std::collections::BTreeSet;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Finding,
    manifests::{Member, table},
};
use crate::workspace::TextFile;

/// The page with the order of publishing: the crates in code spans of its numbered list below this heading.
const RELEASING: &str = "RELEASING.md";
const ORDER: &str = "## Order of the crates";

/// How the binary is installed from a registry. Spelled in pieces, or this file would be among its users.
const INSTALL: &str = concat!("cargo ", "install sps-cli");

/// The extension of VS Code, whose package has the licenses, too.
const EXTENSION: &str = "integrations/editors/vscode/";
const EXTENSION_MANIFEST: &str = "integrations/editors/vscode/package.json";

/// Keys of `[package]` that crates.io shows. The manifest names them, or takes them from the workspace.
const KEYS: &[&str] = &[
    "description",
    "version",
    "edition",
    "rust-version",
    "license",
    "repository",
    "readme",
    "keywords",
    "categories",
];

/// Checks the manifests, READMEs and licenses of what is published.
pub(super) fn check(files: &[TextFile], members: &[Member], findings: &mut Vec<Finding>) {
    let text = |path: &str| files.iter().find(|it| it.path == path).map(|it| it.text.as_str());
    let published: Vec<_> = members.iter().filter(|it| it.is_published).collect();
    for member in &published {
        let mut report = |message| findings.push(Finding::new(&member.path, 0, message));
        let folder = member.path.strip_suffix("Cargo.toml").unwrap_or_default();
        for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
            if text(license) != text(&format!("{folder}{license}")) {
                report(format!("copy {license} of the root to {folder}: each package has its own"));
            }
        }
        if !text(&format!("{folder}README.md")).is_some_and(|it| it.contains(&member.name)) {
            report(format!("write {folder}README.md: it is the front page on crates.io"));
        }
        if let Some(manifest) = text(&member.path).and_then(|text| DeTable::parse(text).ok()) {
            metadata(manifest.get_ref(), &mut report);
        }
    }
    for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
        let path = format!("{EXTENSION}{license}");
        if text(EXTENSION_MANIFEST).is_some() && text(license) != text(&path) {
            findings.push(Finding::new(&path, 0, format!("copy {license} of the root here")));
        }
    }
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            if line.contains(INSTALL) && !line.contains("--locked") {
                let message = "add `--locked`: the versions are those that were tested".to_owned();
                findings.push(Finding::new(&file.path, index + 1, message));
            }
        }
    }
    if let Some(page) = text(RELEASING) {
        order(page, &published, findings);
    }
}

/// The address of the repository, as the root manifest has it for all packages.
pub(super) fn repository(manifest: &str) -> Option<&str> {
    let value = manifest.lines().find_map(|line| line.strip_prefix("repository = \""))?;
    value.strip_suffix('"')
}

/// Checks `[package]` as crates.io and docs.rs read it.
fn metadata(manifest: &DeTable<'_>, report: &mut impl FnMut(String)) {
    let Some(package) = table(manifest, "package") else { return };
    for key in KEYS.iter().filter(|key| !package.contains_key(**key)) {
        report(format!("add `{key}` to `[package]`"));
    }
    let keywords = match package.get("keywords").map(Spanned::get_ref) {
        Some(DeValue::Array(keywords)) => keywords.iter().collect(),
        _ => Vec::new(),
    };
    if keywords.len() > 5 {
        report("name at most 5 keywords: crates.io takes no more".to_owned());
    }
    for keyword in keywords.iter().filter_map(|it| it.get_ref().as_str()) {
        let is_taken = keyword.len() <= 20
            && keyword.starts_with(|c: char| c.is_ascii_alphanumeric())
            && keyword.chars().all(|c| c.is_ascii_alphanumeric() || "_-+".contains(c));
        if !is_taken {
            report(format!(
                "change the keyword `{keyword}`: at most 20 ASCII letters, digits, `-`"
            ));
        }
    }
    let docs = ["metadata", "docs", "rs"].iter().try_fold(package, |it, key| table(it, key));
    let all = docs.and_then(|it| it.get("all-features")).map(Spanned::get_ref);
    if !matches!(all, Some(DeValue::Boolean(true))) {
        report("add `[package.metadata.docs.rs]` with `all-features = true`".to_owned());
    }
}

/// Checks that the page publishes every crate, each after those that it needs.
fn order(page: &str, published: &[&Member], findings: &mut Vec<Finding>) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let lines = page.lines().enumerate().skip_while(|(_, line)| *line != ORDER).skip(1);
    for (index, line) in lines.take_while(|(_, line)| !line.starts_with("## ")) {
        let is_item = line.starts_with(|c: char| c.is_ascii_digit());
        for name in line.split('`').skip(1).step_by(2).filter(|_| is_item) {
            let mut report = |message| findings.push(Finding::new(RELEASING, index + 1, message));
            let Some(member) = published.iter().find(|it| it.name == name) else {
                report(format!("remove `{name}`: no such crate is published"));
                continue;
            };
            // What only tests need counts: a registry looks for it, too.
            let needs = member.dependencies.iter().chain(&member.dev_dependencies);
            for need in needs.filter(|need| published.iter().any(|it| it.name == **need)) {
                if !seen.contains(need.as_str()) {
                    report(format!("name `{need}` before `{name}`, which needs it"));
                }
            }
            seen.insert(name);
        }
    }
    for member in published.iter().filter(|it| !seen.contains(it.name.as_str())) {
        let message = format!("add `{}` to the list below `{ORDER}`", member.name);
        findings.push(Finding::new(RELEASING, 0, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::manifests::members;

    /// The findings about these files and a complete package `sps-a`, which some of them may replace.
    fn messages(changes: &[(&str, &str)]) -> Vec<String> {
        let mut files = vec![
            ("LICENSE-MIT", "mit"),
            ("LICENSE-APACHE", "apache"),
            ("crates/sps-a/LICENSE-MIT", "mit"),
            ("crates/sps-a/LICENSE-APACHE", "apache"),
            ("crates/sps-a/README.md", "# sps-a"),
            ("crates/sps-a/Cargo.toml", MANIFEST),
        ];
        for change in changes {
            files.retain(|file| file.0 != change.0);
            files.push(*change);
        }
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| TextFile { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        let mut findings = Vec::new();
        let members = members(&files, &mut findings);
        check(&files, &members, &mut findings);
        findings.into_iter().map(|it| it.message).collect()
    }

    const MANIFEST: &str = "[package]\nname = \"sps-a\"\ndescription = \"\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\
        rust-version = \"1.89\"\nlicense = \"MIT\"\nrepository = \"\"\nreadme = \"README.md\"\nkeywords = [\"a\"]\n\
        categories = [\"config\"]\nmetadata.docs.rs.all-features = true\n";

    #[test]
    fn p047_every_package_has_its_licenses_its_readme_and_its_metadata() {
        assert_eq!(messages(&[]), <[String; 0]>::default());
        for (path, text, message) in [
            ("crates/sps-a/LICENSE-MIT", "another text", "copy LICENSE-MIT"),
            ("crates/sps-a/README.md", "# TODO", "write crates/sps-a/README.md"),
            ("crates/sps-a/Cargo.toml", &*MANIFEST.replace("readme", "reedme"), "add `readme`"),
            ("crates/sps-a/Cargo.toml", &*MANIFEST.replace("[\"a\"]", "[\"a b\"]"), "the keyword"),
            ("crates/sps-a/Cargo.toml", &*MANIFEST.replace("rs.all", "rs.no"), "docs.rs"),
        ] {
            let found = messages(&[(path, text)]);
            assert!(found.len() == 1 && found[0].contains(message), "{found:?}");
        }
        let unpublished = format!("[package]\npublish = false\n{}", &MANIFEST[10..60]);
        assert_eq!(
            messages(&[("crates/sps-a/Cargo.toml", &unpublished)]),
            <[String; 0]>::default()
        );
    }

    #[test]
    fn p051_an_install_line_takes_the_tested_versions() {
        let line = |rest: &str| format!("{INSTALL}{rest}\n");
        assert_eq!(messages(&[("docs/a.md", &line(" --locked"))]), <[String; 0]>::default());
        assert!(messages(&[("docs/a.md", &line(""))])[0].starts_with("add `--locked`"));
    }

    #[test]
    fn a_crate_is_published_after_what_it_needs() {
        let second = MANIFEST.replace("sps-a", "sps-b") + "[dev-dependencies]\nsps-a = \"1\"\n";
        let second = [
            ("crates/sps-b/Cargo.toml", &*second),
            ("crates/sps-b/README.md", "# sps-b"),
            ("crates/sps-b/LICENSE-MIT", "mit"),
            ("crates/sps-b/LICENSE-APACHE", "apache"),
        ];
        let found = |list: &str| {
            let page = format!("# R\n\n{ORDER}\n\nText `x`.\n\n{list}\n## Next\n1. `y`\n");
            messages(&[&second[..], &[(RELEASING, &*page)]].concat())
        };
        assert_eq!(found("1. `sps-a`\n2. `sps-b`"), <[String; 0]>::default());
        assert_eq!(
            found("1. `sps-b`\n2. `sps-a`"),
            ["name `sps-a` before `sps-b`, which needs it"]
        );
        let messages = found("1. `sps-c`\n2. `sps-a`");
        assert!(messages[0].starts_with("remove `sps-c`"), "{messages:?}");
        assert!(messages[1].starts_with("add `sps-b`"), "{messages:?}");
    }
}
