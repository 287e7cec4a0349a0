//! What the manifests of the members must say, and which crate may know which.

use toml::de::{DeTable, DeValue};

use super::Finding;
use crate::workspace::TextFile;

/// For each crate the crates of the workspace that it may depend on. Dev-dependencies do not count.
///
/// This is the list behind the arrows of `ARCHITECTURE.md`. The simulator-side second opinion, and a generator that
/// still runs when its own output is broken, rest on what is *not* in it.
const ARROWS: &[(&str, &[&str])] = &[
    ("sps-spec", &[]),
    ("sps-derive", &[]),
    ("sps-validate", &[]),
    ("sps-model", &["sps-derive", "sps-validate"]),
    ("sps-catalog", &["sps-model", "sps-spec"]),
    // Never the spec or the simulator: only something that shares nothing with it can test it.
    ("sps-client", &["sps-derive", "sps-model", "sps-validate"]),
    ("sps-codegen", &["sps-spec"]),
    // Neither the models nor the validator: it is a second opinion.
    ("sps-sim", &["sps-spec"]),
    ("sps-site", &["sps-catalog", "sps-client", "sps-model", "sps-validate"]),
    ("sps-lsp", &["sps-model", "sps-site"]),
    (
        "sps-cli",
        &[
            "sps-catalog",
            "sps-client",
            "sps-codegen",
            "sps-derive",
            "sps-lsp",
            "sps-model",
            "sps-sim",
            "sps-site",
            "sps-spec",
            "sps-validate",
        ],
    ),
    // Never `sps-model`: a broken generated file would stop the generator that could repair it.
    ("xtask", &["sps-codegen", "sps-spec"]),
    // The crate of tests has no code of its own; what it tests are dev-dependencies.
    ("tests", &[]),
];

/// A member of the workspace, as its manifest describes it.
#[derive(Debug)]
pub(super) struct Member {
    /// Path of the manifest.
    pub(super) path: String,
    pub(super) name: String,
    pub(super) dependencies: Vec<String>,
    pub(super) dev_dependencies: Vec<String>,
    pub(super) is_published: bool,
    has_lints: bool,
}

/// Every package of the workspace: each folder below `crates/`, and three beside it.
pub(super) fn members(files: &[TextFile], findings: &mut Vec<Finding>) -> Vec<Member> {
    let mut members = Vec::new();
    for file in files {
        let folder = file.path.strip_suffix("/Cargo.toml");
        let is_member = folder.is_some_and(|folder| match folder.strip_prefix("crates/") {
            Some(name) => !name.contains('/'),
            None => ["spec", "tests", "xtask"].contains(&folder),
        });
        if is_member {
            match member(file) {
                Ok(member) => members.push(member),
                Err(message) => findings.push(Finding::new(&file.path, 0, message)),
            }
        }
    }
    members
}

/// Checks the manifests against each other and against the arrows.
pub(super) fn check(members: &[Member], findings: &mut Vec<Finding>) {
    for member in members {
        let mut report = |message: String| findings.push(Finding::new(&member.path, 0, message));
        if !member.has_lints {
            report("add `[lints]` with `workspace = true`".to_owned());
        }
        let folder = member.path.strip_suffix("/Cargo.toml").unwrap_or_default();
        if let Some(folder) = folder.strip_prefix("crates/")
            && folder != member.name
        {
            report(format!(
                "rename the folder or the package: `{folder}` is not `{}`",
                member.name
            ));
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == member.name) else {
            report(format!(
                "say what `{}` may depend on, in ARCHITECTURE.md and in xtask/src/tidy/manifests.rs",
                member.name
            ));
            continue;
        };
        for dependency in &member.dependencies {
            let is_ours = members.iter().any(|it| it.name == *dependency);
            if is_ours && !allowed.contains(&dependency.as_str()) {
                report(format!(
                    "`{}` must not depend on `{dependency}`: a new arrow is a change of ARCHITECTURE.md and of \
                     xtask/src/tidy/manifests.rs, in a commit of its own",
                    member.name
                ));
            }
        }
    }
}

