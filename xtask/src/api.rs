//! `cargo xtask api`: the public items of every library, as committed lists in which a breaking change shows.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::PathBuf,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, bail};
use public_api::PublicApi;
use serde_json::Value;

use crate::workspace;

/// Folder of the lists.
const LISTS: &str = "tests/api";

/// The form of rustdoc's JSON that the crate `public-api` reads: that of Rust 1.95.
const FORMAT_VERSION: u64 = 57;

/// Set for the runs of this program in which it is rustdoc.
const RUSTDOC_VARIABLE: &str = "SPS_XTASK_IS_RUSTDOC";

/// Whether cargo has started this program in place of rustdoc.
pub(crate) fn is_rustdoc() -> bool {
    env::var_os(RUSTDOC_VARIABLE).is_some()
}

/// Runs rustdoc so that it takes options that are not stable.
///
/// The variable is set here and not for cargo: build scripts look at it, and everything would be built once more.
pub(crate) fn rustdoc() -> ExitCode {
    let mut rustdoc = Command::new("rustdoc");
    let status = rustdoc.args(env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1").status();
    if status.is_ok_and(|it| it.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Writes the lists, or compares them with those that are committed.
pub(crate) fn api(is_check: bool) -> anyhow::Result<()> {
    let mut stale = Vec::new();
    for (name, file) in documentation()? {
        let json =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let value: Value = serde_json::from_str(&json)?;
        let format = value["format_version"].as_u64();
        if format != Some(FORMAT_VERSION) {
            println!("not run: this version of rustdoc writes another form of JSON than Rust 1.95");
            return Ok(());
        }
        let api = public_api::Builder::from_rustdoc_json(&file).omit_blanket_impls(true);
        let api = api.omit_auto_trait_impls(true).omit_auto_derived_impls(true).build()?;
        let expected = list(&name, &api, &value);
        let path = workspace::root().join(LISTS).join(format!("{name}.txt"));
        let found = fs::read_to_string(&path).unwrap_or_default();
        if found == expected {
            continue;
        }
        if is_check {
            println!("{LISTS}/{name}.txt:");
            for line in changes(&found, &expected) {
                println!("  {line}");
            }
            stale.push(name);
        } else {
            fs::write(&path, expected)?;
            println!("wrote {LISTS}/{name}.txt");
        }
    }
    if !stale.is_empty() {
        bail!(
            "the public API has changed: {}. If that is meant, run `cargo xtask api` and commit the lists; a line \
             that is removed is a breaking change, for the changelog",
            stale.join(", ")
        );
    }
    Ok(())
}

/// Lets rustdoc describe every library, and returns the name and the description of each.
fn documentation() -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut doc = workspace::cargo(&["doc", "--workspace", "--lib", "--no-deps", "--locked"]);
    doc.args(["--all-features", "--quiet", "--exclude", "xtask", "--exclude", "tests"]);
    doc.env("RUSTDOC", env::current_exe()?).env(RUSTDOC_VARIABLE, "1");
    doc.env("RUSTDOCFLAGS", "-Z unstable-options --output-format json");
    workspace::run(&mut doc, "cargo doc")?;
    let mut files = Vec::new();
    for folder in fs::read_dir(workspace::root().join("crates"))? {
        let folder = folder?;
        if folder.path().join("src/lib.rs").exists() {
            files.push(folder.file_name().to_string_lossy().into_owned());
        }
    }
    files.push("sps-spec".to_owned());
    files.sort();
    let target = workspace::target()?.join("doc");
    Ok(files
        .into_iter()
        .map(|name| {
            let file = target.join(format!("{}.json", name.replace('-', "_")));
            (name, file)
        })
        .collect())
}

/// The list of one crate: a line for each hand-written item, and one for each generated type.
///
/// The items of generated types are thousands. Their files are committed, so a reviewer sees them there; here, their
/// number and a digest say that the surface changes.
fn list(name: &str, api: &PublicApi, json: &Value) -> String {
    let mut text = format!(
        "# Public items of {name} with all features. `cargo xtask api` writes this list.\n"
    );
    let items: Vec<_> = api.items().map(|item| (item.id().0, item.to_string())).collect();
    let is_generated = |id: u32| {
        let source = json["index"][id.to_string()]["span"]["filename"].as_str();
        source.is_some_and(|it| it.replace('\\', "/").contains("/generated/"))
    };
    // Provided methods of hand-written traits belong to the types, too.
    let subjects = items.iter().filter(|(id, _)| is_generated(*id)).map(|(_, line)| subject(line));
    let mut generated: BTreeMap<String, Vec<&str>> = subjects.map(|it| (it, Vec::new())).collect();
    for (_, line) in &items {
        match generated.get_mut(&subject(line)) {
            Some(lines) => lines.push(line),
            None => {
                text += line;
                text.push('\n');
            }
        }
    }
    if !generated.is_empty() {
        text += "\n# Generated: subject, number of public items, digest of them.\n";
    }
    for (subject, lines) in &generated {
        let _ = writeln!(text, "{subject} {} {:08x}", lines.len(), digest(lines));
    }
    text
}

/// The type, or the module, that an item belongs to.
fn subject(line: &str) -> String {
    let path = |it: &str| -> String {
        let end = it.find(|c: char| !(c.is_alphanumeric() || "_:".contains(c))).unwrap_or(it.len());
        it[..end].trim_end_matches(':').to_owned()
    };
    // `impl<…> Trait for Type`: the type is what counts.
    let line = match (line.starts_with("impl"), line.rsplit_once(" for ")) {
        (true, Some((_, of))) => of,
        _ => line,
    };
    let Some(at) = line.find("sps_") else { return path(line) };
    let path = path(&line[at..]);
    let is_type = |it: &&str| it.starts_with(|c: char| c.is_ascii_uppercase());
    let segments: Vec<_> = path.split("::").collect();
    match segments.iter().position(is_type) {
        Some(at) => segments[..=at].join("::"),
        None => path,
    }
}

/// FNV-1a over the lines, which gives the same number everywhere.
fn digest(lines: &[&str]) -> u32 {
    let bytes = lines.iter().flat_map(|line| line.bytes().chain([b'\n']));
    bytes.fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The lines that only one of two lists has.
fn changes(found: &str, expected: &str) -> Vec<String> {
    let (old, new): (Vec<_>, Vec<_>) = (found.lines().collect(), expected.lines().collect());
    let removed = old.iter().filter(|line| !new.contains(line)).map(|line| format!("- {line}"));
    let added = new.iter().filter(|line| !old.contains(line)).map(|line| format!("+ {line}"));
    removed.chain(added).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_item_is_a_change() {
        let changes = changes("pub fn a::f()\npub fn a::g()\n", "pub fn a::g()\npub struct a::B\n");
        assert_eq!(changes, ["- pub fn a::f()", "+ pub struct a::B"]);
    }

    #[test]
    fn items_of_a_type_belong_together() {
        for (line, expected) in [
            ("pub struct sps_model::management::Email", "sps_model::management::Email"),
            ("pub sps_model::management::Email::port: u16", "sps_model::management::Email"),
            (
                "pub fn sps_model::management::Email::new(a: sps_model::Key<A>) -> Self",
                "sps_model::management::Email",
            ),
            (
                "impl core::clone::Clone for sps_model::management::Email",
                "sps_model::management::Email",
            ),
            ("impl core::convert::From<sps_model::B> for sps_model::A", "sps_model::A"),
            ("pub mod sps_model::management", "sps_model::management"),
        ] {
            assert_eq!(subject(line), expected, "{line}");
        }
    }

    #[test]
    fn the_digest_depends_on_every_line() {
        assert_eq!(digest(&[]), 0x811c_9dc5);
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }

    #[test]
    fn every_library_has_a_list() {
        let lists = workspace::root().join(LISTS);
        let names = fs::read_dir(workspace::root().join("crates")).unwrap();
        let names = names.map(|it| it.unwrap()).filter(|it| it.path().join("src/lib.rs").exists());
        for name in
            names.map(|it| it.file_name().into_string().unwrap()).chain(["sps-spec".to_owned()])
        {
            let path = lists.join(format!("{name}.txt"));
            assert!(path.exists(), "run `cargo xtask api`: {} is missing", path.display());
        }
    }
}
