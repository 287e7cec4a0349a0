//! The small specs beside this file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use sps_spec::{Format, Spec};

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("generator")
}

/// Every spec by name: one spec of many endpoints, so that they can refer to each other.
pub(crate) fn specs() -> BTreeMap<String, String> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let specs = files.filter(|path| path.extension().is_some_and(|it| it == "toml"));
    let name = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    specs.map(|path| (name(&path), fs::read_to_string(path).unwrap())).collect()
}

pub(crate) fn spec(texts: &BTreeMap<String, String>) -> Spec {
    Spec::from_files(files(texts)).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The files of a spec with these endpoints.
pub(crate) fn files(texts: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let endpoints =
        texts.iter().map(|(name, text)| (format!("endpoints/{name}.toml"), text.clone()));
    let common = [("codes.toml", codes(texts.values())), ("sources.toml", SOURCES.to_owned())];
    endpoints.chain(common.map(|(name, text)| (name.to_owned(), text))).collect()
}

const SOURCES: &str = "s = { title = \"A page\", guide = \"A guide\", version = \"1.0\" }\n";

/// Codes whose diagnostics are warnings.
const WARNINGS: [&str; 6] =
    ["bool-false", "custom", "custom-optional", "not-null", "range-max", "word-equals"];

/// An entry for every format, and for every code that the specs mention.
fn codes<'t>(texts: impl Iterator<Item = &'t String>) -> String {
    let mut codes = String::from(
        "predicates = [\"certificate_not_expired\", \"engine_id_rfc3411\"]\n\
         [charset]\nsimple = \"-_\"\nspace = \" \"\n",
    );
    for format in Format::ALL {
        codes += &code(&format!("structural.{}", format.name()), format.name(), "error");
    }
    let rules = texts.filter_map(|text| text.split_once("[rule]\n"));
    let names: BTreeSet<&str> = rules
        .flat_map(|(_, rules)| rules.lines())
        .filter_map(|line| line.split_once(" = {").map(|(name, _)| name))
        .collect();
    for name in names {
        let severity = if WARNINGS.contains(&name) { "warning" } else { "error" };
        codes += &code(&format!("rule.{name}"), name, severity);
    }
    codes
}

fn code(table: &str, name: &str, severity: &str) -> String {
    format!(
        "[{table}]\nseverity = \"{severity}\"\ntitle = \"{name} is broken\"\nwhy = \"w\"\nbreaks = \"b\"\n\
         holds = \"h\"\nhelp = \"correct it\"\nsource = \"s\"\n"
    )
}
