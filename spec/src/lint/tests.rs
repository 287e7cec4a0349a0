//! A small spec without a mistake, and for each lint one edit that breaks it.

use crate::Spec;

const ENDPOINT: &str = r#"
[endpoint]
path = "/api/x"
kind = "singleton"
methods = ["GET", "PUT"]
object = "X"
body = "X"
title = "X"
doc = "X."
completeness = "complete"
source = "s"

[[source]]
id = "s"
title = "X"
guide = "G"
version = "1.0"
tag = "seen"

[type.X]
doc = "X."
[type.X.field]
switch = { type = "bool", doc = "A switch." }
name = { type = "string", min_length = 2, example = "ab", doc = "A name." }
count = { type = "int", minimum = 0, maximum = 9, unit = "seconds", presence = "optional", default = 5, doc = "A count." }
mode = { type = "Mode", tag = true, doc = "A mode." }
host = { type = "Host", nullable = true, doc = "A host." }
inner = { type = "Inner", when = { equals = { mode = "fast" } }, doc = "More." }
secret = { type = "ref", to = "/api/secrets", nullable = true, doc = "A secret." }

[type.Inner]
doc = "More."
[type.Inner.field]
on = { type = "bool", doc = "Another switch." }

[union.Host]
doc = "A host."
tag = "selection"
content = "value"
[union.Host.variant]
ip = { type = "string", format = "ip-address", doc = "An address." }
none = { doc = "No host." }

[enum.Mode]
doc = "A mode."
[enum.Mode.value]
slow = { doc = "Slow." }
fast = { aliases = ["quick"], doc = "Fast." }

[[rule]]
on = "X"
code = "fast-only"
target = "inner.on"
when = { not = { null = "secret" } }
holds = { any = [{ equals = { "host.selection" = "ip" } }, { length = { path = "name", min = 3 } }] }
message = "m"
fix = "f"
source = "s"

[[quirk]]
id = "q"
on = "X.mode"
says = "a"
does = "b"
why = "c"
source = "s"
"#;

const SECRETS: &str = r#"
[endpoint]
path = "/api/secrets"
kind = "collection"
object = "Secret"
title = "Secrets"
doc = "Secrets."
completeness = "name-only"
source = "s"

[[source]]
id = "s"
title = "X"
guide = "G"
version = "1.0"
tag = "seen"
"#;

const CODES: &str = r#"
[[code]]
code = "fast-only"
title = "t"
why = "w"
breaks = "b"
holds = "h"
fix = "f"
source = "inferred"

[[code]]
code = "ip-address"
structural = true
title = "t"
why = "w"
breaks = "b"
holds = "h"
fix = "f"
source = "inferred"
"#;

