//! Requests that are canceled, parameters that make no sense, and features that fail.

use std::sync::Arc;

use serde_json::{Value, json};
use sps_lsp::Settings;

use crate::editor::{Editor, Surprising};

const SETTINGS: (&str, &str) = ("sps.toml", "target = \"7.5\"\n");
const STAFF: &str = "policies/user_databases/staff.yaml";
const TEXT: &str = "name: staff\nusers: []\n";

#[test]
fn p107_every_request_has_one_answer() {
    let mut editor = Editor::open(&[SETTINGS, (STAFF, TEXT)]);
    editor.open_file(STAFF, TEXT);
    let place = json!({"textDocument": {"uri": editor.uri(STAFF)}, "position": {"line": 0, "character": 7}});
    for round in 0..20 {
        let mut ids = Vec::new();
        for method in
            ["textDocument/hover", "textDocument/completion", "textDocument/documentSymbol"]
        {
            ids.push(editor.send(method, &place));
            editor.change(STAFF, Some([[0, 0], [0, 0]]), "#\n");
        }
        editor.tell("$/cancelRequest", json!({"id": ids[1]}));
        editor.tell("$/cancelRequest", json!({"id": "a request that never was"}));
        for id in ids {
            if let Err(error) = editor.answer(id).response_result {
                // Canceled, or about an older text.
                assert!([-32_800, -32_801].contains(&error.code), "{round}: {error:?}");
            }
        }
    }
    for (method, params) in [
        ("textDocument/hover", json!({"textDocument": 7})),
        ("textDocument/rename", json!(null)),
        ("workspace/executeCommand", json!({"command": "none"})),
        ("no/such/method", json!({})),
    ] {
        assert!(editor.ask(method, &params).response_result.is_err(), "{method}");
    }
    editor.tell("textDocument/didChange", json!({"textDocument": "x"}));
    editor.tell("$/setTrace", json!({"value": "verbose"}));
    // No window was opened: the editor would have counted a request.
    assert!(editor.asked.iter().all(|it| it.method == "client/registerCapability"));
}

#[test]
fn p111_a_feature_that_panics_is_an_error_and_the_server_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sps.toml"), SETTINGS.1).unwrap();
    let root = format!("file://{}", folder.path().display());
    let params = json!({"workspaceFolders": [{"uri": root, "name": "x"}], "capabilities": {}});
    let mut settings = Settings::default();
    settings.library = Arc::new(Surprising);
    let mut editor = Editor::with(folder, &params, settings);
    editor.open_file(STAFF, TEXT);
    let place = |line| json!({"textDocument": {"uri": format!("{root}/{STAFF}")}, "position": {"line": line, "character": 2}});
    let error = editor.ask("textDocument/hover", &place(0)).response_result.unwrap_err();
    assert_eq!(error.code, -32_603, "{error:?}");
    let symbols = editor.ask("textDocument/documentSymbol", &place(0)).response_result.unwrap();
    assert_ne!(symbols, Value::Null);
    // A check that fails shows nothing, and others go on.
    editor.open_file("x/panic/email.json", "{}");
    editor.change(STAFF, None, "name: staf\nusers: []\n");
    editor.settle();
    assert_eq!(editor.codes(STAFF), [("label-mismatch".to_owned(), 0)]);
}

#[test]
fn a_tree_of_strangers_starts_no_program() {
    let file = "management/snmp/trap.yaml";
    let text = "enabled: true\nversion:\n  selection: \"3\"\n  value:\n    auth_method: sha\n    auth_password:\n      $new: {plain: {$secret: \"command:touch started\"}}\n";
    let mut editor = Editor::open(&[SETTINGS, (file, text)]);
    editor.open_file(file, text);
    editor.settle();
    // The file was looked at as a whole, but for the secret.
    assert!(editor.codes(file).iter().any(|(code, _)| code == "missing-key"));
    for character in [6, 20, 40] {
        let place = json!({"textDocument": {"uri": editor.uri(file)}, "position": {"line": 6, "character": character}});
        for method in ["textDocument/completion", "textDocument/hover"] {
            editor.ask(method, &place).response_result.unwrap();
        }
    }
    assert!(!editor.path("started").exists());
}
