//! Completion, accepted as an editor accepts it.

use serde_json::{Value, json};

use crate::editor::Editor;

const SETTINGS: (&str, &str) = ("sps.toml", "target = \"7.5\"\n");

/// Opens `file` with the text, whose `|` is the cursor. Returns the items.
fn items(editor: &mut Editor, file: &str, text: &str) -> Vec<Value> {
    let at = text.find('|').unwrap();
    let before = &text[..at];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |it| it + 1);
    let character = before[start..].encode_utf16().count();
    editor.open_file(file, &text.replacen('|', "", 1));
    let params = json!({"textDocument": {"uri": editor.uri(file)}, "position": {"line": line, "character": character}});
    let result = editor.ask("textDocument/completion", &params).response_result.unwrap();
    result.as_array().cloned().unwrap_or_default()
}

fn labels(items: &[Value]) -> Vec<&str> {
    items.iter().map(|it| it["label"].as_str().unwrap()).collect()
}

/// The text after the item with this label is accepted.
fn accepted(editor: &mut Editor, file: &str, text: &str, label: &str) -> String {
    let items = items(editor, file, text);
    let item = items.iter().find(|it| it["label"] == label);
    let item = item.unwrap_or_else(|| panic!("no {label} among {:?} in {text}", labels(&items)));
    let mut edits = vec![item["textEdit"].clone()];
    edits.extend(item["additionalTextEdits"].as_array().cloned().unwrap_or_default());
    let text = text.replacen('|', "", 1);
    let offset = |place: &Value| {
        let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + usize::try_from(place["character"].as_u64().unwrap()).unwrap()
    };
    edits.sort_by_key(|it| std::cmp::Reverse(offset(&it["range"]["start"])));
    let mut text = text.clone();
    for edit in edits {
        let (start, end) = (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]));
        text.replace_range(start..end, edit["newText"].as_str().unwrap());
    }
    text
}

const TRAP: &str = "management/snmp/trap";

#[test]
fn p101_accepted_items_give_the_intended_text() {
    let mut editor = Editor::open(&[SETTINGS]);
    let (yaml, json) = (format!("{TRAP}.yaml"), format!("{TRAP}.json"));
    for (file, text, label, expected) in [
        (&yaml, "en|", "enabled", "enabled: false"),
        (&yaml, "enabled: |", "true", "enabled: true"),
        (&yaml, "enabled:|", "true", "enabled: true"),
        (&yaml, "version:\n  sel|", "selection", "version:\n  selection: \"2c\""),
        (&yaml, "version:\n    |\n", "selection", "version:\n    selection: \"2c\"\n"),
        (
            &yaml,
            "version:\n  selection: |\n  value:\n",
            "2c",
            "version:\n  selection: \"2c\"\n  value:\n",
        ),
        (&yaml, "version:\n  selection: \"|\"\n", "3", "version:\n  selection: \"3\"\n"),
        (&yaml, "version: {selection: |}\n", "3", "version: {selection: \"3\"}\n"),
        (&json, "{|}", "enabled", "{\"enabled\": false}"),
        (&json, "{\"en|\"}", "enabled", "{\"enabled\": false}"),
        (&json, "{\"en|\": true}", "enabled", "{\"enabled\": true}"),
        (
            &json,
            "{\n  |\n  \"version\": {}\n}",
            "enabled",
            "{\n  \"enabled\": false,\n  \"version\": {}\n}",
        ),
        (
            &json,
            "{\n  \"version\": {}\n  |\n}",
            "enabled",
            "{\n  \"version\": {},\n  \"enabled\": false\n}",
        ),
        (&json, "{\"enabled\": |}", "true", "{\"enabled\": true}"),
        (
            &json,
            "{\"version\": {\"selection\": \"|\"}}",
            "2c",
            "{\"version\": {\"selection\": \"2c\"}}",
        ),
    ] {
        let text = accepted(&mut editor, file, text, label);
        assert_eq!(text, expected);
    }
}

/// A whole member, in the steps of two spaces that are usual.
const VERSION: &str = "version:\n  selection: \"2c\"\n  value:\n    community: \"\"\n    server:\n      selection: ip\n      value: \"\"";

