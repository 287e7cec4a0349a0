//! Pages of the spec beside what others make of them: editors by the schema of pages, CEL by its own parser.

use std::{fs, path::Path};

use serde_json::{Map, Value, json};
use sps_spec::{Presence, Spec, TypeDef, page_schema, spec_files};
use toml::de::{DeTable, DeValue};

/// Name and content of every page of the spec.
fn pages() -> Vec<(String, Value)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let names = spec_files(&dir).unwrap_or_else(|errors| panic!("{errors}"));
    let is_page = |name: &String| name.starts_with("endpoints/") || name.starts_with("types/");
    let page = |name: String| {
        let text = fs::read_to_string(dir.join(&name)).unwrap();
        let table = DeTable::parse(&text).unwrap();
        (name, of_table(table.get_ref()))
    };
    names.into_iter().filter(is_page).map(page).collect()
}

fn of_table(table: &DeTable<'_>) -> Value {
    let members =
        table.iter().map(|(key, value)| (key.get_ref().to_string(), of_value(value.get_ref())));
    Value::Object(members.collect::<Map<_, _>>())
}

fn of_value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::Table(table) => of_table(table),
        DeValue::Array(array) => array.iter().map(|it| of_value(it.get_ref())).collect(),
        DeValue::Boolean(it) => json!(it),
        DeValue::Integer(it) => json!(it.as_str().parse::<i64>().unwrap()),
        other => json!(other.as_str().unwrap()),
    }
}

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&page_schema()).unwrap();
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn every_page_is_valid_against_the_schema_of_pages() {
    let validator = validator();
    for (name, page) in pages() {
        let errors: Vec<_> = validator.iter_errors(&page).map(|it| it.to_string()).collect();
        assert_eq!(errors, [""; 0], "{name}");
    }
}

/// Renames each key of each table in turn, unless the author may choose it. The loader refuses the same.
#[test]
fn a_mistyped_key_is_invalid() {
    let validator = validator();
    let (_, page) = pages().into_iter().find(|(name, _)| name.ends_with("snmp/trap.toml")).unwrap();
    let mut pointers = vec!["/endpoint", "/rule"];
    pointers.extend(["/endpoint/title", "/endpoint/source", "/endpoint/object"]);
    pointers.extend([
        "/SnmpV3/engine_id/type",
        "/SnmpV3/engine_id/doc",
        "/SnmpV3/engine_id/example",
    ]);
    pointers.extend(["/union/SnmpVersion/3/rust", "/enum/SnmpAuthMethod/sha/aliases"]);
    pointers.extend(["/rule/engine-id-hex/at", "/rule/engine-id-hex/check"]);
    pointers.extend(["/quirk/engine-id-prefix/guide", "/quirk/engine-id-prefix/we"]);
    for pointer in pointers {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let mut changed = page.clone();
        let table = changed.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
        let value = table.remove(key).unwrap();
        table.insert(format!("{key}x"), value);
        assert!(!validator.is_valid(&changed), "{pointer}");
    }
    let mut without = page;
    without.as_object_mut().unwrap().remove("endpoint");
    assert!(!validator.is_valid(&without));
}

/// Editors and the loader know the same keys: the reference explains each of them.
#[test]
fn the_reference_names_every_key() {
    let schema: Value = serde_json::from_str(&page_schema()).unwrap();
    let reference =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/README.md"));
    let reference = reference.unwrap();
    let mut keys = Vec::new();
    collect_keys(&schema, &mut keys);
    assert!(keys.len() > 30, "{keys:?}");
    for key in keys {
        assert!(reference.contains(&format!("`{key}`")), "spec/README.md does not name `{key}`");
    }
}

fn collect_keys(schema: &Value, keys: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            members.values().for_each(|it| collect_keys(it, keys));
        }
        Value::Array(items) => items.iter().for_each(|it| collect_keys(it, keys)),
        _ => {}
    }
}

/// The text of every condition of the spec.
fn conditions() -> Vec<String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let spec = Spec::from_dir(&dir).unwrap_or_else(|errors| panic!("{errors}"));
    let fields = spec.types().flat_map(|def| match def {
        TypeDef::Struct(it) => it.fields.iter().collect(),
        _ => Vec::new(),
    });
    let of_fields = fields.filter_map(|field| match &field.presence {
        Presence::When(condition) => Some(condition),
        _ => None,
    });
    let of_rules = spec.rules().flat_map(|rule| rule.when.iter().chain([&rule.holds]));
    let mut texts: Vec<_> = of_fields.chain(of_rules).map(|it| spec.condition_text(it)).collect();
    // As they are written, too: with `self`, and in spellings of their own.
    for (_, page) in pages() {
        collect_conditions(&page, &mut texts);
    }
    texts
}

fn collect_conditions(page: &Value, texts: &mut Vec<String>) {
    match page {
        Value::Object(members) => {
            for (key, value) in members {
                match value.as_str() {
                    Some(text) if ["if", "check"].contains(&&**key) => texts.push(text.to_owned()),
                    _ => collect_conditions(value, texts),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|it| collect_conditions(it, texts)),
        _ => {}
    }
}

#[test]
fn every_condition_is_cel() {
    let texts = conditions();
    assert!(texts.len() > 40, "{}", texts.len());
    for text in texts {
        let program = cel::Program::compile(&text);
        assert!(program.is_ok(), "{text}: {:?}", program.err());
    }
    assert!(cel::Program::compile("a = 'x'").is_err());
}
