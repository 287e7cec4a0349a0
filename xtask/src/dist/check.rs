//! Makes the packages twice, as two people on two machines would, and compares the bytes.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};

use super::packages::output;
use crate::workspace;

/// One of the two: what may differ between machines.
struct Person {
    name: &'static str,
    umask: &'static str,
    time_zone: &'static str,
    locale: &'static str,
}

const PEOPLE: [Person; 2] = [
    Person { name: "anna", umask: "022", time_zone: "UTC", locale: "C" },
    Person { name: "bertalan", umask: "077", time_zone: "Pacific/Auckland", locale: "tr_TR.UTF-8" },
];

impl Person {
    /// A command in their environment. Programs that compress differently come first on their path.
    fn command(&self, home: &Path) -> anyhow::Result<Command> {
        let tools = home.join("bin");
        fs::create_dir_all(&tools)?;
        fs::write(tools.join("pigz"), "#!/bin/sh\nexec cat\n")?;
        let mut path = vec![tools];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let mut command = workspace::command("sh");
        command
            .args(["-c", "umask \"$0\" && exec \"$@\"", self.umask])
            .env("PATH", env::join_paths(path).context("PATH")?)
            .env("TZ", self.time_zone)
            .env("LC_ALL", self.locale)
            .env("USER", self.name)
            .env("LOGNAME", self.name);
        Ok(command)
    }
}

/// Builds the last commit twice, in two folders with two home folders.
pub(super) fn twice() -> anyhow::Result<()> {
    let rustup = env::var_os("RUSTUP_HOME").map(PathBuf::from);
    let rustup = rustup.or_else(|| Some(env::home_dir()?.join(".rustup")));
    // Two file systems where the machine has them, and paths of different length.
    let folders = [workspace::target()?.join("xtask"), env::temp_dir()];
    let homes = PEOPLE.each_ref().map(|it| format!("sps-dist-check-{}", it.name));
    let homes = [folders[0].join(&homes[0]), folders[1].join(&homes[1])];
    for (person, home) in PEOPLE.iter().zip(&homes) {
        empty(home)?;
        let clone = home.join(format!("work of {}", person.name)).join("sps");
        println!("building in {}", clone.display());
        let mut git = workspace::command("git");
        output(git.args(["clone", "--quiet", "--no-hardlinks", "."]).arg(&clone))?;
        let mut command = person.command(home)?;
        command
            .args([
                "cargo",
                "run",
                "--quiet",
                "--locked",
                "--package",
                "xtask",
                "--",
                "dist",
                "--out",
            ])
            .arg(home.join("out"))
            .env("HOME", home)
            .env("CARGO_HOME", home.join("cargo"))
            .env_remove("CARGO_TARGET_DIR")
            .envs(rustup.as_ref().map(|it| ("RUSTUP_HOME", it)))
            .current_dir(&clone);
        workspace::run(&mut command, "the build")?;
    }
    compare(&homes[0].join("out"), &homes[1].join("out"))?;
    for home in &homes {
        fs::remove_dir_all(home).with_context(|| format!("cannot remove {}", home.display()))?;
    }
    Ok(())
}

/// Packs one binary twice and compares: all but the compiler, whose part takes much longer.
pub(super) fn pack_twice(binary: &Path) -> anyhow::Result<()> {
    let scratch = workspace::scratch("dist-pack")?;
    let mut outs = Vec::new();
    for person in &PEOPLE {
        let home = scratch.join(person.name);
        let out = home.join("out");
        let mut command = person.command(&home)?;
        command
            .arg(env::current_exe()?)
            .args(["dist", "--binary"])
            .arg(binary)
            .arg("--out")
            .arg(&out);
        workspace::run(&mut command, "cargo xtask dist")?;
        outs.push(out);
    }
    compare(&outs[0], &outs[1])
}

/// Fails unless both folders hold the same files.
fn compare(a: &Path, b: &Path) -> anyhow::Result<()> {
    let names = |folder: &Path| -> anyhow::Result<Vec<OsString>> {
        let mut names: Vec<_> =
            fs::read_dir(folder)?.map(|it| Ok(it?.file_name())).collect::<anyhow::Result<_>>()?;
        names.sort();
        Ok(names)
    };
    let all = names(a)?;
    if all != names(b)? || all.is_empty() {
        bail!("{} and {} hold different files", a.display(), b.display());
    }
    let differing: Vec<_> = all
        .iter()
        .filter(|name| fs::read(a.join(name)).ok() != fs::read(b.join(name)).ok())
        .map(|name| name.to_string_lossy())
        .collect();
    if !differing.is_empty() {
        bail!(
            "two builds have different bytes: {} in {} and {}",
            differing.join(", "),
            a.display(),
            b.display()
        );
    }
    println!("both builds have the same bytes: {} files", all.len());
    Ok(())
}

fn empty(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p045_a_single_byte_or_another_file_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        for (it, text) in [(&a, "1"), (&b, "1")] {
            fs::create_dir_all(it).unwrap();
            fs::write(it.join("x"), text).unwrap();
        }
        compare(&a, &b).unwrap();
        fs::write(b.join("x"), "2").unwrap();
        assert!(compare(&a, &b).unwrap_err().to_string().contains("different bytes: x"));
        fs::write(b.join("y"), "").unwrap();
        assert!(compare(&a, &b).is_err());
    }
}
