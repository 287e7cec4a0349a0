//! The editors around `sps lsp`: the extension of VS Code is built and its package opened, and Neovim edits a tree.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use anyhow::{Context as _, bail};

use crate::{shells, workspace};

/// What `@vscode/vsce` needs.
const NODE: u32 = 20;
/// What the package of the extension holds: no test, no source, nothing of the machine.
const PACKAGED: &[&str] = &[
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE-APACHE",
    "extension/LICENSE-MIT",
    "extension/changelog.md",
    "extension/out/NOTICES.txt",
    "extension/out/extension.js",
    "extension/package.json",
    "extension/readme.md",
];

/// Runs both, each where its programs can be had.
pub(crate) fn check() -> anyhow::Result<()> {
    // npm waits for the network most of the time.
    let extension = thread::spawn(vscode);
    let neovim = neovim();
    let extension = extension.join();
    neovim?;
    extension.unwrap_or_else(|_| bail!("the check of the extension failed"))
}

/// Checks the types of the extension, runs its tests, builds its package and looks into it.
fn vscode() -> anyhow::Result<()> {
    if version_of("node").is_none() && !shells::install_packages(&["nodejs", "npm"])? {
        return Ok(());
    }
    let major = version_of("node").and_then(|it| it.split('.').next()?.parse::<u32>().ok());
    if major.is_none_or(|it| it < NODE) || version_of("npm").is_none() {
        println!("not run: the extension of VS Code needs Node.js {NODE} or newer, and npm");
        return Ok(());
    }
    let folder = copy()?;
    let npm = |arguments: &[&str]| {
        println!("$ npm {}", arguments.join(" "));
        let mut command = workspace::command("npm");
        workspace::run(command.args(arguments).current_dir(&folder), "npm")
    };
    let (lock, installed) = (folder.join("package-lock.json"), folder.join("node_modules/.lock"));
    if fs::read(&lock).ok() != fs::read(&installed).ok() {
        // No package that is used here needs its install script.
        npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])?;
        fs::copy(lock, installed)?;
    }
    npm(&["test", "--silent"])?;
    npm(&["run", "package", "--silent"])?;
    let listed = packaged(&folder.join("sps-config.vsix"))?;
    if listed != PACKAGED {
        bail!("the package of the extension holds {listed:#?}\nand not {PACKAGED:#?}");
    }
    println!("the package of the extension holds the {} files that it has to", listed.len());
    Ok(())
}

/// The version that a program prints, without a letter before it.
fn version_of(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let first = text.lines().next()?.trim();
    Some(first.rsplit([' ', 'v']).next()?.to_owned())
}

/// The sources of the extension in the target folder, beside the packages that were installed for them before.
fn copy() -> anyhow::Result<PathBuf> {
    let (source, folder) = (
        workspace::root().join("integrations/editors/vscode"),
        workspace::target()?.join("editors/vscode"),
    );
    for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if name != "node_modules" {
            let removed =
                if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.with_context(|| format!("removing {}", path.display()))?;
        }
    }
    copy_below(&source, &folder)?;
    Ok(folder)
}

fn copy_below(source: &Path, target: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(target).with_context(|| format!("making {}", target.display()))?;
    let entries = fs::read_dir(source).with_context(|| format!("reading {}", source.display()))?;
    for entry in entries {
        let (entry, target) = entry.map(|it| (it.path(), target.join(it.file_name())))?;
        // What a developer has built beside the sources.
        if entry.ends_with("node_modules") || entry.ends_with("out") {
            continue;
        }
        if entry.is_dir() {
            copy_below(&entry, &target)?;
        } else {
            fs::copy(&entry, &target).with_context(|| format!("copying {}", entry.display()))?;
        }
    }
    Ok(())
}

/// The names in the central directory of a zip archive, sorted.
fn packaged(archive: &Path) -> anyhow::Result<Vec<String>> {
    let bytes = fs::read(archive).with_context(|| format!("reading {}", archive.display()))?;
    names(&bytes).with_context(|| format!("{} is no zip archive", archive.display()))
}

fn names(bytes: &[u8]) -> Option<Vec<String>> {
    let number =
        |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?).into());
    let long = |at: usize| {
        usize::try_from(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)).ok()
    };
    // The end record is the last one, behind which only a comment may be.
    let end = bytes.windows(4).rposition(|it| it == b"PK\x05\x06")?;
    let (count, mut at) = (number(end + 10)?, long(end + 16)?);
    let mut names = Vec::new();
    for _ in 0..count {
        if bytes.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        let [name, extra, comment]: [usize; 3] =
            [number(at + 28)?, number(at + 30)?, number(at + 32)?];
        names.push(String::from_utf8(bytes.get(at + 46..at + 46 + name)?.to_vec()).ok()?);
        at += 46 + name + extra + comment;
    }
    names.sort();
    Some(names)
}

/// Lets Neovim edit a copy of the example as a user would.
fn neovim() -> anyhow::Result<()> {
    if version_of("nvim").is_none() && !shells::install_packages(&["neovim"])? {
        return Ok(());
    }
    let build = ["build", "--quiet", "--package", "sps-cli", "--locked"];
    workspace::run(&mut workspace::cargo(&build), "cargo build")?;
    let folder = workspace::scratch("editors")?;
    let root = workspace::root();
    let site = folder.join("site");
    copy_below(&root.join("examples/site"), &site)?;
    let plugin = root.join("integrations/editors/neovim");
    let mut neovim = workspace::command("nvim");
    neovim
        .args(["--clean", "--headless"])
        .args(["--cmd", "let &runtimepath = $PLUGIN . ',' . &runtimepath"])
        .args(["--cmd", "let g:sps_cmd = [$SPS, 'lsp']"])
        .args(["-c", "luafile $PLUGIN/tests/tour.lua"])
        .current_dir(&site)
        .env("PLUGIN", &plugin)
        .env("SPS", workspace::target()?.join("debug/sps"));
    // Neither the settings nor the state of the user of this machine.
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"]
    {
        neovim.env(variable, folder.join("home"));
    }
    println!("$ nvim, with {} in a copy of examples/site", plugin.join("tests/tour.lua").display());
    workspace::run(&mut neovim, "the tour with Neovim")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_in_an_archive_are_read_from_its_end() {
        // As Python writes two empty files.
        let entry = |name: &str| {
            let mut entry = b"PK\x01\x02".to_vec();
            entry.resize(46, 0);
            entry[28] = u8::try_from(name.len()).unwrap();
            entry[30] = 1;
            entry.extend(name.bytes());
            entry.push(0);
            entry
        };
        let mut archive = b"PK\x05\x06 is also a text of a file".to_vec();
        let start = archive.len();
        archive.extend([entry("b/c.txt"), entry("a")].concat());
        archive.extend(b"PK\x05\x06\0\0\0\0\x02\0\x02\0\0\0\0\0");
        archive.extend([u8::try_from(start).unwrap(), 0, 0, 0, 0, 0]);
        assert_eq!(names(&archive), Some(vec!["a".to_owned(), "b/c.txt".to_owned()]));
        archive.truncate(archive.len() - 4);
        assert_eq!(names(&archive), None);
        assert_eq!(names(b"no archive"), None);
    }
}
