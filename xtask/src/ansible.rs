//! The Ansible collection, tried with the real Ansible, and the sanity tests that collections have to pass.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::workspace;

/// Packages that are installed from the index of Python. `requires_ansible` of the collection names the version of `ansible-core`.
const PACKAGES: &[&str] =
    &["ansible-core==2.19.14", "ansible-lint==26.10.1", "pytest==9.2.0", "pytest-xdist==3.8.0"];
/// The sanity tests that say something about a collection of modules.
const SANITY: &[&str] = &[
    "action-plugin-docs",
    "ansible-doc",
    "import",
    "pep8",
    "runtime-metadata",
    "validate-modules",
    "yamllint",
];
/// `ansible-test` downloads this script, from a host that is no package registry, to install pip. Python has pip with it.
const PIP_SCRIPT: (&str, &str) = ("get_pip_24_2.py", "import ensurepip\n\nensurepip.bootstrap()\n");

/// Runs playbooks against simulators, and the sanity tests, where Ansible can be installed.
pub(crate) fn check() -> anyhow::Result<()> {
    let Some(bin) = install()? else { return Ok(()) };
    let build = ["build", "--quiet", "--package", "sps-cli", "--locked"];
    workspace::run(&mut workspace::cargo(&build), "cargo build")?;
    let collection = workspace::root().join("integrations/ansible");
    let mut suite = in_environment(&bin, "python")?;
    suite.args(["-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "3"]);
    suite.arg(collection.join("tests/suite")).env("SPS", workspace::target()?.join("debug/sps"));
    workspace::run(&mut suite, "the playbooks of integrations/ansible/tests/suite")?;
    let copy = copy(&collection)?;
    let mut lint = in_environment(&bin, "ansible-lint")?;
    lint.args(["--offline", "-q"]).current_dir(&copy);
    workspace::run(&mut lint, "ansible-lint")?;
    let cache = home()?.join(".ansible/test/cache");
    fs::create_dir_all(&cache)?;
    fs::write(cache.join(PIP_SCRIPT.0), PIP_SCRIPT.1)?;
    // Not `default`: with that, the test of imports takes every Python on the path, also shims of versions that do not run.
    let mut python = in_environment(&bin, "python")?;
    python.args(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    let version = String::from_utf8(python.output().context("cannot start python")?.stdout)?;
    let mut sanity = in_environment(&bin, "ansible-test")?;
    sanity.args(["sanity", "--python", version.trim(), "--color", "no"]).current_dir(&copy);
    sanity.args(SANITY.iter().flat_map(|test| ["--test", test]));
    workspace::run(&mut sanity, "ansible-test sanity")
}

/// Measures a play over many simulated appliances: time, memory and requests.
pub(crate) fn measure(appliances: &str) -> anyhow::Result<()> {
    let Some(bin) = install()? else { return Ok(()) };
    let build = ["build", "--quiet", "--release", "--package", "sps-cli", "--locked"];
    workspace::run(&mut workspace::cargo(&build), "cargo build")?;
    let mut measure = in_environment(&bin, "python")?;
    measure.arg("-B").arg(workspace::root().join("integrations/ansible/tests/suite/measure.py"));
    measure.arg(appliances).env("SPS", workspace::target()?.join("release/sps"));
    workspace::run(&mut measure, "integrations/ansible/tests/suite/measure.py")
}

/// The programs of a virtual environment with the packages; `None`, with the reason, where they cannot be had.
fn install() -> anyhow::Result<Option<PathBuf>> {
    let question = "import sys; print(sys.version_info >= (3, 11))";
    let answer = Command::new("python3").args(["-c", question]).output();
    let is_new = answer.is_ok_and(|it| it.stdout.starts_with(b"True"));
    if !is_new {
        println!("not run: this ansible-core needs python3 3.11 or newer");
        return Ok(None);
    }
    let folder = workspace::target()?.join("ansible");
    let bin = folder.join("bin");
    if !bin.join("pip").exists() {
        let mut venv = Command::new("python3");
        workspace::run(venv.args(["-m", "venv"]).arg(&folder), "python3 -m venv")?;
    }
    let mut pip = Command::new(bin.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES);
    if !pip.status().context("cannot start pip")?.success() {
        println!("not run: pip cannot install {}", PACKAGES.join(", "));
        return Ok(None);
    }
    Ok(Some(bin))
}

/// A program of the virtual environment, with a home folder that is not the user's.
fn in_environment(bin: &Path, program: &str) -> anyhow::Result<Command> {
    let mut command = workspace::command(bin.join(program));
    let path = env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(bin.to_owned()).chain(env::split_paths(&path));
    command.env("PATH", env::join_paths(paths)?).env("HOME", home()?);
    command.env("LC_ALL", "C.UTF-8").env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}

fn home() -> anyhow::Result<PathBuf> {
    Ok(workspace::target()?.join("ansible-home"))
}

/// A copy of the collection at a path that `ansible-test` accepts, as a repository of its own: it asks git for the files.
fn copy(collection: &Path) -> anyhow::Result<PathBuf> {
    let folder = workspace::scratch("ansible")?.join("ansible_collections/sps/config");
    fs::create_dir_all(&folder)?;
    let mut list = workspace::command("git");
    list.args(["ls-files", "-z", "."]).current_dir(collection);
    let files = list.output().context("cannot start git")?.stdout;
    for file in String::from_utf8(files)?.split('\0').filter(|it| !it.is_empty()) {
        let target = folder.join(file);
        fs::create_dir_all(target.parent().context("a file lies in a folder")?)?;
        fs::copy(collection.join(file), target)?;
    }
    for arguments in [&["init", "-q"][..], &["add", "-A"]] {
        let mut git = workspace::command("git");
        workspace::run(git.args(arguments).current_dir(&folder), "git")?;
    }
    Ok(folder)
}
