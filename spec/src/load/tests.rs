//! What the loader says about broken files, and that it survives hostile ones.

use proptest::prelude::*;

use crate::{
    Condition, Errors, FieldType, Literal, Presence, Spec, TypeDef, embedded_listing, spec_files,
};

/// The folder of this crate, where the real spec lies.
fn folder() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn load(text: &str) -> Result<Spec, Errors> {
    Spec::from_files([("endpoints/x.toml".to_owned(), text.to_owned())])
}

/// The messages about one endpoint file.
fn messages(text: &str) -> Vec<String> {
    load(text).map_or_else(
        |errors| errors.0.iter().map(|it| it.message().to_owned()).collect(),
        |_| Vec::new(),
    )
}

const HEAD: &str = r#"
[endpoint]
path = "/api/x"
kind = "singleton"
methods = ["GET"]
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
"#;

#[test]
fn the_object_of_an_endpoint_has_the_name_of_a_type() {
    for (name, expected) in [
        ("a.b", "`a.b` is not the name of a type: expected a name in camel case"),
        ("../x", "`../x` is not the name of a type: expected a name in camel case"),
        ("snmp", "`snmp` is not the name of a type: expected a name in camel case"),
        ("Option", "`Option` is a type of Rust itself"),
    ] {
        let text = HEAD.replace("object = \"X\"", &format!("object = \"{name}\""));
        assert_eq!(messages(&text), [expected]);
    }
}

#[test]
fn loads_the_real_spec() {
    let spec = Spec::from_dir(folder()).unwrap_or_else(|errors| panic!("{errors}"));
    let trap = spec.endpoint("/api/configuration/management/snmp/trap").unwrap();
    assert_eq!(trap.key.as_deref(), Some("trap"));
    assert_eq!(trap.short_path(), "management/snmp/trap");
    assert_eq!(trap.parent(), "/api/configuration/management/snmp");
    assert_eq!(trap.wrappers, ["body"]);
    let names: Vec<_> = trap.types.iter().map(TypeDef::name).collect();
    assert_eq!(
        names,
        ["SnmpTrap", "SnmpVersion", "SnmpV2c", "SnmpV3", "SnmpAuthMethod", "SnmpEncryptionMethod"]
    );
    let Some(TypeDef::Struct(v3)) = spec.type_def("SnmpV3") else { panic!("SnmpV3 is a struct") };
    let fields: Vec<_> = v3.fields.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(fields[..3], ["auth_method", "auth_password", "encryption_method"]);
    assert!(v3.field("encryption_password").unwrap().nullable);
    let Some(TypeDef::Struct(time)) = spec.type_def("TimePolicy") else {
        panic!("TimePolicy is a struct")
    };
    let monday = time.field("Mon").unwrap();
    assert_eq!(monday.rust, "mon");
    let pair = FieldType::Array(Box::new(FieldType::String), 2);
    assert_eq!(monday.ty, FieldType::List(Box::new(pair)));
    let Some(TypeDef::Struct(auth)) = spec.type_def("SmtpAuth") else {
        panic!("SmtpAuth is a struct")
    };
    let enabled = Condition::Equals(vec!["enabled".to_owned()], Literal::Bool(true));
    assert_eq!(auth.field("username").unwrap().presence, Presence::When(enabled));
    let Some(TypeDef::Enum(method)) = spec.type_def("SnmpAuthMethod") else {
        panic!("SnmpAuthMethod is an enum")
    };
    assert_eq!(method.value("sha1").unwrap().value, "sha");
}

/// The characters are copied from the guide by hand, apart from the spec file.
#[test]
fn snmp_passwords_take_exactly_the_characters_of_the_guide() {
    let spec = Spec::from_dir(folder()).unwrap();
    let rules: Vec<_> = spec.rules().filter(|rule| rule.code == "snmp-password-charset").collect();
    assert_eq!(rules.len(), 2);
    for rule in rules {
        let Condition::Referent(_, inner) = &rule.holds else { panic!("{:?}", rule.holds) };
        let Condition::Charset { chars, .. } = &**inner else { panic!("{inner:?}") };
        for c in (' '..='~').filter(|c| !c.is_ascii_alphanumeric()) {
            assert_eq!(chars.contains(c), !['>', '~'].contains(&c), "{c}");
        }
        assert!(chars.chars().all(|c| c.is_ascii_graphic() || c == ' '));
    }
}

