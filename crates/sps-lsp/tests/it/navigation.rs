//! References, renames, outlines and repairs.

use serde_json::{Value, json};

use crate::editor::Editor;

const SETTINGS: (&str, &str) = ("sps.toml", "target = \"7.5\"\n");
const OFFICE: (&str, &str) = (
    "policies/time_policies/a%2Fb.yaml",
    "# Office hours\nname: \"a/b\"\nMon: [['8:00', '18:00']]\nTue: []\nWed: []\nThu: []\nFri: []\nSat: []\nSun: []\n",
);
const SHELL: (&str, &str) = (
    "ssh/channel_policies/shell.yaml",
    "name: shell\nrules:\n- channel: session-exec\n  execs: [uptime]\n  actions: {audit: true, content_policy: null, four_eyes: false}\n  allowed_for:\n    clients: []\n    gateway_groups: []\n    remote_groups: []\n    servers: []\n    time_policy:\n      $ref: policies/time_policies/a%2Fb\n",
);

fn place(editor: &Editor, file: &str, line: u32, character: u32) -> Value {
    json!({"textDocument": {"uri": editor.uri(file)}, "position": {"line": line, "character": character}})
}

fn site() -> Editor {
    let mut editor = Editor::open(&[SETTINGS, OFFICE, SHELL]);
    editor.open_file(SHELL.0, SHELL.1);
    editor.open_file(OFFICE.0, OFFICE.1);
    editor.settle();
    assert_eq!((editor.codes(SHELL.0), editor.codes(OFFICE.0)), (Vec::new(), Vec::new()));
    editor
}

/// An editor that shows the problems of a file.
fn opened(file: &str, text: &str) -> Editor {
    let mut editor = Editor::open(&[SETTINGS, (file, text)]);
    editor.open_file(file, text);
    editor.settle();
    editor
}

/// The actions that are offered for the problems in this context.
fn actions(editor: &mut Editor, file: &str, context: &Value) -> Vec<Value> {
    let range = context["diagnostics"][0]["range"].clone();
    let params =
        json!({"textDocument": {"uri": editor.uri(file)}, "range": range, "context": context});
    let actions = editor.ask("textDocument/codeAction", &params).response_result.unwrap();
    actions.as_array().unwrap().clone()
}

/// The actions whose titles begin with this word.
fn titled<'a>(actions: &'a [Value], word: &'a str) -> impl Iterator<Item = &'a Value> {
    actions.iter().filter(move |it| it["title"].as_str().unwrap().starts_with(word))
}

/// The edits of files, by address.
fn edits_of(edit: &Value) -> Vec<(String, Vec<Value>)> {
    let changes = edit["documentChanges"].as_array().unwrap().iter();
    let edits = changes.filter_map(|it| {
        let uri = it["textDocument"]["uri"].as_str()?.to_owned();
        Some((uri, it["edits"].as_array()?.clone()))
    });
    edits.collect()
}

/// Applies the edits of files, and returns the new texts by address.
fn applied(edits: &[(String, Vec<Value>)]) -> Vec<String> {
    let text = |uri: &str| {
        let path = uri.strip_prefix("file://").unwrap().replace("%25", "%");
        std::fs::read_to_string(path).unwrap()
    };
    edits
        .iter()
        .map(|(uri, edits)| {
            let mut text = text(uri);
            let offset = |text: &str, place: &Value| {
                let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
                let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
                start + usize::try_from(place["character"].as_u64().unwrap()).unwrap()
            };
            let mut edits = edits.clone();
            edits.sort_by_key(|it| std::cmp::Reverse(offset(&text, &it["range"]["start"])));
            for edit in edits {
                let start = offset(&text, &edit["range"]["start"]);
                let end = offset(&text, &edit["range"]["end"]);
                text.replace_range(start..end, edit["newText"].as_str().unwrap());
            }
            text
        })
        .collect()
}

#[test]
fn p089_a_reference_leads_to_its_file_and_back() {
    let mut editor = site();
    let there = place(&editor, SHELL.0, 11, 15);
    let office = editor.uri(OFFICE.0).replace('%', "%25");
    let found = editor.ask("textDocument/definition", &there).response_result.unwrap();
    assert_eq!(
        found["uri"],
        editor.uri(OFFICE.0).as_str(),
        "in the spelling of the editor, not {office}"
    );
    let mut here = place(&editor, OFFICE.0, 1, 2);
    here["context"] = json!({"includeDeclaration": true});
    let found = editor.ask("textDocument/references", &here).response_result.unwrap();
    let uris: Vec<_> = found.as_array().unwrap().iter().map(|it| it["uri"].clone()).collect();
    assert_eq!(uris, [editor.uri(OFFICE.0), editor.uri(SHELL.0)]);
}

