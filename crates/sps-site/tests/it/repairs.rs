//! Repairs of the files of a tree.

use std::fs;

use sps_site::CheckOptions;

use crate::tree::{Tree, channel_policy, time_policy, trap};

#[test]
fn notations_stay_as_they_are() {
    let reference = r#"{"$ref": "policies/time_policies/office"}"#;
    let slip = channel_policy("c", reference).replacen("\"clients\": [], ", "", 1);
    // Written as the member before it.
    let policy = slip.replacen(reference, &format!("{reference},\n    \"clients\": []"), 1);
    let tree = Tree::new()
        .with("policies/time_policies/office.json", time_policy("office"))
        .with("ssh/channel_policies/c.json", &slip);
    let repairs = tree.site().repairs(&CheckOptions::default());
    let [repair] = repairs.as_slice() else { panic!("{repairs:?}") };
    assert_eq!(&*repair.after.text, policy);
    assert_eq!(&*repair.before.text, slip);
    assert!(repair.after.report.is_valid(), "{}", repair.after.report);
    assert_eq!(repair.after.label.as_ref().unwrap().to_string(), "ssh/channel_policies/c");
    let codes: Vec<_> = repair.fixes.iter().map(|it| (it.code, &*it.pointer)).collect();
    assert_eq!(codes, [("missing-key", "/rules/0/allowed_for/clients")]);
    // Nothing was written.
    let file = tree.root().join("ssh/channel_policies/c.json");
    assert_eq!(fs::read_to_string(file).unwrap(), slip);
}

#[test]
fn the_body_of_a_new_object_stays_beside_a_repair() {
    let text = trap(r#"{"$new": {"plain": {"$secret": "keep"}}}"#, r#"{"$secret": "env:NAME"}"#);
    let slip = text.replace("\"username\"", "\"user_name\"");
    let tree = Tree::new().with("management/snmp/trap.json", &slip);
    let repairs = tree.site().repairs(&CheckOptions::default());
    let [repair] = repairs.as_slice() else { panic!("{repairs:?}") };
    assert_eq!(&*repair.after.text, text);
    assert_eq!(repair.fixes[0].pointer, "/version/value/user_name");
}

#[test]
fn a_text_that_is_not_json_is_repaired_before_it_is_checked() {
    let text = time_policy("office");
    let with_comma = text.replacen('}', ",}", 1);
    let tree = Tree::new().with("policies/time_policies/office.json", &with_comma);
    let repairs = tree.site().repairs(&CheckOptions::default());
    assert_eq!(repairs.len(), 1);
    assert_eq!(&*repairs[0].after.text, text);
    assert!(repairs[0].after.report.is_valid(), "{}", repairs[0].after.report);
}

#[test]
fn what_has_no_single_repair_is_left_alone() {
    let tree = Tree::new()
        .with("policies/time_policies/office.json", time_policy("night"))
        .with("policies/user_databases/a.json", r#"{"name": "a", "users": 1}"#);
    assert_eq!(tree.errors().len(), 2);
    assert!(tree.site().repairs(&CheckOptions::default()).is_empty());
}