#[test]
fn lists_the_custom_predicates() {
    let spec = Spec::from_dir(folder()).unwrap();
    let expected = [
        ("certificate_not_expired", 1),
        ("certificate_strong_key", 1),
        ("certificate_strong_signature", 1),
        ("engine_id_rfc3411", 1),
    ];
    assert_eq!(spec.custom_predicates(), expected);
}

#[test]
fn the_embedded_listing_is_fresh() {
    let expected = embedded_listing(&spec_files(folder()).unwrap());
    let text = std::fs::read_to_string(folder().join("src/embedded.rs")).unwrap();
    assert!(text == expected, "src/embedded.rs is stale, run `cargo xtask codegen`");
}

#[cfg(feature = "embedded")]
#[test]
fn the_embedded_spec_is_the_one_on_disk() {
    assert_eq!(Spec::embedded(), Spec::from_dir(folder()).unwrap());
}

#[test]
fn shows_every_mistake_at_once_with_its_place() {
    let text = format!(
        "{HEAD}
[type.X]
doc = \"X.\"
[type.X.field]
a = {{ type = \"strng\", doc = \"A.\" }}
b = {{ type = \"int\", nullabel = true, doc = \"B.\" }}
"
    );
    let expected = "\
error: unknown type `strng`, did you mean `string`?
  --> endpoints/x.toml:23:14
   |
23 | a = { type = \"strng\", doc = \"A.\" }
   |              ^^^^^^^

error: unknown key `nullabel` in this field, did you mean `nullable`?
  --> endpoints/x.toml:24:21
   |
24 | b = { type = \"int\", nullabel = true, doc = \"B.\" }
   |                     ^^^^^^^^

2 mistakes in the spec";
    assert_eq!(load(&text).unwrap_err().to_string(), expected);
}

#[test]
fn points_at_a_mistake_in_the_toml_itself() {
    let errors = load("[endpoint]\npath = \n").unwrap_err();
    assert_eq!(
        (errors.0[0].file(), errors.0[0].line(), errors.0[0].column()),
        ("endpoints/x.toml", 2, 8)
    );
    assert_eq!(errors.0[0].source_line(), "path = ");
}

/// The tail of a file, and what the loader says about it.
const BROKEN: &[(&str, &[&str])] = &[
    ("[type.X]", &["this type needs `doc`"]),
    ("[type.X]\ndoc = ' '", &["this text is empty"]),
    ("[type.X]\ndoc = 1", &["expected a string, found integer"]),
    ("[type.x-y]\ndoc = 'X'", &["`x-y` is not the name of a type: expected a name in camel case"]),
    ("[type.Option]\ndoc = 'X'", &["`Option` is a type of Rust itself"]),
    (
        "[type.X]\ndoc = 'X'\nform = 'respons'",
        &["unknown word `respons`, did you mean `response`?"],
    ),
    ("[typ.X]\ndoc = 'X'", &["unknown key `typ` in this file, did you mean `type`?"]),
    ("[type]\nX = 1", &["expected a table: type, found integer"]),
    (
        "rule = 3",
        &["unknown key `rule` in this source, known are `guide`, `id`, `tag`, `title`, `version`"],
    ),
    ("[rule]", &["expected a list, found table"]),
    (
        "[[rule]]\non = 'X'",
        &[
            "this rule needs `code`",
            "this rule needs `target`",
            "this rule needs `holds`",
            "this rule needs `message`",
            "this rule needs `fix`",
            "this rule needs `source`",
        ],
    ),
    (
        "[union.U]\ndoc = 'U'\ntag = 't'\ncontent = 't'\nvariant.a = { doc = 'A' }",
        &["`tag` and `content` are the same member"],
    ),
    (
        "[union.U]\ndoc = 'U'\ntag = 't'\ncontent = 'c'",
        &["this union has no variant: add `[union.U.variant]`"],
    ),
    (
        "[union.U]\ndoc = 'U'\ntag = 't'\ncontent = 'c'\nvariant.2c = { doc = 'A' }",
        &["no Rust name follows from `2c`: add `rust = \"...\"`"],
    ),
    (
        "[union.U]\ndoc = 'U'\ntag = 't'\ncontent = 'c'\nvariant.a = { doc = 'A', format = 'fqdn' }",
        &[
            "unknown key `format` in this variant, known are `doc`, `rust`, `since`, `source`, `type`, `until`",
        ],
    ),
    ("[enum.E]\ndoc = 'E'", &["this enum has no value: add `[enum.E.value]`"]),
];

/// One field, and what the loader says about it.
const BROKEN_FIELDS: &[(&str, &[&str])] = &[
    ("type = 'int'", &["this field needs `doc`"]),
    ("doc = 'A'", &["this field needs `type`"]),
    ("type = 'ref', doc = 'A'", &["a reference needs `to`, the path of the endpoint it names"]),
    (
        "type = 'int', to = '/api/x', doc = 'A'",
        &["`to` belongs to a reference, and this type holds none"],
    ),
    ("type = '[string; 0]', doc = 'A'", &["`0` is not a length from 1 to 64"]),
    ("type = '[[[[[[[[[[int]]]]]]]]]]', doc = 'A'", &["more than 8 lists inside each other"]),
    ("type = '[int', doc = 'A'", &["unknown type `[int`, did you mean `int`?"]),
    (
        "type = 'int', doc = 'A', since = '7.x'",
        &["`7.x` is not a version: expected numbers with dots, such as `7.0.3`"],
    ),
    (
        "type = 'int', doc = 'A', since = '7', until = '6.9'",
        &["`since` 7 is later than `until` 6.9"],
    ),
    ("type = 'int', doc = 'A', minimum = 1.5", &["expected a whole number, found float"]),
    (
        "type = 'int', doc = 'A', minimum = 99999999999999999999",
        &["this number does not fit into 64 bits"],
    ),
    ("type = 'string', doc = 'A', min_length = -1", &["this number must not be negative"]),
    (
        "type = 'string', doc = 'A', format = 'ip'",
        &[
            "unknown word `ip`, expected one of `email-address`, `ip-address`, `fqdn`, `time-of-day`, `date-time`, `no-whitespace`, `pem-certificate`",
        ],
    ),
    ("type = 'int', doc = 'A', rust = 'type'", &["`type` is not a name in snake case"]),
    (
        "type = 'int', doc = 'A', response_only = true, request_only = true",
        &["a member cannot be both `response_only` and `request_only`"],
    ),
    (
        "type = 'int', doc = 'A', presence = 'optional', when = { present = 'b' }",
        &["`presence` and `when` exclude each other"],
    ),
    (
        "type = 'int', doc = 'A', when = { equal = { b = 1 } }",
        &["unknown condition `equal`, did you mean `equals`?"],
    ),
    (
        "type = 'int', doc = 'A', when = {}",
        &["a condition has exactly one key, this has 0: join several with `all = [...]`"],
    ),
    (
        "type = 'int', doc = 'A', when = { equals = { b = 1, c = 2 } }",
        &["expected one member with its value, found 2"],
    ),
    (
        "type = 'int', doc = 'A', when = { equals = { b = 1.5 } }",
        &["expected true, false, a whole number or a string, found float"],
    ),
    ("type = 'int', doc = 'A', when = { in = { b = [] } }", &["this list of values is empty"]),
    ("type = 'int', doc = 'A', when = { any = [] }", &["this list of conditions is empty"]),
    (
        "type = 'int', doc = 'A', when = { null = 'b..c' }",
        &["`b..c` is not a path: expected names with a dot between them"],
    ),
    (
        "type = 'int', doc = 'A', when = { length = { path = 'b' } }",
        &["this condition needs `min` or `max`"],
    ),
    (
        "type = 'int', doc = 'A', when = { range = { path = 'b', min = 2, max = 1 } }",
        &["`min` is greater than `max`"],
    ),
    (
        "type = 'int', doc = 'A', when = { custom = { name = 'f', inputs = [] } }",
        &["a hand-written check needs at least one input"],
    ),
    (
        "type = 'int', doc = 'A', when = { referent = { path = 'b', holds = { hex = 'plain' } } }",
        &["only `length` and `charset` of `plain` can be asked about a referenced object"],
    ),
];

#[test]
fn says_what_is_wrong() {
    for (tail, expected) in BROKEN {
        assert_eq!(messages(&format!("{HEAD}\n{tail}\n")), *expected, "{tail}");
    }
    for (field, expected) in BROKEN_FIELDS {
        let tail = format!("[type.X]\ndoc = 'X'\n[type.X.field]\na = {{ {field} }}\n");
        assert_eq!(messages(&format!("{HEAD}\n{tail}")), *expected, "{field}");
    }
}

#[test]
fn names_the_file_that_has_no_place() {
    let errors = Spec::from_files([("readme.toml".to_owned(), String::new())]).unwrap_err();
    assert_eq!(errors.0[0].file(), "readme.toml");
    let twice = ["types/a.toml", "types/a.toml"].map(|name| (name.to_owned(), String::new()));
    assert_eq!(Spec::from_files(twice).unwrap_err().0[0].message(), "this file is given twice");
    let errors = Spec::from_dir(std::path::Path::new("/nowhere")).unwrap_err();
    assert_eq!(errors.0.len(), 4, "{errors}");
}

#[test]
fn survives_hostile_files() {
    let deep = 200_000;
    let hostile = [
        String::new(),
        "\0".to_owned(),
        "\u{feff}[endpoint]".to_owned(),
        "[".repeat(deep),
        format!("a = {}", "[".repeat(deep)),
        format!("a = {}", "{a=".repeat(deep)),
        format!("a.{}b = 1", "a.".repeat(5_000)),
        format!("[type.X.field]\na = {{ type = '{}{}' }}", "[".repeat(deep), "]".repeat(deep)),
        format!("[type.X.field]\na = {{ type = '{}' }}", "[".repeat(deep)),
        format!("[type.X.field]\na = {{ when = {}{} }}", "{not=".repeat(70), "}".repeat(70)),
        "[type.X.field]\na = { type = '[string; 99999999999999999999]' }".to_owned(),
        "[type.X.field]\na = { type = '];[' }\nb = { type = '[;]' }\nc = { type = '{;}' }\nd = { type = '' }".to_owned(),
        "[endpoint]\npath = 1979-05-27\nkind = inf\nmethods = [[], {}]".to_owned(),
        "endpoint = [1, 2]\n[[type]]\n[[union]]\nenum = 7".to_owned(),
        "[type.\"\"]\n[type.\"ä ö\"]\n[union.\"a.b\"]\n[enum.\"\\u0000\"]".to_owned(),
    ];
    for text in &hostile {
        for name in ["endpoints/x.toml", "types/x.toml", "codes.toml", "protocol.toml", "other", ""]
        {
            let loaded = Spec::from_files([(name.to_owned(), text.clone())]);
            if let Err(errors) = loaded {
                errors.to_string();
            }
        }
    }
}

/// The real files, to be damaged.
fn real_files() -> Vec<(String, String)> {
    super::files(folder()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Replaces a piece of one real file by some text.
    #[test]
    fn survives_any_damage(file: prop::sample::Index, at: prop::sample::Index, length in 0_usize..60, text in "(\\PC|[\\[\\]{}=.,'\"\n#]){0,12}") {
        let mut files = real_files();
        let file = file.index(files.len());
        let (_, content) = &mut files[file];
        let chars: Vec<char> = content.chars().collect();
        let start = at.index(chars.len());
        let end = (start + length).min(chars.len());
        *content = chars[..start].iter().copied().chain(text.chars()).chain(chars[end..].iter().copied()).collect();
        if let Err(errors) = Spec::from_files(files) {
            prop_assert!(!errors.0.is_empty());
            errors.to_string();
        }
    }
}
