//! `cargo xtask bench [--format json]`: measures, prints one table, and writes it into `docs/speed.md`.

use std::process::Stdio;

use anyhow::Context as _;
use anyhow::bail;

use crate::workspace;

/// Where the table goes, between two marks.
const PAGE: &str = "docs/speed.md";
const START: &str = "<!-- written by `cargo xtask bench` -->";
const END: &str = "<!-- end -->";

/// Runs the bench of package `tests`; as JSON it is only printed.
pub(crate) fn bench(as_json: bool) -> anyhow::Result<()> {
    let mut args = vec!["bench", "--quiet", "--package", "tests", "--bench", "speed", "--"];
    args.extend(as_json.then_some("--json"));
    let output =
        workspace::cargo(&args).stderr(Stdio::inherit()).output().context("cargo bench")?;
    if !output.status.success() {
        bail!("the bench failed: {}", output.status);
    }
    let table = String::from_utf8(output.stdout).context("the table")?;
    print!("{table}");
    if as_json { Ok(()) } else { write(&table) }
}

fn write(table: &str) -> anyhow::Result<()> {
    let path = workspace::root().join(PAGE);
    let page = std::fs::read_to_string(&path).with_context(|| format!("reading {PAGE}"))?;
    let (Some(start), Some(end)) = (page.find(START), page.find(END)) else {
        bail!("{PAGE} has lost its marks `{START}` and `{END}`");
    };
    let head = &page[..start + START.len()];
    let text = format!("{head}\n\n{}\n\n{table}\n{}", machine(), &page[end..]);
    std::fs::write(&path, text).with_context(|| format!("writing {PAGE}"))?;
    println!("wrote {PAGE}");
    Ok(())
}

/// The machine and the compiler, as one sentence.
fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("an unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = std::process::Command::new("rustc").arg("--version").output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let system = std::env::consts::OS;
    format!(
        "On {model}, {cores} cores, {system}, with {}.",
        rustc.unwrap_or_else(|_| "an unknown compiler".to_owned())
    )
}
