//! `sps schema`.

use std::fs;

use serde_json::{Value, json};
use sps_validate::{Limits, yaml};

use crate::support::*;

fn read(dir: &Dir, file: &str) -> Value {
    serde_json::from_slice(&fs::read(dir.path().join(file)).unwrap()).unwrap()
}

#[test]
fn the_index_leads_to_every_schema() {
    let dir = Dir::new("schema_index");
    let index = dir.sps(&["schema"]);
    assert_eq!((index.status, &*index.stderr), (0, ""));
    let mut printed = 0;
    for line in index.stdout.lines() {
        let (endpoint, forms) = line.split_once(' ').unwrap();
        for form in forms.trim().split(", ") {
            let run = dir.sps(&["schema", endpoint, "--form", form]);
            assert_eq!((run.status, &*run.stderr), (0, ""), "{line}");
            // A URI has no braces.
            let name = endpoint.replace('{', "%7B").replace('}', "%7D");
            let id = format!("https://sps.invalid/schema/{name}.{form}.json");
            assert_eq!(run.json()["$id"], *id);
            printed += 1;
        }
    }
    assert!(printed > 15, "{}", index.stdout);
}

#[test]
fn prints_the_schema_of_the_request_by_default() {
    let dir = Dir::new("schema_form");
    let request = dir.sps(&["schema", "management/email"]);
    assert_eq!(request.json()["$id"], "https://sps.invalid/schema/management/email.request.json");
    let path = "/api/configuration/management/email";
    dir.sps(&["schema", path, "--form", "request"]).is(0, &request.stdout, "");
}

#[test]
fn names_the_form_that_has_a_schema() {
    let dir = Dir::new("schema_none");
    dir.sps(&["schema", "info"])
        .fails(2, "`info` has no known request body; pass `--form response`");
    dir.sps(&["schema", "policies/content_policies"])
        .fails(2, "has no known request body; `sps schema` lists the endpoints with a schema");
    dir.sps(&["schema", "management/emial"]).fails(2, "did you mean `management/email`?");
    for arguments in [
        &["schema", "management/email", "--all", "x"][..],
        &["schema", "--form", "response"],
        &["schema", "info", "--form", "body"],
    ] {
        let run = dir.sps(arguments);
        assert_eq!((run.status, &*run.stdout), (2, ""), "{arguments:?}");
    }
    assert!(!dir.path().join("x").exists());
}

#[test]
fn all_writes_every_schema_and_settings_that_name_them() {
    let dir = Dir::new("schema_all");
    let run = dir.sps(&["schema", "--all", "config/schemas"]);
    assert_eq!((run.status, &*run.stderr), (0, ""));
    assert!(run.stdout.contains("schemas to config/schemas\n"), "{}", run.stdout);
    let printed = dir.sps(&["schema", "management/snmp/trap"]);
    let trap =
        fs::read_to_string(dir.path().join("config/schemas/management/snmp/trap.request.json"));
    assert_eq!(trap.unwrap(), printed.stdout);

    let settings = read(&dir, "config/schemas/settings.json");
    let entries = settings["json.schemas"].as_array().unwrap();
    for entry in entries {
        let url = entry["url"].as_str().unwrap();
        let schema = read(&dir, url.strip_prefix("./").unwrap());
        assert!(schema["$id"].as_str().unwrap().starts_with("https://sps.invalid/"), "{url}");
    }
    let written: usize = run.stdout.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(entries.len() > 10 && written > entries.len(), "{}", run.stdout);

    // Again, over what an older version may have written: the same, and nothing is left beside it.
    fs::write(
        dir.path().join("config/schemas/info.response.json"),
        r#"{"$id": "https://sps.invalid/schema/x"}"#,
    )
    .unwrap();
    dir.sps(&["schema", "--all", "config/schemas"]).is(0, &run.stdout, "");
    assert!(read(&dir, "config/schemas/info.response.json")["$defs"].is_object());
    let files = fs::read_dir(dir.path().join("config/schemas")).unwrap();
    let names: Vec<_> = files.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|name| !name.contains(".tmp")), "{names:?}");
}

