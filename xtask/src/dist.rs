//! `cargo xtask dist`: the packages of the binary, the same bytes in every build.

mod binary;
mod build;
mod check;
mod deb;
mod files;
mod notices;
mod packages;
mod sbom;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use self::{
    build::Rust,
    files::{Files, sha256},
    packages::{MAIN, Package, output},
};
use crate::workspace;

/// The licenses of the standard library, as the compiler brings them.
const RUST_NOTICES: &str = "COPYRIGHT-library.html";

/// The files with the licenses of others.
const NOTICES: [&str; 2] = ["THIRD-PARTY-NOTICES.txt", RUST_NOTICES];

/// The shells, and the name that each expects of its file.
const COMPLETIONS: &[(&str, &str)] = &[
    ("bash", "sps.bash"),
    ("elvish", "sps.elv"),
    ("fish", "sps.fish"),
    ("powershell", "_sps.ps1"),
    ("zsh", "_sps"),
];

/// What goes into packages.
#[derive(Debug)]
struct Contents {
    version: String,
    target: String,
    repository: Option<String>,
    binary: Vec<u8>,
    /// Everything else by its place in the archive.
    extras: Files,
}

/// Does what the options say.
pub(crate) fn dist(options: &[&str]) -> anyhow::Result<()> {
    match options {
        [] => release(&workspace::target()?.join("dist")),
        ["--out", out] => release(Path::new(out)),
        ["--binary", binary] => pack_only(Path::new(binary), &workspace::target()?.join("dist")),
        ["--out", out, "--binary", binary] | ["--binary", binary, "--out", out] => {
            pack_only(Path::new(binary), Path::new(out))
        }
        ["--check"] => check::twice(),
        ["--check", "--binary", binary] => check::pack_twice(Path::new(binary)),
        _ => bail!("usage: cargo xtask dist [--binary FILE] [--out DIR | --check]"),
    }
}

/// Packs the debug binary twice, for CI: a build for release would take longer than all other steps together.
pub(crate) fn check_if_possible() -> anyhow::Result<()> {
    if cfg!(windows) {
        println!("not run: this step needs a shell");
        return Ok(());
    }
    let build = ["build", "--quiet", "--package", MAIN, "--locked"];
    workspace::run(&mut workspace::cargo(&build), "cargo build")?;
    check::pack_twice(&workspace::target()?.join("debug/sps"))
}

/// Builds the binary and the wheel, and packs the rest around that binary.
fn release(out: &Path) -> anyhow::Result<()> {
    let time = time()?;
    let rust = Rust::find()?;
    let packages = packages::packages(&rust.host)?;
    let scratch = workspace::scratch("dist")?;
    let bill = scratch.join("sps.cdx.json");
    fs::write(&bill, sbom::sbom(&packages, &rust.version)?)?;
    let wheels = scratch.join("wheels");
    let wheel = build::build(&rust, &packages, &bill, time, &wheels)?;
    let binary = build::open_wheel(&wheel)?;
    build::check_paths(&binary, &packages)?;
    let contents = contents(&rust, &packages, binary, &wheels.join("sps"), time)?;
    let mut results = pack(&contents, time)?;
    let name = wheel.file_name().and_then(|it| it.to_str()).context("a wheel without a name")?;
    results.add(name, fs::read(&wheel)?);
    write(results, out)
}

/// Packs a binary that is there already, without a wheel.
fn pack_only(binary: &Path, out: &Path) -> anyhow::Result<()> {
    let rust = Rust::find()?;
    let packages = packages::packages(&rust.host)?;
    let bytes = fs::read(binary).with_context(|| format!("cannot read {}", binary.display()))?;
    let time = time()?;
    let contents = contents(&rust, &packages, bytes, binary, time)?;
    write(pack(&contents, time)?, out)
}

/// The time of every file, in seconds since 1970: that of the last commit, unless the environment names another.
fn time() -> anyhow::Result<u64> {
    let text = match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => output(workspace::command("git").args(["log", "-1", "--format=%ct"]))
            .context("set SOURCE_DATE_EPOCH to the seconds since 1970 where there is no git")?,
    };
    text.trim().parse().with_context(|| format!("SOURCE_DATE_EPOCH is no number: {}", text.trim()))
}

/// Collects what goes into the packages. The program writes its own completions and manual.
fn contents(
    rust: &Rust,
    packages: &[Package],
    binary: Vec<u8>,
    program: &Path,
    time: u64,
) -> anyhow::Result<Contents> {
    let main = packages
        .iter()
        .find(|it| it.name == MAIN)
        .context("the package of the binary is missing")?;
    let mut extras = Files::default();
    for name in ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        extras.add(name, fs::read(workspace::root().join(name)).context(name)?);
    }
    extras.add(NOTICES[0], notices::notices(packages, &rust.version, RUST_NOTICES)?);
    extras.add(RUST_NOTICES, rust.notices()?);
    extras.add("sps.cdx.json", sbom::sbom(packages, &rust.version)?);
    for (shell, name) in COMPLETIONS {
        let script = output(workspace::command(program).args(["completions", shell]))?;
        extras.add(format!("completions/{name}"), script);
    }
    let manual = workspace::scratch("dist-man")?;
    // The pages have a date, too.
    let mut man = workspace::command(program);
    output(man.arg("man").arg(&manual).env("SOURCE_DATE_EPOCH", time.to_string()))?;
    for page in fs::read_dir(&manual)? {
        let page = page?;
        let name = page.file_name().to_string_lossy().into_owned();
        extras.add(format!("man/man1/{name}"), fs::read(page.path())?);
    }
    Ok(Contents {
        version: main.version.clone(),
        target: rust.host.clone(),
        repository: main.repository.clone(),
        binary,
        extras,
    })
}

/// Makes the packages that need no other tool: the files by their names.
fn pack(contents: &Contents, time: u64) -> anyhow::Result<Files> {
    let mut results = Files::default();
    let mut archive = contents.extras.clone();
    let program = if contents.target.contains("windows") { "sps.exe" } else { "sps" };
    archive.add_program(program, contents.binary.clone());
    let name = format!("sps-{}-{}", contents.version, contents.target);
    results.add(format!("{name}.tar.gz"), archive.tar_gz(&format!("{name}/"), time)?);
    if contents.target.ends_with("linux-gnu") {
        let (name, bytes) = deb::deb(contents, time)?;
        results.add(name, bytes);
    }
    let bill = contents.extras.iter().find(|(path, _)| *path == "sps.cdx.json");
    let (_, bill) = bill.context("the bill of materials is missing")?;
    results.add(format!("{name}.cdx.json"), bill.bytes.clone());
    Ok(results)
}

/// Writes the packages and their digests. A folder that holds something else is left alone.
fn write(mut results: Files, out: &Path) -> anyhow::Result<()> {
    let sums = results.iter().map(|(name, file)| format!("{}  {name}\n", sha256(&file.bytes)));
    results.add("SHA256SUMS", sums.collect::<String>());
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    for entry in fs::read_dir(out)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with("sps") && name != "SHA256SUMS" {
            bail!("{} holds other files: pass another folder to --out", out.display());
        }
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    for (name, file) in results.iter() {
        let path: PathBuf = out.join(name);
        fs::write(&path, &file.bytes)
            .with_context(|| format!("cannot write {}", path.display()))?;
        println!("{:>12} bytes  {}", file.bytes.len(), path.display());
    }
    Ok(())
}