#[test]
fn p101_lists_quotes_and_indentation_are_kept() {
    let mut editor = Editor::open(&[SETTINGS]);
    let (trap, shell) = (format!("{TRAP}.yaml"), "ssh/channel_policies/shell.yaml".to_owned());
    let json = "ssh/channel_policies/shell.json".to_owned();
    for (file, text, label, expected) in [
        (&shell, "rules:\n- |\n", "execs", "rules:\n- execs: []\n"),
        (&shell, "rules:\n  - |\n", "execs", "rules:\n  - execs: []\n"),
        (&shell, "rules:\n- channel: |\n", "session-exec", "rules:\n- channel: session-exec\n"),
        (
            &shell,
            "rules:\n- channel: '|'\n",
            "session-exec",
            "rules:\n- channel: \"session-exec\"\n",
        ),
        (
            &shell,
            "rules:\n- execs: []\n  |\n",
            "channel",
            "rules:\n- execs: []\n  channel: auth-agent\n",
        ),
        (&shell, "rules: [{|}]\n", "execs", "rules: [{execs: []}]\n"),
        (
            &trap,
            "version:\n    selection: \"2c\"\n    value:\n        |\n",
            "server",
            "version:\n    selection: \"2c\"\n    value:\n        server:\n            selection: ip\n            value: \"\"\n",
        ),
        (&trap, "version:\n        |\n", "value", "version:\n        value: null\n"),
        (&trap, "|\nenabled: true\n", "version", &format!("{VERSION}\nenabled: true\n")),
        (&trap, "enabled: true\n|", "version", &format!("enabled: true\n{VERSION}")),
        (
            &json,
            "{\"rules\": [{\"execs\": [], |}]}",
            "channel",
            "{\"rules\": [{\"execs\": [], \"channel\": \"auth-agent\"}]}",
        ),
        (
            &json,
            "{\n    \"rules\": [\n        {\n            |\n        }\n    ]\n}",
            "execs",
            "{\n    \"rules\": [\n        {\n            \"execs\": []\n        }\n    ]\n}",
        ),
    ] {
        let text = accepted(&mut editor, file, text, label);
        assert_eq!(text, expected);
    }
}

#[test]
fn a_line_that_is_too_deep_gets_the_level_of_the_line_above() {
    let mut editor = Editor::open(&[SETTINGS]);
    let (trap, shell) = (format!("{TRAP}.yaml"), "ssh/channel_policies/shell.yaml".to_owned());
    for (file, text, label, expected) in [
        (&trap, "enabled: true\n  ver|", "version", &*format!("enabled: true\n{VERSION}")),
        (&trap, "enabled: true\n  |\n", "version", &format!("enabled: true\n{VERSION}\n")),
        (
            &trap,
            "version:\n  selection: \"2c\"\n\n  # ü\n    va|\nenabled: true\n",
            "value",
            "version:\n  selection: \"2c\"\n\n  # ü\n  value:\n    community: \"\"\n    server:\n      selection: ip\n      value: \"\"\nenabled: true\n",
        ),
        (
            &shell,
            "rules:\n  - execs: []\n      |\n",
            "channel",
            "rules:\n  - execs: []\n    channel: auth-agent\n",
        ),
        (
            &shell,
            "rules:\n- channel: shell\n  allowed_for: {\"servers\": []}\n    ex|\n",
            "execs",
            "rules:\n- channel: shell\n  allowed_for: {\"servers\": []}\n  execs: []\n",
        ),
    ] {
        let text = accepted(&mut editor, file, text, label);
        assert_eq!(text, expected);
    }
}

#[test]
fn a_notation_in_an_object_that_is_not_closed_is_closed() {
    let mut editor = Editor::open(&[SETTINGS]);
    let (json, yaml) = ("policies/ldap_servers/a.json", "policies/ldap_servers/a.yaml");
    for (file, text, expected) in [
        (
            json,
            "{\n  \"bind_password\": {\"$|\n  \"name\": \"a\"\n}",
            "{\n  \"bind_password\": {\"$secret\": \"env:NAME\"},\n  \"name\": \"a\"\n}",
        ),
        (json, "{\n  \"bind_password\": {|", "{\n  \"bind_password\": {\"$secret\": \"env:NAME\"}"),
        (json, "{\"bind_password\": {\"$|\"}}", "{\"bind_password\": {\"$secret\": \"env:NAME\"}}"),
        (
            yaml,
            "bind_password: {$|\nname: a\n",
            "bind_password: {$secret: \"env:NAME\"}\nname: a\n",
        ),
        (
            yaml,
            "bind_password:\n  $|\nname: a\n",
            "bind_password:\n  $secret: \"env:NAME\"\nname: a\n",
        ),
    ] {
        assert_eq!(accepted(&mut editor, file, text, "$secret"), expected);
    }
}

#[test]
fn lists_are_completed() {
    let mut editor = Editor::open(&[SETTINGS]);
    let (json, yaml) = ("policies/user_databases/a.json", "policies/user_databases/a.yaml");
    for (file, text, label, expected) in [
        (
            yaml,
            "users:\n  |\n",
            "-",
            "users:\n  - certificates: []\n    passwords: []\n    public_keys: []\n    username: \"\"\n",
        ),
        (yaml, "users: |\n", "[]", "users: []\n"),
        (
            yaml,
            "users: |\n",
            "[…]",
            "users:\n  - certificates: []\n    passwords: []\n    public_keys: []\n    username: \"\"\n",
        ),
        (json, "{\"users\": |}", "[]", "{\"users\": []}"),
        (
            json,
            "{\n  \"users\": |\n}",
            "[…]",
            "{\n  \"users\": [\n    {\n      \"certificates\": [],\n      \"passwords\": [],\n      \"public_keys\": [],\n      \"username\": \"\"\n    }\n  ]\n}",
        ),
    ] {
        assert_eq!(accepted(&mut editor, file, text, label), expected);
    }
}

