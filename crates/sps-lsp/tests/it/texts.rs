//! Texts that are odd, broken or huge: positions stay right, and the server lives.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sps_site::{CheckOptions, Site};

use crate::editor::Editor;

const SETTINGS: (&str, &str) = ("sps.toml", "target = \"7.5\"\n");
const STAFF: &str = "policies/user_databases/staff.yaml";
const TRAP: &str = "management/snmp/trap.json";
/// Everything that needs a place.
const METHODS: [&str; 7] = [
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/prepareRename",
    "textDocument/rename",
    "sps/pointer",
];

fn place(editor: &Editor, file: &str, line: u32, character: u32) -> Value {
    json!({
        "textDocument": {"uri": editor.uri(file)},
        "position": {"line": line, "character": character},
        "context": {"includeDeclaration": true, "triggerKind": 1},
        "newName": "other",
    })
}

/// Every range in an answer.
fn ranges(value: &Value, found: &mut Vec<[u64; 4]>) {
    if let Some(start) = value.get("start") {
        let number = |it: &Value, key: &str| it[key].as_u64().unwrap();
        let end = &value["end"];
        found.push([
            number(start, "line"),
            number(start, "character"),
            number(end, "line"),
            number(end, "character"),
        ]);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|it| ranges(it, found)),
        Value::Object(members) => members.values().for_each(|it| ranges(it, found)),
        _ => {}
    }
}

#[test]
fn p079_every_column_has_answers_with_places_in_the_text() {
    let text =
        "name: staff # ü 暗号 😀 e\u{301}\nusers:\n- {username: \"ü暗😀e\u{301}x\", usernam: 😀}\n";
    let mut editor = Editor::open(&[SETTINGS, (STAFF, text)]);
    editor.open_file(STAFF, text);
    let widths: Vec<u64> =
        text.split('\n').map(|it| it.encode_utf16().count().try_into().unwrap()).collect();
    for (line, width) in widths.iter().enumerate() {
        for character in 0..=width + 2 {
            let (line, character) = (line.try_into().unwrap(), character.try_into().unwrap());
            let params = place(&editor, STAFF, line, character);
            for method in METHODS {
                let answer = match editor.ask(method, &params).response_result {
                    Ok(answer) => answer,
                    // The user learns why a name cannot be changed here.
                    Err(_) if method == "textDocument/rename" => continue,
                    Err(error) => panic!("{method}: {error:?}"),
                };
                let mut found = Vec::new();
                ranges(&answer, &mut found);
                for [start, from, end, to] in found {
                    let is_inside = |line: u64, character: u64| {
                        widths
                            .get(usize::try_from(line).unwrap())
                            .is_some_and(|it| character <= *it)
                    };
                    assert!(is_inside(start, from) && is_inside(end, to), "{method}: {answer}");
                    // No end is inside of a pair of units.
                    let units: Vec<u16> = text
                        .split('\n')
                        .nth(usize::try_from(start).unwrap())
                        .unwrap()
                        .encode_utf16()
                        .collect();
                    let unit = units.get(usize::try_from(from).unwrap()).copied().unwrap_or(0);
                    assert!(!(0xdc00..0xe000).contains(&unit), "{method}: {answer}");
                }
            }
        }
    }
    let behind = place(&editor, STAFF, 99, 0);
    assert!(editor.ask("textDocument/hover", &behind).response_result.is_ok());
    // The misspelled member has its place behind two wide characters.
    editor.settle();
    let problems = &editor.problems[&editor.uri(STAFF)];
    let slip = problems.iter().find(|it| it["data"]["pointer"] == "/users/0/usernam");
    let (line, start) = (2, "- {username: \"ü暗😀e\u{301}x\", ".encode_utf16().count());
    let range = json!({"start": {"line": line, "character": start}, "end": {"line": line, "character": start + 7}});
    assert_eq!(slip.unwrap_or_else(|| panic!("{problems:?}"))["range"], range);
}

#[test]
fn p081_lines_are_those_of_the_check_whatever_ends_them() {
    let lines = ["# a comment", "name: staff", "users:", "- nam: x"];
    for end in ["\n", "\r\n", "\r"] {
        let text = lines.join(end);
        let mut editor = Editor::open(&[SETTINGS, (STAFF, &text)]);
        editor.open_file(STAFF, &text);
        editor.settle();
        let report = Site::load(editor.folder.path()).unwrap().check(&CheckOptions::default());
        let file = report.files.iter().find(|it| it.file.ends_with("staff.yaml")).unwrap();
        let expected: Vec<_> = file
            .report
            .diagnostics
            .iter()
            .map(|it| {
                let index = sps_model::validate::span::LineIndex::new(&file.text);
                (it.code.to_owned(), u64::try_from(index.position(it.span.start).line - 1).unwrap())
            })
            .collect();
        assert_eq!(editor.codes(STAFF), expected, "{end:?}");
        assert!(expected.iter().any(|(_, line)| *line == 3), "{expected:?}");
    }
}

