//! Messages of the loader about broken files, what it completes, and that it survives hostile files.

mod bodies;

use proptest::prelude::*;

use crate::{
    Body, Completeness, Condition, Endpoint, EndpointKind, Errors, FieldType, Form, Literal,
    Method, Presence, Severity, Spec, TypeDef, embedded_listing, spec_files,
};

/// The folder of this crate, where the real spec lies.
fn folder() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of the bodies of an endpoint.
fn names(it: &Endpoint) -> (Option<&str>, Option<&str>) {
    (it.request.as_ref().and_then(Body::name), it.response.as_ref().and_then(Body::name))
}

fn load(text: &str) -> Result<Spec, Errors> {
    let files = [("endpoints/x.toml", text), ("sources.toml", SOURCES)];
    Spec::from_files(files.map(|(name, text)| (name.to_owned(), text.to_owned())))
}

/// The messages about one endpoint file.
fn messages(text: &str) -> Vec<String> {
    load(text).map_or_else(
        |errors| errors.0.iter().map(|it| it.message().to_owned()).collect(),
        |_| Vec::new(),
    )
}

const SOURCES: &str = "s = { title = 'X', version = '1.0' }";

const HEAD: &str = r#"
[endpoint]
title = "X"
doc = "X."
source = "s"
"#;

#[test]
fn the_object_of_an_endpoint_has_the_name_of_a_type() {
    for (name, expected) in [
        ("a.b", "`a.b` is not the name of a type: expected a name in camel case"),
        ("../x", "`../x` is not the name of a type: expected a name in camel case"),
        ("snmp", "`snmp` is not the name of a type: expected a name in camel case"),
        ("Option", "`Option` is a type of Rust itself"),
    ] {
        assert_eq!(messages(&format!("{HEAD}object = \"{name}\"")), [expected]);
    }
}

#[test]
fn completes_what_the_place_and_the_kind_decide() {
    let endpoint = |name: &str, more: &str| {
        let text = format!("{HEAD}{more}");
        let files = [(name, text.as_str()), ("sources.toml", SOURCES)];
        let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let spec = Spec::from_files(files).unwrap_or_else(|errors| panic!("{errors}"));
        spec.endpoints.into_iter().next().unwrap()
    };
    let methods = |it: &Endpoint| {
        let names = |list: &[Method]| list.iter().map(|it| it.name()).collect::<Vec<_>>().join(" ");
        format!("{} / {}", names(&it.methods), names(&it.object_methods))
    };
    let it = endpoint("endpoints/a/b_c.toml", "[BC]\na = { type = 'bool', doc = 'A.' }");
    assert_eq!((&*it.path, &*it.object, it.key.as_deref()), ("/api/a/b_c", "BC", Some("b_c")));
    assert_eq!(names(&it), (Some("BC"), Some("BC")));
    assert_eq!((it.kind, it.completeness), (EndpointKind::Singleton, Completeness::Complete));
    assert_eq!(methods(&it), "GET PUT / ");
    let it = endpoint("endpoints/a/policies.toml", "kind = 'collection'\n[Policy]");
    assert_eq!((&*it.object, it.key.as_deref()), ("Policy", None));
    assert_eq!(methods(&it), "GET POST / GET PUT DELETE");
    let read_only = "kind = 'collection'\nmethods = ['GET']\nobject_methods = ['GET']\n[Policy]";
    let it = endpoint("endpoints/a/policies.toml", read_only);
    assert_eq!(names(&it), (None, Some("Policy")));
    let it = endpoint("endpoints/index.toml", "kind = 'container'\nobject = 'Entry'");
    assert_eq!((&*it.path, &*it.object), ("/api", "Entry"));
    let it = endpoint("endpoints/job.toml", "kind = 'job'\n[Job]");
    assert_eq!(names(&it), (None, Some("Job")));
    assert_eq!(methods(&it), "GET POST / GET DELETE");
    let it = endpoint("endpoints/job.toml", "kind = 'container'");
    assert_eq!(names(&it), (None, None));
    assert_eq!(methods(&it), "GET / ");
    let it = endpoint("endpoints/job.toml", "completeness = 'name-only'");
    assert_eq!(names(&it), (None, None));
}

const HOLDER: &str = "[X]
inner = { type = 'Inner', doc = 'An inner object.' }
seen = { type = 'Seen', response_only = true, doc = 'Seen.' }
sent = { type = 'Sent', request_only = true, doc = 'Sent.' }
[Inner]
[Seen]
[Sent]
";

