//! A small spec with what the real one does not have yet.

use sps_codegen::{show, template};
use sps_spec::Spec;

const THING: &str = r#"
[endpoint]
title = "A thing"
doc = "Subject of the tests."
source = "page"

[Thing]
code = { type = "string(9..=9)", doc = "Nine characters." }
count = { type = "int(3..) pieces", doc = "How many." }
gone = { type = "bool", until = "6.0", doc = "Only old versions have it." }
labels = { type = "{string}", doc = "Labels." }
late = { type = "string", if = "mode == 'on'", example = "x", doc = "Precedes what it depends on." }
mode = { type = "Mode", optional = true, default = "off", doc = "A mode." }
seen = { type = "string", response_only = true, example = "x", doc = "Only responses have it." }
parts = { type = "[Part]", doc = "Parts." }

[enum.Mode]
on = "On."
off = "Off."

[union.Part]
_ = { doc = "A part." }
plain = "Without content."
nested = { type = "[Part]", doc = "Parts of the part." }
"#;

fn small() -> Spec {
    let sources = "page = { title = \"A page\", guide = \"A guide\", version = \"1.0\" }";
    let files = [("endpoints/configuration/thing.toml", THING), ("sources.toml", sources)];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    Spec::from_files(files).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn fills_in_what_has_no_example() {
    let spec = small();
    let expected = r#"{
  "code": "examplexx",
  "count": 3,
  "labels": {
    "example": "example"
  },
  "mode": "off",
  "parts": [
    {
      "selection": "plain"
    }
  ]
}
"#;
    assert_eq!(template(&spec, &spec.endpoints[0], None).unwrap(), expected);
}

#[test]
fn a_type_inside_itself_ends() {
    let spec = small();
    let text = template(&spec, &spec.endpoints[0], Some("nested")).unwrap();
    assert_eq!(text.matches(r#""selection": "nested""#).count(), 1, "{text}");
    assert!(text.contains(r#""value": []"#), "{text}");
    let page = show(&spec, &spec.endpoints[0]);
    assert!(page.contains("value for \"nested\"  list of objects, required"), "{page}");
    assert!(page.contains("value for \"plain\"   left out"), "{page}");
}

#[test]
fn shows_versions_defaults_and_what_only_responses_have() {
    let spec = small();
    let page = show(&spec, &spec.endpoints[0]);
    for part in [
        "Until version 6.0.",
        "Default \"off\".",
        "one of the values below, optional",
        "Exactly 9 characters.",
        "At least 3 (pieces).",
        "object with free keys, whose values are strings, required",
        "required when `mode` is \"on\"",
        "- /seen is present as well: Only responses have it.",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}
