//! Problems are shown while the user types.

use serde_json::json;

use crate::editor::Editor;

const SETTINGS: (&str, &str) = ("sps.toml", "target = \"7.5\"\n");
const STAFF: &str = "policies/user_databases/staff.yaml";

#[test]
fn a_slip_is_shown_and_goes_away() {
    let mut editor = Editor::open(&[SETTINGS, (STAFF, "name: staff\nusers: []\n")]);
    editor.open_file(STAFF, "name: staff\nusers: []\n");
    editor.settle();
    assert_eq!(editor.codes(STAFF), []);
    editor.change(STAFF, Some([[0, 6], [0, 11]]), "staf");
    editor.settle();
    assert_eq!(editor.codes(STAFF), [("label-mismatch".to_owned(), 0)]);
    editor.close_file(STAFF);
    editor.settle();
    assert_eq!(editor.codes(STAFF), [], "the file on the disk is good");
}

#[test]
fn p097_a_file_that_is_gone_has_no_problems() {
    let mut editor = Editor::open(&[SETTINGS, (STAFF, "name: staf\nusers: []\n")]);
    editor.settle();
    assert_eq!(editor.codes(STAFF), [("label-mismatch".to_owned(), 0)]);
    editor.write(STAFF, None);
    editor.settle();
    assert_eq!(editor.codes(STAFF), []);
}

#[test]
fn a_file_that_cannot_be_read_has_a_problem() {
    let mut editor = Editor::open(&[SETTINGS]);
    let path = editor.path(STAFF);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, b"name: \xfc\n").unwrap();
    let change = json!({"uri": editor.uri(STAFF), "type": 1});
    editor.tell("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
    editor.settle();
    let problems = &editor.problems[&editor.uri(STAFF)];
    assert!(
        problems[0]["message"]
            .as_str()
            .unwrap()
            .starts_with("cannot read this file: invalid UTF-8"),
        "{problems:?}"
    );
    editor.write(STAFF, Some("name: staff\nusers: []\n"));
    editor.settle();
    assert_eq!(editor.problems[&editor.uri(STAFF)], Vec::<serde_json::Value>::new());
}