/// What the lints say after each `(from, to)` was replaced in the small spec.
fn messages(edits: &[(&str, &str)]) -> Vec<String> {
    let files = [
        ("endpoints/x.toml", ENDPOINT),
        ("endpoints/secrets.toml", SECRETS),
        ("codes.toml", CODES),
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
fn the_small_spec_has_no_mistake() {
    assert_eq!(messages(&[]), [""; 0]);
}

/// What is replaced, by what, and the one message that must follow, with its line and column.
const CASES: &[(&str, &str, &str)] = &[
    // Names that lead nowhere.
    (r#"type = "Mode""#, r#"type = "Mod""#, "unknown type `Mod`, did you mean `Mode`?"),
    (
        r#"to = "/api/secrets""#,
        r#"to = "/api/secret""#,
        "no endpoint has the path `/api/secret`, did you mean `/api/secrets`?",
    ),
    (r#"body = "X""#, r#"body = "Y""#, "unknown type `Y`, did you mean `X`?"),
    (r#"on = "X""#, r#"on = "Inne""#, "unknown type `Inne`, did you mean `Inner`?"),
    (r#"on = "X""#, r#"on = "Mode""#, "a rule is on a struct, and `Mode` is none"),
    (
        r#"target = "inner.on""#,
        r#"target = "inner.of""#,
        "`Inner` has no member `of`, did you mean `on`?",
    ),
    (r#"target = "inner.on""#, r#"target = "name.on""#, "`name` has no members"),
    (
        r#"null = "secret""#,
        r#"null = "secrt""#,
        "`X` has no member `secrt`, did you mean `secret`?",
    ),
    ("{ mode = ", "{ mod = ", "`X` has no member `mod`, did you mean `mode`?"),
    (
        r#""host.selection""#,
        r#""host.value""#,
        "a condition reaches only the tag of a union: `host.selection`",
    ),
    (r#"on = "X.mode""#, r#"on = "X.mod""#, "`X` has no member `mod`, did you mean `mode`?"),
    (r#"on = "X.mode""#, r#"on = "/api/y""#, "unknown endpoint `/api/y`, did you mean `/api/x`?"),
    (r#"on = "X.mode""#, r#"on = "Hst""#, "unknown type `Hst`, did you mean `Host`?"),
    // Versions that nobody would look at.
    (
        "[type.Inner]",
        "[type.Inner]\nsince = \"7.0\"",
        "a type has no versions of its own: give them to the members that have it",
    ),
    (
        "[union.Host]",
        "[union.Host]\nuntil = \"7.0\"",
        "a type has no versions of its own: give them to the members that have it",
    ),
    (
        r#"code = "fast-only""#,
        "code = \"fast-only\"\nsince = \"7.0\"",
        "a rule holds in all versions: no checker asks for its own",
    ),
    // Conditions that make no sense.
    (
        r#"{ mode = "fast" }"#,
        r#"{ mode = "fats" }"#,
        "`Mode` has no value `fats`, did you mean `fast`?",
    ),
    (r#"{ mode = "fast" }"#, r#"{ mode = "quick" }"#, "`quick` is only an alias: write `fast`"),
    (r#"{ mode = "fast" }"#, "{ mode = true }", "expected a value of `Mode`"),
    (r#"{ mode = "fast" }"#, r#"{ switch = "on" }"#, "expected true or false"),
    (r#"{ mode = "fast" }"#, "{ name = 1 }", "expected a string"),
    (r#"{ mode = "fast" }"#, r#"{ count = "1" }"#, "expected a whole number"),
    (r#"{ mode = "fast" }"#, r#"{ host = "ip" }"#, "`Host` is an object, which no literal can be"),
    (
        r#"equals = { mode = "fast" }"#,
        r#"present = "inner""#,
        "a member's presence cannot depend on itself",
    ),
    (r#"equals = { mode = "fast" }"#, r#"present = "name""#, "`name` is always there"),
    (r#"equals = { mode = "fast" }"#, r#"absent = "name""#, "`name` is always there"),
    (
        r#"equals = { mode = "fast" }"#,
        r#"in = { mode = ["fast", "fast"] }"#,
        "this value stands twice in the list",
    ),
    (
        r#"equals = { mode = "fast" }"#,
        r#"range = { path = "name", min = 1 }"#,
        "`name` is not a number",
    ),
    (
        r#"{ "host.selection" = "ip" }"#,
        r#"{ "host.selection" = "ipp" }"#,
        "`Host` has no variant `ipp`, did you mean `ip`?",
    ),
    (r#"null = "secret""#, r#"null = "name""#, "`name` is never null"),
    (r#"null = "secret""#, r#"hex = "count""#, "`count` is not a string"),
    (
        r#"{ length = { path = "name", min = 3 } }"#,
        r#"{ referent = { path = "name", holds = { length = { path = "plain", min = 3 } } } }"#,
        "`name` is not a reference",
    ),
    (
        r#"{ length = { path = "name", min = 3 } }"#,
        r#"{ custom = { name = "f", inputs = ["nam"] } }"#,
        "`X` has no member `nam`, did you mean `name`?",
    ),
    // Codes.
    (
        "code = \"fast-only\"\ntarget",
        "code = \"fast-onyl\"\ntarget",
        "the code `fast-onyl` is not in `codes.toml`, did you mean `fast-only`?",
    ),
    (
        "code = \"fast-only\"\ntarget",
        "severity = \"warning\"\ncode = \"fast-only\"\ntarget",
        "`codes.toml` gives the code `fast-only` another severity",
    ),
    (
        "code = \"fast-only\"\ntitle",
        "structural = true\ncode = \"fast-only\"\ntitle",
        "the code `fast-only` is raised by reading a document, not by a rule",
    ),
    (
        "structural = true\n",
        "",
        "no rule raises the code `ip-address`: a format is `structural = true`",
    ),
    (
        r#"format = "ip-address""#,
        r#"format = "fqdn""#,
        "the format `fqdn` has no entry in `codes.toml`",
    ),
    (
        r#"code = "ip-address""#,
        r#"code = "ip""#,
        "the format `ip-address` has no entry in `codes.toml`",
    ),
    // Values and bounds.
    ("default = 5", "default = 10", "this default lies outside the bounds of its member"),
    ("default = 5", "default = -1", "this default lies outside the bounds of its member"),
    ("default = 5", "default = true", "expected a whole number"),
    (
        r#"presence = "optional", "#,
        "",
        "a member that must be there has no `default`: nobody would ever use it",
    ),
    (r#"example = "ab""#, r#"example = "a""#, "this example lies outside the bounds of its member"),
    (
        r#"example = "ab""#,
        r#"sensitive = true, example = "ab""#,
        "a sensitive member has no example",
    ),
    (r#"unit = "seconds", "#, "", "`count` has bounds but no `unit`"),
    (r#"example = "ab""#, r#"unit = "seconds""#, "only a number has a unit"),
    ("min_length = 2", "minimum = 2", "only a number has a minimum"),
    ("unit = \"seconds\"", "unit = \"seconds\", max_length = 3", "only a string has a length"),
    (
        "unit = \"seconds\"",
        "unit = \"seconds\", format = \"ip-address\"",
        "only a string has a format",
    ),
    (
        "min_length = 2",
        "min_length = 2, max_length = 1, default = \"ab\", presence = \"optional\"",
        "the longest is shorter than the shortest",
    ),
    (
        "tag = true",
        "tag = true, nullable = true",
        "a tag is an enum that must be there and is never null",
    ),
    // Names used twice.
    (
        r#"object = "Secret""#,
        r#"object = "X""#,
        "the name `X` is used twice: `/api/secrets` has it too",
    ),
    (
        "switch = {",
        "name_ = { type = \"bool\", rust = \"name\", doc = \"N.\" }\nswitch = {",
        "`name` and `name_` have the same Rust name `name`",
    ),
    (r#"["quick"]"#, r#"["slow"]"#, "`slow` stands twice in this enum"),
    (
        "[enum.Mode]",
        "[enum.Host]\ndoc = \"H.\"\nvalue.a = { doc = \"A.\" }\n[enum.Mode]",
        "the type `Host` is defined twice: `endpoints/x.toml` has it too",
    ),
    // Facts without a source.
    (
        "doc = \"A switch.\"",
        "doc = \"A switch.\", source = \"t\"",
        "no `[[source]]` of this file has the id `t`, did you mean `s`?",
    ),
    (
        "why = \"c\"\nsource = \"s\"",
        "why = \"c\"\nsource = \"t\"",
        "no `[[source]]` of this file has the id `t`, did you mean `s`?",
    ),
    (
        "fix = \"f\"\nsource = \"s\"",
        "fix = \"f\"\nsource = \"t\"",
        "no `[[source]]` of this file has the id `t`, did you mean `s`?",
    ),
    (
        "[type.X]",
        "[[source]]\nid = \"u\"\ntitle = \"U\"\nguide = \"G\"\nversion = \"\"\ntag = \"seen\"\n[type.X]",
        "nothing names the source `u`",
    ),
    // Endpoints and what they reach.
    (r#"path = "/api/x""#, r#"path = "/api/y/x""#, "the file of this path is `endpoints/y/x.toml`"),
    (r#"methods = ["GET", "PUT"]"#, "methods = []", "this endpoint has no `methods`"),
    (
        r#"methods = ["GET", "PUT"]"#,
        "methods = [\"GET\"]\nobject_methods = [\"GET\"]",
        "only a collection or a job has objects with methods of their own",
    ),
    (
        r#"kind = "singleton""#,
        r#"kind = "container""#,
        "a container and an endpoint of which only the name is known have no body",
    ),
    (
        r#"completeness = "name-only""#,
        "completeness = \"open\"\nmethods = [\"GET\"]",
        "this endpoint needs a `body`, a `request` or an `response`",
    ),
    ("[type.Inner]", "[type.Lost]\ndoc = \"L.\"\n[type.Inner]", "no endpoint reaches `Lost`"),
    (
        "[type.Inner]",
        "[type.Inner]\nform = \"response\"",
        "`Inner` is only received, but a request holds it",
    ),
    (
        "[type.Inner]",
        "[type.Inner]\nform = \"request\"",
        "`Inner` is only sent, but a response holds it",
    ),
];

#[test]
fn every_lint_speaks() {
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
fn points_at_the_word_that_is_wrong() {
    let cases = [
        (
            r#"{ mode = "fast" }"#,
            r#"{ mode = "fats" }"#,
            "28:54 `Mode` has no value `fats`, did you mean `fast`?",
        ),
        (
            "default = 5",
            "default = 10",
            "25:102 this default lies outside the bounds of its member",
        ),
        (
            r#"target = "inner.on""#,
            r#"target = "inner.of""#,
            "53:10 `Inner` has no member `of`, did you mean `on`?",
        ),
        (
            r#"{ "host.selection" = "ip" }"#,
            r#"{ "host.selection" = 1 }"#,
            "55:50 expected a string",
        ),
    ];
    for (from, to, expected) in cases {
        assert_eq!(messages(&[(from, to)]), [expected]);
    }
}

#[test]
fn a_code_must_be_raised_and_defined_once() {
    let unraised = messages(&[("code = \"ip-address\"\nstructural = true", "code = \"never\"")]);
    assert!(
        unraised.iter().any(|it| it.ends_with("no rule raises the code `never`")),
        "{unraised:#?}"
    );
    let twice = messages(&[("code = \"ip-address\"\n", "code = \"fast-only\"\n")]);
    assert!(
        twice.iter().any(|it| it.ends_with("the code `fast-only` is defined twice")),
        "{twice:#?}"
    );
}

#[test]
fn a_response_only_member_needs_no_request_form() {
    let edits = [
        ("[type.Inner]", "[type.Inner]\nform = \"response\""),
        (r#"type = "Inner""#, r#"type = "Inner", response_only = true"#),
    ];
    let found = messages(&edits);
    assert_eq!(found, [""; 0]);
}