fn member(file: &TextFile) -> Result<Member, String> {
    let document = DeTable::parse(&file.text).map_err(|error| error.message().to_owned())?;
    let document = document.get_ref();
    let package = table(document, "package").ok_or("there is no `[package]`")?;
    let name = package.get("name").and_then(|it| it.get_ref().as_str());
    let (mut dependencies, mut dev_dependencies) = (Vec::new(), Vec::new());
    let targets = table(document, "target").into_iter().flat_map(DeTable::values);
    let targets = targets.filter_map(|it| match it.get_ref() {
        DeValue::Table(target) => Some(target),
        _ => None,
    });
    for parent in targets.chain([document]) {
        collect(parent, &["dependencies", "build-dependencies"], &mut dependencies);
        collect(parent, &["dev-dependencies"], &mut dev_dependencies);
    }
    let publish = package.get("publish").map(toml::Spanned::get_ref);
    let lints = table(document, "lints").and_then(|it| it.get("workspace"));
    Ok(Member {
        path: file.path.clone(),
        name: name.ok_or("this package has no name")?.to_owned(),
        dependencies,
        dev_dependencies,
        is_published: !matches!(publish, Some(DeValue::Boolean(false))),
        has_lints: matches!(lints.map(toml::Spanned::get_ref), Some(DeValue::Boolean(true))),
    })
}

pub(super) fn table<'a, 'i>(parent: &'a DeTable<'i>, key: &str) -> Option<&'a DeTable<'i>> {
    match parent.get(key)?.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

/// Adds the packages that the tables of dependencies name, under their own names.
fn collect(parent: &DeTable<'_>, keys: &[&str], dependencies: &mut Vec<String>) {
    for key in keys {
        for (name, value) in table(parent, key).into_iter().flatten() {
            let renamed = match value.get_ref() {
                DeValue::Table(table) => table.get("package").and_then(|it| it.get_ref().as_str()),
                _ => None,
            };
            dependencies.push(renamed.unwrap_or(name.get_ref()).to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| TextFile { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        let mut findings = Vec::new();
        let members = members(&files, &mut findings);
        check(&members, &mut findings);
        findings.iter().map(ToString::to_string).collect()
    }

    const LINTS: &str = "[lints]\nworkspace = true\n";

    fn package(name: &str, tail: &str) -> String {
        format!("[package]\nname = \"{name}\"\n{tail}\n{LINTS}")
    }

    #[test]
    fn accepts_the_arrows_and_any_dev_dependency() {
        let model = package(
            "sps-model",
            "[dependencies]\nsps-derive.workspace = true\nserde = \"1\"\n[dev-dependencies]\nsps-spec.workspace = true",
        );
        let files = [
            ("crates/sps-model/Cargo.toml", model.as_str()),
            ("crates/sps-derive/Cargo.toml", &package("sps-derive", "")),
            ("spec/Cargo.toml", &package("sps-spec", "")),
            ("tests/user/Cargo.toml", "not even TOML"),
        ];
        assert_eq!(messages(&files), <[String; 0]>::default());
    }

    #[test]
    fn refuses_any_other_arrow() {
        let spec = package("sps-spec", "");
        let model = package("sps-model", "");
        for (path, name, tail) in [
            ("xtask/Cargo.toml", "xtask", "[dependencies]\nsps-model.workspace = true"),
            ("xtask/Cargo.toml", "xtask", "[build-dependencies]\nsps-model = \"0.1\""),
            ("xtask/Cargo.toml", "xtask", "[dependencies]\nm = { package = \"sps-model\" }"),
            ("xtask/Cargo.toml", "xtask", "[target.'cfg(unix)'.dependencies]\nsps-model = \"0.1\""),
            (
                "crates/sps-validate/Cargo.toml",
                "sps-validate",
                "[dependencies]\nsps-spec.workspace = true",
            ),
        ] {
            let files = [
                (path, &*package(name, tail)),
                ("spec/Cargo.toml", &*spec),
                ("crates/sps-model/Cargo.toml", &*model),
            ];
            let messages = messages(&files);
            assert_eq!(messages.len(), 1, "{tail}: {messages:?}");
            assert!(messages[0].contains("must not depend"), "{messages:?}");
        }
    }

    #[test]
    fn refuses_a_manifest_without_lints_or_arrows() {
        let files = [("crates/b/Cargo.toml", "[package]\nname = \"a\"\n")];
        let messages = messages(&files);
        for (message, word) in messages.iter().zip(["[lints]", "rename", "ARCHITECTURE.md"]) {
            assert!(message.contains(word), "{messages:?}");
        }
        assert_eq!(messages.len(), 3);
    }
}
