//! Values of secrets in the check of a tree.

use std::{ffi::OsString, time::Duration};

use sps_site::{CheckOptions, SecretReader, SiteReport};

use crate::tree::{Tree, errors, splunk, trap};

fn check(tree: &Tree, variables: &'static [(&'static str, &'static str)]) -> SiteReport {
    let reader = SecretReader::new(tree.root()).with_environment(move |name| {
        let found = variables.iter().find(|(it, _)| *it == name);
        found.map(|(_, value)| OsString::from(value))
    });
    tree.site().check(&CheckOptions::default().with_secrets(&reader))
}

fn env(name: &str) -> String {
    format!(r#"{{"$secret": "env:{name}"}}"#)
}

#[test]
fn s181_every_secret_that_cannot_be_had_is_in_one_report() {
    let tree = Tree::new()
        .with("management/snmp/trap.json", trap(&env("A"), &env("B")))
        .with("management/splunk_forwarder.json", splunk(r#"{"$secret": "file:missing"}"#));
    let report = check(&tree, &[("B", "")]);
    assert_eq!(
        errors(&report),
        [
            "management/snmp/trap.json: secret-unavailable /version/value/auth_password: no value for env:A: the variable \
             is not set",
            "management/snmp/trap.json: secret-unavailable /version/value/encryption_password: no value for env:B: it is \
             empty",
            "management/splunk_forwarder.json: secret-unavailable /token: no value for file:missing: no such file",
        ]
    );
    // Without secrets nothing is read, and what depends on them is listed as unchecked.
    let report = tree.report();
    assert!(report.is_valid());
    let unchecked: Vec<_> = report.files[0].report.unchecked.iter().map(|it| it.code).collect();
    assert!(unchecked.contains(&"snmp-password-length"), "{unchecked:?}");
}

#[test]
fn rules_about_passwords_are_checked_on_the_plain_text() {
    let tree = Tree::new().with("management/snmp/trap.json", trap(&env("SHORT"), &env("ODD")));
    let report = check(&tree, &[("SHORT", "hunter2"), ("ODD", "hunter2~secret")]);
    let found: Vec<_> = report.errors().map(|(_, it)| (it.code, it.pointer.as_str())).collect();
    assert_eq!(
        found,
        [
            ("snmp-password-length", "/version/value/auth_password"),
            ("snmp-password-charset", "/version/value/encryption_password"),
        ]
    );
    assert!(!format!("{report} {report:?}").contains("hunter2"));
    let report = check(&tree, &[("SHORT", "hunter22"), ("ODD", "hunter2-secret")]);
    assert!(report.is_valid(), "{report}");
    assert!(report.files[0].report.unchecked.iter().all(|it| !it.code.starts_with("snmp-")));
}

#[test]
fn the_password_in_a_new_object_is_checked_too() {
    let new = |plain: &str| format!(r#"{{"$new": {{"plain": {plain}}}}}"#);
    let tree =
        Tree::new().with("management/snmp/trap.json", trap(&new(&env("A")), &new("\"short\"")));
    let report = check(&tree, &[("A", "hunter2")]);
    let found: Vec<_> = report.errors().map(|(_, it)| (it.code, it.pointer.as_str())).collect();
    assert_eq!(
        found,
        [
            ("snmp-password-length", "/version/value/auth_password"),
            ("snmp-password-length", "/version/value/encryption_password"),
        ]
    );
    // A secret in the file itself is a warning.
    let warnings: Vec<_> =
        report.warnings().map(|(_, it)| (it.code, it.pointer.as_str())).collect();
    assert_eq!(warnings, [("plain-secret", "/version/value/encryption_password/$new/plain")]);
    assert!(!report.to_string().contains("short\""));
}

#[test]
fn s179_white_space_around_a_secret_is_a_warning() {
    let tree = Tree::new().with("management/splunk_forwarder.json", splunk(&env("A")));
    let report = check(&tree, &[("A", "hunter22 ")]);
    assert!(report.is_valid());
    let warnings: Vec<_> =
        report.warnings().map(|(_, it)| (it.code, it.message.as_str())).collect();
    assert_eq!(
        warnings,
        [("secret-whitespace", "the secret ends with white space, which is kept")]
    );
    assert!(!format!("{report} {report:?}").contains("hunter22"));
    let report = check(&tree, &[("A", "\u{feff}hunter22")]);
    assert!(errors(&report)[0].contains("byte order mark"));
}

#[test]
fn s191_no_tree_reads_the_password_of_the_login() {
    let tree = Tree::new().with("management/splunk_forwarder.json", splunk(&env("SPS_PASSWORD")));
    let report = check(&tree, &[("SPS_PASSWORD", "hunter22")]);
    assert_eq!(
        errors(&report),
        [
            "management/splunk_forwarder.json: secret-unavailable /token: no value for env:SPS_PASSWORD: this variable belongs \
          to the login, and no file may use it"
        ]
    );
}

#[cfg(unix)]
#[test]
fn s187_a_failed_command_is_named_at_its_place() {
    let tree = Tree::new().with(
        "management/splunk_forwarder.json",
        splunk(r#"{"$secret": "command:echo hunter22 | exit 4"}"#),
    );
    let reader = SecretReader::new(tree.root());
    let forbidden = tree.site().check(&CheckOptions::default().with_secrets(&reader));
    assert!(errors(&forbidden)[0].ends_with("commands are not allowed"));
    let reader = reader.with_commands(Some(Duration::from_secs(60)));
    let report = tree.site().check(&CheckOptions::default().with_secrets(&reader));
    assert_eq!(
        errors(&report),
        [
            "management/splunk_forwarder.json: secret-unavailable /token: no value for command:echo hunter22 | exit 4: the \
          command `echo hunter22 | exit 4` failed with exit status: 4"
        ]
    );
}

#[test]
fn s045_a_syntax_error_beside_a_plain_password_does_not_show_it() {
    let text = trap(r#"{"$new": {"plain": "hunter22"}}"#, "null").replace("\"aes\",", "\"aes\"");
    let tree = Tree::new().with("management/snmp/trap.json", text);
    let report = tree.report();
    let [(file, it)] = report.errors().collect::<Vec<_>>()[..] else { panic!("{report}") };
    assert_eq!(it.code, "invalid-json");
    assert_eq!(file.text[..it.span.start].matches('\n').count() + 1, 7);
    assert!(!format!("{report} {report:?}").contains("hunter22"));
}

#[test]
fn a_text_without_a_value_is_listed_as_unchecked() {
    let body = r#"{"enabled": true, "version": {"selection": "2c", "value": {"community": {"$secret": "env:A"},
        "server": {"selection": "ip", "value": "192.0.2.1"}}}}"#;
    let tree = Tree::new().with("management/snmp/trap.json", body);
    let report = tree.report();
    assert!(report.is_valid(), "{report}");
    let unchecked: Vec<_> = report.files[0]
        .report
        .unchecked
        .iter()
        .map(|it| (it.code, it.pointer.as_str(), it.reason.kind()))
        .collect();
    assert_eq!(unchecked, [("too-short", "/version/value/community", "plain-text-unknown")]);
    let report = check(&tree, &[("A", "public")]);
    let codes: Vec<_> = report.warnings().map(|(_, it)| it.code).collect();
    assert_eq!(codes, ["cleartext-snmp", "default-community"]);
    assert!(!report.to_string().contains("\"public\""), "{report}");
}

#[test]
fn keep_is_never_read() {
    let tree =
        Tree::new().with("management/splunk_forwarder.json", splunk(r#"{"$secret": "keep"}"#));
    assert!(check(&tree, &[]).is_valid());
}

#[test]
fn a_secret_in_the_file_itself_is_a_warning_that_does_not_show_it() {
    let tree = Tree::new().with("management/splunk_forwarder.json", splunk("\"hunter22\""));
    let report = tree.report();
    assert!(report.is_valid());
    let [(file, it)] = report.warnings().collect::<Vec<_>>()[..] else { panic!("{report}") };
    assert_eq!((it.code, it.pointer.as_str()), ("plain-secret", "/token"));
    assert!(file.report.sensitive.contains(&it.span));
    assert!(!format!("{report} {report:?} {:?}", tree.site().objects()).contains("hunter22"));
}
