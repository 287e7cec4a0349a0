//! The workspace as files: its root, its texts, its members, and commands that run in it.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};

/// The folder that holds everything else.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// A cargo command in the root, with whichever cargo started us.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args);
    command
}

/// A command in the root that sees the environment of our caller.
///
/// Cargo tells us the package that it runs, which is `xtask`. Build scripts that watch these variables, such as that of
/// `ring`, would run again after every change between a cargo that we start and one that a developer starts.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let is_of_package = name
            .to_str()
            .is_some_and(|it| it.starts_with("CARGO_PKG_") || it.starts_with("CARGO_MANIFEST_"));
        if is_of_package {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end; an error unless it succeeds.
pub(crate) fn run(command: &mut Command, what: &str) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {what}"))?;
    if !status.success() {
        bail!("failed: {what}");
    }
    Ok(())
}

/// The folder of what is built, which also holds this command.
pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe().context("where this command lies")?;
    Ok(program.ancestors().nth(2).context("this command lies in a folder of a profile")?.to_owned())
}

/// An empty folder there for the files of one command.
pub(crate) fn scratch(name: &str) -> anyhow::Result<PathBuf> {
    let folder = target()?.join("xtask").join(name);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::create_dir_all(&folder),
    }
    .with_context(|| format!("cannot empty {}", folder.display()))?;
    Ok(folder)
}

/// One text file: its path from the root, with `/` between folders, and its text.
#[derive(Debug)]
pub(crate) struct TextFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Folders and files that `.gitignore` names, beside git's own folder.
const IGNORED: &[&str] = &[".git", "target", "wip", "proptest-regressions", "node_modules", "out"];

/// Every text file of the workspace, sorted by path. Files that are not UTF-8 are no text.
///
/// The folders are walked, for an unpacked archive has no git to ask.
pub(crate) fn texts() -> anyhow::Result<Vec<TextFile>> {
    let mut files = Vec::new();
    collect(root(), "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(dir: &Path, prefix: &str, files: &mut Vec<TextFile>) -> anyhow::Result<()> {
    let entries = match fs::read_dir(dir) {
        // Tests that run beside us make and remove folders.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("cannot read the folder {prefix}"))?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if IGNORED.contains(&name.as_str()) || name.ends_with(".snap.new") {
            continue;
        }
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() {
            match fs::read(entry.path()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                bytes => {
                    let bytes = bytes.with_context(|| format!("cannot read {path}"))?;
                    if let Ok(text) = String::from_utf8(bytes) {
                        files.push(TextFile { path, text });
                    }
                }
            }
        }
    }
    Ok(())
}