#[test]
fn a_rename_changes_the_name_its_uses_and_the_file() {
    let mut editor = site();
    let mut there = place(&editor, SHELL.0, 11, 15);
    let prepared = editor.ask("textDocument/prepareRename", &there).response_result.unwrap();
    assert_eq!(prepared["placeholder"], "a/b");
    there["newName"] = json!("24/7");
    let edit = editor.ask("textDocument/rename", &there).response_result.unwrap();
    let changes = edit["documentChanges"].as_array().unwrap();
    let texts = applied(&edits_of(&edit));
    assert_eq!(texts[0], OFFICE.1.replace("a/b", "24/7"));
    assert_eq!(
        texts[1],
        SHELL.1.replace("policies/time_policies/a%2Fb", "\"policies/time_policies/24%2F7\"")
    );
    let moved = changes.last().unwrap();
    assert_eq!(moved["kind"], "rename");
    assert!(moved["newUri"].as_str().unwrap().ends_with("24%252F7.yaml"), "{moved}");
}

#[test]
fn p103_a_rename_is_refused_while_a_file_cannot_be_read() {
    let mut editor = site();
    editor.change(SHELL.0, Some([[1, 0], [1, 0]]), "[");
    let mut here = place(&editor, OFFICE.0, 1, 8);
    here["newName"] = json!("hours");
    let error = editor.ask("textDocument/rename", &here).response_result.unwrap_err();
    assert!(error.message.contains(SHELL.0), "{}", error.message);
}

#[test]
fn a_wrong_word_is_replaced_by_one_that_is_near() {
    let yaml = "management/snmp/trap.yaml";
    let json = "management/snmp/trap.json";
    for (file, old, new) in [
        (yaml, "ase", "aes"),
        (yaml, "'ase'", "\"aes\""),
        (json, "\"ase\"", "\"aes\""),
        // The anchor would be lost.
        (yaml, "&method ase", ""),
    ] {
        let before = if file == yaml {
            format!(
                "enabled: true\nversion:\n  selection: \"3\"\n  value:\n    encryption_method: {old} # traps\n"
            )
        } else {
            format!(
                "{{\"version\": {{\"selection\": \"3\", \"value\": {{\"encryption_method\": {old}}}}}}}"
            )
        };
        let mut editor = opened(file, &before);
        let problems = editor.problems[&editor.uri(file)].clone();
        // Where the problem was: the action goes by the text as it is now.
        editor.change(file, Some([[0, 0], [0, 0]]), "\n");
        std::fs::write(editor.path(file), format!("\n{before}")).unwrap();
        let actions = actions(&mut editor, file, &json!({"diagnostics": problems}));
        let found: Vec<_> = titled(&actions, "Replace with `aes`").collect();
        if new.is_empty() {
            assert_eq!(found, Vec::<&Value>::new(), "{old}");
            continue;
        }
        assert_eq!(found.len(), 1, "{old}: {actions:?}");
        assert_eq!(
            applied(&edits_of(&found[0]["edit"])),
            [format!("\n{}", before.replace(old, new))]
        );
    }
}

#[test]
fn p109_a_repair_leaves_everything_else_as_it_is() {
    let text = "# Office\r\nname:   'x'   # here\r\nMon: [ ['8:00',  '18:00'] ]\r\nTue: []\r\nWed: []\r\nThu: []\r\nFri: []\r\nSat: []\r\nSunn: []\r\n";
    let file = "policies/time_policies/x.yaml";
    let mut editor = opened(file, text);
    let problems = editor.problems[&editor.uri(file)].clone();
    let actions = actions(&mut editor, file, &json!({"diagnostics": problems}));
    let repairs: Vec<_> = titled(&actions, "Repair").collect();
    assert_eq!(repairs.len(), 2, "{actions:?}");
    for repair in repairs {
        let edits = edits_of(&repair["edit"]);
        assert_eq!(applied(&edits), [text.replace("Sunn", "Sun")]);
    }
}

