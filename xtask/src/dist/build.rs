//! Builds the binary and the wheel around it, the same everywhere.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};

use super::{
    binary::Needs,
    packages::{Package, output},
};
use crate::workspace;

/// The tools with the digests of their packages.
const TOOLS: &str = include_str!("tools.txt");

/// The tag that the wheel for Linux must have: the oldest C library for which Rust builds. Red Hat 7 has it.
const COMPATIBILITY: &str = "manylinux_2_17";

/// Variables that would change the bytes of a build, by the start of their names.
const WITHOUT: &[&str] = &[
    "AR",
    "CARGO_BUILD_",
    "CARGO_ENCODED_",
    "CARGO_INCREMENTAL",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "CC",
    "CFLAGS",
    "CPPFLAGS",
    "CXX",
    "LDFLAGS",
    "MATURIN_",
    "RUSTC",
    "RUSTFLAGS",
];

/// Where an environment of Python has its programs.
const PROGRAMS: &str = if cfg!(windows) { "Scripts" } else { "bin" };

/// The compiler.
#[derive(Debug)]
pub(super) struct Rust {
    pub(super) version: String,
    pub(super) host: String,
    commit: String,
    sysroot: PathBuf,
}

impl Rust {
    pub(super) fn find() -> anyhow::Result<Self> {
        let lines = output(workspace::command("rustc").arg("-vV"))?;
        let value = |key: &str| {
            let line = lines.lines().find_map(|it| it.strip_prefix(key));
            line.map(|it| it.trim().to_owned())
                .with_context(|| format!("`rustc -vV` prints no `{key}`"))
        };
        let sysroot = output(workspace::command("rustc").args(["--print", "sysroot"]))?;
        Ok(Self {
            version: value("release:")?,
            host: value("host:")?,
            commit: value("commit-hash:")?,
            sysroot: sysroot.trim_end().into(),
        })
    }

    /// The licenses of the standard library, as the compiler brings them.
    pub(super) fn notices(&self) -> anyhow::Result<Vec<u8>> {
        let path = self.sysroot.join("share/doc/rust").join(super::RUST_NOTICES);
        fs::read(&path).with_context(|| {
            format!("cannot read {}: build with a Rust that rustup has installed", path.display())
        })
    }
}

/// Builds the wheel with the binary into an empty folder.
pub(super) fn build(
    rust: &Rust,
    packages: &[Package],
    sbom: &Path,
    time: u64,
    out: &Path,
) -> anyhow::Result<PathBuf> {
    let tools = tools()?;
    let is_linux = rust.host.ends_with("linux-gnu");
    let target = workspace::target()?.join("dist-build");
    let mut maturin = workspace::command(tools.join(PROGRAMS).join("maturin"));
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|it| WITHOUT.iter().any(|start| it.starts_with(start))) {
            maturin.env_remove(name);
        }
    }
    let mut path = vec![tools.join(PROGRAMS)];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    maturin
        .env("PATH", env::join_paths(path).context("PATH")?)
        .env("SOURCE_DATE_EPOCH", time.to_string())
        .env("CARGO_ENCODED_RUSTFLAGS", remapped(rust, packages)?.join("\x1f"))
        .args(["build", "--profile", "dist", "--target", &rust.host, "--sbom-include"])
        .arg(sbom)
        .arg("--target-dir")
        .arg(&target)
        .arg("--out")
        .arg(out);
    if is_linux {
        maturin.args(["--zig", "--compatibility", COMPATIBILITY]);
    }
    workspace::run(&mut maturin, "maturin")?;
    let wheels: Vec<_> = fs::read_dir(out)?.collect::<Result<_, _>>()?;
    let [wheel] = wheels.as_slice() else { bail!("maturin has written {} files", wheels.len()) };
    Ok(wheel.path())
}