#[test]
fn a_type_has_the_doc_and_the_form_of_its_one_use() {
    let spec = load(&format!("{HEAD}completeness = 'open'\n{HOLDER}")).unwrap();
    let def = |name: &str| match spec.type_def(name) {
        Some(TypeDef::Struct(it)) => (it.doc.clone(), it.form, it.open),
        _ => panic!("{name} is a struct"),
    };
    assert_eq!(def("X"), ("X.".to_owned(), Form::Both, true));
    assert_eq!(def("Inner"), ("An inner object.".to_owned(), Form::Both, false));
    assert_eq!(def("Seen"), ("Seen.".to_owned(), Form::Response, false));
    assert_eq!(def("Sent"), ("Sent.".to_owned(), Form::Request, false));
}

#[test]
fn a_type_with_several_uses_needs_a_doc() {
    let twice = HOLDER.replace("'Seen'", "'Inner'").replace("[Seen]\n", "");
    let expected =
        "`Inner` is the type of 2 members: give it a doc of its own, `_ = { doc = \"...\" }`";
    assert_eq!(messages(&format!("{HEAD}{twice}")), [expected]);
    let described = twice.replace("[Inner]", "[Inner]\n_ = { doc = 'D.', open = true }");
    let spec = load(&format!("{HEAD}{described}")).unwrap();
    let Some(TypeDef::Struct(it)) = spec.type_def("Inner") else { panic!("a struct") };
    assert_eq!((&*it.doc, it.open), ("D.", true));
}

#[test]
fn a_format_brings_its_rules() {
    let spec = Spec::from_dir(folder()).unwrap();
    let rules: Vec<_> = spec.rules_on("ServerCertificateCheck").collect();
    let codes: Vec<_> = rules.iter().map(|rule| rule.code.as_str()).collect();
    let expected = [
        "certificate-not-an-authority",
        "certificate-expired",
        "certificate-not-yet-valid",
        "certificate-weak-signature",
        "certificate-weak-key",
    ];
    assert_eq!(codes, expected);
    for rule in rules {
        assert_eq!(rule.target, ["server_certificate_ca"]);
        assert_eq!(rule.severity, Severity::Warning);
        assert_eq!(rule.message, spec.code(&rule.code).unwrap().title);
        let Condition::Custom { inputs, .. } = &rule.holds else { panic!("{:?}", rule.holds) };
        assert!(inputs.iter().eq([&rule.target]), "{inputs:?}");
    }
}

