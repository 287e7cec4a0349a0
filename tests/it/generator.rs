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

use self::specs::{codes, folder, spec, specs};

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
fn spec_with(holds: &str, when: &str) -> BTreeMap<String, String> {
    let when = if when.is_empty() { String::new() } else { format!("when = {when}\n") };
    let rule = format!(
        "\n[[rule]]\non = \"Ruled\"\ncode = \"only-this\"\ntarget = \"flag\"\n{when}holds = {holds}\n\
         message = \"m\"\nfix = \"f\"\nsource = \"s\"\n"
    );
    let mut specs = specs();
    specs.retain(|name, _| ["rooms", "vaults", "rules"].contains(&&**name));
    let text = specs.get_mut("rules").unwrap();
    let types = text[..text.find("[[rule]]").unwrap()].to_owned();
    let both =
        "both = { type = \"string\", presence = \"optional\", nullable = true, doc = \"Both.\" }\n";
    let types = types.replace(
        "[type.RuledInner.field]\n",
        "[type.RuledInner.field]\nnull = { type = \"string\", nullable = true, doc = \"N.\" }\n",
    );
    *text = types.replace("[type.Ruled.field]\n", &format!("[type.Ruled.field]\n{both}")) + &rule;
    specs
}

#[test]
fn says_what_cannot_be_written() {
    for (holds, when, message) in [
        (
            r#"{ custom = { name = "engine_id_rfc3411", inputs = ["inner"] } }"#,
            "",
            "`inner` is not a text, and a check written by hand needs one",
        ),
        (
            r#"{ custom = { name = "engine_id_rfc3411", inputs = ["hex", "text"] } }"#,
            "",
            "a check written by hand has one input",
        ),
        (
            r#"{ any = [{ equals = { flag = true } }, { custom = { name = "engine_id_rfc3411", inputs = ["hex"] } }] }"#,
            "",
            "a condition on a referenced object, or a check written by hand, cannot be a part of another condition",
        ),
        (
            r#"{ all = [{ equals = { flag = true } }, { equals = { count = 1 } }, { hex = "hex" }, { equals = { mode = "fast" } }] }"#,
            r#"{ length = { path = "text", min = 1 } }"#,
            "a rule looks at no more than 4 members",
        ),
    ] {
        let error = rust(&spec(&spec_with(holds, when))).unwrap_err().to_string();
        assert_eq!(error, format!("rule only-this on Ruled: {message}"), "{holds}");
    }
    assert!(rust(&spec(&spec_with("{ equals = { flag = true } }", ""))).is_ok());
}

/// The loader refuses these before the generator sees them.
#[test]
fn says_what_cannot_be_asked() {
    for (from, to, message) in [
        (
            "on = \"Ruled\"",
            "on = \"RuledChoice\"",
            "a rule is on a struct, and `RuledChoice` is none",
        ),
        (
            "{ flag = true }",
            "{ \"choice.value\" = 1 }",
            "a condition reaches only the tag of a union",
        ),
        ("{ flag = true }", "{ \"flag.on\" = true }", "`flag` has no members"),
        (
            "{ flag = true }",
            "{ inner = true }",
            "`RuledInner` is an object, which no literal can be",
        ),
    ] {
        let mut specs = spec_with("{ equals = { flag = true } }", "");
        let text = specs.get_mut("rules").unwrap();
        assert!(text.contains(from));
        *text = text.replace(from, to);
        let codes = ("codes.toml".to_owned(), codes(specs.values()));
        let files =
            specs.iter().map(|(name, text)| (format!("endpoints/{name}.toml"), text.clone()));
        let errors = Spec::from_files(files.chain([codes])).unwrap_err().to_string();
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
    for (name, text) in fewer.iter().filter(|(name, _)| *name != "mod.rs") {
        assert_eq!(Some(text), all.get(name), "a file depends on its neighbors' presence");
    }
}

/// FIXME: what a type of one form holds is written as if it had both.
#[test]
fn references_and_secrets_in_types_of_one_form_are_known_gaps() {
    let specs = specs();
    let member = "vault = { type = \"ref\", to = \"/api/vaults\", doc = \"V.\" }\n";
    for (table, attribute) in [
        // `same` refuses to compile with a reference in it.
        ("[type.WorkOrder.field]\n", "#[resource(same, builder, constrained)]"),
        // A response alone shows the reference as an object, which a `Key` does not read.
        ("[type.WorkState.field]\n", "#[resource(response, constrained)]"),
    ] {
        let mut specs = specs.clone();
        let work = specs.get_mut("work").unwrap();
        *work = work.replace(table, &format!("{table}{member}"));
        let text = rust(&spec(&specs)).unwrap().remove("work.rs").unwrap();
        let declaration = text
            .split(attribute)
            .nth(1)
            .unwrap()
            .split("unknown_fields: UnknownFields")
            .next()
            .unwrap();
        assert!(declaration.contains("pub vault: Key<Vault>"), "{declaration}");
    }
}