#[test]
fn prints_the_schema_of_a_file_and_of_the_settings() {
    let dir = Dir::new("schema_of_files");
    let email = dir.sps(&["schema", "management/email", "--form", "site"]);
    assert_eq!((email.status, &*email.stderr), (0, ""));
    let schema = jsonschema::validator_for(&email.json()).unwrap();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/site/management/email.yaml");
    let example = fs::read_to_string(example).unwrap();
    let root = yaml::scan(&example, &Limits::default()).unwrap().root;
    let mut example: Value = serde_json::from_str(&root.to_json()).unwrap();
    assert!(schema.is_valid(&example));
    example["$schema"] = "../.schemas/management/email.site.json".into();
    assert!(schema.is_valid(&example));
    for wrong in [json!({"$secrets": "env:X"}), json!({"$secret": "enw:X"}), json!("hush")] {
        example["smtp_auth"]["password"] = wrong;
        assert!(!schema.is_valid(&example), "{example}");
    }

    let settings = dir.sps(&["schema", "sps.toml"]);
    let schema = jsonschema::validator_for(&settings.json()).unwrap();
    for (settings, is_valid) in [
        (json!({"target": "7.5", "owned": ["policies/time_policies"]}), true),
        (json!({"target": 7.5}), false),
        (json!({"ownd": []}), false),
    ] {
        assert_eq!(schema.is_valid(&settings), is_valid, "{settings}");
    }
    dir.sps(&["schema", "sps.toml", "--form", "site"]).is(0, &settings.stdout, "");
    dir.sps(&["schema", "sps.toml", "--form", "request"]).fails(2, "has no request form");
    dir.sps(&["schema", "passwords", "--form", "site"])
        .fails(2, "no file of a tree is for `passwords`");
}

/// Whether a pattern of VS Code fits a path; ours have at most one star, for the name of a file.
fn fits(glob: &str, path: &str) -> bool {
    match glob.split_once("/*.") {
        None => glob == path,
        Some((folder, ending)) => path
            .strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/'))
            .and_then(|name| name.strip_suffix(&format!(".{ending}")))
            .is_some_and(|stem| !stem.contains('/')),
    }
}

#[test]
fn an_editor_finds_the_schema_of_each_file_of_a_tree() {
    let dir = Dir::new("schema_tree").with("config/sps.toml", "").with("bodies/x.json", "{}");
    let arguments = ["schema", "--all", "config/.schemas", "--site", "config", "--site", "bodies"];
    let run = dir.sps(&arguments);
    assert_eq!((run.status, &*run.stderr), (0, ""), "{}", run.all());
    dir.sps(&arguments).is(0, &run.stdout, "");
    let settings = read(&dir, "config/.schemas/settings.json");
    let globs = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let schemas = |path: &str| -> Vec<String> {
        let json = settings["json.schemas"].as_array().unwrap().iter();
        let json = json.map(|it| (it["url"].as_str().unwrap(), globs(&it["fileMatch"])));
        let yaml = settings["yaml.schemas"].as_object().unwrap().iter();
        let yaml = yaml.map(|(url, it)| (&**url, globs(it)));
        json.chain(yaml)
            .filter(|(_, globs)| globs.iter().any(|glob| fits(glob, path)))
            .map(|(url, _)| url.strip_prefix("./config/.schemas/").unwrap().to_owned())
            .collect()
    };
    for (path, expected) in [
        ("config/management/email.json", Some("management/email.site.json")),
        ("config/management/email.yaml", Some("management/email.site.json")),
        ("config/policies/time_policies/office.yaml", Some("policies/time_policies.site.json")),
        ("config/policies/time_policies/office.yml", Some("policies/time_policies.site.json")),
        ("config/policies/time_policies/office.json", Some("policies/time_policies.site.json")),
        // No file of a tree, and no tree.
        ("config/policies/time_policies.yaml", None),
        ("config/passwords/a.json", None),
        ("bodies/management/email.json", Some("management/email.document.json")),
        ("bodies/management/email.yaml", None),
        ("management/email.json", None),
    ] {
        assert_eq!(schemas(path), expected.into_iter().collect::<Vec<_>>(), "{path}");
    }
    // The schemas do not belong to the files of the tree.
    let plan = dir.sps(&["plan", "config", "--sim"]);
    assert_eq!(plan.status, 0, "{}", plan.all());
    assert!(!plan.stderr.contains("schemas"), "{}", plan.stderr);

    // One form alone.
    let run = dir.sps(&["schema", "--all", "files", "--form", "site", "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(dir.path().join("files/sps.toml.site.json").exists());
    assert!(!dir.path().join("files/management/email.request.json").exists());
    let settings = read(&dir, "files/settings.json");
    assert_eq!(
        settings["yaml.schemas"]["./files/management/email.site.json"],
        json!(["**/management/email.yaml", "**/management/email.yml"])
    );
}

#[test]
fn files_of_other_programs_are_left_alone() {
    let editor = r#"{"editor.tabSize": 2, "json.schemas": []}"#;
    for (name, file, content) in [
        ("schema_foreign_settings", "settings.json", editor),
        ("schema_foreign_text", "settings.json", "{ // a comment\n}"),
        ("schema_foreign_schema", "passwords.request.json", r#"{"plain": "x"}"#),
    ] {
        let dir = Dir::new(name).with(file, content);
        let run = dir.sps(&["schema", "--all", "."]);
        run.fails(2, "nothing was written");
        assert!(run.stderr.contains(file), "{}", run.stderr);
        assert_eq!(fs::read_to_string(dir.path().join(file)).unwrap(), content);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
    let dir = Dir::new("schema_no_folder").with("schemas", "a file");
    dir.sps(&["schema", "--all", "schemas"]).fails(2, "schemas");
}
