//! A small spec with what the real one does not have yet.

use sps_codegen::{show, template};
use sps_spec::Spec;

const THING: &str = r#"
[endpoint]
path = "/api/configuration/thing"
kind = "singleton"
methods = ["GET", "PUT"]
object = "Thing"
body = "Thing"
title = "A thing"
doc = "What the tests are about."
completeness = "complete"
source = "page"

[[source]]
id = "page"
title = "A page"
guide = "A guide"
version = "1.0"
tag = "seen"

[type.Thing]
doc = "A thing."
[type.Thing.field]
code = { type = "string", min_length = 9, max_length = 9, doc = "Nine characters." }
count = { type = "int", minimum = 3, unit = "pieces", doc = "How many." }
gone = { type = "bool", until = "6.0", doc = "Only old versions have it." }
labels = { type = "{string}", doc = "Labels." }
late = { type = "string", when = { equals = { mode = "on" } }, example = "x", doc = "Stands before what it depends on." }
mode = { type = "Mode", presence = "optional", default = "off", doc = "A mode." }
seen = { type = "string", response_only = true, example = "x", doc = "Only responses have it." }
parts = { type = "[Part]", doc = "Parts." }

[enum.Mode]
doc = "A mode."
[enum.Mode.value]
on = { doc = "On." }
off = { doc = "Off." }

[union.Part]
tag = "selection"
content = "value"
doc = "A part."
[union.Part.variant]
plain = { doc = "Without content." }
nested = { type = "[Part]", doc = "Parts of the part." }
"#;

fn small() -> Spec {
    let files = [("endpoints/configuration/thing.toml", THING)];
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
        "one word, optional",
        "Exactly 9 characters.",
        "At least 3 (pieces).",
        "object with free keys, whose values are strings, required",
        "required when `mode` is \"on\"",
        "- /seen is there as well: Only responses have it.",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}
