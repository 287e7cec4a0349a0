//! `cargo xtask bench`: measures, prints tables, and writes them into `docs/speed.md`.

mod compile;
mod instructions;
mod lsp;
mod site;
mod tree;

use std::{
    env::consts::EXE_SUFFIX,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};

use crate::workspace;

pub(crate) use self::instructions::check_if_possible;

/// Where the tables go, each between two marks of its own.
const PAGE: &str = "docs/speed.md";
const END: &str = "<!-- end -->";

/// Runs `bench` with its arguments.
pub(crate) fn bench(args: &[&str]) -> anyhow::Result<()> {
    match args {
        [] => publish("cargo xtask bench", &speed(&[])?),
        ["--format", "json"] => {
            print!("{}", speed(&["--json"])?);
            Ok(())
        }
        ["--instructions"] => instructions::instructions(),
        ["--instructions", "--check"] => instructions::check(),
        ["--instructions", "--record"] => instructions::record(),
        ["--bulk"] => publish("cargo xtask bench --bulk", &bulk()?),
        ["--compile"] => compile::compile(),
        ["--site"] => site::site(),
        ["--lsp"] => lsp::lsp(),
        ["--lsp", "--binary", file] => lsp::lsp_of(file),
        ["--fleet"] => publish("cargo xtask bench --fleet", &fleet()?),
        _ => bail!(
            "bench takes one of --format json, --instructions [--check | --record], --bulk, --compile, --site, --lsp [--binary FILE], --fleet"
        ),
    }
}

/// What the bench of package `tests` prints.
fn speed(args: &[&str]) -> anyhow::Result<String> {
    run(&[&["--package", "tests", "--bench", "speed", "--"], args].concat())
}

/// What a bench prints.
fn run(args: &[&str]) -> anyhow::Result<String> {
    let output = workspace::cargo(&[&["bench", "--quiet", "--locked"], args].concat())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo bench")?;
    if !output.status.success() {
        bail!("the bench failed: {}", output.status);
    }
    String::from_utf8(output.stdout).context("what the bench printed")
}

/// The same with the binary, for many files.
fn bulk() -> anyhow::Result<String> {
    let mut build =
        workspace::cargo(&["build", "--quiet", "--release", "--locked", "--package", "sps-cli"]);
    workspace::run(&mut build, "building `sps`")?;
    let sps = workspace::target()?.join("release").join(format!("sps{EXE_SUFFIX}"));
    let folder = workspace::scratch("bulk")?;
    let table = speed(&["--bulk", path(&sps)?, path(&folder)?])?;
    fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    Ok(table)
}

/// Fleets of simulators, and many runs of the binary.
fn fleet() -> anyhow::Result<String> {
    let mut build =
        workspace::cargo(&["build", "--quiet", "--release", "--locked", "--package", "sps-cli"]);
    workspace::run(&mut build, "building `sps`")?;
    let sps = workspace::target()?.join("release").join(format!("sps{EXE_SUFFIX}"));
    let folder = workspace::scratch("fleet")?;
    let root = workspace::root();
    let arguments = [path(&sps)?, path(root)?, path(&folder)?];
    let table =
        run(&[&["--package", "sps-sim", "--bench", "fleet", "--"][..], &arguments].concat())?;
    fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    Ok(table)
}

fn path(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

/// A figure of a process in kibibytes, in what Linux says about it: `VmRSS:` for what it holds, `VmHWM:` for the peak.
fn kibibytes(status: &str, name: &str) -> u32 {
    let figure = status.lines().find_map(|line| line.strip_prefix(name));
    figure.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// A table of Markdown, numbers to the right.
fn table(heads: Vec<String>, lines: Vec<Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rule = format!("|---|{}\n", "---:|".repeat(heads.len() - 1));
    let lines = lines.into_iter().map(line).collect::<Vec<_>>();
    line(heads) + &rule + &lines.concat()
}

/// Prints a table and writes it, with the machine, behind the mark of the command.
fn publish(command: &str, table: &str) -> anyhow::Result<()> {
    print!("{table}");
    let path = workspace::root().join(PAGE);
    let page = fs::read_to_string(&path).with_context(|| format!("reading {PAGE}"))?;
    let start = format!("<!-- written by `{command}` -->");
    let parts =
        page.split_once(&start).and_then(|(head, rest)| Some((head, rest.split_once(END)?)));
    let Some((head, (_, tail))) = parts else {
        bail!("{PAGE} has lost its marks `{start}` and `{END}`");
    };
    let text = format!("{head}{start}\n\n{}\n\n{table}\n{END}{tail}", machine());
    fs::write(&path, text).with_context(|| format!("writing {PAGE}"))?;
    println!("wrote {PAGE}");
    Ok(())
}

/// The machine and the compiler, as one sentence.
fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("an unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let system = std::env::consts::OS;
    format!(
        "On {model}, {cores} cores, {system}, with {}.",
        rustc.unwrap_or_else(|_| "an unknown compiler".to_owned())
    )
}
