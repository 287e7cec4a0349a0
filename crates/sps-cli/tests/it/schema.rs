//! `sps schema`.

use std::fs;

use serde_json::Value;

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
