//! Small specs as the generator writes them, and what it refuses to write.
//!
//! `tests/generator/NAME.toml` becomes `generated/NAME.rs` below it; `UPDATE_SNAPSHOTS=1` writes the files
//! anew. The test binary `generator` compiles them: it is one of its own, so that an output that
//! does not compile can be replaced.

#[path = "../generator/specs.rs"]
mod specs;

use std::{collections::BTreeMap, fs};

use sps_codegen::rust;
use sps_spec::Spec;

use self::specs::{files, folder, spec, specs};

#[test]
fn outputs_are_those_on_disk() {
    let generated = rust(&spec(&specs())).unwrap();
    let outputs = folder().join("generated");
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut stale = Vec::new();
    for (name, text) in &generated {
        let path = outputs.join(name);
        if fs::read_to_string(&path).ok().as_ref() == Some(text) {
            continue;
        }
        if update {
            fs::write(&path, text).unwrap();
        } else {
            stale.push(name);
        }
    }
    assert_eq!(
        stale,
        Vec::<&String>::new(),
        "run `UPDATE_SNAPSHOTS=1 cargo test -p tests --test it`"
    );
    let on_disk = fs::read_dir(outputs).unwrap().map(|entry| entry.unwrap().file_name());
    let orphans: Vec<_> =
        on_disk.filter(|name| !generated.contains_key(&*name.to_string_lossy())).collect();
    assert!(orphans.is_empty(), "outputs without a spec: {orphans:?}");
}

/// A spec of one endpoint with one rule.
fn spec_with(check: &str, condition: &str) -> BTreeMap<String, String> {
    let condition =
        if condition.is_empty() { String::new() } else { format!("if = \"{condition}\", ") };
    let mut specs = specs();
    specs.retain(|name, _| ["rooms", "vaults", "rules"].contains(&&**name));
    let text = specs.get_mut("rules").unwrap();
    let types = text[..text.find("[rule]").unwrap()].to_owned();
    let types = types
        .replace("[RuledInner]\n", "[RuledInner]\nnull = { type = \"string?\", doc = \"N.\" }\n")
        .replace(
            "[Ruled]\n",
            "[Ruled]\nboth = { type = \"string?\", optional = true, doc = \"Both.\" }\n",
        );
    let rule =
        format!("[rule]\nonly-this = {{ at = \"Ruled.flag\", {condition}check = \"{check}\" }}\n");
    *text = types + &rule;
    specs
}

#[test]
fn says_what_cannot_be_written() {
    for (check, condition, message) in [
        (
            "engine_id_rfc3411(inner)",
            "",
            "`inner` is not a text, and a check written by hand needs one",
        ),
        ("engine_id_rfc3411(hex, text)", "", "a check written by hand has one input"),
        (
            "flag || engine_id_rfc3411(hex)",
            "",
            "a condition on a referenced object, or a check written by hand, cannot be a part of another condition",
        ),
        (
            "flag && count == 1 && hex(hex) && mode == 'fast'",
            "size(text) >= 1",
            "a rule looks at no more than 4 members",
        ),
    ] {
        let error = rust(&spec(&spec_with(check, condition))).unwrap_err().to_string();
        assert_eq!(error, format!("rule only-this on Ruled: {message}"), "{check}");
    }
    assert!(rust(&spec(&spec_with("flag", ""))).is_ok());
}

/// The loader refuses these before the generator sees them.
#[test]
fn says_what_cannot_be_asked() {
    for (from, to, message) in [
        (
            "\"Ruled.flag\"",
            "\"RuledChoice.flag\"",
            "a rule is on a type with fields: put it on the type that holds `RuledChoice`",
        ),
        ("\"flag\"", "\"choice.value == 1\"", "a condition reaches only the tag of a union"),
        ("\"flag\"", "\"flag.on\"", "`flag` has no members"),
        ("\"flag\"", "\"inner\"", "`RuledInner` is an object: compare one of its members"),
    ] {
        let mut specs = spec_with("flag", "");
        let text = specs.get_mut("rules").unwrap();
        assert!(text.contains(from));
        *text = text.replace(from, to);
        let errors = Spec::from_files(files(&specs)).unwrap_err().to_string();
        assert!(errors.contains(message), "{errors}");
    }
}

#[test]
fn the_same_spec_gives_the_same_bytes() {
    let texts = specs();
    assert_eq!(rust(&spec(&texts)), rust(&spec(&texts)));
    let unused = texts.keys().find(|name| *name == "empty").cloned().unwrap();
    let mut fewer = texts.clone();
    fewer.remove(&unused);
    let (all, fewer) = (rust(&spec(&texts)).unwrap(), rust(&spec(&fewer)).unwrap());
    // These two list all files.
    let lists = ["areas.rs", "mod.rs"];
    for (name, text) in fewer.iter().filter(|(name, _)| !lists.contains(&name.as_str())) {
        assert_eq!(Some(text), all.get(name), "a file depends on its neighbors' presence");
    }
}

#[test]
fn types_of_one_form_hold_references_as_that_form_has_them() {
    let specs = specs();
    let member = "vault = { type = \"ref /api/vaults\", doc = \"V.\" }\n";
    for (table, attribute, field) in [
        // Not `same`: in a response the reference would be an object.
        ("[WorkOrder]\n", "#[resource(builder, constrained)]", "pub vault: Key<Vault>"),
        ("[WorkState]\n", "#[resource(response, constrained)]", "pub vault: Reference<Vault>"),
    ] {
        let mut specs = specs.clone();
        let work = specs.get_mut("work").unwrap();
        *work = work.replace(table, &format!("{table}{member}"));
        let text = rust(&spec(&specs)).unwrap().remove("work.rs").unwrap();
        let declarations: Vec<&str> = text
            .split(attribute)
            .skip(1)
            .filter_map(|it| it.split("unknown_fields: UnknownFields").next())
            .collect();
        assert!(declarations.iter().any(|it| it.contains(field)), "{declarations:?}");
    }
}
