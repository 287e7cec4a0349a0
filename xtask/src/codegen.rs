//! `cargo xtask codegen`: writes everything derived from the spec, or lists what is out of date.

use std::{collections::BTreeMap, fmt, fs, io, path::Path, time::Instant};

use anyhow::{Context as _, bail};
use sps_codegen::SchemaForm;
use sps_spec::Spec;

use crate::{
    markdown::{self, PROGRAMS, README},
    workspace,
};

/// Folder of the models. Any other file in it is an orphan.
pub(crate) const GENERATED: &str = "crates/sps-model/src/generated";
const EMBEDDED: &str = "spec/src/embedded.rs";
const PAGE_SCHEMA: &str = "spec/schema.json";
/// Folder of the reference pages. Any other file in it is an orphan.
pub(crate) const REFERENCE: &str = "docs/reference";
const EVERY_ENDPOINT: &str = "tests/it/every_endpoint.rs";

/// Folder of the schemas that the bench compiles. Its files are kept up to date; an empty file asks for one more.
pub(crate) const SCHEMAS: &str = "tests/bench/schemas";

/// The tests that own the snapshots of generated text. With `UPDATE_SNAPSHOTS=1` or `INSTA_UPDATE=always` they write
/// them.
const SNAPSHOTS: &[(&str, &[&str])] = &[
    ("the snapshots of the derive", &["--package", "sps-derive"]),
    ("the snapshots of the generator", &["--package", "sps-codegen", "--test", "it"]),
];

/// Options of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    mode: Mode,
    snapshots: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Write,
    Check,
}

impl Options {
    /// `codegen --check`.
    pub(crate) const CHECK: Self = Self { mode: Mode::Check, snapshots: true };

    /// Reads the arguments behind `codegen`.
    pub(crate) fn parse(args: &[&str]) -> anyhow::Result<Self> {
        let mut options = Self { mode: Mode::Write, snapshots: true };
        for arg in args {
            match *arg {
                "--check" => options.mode = Mode::Check,
                "--no-snapshots" => options.snapshots = false,
                _ => bail!("unknown option `{arg}`: codegen takes --check and --no-snapshots"),
            }
        }
        Ok(options)
    }
}

/// Brings every derived file up to date, or lists those that are not.
pub(crate) fn codegen(options: Options) -> anyhow::Result<()> {
    let start = Instant::now();
    let outputs = outputs(workspace::root())?;
    let differences = differences(workspace::root(), &outputs)?;
    let (current, seconds) =
        (outputs.len() - differences.iter().filter(|it| it.is_written()).count(), start.elapsed());
    match options.mode {
        Mode::Write => {
            for difference in &differences {
                difference.apply(workspace::root(), &outputs)?;
            }
            println!("{current} files were up to date ({:.2} s)", seconds.as_secs_f64());
        }
        Mode::Check => {
            for difference in &differences {
                println!("{difference}");
            }
            println!("{current} of {} files are up to date", outputs.len());
        }
    }
    let snapshots = if options.snapshots { snapshots(options.mode) } else { Ok(()) };
    if options.mode == Mode::Check && (!differences.is_empty() || snapshots.is_err()) {
        if let Err(error) = snapshots {
            println!("{error:#}");
        }
        bail!("not up to date: run `cargo xtask codegen` and commit what it writes");
    }
    snapshots
}

/// Path from the root and text of every derived file: from the spec, and two pages from their examples.
pub(crate) fn outputs(root: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let dir = root.join("spec");
    let spec = Spec::from_dir(&dir)?;
    let mut outputs: BTreeMap<String, String> = sps_codegen::rust(&spec)?
        .into_iter()
        .map(|(name, text)| (format!("{GENERATED}/{name}"), text))
        .collect();
    let listing = sps_spec::embedded_listing(&sps_spec::spec_files(&dir)?);
    outputs.insert(EMBEDDED.to_owned(), listing);
    outputs.insert(PAGE_SCHEMA.to_owned(), sps_spec::page_schema());
    outputs.insert(EVERY_ENDPOINT.to_owned(), sps_codegen::every_endpoint(&spec));
    for endpoint in &spec.endpoints {
        for form in SchemaForm::ALL {
            let path = format!("{SCHEMAS}/{}", sps_codegen::schema_file(endpoint, form));
            if let (true, Some(schema)) =
                (root.join(&path).exists(), sps_codegen::schema(&spec, endpoint, form))
            {
                outputs.insert(path, schema);
            }
        }
    }
    for (path, text) in sps_codegen::reference(&spec) {
        outputs.insert(format!("{REFERENCE}/{path}"), text);
    }
    for (page, example) in PROGRAMS {
        let text = markdown::with_program(&read(root, page)?, &read(root, example)?);
        outputs.insert((*page).to_owned(), text);
    }
    Ok(outputs)
}

fn read(root: &Path, path: &str) -> anyhow::Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))
}

/// One file that is out of date.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// The file does not exist.
    Missing { path: String },
    /// The file has another text.
    Stale { path: String, line: usize, found: String, expected: String },
    /// The file is not generated any more.
    Orphan { path: String },
}

impl Difference {
    fn is_written(&self) -> bool {
        !matches!(self, Self::Orphan { .. })
    }

