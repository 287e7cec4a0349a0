//! `$ref`, `$secret`, `$new` and `$file` in bodies.

use serde_json::json;

use crate::tree::{Tree, channel_policy, email, errors, helps, splunk, time_policy, trap, yaml};

/// The file that examples of mail are in.
const EMAIL: &str = "management/email.json";

fn certificate() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/ca.pem")).unwrap()
}

/// The only error of a report, as code, message and help, with the text that it is about.
fn only_error(tree: &Tree) -> (String, String, String, String) {
    let report = tree.report();
    let [(file, it)] = report.errors().collect::<Vec<_>>()[..] else {
        panic!("{:?}", errors(&report))
    };
    let about = it.span.of(&file.text).unwrap_or_default();
    (it.code.to_owned(), it.message.clone(), it.help.clone(), about.to_owned())
}

#[test]
fn a_reference_is_a_whole_label_or_the_part_behind_its_collection() {
    for reference in [
        "office",
        "policies/time_policies/office",
        "/api/configuration/policies/time_policies/office",
    ] {
        let body = channel_policy("commands", &json!({"$ref": reference}).to_string());
        let tree = Tree::new()
            .with("policies/time_policies/office.json", time_policy("office"))
            .with("ssh/channel_policies/commands.json", body);
        assert!(tree.errors().is_empty(), "{:?}", tree.errors());
        let site = tree.site();
        assert_eq!(
            site.objects()[1].body["rules"][0]["allowed_for"]["time_policy"],
            json!({"$ref": "policies/time_policies/office"})
        );
        let unchecked = &tree.report().files[1].report.unchecked;
        assert_eq!(unchecked, &[], "{reference}");
    }
}

