//! The language server as an editor starts it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::{Dir, Run, command};

/// Messages as they go over standard input.
fn framed(messages: &[Value]) -> String {
    let mut input = String::new();
    for message in messages {
        let mut message = message.clone();
        message["jsonrpc"] = json!("2.0");
        let text = message.to_string();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
    }
    input
}

/// What a server has printed; nothing but messages.
fn messages(run: &Run) -> Vec<Value> {
    let mut rest = run.stdout.as_str();
    let mut messages = Vec::new();
    while !rest.is_empty() {
        let (head, tail) = rest.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{}", run.all()));
        let length: usize = head.strip_prefix("Content-Length: ").unwrap().parse().unwrap();
        messages.push(serde_json::from_str(&tail[..length]).unwrap());
        rest = &tail[length..];
    }
    messages
}

/// Starts a server with these options, and asks in a file with this text.
fn ask(dir: &Dir, options: &[&str], file: &str, text: &str, questions: &[(&str, u32, u32)]) -> Run {
    let root = format!("file://{}", dir.path().display());
    let uri = format!("{root}/{file}");
    let folders = json!([{"uri": root, "name": "site"}]);
    let params = json!({"workspaceFolders": folders, "capabilities": {}});
    let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
    let mut all = vec![
        json!({"id": 0, "method": "initialize", "params": params}),
        json!({"method": "initialized", "params": {}}),
        json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}),
    ];
    for (id, (method, line, character)) in questions.iter().enumerate() {
        let position = json!({"line": line, "character": character});
        let params = json!({"textDocument": {"uri": uri}, "position": position});
        all.push(json!({"id": id + 1, "method": method, "params": params}));
    }
    all.push(json!({"id": 99, "method": "shutdown"}));
    all.push(json!({"method": "exit"}));
    dir.sps_with(&[&["lsp"], options].concat(), framed(&all))
}

fn answer(run: &Run, id: u64) -> Value {
    let answers = messages(run);
    let found = answers.iter().find(|it| it["id"] == id);
    found.unwrap_or_else(|| panic!("{}", run.all()))["result"].clone()
}

#[test]
fn p101_an_empty_file_gets_a_whole_body() {
    let dir = Dir::new("lsp-empty").with("sps.toml", "");
    for (file, start) in [
        ("management/email.yaml", "admin_address: "),
        ("management/email.json", "{\n"),
        // The file says what its object is called.
        ("policies/time_policies/night.yaml", "name: night\n"),
    ] {
        let run = ask(&dir, &[], file, "", &[("textDocument/completion", 0, 0)]);
        let items = answer(&run, 1);
        let text =
            items[0]["textEdit"]["newText"].as_str().unwrap_or_else(|| panic!("{}", run.all()));
        assert!(text.starts_with(start), "{text}");
        // What was accepted is checked as a body, and has every required member.
        let tree = Dir::new("lsp-empty-accepted").with("sps.toml", "").with(file, text);
        let checked = tree.sps(&["check", ".", "--format", "json"]);
        assert!(!checked.stdout.contains("missing-key"), "{text}{}", checked.all());
        assert!(!checked.stdout.contains("syntax"), "{text}{}", checked.all());
    }
}

#[test]
fn a_member_is_explained_where_it_is() {
    let dir = Dir::new("lsp-hover").with("sps.toml", "target = \"7.5\"\n");
    let text = "enabled: true\nversion:\n  selection: \"3\"\n  value:\n    engine_id: null\n";
    let places = [("textDocument/hover", 4, 6), ("sps/pointer", 4, 6)];
    let run = ask(&dir, &[], "management/snmp/trap.yaml", text, &places);
    let docs = answer(&run, 1)["contents"]["value"].as_str().unwrap().to_owned();
    assert!(docs.contains("engine_id") && docs.contains("10"), "{docs}");
    assert_eq!(answer(&run, 2)["pointer"], "/version/value/engine_id");
    assert_eq!((run.status, &*run.stderr), (0, ""));
}