#[test]
fn p083_fifty_changes_in_one_message() {
    let mut editor = Editor::open(&[SETTINGS]);
    editor.open_file(STAFF, "");
    let mut changes = Vec::new();
    for number in 0..50 {
        let at = json!({"line": number, "character": 0});
        let range = json!({"start": at, "end": at});
        changes.push(json!({"range": range, "text": format!("# 😀 {number}\n")}));
    }
    changes.push(json!({"range": {"start": {"line": 50, "character": 0}, "end": {"line": 99, "character": 9}}, "text": "name: staf\nusers: []\n"}));
    changes.push(json!({"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": ""}));
    editor.change_all(STAFF, &changes);
    editor.settle();
    assert_eq!(editor.codes(STAFF), [("label-mismatch".to_owned(), 50)]);
    // A version that repeats, and the whole text.
    let document = json!({"uri": editor.uri(STAFF), "version": 2});
    let change = json!([{"text": "name: staff\nusers: []\n"}]);
    editor.tell(
        "textDocument/didChange",
        json!({"textDocument": document, "contentChanges": change}),
    );
    editor.settle();
    assert_eq!(editor.codes(STAFF), []);
}

#[test]
fn p085_a_text_that_is_cut_or_foreign_has_completion() {
    let text = "{\n  \"enabled\": true,\n  \"version\": {\"selection\": \"2c\", \"value\": {\"community\": \"pü\"}}\n}\n";
    let mut editor = Editor::open(&[SETTINGS]);
    editor.open_file(TRAP, text);
    for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
        editor.change(TRAP, None, &text[..at]);
        let line = text[..at].matches('\n').count().try_into().unwrap();
        let params = place(&editor, TRAP, line, 999);
        let answer = editor.ask("textDocument/completion", &params);
        assert!(answer.response_result.is_ok(), "{at}: {answer:?}");
    }
    let toml = "[table]\nkey = \"value\" # comment\n".repeat(6_000);
    let html = "<p class=\"a\">text &amp; {more}</p>\n".repeat(6_000);
    let half = "{\"a\": [".repeat(30_000);
    let noise: String = (0..200_000_u32)
        .map(|it| char::from(u8::try_from(it.wrapping_mul(2_654_435_761) >> 25).unwrap()))
        .collect();
    for (foreign, file) in [&toml, &html, &half, &noise].into_iter().zip([TRAP, STAFF].repeat(2)) {
        if file == STAFF {
            editor.open_file(STAFF, "");
        }
        editor.change(file, None, foreign);
        let params = place(&editor, file, 3, 2);
        for method in ["textDocument/completion", "textDocument/documentSymbol"] {
            assert!(editor.ask(method, &params).response_result.is_ok());
        }
    }
    // The members that are left complete those that are not.
    editor.change(TRAP, None, "{\n  \"enabled\": true,\n  \"vers\n  \"x\": [}\n");
    let params = place(&editor, TRAP, 2, 7);
    let items = editor.ask("textDocument/completion", &params).response_result.unwrap();
    assert!(items.as_array().unwrap().iter().any(|it| it["label"] == "version"), "{items}");
}

#[test]
fn p087_a_huge_file_and_a_bomb_leave_the_server_answering() {
    let mut large = "name: staff\nusers:\n".to_owned();
    for number in 0..25_000 {
        writeln!(large, "- name: user-{number}\n  groups: []").unwrap();
    }
    let mut aliases = "name: staff\nusers: &all []\nx:\n".to_owned();
    aliases.extend(std::iter::repeat_n("- *all\n", 1_000));
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let last = level - 1;
        writeln!(bomb, "a{level}: &a{level} [{}]", vec![format!("*a{last}"); 10].join(", "))
            .unwrap();
    }
    let mut editor = Editor::open(&[SETTINGS]);
    editor.open_file(STAFF, "name: staff\nusers: []\n");
    for text in [&large, &aliases, &bomb] {
        editor.change(STAFF, None, text);
        for method in ["textDocument/documentSymbol", "textDocument/foldingRange"] {
            let params = json!({"textDocument": {"uri": editor.uri(STAFF)}});
            assert!(editor.ask(method, &params).response_result.is_ok(), "{method}");
        }
        editor.settle();
    }
    let codes = editor.codes(STAFF);
    assert_eq!(codes.len(), 1, "{codes:?}");
    assert_eq!(codes[0].0, "limit-exceeded");
}

#[test]
fn p087_a_request_about_an_older_text_is_dropped() {
    let mut editor = Editor::open(&[SETTINGS]);
    editor.open_file(STAFF, "name: staff\nusers: []\n");
    let params = place(&editor, STAFF, 0, 2);
    // The server is busy with a large text while both arrive.
    editor.change(STAFF, None, &"- x\n".repeat(50_000));
    let outline = editor.send("textDocument/documentSymbol", &params);
    let hover = editor.send("textDocument/hover", &params);
    editor.change(STAFF, None, "name: staff\nusers: []\n");
    for id in [outline, hover] {
        // Whether the change arrived in time is up to the machine: both answers are right, and there is one.
        if let Err(error) = editor.answer(id).response_result {
            assert_eq!(error.code, -32_801, "{error:?}");
        }
    }
    editor.settle();
    assert_eq!(editor.codes(STAFF), []);
}
