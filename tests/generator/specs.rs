//! The small specs beside this file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use sps_spec::Spec;

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
    let files = texts.iter().map(|(name, text)| (format!("endpoints/{name}.toml"), text.clone()));
    let codes = ("codes.toml".to_owned(), codes(texts.values()));
    Spec::from_files(files.chain([codes])).unwrap()
}

/// An entry for every code and format that the specs mention.
pub(crate) fn codes<'t>(texts: impl Iterator<Item = &'t String>) -> String {
    let mut codes = BTreeSet::new();
    for text in texts {
        for rule in text.split("[[rule]]").skip(1) {
            codes.insert((
                quoted(rule, "\ncode = "),
                rule.contains("severity = \"warning\""),
                false,
            ));
        }
        for format in text.split("format = ").skip(1) {
            codes.insert((quoted(format, ""), false, true));
        }
    }
    let entry = |(code, warning, structural): &(&str, bool, bool)| {
        let severity = if *warning { "severity = \"warning\"\n" } else { "" };
        format!(
            "[[code]]\ncode = \"{code}\"\n{severity}structural = {structural}\ntitle = \"t\"\nwhy = \"w\"\n\
             breaks = \"b\"\nholds = \"h\"\nfix = \"f\"\nsource = \"s\"\n"
        )
    };
    codes.iter().map(entry).collect()
}

/// The first quoted word after `start`.
fn quoted<'t>(text: &'t str, start: &str) -> &'t str {
    text.split_once(start).unwrap().1.split('"').nth(1).unwrap()
}
