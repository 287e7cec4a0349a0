//! Addresses, folders and files: each file has one set of problems, in the editor's own spelling.

use std::{fs, sync::Arc};

use serde_json::{Value, json};
use sps_lsp::Settings;

use crate::editor::{Editor, Surprising};

const SETTINGS: (&str, &str) = ("sps.toml", "target = \"7.5\"\n");
const STAFF: &str = "policies/user_databases/staff.yaml";
const WRONG: &str = "name: staf\nusers: []\n";
const RIGHT: &str = "name: staff\nusers: []\n";
const OFFICE: &str =
    "name: office\nMon: []\nTue: []\nWed: []\nThu: []\nFri: []\nSat: []\nSun: []\n";
const SHELL: (&str, &str) = (
    "ssh/channel_policies/shell.yaml",
    "name: shell\nrules:\n- channel: session-exec\n  execs: [uptime]\n  actions: {audit: true, content_policy: null, four_eyes: false}\n  allowed_for:\n    clients: []\n    gateway_groups: []\n    remote_groups: []\n    servers: []\n    time_policy:\n      $ref: policies/time_policies/office\n",
);

fn open_at(editor: &Editor, uri: &str, version: i32, text: &str) {
    let document = json!({"uri": uri, "languageId": "yaml", "version": version, "text": text});
    editor.tell("textDocument/didOpen", json!({"textDocument": document}));
}

/// The addresses that have problems now.
fn with_problems(editor: &Editor) -> Vec<String> {
    let with = editor.problems.iter().filter(|(_, it)| !it.is_empty());
    with.map(|(uri, _)| uri.clone()).collect()
}

#[test]
fn p091_a_file_of_many_spellings_is_one_file() {
    let mut editor = Editor::open(&[SETTINGS]);
    let plain = editor.uri("policies/user_databases/b ü.yaml");
    let encoded = plain.replace(' ', "%20").replace('ü', "%C3%BC");
    open_at(&editor, &encoded, 1, WRONG);
    editor.versions.insert(encoded.clone(), 1);
    editor.settle();
    assert_eq!(with_problems(&editor), [encoded.as_str()]);
    // The same file, raw: the answer has the spelling of the question.
    let raw = plain.replace(' ', "%20");
    let change = json!([{"text": "name: b ü\nusers: []\n"}]);
    editor.versions.clear();
    editor.versions.insert(raw.clone(), 2);
    let document = json!({"uri": raw, "version": 2});
    editor.tell(
        "textDocument/didChange",
        json!({"textDocument": document, "contentChanges": change}),
    );
    editor.settle();
    assert_eq!(editor.problems[&raw], Vec::<Value>::new());
}

#[test]
#[cfg(unix)]
fn p093_a_workspace_that_is_opened_through_a_link_keeps_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real");
    fs::create_dir_all(real.join("policies/user_databases")).unwrap();
    fs::write(real.join("sps.toml"), SETTINGS.1).unwrap();
    fs::write(real.join(STAFF), WRONG).unwrap();
    // Folders behind links: one in the tree, one out of it.
    fs::create_dir_all(folder.path().join("else")).unwrap();
    fs::write(folder.path().join("else/x.yaml"), WRONG).unwrap();
    std::os::unix::fs::symlink(folder.path().join("else"), real.join("outside")).unwrap();
    std::os::unix::fs::symlink(real.join("policies"), real.join("again")).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&real, &link).unwrap();

    let root = format!("file://{}", link.display());
    let params = json!({"workspaceFolders": [{"uri": root, "name": "site"}], "capabilities": {}});
    let mut editor = Editor::with(folder, &params, Settings::default());
    editor.settle();
    let staff = format!("{root}/{STAFF}");
    // The links themselves are mistakes, as for the check.
    let links = ["again/user_databases/staff.yaml", "outside"].map(|it| format!("{root}/{it}"));
    let mut expected = links.to_vec();
    expected.push(staff.clone());
    assert_eq!(with_problems(&editor), expected);
    for link in &links {
        let message = editor.problems[link][0]["message"].as_str().unwrap();
        assert!(message.starts_with("cannot read this file: "), "{message}");
    }
    open_at(&editor, &staff, 1, RIGHT);
    editor.versions.insert(staff.clone(), 1);
    editor.settle();
    assert_eq!(with_problems(&editor), links);
    let ask = json!({"textDocument": {"uri": staff}, "position": {"line": 0, "character": 7}, "context": {"includeDeclaration": true}});
    let found = editor.ask("textDocument/references", &ask).response_result.unwrap();
    assert_eq!(found[0]["uri"], staff.as_str());
    // By the other way into the same folder, it is still one file.
    let again = format!("{root}/again/user_databases/staff.yaml");
    let found = {
        let ask = json!({"textDocument": {"uri": again}, "position": {"line": 0, "character": 7}});
        editor.ask("sps/pointer", &ask).response_result.unwrap()
    };
    assert_eq!(found["pointer"], "/name");
}

