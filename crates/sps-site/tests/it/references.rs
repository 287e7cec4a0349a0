//! References across the files of a tree.

use sps_site::CheckOptions;

use crate::tree::{Tree, channel_policy, errors, helps, time_policy, trap};

#[test]
fn a_label_with_a_slip_has_the_nearest() {
    let tree = Tree::new()
        .with("policies/time_policies/office.json", time_policy("office"))
        .with("ssh/channel_policies/c.json", channel_policy("c", r#"{"$ref": "offcie"}"#));
    let report = tree.report();
    assert_eq!(
        errors(&report),
        [
            "ssh/channel_policies/c.json: reference-exists /rules/0/allowed_for/time_policy: no file describes \
          `policies/time_policies/offcie`"
        ]
    );
    assert!(helps(&report)[0].starts_with("did you mean `policies/time_policies/office`? "));
    let (file, it) = report.errors().next().unwrap();
    assert_eq!(it.span.of(&file.text), Some(r#"{"$ref": "offcie"}"#));
    // The object may be on the appliance alone.
    let tree = tree.with("sps.toml", "[check]\nallow = ['reference-exists']\n");
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
}

#[test]
fn an_object_that_the_tree_does_not_describe_may_be_on_the_appliance() {
    let policy = channel_policy("c", r#"{"$ref": "7x24"}"#);
    let tree = Tree::new()
        .with("policies/time_policies/office.json", time_policy("office"))
        .with("ssh/channel_policies/c.json", policy);
    let report = tree.report();
    assert!(report.is_valid(), "{report}");
    let unchecked: Vec<_> = report.files[1].report.unchecked.iter().map(|it| it.code).collect();
    assert_eq!(unchecked, ["reference-exists"]);
    // Where the tree is complete, it would be deleted.
    let tree = tree.with("sps.toml", "owned = ['policies/time_policies']");
    assert_eq!(tree.errors().len(), 1);
}

#[test]
fn an_object_whose_file_is_broken_is_no_unknown_label() {
    let policy = channel_policy("c", r#"{"$ref": "office"}"#);
    for (file, text) in [
        ("office.json", time_policy("office-hours").into_bytes()),
        ("office.json", b"\xff".to_vec()),
        ("office.json", b"{".to_vec()),
    ] {
        let tree = Tree::new()
            .with("policies/time_policies/office2.json", time_policy("office2"))
            .with(&format!("policies/time_policies/{file}"), text)
            .with("ssh/channel_policies/c.json", &policy);
        let errors = tree.errors();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].starts_with("policies/time_policies/office.json"), "{errors:?}");
    }
}

#[test]
fn a_name_that_several_objects_have_lists_all() {
    let tree = Tree::new()
        .with("policies/time_policies/office~-200.json", time_policy("office"))
        .with("policies/time_policies/office~-201.json", time_policy("office"))
        .with("ssh/channel_policies/c.json", channel_policy("c", r#"{"$ref": "office"}"#))
        .with("ssh/channel_policies/d.json", channel_policy("d", r#"{"$ref": "office~-201"}"#));
    let report = tree.report();
    assert_eq!(
        errors(&report),
        [
            "ssh/channel_policies/c.json: reference-exists /rules/0/allowed_for/time_policy: several objects have the name \
          `policies/time_policies/office`"
        ]
    );
    assert_eq!(
        helps(&report),
        [
            "name one of them: `policies/time_policies/office~-200` or `policies/time_policies/office~-201`"
        ]
    );
}

#[test]
fn an_object_for_one_user_has_one_in_the_whole_tree() {
    const KEY: &str = "6d2f9a10-5c1b-4f0e-9d27-3f6a8e41b2c0";
    let password = format!(r#"{{"$ref": "passwords/{KEY}"}}"#);
    let keep = r#"{"$secret": "keep"}"#;
    let tree = Tree::new().with("management/snmp/trap.json", trap(&password, keep)).with(
        "management/email.json",
        crate::tree::email("null", "\"sps\"").replace(keep, &password),
    );
    let errors = tree.errors();
    let single: Vec<_> = errors.iter().filter(|it| it.contains("single-use-reference")).collect();
    assert_eq!(
        single,
        [&"management/snmp/trap.json: single-use-reference /version/value/auth_password: the object is already used by \
           management/email.json at /smtp_auth/password"
            .to_owned()]
    );
    // A bare key is the same object.
    let tree = tree.with("management/snmp/trap.json", trap(&format!("\"{KEY}\""), keep));
    assert!(tree.errors().iter().any(|it| it.contains("trap.json: single-use-reference")));
    // Twice in one file, once as a label and once as a key.
    let tree =
        Tree::new().with("management/snmp/trap.json", trap(&password, &format!("\"{KEY}\"")));
    let report = tree.report();
    let codes: Vec<_> = report.errors().map(|(_, it)| (it.code, it.pointer.as_str())).collect();
    assert_eq!(codes, [("single-use-reference", "/version/value/encryption_password")]);
    // Each secret makes an object of its own.
    let same = r#"{"$secret": "env:A"}"#;
    let tree = Tree::new().with("management/snmp/trap.json", trap(same, same));
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
}

#[test]
fn a_password_has_no_name_that_a_reference_could_have() {
    let tree = Tree::new().with(
        "management/snmp/trap.json",
        trap(r#"{"$ref": "hunter22"}"#, r#"{"$secret": "keep"}"#),
    );
    assert_eq!(
        tree.errors(),
        [
            "management/snmp/trap.json: invalid-notation /version/value/auth_password: objects of `passwords` have no names, \
          only keys"
        ]
    );
}

#[test]
fn a_password_in_place_of_its_reference_is_an_error_that_does_not_show_it() {
    let tree = Tree::new()
        .with("management/snmp/trap.json", trap("\"hunter22\"", r#"{"$secret": "keep"}"#));
    let report = tree.report();
    let [(file, it)] = report.errors().collect::<Vec<_>>()[..] else { panic!("{report}") };
    assert_eq!((it.code, it.pointer.as_str()), ("not-a-key", "/version/value/auth_password"));
    assert_eq!(it.help, "write {\"$secret\": \"env:NAME\"}, so that the secret is not in the file");
    assert!(file.report.sensitive.contains(&it.span));
    assert!(!format!("{report} {report:?}").contains("hunter22"));
}

#[test]
fn what_the_body_breaks_besides_is_reported_at_its_place() {
    let body = trap(r#"{"$secret": "keep"}"#, "null").replace("\"sha\"", "\"md5\"");
    let tree = Tree::new().with("management/snmp/trap.json", body);
    let report = tree.site().check(&CheckOptions::default());
    let found: Vec<_> = report.files[0]
        .report
        .diagnostics
        .iter()
        .map(|it| (it.code, it.span.of(&report.files[0].text).unwrap()))
        .collect();
    assert_eq!(found, [("weak-authentication", "\"md5\""), ("snmp-encryption-password", "null")]);
    let options = CheckOptions::default().with_allowed(&["weak-authentication"]);
    assert_eq!(tree.site().check(&options).files[0].report.diagnostics.len(), 1);
}
