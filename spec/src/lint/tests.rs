//! A small spec without a mistake, and for each lint one edit that breaks it.

use crate::Spec;

const ENDPOINT: &str = r#"
[endpoint]
title = "X"
doc = "X."
source = "s"

[X]
switch = { type = "bool", doc = "A switch." }
name = { type = "string(2..)", example = "ab", doc = "A name." }
count = { type = "int(0..=9) seconds", optional = true, default = 5, doc = "A count." }
mode = { type = "Mode", tag = true, doc = "A mode." }
host = { type = "Host?", doc = "A host." }
inner = { type = "Inner", if = "mode == 'fast'", doc = "More." }
secret = { type = "ref /api/secrets?", doc = "A secret." }

[Inner]
on = { type = "bool", doc = "Another switch." }

[union.Host]
ip = { type = "ip-address", doc = "An address." }
none = "No host."

[enum.Mode]
slow = "Slow."
fast = { aliases = ["quick"], doc = "Fast." }

[rule]
fast-only = { at = "X.inner.on", if = "secret != null", check = "host.selection == 'ip' || size(name) >= 3" }

[quirk]
q = { on = "X.mode", guide = "a", we = "b", why = "c" }
"#;

const SECRETS: &str = r#"
[endpoint]
kind = "collection"
title = "Secrets"
doc = "Secrets."
completeness = "name-only"
source = "s"
"#;

const CODES: &str = r#"
predicates = ["f"]
[rule]
fast-only = { title = "t", why = "w", breaks = "b", holds = "h", help = "f", source = "s" }
[structural]
ip-address = { title = "t", why = "w", breaks = "b", holds = "h", help = "f", inferred = "i" }
"#;

const SOURCES: &str = r#"
s = { title = "X", version = "1.0" }
"#;

/// Messages of the lints after each `(from, to)` was replaced in the small spec.
fn messages(edits: &[(&str, &str)]) -> Vec<String> {
    let files = [
        ("endpoints/x.toml", ENDPOINT),
        ("endpoints/secrets.toml", SECRETS),
        ("codes.toml", CODES),
        ("sources.toml", SOURCES),
    ];
    let mut files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    for (from, to) in edits {
        let (_, text) = files
            .iter_mut()
            .find(|(_, text)| text.contains(from))
            .unwrap_or_else(|| panic!("no {from}"));
        *text = text.replacen(from, to, 1);
    }
    let errors = Spec::from_files(files).map_or_else(|errors| errors.0, |_| Vec::new());
    errors.iter().map(|it| format!("{}:{} {}", it.line(), it.column(), it.message())).collect()
}

#[test]
fn a_code_of_trees_is_raised_by_no_rule() {
    const TEXTS: &str =
        "title = 't', why = 'w', breaks = 'b', holds = 'h', help = 'f', source = 's'";
    let tree =
        format!("predicates = [\"f\"]\n[tree]\nfast-only = {{ {TEXTS} }}\n[rule]\nslow-only");
    let found = messages(&[("predicates = [\"f\"]\n[rule]\nfast-only", &tree)]);
    let expected = "the code `fast-only` is raised by the check of a tree, not by a rule";
    assert!(found.iter().any(|it| it.ends_with(expected)), "{found:?}");

    let warns = format!(
        "[tree]\nlong = {{ {TEXTS}, severity = 'warning', error_since = '7.0' }}\n[structural]\n"
    );
    let found = messages(&[("[structural]\n", &warns)]);
    let expected = "only the warning of a rule becomes an error: set `severity` to `warning`";
    assert!(found.iter().any(|it| it.ends_with(expected)), "{found:?}");
}

#[test]
fn the_small_spec_has_no_mistake() {
    assert_eq!(messages(&[]), [""; 0]);
}

const ONLY_LISTS: &str = "only a list of any length can be `unordered`";

