//! garde at both edges.

use garde::{Unvalidated, Validate};
use serde_json::json;
use sps_model::{SnmpTrap, read_response};

use super::{
    check,
    declared::{Keys, KeysResponse, Outer, OuterResponse},
    exchange, written,
};

const OUTER: &str = r#"{"range": {"low": 1, "high": 2}, "ranges": [{"low": 3, "high": 4}],
    "maybe": {"low": 5, "high": 6}, "room": "r"}"#;

#[test]
fn errors_of_foreign_types_have_a_code_and_a_place() {
    check::<Outer>(OUTER, &[]);
    for (from, to, pointer) in [
        (r#""high": 2"#, r#""high": 0"#, "/range/high"),
        (r#""high": 4"#, r#""high": 0"#, "/ranges/0/high"),
        (r#""high": 6"#, r#""high": 0"#, "/maybe/high"),
        // What cannot be read has no place of its own.
        (r#""high": 2"#, r#""high": "0""#, "/range"),
        (r#""high": 2"#, r#""height": 2"#, "/range"),
        (r#"[{"low": 3, "high": 4}]"#, "{}", "/ranges"),
    ] {
        check::<Outer>(&OUTER.replace(from, to), &[("garde", pointer)]);
    }
    // That a key is twice is reported of every object, anyone who reads it.
    let twice = OUTER.replace(r#""high": 2"#, r#""high": 2, "more": 1, "more": 1"#);
    check::<Outer>(&twice, &[("garde", "/range"), ("duplicate-key", "/range/more")]);
    let null = OUTER.replace(r#"[{"low": 3, "high": 4}]"#, "null");
    check::<Outer>(&null, &[("garde", "/ranges")]);
}

/// Only the type knows whether null is a value of it.
#[test]
fn a_foreign_option_may_be_null() {
    check::<Outer>(&OUTER.replace(r#"{"low": 5, "high": 6}"#, "null"), &[]);
}

#[test]
fn foreign_types_travel_unchanged() {
    let response = OUTER.replace(r#""r""#, r#"{"key": "r", "meta": {"href": "/r"}}"#);
    let response: OuterResponse = read_response(&response).unwrap();
    assert_eq!(written(&Outer::from(response)).to_string(), super::value(OUTER).to_string());
}

#[test]
fn a_request_reports_wire_paths() {
    let trap = json!({"enabled": true, "version": {"selection": "3", "value": {
        "server": {"selection": "ip", "value": "192.0.2.256"}, "username": "", "engine_id": "0x12G",
        "auth_method": "sha", "auth_password": "p", "encryption_method": "aes",
        "encryption_password": null}}});
    let trap: Unvalidated<SnmpTrap> = serde_json::from_value(trap).unwrap();
    let report = trap.validate().unwrap_err();
    let mut paths: Vec<_> = report.iter().map(|(path, _)| path.to_string()).collect();
    paths.sort();
    assert_eq!(
        paths,
        [
            "version.value.encryption_password",
            "version.value.engine_id",
            "version.value.server.value",
            "version.value.username",
        ]
    );
    let (_, error) = report.iter().find(|(path, _)| path.to_string().ends_with("id")).unwrap();
    assert!(error.message().contains("engine-id-hex"), "{error}");
}

#[test]
fn indices_of_lists_are_indices() {
    let outer = OUTER.replace(r#""high": 4"#, r#""high": 0"#);
    let outer: Outer = serde_json::from_str(&outer).unwrap();
    let report = outer.validate().unwrap_err();
    let paths: Vec<_> = report.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(paths, ["ranges[0].high"]);
}

#[test]
fn a_parent_with_its_own_type_puts_its_path_in_front() {
    struct Parent(Outer);

    impl Validate for Parent {
        type Context = ();

        fn validate_into(
            &self,
            context: &(),
            parent: &mut dyn FnMut() -> garde::Path,
            report: &mut garde::Report,
        ) {
            self.0.validate_into(context, &mut || parent().join("outer"), report);
        }
    }
    let outer = OUTER.replace(r#""high": 2"#, r#""high": 0"#);
    let report = Parent(serde_json::from_str(&outer).unwrap()).validate().unwrap_err();
    let paths: Vec<_> = report.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(paths, ["outer.range.high"]);
}

#[test]
fn keys_that_the_response_had_are_no_mistake() {
    let (response, _) = exchange::keys();
    let response: KeysResponse = read_response(&response.to_string()).unwrap();
    assert!(Keys::from(response).validate().is_ok());
}
