//! JSON Schemas of bodies. That they decide as we do is proved in the package `tests`.

use sps_codegen::{
    SchemaForm, SchemaMapping, schema, schema_file, schema_id, schema_of_settings, schema_settings,
    schemas,
};

use crate::{endpoint, spec};

fn of(short: &str, form: SchemaForm) -> String {
    let spec = spec();
    schema(&spec, endpoint(&spec, short), form).unwrap_or_else(|| panic!("{short} has a schema"))
}

#[test]
fn requests_of_trap_and_email() {
    insta::assert_snapshot!("schema-trap", of("management/snmp/trap", SchemaForm::Request));
    insta::assert_snapshot!("schema-email", of("management/email", SchemaForm::Request));
}

#[test]
fn the_response_of_transactions() {
    insta::assert_snapshot!("schema-transaction", of("transaction", SchemaForm::Response));
}

#[test]
fn every_known_body_has_a_schema_with_a_name_of_its_own() {
    let spec = spec();
    let mut names = Vec::new();
    for endpoint in &spec.endpoints {
        for form in SchemaForm::ALL {
            let body = match form {
                SchemaForm::Request => &endpoint.request,
                SchemaForm::Response => &endpoint.response,
                // Not every body has a file.
                SchemaForm::Site => continue,
            };
            let text = schema(&spec, endpoint, form);
            assert_eq!(text.is_some(), body.is_some(), "{} {form:?}", endpoint.path);
            let Some(text) = text else { continue };
            let id = schema_id(endpoint, form);
            // A URI has no braces.
            let file = schema_file(endpoint, form).replace('{', "%7B").replace('}', "%7D");
            assert!(id.ends_with(&file), "{id}");
            assert!(text.contains(&format!("\"$id\": \"{id}\"")), "{text}");
            assert!(text.ends_with("}\n"), "{text}");
            assert_eq!(Some(text), schema(&spec, endpoint, form), "another text the second time");
            names.push(id);
        }
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!((names.len(), all > 15), (all, true));
}

#[test]
fn a_request_is_closed_and_a_response_is_not() {
    let closed = "\"additionalProperties\": false";
    for short in ["management/email", "policies/time_policies", "management/snmp/trap"] {
        assert!(of(short, SchemaForm::Request).contains(closed), "{short}");
        assert!(!of(short, SchemaForm::Response).contains(closed), "{short}");
    }
    // Not all of its members are known.
    assert!(!of("passwords", SchemaForm::Request).contains(closed));
}

#[test]
fn says_what_a_schema_cannot_say() {
    let trap = of("management/snmp/trap", SchemaForm::Request);
    assert!(trap.contains("A schema cannot say: snmp-password-length (auth_password)"), "{trap}");
    // Warnings are no part of it.
    for code in ["weak-encryption", "engine-id-rfc3411", "default-community"] {
        assert!(!trap.contains(code), "{code}");
    }
}

#[test]
fn units_sources_and_secrets_are_told() {
    let disk = of("management/disk_fillup_prevention", SchemaForm::Request);
    assert!(disk.contains("Unit: percent."), "{disk}");
    assert!(disk.contains("Source: "), "{disk}");
    let password = of("passwords", SchemaForm::Request);
    assert!(password.contains("\"writeOnly\": true"), "{password}");
    assert!(of("passwords", SchemaForm::Response).contains("\"writeOnly\": true"));
}

#[test]
fn every_pattern_is_anchored_at_its_end() {
    let spec = spec();
    let texts = spec.endpoints.iter().flat_map(|endpoint| {
        SchemaForm::ALL.into_iter().filter_map(|form| schema(&spec, endpoint, form))
    });
    for text in texts {
        for line in text.lines().filter_map(|line| line.trim().strip_prefix("\"pattern\": \"")) {
            let pattern = line.trim_end_matches([',', '"']);
            assert!(pattern.ends_with('$'), "{pattern}");
            // The length of a domain, and a number as its last label, are looked for from the end.
            let starts = ["^", "(?:@|", "(?:^|"].iter().any(|start| pattern.starts_with(start));
            assert!(starts, "{pattern}");
        }
    }
}

#[test]
fn the_index_has_a_line_for_each() {
    let index = schemas(&spec());
    let line = |short: &str| index.lines().find(|it| it.split(' ').next() == Some(short));
    for (short, forms) in [
        ("management/email", Some("request, response, site")),
        // It is made with its user.
        ("passwords", Some("request, response")),
        ("info", Some("response")),
        ("management/snmp", None),
        ("policies/content_policies", None),
    ] {
        let words = line(short).map(|it| it[short.len()..].trim());
        assert_eq!(words, forms, "{index}");
    }
}

#[test]
fn editor_settings_map_the_files_that_a_tree_has() {
    let settings = schema_settings(&spec(), "./schemas", &SchemaMapping::default());
    for part in [
        r#""fileMatch": ["**/management/email.json"]"#,
        r#""url": "./schemas/management/email.document.json""#,
        r#""**/configuration/passwords/*.json""#,
        r#""**/api/info.json""#,
        r#""url": "./schemas/info.response.json""#,
    ] {
        assert!(settings.contains(part), "{part} is not in {settings}");
    }
    let mut mapping = SchemaMapping::default();
    mapping.folders.push("site/".to_owned());
    let settings = schema_settings(&spec(), "./schemas", &mapping);
    for part in ["\"site/management/email.json\"", "\"site/passwords/*.json\""] {
        assert!(settings.contains(part), "{part} is not in {settings}");
    }
    assert!(!settings.contains("**/") && !settings.contains("yaml"), "{settings}");
}

#[test]
fn editor_settings_map_json_and_yaml_of_a_tree() {
    let mut mapping = SchemaMapping::default();
    mapping.trees.push("config".to_owned());
    let settings = schema_settings(&spec(), "./schemas", &mapping);
    for part in [
        r#""fileMatch": ["config/management/email.json"]"#,
        r#""url": "./schemas/management/email.site.json""#,
        r#""./schemas/management/email.site.json": ["#,
        r#""config/management/email.yaml""#,
        r#""config/policies/time_policies/*.json""#,
        r#""config/policies/time_policies/*.yml""#,
    ] {
        assert!(settings.contains(part), "{part} is not in {settings}");
    }
    // Passwords are made with their users, and the info cannot be configured.
    for part in ["**/", "passwords", "info.json", ".document.json"] {
        assert!(!settings.contains(part), "{part} is in {settings}");
    }
    // Without a folder, the files of any tree.
    let mut mapping = SchemaMapping::default();
    mapping.form = Some(SchemaForm::Site);
    let settings = schema_settings(&spec(), "./schemas", &mapping);
    assert!(settings.contains(r#""**/management/email.yaml""#), "{settings}");
    assert!(!settings.contains(".request.json"), "{settings}");
}

#[test]
fn a_file_of_a_tree_has_notations() {
    insta::assert_snapshot!("schema-site-email", of("management/email", SchemaForm::Site));
}

#[test]
fn the_settings_of_a_tree_offer_what_the_spec_knows() {
    let schema = schema_of_settings(&spec());
    for part in ["\"policies/time_policies\"", "\"management/email\"", "\"weak-authentication\""] {
        assert!(schema.contains(part), "{part} is not in {schema}");
    }
    // What is wrong in the form of a body cannot be waived.
    assert!(!schema.contains("\"missing-key\""), "{schema}");
}