#[test]
fn a_rule_about_a_null_reference_does_not_apply() {
    let spec = Spec::from_dir(folder()).unwrap();
    let rules = spec.rules().filter(|rule| rule.code == "snmp-password-length");
    let when: Vec<_> =
        rules.map(|rule| rule.when.as_ref().map(|it| spec.condition_text(it))).collect();
    assert_eq!(when, [None, Some("encryption_password != null".to_owned())]);
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

/// The characters are copied from the guides by hand, apart from the spec file.
#[test]
fn snmp_passwords_take_exactly_the_characters_of_the_guide() {
    let spec = Spec::from_dir(folder()).unwrap();
    let rules: Vec<_> = spec.rules().filter(|rule| rule.code == "snmp-password-charset").collect();
    assert_eq!(rules.len(), 2);
    for rule in rules {
        let Condition::Referent(_, inner) = &rule.holds else { panic!("{:?}", rule.holds) };
        let Condition::Charset { chars, .. } = &**inner else { panic!("{inner:?}") };
        for c in (' '..='~').filter(|c| !c.is_ascii_alphanumeric()) {
            assert_eq!(chars.contains(c), c != '~', "{c}");
        }
        assert!(chars.chars().all(|c| c.is_ascii_graphic() || c == ' '));
    }
}

#[test]
fn lists_the_custom_predicates() {
    let spec = Spec::from_dir(folder()).unwrap();
    let expected = [
        ("certificate_already_valid", 1),
        ("certificate_not_expired", 1),
        ("certificate_of_authority", 1),
        ("certificate_strong_key", 1),
        ("certificate_strong_signature", 1),
        ("engine_id_prefix", 1),
        ("engine_id_rfc3411", 1),
        ("local_group_name", 1),
        ("not_ipv6", 3),
        ("snmp_user_name", 1),
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
    assert_eq!(Spec::embedded_codes(), Spec::embedded().codes);
}

#[test]
fn shows_every_mistake_at_once_with_its_place() {
    let text = format!(
        "{HEAD}
[X]
a = {{ type = \"[strng; 2]\", doc = \"A.\" }}
b = {{ type = \"int\", optionel = true, doc = \"B.\" }}
c = {{ type = \"int\", if = \"presnt(b)\", doc = \"C.\" }}
"
    );
    let expected = "\
error: unknown type `strng`, did you mean `string`?
 --> endpoints/x.toml:8:16
  |
8 | a = { type = \"[strng; 2]\", doc = \"A.\" }
  |                ^^^^^

error: unknown key `optionel` in this field, did you mean `optional`?
 --> endpoints/x.toml:9:21
  |
9 | b = { type = \"int\", optionel = true, doc = \"B.\" }
  |                     ^^^^^^^^

error: unknown function `presnt`, did you mean `present`?
  --> endpoints/x.toml:10:27
   |
10 | c = { type = \"int\", if = \"presnt(b)\", doc = \"C.\" }
   |                           ^^^^^^

3 mistakes in the spec";
    assert_eq!(load(&text).unwrap_err().to_string(), expected);
}

#[test]
fn points_at_a_mistake_in_the_toml_itself() {
    let errors = load("[endpoint]\ntitle = \n").unwrap_err();
    assert_eq!(
        (errors.0[0].file(), errors.0[0].line(), errors.0[0].column()),
        ("endpoints/x.toml", 2, 9)
    );
    assert_eq!(errors.0[0].source_line(), "title = ");
}

#[test]
fn marks_a_mistake_in_any_kind_of_string() {
    let escaped = "a condition has no TOML escapes: put it in single quotes";
    let unknown = "unknown function `f`";
    for (text, column, carets, message) in [
        (r"a = { type = 'int', if = ' f(b)', doc = 'A.' }", 28, 1, unknown),
        (r#"a = { type = 'int', if = " f(b)", doc = 'A.' }"#, 28, 1, unknown),
        (r"a = { type = 'int', if = ''' f(b)''', doc = 'A.' }", 30, 1, unknown),
        (r#"a = { type = 'int', if = "\u0066(b)", doc = 'A.' }"#, 26, 11, escaped),
        (r#"a = { type = "bo\u006fll", doc = 'A.' }"#, 14, 12, "unknown type `booll`"),
    ] {
        let errors = load(&format!("{HEAD}\n[X]\n{text}")).unwrap_err();
        assert!(errors.0[0].message().starts_with(message), "{}", errors.0[0]);
        let found = (errors.0[0].column(), errors.0[0].to_string().matches('^').count());
        assert_eq!(found, (column, carets), "{text}");
    }
}

/// The tail of a page, and the messages of the loader about it.
const BROKEN: &[(&str, &[&str])] = &[
    ("[X]\n_ = { doc = ' ' }", &["this text is empty"]),
    ("[X]\n_ = { doc = 1 }", &["expected a string, found integer"]),
    (
        "[X]\n_ = { form = 'request' }",
        &["unknown key `form` in this description of a type, known are `doc`, `open`, `source`"],
    ),
    ("[X-y]", &["`X-y` is not the name of a type: expected a name in camel case"]),
    ("[Option]", &["`Option` is a type of Rust itself"]),
    ("[quirks.x]", &["unknown key `quirks` in this page, did you mean `quirk`?"]),
    (
        "[quirk]\nq = { guid = 'g', we = 'w', why = 'y' }",
        &["this quirk needs `guide`", "unknown key `guid` in this quirk, did you mean `guide`?"],
    ),
    ("[rule]\nc = 3", &["expected a table: rule, found integer"]),
    ("[rule]\nc = []", &["this list is empty"]),
    ("[rule]\nc = {}", &["this rule needs `check`", "this rule needs `at`"]),
    ("[rule]\nc = { at = 'X', check = 'a' }", &["`X` is not a place: expected `Type.member`"]),
    ("[rule]\nc = { at = [], check = 'a' }", &["this list is empty"]),
    (
        "[union.U]\n_ = { tag = 't', content = 't' }\na = 'A'",
        &["`tag` and `content` are the same member"],
    ),
    ("[union.U]", &["this union has no variant"]),
    ("[union.U]\n2c = 'A'", &["no Rust name follows from `2c`: add `rust = \"...\"`"]),
    (
        "[union.U]\na = { doc = 'A', example = 'a' }",
        &["a variant without `type` has no content, so no `example`"],
    ),
    ("[union.U]\na = { doc = 'A', type = 'int?' }", &["the content of a variant is never null"]),
    ("[union.U]\na = { doc = 'A', type = 'int days' }", &["the content of a variant has no unit"]),
    ("[enum.E]", &["this enum has no value"]),
];

const UNKNOWN_TYPE: &str = "unknown type `[int`, expected `bool`, `int`, `number`, `string`, `any`, `ref`, \
    `ordered`, `email-address`, `ip-address`, `ip-network`, `fqdn`, `url`, `uuid`, `time-of-day`, `date-time`, \
    `no-whitespace`, `pem-certificate`, the name of a type, `[T]`, `[T; 2]`, `{T}` or `ordered {T}`";

/// One field, and the messages of the loader about it.
const BROKEN_FIELDS: &[(&str, &[&str])] = &[
    ("type = 'int'", &["this field needs `doc`"]),
    ("doc = 'A'", &["this field needs `type`"]),
    ("type = 'ref', doc = 'A'", &["a reference names a collection: `ref passwords`"]),
    ("type = '[string; 0]', doc = 'A'", &["`0` is not a length from 1 to 64"]),
    ("type = '[[[[[[[[[[int]]]]]]]]]]', doc = 'A'", &["more than 8 lists inside each other"]),
    ("type = '[int', doc = 'A'", &[UNKNOWN_TYPE]),
    ("type = 'fqnd', doc = 'A'", &["unknown type `fqnd`, did you mean `fqdn`?"]),
    ("type = 'int(1)', doc = 'A'", &["bounds are written as `1..=9`, `1..` or `..=9`"]),
    ("type = 'int(1..9)', doc = 'A'", &["the upper bound is included: write `..=`"]),
    (
        "type = 'int(1..=x)', doc = 'A'",
        &["`x` is not a bound: bounds are written as `1..=9`, `1..` or `..=9`"],
    ),
    ("type = 'int(9..=1)', doc = 'A'", &["the upper bound lies below the lower one"]),
    ("type = 'int(1..', doc = 'A'", &["this parenthesis has no end"]),
    (
        "type = 'int(..=99999999999999999999)', doc = 'A'",
        &["`99999999999999999999` is not a bound: bounds are written as `1..=9`, `1..` or `..=9`"],
    ),
    (
        "type = 'string(-1..)', doc = 'A'",
        &["`-1` is not a bound: bounds are written as `1..=9`, `1..` or `..=9`"],
    ),
    ("type = 'int 5', doc = 'A'", &["a unit is made of words, such as `percent`"]),
    ("type = 'string percent', doc = 'A'", &["only a number has a unit"]),
    ("type = 'bool(1..)', doc = 'A'", &["only a number and a string have bounds"]),
    (
        "type = 'int', doc = 'A', since = '7.x'",
        &["`7.x` is not a version: expected numbers with dots, such as `7.0.3`"],
    ),
    (
        "type = 'int', doc = 'A', since = '7', until = '6.9'",
        &["`since` 7 is later than `until` 6.9"],
    ),
    (
        "type = 'int', doc = 'A', default = 1.5",
        &["expected true, false, a whole number or a string, found float"],
    ),
    ("type = 'int', doc = 'A', rust = 'type'", &["`type` is not a name in snake case"]),
    (
        "type = 'int', doc = 'A', response_only = true, request_only = true",
        &["a member cannot be both `response_only` and `request_only`"],
    ),
    (
        "type = 'int', doc = 'A', optional = true, if = 'present(b)'",
        &["`optional` and `if` exclude each other"],
    ),
    ("type = 'int', doc = 'A', if = 'b = 1'", &["unexpected `=`, did you mean `==`?"]),
    ("type = 'int', doc = 'A', if = ''", &["this condition is empty"]),
    (
        "type = 'int', doc = 'A', if = 'self'",
        &["`self` is the member at `at` of a rule: name the member here"],
    ),
    (
        "type = 'int', doc = 'A', if = 'present(a)'",
        &["a member's presence cannot depend on itself"],
    ),
];

#[test]
fn names_every_mistake_of_form() {
    for (tail, expected) in BROKEN {
        assert_eq!(messages(&format!("{HEAD}\n{tail}\n")), *expected, "{tail}");
    }
    for (field, expected) in BROKEN_FIELDS {
        assert_eq!(messages(&format!("{HEAD}\n[X]\na = {{ {field} }}\n")), *expected, "{field}");
    }
}

#[test]
fn names_mistakes_in_codes() {
    const CODE: &str = "title = 't', why = 'w', breaks = 'b', holds = 'h', help = 'f'";
    for (text, expected) in [
        (
            format!("[rule]\nc = {{ {CODE} }}"),
            "this code needs a `source`, or says in `inferred` why we assume it",
        ),
        (format!("[rule]\nC = {{ {CODE}, inferred = 'i' }}"), "a code is written in kebab case"),
        (
            format!("[rule]\nc = {{ {CODE}, inferred = 'i', format = 'fqdn' }}"),
            "`format` and `check` go together",
        ),
        (
            format!("[rule]\nc = {{ {CODE}, inferred = 'i', format = 'fqdn', check = 'f(self)' }}"),
            "unknown function `f`, known are `absent`, `charset`, `format`, `hex`, `hex_digits`, \
             `present`, `referent`, `size`",
        ),
        (
            "[charset]\nA = 'a'".to_owned(),
            "the name of a set of characters is written in kebab case",
        ),
    ] {
        let errors = Spec::from_files([("codes.toml".to_owned(), text.clone())]).unwrap_err();
        assert_eq!(errors.0[0].message(), expected, "{text}");
    }
}

#[test]
fn names_the_file_that_has_no_place() {
    let errors = Spec::from_files([("readme.toml".to_owned(), String::new())]).unwrap_err();
    assert_eq!(errors.0[0].file(), "readme.toml");
    let twice = ["types/a.toml", "types/a.toml"].map(|name| (name.to_owned(), String::new()));
    assert_eq!(Spec::from_files(twice).unwrap_err().0[0].message(), "this file is given twice");
    let errors = Spec::from_dir(std::path::Path::new("/nowhere")).unwrap_err();
    assert_eq!(errors.0.len(), 5, "{errors}");
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
        format!("[X]\na = {{ type = '{}{}' }}", "[".repeat(deep), "]".repeat(deep)),
        format!("[X]\na = {{ type = '{}' }}", "[".repeat(deep)),
        format!("[X]\na = {{ if = '{}' }}", "!(".repeat(deep)),
        "[X]\na = { type = '[string; 99999999999999999999]' }".to_owned(),
        "[X]\na = { type = '];[' }\nb = { type = '[;]' }\nc = { type = '{;}' }\nd = { type = '' }".to_owned(),
        "[X]\na = { type = 'int(' }\nb = { type = 'int)' }\nc = { type = 'ä(1..)' }\nd = { type = '?' }".to_owned(),
        "[endpoint]\ntitle = 1979-05-27\nkind = inf\nmethods = [[], {}]".to_owned(),
        "endpoint = [1, 2]\nX = 1\n[[Y]]\n[[union]]\nenum = 7".to_owned(),
        "[\"\"]\n[\"Ä ö\"]\n[union.\"a.b\"]\n[enum.\"\\u0000\"]".to_owned(),
    ];
    for text in &hostile {
        for name in [
            "endpoints/x.toml",
            "types/x.toml",
            "codes.toml",
            "sources.toml",
            "protocol.toml",
            "other",
            "",
        ] {
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

#[test]
fn a_page_of_a_user_can_hold_a_type_without_a_known_path() {
    let page = "[endpoint]\nsource = 'plugin-sdk'\ntitle = 'Proxy'\ndoc = 'The proxy.'\ncompleteness = 'open'\n\
                request = 'HttpProxy'\nresponse = 'HttpProxy'\nobject = 'OutgoingProxy'";
    let path = "endpoints/configuration/network/outgoing_proxy.toml";
    let files = real_files();
    let with_page = files.iter().cloned().chain([(path.to_owned(), page.to_owned())]);
    let spec = Spec::from_files(with_page).unwrap();
    let it = spec.endpoints.iter().find(|it| it.path.ends_with("/outgoing_proxy")).unwrap();
    assert_eq!(it.request.as_ref().and_then(|body| body.name()), Some("HttpProxy"));
    let unmarked =
        files.into_iter().map(|(name, text)| (name, text.replace("unplaced = true", "")));
    let errors = Spec::from_files(unmarked).unwrap_err();
    assert!(errors.0.iter().all(|it| it.message().starts_with("no endpoint reaches `HttpProxy")));
    assert_eq!(errors.0.len(), 3, "{errors}");
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