#[test]
fn p095_each_file_follows_its_nearest_settings() {
    let (other, own) =
        ("policies/time_policies/other.yaml", "inner/policies/time_policies/own.yaml");
    let inner = format!("inner/{STAFF}");
    let mut editor = Editor::open(&[
        ("outer/sps.toml", "target = \"6.9\"\n"),
        (&format!("outer/{STAFF}"), WRONG),
        (&format!("outer/{other}"), &OFFICE.replace("office", "other")),
        (&format!("outer/{own}"), &OFFICE.replace("office", "own")),
        (&format!("outer/{inner}"), WRONG),
        ("outer/inner/sps.toml", "target = \"8.0\"\n[check]\nallow = []\n"),
        ("plain/notes.yaml", "a: [\n"),
    ]);
    editor.settle();
    let (one, two) = (format!("outer/{STAFF}"), format!("outer/{inner}"));
    assert_eq!(editor.codes(&one), [("label-mismatch".to_owned(), 0)]);
    assert_eq!(editor.codes(&two), [("label-mismatch".to_owned(), 0)], "by its own tree alone");
    assert_eq!(editor.codes("plain/notes.yaml"), []);
    // Symbols know which tree has what; completion in one tree offers nothing of the other.
    let policy = "outer/inner/ssh/channel_policies/shell.yaml";
    editor.open_file(policy, &SHELL.1.replace("/office", "/"));
    let ask = json!({"textDocument": {"uri": editor.uri(policy)}, "position": {"line": 11, "character": 35}});
    let items = editor.ask("textDocument/completion", &ask).response_result.unwrap();
    let labels: Vec<_> = items.as_array().unwrap().iter().map(|it| &it["label"]).collect();
    assert_eq!(labels, ["own"], "not `other`");

    // Folders come and go.
    let uri = editor.uri("outer/inner");
    let folder = json!({"uri": uri, "name": "inner"});
    editor.close_file(policy);
    for event in [
        json!({"added": [], "removed": [folder.clone()]}),
        json!({"added": [folder], "removed": []}),
    ] {
        editor.tell("workspace/didChangeWorkspaceFolders", json!({"event": event}));
        editor.settle();
    }
    assert_eq!(editor.codes(&two), [("label-mismatch".to_owned(), 0)]);
    // Without its settings, the inner tree is a part of the outer one, where its file has no place.
    editor.write("outer/inner/sps.toml", None);
    editor.settle();
    assert_eq!(editor.codes(&two).len(), 1);
    assert_ne!(editor.codes(&two)[0].0, "label-mismatch");
}

#[test]
fn p097_files_that_move_outside_of_the_editor_take_their_problems_along() {
    let (office, user) = ("policies/time_policies/office.yaml", SHELL.0);
    for watches in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        // What the tree lacks may be on the appliance, unless the tree owns all of its kind.
        let settings = ("sps.toml", "owned = [\"policies/time_policies\"]\n");
        for (file, text) in [settings, (office, OFFICE), SHELL] {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let root = format!("file://{}", folder.path().display());
        let files =
            json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": watches}}});
        let params =
            json!({"workspaceFolders": [{"uri": root, "name": "site"}], "capabilities": files});
        let mut editor = Editor::with(folder, &params, Settings::default());
        editor.settle();
        assert_eq!(editor.asked.len(), usize::from(watches));
        let before = editor.codes(user);
        assert_eq!(before, []);
        let (old, new) = (editor.path("policies"), editor.path("moved"));
        fs::rename(old, new).unwrap();
        if watches {
            let uris = [editor.uri("policies"), editor.uri("moved")];
            let changes = json!([{"uri": uris[0], "type": 3}, {"uri": uris[1], "type": 1}]);
            editor.tell("workspace/didChangeWatchedFiles", json!({"changes": changes}));
        }
        editor.wait_for(|it| it.codes(user) != before);
        let codes = editor.codes(user);
        assert!(codes.iter().any(|(code, _)| code == "reference-exists"), "{codes:?}");
        fs::rename(editor.path("moved"), editor.path("policies")).unwrap();
        if watches {
            let uri = editor.uri(office);
            editor.tell(
                "workspace/didChangeWatchedFiles",
                json!({"changes": [{"uri": uri, "type": 1}]}),
            );
        }
        editor.wait_for(|it| it.codes(user) == before);
    }
}

