//! What people reported, each with the result that they need.

use std::fs;

use serde_json::{Value, json};

use crate::support::*;

const TWO: &str = "\
{\"maximum_disk_utilization_ratio\": 80, \"maximum_load1\": null, \"maximum_load15\": null, \"maximum_load5\": null, \"maximum_swap_utilization_ratio\": 70}\n\
{\"maximum_disk_utilization_ratio\": 90, \"maximum_load1\": null, \"maximum_load15\": null, \"maximum_load5\": null, \"maximum_swap_utilization_ratio\": 99}\n";

#[test]
fn json_lines_are_the_same_in_a_file_and_on_standard_input() {
    let wrong = TWO.replace("90,", "101,");
    let broken = TWO.replacen("80,", ",", 1);
    let dir = Dir::new("report-stdin-json-lines");
    for (text, status) in [(TWO, 0), (&*wrong, 1), (&*broken, 1)] {
        fs::write(dir.path().join("two.jsonl"), text).unwrap();
        let endpoint = ["-e", "management/health_monitoring"];
        for options in [&["--format", "concise"][..], &["--format", "json"], &[], &["-q"]] {
            let file = dir.sps(&[&["check", "two.jsonl"], &endpoint[..], options].concat());
            let stdin = dir.sps_with(&[&["check", "-"], &endpoint[..], options].concat(), text);
            assert_eq!((file.status, file.stderr.as_str()), (status, ""), "{}", file.all());
            assert_eq!(stdin.all(), file.all().replace("two.jsonl", "-"), "{text}{options:?}");
        }
    }
    let run = dir.sps_with(&["check", "-", "-e", "management/health_monitoring"], TWO);
    run.is(0, "2 documents: no errors\n", "");
    // One document in several lines stays one.
    let pretty = TWO.lines().next().unwrap().replace(", ", ",\n  ");
    let run = dir.sps_with(&["check", "-", "-e", "management/health_monitoring"], pretty);
    run.is(0, "1 document: no errors\n", "");
}

#[test]
fn json_lines_on_standard_input_are_repaired_line_by_line() {
    let misspelled = TWO.replace("maximum_swap_utilization", "maximum_swap_utilisation");
    let run = Dir::new("report-stdin-fix")
        .sps_with(&["check", "-", "-e", "management/health_monitoring", "--fix"], &misspelled);
    assert_eq!((run.status, &*run.stdout), (0, TWO), "{}", run.stderr);
}

#[test]
fn what_is_only_unchecked_is_no_result_of_sarif() {
    let dir = Dir::new("report-sarif").with("trap.json", TRAP_3);
    let run = dir.sps(&["check", "-e", "management/snmp/trap", "trap.json", "--format", "sarif"]);
    let sarif = run.json();
    assert_eq!(sarif["runs"][0]["results"], json!([]), "{}", run.stdout);
    let notes = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].clone();
    let notes = notes.as_array().unwrap();
    assert_eq!(notes.len(), 2, "{notes:?}");
    for note in notes {
        assert_eq!(note["level"], "note");
        assert_eq!(note["locations"].as_array().unwrap().len(), 2);
    }
}

/// A response with a key that no guide shows.
fn response_of_a_newer_appliance() -> String {
    let mut response: Value = serde_json::from_str(EMAIL_RESPONSE).unwrap();
    response["body"]["new_thing"] =
        json!({"key": "abc", "meta": {"href": "/api/configuration/foo/abc"}});
    response.to_string()
}

#[test]
fn a_key_that_came_from_an_appliance_has_two_ways_out() {
    let dir = Dir::new("report-unknown-key").with("answer.json", response_of_a_newer_appliance());
    let response = dir.sps(&["check", "answer.json"]);
    assert_eq!(response.status, 0, "{}", response.all());
    let request = dir.sps(&["request", "answer.json"]).stdout;
    assert_eq!(serde_json::from_str::<Value>(&request).unwrap()["new_thing"], "abc");

    let check = dir.sps_with(&["check", "-e", "management/email", "-"], &request);
    let put = dir.sps_with(&["put", "management/email", "-", "--sim"], &request);
    for (run, text) in [(&check, &check.stdout), (&put, &put.stderr)] {
        assert_eq!(run.status, 1, "{}", run.all());
        assert!(text.contains("error[unknown-key] /new_thing"), "{text}");
        assert!(
            text.contains("`--allow-unknown` keeps keys that came from an appliance"),
            "{text}"
        );
        assert!(text.contains("a PUT without it would lose the setting"), "{text}");
    }
    let allowed =
        dir.sps_with(&["check", "-e", "management/email", "-", "--allow-unknown"], &request);
    assert_eq!(allowed.status, 0, "{}", allowed.all());
}