#[test]
fn p111_standard_output_has_the_protocol_alone() {
    let dir = Dir::new("lsp-output").with("sps.toml", "target = 7\n");
    let run = ask(&dir, &["-vv", "--color", "always"], "info.yaml", "a: [", &[("no/such", 0, 0)]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(messages(&run).iter().any(|it| it["id"] == 1 && it["error"]["code"] == -32_601));
    // Variables that other programs take for logs and color.
    let mut child = command();
    child.envs([("RUST_LOG", "trace"), ("CLICOLOR_FORCE", "1"), ("FORCE_COLOR", "1")]);
    let output = child.args(["lsp"]).current_dir(dir.path()).output().unwrap();
    assert_eq!(output.stdout, b"");
    // An editor that says nothing, or something else.
    for (input, code) in
        [("", None), ("hello", None), ("Content-Length: 2\r\n\r\n{}", Some(-32_600))]
    {
        let run = dir.sps_with(&["lsp"], input);
        assert_ne!(run.status, 0, "{input:?}: {}", run.all());
        let answer = messages(&run).pop().map(|it| it["error"]["code"].clone());
        assert_eq!(answer, code.map(Value::from), "{input:?}: {}", run.all());
        assert!(run.stderr.starts_with("error: "), "{input:?}: {}", run.all());
    }
    // No error repeats a message: it may hold a secret.
    for text in [
        r#"{"hunter2": "\ud83d"}"#,
        r#"{"hunter2"}"#,
        r#"{"method": "m", "params": "hunter2"}"#,
        r#"{"method": "m", "params": "hunter2", "id": 1}"#,
        r#"{"id": 1, "result": "hunter2"}"#,
    ] {
        let input = format!("Content-Length: {}\r\n\r\n{text}", text.len());
        let run = dir.sps_with(&["lsp", "-vv"], input);
        assert!(run.status == 2 && !run.all().contains("hunter2"), "{}", run.all());
    }
}

#[test]
fn a_message_that_cannot_be_read_does_not_end_the_server() {
    let dir = Dir::new("lsp-unreadable").with("sps.toml", "");
    let root = format!("file://{}", dir.path().display());
    let folders = json!([{"uri": root, "name": "site"}]);
    let uri = format!("{root}/management/email.yaml");
    let opened = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": "HALF: 1\n"});
    let mut input = framed(&[
        json!({"id": 0, "method": "initialize", "params": {"workspaceFolders": folders, "capabilities": {}}}),
        json!({"method": "textDocument/didOpen", "params": {"textDocument": opened}}),
    ]);
    // What an editor sends while the user types into an emoji; the length stays.
    input = input.replace("HALF: 1\\n", "\\ud83d: 1");
    input.push_str("Content-Length: 2\r\n\r\n[}");
    let place = json!({"textDocument": {"uri": uri}});
    input.push_str(&framed(&[
        json!({"id": 1, "method": "textDocument/documentSymbol", "params": place}),
        json!({"id": 2, "method": "shutdown"}),
        json!({"method": "exit"}),
    ]));
    let run = dir.sps_with(&["lsp"], input);
    assert_eq!(run.status, 0, "{}", run.all());
    let error = messages(&run).into_iter().find(|it| it["error"]["code"] == -32_700);
    assert_eq!(error.expect("an error for the other message")["id"], Value::Null);
    assert_eq!(answer(&run, 1)[0]["name"], "\u{FFFD}", "{}", run.all());
}

#[test]
fn p113_the_binary_has_the_language_server() {
    let dir = Dir::new("lsp-help");
    let help = dir.sps(&["lsp", "--help"]);
    assert_eq!(help.status, 0);
    for option in ["--target <VERSION>", "--allow <CODE>", "--spec <DIR>"] {
        assert!(help.stdout.contains(option), "{option}: {}", help.stdout);
    }
}
