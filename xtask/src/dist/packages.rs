//! The packages that a binary is made of, as Cargo resolves them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Command,
};

use anyhow::{Context as _, bail};
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use crate::workspace;

/// The package that the binary is of.
pub(super) const MAIN: &str = "sps-cli";

/// One package.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// An SPDX expression.
    pub(super) license: String,
    pub(super) authors: Vec<String>,
    pub(super) repository: Option<String>,
    pub(super) folder: PathBuf,
    /// The SHA-256 digest of the packed crate; what lies in this workspace has none.
    pub(super) checksum: Option<String>,
    /// The indexes of the packages that it uses.
    pub(super) dependencies: Vec<usize>,
}

impl Package {
    pub(super) fn is_ours(&self) -> bool {
        self.checksum.is_none()
    }

    /// The name under which other tools know it.
    pub(super) fn url(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }
}

/// Reads the packages of the binary, sorted by name and version.
pub(super) fn packages(target: &str) -> anyhow::Result<Vec<Package>> {
    // The tree knows which features the binary has; the metadata know everything else.
    let tree = output(&mut workspace::cargo(&[
        "tree",
        "--locked",
        "--package",
        MAIN,
        "--target",
        target,
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    let wanted: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?.strip_prefix('v')?))
        })
        .collect();
    let metadata = output(&mut workspace::cargo(&[
        "metadata",
        "--locked",
        "--format-version",
        "1",
        "--filter-platform",
        target,
    ]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let checksums = checksums()?;
    let mut packages = BTreeMap::new();
    for it in list(&metadata["packages"]) {
        let (name, version) = (text(&it["name"])?, text(&it["version"])?);
        if !wanted.contains(&(name, version)) {
            continue;
        }
        let key = (name.to_owned(), version.to_owned());
        let license = it["license"].as_str().with_context(|| format!("{name} names no license"))?;
        let mut folder = PathBuf::from(text(&it["manifest_path"])?);
        folder.pop();
        let checksum = checksums.get(&key).cloned();
        if checksum.is_none() && !it["source"].is_null() {
            bail!("Cargo.lock has no checksum of {name} {version}");
        }
        let package = Package {
            name: name.to_owned(),
            version: version.to_owned(),
            license: license.replace('/', " OR "),
            authors: list(&it["authors"]).filter_map(|it| Some(it.as_str()?.to_owned())).collect(),
            repository: it["repository"].as_str().map(str::to_owned),
            folder,
            checksum,
            dependencies: Vec::new(),
        };
        packages.insert(key, (text(&it["id"])?, package));
    }
    if packages.len() != wanted.len() {
        bail!("cargo tree and cargo metadata name different packages");
    }
    let (ids, mut packages): (Vec<&str>, Vec<Package>) = packages.into_values().unzip();
    let index = |id: &Value| ids.iter().position(|it| Some(*it) == id.as_str());
    for node in list(&metadata["resolve"]["nodes"]) {
        let Some(user) = index(&node["id"]) else { continue };
        let used = list(&node["deps"])
            .filter(|it| list(&it["dep_kinds"]).any(|kind| kind["kind"].is_null()))
            .filter_map(|it| index(&it["pkg"]));
        packages[user].dependencies = used.collect::<BTreeSet<_>>().into_iter().collect();
    }
    Ok(packages)
}

/// The digests of Cargo.lock by name and version.
fn checksums() -> anyhow::Result<BTreeMap<(String, String), String>> {
    let text = fs::read_to_string(workspace::root().join("Cargo.lock")).context("Cargo.lock")?;
    let document = DeTable::parse(&text).context("Cargo.lock")?;
    let Some(DeValue::Array(packages)) =
        document.get_ref().get("package").map(toml::Spanned::get_ref)
    else {
        bail!("Cargo.lock lists no packages");
    };
    let mut checksums = BTreeMap::new();
    for package in packages {
        let DeValue::Table(package) = package.get_ref() else { continue };
        let word = |key| package.get(key).and_then(|it| it.get_ref().as_str()).map(str::to_owned);
        if let (Some(name), Some(version), Some(digest)) =
            (word("name"), word("version"), word("checksum"))
        {
            checksums.insert((name, version), digest);
        }
    }
    Ok(checksums)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> anyhow::Result<&str> {
    value.as_str().context("cargo metadata: a text is missing")
}

/// What a command prints; an error unless it succeeds.
pub(super) fn output(command: &mut Command) -> anyhow::Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        let arguments: Vec<_> = command.get_args().map(|it| it.to_string_lossy()).collect();
        bail!(
            "failed: {program} {}\n{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("{program} prints no text"))
}