    /// Writes or removes the file, and prints its name.
    fn apply(&self, root: &Path, outputs: &BTreeMap<String, String>) -> anyhow::Result<()> {
        match self {
            Self::Missing { path } | Self::Stale { path, .. } => {
                let file = root.join(path);
                let folder = file.parent().context("a generated file lies in a folder")?;
                fs::create_dir_all(folder)?;
                fs::write(&file, &outputs[path]).with_context(|| format!("cannot write {path}"))?;
                println!("wrote {path}");
            }
            Self::Orphan { path } => {
                fs::remove_file(root.join(path))
                    .with_context(|| format!("cannot remove {path}"))?;
                println!("removed {path}");
            }
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "missing: {path}"),
            Self::Orphan { path } => write!(f, "orphan: {path} is not generated any more"),
            Self::Stale { path, line, found, expected } => write!(
                f,
                "stale: {path}, first different line {line}\n  found    {found}\n  expected {expected}"
            ),
        }
    }
}

/// Compares the files on disk with the derived ones, and lists files that are not derived.
pub(crate) fn differences(
    root: &Path,
    outputs: &BTreeMap<String, String>,
) -> anyhow::Result<Vec<Difference>> {
    let mut differences = Vec::new();
    for (path, expected) in outputs {
        match fs::read_to_string(root.join(path)) {
            Ok(found) => differences.extend(compare(path, &found, expected)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                differences.push(Difference::Missing { path: path.clone() });
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
        }
    }
    for folder in [GENERATED, REFERENCE] {
        let mut files = Vec::new();
        files_below(root, folder, &mut files)?;
        let orphans = files.into_iter().filter(|path| !outputs.contains_key(path));
        differences.extend(orphans.map(|path| Difference::Orphan { path }));
    }
    Ok(differences)
}

/// The files below a folder, by their path from the root; none if it does not exist.
fn files_below(root: &Path, folder: &str, files: &mut Vec<String>) -> anyhow::Result<()> {
    let entries = match fs::read_dir(root.join(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("cannot read {folder}"))?,
    };
    for entry in entries {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            files_below(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

fn compare(path: &str, found: &str, expected: &str) -> Option<Difference> {
    if found == expected {
        return None;
    }
    // Split at line feeds alone, so that a difference in line ends or in the last one shows too.
    let (mut left, mut right) = (found.split('\n'), expected.split('\n'));
    let mut line = 1;
    loop {
        let (found, expected) = (left.next(), right.next());
        if found != expected {
            let show = |text: Option<&str>| {
                text.map_or_else(|| "(end of file)".to_owned(), |it| format!("{it:?}"))
            };
            let (found, expected) = (show(found), show(expected));
            return Some(Difference::Stale { path: path.to_owned(), line, found, expected });
        }
        line += 1;
    }
}

/// Runs the tests that own snapshots, to write or to compare them.
fn snapshots(mode: Mode) -> anyhow::Result<()> {
    let mut failed = Vec::new();
    for (what, args) in SNAPSHOTS {
        println!("{} {what}", if mode == Mode::Check { "comparing" } else { "refreshing" });
        // Building comes first, by itself: a crate that does not compile is not a stale snapshot.
        let (package, filter) = (&args[..2], &args[2..]);
        let mut build = workspace::cargo(&["test", "--quiet", "--no-run"]);
        let built = workspace::run(build.args(package).args(filter.iter().take(2)), what);
        if built.is_err() {
            failed.push(format!("{what}: the package {} does not build, see above", package[1]));
            continue;
        }
        let mut test = workspace::cargo(&["test", "--quiet"]);
        test.args(*args);
        match mode {
            Mode::Write => test.env("UPDATE_SNAPSHOTS", "1").env("INSTA_UPDATE", "always"),
            Mode::Check => test.env_remove("UPDATE_SNAPSHOTS").env("INSTA_UPDATE", "no"),
        };
        if workspace::run(&mut test, what).is_err() {
            failed.push(format!("{what}: these tests fail, see above"));
        }
    }
    if let Err(error) = readme(mode) {
        failed.push(format!("the output in the README: {error:#}"));
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("\n"));
    }
    Ok(())
}

/// The README shows output of the binary, which is a snapshot like the others.
fn readme(mode: Mode) -> anyhow::Result<()> {
    let found = read(workspace::root(), README)?;
    let expected = markdown::with_output(&found)?;
    match (compare(README, &found, &expected), mode) {
        (None, _) => Ok(()),
        (Some(difference), Mode::Check) => bail!("{difference}"),
        (Some(_), Mode::Write) => {
            fs::write(workspace::root().join(README), expected)?;
            println!("wrote {README}");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_are_up_to_date() {
        let outputs = outputs(workspace::root()).unwrap_or_else(|error| panic!("{error}"));
        let differences = differences(workspace::root(), &outputs).unwrap();
        let list: Vec<_> = differences.iter().map(ToString::to_string).collect();
        assert!(list.is_empty(), "{}\nrun `cargo xtask codegen`", list.join("\n"));
    }

    #[test]
    fn names_the_first_different_line() {
        for (found, expected, line, left, right) in [
            ("a\nb\n", "a\nc\n", 2, "\"b\"", "\"c\""),
            ("a\n", "a\nc\n", 2, "\"\"", "\"c\""),
            ("a", "a\n", 2, "(end of file)", "\"\""),
            ("a\r\n", "a\n", 1, "\"a\\r\"", "\"a\""),
        ] {
            let (found_line, expected_line) = (left.to_owned(), right.to_owned());
            let stale = Difference::Stale {
                path: "x".to_owned(),
                line,
                found: found_line,
                expected: expected_line,
            };
            assert_eq!(compare("x", found, expected), Some(stale));
        }
        assert_eq!(compare("x", "a\n", "a\n"), None);
    }

    #[test]
    fn refuses_unknown_options() {
        let options = Options::parse(&["--check", "--no-snapshots"]).unwrap();
        assert_eq!(options, Options { mode: Mode::Check, snapshots: false });
        assert!(Options::parse(&["--chek"]).is_err());
    }
}