#[test]
fn a_text_in_quotes_is_replaced_as_a_whole() {
    let object = ("policies/time_policies/night shift ü.yaml", "name: night shift ü\n");
    let mut editor = Editor::open(&[SETTINGS, object]);
    let (json, yaml) = ("ssh/channel_policies/a.json", "ssh/channel_policies/a.yaml");
    let name = "night shift ü";
    for (file, before, typed, after, new) in [
        (
            json,
            "{\"rules\": [{\"allowed_for\": {\"time_policy\": {\"$ref\": ",
            "\"ni|ght shift \\u00fc\"",
            "}}}]}",
            "\"night shift ü\"",
        ),
        (
            json,
            "{\"rules\": [{\"allowed_for\": {\"time_policy\": {\"$ref\": ",
            "\"policies/|\"",
            "}}}]}",
            "\"policies/time_policies/night shift ü\"",
        ),
        (
            yaml,
            "rules:\n- allowed_for:\n    time_policy:\n      $ref: ",
            "\"ni| (old)\"",
            " # x\n",
            "\"night shift ü\"",
        ),
        (
            yaml,
            "rules:\n- allowed_for:\n    time_policy:\n      $ref: ",
            "policies/|",
            "\n",
            "\"policies/time_policies/night shift ü\"",
        ),
    ] {
        let text = accepted(&mut editor, file, &format!("{before}{typed}{after}"), name);
        assert_eq!(text, format!("{before}{new}{after}"));
    }
}

#[test]
fn a_text_in_quotes_is_not_made_a_file() {
    let mut editor = Editor::open(&[SETTINGS]);
    let file = "management/email.json";
    assert!(items(&mut editor, file, "{\"admin_address\": \"|\"}").is_empty());
    assert_eq!(labels(&items(&mut editor, file, "{\"admin_address\": |}")), ["$file"]);
    assert_eq!(labels(&items(&mut editor, file, "{\"admin_address\": \"$|\"}")), ["$file"]);
}

#[test]
fn values_of_several_lines_leave_no_space_behind_the_colon() {
    let mut editor = Editor::open(&[SETTINGS]);
    let yaml = format!("{TRAP}.yaml");
    for text in ["version: |\n", "version:|\n"] {
        assert_eq!(accepted(&mut editor, &yaml, text, "{…}"), format!("{VERSION}\n"));
    }
}

#[test]
fn the_body_of_a_new_object_is_completed() {
    let mut editor = Editor::open(&[SETTINGS]);
    let (json, yaml) = ("policies/ldap_servers/a.json", "policies/ldap_servers/a.yaml");
    for (file, text, expected) in [
        (
            yaml,
            "bind_password:\n  $new:\n    pl|\n",
            "bind_password:\n  $new:\n    plain:\n      $secret: \"env:NAME\"\n",
        ),
        (
            json,
            "{\"bind_password\": {\"$new\": {|\"x\": 1}}}",
            "{\"bind_password\": {\"$new\": {\"plain\": {\"$secret\": \"env:NAME\"}, \"x\": 1}}}",
        ),
    ] {
        assert_eq!(accepted(&mut editor, file, text, "plain"), expected);
    }
}

#[test]
fn the_likely_items_are_the_first_ones() {
    let mut editor = Editor::open(&[SETTINGS]);
    let file = "policies/ldap_servers/a.json";
    let mut items = items(&mut editor, file, "{\"bind_password\": |}");
    items.sort_by_key(|it| it["sortText"].as_str().unwrap().to_owned());
    assert_eq!(labels(&items), ["$secret", "$new", "null"]);
}

#[test]
fn references_are_completed_with_the_labels_of_the_tree() {
    let file = "policies/user_databases/a%2Fb.yaml";
    let mut editor = Editor::open(&[SETTINGS, (file, "name: a/b\nusers: []\n")]);
    let policy = "ssh/channel_policies/shell.yaml";
    let text = "name: shell\nrules:\n- allowed_for:\n    time_policy: |\n";
    let items = items(&mut editor, policy, text);
    assert_eq!(labels(&items), ["$ref"]);
}

#[test]
fn nothing_is_offered_where_nothing_is_typed() {
    let mut editor = Editor::open(&[SETTINGS]);
    let (yaml, json) = (format!("{TRAP}.yaml"), format!("{TRAP}.json"));
    for (file, text) in [
        (&json, "{\"enabled\"|: true}"),
        (&json, "{\"enabled\"| : true}"),
        (&json, "|{}"),
        (&json, "{}\n|"),
        (&yaml, "version:\n  value:\n    |\n"),
        (&yaml, "\"enabled\"|: true\n"),
        (&yaml, "version:\n  value:\n    community: >\n      one\n      two |\n"),
        (&yaml, "version:\n  value:\n    community: >\n      one\n        |\n"),
        (&yaml, "version:\n  value:\n    community: >\n        |\n"),
        (&yaml, "version:\n  value:\n    community: 'a\n      b|\n"),
        (&yaml, "version:\n  selection: \"3\"\n    value: x|\n"),
        (&yaml, "version:\n  selection: \"3\"\n    - |\n"),
    ] {
        let items = items(&mut editor, file, text);
        assert_eq!(labels(&items), Vec::<&str>::new(), "{text}");
    }
}