#[test]
fn a_key_that_is_wrong_is_reported_whatever_notation_is_behind_it() {
    let secret = r#"{"$secret": "env:X"}"#;
    let whole = trap(secret, secret);
    for (value, codes) in [
        (secret, &["unknown-key"][..]),
        (r#"{"$secret": "keep"}"#, &["unknown-key"]),
        (r#"{"$ref": "ssh/channel_policies/c"}"#, &["unknown-key"]),
        (r#"{"$secret": "x"}"#, &["unknown-key", "invalid-notation"]),
    ] {
        for key in ["auth_pasword", "password", "users"] {
            let body = whole.replace("\"username\"", &format!("\"{key}\": {value}, \"username\""));
            let report = Tree::new()
                .with("management/snmp/trap.json", body)
                .with("ssh/channel_policies/c.json", channel_policy("c", "null"))
                .report();
            let found: Vec<_> = report
                .errors()
                .filter(|(_, it)| it.pointer == format!("/version/value/{key}"))
                .map(|(_, it)| it.code)
                .collect();
            assert_eq!(found, codes, "{key}: {value}");
        }
    }
}

#[test]
fn a_misspelled_key_of_a_secret_has_the_right_one_in_its_help() {
    let body = trap(r#"{"$secret": "env:A"}"#, r#"{"$secret": "env:B"}"#)
        .replace("auth_password", "auth_pasword");
    let report = Tree::new().with("management/snmp/trap.json", body).report();
    let found: Vec<_> = report.errors().map(|(_, it)| (it.code, &*it.help)).collect();
    assert_eq!(found[1].0, "unknown-key", "{found:?}");
    assert!(found[1].1.contains("auth_password"), "{found:?}");
    assert!(found.iter().all(|it| !it.1.contains("the value itself")), "{found:?}");
}

#[test]
fn the_address_of_a_schema_is_a_string() {
    let time = time_policy("office");
    let body = |schema: &str| time.replacen('{', &format!("{{\"$schema\": {schema},"), 1);
    for (schema, expected) in [
        ("\"../x.json\"", None),
        ("1", Some("`$schema` takes a string, found number")),
        ("{\"$schema\": \"x\"}", Some("`$schema` takes a string, found object")),
    ] {
        let tree = Tree::new().with("policies/time_policies/office.json", body(schema));
        let report = tree.report();
        let found: Vec<_> = report.errors().map(|(_, it)| &*it.message).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{schema}");
    }
}

#[test]
fn a_name_with_a_slash_is_encoded_in_a_reference() {
    let tree = Tree::new()
        .with("policies/time_policies/24%2F7.json", time_policy("24/7"))
        .with("ssh/channel_policies/c.json", channel_policy("c", r#"{"$ref": "24%2F7"}"#));
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
}

#[test]
fn a_body_that_is_a_text_may_be_in_a_file() {
    let tree = Tree::new()
        .with("zone", "Europe/Paris")
        .with("datetime/timezone.json", r#"{"$file": "zone"}"#);
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.site().objects()[0].body, json!("Europe/Paris"));
}

#[test]
fn broken_notations_have_a_place_and_a_way_out() {
    let folder = "ssh/channel_policies/c.json";
    let policy = |it: &str| Tree::new().with(folder, channel_policy("c", it));
    let code = "invalid-notation";
    for (value, message, help, about) in [
        (r#"{"$rf": "x"}"#, "unknown notation", "did you mean `$ref`?", "\"$rf\""),
        (
            r#"{"$ref": "x", "y": 1}"#,
            "`$ref` has other keys beside it",
            "a notation is an object with one key, in place of a whole value",
            "\"$ref\"",
        ),
        (
            r#"{"$ref": ""}"#,
            "the reference names no object yet",
            "write it as \"policies/time_policies/NAME\"",
            r#"{"$ref": ""}"#,
        ),
        (
            r#"{"$ref": 1}"#,
            "`$ref` takes a string, found number",
            "quote it; write {\"$ref\": \"policies/time_policies/office\"}",
            "1",
        ),
        (
            r#"{"$ref": "policies/time_polices/x"}"#,
            "unknown collection `policies/time_polices`",
            "did you mean `policies/time_policies`?",
            r#"{"$ref": "policies/time_polices/x"}"#,
        ),
        (
            r#"{"$ref": "management/email"}"#,
            "`management/email` is no object of a collection",
            "name an object with a file of its own",
            r#"{"$ref": "management/email"}"#,
        ),
        (
            r#"{"$ref": "policies/usermapping_policies/x"}"#,
            "an object of `policies/time_policies` belongs here, not one of `policies/usermapping_policies`",
            "name an object of `policies/time_policies`",
            r#"{"$ref": "policies/usermapping_policies/x"}"#,
        ),
        (
            r#"{"$ref": "50%"}"#,
            "`50%` is no label",
            "write it as \"policies/time_policies/NAME\"",
            r#"{"$ref": "50%"}"#,
        ),
    ] {
        let found = only_error(&policy(value));
        let expected = [code, message, help, about].map(str::to_owned);
        assert_eq!(<[String; 4]>::from(found), expected, "{value}");
    }
    let (code, message, help, _) = only_error(&policy("\"office\""));
    assert_eq!(code, "bare-key");
    assert_eq!(message, "a reference is written with the label of its object");
    assert_eq!(help, "write {\"$ref\": \"policies/time_policies/NAME\"}");
}

#[test]
fn a_key_of_the_appliance_is_a_label_too() {
    for value in ["\"-100\"", r#"{"$ref": "-100"}"#, r#"{"$ref": "policies/time_policies/-100"}"#] {
        let tree = Tree::new().with("ssh/channel_policies/c.json", channel_policy("c", value));
        assert!(tree.errors().is_empty(), "{:?}", tree.errors());
        assert_eq!(
            tree.site().objects()[0].body["rules"][0]["allowed_for"]["time_policy"],
            json!({"$ref": "policies/time_policies/-100"})
        );
        let report = tree.report();
        let unchecked: Vec<_> = report.files[0]
            .report
            .unchecked
            .iter()
            .map(|it| (it.code, it.pointer.as_str()))
            .collect();
        assert_eq!(unchecked, [("reference-exists", "/rules/0/allowed_for/time_policy")]);
    }
}

#[test]
fn notations_belong_only_where_their_value_does() {
    let place = |value: &str| Tree::new().with(EMAIL, email("null", value));
    for (value, message) in [
        (r#"{"$ref": "policies/time_policies/x"}"#, "`$ref` belongs only where a reference does"),
        (r#"{"$new": {}}"#, "`$new` belongs only where a reference does"),
    ] {
        let tree = place(value);
        let error =
            tree.errors().into_iter().find(|it| it.contains("/smtp_auth/username")).unwrap();
        assert_eq!(error, format!("{EMAIL}: misplaced-notation /smtp_auth/username: {message}"));
    }
    let tree = Tree::new()
        .with("ssh/channel_policies/c.json", channel_policy("c", r#"{"$new": {"name": "x"}}"#));
    let (code, message, ..) = only_error(&tree);
    assert_eq!(code, "misplaced-notation");
    assert_eq!(message, "`$new` cannot make an object of `policies/time_policies`");
    let tree = Tree::new()
        .with("ssh/channel_policies/c.json", channel_policy("c", r#"{"$file": "README.md"}"#));
    assert_eq!(only_error(&tree).1, "`$file` belongs only where a text does");
}

#[test]
fn s189_a_secret_belongs_only_where_the_appliance_keeps_it() {
    let tree = Tree::new()
        .with(EMAIL, email(&json!(certificate()).to_string(), r#"{"$secret": "env:DB_PASSWORD"}"#));
    let (code, message, _, about) = only_error(&tree);
    assert_eq!(code, "misplaced-notation");
    assert_eq!(
        message,
        "`$secret` belongs only where the appliance keeps a secret; here it would be shown"
    );
    assert_eq!(about, r#"{"$secret": "env:DB_PASSWORD"}"#);
    assert!(tree.site().objects().is_empty());
    // A sensitive member and the reference of a password are such places.
    let tree = Tree::new()
        .with("management/splunk_forwarder.json", splunk(r#"{"$secret": "env:TOKEN"}"#))
        .with(
            "management/snmp/trap.json",
            trap(r#"{"$secret": "env:A"}"#, r#"{"$secret": "keep"}"#),
        );
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.site().objects()[1].body["token"], json!({"$secret": "env:TOKEN"}));
}

#[test]
fn the_source_of_a_secret_may_be_the_secret_itself_and_is_not_shown() {
    for source in ["hunter22", "pass:hunter22", "env:", ""] {
        let body = splunk(&json!({"$secret": source}).to_string());
        let tree = Tree::new().with("management/splunk_forwarder.json", body);
        let report = tree.report();
        let [(file, it)] = report.errors().collect::<Vec<_>>()[..] else { panic!("{report}") };
        assert_eq!(
            (it.code, it.message.as_str()),
            ("invalid-notation", "unknown source of a secret")
        );
        assert!(file.report.sensitive.contains(&it.span));
        assert!(!report.to_string().contains("hunter22"));
        assert!(!format!("{report:?} {:?}", tree.site()).contains("hunter22"));
    }
}

#[test]
fn a_new_object_is_checked_as_what_it_becomes() {
    let tree = Tree::new().with(
        "management/snmp/trap.json",
        trap(r#"{"$new": {"plain": {"$secret": "env:A"}}}"#, r#"{"$new": {"plain": 70055}}"#),
    );
    assert_eq!(
        tree.errors(),
        [
            "management/snmp/trap.json: wrong-type /version/value/encryption_password/$new/plain: expected a string, found number"
        ]
    );
    let tree = Tree::new().with(
        "management/snmp/trap.json",
        trap(r#"{"$new": {"plain": {"$secret": "keep"}}}"#, r#"{"$secret": "keep"}"#),
    );
    assert_eq!(only_error(&tree).1, "a new object has no value that could be kept");
}

#[test]
fn a_new_object_has_a_member_with_a_value() {
    let plain = "write {\"$new\": {\"plain\": {\"$secret\": \"env:NAME\"}}}";
    let blank = "`$new` describes no object: none of its members has a value";
    for (value, message) in [
        ("{}", blank),
        (r#"{"plain": null}"#, blank),
        (r#"{"plain": ""}"#, blank),
        (r#"{"hash": {}, "salt": []}"#, blank),
        (r#"{"$secret": "env:A"}"#, "`$new` takes the members of an object, found `$secret`"),
        (r#"{"$new": {"plain": "x"}}"#, "`$new` takes the members of an object, found `$new`"),
        ("null", "`$new` takes an object: the body, found null"),
        ("[]", "`$new` takes an object: the body, found array"),
    ] {
        let body = trap(&format!(r#"{{"$new": {value}}}"#), r#"{"$secret": "env:B"}"#);
        let tree = Tree::new().with("management/snmp/trap.json", body);
        let (code, found, help, about) = only_error(&tree);
        assert_eq!([&*code, &*found, &*help], ["invalid-notation", message, plain], "{value}");
        assert_eq!(about, value);
        assert!(tree.site().objects().is_empty(), "{value}");
    }
}

#[test]
fn a_value_that_is_no_reference_is_answered_with_the_notation_that_belongs_there() {
    let password = "write {\"$secret\": \"env:NAME\"}";
    for value in ["null", "~", "", "{}", "[]", "true"] {
        let body = yaml(&trap(r#""PLACE""#, r#"{"$secret": "env:B"}"#)).replace("PLACE", value);
        let tree = Tree::new().with("management/snmp/trap.yaml", body);
        assert_eq!(helps(&tree.report()), [password], "{value}: {:?}", tree.errors());
    }
    for value in ["null", "{}", "[]", "true"] {
        let tree = Tree::new().with("ssh/channel_policies/c.json", channel_policy("c", value));
        let help = "write {\"$ref\": \"policies/time_policies/NAME\"}";
        assert_eq!(helps(&tree.report()), [help], "{value}: {:?}", tree.errors());
    }
}

#[test]
fn a_file_is_found_from_its_user_or_from_the_root() {
    for (path, reference) in [
        ("management/ca.pem", "ca.pem"),
        ("ca.pem", "ca.pem"),
        ("certificates/ca.pem", "../certificates/ca.pem"),
        ("certificates/ca.pem", "certificates/ca.pem"),
        ("management/ca.pem", "./ca.pem"),
    ] {
        // As `openssl x509 -text` and Windows write it.
        let text = format!("Certificate:\r\n{}", certificate().replace('\n', "\r\n"));
        let tree = Tree::new()
            .with(path, text)
            .with(EMAIL, email(&json!({"$file": reference}).to_string(), "\"sps\""));
        assert!(tree.errors().is_empty(), "{path}: {:?}", tree.errors());
        assert_eq!(
            tree.site().objects()[0].body["smtp_encryption"]["server_certificate_check"]["server_certificate_ca"],
            json!(certificate())
        );
    }
}

#[test]
fn s015_the_lines_of_a_certificate_in_a_body_are_tidied() {
    let ca = certificate();
    let base64: String = ca.lines().filter(|line| !line.starts_with('-')).collect();
    let lines: Vec<_> =
        base64.as_bytes().chunks(76).map(|it| String::from_utf8_lossy(it)).collect();
    let lines = lines.join("\n");
    let wide = format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n");
    for text in [ca.replace('\n', "\r\n"), wide, format!("{ca}\n\n\n"), ca.trim_end().to_owned()] {
        let tree = Tree::new().with(EMAIL, email(&json!(text).to_string(), "\"sps\""));
        assert!(tree.errors().is_empty(), "{text:?}: {:?}", tree.errors());
        assert_eq!(
            tree.site().objects()[0].body["smtp_encryption"]["server_certificate_check"]["server_certificate_ca"],
            json!(ca)
        );
    }
    // Other texts around it are not removed silently.
    let tree = Tree::new().with(EMAIL, email(&json!(format!("CA\n{ca}")).to_string(), "\"sps\""));
    let (code, .., about) = only_error(&tree);
    assert_eq!(code, "pem-certificate");
    assert_eq!(about, json!(format!("CA\n{ca}")).to_string());
}

#[test]
fn s193_a_file_outside_of_the_tree_is_refused_with_a_way_that_works() {
    let parent = Tree::new().with("shared/ca.pem", certificate());
    for (path, reference) in [
        ("tree/management/email.json", "../../shared/ca.pem".to_owned()),
        ("tree/management/email.json", "../shared/ca.pem".to_owned()),
        ("tree/management/email.json", parent.path("shared/ca.pem").display().to_string()),
        ("tree/management/email.json", "C:\\ca.pem".to_owned()),
    ] {
        let body = email(&json!({"$file": reference}).to_string(), "\"sps\"");
        std::fs::create_dir_all(parent.path("tree/management")).unwrap();
        std::fs::write(parent.path(path), body).unwrap();
        let site = sps_site::Site::load(parent.path("tree")).unwrap();
        let report = site.check(&sps_site::CheckOptions::default());
        assert_eq!(
            errors(&report),
            [format!(
                "{EMAIL}: unreadable-file /smtp_encryption/server_certificate_check/server_certificate_ca: \
                 `{reference}` is outside of the tree"
            )]
        );
        assert_eq!(
            helps(&report),
            [
                "copy the file into the tree; only a secret may come from outside of it: {\"$secret\": \"file:PATH\"}"
            ]
        );
    }
}

#[cfg(unix)]
#[test]
fn s169_a_file_may_be_a_link_within_the_tree_only() {
    use std::os::unix::fs::symlink;

    let outside = Tree::new().with("ca.pem", certificate());
    let tree = Tree::new()
        .with("store/ca.txt", certificate())
        .with(EMAIL, email(r#"{"$file": "ca.pem"}"#, "\"sps\""));
    symlink("../store/ca.txt", tree.path("management/ca.pem")).unwrap();
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    std::fs::remove_file(tree.path("management/ca.pem")).unwrap();
    symlink(outside.path("ca.pem"), tree.path("management/ca.pem")).unwrap();
    assert_eq!(only_error(&tree).1, "`ca.pem` is outside of the tree");
}

#[test]
fn a_file_that_is_missing_or_no_certificate_says_so() {
    let tree = Tree::new().with(EMAIL, email(r#"{"$file": "ca.pem"}"#, "\"sps\""));
    let (code, message, ..) = only_error(&tree);
    assert_eq!(code, "unreadable-file");
    assert_eq!(message, "no such file: `management/ca.pem` or `ca.pem`");
    let tree = tree.with("ca.pem", "words");
    let (code, message, _, about) = only_error(&tree);
    assert_eq!(code, "pem-certificate");
    assert!(message.starts_with("`ca.pem`: not "), "{message}");
    assert_eq!(about, r#"{"$file": "ca.pem"}"#);
}

#[test]
fn a_text_that_a_file_reads_is_no_object_with_a_wrong_ending() {
    let tree = Tree::new()
        .with("ssh/settings_policies/banner.motd", "Hello\r\n")
        .with(
            "policies/time_policies/office.json",
            time_policy("office").replace("\"office\"", r#"{"$file": "name.x"}"#),
        )
        .with("policies/time_policies/name.x", "office");
    let errors = tree.errors();
    assert_eq!(
        errors,
        [
            "ssh/settings_policies/banner.motd: misplaced-file : `banner.motd` has the ending `.motd`"
        ]
    );
}