#[test]
fn p109_repairs_of_yaml_keep_comments_anchors_and_quotes() {
    let text = "# Hours\n\nname: 'x'   # here\nMon: &day [ ['8:00',  \"18:00\"] ]\n\nTue: *day\nWed: []   \nThu: []\nFri: []\nSatt: [] # slip\nSunn: *day\n";
    let file = "policies/time_policies/x.yaml";
    let mut editor = opened(file, text);
    let problems = editor.problems[&editor.uri(file)].clone();
    let actions = actions(&mut editor, file, &json!({"diagnostics": problems}));
    let mut texts: Vec<_> = titled(&actions, "Repair")
        .map(|it| {
            let version = &it["edit"]["documentChanges"][0]["textDocument"]["version"];
            assert_eq!(*version, 1, "no other text is edited");
            applied(&edits_of(&it["edit"])).remove(0)
        })
        .collect();
    texts.sort();
    let one = text.replace("Satt", "Sat");
    let other = text.replace("Sunn", "Sun");
    let mut expected = vec![one.replace("Sunn", "Sun"), one, other];
    expected.sort();
    assert_eq!(texts, expected);
}

#[test]
fn a_rule_is_waived_in_the_settings() {
    let file = "management/snmp/trap.json";
    let text = r#"{"enabled": true, "version": {"selection": "2c", "value": {"server": {"selection": "ip", "value": "192.0.2.25"}, "community": "public"}}}"#;
    let mut editor = opened(file, text);
    let problems = editor.problems[&editor.uri(file)].clone();
    let problem = problems.iter().find(|it| it["code"] == "cleartext-snmp").unwrap();
    let actions = actions(&mut editor, file, &json!({"diagnostics": [problem]}));
    let waiver = titled(&actions, "Waive").next().unwrap();
    let edits = edits_of(&waiver["edit"]);
    let settings = applied(&edits).remove(0);
    assert_eq!(settings, "target = \"7.5\"\n\n[check]\nallow = [\"cleartext-snmp\"]\n");
    editor.write("sps.toml", Some(&settings));
    editor.settle();
    assert!(editor.codes(file).iter().all(|(code, _)| code != "cleartext-snmp"));
}

#[test]
fn outlines_serve_broken_texts() {
    let mut editor = site();
    editor.change(SHELL.0, Some([[1, 0], [1, 5]]), "rules");
    let params = json!({"textDocument": {"uri": editor.uri(SHELL.0)}});
    let symbols = editor.ask("textDocument/documentSymbol", &params).response_result.unwrap();
    let names: Vec<_> = symbols.as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["name", "rules"]);
    let folds = editor.ask("textDocument/foldingRange", &params).response_result.unwrap();
    assert_eq!(folds[0]["startLine"], 1);
    assert_eq!(folds[0]["endLine"], 11);
    let query = editor.ask("workspace/symbol", &json!({"query": "a"})).response_result.unwrap();
    assert!(query.as_array().unwrap().len() == 2, "{query}");
}

#[test]
fn a_reference_behind_an_anchor_is_renamed_once() {
    let text = SHELL.1.replace("allowed_for:", "allowed_for: &who").trim_end().to_owned()
        + "\n- channel: session-exec\n  execs: []\n  actions: {audit: true, content_policy: null, four_eyes: false}\n  allowed_for: *who\n";
    let mut editor = Editor::open(&[SETTINGS, OFFICE, (SHELL.0, &text)]);
    editor.open_file(OFFICE.0, OFFICE.1);
    let mut here = place(&editor, OFFICE.0, 1, 8);
    here["newName"] = json!("hours");
    here["context"] = json!({"includeDeclaration": false});
    let found = editor.ask("textDocument/references", &here).response_result.unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    let edit = editor.ask("textDocument/rename", &here).response_result.unwrap();
    let texts = applied(&edits_of(&edit));
    assert!(texts.contains(&text.replace("a%2Fb", "hours")), "{texts:?}");
}

#[test]
fn an_editor_gets_the_kinds_of_actions_that_it_asks_for() {
    let file = "policies/time_policies/x.yaml";
    let text = "name: x\nMon: []\nTue: []\nWed: []\nThu: []\nFri: []\nSat: []\nSunn: []\n";
    let mut editor = opened(file, text);
    let problems = editor.problems[&editor.uri(file)].clone();
    for (only, expected) in [
        (json!(["quickfix"]), ["quickfix"].as_slice()),
        (json!(["source"]), &["source.fixAll"]),
        (json!(["refactor", "source.organizeImports"]), &[]),
    ] {
        let context = json!({"diagnostics": problems, "only": only});
        let actions = actions(&mut editor, file, &context);
        let kinds: Vec<_> = actions.iter().map(|it| &it["kind"]).collect();
        assert_eq!(kinds, expected, "{only}");
    }
}