#[test]
fn p099_files_of_other_programs_are_left_alone() {
    let foreign = [
        ("charts/app/templates/deployment.yaml", "spec:\n  replicas: {{ .Values.replicas }}\n"),
        ("docker-compose.yaml", "services:\n  web: {image: x}\n"),
        (
            "play/site.yml",
            "- hosts: all\n  vars:\n    secret: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n",
        ),
        ("package.json", "{\"name\": \"x\",}"),
    ];
    let mut files = vec![("site/sps.toml", SETTINGS.1)];
    files.extend(foreign);
    let mut editor = Editor::open(&files);
    for (file, text) in foreign {
        editor.open_file(file, text);
        let params = json!({"textDocument": {"uri": editor.uri(file)}, "position": {"line": 0, "character": 2}});
        for method in
            ["textDocument/completion", "textDocument/hover", "textDocument/documentSymbol"]
        {
            assert_eq!(editor.ask(method, &params).response_result.unwrap(), Value::Null, "{file}");
        }
    }
    editor.settle();
    assert_eq!(with_problems(&editor), Vec::<String>::new());
}

#[test]
fn p105_a_rename_that_the_editor_makes_brings_no_second_one() {
    let mut editor = Editor::open(&[SETTINGS, (STAFF, RIGHT)]);
    editor.open_file(STAFF, RIGHT);
    let place = json!({"textDocument": {"uri": editor.uri(STAFF)}, "position": {"line": 0, "character": 7}, "newName": "crew"});
    let edit = editor.ask("textDocument/rename", &place).response_result.unwrap();
    let new = editor.path("policies/user_databases/crew.yaml");
    assert!(edit.to_string().contains("crew.yaml"), "{edit}");
    // The editor changes the text, renames the file, and tells both.
    editor.change(STAFF, Some([[0, 6], [0, 11]]), "crew");
    let files = json!({"files": [{"oldUri": editor.uri(STAFF), "newUri": editor.uri("policies/user_databases/crew.yaml")}]});
    let second = editor.ask("workspace/willRenameFiles", &files).response_result.unwrap();
    assert_eq!(second, Value::Null);
    fs::rename(editor.path(STAFF), &new).unwrap();
    fs::write(&new, "name: crew\nusers: []\n").unwrap();
    editor.close_file(STAFF);
    editor.open_file("policies/user_databases/crew.yaml", "name: crew\nusers: []\n");
    editor.tell("workspace/didRenameFiles", files);
    editor.settle();
    assert_eq!(with_problems(&editor), Vec::<String>::new());
    assert_eq!(fs::read_to_string(new).unwrap(), "name: crew\nusers: []\n");
}

#[test]
fn a_file_outside_of_trees_is_checked_by_the_endpoint_of_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let root = format!("file://{}", folder.path().display());
    let params = json!({"workspaceFolders": [{"uri": root, "name": "x"}], "capabilities": {}});
    let mut settings = Settings::default();
    settings.library = Arc::new(Surprising);
    let mut editor = Editor::with(folder, &params, settings);
    let file = "any/management/email.json";
    editor.open_file(file, "{}");
    editor.settle();
    assert!(!editor.codes(file).is_empty());
    let place =
        json!({"textDocument": {"uri": editor.uri(file)}, "position": {"line": 0, "character": 1}});
    let items = editor.ask("textDocument/completion", &place).response_result.unwrap();
    assert!(!items.as_array().unwrap().is_empty());
    // Settings above it make it a file of a tree.
    editor.write("any/sps.toml", Some("[check]\nallow = []\n"));
    editor.settle();
    editor.close_file(file);
    editor.settle();
    assert_eq!(editor.codes(file), [], "it was never saved");
}
