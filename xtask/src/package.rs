//! `cargo xtask package`: packs every crate as it would be published, and builds each from its own archive alone.

use std::{
    collections::BTreeSet,
    env,
    fmt::Write as _,
    fs,
    path::{Component, Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail, ensure};
use toml::de::{DeTable, DeValue};

use crate::workspace;

/// Members that are never published.
const UNPUBLISHED: &[&str] = &["tests", "xtask"];

/// Packs the crates, unpacks them outside of the workspace, and checks them there: those with these names, or all.
pub(crate) fn package(names: &[&str]) -> anyhow::Result<()> {
    pack()?;
    let folder = Unpacked::new()?;
    if let Some(name) = names.iter().find(|name| folder.packages.iter().all(|it| it.name != **name))
    {
        bail!("`{name}` is no crate that is published");
    }
    let is_chosen = |it: &&Package| names.is_empty() || names.contains(&&*it.name);
    let chosen: Vec<_> = folder.packages.iter().filter(is_chosen).collect();
    let target = workspace::target()?;
    for package in &chosen {
        package.check_contents()?;
        for features in package.feature_sets() {
            println!("$ cargo clippy --package {} {}", package.name, features.join(" "));
            let mut clippy = workspace::cargo(&["clippy", "--quiet", "--package", &package.name]);
            clippy.args(features).args(["--", "--deny", "warnings"]);
            clippy.current_dir(&folder.path).env("CARGO_TARGET_DIR", &target);
            // Its configuration is a file of the workspace.
            clippy.env("CLIPPY_CONF_DIR", workspace::root());
            workspace::run(&mut clippy, "the command above")?;
        }
    }
    let read = sources_read(&target, &folder.path, &chosen)?;
    println!(
        "{} packages build from their archives, and the compiler read {read} files, all of them inside",
        chosen.len()
    );
    Ok(())
}

/// Runs `cargo package`. A warning of it is an error: it is the last one to see what a registry will not take.
fn pack() -> anyhow::Result<()> {
    // What is built is checked later, with every set of features.
    let mut cargo = workspace::cargo(&["package", "--workspace", "--locked", "--no-verify"]);
    for name in UNPUBLISHED {
        cargo.args(["--exclude", name]);
    }
    // A developer packs what is not committed yet, too.
    cargo.arg("--allow-dirty");
    let output = cargo.output().context("cannot start cargo package")?;
    let printed = String::from_utf8_lossy(&output.stderr);
    print!("{printed}");
    ensure!(output.status.success(), "cargo package fails");
    ensure!(!printed.contains("warning:"), "cargo package warns: see above");
    Ok(())
}

/// The unpacked archives, in a folder that is removed at the end.
struct Unpacked {
    path: PathBuf,
    packages: Vec<Package>,
}

impl Unpacked {
    /// Unpacks every archive into its own folder, and joins these to a workspace of their own: there, crates that are not
    /// in a registry yet find each other, by path.
    fn new() -> anyhow::Result<Self> {
        let path = env::temp_dir().join(format!("sps-package-{}", std::process::id()));
        let mut unpacked = Self { path, packages: Vec::new() };
        fs::create_dir_all(&unpacked.path).context("cannot make a folder for the archives")?;
        // As the compiler will name it: the folder for temporary files may be a link.
        unpacked.path = unpacked.path.canonicalize()?;
        let root = fs::read_to_string(workspace::root().join("Cargo.toml"))?;
        let version = version(&root)?;
        let mut patches = String::new();
        for name in members()? {
            let archive = format!("{name}-{version}.crate");
            let mut tar = Command::new("tar");
            tar.arg("-xzf").arg(workspace::target()?.join("package").join(&archive));
            workspace::run(tar.current_dir(&unpacked.path), &format!("tar -xzf {archive}"))?;
            let _ = writeln!(patches, "{name} = {{ path = '{name}-{version}' }}");
            let folder = unpacked.path.join(format!("{name}-{version}"));
            unpacked.packages.push(Package::read(name, folder)?);
        }
        // The same profiles, so that what is built already is used again.
        let profiles = root.find("[profile.").map_or("", |at| &root[at..]);
        let manifest = format!(
            "[workspace]\nresolver = \"3\"\nmembers = [\"sps-*\"]\n\n[patch.crates-io]\n{patches}\n{profiles}"
        );
        fs::write(unpacked.path.join("Cargo.toml"), manifest)?;
        fs::copy(workspace::root().join("Cargo.lock"), unpacked.path.join("Cargo.lock"))?;
        Ok(unpacked)
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // What is left in the folder for temporary files is the system's to remove.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// One package, as its archive has it.
struct Package {
    name: String,
    folder: PathBuf,
    has_features: bool,
}

impl Package {
    fn read(name: String, folder: PathBuf) -> anyhow::Result<Self> {
        let manifest = fs::read_to_string(folder.join("Cargo.toml"))
            .with_context(|| format!("the archive of {name} has no manifest"))?;
        let manifest = DeTable::parse(&manifest).map_err(|error| anyhow::anyhow!("{error}"))?;
        let features = manifest.get_ref().get("features").map(toml::Spanned::get_ref);
        let has_features = matches!(features, Some(DeValue::Table(it)) if !it.is_empty());
        Ok(Self { name, folder, has_features })
    }

    /// Licenses, front page and lock file are in the archive itself.
    fn check_contents(&self) -> anyhow::Result<()> {
        for (file, of_root) in [
            ("LICENSE-MIT", Some("LICENSE-MIT")),
            ("LICENSE-APACHE", Some("LICENSE-APACHE")),
            ("README.md", None),
            ("Cargo.lock", None),
        ] {
            let path = self.folder.join(file);
            let is_file = fs::symlink_metadata(&path).is_ok_and(|it| it.is_file());
            ensure!(is_file, "the archive of {} lacks {file}", self.name);
            if let Some(of_root) = of_root {
                let same = fs::read(&path)? == fs::read(workspace::root().join(of_root))?;
                ensure!(same, "{file} in the archive of {} has another text", self.name);
            }
        }
        Ok(())
    }

    /// Every set of features that differs from another: without features one build is all three.
    fn feature_sets(&self) -> Vec<&'static [&'static str]> {
        // No crate has default features, so no features are the default ones; a test holds that.
        if self.has_features {
            vec![&["--no-default-features"], &["--all-features"]]
        } else {
            vec![&[]]
        }
    }
}

/// The names of the published crates.
fn members() -> anyhow::Result<Vec<String>> {
    let mut names = vec!["sps-spec".to_owned()];
    for entry in fs::read_dir(workspace::root().join("crates"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The version that all crates share.
fn version(root: &str) -> anyhow::Result<String> {
    let line = root.lines().find_map(|line| line.strip_prefix("version = \""));
    let version = line.and_then(|line| line.split('"').next()).map(str::to_owned);
    version.context("the root manifest has no version")
}

/// Counts the files that the compiler read for the unpacked packages. One outside of its package is an error.
///
/// The compiler lists them beside what it builds: modules, and whatever `include_str!` and its kind read.
fn sources_read(target: &Path, folder: &Path, packages: &[&Package]) -> anyhow::Result<usize> {
    let mut lists = Vec::new();
    for entry in fs::read_dir(target.join("debug/deps"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "d") {
            lists.push(fs::read_to_string(&path)?);
        }
    }
    // What clippy reads for itself.
    let settings = [workspace::root().join(".clippy.toml"), folder.join("Cargo.toml")];
    let mut read = BTreeSet::new();
    for package in packages {
        let lists = lists.iter().map(|list| files_of(list, folder));
        // A list is that of the package if its modules are there.
        let is_own = |files: &Vec<PathBuf>| {
            let mut modules = files.iter().filter(|it| it.extension().is_some_and(|it| it == "rs"));
            modules.any(|it| it.starts_with(&package.folder))
        };
        let own: Vec<_> =
            lists.filter(is_own).flatten().filter(|it| !settings.contains(it)).collect();
        ensure!(!own.is_empty(), "the compiler left no list of the files of {}", package.name);
        for file in own {
            if !file.starts_with(&package.folder) {
                bail!("{} reads a file outside of its package: {}", package.name, file.display());
            }
            read.insert(file);
        }
    }
    Ok(read.len())
}

/// The sources in a list of the compiler, which names them from the folder of the workspace.
fn files_of(list: &str, workspace: &Path) -> Vec<PathBuf> {
    let names = list.lines().filter_map(|line| line.strip_suffix(':'));
    names
        .map(|name| {
            let path = workspace.join(name.replace("\\ ", " "));
            let mut plain = PathBuf::new();
            for part in path.components() {
                if part == Component::ParentDir {
                    plain.pop();
                } else {
                    plain.push(part);
                }
            }
            plain
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p049_a_file_outside_of_the_package_is_seen() {
        let list = "x/a.d: a-1/src/lib.rs\n\na-1/src/lib.rs:\na-1/src/../b\\ c.txt:\na-1/../b.txt:\n/d:\n# env-dep:X=1\n";
        let expected = ["/w/a-1/src/lib.rs", "/w/a-1/b c.txt", "/w/b.txt", "/d"].map(PathBuf::from);
        assert_eq!(files_of(list, Path::new("/w")), expected);
    }

    #[test]
    fn p049_no_features_are_the_default_ones() {
        for name in members().unwrap() {
            let folder =
                if name == "sps-spec" { "spec".to_owned() } else { format!("crates/{name}") };
            let manifest = workspace::root().join(folder).join("Cargo.toml");
            let text = fs::read_to_string(manifest).unwrap();
            let has_default = text.lines().any(|line| line.starts_with("default = "));
            assert!(!has_default, "{name}: let `cargo xtask package` build default features, too");
        }
    }
}