/// The arguments of the compiler that hide where the sources lie. The last one that fits a path counts.
fn remapped(rust: &Rust, packages: &[Package]) -> anyhow::Result<Vec<String>> {
    let mut pairs = Vec::new();
    if let Some(home) = env::home_dir() {
        pairs.push((home, "/home".to_owned()));
    }
    pairs.push((workspace::root().to_owned(), "/sps".to_owned()));
    let registries = packages.iter().filter(|it| !it.is_ours()).filter_map(|it| it.folder.parent());
    for registry in registries {
        if !pairs.iter().any(|(from, _)| from == registry) {
            pairs.push((registry.to_owned(), "/crates".to_owned()));
        }
    }
    // Present where `rustup component add rust-src` was run.
    pairs.push((rust.sysroot.join("lib/rustlib/src/rust"), format!("/rustc/{}", rust.commit)));
    pairs
        .into_iter()
        .map(|(from, to)| {
            let from = from.to_str().context("a folder of the build has no name in UTF-8")?;
            Ok(format!("--remap-path-prefix={from}={to}"))
        })
        .collect()
}

/// An environment of Python with the tools, made once for each list of them.
fn tools() -> anyhow::Result<PathBuf> {
    let folder = workspace::target()?.join("dist-tools");
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|it| it == TOOLS) {
        return Ok(folder);
    }
    let python = if cfg!(windows) { "python" } else { "python3" };
    let mut venv = Command::new(python);
    venv.args(["-m", "venv", "--clear"]).arg(&folder);
    workspace::run(&mut venv, "python3 -m venv: install Python 3 with its module venv")?;
    let list = folder.join("tools.txt");
    fs::write(&list, TOOLS)?;
    let program = folder.join(PROGRAMS).join("python");
    let mut pip = Command::new(program);
    pip.args(["-m", "pip", "install", "--quiet", "--require-hashes", "--requirement"]).arg(&list);
    workspace::run(&mut pip, "pip install of the tools")?;
    fs::write(&stamp, TOOLS)?;
    Ok(folder)
}

/// Fails if the binary names a folder of this machine.
pub(super) fn check_paths(binary: &[u8], packages: &[Package]) -> anyhow::Result<()> {
    let mut folders: Vec<PathBuf> = vec![workspace::root().to_owned()];
    folders.extend(env::home_dir());
    folders.extend(
        packages
            .iter()
            .filter(|it| !it.is_ours())
            .filter_map(|it| it.folder.parent().map(Path::to_owned)),
    );
    for folder in folders {
        let text = format!("{}/", folder.display());
        if binary.windows(text.len()).any(|it| it == text.as_bytes()) {
            bail!("the binary holds a path of this machine: {text}");
        }
    }
    Ok(())
}

/// Unpacks the binary of a wheel beside it, and checks that the tags of the wheel promise all that it needs.
pub(super) fn open_wheel(wheel: &Path) -> anyhow::Result<Vec<u8>> {
    let name = wheel.file_stem().and_then(|it| it.to_str()).context("a wheel without a name")?;
    let mut parts = name.split('-');
    let stem = format!("{}-{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let folder = wheel.with_extension("unpacked");
    let mut unpack = Command::new(tools()?.join(PROGRAMS).join("python"));
    unpack.args(["-m", "zipfile", "-e"]).arg(wheel).arg(&folder);
    workspace::run(&mut unpack, "python -m zipfile")?;
    let program = if cfg!(windows) { "sps.exe" } else { "sps" };
    let from = folder.join(format!("{stem}.data/scripts")).join(program);
    let binary = fs::read(&from).with_context(|| format!("cannot read {}", from.display()))?;
    let to = wheel.with_file_name(program);
    fs::write(&to, &binary)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&to, fs::Permissions::from_mode(0o755))?;
    }

    // The name says it in one word, and the file in it in as many lines as there are tags.
    let tag = name.rsplit('-').next().unwrap_or_default();
    let inner =
        fs::read_to_string(folder.join(format!("{stem}.dist-info/WHEEL"))).context("WHEEL")?;
    let inner = inner.lines().filter_map(|it| it.strip_prefix("Tag: ")?.rsplit('-').next());
    if inner.clone().ne(tag.split('.')) {
        bail!("the name of {name}.whl has other tags than the file WHEEL in it");
    }
    if cfg!(target_os = "linux") {
        Needs::of(&binary)?.check_tag(tag).with_context(|| format!("{name}.whl"))?;
    }
    Ok(binary)
}
