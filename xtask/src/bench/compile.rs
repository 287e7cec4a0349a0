//! `cargo xtask bench --compile`: how long the compiler takes for the models, and for each type more.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant, SystemTime},
};

use anyhow::Context as _;

use super::publish;
use crate::{codegen::GENERATED, workspace};

/// How often each figure is taken; the fastest counts, for nothing makes a compiler too fast.
const ROUNDS: usize = 5;
/// Copies of the generated types in the crate that is checked.
const COPIES: [u32; 4] = [0, 1, 2, 4];
/// What a generated type may cost at most. Unit: milliseconds.
const CEILING: f64 = 30.0;

/// Measures, and writes the figures into the page.
pub(super) fn compile() -> anyhow::Result<()> {
    let mut check = workspace::cargo(&["check", "--quiet", "--locked", "--package", "sps-model"]);
    let touched =
        fastest(&mut check, &workspace::root().join("crates/sps-model/src/lib.rs"))?.as_secs_f64();
    let (types, figures) = copies()?;
    let per_type = slope(&figures) / f64::from(types);
    let mut lines =
        vec![["`cargo check -p sps-model` after touching it".to_owned(), format!("{touched:.2}")]];
    for (copies, seconds) in figures {
        let count = copies * f64::from(types);
        let what = format!("a crate with {count} generated types, from scratch");
        lines.push([what, format!("{seconds:.2}")]);
    }
    let heads = ["checking", "seconds"].map(str::to_owned).to_vec();
    let table = super::table(heads, lines.into_iter().map(Vec::from).collect());
    let figure = per_type * 1000.0;
    let table = format!(
        "{table}\nOne more generated type: {figure:.1} ms; at most {CEILING} ms are wanted.\n"
    );
    publish("cargo xtask bench --compile", &table)
}

/// The number of types in the generated files, and the seconds that a crate takes with so many copies of them.
///
/// The crate calls itself what the files expect: the models, whose types the copies shadow.
fn copies() -> anyhow::Result<(u32, Vec<(f64, f64)>)> {
    let (mut types, mut modules) = (0, String::new());
    for path in generated()? {
        let name = path.file_stem().context("a file has a name")?.display().to_string();
        writeln!(modules, "    #[path = \"{}\"] pub mod {name};", path.display())?;
        let text = fs::read_to_string(&path)?;
        types += u32::try_from(text.matches("Resource)]\n").count())?;
    }
    let folder = workspace::scratch("compile")?;
    let source = folder.join("src/lib.rs");
    fs::create_dir(folder.join("src"))?;
    fs::copy(workspace::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let manifest = format!(
        "[package]\nname = 'copies'\nedition = '2024'\n[workspace]\n[dependencies]\nsps-model.path = '{}'\n",
        workspace::root().join("crates/sps-model").display()
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let mut check = workspace::cargo(&["check", "--quiet", "--offline"]);
    check
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", workspace::target()?)
        .env("CARGO_INCREMENTAL", "0");
    let mut figures = Vec::new();
    for copies in COPIES {
        let mut text = "pub use sps_model::*;\n".to_owned();
        for copy in 0..copies {
            writeln!(text, "pub mod copy{copy} {{\n{modules}}}")?;
        }
        fs::write(&source, text)?;
        figures.push((f64::from(copies), fastest(&mut check, &source)?.as_secs_f64()));
    }
    Ok((types, figures))
}

/// The generated files that hold types.
fn generated() -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(workspace::root().join(GENERATED))? {
        let path = entry?.path();
        // The lists of names hold no type.
        if !path.ends_with("mod.rs") && !path.ends_with("areas.rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The fastest run of a command after the file was touched. What it needs beside that file is made before.
fn fastest(command: &mut Command, file: &Path) -> anyhow::Result<Duration> {
    workspace::run(command, "cargo check")?;
    let mut fastest = Duration::MAX;
    for _ in 0..ROUNDS {
        fs::File::options().append(true).open(file)?.set_modified(SystemTime::now())?;
        let start = Instant::now();
        workspace::run(command, "cargo check")?;
        fastest = fastest.min(start.elapsed());
    }
    Ok(fastest)
}

/// How much the second grows with the first, by least squares.
fn slope(figures: &[(f64, f64)]) -> f64 {
    let mean = |of: fn(&(f64, f64)) -> f64| {
        let (sum, count) = figures.iter().fold((0.0, 0.0), |(sum, n), it| (sum + of(it), n + 1.0));
        sum / count
    };
    let (x, y) = (mean(|it| it.0), mean(|it| it.1));
    let together: f64 = figures.iter().map(|it| (it.0 - x) * (it.1 - y)).sum();
    together / figures.iter().map(|it| (it.0 - x).powi(2)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_slope_of_a_line() {
        let line = [(0.0, 3.0), (1.0, 5.0), (2.0, 7.0), (4.0, 11.0)];
        assert!((slope(&line) - 2.0).abs() < 1e-9);
    }
}