/// A text, its replacement, and the one message that must follow.
const CASES: &[(&str, &str, &str)] = &[
    // Names that lead nowhere.
    (r#"type = "Mode""#, r#"type = "Mod""#, "unknown type `Mod`, did you mean `Mode`?"),
    (
        "ref /api/secrets",
        "ref /api/secret",
        "no endpoint has the path `/api/secret`, did you mean `/api/secrets`?",
    ),
    (
        "kind = \"collection\"\ntitle = \"Secrets\"",
        "kind = \"container\"\ntitle = \"Secrets\"",
        "a reference leads to a collection, and `/api/secrets` is another kind: write `kind = \"collection\"` there, with \
         `completeness = \"name-only\"` if no body is known",
    ),
    ("ref /api/secrets", "ref secrets", "no endpoint has the path `/api/configuration/secrets`"),
    (
        "title = \"X\"",
        "title = \"X\"\nobject = \"Y\"",
        "the body of this endpoint is `Y`, and no file has such a type, did you mean `X`?",
    ),
    ("at = \"X.", "at = \"Inne.", "unknown type `Inne`, did you mean `Inner`?"),
    (
        "at = \"X.inner",
        "at = \"Mode.inner",
        "a rule is on a type with fields: put it on the type that holds `Mode`",
    ),
    ("X.inner.on", "X.inner.of", "`Inner` has no member `of`, did you mean `on`?"),
    ("X.inner.on", "X.name.on", "`name` has no members"),
    ("secret != null", "secrt != null", "`X` has no member `secrt`, did you mean `secret`?"),
    ("mode ==", "mod ==", "`X` has no member `mod`, did you mean `mode`?"),
    (
        "host.selection ==",
        "host.port ==",
        "a condition reaches only the tag of a union, or content that is a text in every variant: `host.selection`",
    ),
    (r#"on = "X.mode""#, r#"on = "X.mod""#, "`X` has no member `mod`, did you mean `mode`?"),
    (r#"on = "X.mode""#, r#"on = "/api/y""#, "unknown endpoint `/api/y`, did you mean `/api/x`?"),
    (r#"on = "X.mode""#, r#"on = "Hst""#, "unknown type `Hst`, did you mean `Host`?"),
    ("host.selection == 'ip'", "host.value == 1", "expected a string"),
    // Conditions that make no sense.
    ("mode == 'fast'", "mode == 'fats'", "`Mode` has no value `fats`, did you mean `fast`?"),
    ("mode == 'fast'", "mode == 'quick'", "`quick` is only an alias: write `fast`"),
    ("mode == 'fast'", "mode", "expected a value of `Mode`"),
    ("mode == 'fast'", "switch == 'on'", "expected true or false"),
    ("mode == 'fast'", "name == 1", "expected a string"),
    ("mode == 'fast'", "count == '1'", "expected a whole number"),
    ("mode == 'fast'", "host == 'ip'", "`Host` is an object: compare one of its members"),
    ("mode == 'fast'", "present(name)", "`name` is always there"),
    ("mode == 'fast'", "absent(name)", "`name` is always there"),
    ("mode == 'fast'", "mode in ['fast', 'fast']", "this list has the value twice"),
    ("mode == 'fast'", "name >= 1", "`name` is not a number"),
    ("mode == 'fast'", "count >= 5 && count <= 4", "the upper bound lies below the lower one"),
    ("selection == 'ip'", "selection == 'ipp'", "`Host` has no variant `ipp`, did you mean `ip`?"),
    ("secret != null", "name != null", "`name` is never null"),
    ("secret != null", "hex(count)", "`count` is not a string"),
    ("size(name) >= 3", "size(referent(name).plain) >= 3", "`name` is not a reference"),
    ("size(name) >= 3", "f(nam)", "`X` has no member `nam`, did you mean `name`?"),
    // Codes.
    (
        "fast-only = { at",
        "fast-onyl = { at",
        "the code `fast-onyl` is not in `codes.toml`, did you mean `fast-only`?",
    ),
    (
        "fast-only = { at",
        "ip-address = { at",
        "the code `ip-address` is raised by reading a document, not by a rule",
    ),
    (
        "[structural]",
        "",
        "no rule raises the code `ip-address`: the code of a format is `structural`",
    ),
    ("\"ip-address\"", "\"fqdn\"", "the format `fqdn` has no entry in `codes.toml`"),
    ("\nip-address =", "\nip =", "the format `ip-address` has no entry in `codes.toml`"),
    // Values and bounds.
    ("default = 5", "default = 10", "this default lies outside the bounds of its member"),
    ("default = 5", "default = -1", "this default lies outside the bounds of its member"),
    ("default = 5", "default = true", "expected a whole number"),
    ("optional = true, ", "", "a required member has no `default`: no client could use it"),
    (r#"example = "ab""#, r#"example = "a""#, "this example lies outside the bounds of its member"),
    (
        r#"example = "ab""#,
        r#"sensitive = true, example = "ab""#,
        "a sensitive member has no example",
    ),
    // Labels, and lists without order.
    (
        r#"example = "ab", doc"#,
        r#"example = "ab", label = true, doc"#,
        "only the object of a collection has a label",
    ),
    (r#"type = "string(2..)""#, r#"type = "string(2..)", unordered = true"#, ONLY_LISTS),
    (
        r#"type = "bool", doc = "A switch.""#,
        r#"type = "{bool}", unordered = true, doc = "S.""#,
        ONLY_LISTS,
    ),
    (
        r#"type = "bool", doc = "A switch.""#,
        r#"type = "[bool; 2]", unordered = true, doc = "S.""#,
        ONLY_LISTS,
    ),
    (" seconds", "", "`count` has bounds but no unit: `int(0..=100) percent`"),
    ("\"Mode\"", "\"Mode?\"", "a tag is a required enum that is never null"),
    // Names used twice.
    (
        "kind = \"collection\"",
        "kind = \"collection\"\nobject = \"X\"",
        "the name `X` is used twice: `/api/secrets` has it too; give one an `object`",
    ),
    (
        "switch = {",
        "name_ = { type = \"bool\", rust = \"name\", doc = \"N.\" }\nswitch = {",
        "`name` and `name_` have the same Rust name `name`",
    ),
    (r#"["quick"]"#, r#"["slow"]"#, "this enum has `slow` twice"),
    (
        "[enum.Mode]",
        "[enum.Host]\na = \"A.\"\n[enum.Mode]",
        "the type `Host` is defined twice: `endpoints/x.toml` has it too",
    ),
    // Facts without a source.
    (
        "doc = \"A switch.\"",
        "doc = \"A switch.\", source = \"t\"",
        "`sources.toml` has no source `t`, did you mean `s`?",
    ),
    (
        "why = \"c\"",
        "why = \"c\", source = \"t\"",
        "`sources.toml` has no source `t`, did you mean `s`?",
    ),
    (
        "help = \"f\", source = \"s\"",
        "help = \"f\", source = \"t\"",
        "`sources.toml` has no source `t`, did you mean `s`?",
    ),
    ("\ns = {", "\nu = { title = \"U\" }\ns = {", "nothing names the source `u`"),
    // Endpoints and what they reach.
    ("title = \"X\"", "title = \"X\"\nmethods = []", "an endpoint has a method at least"),
    (
        "title = \"X\"",
        "title = \"X\"\nobject_methods = [\"GET\"]",
        "only a collection or a job has objects with methods of their own",
    ),
    (
        "title = \"X\"",
        "title = \"X\"\nkind = \"container\"\nrequest = \"X\"",
        "a container and an endpoint of which only the name is known have no body",
    ),
    ("[Inner]", "[Lost]\n[Inner]", "no endpoint reaches `Lost`"),
];

#[test]
fn every_lint_reports() {
    for (from, to, expected) in CASES {
        let found = messages(&[(from, to)]);
        assert!(
            found
                .iter()
                .any(|it| it.split_once(' ').is_some_and(|(_, message)| message == *expected)),
            "{from} -> {to}\nexpected: {expected}\nfound: {found:#?}"
        );
    }
}

#[test]
fn marks_the_part_that_is_wrong() {
    let cases = [
        (
            "mode == 'fast'",
            "mode == 'fats'",
            "13:41 `Mode` has no value `fats`, did you mean `fast`?",
        ),
        ("default = 5", "default = 10", "10:67 this default lies outside the bounds of its member"),
        ("X.inner.on", "X.inner.of", "28:20 `Inner` has no member `of`, did you mean `on`?"),
        ("selection == 'ip'", "selection == 1", "28:84 expected a string"),
        ("size(name) >=", "size(count) >=", "28:97 `count` is not a string"),
    ];
    for (from, to, expected) in cases {
        assert_eq!(messages(&[(from, to)]), [expected]);
    }
}

#[test]
fn a_code_must_be_raised_and_defined_once() {
    let unraised = messages(&[("[structural]\nip-address", "never")]);
    assert!(
        unraised.iter().any(|it| it.ends_with("no rule raises the code `never`")),
        "{unraised:#?}"
    );
    let twice = messages(&[("\nip-address =", "\nfast-only =")]);
    assert!(
        twice.iter().any(|it| it.ends_with("the code `fast-only` is defined twice")),
        "{twice:#?}"
    );
}

#[test]
fn a_collection_names_its_objects_with_one_text() {
    let collection = ("title = \"X\"", "title = \"X\"\nkind = \"collection\"");
    let name = r#"name = { type = "string(2..)", example = "ab", "#;
    let label = (name, r#"name = { type = "string(2..)", example = "ab", label = true, "#);
    assert_eq!(messages(&[collection, label]), [""; 0]);
    let wrong = "a label is a string that is never null and no secret";
    for changed in [
        r#"name = { type = "string(2..)?", example = "ab", label = true, "#,
        r#"name = { type = "string(2..)", sensitive = true, label = true, "#,
        r#"name = { type = "[string(2..)]", example = "ab", label = true, "#,
    ] {
        let found = messages(&[collection, (name, changed)]);
        assert!(found.iter().any(|it| it.ends_with(wrong)), "{changed}: {found:#?}");
    }
    let second = (
        "doc = \"A switch.\" }",
        "doc = \"A switch.\" }\nid = { type = \"string\", label = true, doc = \"I.\" }",
    );
    let found = messages(&[collection, label, second]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].ends_with("a type has one label"), "{found:#?}");
    // A type inside of the object is no object.
    let inner = ("[Inner]", "[Inner]\nid = { type = \"string\", label = true, doc = \"I.\" }");
    let found = messages(&[collection, inner]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].ends_with("only the object of a collection has a label"), "{found:#?}");
}