#[test]
fn schemas_say_the_type_beside_each_keyword_and_the_properties_beside_required() {
    let dir = Dir::new("report-schema-strict");
    let run = dir.sps(&["schema", "--all", "schemas"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let mut schemas = 0;
    let mut folders = vec![dir.path().join("schemas")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("settings.json") {
                schemas += 1;
                let schema = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
                is_strict(&schema, &[], &path.display().to_string());
            }
        }
    }
    assert!(schemas > 40, "{schemas}");
}

/// Checks what `ajv` asks for in its strict mode. `types` are those that the schemas around it name for the same value.
fn is_strict(schema: &Value, types: &[&str], at: &str) {
    let Value::Object(keywords) = schema else { return };
    let names = |value: &Value| -> Vec<String> {
        match value {
            Value::String(name) => vec![name.clone()],
            Value::Array(names) => names.iter().map(|it| it.as_str().unwrap().to_owned()).collect(),
            _ => Vec::new(),
        }
    };
    let own = keywords.get("type").map(names).unwrap_or_default();
    let types: Vec<&str> =
        if own.is_empty() { types.to_vec() } else { own.iter().map(String::as_str).collect() };
    for (keyword, expected) in [
        ("pattern", "string"),
        ("format", "string"),
        ("minLength", "string"),
        ("maxLength", "string"),
        ("properties", "object"),
        ("required", "object"),
        ("propertyNames", "object"),
        ("additionalProperties", "object"),
        ("items", "array"),
        ("minItems", "array"),
    ] {
        let is_there = keywords.contains_key(keyword);
        assert!(
            !is_there || types.contains(&expected),
            "{at}: no type beside `{keyword}`: {schema}"
        );
    }
    for required in keywords.get("required").map(names).unwrap_or_default() {
        let property = &schema["properties"][&required];
        assert!(!property.is_null(), "{at}: `{required}` is required and no property: {schema}");
    }
    for (keyword, value) in keywords {
        match (keyword.as_str(), value) {
            ("if" | "then" | "else" | "not", value) => is_strict(value, &types, at),
            ("allOf" | "anyOf", Value::Array(parts)) => {
                for part in parts {
                    is_strict(part, &types, at);
                }
            }
            ("properties" | "$defs", Value::Object(parts)) => {
                for part in parts.values() {
                    is_strict(part, &[], at);
                }
            }
            ("propertyNames", value) => is_strict(value, &["string"], at),
            ("items" | "additionalProperties", value) => is_strict(value, &[], at),
            _ => {}
        }
    }
}

/// The schemas that the settings give to a file in an editor, which matches each pattern at any depth.
fn schemas_of(settings: &Value, file: &str) -> Vec<String> {
    let matches = |glob: &str| {
        let (anywhere, glob) = match glob.strip_prefix("**/") {
            Some(glob) => (true, glob),
            None => (false, glob),
        };
        let (globs, parts): (Vec<_>, Vec<_>) =
            (glob.split('/').collect(), file.split('/').collect());
        let is_tail = parts.len() >= globs.len()
            && globs.iter().rev().zip(parts.iter().rev()).all(|(glob, part)| {
                *glob == *part
                    || (*glob == "*.json" && part.rsplit_once('.').is_some_and(|it| it.1 == "json"))
            });
        is_tail && (anywhere || globs.len() == parts.len())
    };
    let entries = settings["json.schemas"].as_array().unwrap().iter();
    let of_file = entries.filter(|entry| {
        entry["fileMatch"].as_array().unwrap().iter().any(|it| matches(it.as_str().unwrap()))
    });
    of_file.map(|entry| entry["url"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_editor_measures_our_files_alone_and_responses_as_responses() {
    let dir = Dir::new("report-editor-mapping");
    let settings = |arguments: &[&str]| -> Value {
        let run = dir.sps(&[&["schema", "--all", "schemas"], arguments].concat());
        assert_eq!(run.status, 0, "{}", run.all());
        serde_json::from_slice(&fs::read(dir.path().join("schemas/settings.json")).unwrap())
            .unwrap()
    };
    let anywhere = settings(&[]);
    for other in
        ["info.json", "web/transaction.json", "x509.json", "passwords.json", "passwords/a.json"]
    {
        assert_eq!(schemas_of(&anywhere, other), [""; 0], "{other}");
    }
    for (file, schema) in [
        ("examples/management/email.json", "./schemas/management/email.document.json"),
        ("site/configuration/passwords/a.json", "./schemas/passwords.document.json"),
        ("dump/api/info.json", "./schemas/info.response.json"),
    ] {
        assert_eq!(schemas_of(&anywhere, file), [schema], "{file}");
    }
    let site = settings(&["--site", "conf"]);
    for (file, schema) in [
        ("conf/management/email.json", Some("./schemas/management/email.document.json")),
        ("conf/passwords/a.json", Some("./schemas/passwords.document.json")),
        ("other/management/email.json", None),
        ("management/email.json", None),
    ] {
        assert_eq!(schemas_of(&site, file), schema.into_iter().collect::<Vec<_>>(), "{file}");
    }

    let text = fs::read(dir.path().join("schemas/management/email.document.json")).unwrap();
    let schema: Value = serde_json::from_slice(&text).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/management/email.json");
    let example = fs::read_to_string(example).unwrap();
    let change = r#"{"key": "email", "meta": {"href": "/api/configuration/management/email"}}"#;
    for (document, is_valid) in [
        (&*example, true),
        (EMAIL_RESPONSE, true),
        (EMAIL_REQUEST, true),
        (change, true),
        (EMAIL_WRONG, false),
        (&EMAIL_REQUEST.replace("\"aaaa-1\"", "{\"key\": \"aaaa-1\", \"meta\": {}}"), false),
        (&EMAIL_RESPONSE.replace("\"ops@example.com\"", "7"), false),
    ] {
        let document: Value = serde_json::from_str(document).unwrap();
        assert_eq!(schema.is_valid(&document), is_valid, "{document}");
    }
}

#[test]
fn a_folder_of_schemas_is_no_reason_to_fail() {
    let dir = Dir::new("report-schemas-checked");
    let written = dir.sps(&["schema", "--all", "schemas", "--format", "json"]).json();
    let files = written["schemas"].as_u64().unwrap() + 1;
    let run = dir.sps(&["check", "."]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert_eq!(run.stdout, format!("0 documents checked, {files} other files\n"));
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    dir.sps(&["check", ".", "-q"]).is(0, &run.stdout, "");
}
